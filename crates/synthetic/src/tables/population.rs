//! How many people there were: what rates are divided by.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{Int16Builder, Int64Builder, StringBuilder};
use arrow_schema::{ArrowError, DataType};

use super::columns::{KNOWN, schema};
use crate::geography::Geography;
use crate::population::Population;

/// `population`: people on 1 July by year, region, municipality, sex and age.
pub(crate) fn population(
    counts: &Population,
    geography: &Geography,
) -> Result<RecordBatch, ArrowError> {
    let all = geography.regions().iter();
    let places: Vec<_> = all
        .flat_map(|region| region.municipalities().iter().map(|m| (region.code, m)))
        .collect();
    let mut year = Int16Builder::new();
    let [mut region, mut municipality, mut sex] = [(); 3].map(|()| StringBuilder::new());
    let (mut age, mut people) = (Int16Builder::new(), Int64Builder::new());
    for row in counts.rows() {
        let place = places.iter().find(|(_, m)| m.number == row.municipality);
        let Some((code, of)) = place else {
            continue;
        };
        year.append_value(narrow(row.year, "year")?);
        region.append_value(code);
        municipality.append_value(of.code);
        sex.append_value(row.sex.as_str());
        age.append_value(narrow(row.age, "age")?);
        people.append_value(narrow(row.people, "people")?);
    }
    let columns = schema(&[
        ("year", DataType::Int16, KNOWN),
        ("region", DataType::Utf8, KNOWN),
        ("municipality", DataType::Utf8, KNOWN),
        ("sex", DataType::Utf8, KNOWN),
        ("age", DataType::Int16, KNOWN),
        ("population", DataType::Int64, KNOWN),
    ]);
    RecordBatch::try_new(
        columns,
        vec![
            Arc::new(year.finish()),
            Arc::new(region.finish()),
            Arc::new(municipality.finish()),
            Arc::new(sex.finish()),
            Arc::new(age.finish()),
            Arc::new(people.finish()),
        ],
    )
}

/// A number as its column stores it.
fn narrow<N, M>(number: N, column: &str) -> Result<M, ArrowError>
where
    N: Copy + std::fmt::Display,
    M: TryFrom<N>,
{
    let problem = || format!("{column}: {number} does not fit");
    M::try_from(number).map_err(|_| ArrowError::InvalidArgumentError(problem()))
}
