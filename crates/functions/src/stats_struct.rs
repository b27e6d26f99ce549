//! The struct that `allele_stats` returns: one field per count, and the ratios that follow from
//! them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields, Int64Type};
use datafusion::common::{Result, exec_err};
use kohort_genotype::GenotypeCounts;

/// One column of counts.
#[derive(Clone, Copy)]
pub struct StatsColumn {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub description: &'static str,
    value: Value,
}

impl std::fmt::Debug for StatsColumn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatsColumn")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
enum Value {
    /// A count that is summed: how to read it and where it is kept.
    Count(
        fn(&GenotypeCounts) -> u64,
        fn(&mut GenotypeCounts) -> &mut u64,
    ),
    /// A count that follows from the others.
    Sum(fn(&GenotypeCounts) -> u64),
    /// A ratio; NULL when its denominator is 0.
    Ratio(fn(&GenotypeCounts) -> Option<f64>),
}

macro_rules! count {
    ($name:ident, $description:literal) => {
        StatsColumn {
            name: stringify!($name),
            description: $description,
            value: Value::Count(|counts| counts.$name, |counts| &mut counts.$name),
        }
    };
}

const COLUMNS: [StatsColumn; 20] = [
    count!(ac, "copies of this ALT"),
    count!(an, "called alleles"),
    StatsColumn {
        name: "af",
        description: "ac / an; NULL when an is 0",
        value: Value::Ratio(GenotypeCounts::af),
    },
    count!(n_samples, "samples looked at"),
    StatsColumn {
        name: "n_called",
        description: "samples with a full call",
        value: Value::Sum(GenotypeCounts::n_called),
    },
    count!(n_hom_ref, "all alleles REF, two copies or more"),
    count!(n_het, "this ALT and another called allele"),
    count!(n_hom_alt, "all alleles this ALT, two copies or more"),
    count!(n_other_alt, "called, no copy of this ALT, and not all REF"),
    count!(n_hemi_ref, "one copy, REF"),
    count!(n_hemi_alt, "one copy, this ALT"),
    count!(n_hemi_other, "one copy, another ALT"),
    count!(n_partial, "some alleles missing"),
    count!(n_missing, "no call"),
    count!(
        n_het_haploid,
        "of the missing: two alleles where one copy is expected"
    ),
    count!(
        n_unknown_sex,
        "left out, as the sex karyotype is not known here"
    ),
    count!(n_unexpected, "a call where no copy is expected (XX on Y)"),
    count!(n_no_copy, "no copy expected, and no call"),
    count!(n_polyploid, "of the called: more than two copies"),
    StatsColumn {
        name: "call_rate",
        description: "n_called over the samples that have a copy to call; NULL when there are none",
        value: Value::Ratio(GenotypeCounts::call_rate),
    },
];

/// The columns of counts, in order.
pub fn stats_columns() -> &'static [StatsColumn] {
    &COLUMNS
}

impl StatsColumn {
    /// The column's Arrow type.
    pub fn data_type(&self) -> DataType {
        match self.value {
            Value::Ratio(_) => DataType::Float64,
            Value::Count(..) | Value::Sum(_) => DataType::Int64,
        }
    }

    /// The column over many counts; `nulls` marks the rows that have none.
    pub fn array(&self, counts: &[GenotypeCounts], nulls: Option<&NullBuffer>) -> ArrayRef {
        match self.value {
            Value::Count(get, _) | Value::Sum(get) => {
                let values = counts
                    .iter()
                    .map(|c| get(c).cast_signed())
                    .collect::<Vec<_>>();
                Arc::new(Int64Array::new(values.into(), nulls.cloned()))
            }
            Value::Ratio(get) => {
                Arc::new(Float64Array::from_iter(counts.iter().enumerate().map(
                    |(i, c)| get(c).filter(|_| nulls.is_none_or(|nulls| nulls.is_valid(i))),
                )))
            }
        }
    }
}

fn stats_fields() -> Fields {
    COLUMNS
        .iter()
        .map(|column| Field::new(column.name, column.data_type(), true))
        .collect()
}

/// The struct's type.
pub fn stats_type() -> DataType {
    DataType::Struct(stats_fields())
}

/// Collects one row of counts after another.
#[derive(Debug, Default)]
pub struct StatsBuilder {
    counts: Vec<GenotypeCounts>,
    valid: Vec<bool>,
}

impl StatsBuilder {
    /// Makes room for `rows` rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            counts: Vec::with_capacity(rows),
            valid: Vec::with_capacity(rows),
        }
    }

    /// Adds a row; NULL when there are no counts.
    pub fn push(&mut self, counts: Option<GenotypeCounts>) {
        self.valid.push(counts.is_some());
        self.counts.push(counts.unwrap_or_default());
    }

    /// The struct column.
    pub fn finish(self) -> StructArray {
        let nulls = self
            .valid
            .contains(&false)
            .then(|| NullBuffer::from(self.valid));
        let columns = COLUMNS
            .iter()
            .map(|column| column.array(&self.counts, nulls.as_ref()))
            .collect();
        StructArray::new(stats_fields(), columns, nulls)
    }
}

/// Reads structs of counts back, to be added up.
pub(crate) fn read_counts(array: &StructArray) -> Result<Vec<Option<GenotypeCounts>>> {
    let mut rows: Vec<Option<GenotypeCounts>> = (0..array.len())
        .map(|i| array.is_valid(i).then(GenotypeCounts::default))
        .collect();
    for column in &COLUMNS {
        let Value::Count(_, slot) = column.value else {
            continue;
        };
        let Some(values) = array
            .column_by_name(column.name)
            .and_then(|values| values.as_primitive_opt::<Int64Type>())
        else {
            return exec_err!("a struct of counts must have the field `{}`", column.name);
        };
        for (row, value) in rows.iter_mut().zip(values) {
            if let (Some(row), Some(value)) = (row.as_mut(), value) {
                *slot(row) = value.cast_unsigned();
            }
        }
    }
    Ok(rows)
}
