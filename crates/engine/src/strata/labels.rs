//! Which stratum is each sample in?

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{cast, concat, lexsort_to_indices, take};
use arrow::datatypes::{DataType, Int64Type};
use arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, exec_err, internal_err};
use kohort_functions::Samples;
use kohort_genotype::{Cohort, MAX_STRATA, NO_STRATUM};

/// The strata, in the order of their values, and everyone's place.
#[derive(Debug)]
pub(crate) struct Labels {
    /// The strata's columns, one row per stratum.
    pub(crate) columns: Vec<ArrayRef>,
    /// The stratum of each `sample_index`, or [`NO_STRATUM`].
    pub(crate) of_sample: Vec<u16>,
    pub(crate) n_strata: usize,
}

impl Labels {
    /// Reads the rows of a query that gives samples and the columns `names`.
    pub(crate) fn of(
        rows: &[RecordBatch],
        names: &[String],
        samples: &Samples,
        cohort: Option<&Cohort>,
    ) -> Result<Self> {
        let columns = names
            .iter()
            .map(|name| {
                let parts: Vec<&dyn Array> = rows
                    .iter()
                    .filter_map(|b| b.column_by_name(name))
                    .map(AsRef::as_ref)
                    .collect();
                Ok(if parts.is_empty() {
                    None
                } else {
                    Some(concat(&parts)?)
                })
            })
            .collect::<Result<Option<Vec<ArrayRef>>>>()?
            .unwrap_or_default();
        let members = members(rows, samples, cohort)?;
        let (row_strata, first_rows) = number(&columns, &members)?;
        let order = order(&columns, &first_rows)?;
        let mut place = vec![0_u16; first_rows.len()];
        for (at, stratum) in order.values().iter().enumerate() {
            place[*stratum as usize] = u16::try_from(at).unwrap_or(NO_STRATUM);
        }
        let ordered: UInt32Array = order
            .values()
            .iter()
            .map(|stratum| first_rows[*stratum as usize])
            .collect();
        let columns = columns
            .iter()
            .map(|column| Ok(take(column, &ordered, None)?))
            .collect::<Result<Vec<_>>>()?;
        let mut of_sample =
            vec![NO_STRATUM; samples.indices().last().map_or(0, |i| i as usize + 1)];
        for (sample, row) in members {
            let label = place[row_strata[&row] as usize];
            let slot = &mut of_sample[sample as usize];
            if *slot != NO_STRATUM && *slot != label {
                let id = samples.id_of(sample).unwrap_or_default();
                let hint = match samples.indices_of(id).len() {
                    0 | 1 => "",
                    _ => {
                        ": the id names samples of several callsets, which `sample_index` tells \
                         apart; select it in place of `sample_id`"
                    }
                };
                return exec_err!("allele_frequency_by: sample `{id}` is in two strata{hint}");
            }
            *slot = label;
        }
        Ok(Self {
            columns,
            of_sample,
            n_strata: first_rows.len(),
        })
    }
}

/// Pairs of (`sample_index`, row), of the cohort's members only.
fn members(
    rows: &[RecordBatch],
    samples: &Samples,
    cohort: Option<&Cohort>,
) -> Result<Vec<(u32, u32)>> {
    let mut members = Vec::new();
    let mut before = 0;
    for batch in rows {
        let row_number = |row: usize| u32::try_from(before + row).unwrap_or(u32::MAX);
        let mut add = |sample: u32, row: usize| {
            if cohort.is_none_or(|cohort| cohort.contains(sample)) {
                members.push((sample, row_number(row)));
            }
        };
        if let Some(indices) = batch.column_by_name("sample_index") {
            let indices = cast(indices, &DataType::Int64)?;
            for (row, index) in indices.as_primitive::<Int64Type>().iter().enumerate() {
                let Some(index) = index else { continue };
                match u32::try_from(index)
                    .ok()
                    .filter(|i| samples.row_of(*i).is_some())
                {
                    Some(index) => add(index, row),
                    None => return exec_err!("there is no sample with sample_index {index}"),
                }
            }
        } else if let Some(ids) = batch.column_by_name("sample_id") {
            let ids = cast(ids, &DataType::Utf8View)?;
            for (row, id) in ids.as_string_view().iter().enumerate() {
                let Some(id) = id else { continue };
                match samples.indices_of(id) {
                    [] => return exec_err!("there is no sample `{id}`"),
                    indices => indices.iter().for_each(|index| add(*index, row)),
                }
            }
        } else {
            return internal_err!("the strata's query lost its samples");
        }
        before += batch.num_rows();
    }
    Ok(members)
}

/// Numbers the strata as they appear: the stratum of each row, and a row of each stratum.
fn number(columns: &[ArrayRef], members: &[(u32, u32)]) -> Result<(HashMap<u32, u32>, Vec<u32>)> {
    let mut row_strata = HashMap::with_capacity(members.len());
    let mut first_rows: Vec<u32> = Vec::new();
    if columns.is_empty() {
        row_strata.extend(members.iter().map(|(_, row)| (*row, 0)));
        first_rows.extend(members.first().map(|(_, row)| *row));
        return Ok((row_strata, first_rows));
    }
    let fields = columns
        .iter()
        .map(|c| SortField::new(c.data_type().clone()))
        .collect();
    let keys = RowConverter::new(fields)?.convert_columns(columns)?;
    let mut strata: HashMap<_, u32> = HashMap::new();
    for (_, row) in members {
        let next = u32::try_from(first_rows.len()).unwrap_or(u32::MAX);
        let stratum = *strata.entry(keys.row(*row as usize)).or_insert_with(|| {
            first_rows.push(*row);
            next
        });
        row_strata.insert(*row, stratum);
    }
    if first_rows.len() > MAX_STRATA {
        return exec_err!(
            "allele_frequency_by: expected at most {MAX_STRATA} strata, got {}",
            first_rows.len()
        );
    }
    Ok((row_strata, first_rows))
}

/// The strata in the order of their values.
fn order(columns: &[ArrayRef], first_rows: &[u32]) -> Result<UInt32Array> {
    if columns.is_empty() {
        return Ok((0..u32::try_from(first_rows.len()).unwrap_or(0)).collect());
    }
    let rows = UInt32Array::from(first_rows.to_vec());
    let sorted = columns
        .iter()
        .map(|column| {
            Ok(arrow::compute::SortColumn {
                values: take(column, &rows, None)?,
                options: None,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(lexsort_to_indices(&sorted, None)?)
}
