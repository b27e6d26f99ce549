//! Regions, population and public funds: read from the files that are compiled in, once in a
//! process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datafusion::common::{Result, internal_err};
use kohort_schema::Table;
use kohort_schema::tables::{
    MUNICIPALITIES, POPULATION, PUBLIC_FUNDS, REGIONS, SOURCES, STANDARD_POPULATION,
};

use super::genes::with_views;

/// The files, made by `datasets/make_sweden.py` or by hand.
const FILES: [(&Table, &str); 6] = [
    (
        &REGIONS,
        include_str!("../../../../datasets/sweden/regions.csv"),
    ),
    (
        &MUNICIPALITIES,
        include_str!("../../../../datasets/sweden/municipalities.csv"),
    ),
    (
        &POPULATION,
        include_str!("../../../../datasets/sweden/population.csv"),
    ),
    (
        &STANDARD_POPULATION,
        include_str!("../../../../datasets/sweden/standard_population.csv"),
    ),
    (
        &PUBLIC_FUNDS,
        include_str!("../../../../datasets/sweden/public_funds.csv"),
    ),
    (
        &SOURCES,
        include_str!("../../../../datasets/sweden/sources.csv"),
    ),
];

/// The rows of a table that comes with Kohort.
pub(super) fn shipped(table: &Table) -> Result<RecordBatch> {
    static READ: Mutex<Option<HashMap<&'static str, RecordBatch>>> = Mutex::new(None);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let read = read.get_or_insert_default();
    if let Some(rows) = read.get(table.name) {
        return Ok(rows.clone());
    }
    let Some((declared, text)) = FILES.into_iter().find(|(t, _)| t.name == table.name) else {
        return internal_err!("`{}` does not come with Kohort", table.name);
    };
    let rows = parse(declared, text)?;
    read.insert(declared.name, rows.clone());
    Ok(rows)
}

fn parse(table: &Table, text: &str) -> Result<RecordBatch> {
    let schema = table.schema();
    let batches = arrow::csv::ReaderBuilder::new(Arc::clone(&schema))
        .with_header(true)
        .build(text.as_bytes())?;
    let batches: Vec<RecordBatch> = batches.collect::<Result<_, _>>()?;
    with_views(&concat_batches(&schema, &batches)?)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{Float64Type, Int64Type};

    use super::*;

    fn texts(rows: &RecordBatch, column: &str) -> Vec<String> {
        let column = rows.column_by_name(column).unwrap().as_string_view();
        column
            .iter()
            .map(|t| t.unwrap_or("NULL").to_owned())
            .collect()
    }

    #[test]
    fn the_files_have_the_declared_columns_in_their_order() {
        for (table, text) in FILES {
            let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
            let declared: Vec<&str> = table.columns.iter().map(|c| c.name).collect();
            assert_eq!(header, declared, "{}", table.name);
            let rows = shipped(table).unwrap();
            for column in table.columns.iter().filter(|c| !c.is_nullable()) {
                let nulls = rows.column_by_name(column.name).unwrap().null_count();
                assert_eq!(nulls, 0, "{}.{}", table.name, column.name);
            }
        }
    }

    #[test]
    fn there_are_21_regions_with_290_municipalities() {
        let regions = shipped(&REGIONS).unwrap();
        let codes: BTreeSet<String> = texts(&regions, "region_code").into_iter().collect();
        assert_eq!(codes.len(), 21);
        let hospitals = regions.column_by_name("has_university_hospital").unwrap();
        assert_eq!(hospitals.as_boolean().true_count(), 7);
        let municipalities = shipped(&MUNICIPALITIES).unwrap();
        let of = texts(&municipalities, "region_code");
        assert_eq!(
            (of.len(), of.iter().collect::<BTreeSet<_>>().len()),
            (290, 21)
        );
        for (code, region) in texts(&municipalities, "municipality_code").iter().zip(&of) {
            assert_eq!(code.len(), 4);
            assert!(
                code.starts_with(region.as_str()) && codes.contains(region),
                "{code}"
            );
        }
    }

    #[test]
    fn halland_is_split_and_no_other_region_is() {
        let municipalities = shipped(&MUNICIPALITIES).unwrap();
        let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let regions = texts(&municipalities, "region_code");
        for (region, collaboration) in regions
            .into_iter()
            .zip(texts(&municipalities, "collaboration_region"))
        {
            of.entry(region).or_default().insert(collaboration);
        }
        let rows = shipped(&REGIONS).unwrap();
        let codes = texts(&rows, "region_code");
        for (code, collaboration) in codes.iter().zip(texts(&rows, "collaboration_region")) {
            match collaboration.as_str() {
                "NULL" => assert_eq!((code.as_str(), of[code].len()), ("13", 2)),
                one => assert_eq!(of[code], BTreeSet::from([one.to_owned()])),
            }
        }
    }

    /// Statistics Sweden: 8,882,792 people at the end of 2000, and 9,851,017 at the end of 2015.
    #[test]
    fn the_population_adds_up_to_the_published_totals() {
        let rows = shipped(&POPULATION).unwrap();
        assert_eq!(rows.num_rows(), 16 * 21 * 2 * 19);
        let years = rows
            .column_by_name("year")
            .unwrap()
            .as_primitive::<Int64Type>();
        let people = rows
            .column_by_name("population")
            .unwrap()
            .as_primitive::<Int64Type>();
        let total = |year: i64| -> i64 {
            let of_year = years.values().iter().zip(people.values());
            of_year.filter(|(y, _)| **y == year).map(|(_, n)| n).sum()
        };
        assert_eq!((total(2000), total(2015)), (8_882_792, 9_851_017));
    }

    #[test]
    fn every_standard_has_all_bands_of_its_scheme_once() {
        let rows = shipped(&STANDARD_POPULATION).unwrap();
        let weights = rows
            .column_by_name("weight")
            .unwrap()
            .as_primitive::<Float64Type>();
        let mut bands: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        let keys = texts(&rows, "standard")
            .into_iter()
            .zip(texts(&rows, "scheme"));
        for (i, (key, band)) in keys.zip(texts(&rows, "age_group")).enumerate() {
            *sums.entry(key.0.clone()).or_default() += weights.value(i);
            assert!(bands.entry(key).or_default().insert(band));
        }
        assert_eq!(bands.len(), 7);
        for ((standard, scheme), bands) in &bands {
            let n: usize = scheme.trim_start_matches("5y").parse().unwrap();
            assert_eq!(bands.len(), n, "{standard}");
        }
        for (standard, sum) in [
            ("ESP2013", 100_000.0),
            ("ESP2013_21", 100_000.0),
            ("ESP1976", 100_000.0),
            ("SEGI", 100_000.0),
            ("WHO2000_2025", 100.03),
            ("SWEDEN2000", 8_882_792.0),
            ("SWEDEN2015", 9_851_017.0),
        ] {
            assert!(
                (sums[standard] - sum).abs() < 1e-6,
                "{standard}: {}",
                sums[standard]
            );
        }
    }

    #[test]
    fn the_funds_of_2021_are_96_and_124_million_for_three_years() {
        let rows = shipped(&PUBLIC_FUNDS).unwrap();
        let amounts = rows
            .column_by_name("amount_sek")
            .unwrap()
            .as_primitive::<Int64Type>();
        let ids = texts(&rows, "fund_id");
        let of = |id: &str| amounts.value(ids.iter().position(|i| i == id).unwrap());
        assert_eq!(of("gms-2021-vinnova"), 96_000_000);
        assert_eq!(of("gms-2021-vinnova") + of("gms-2021-matched"), 220_000_000);
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }
}
