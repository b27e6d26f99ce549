//! INFO as text again, from the rows of a record.

use super::line::{genotypes, push, push_float};
use super::records::{Record, Rows};
use crate::Error;
use crate::plan::{AS_WRITTEN, UNDECLARED};
use arrow::array::{Array, ArrayRef, AsArray, StructArray};
use arrow::datatypes::{Float32Type, Int32Type};
use kohort_genotype::{Counter, GenotypeCounts};
use kohort_schema::fields::PLACEHOLDER_FIELD;
use kohort_vcf::{Header, Kind, Number};
use std::sync::Arc;

/// How a field's values lie over the rows of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spread {
    Flag,
    FirstRow,
    OnePerRow,
    PairPerRow,
}

/// Writes INFO; with a counter, the counts of its cohort take the place of the file's.
pub(crate) struct InfoWriter {
    header: Header,
    counter: Option<Counter>,
}

/// The INFO keys that are counted anew, with their header lines.
pub(crate) const COUNTED: [(&str, &str, &str, &str); 10] = [
    (
        "AC",
        "A",
        "Integer",
        "Copies of the ALT allele among called alleles",
    ),
    ("AN", "1", "Integer", "Called alleles"),
    ("AF", "A", "Float", "AC over AN"),
    ("N_SAMPLES", "1", "Integer", "Samples"),
    ("N_CALLED", "1", "Integer", "Samples with a full call"),
    (
        "N_HET",
        "A",
        "Integer",
        "Samples with the ALT and another called allele",
    ),
    (
        "N_HOM_ALT",
        "A",
        "Integer",
        "Samples with two or more copies, all of them the ALT",
    ),
    (
        "N_HEMI_ALT",
        "A",
        "Integer",
        "Samples with one copy, the ALT",
    ),
    ("N_PARTIAL", "1", "Integer", "Samples with a partial call"),
    ("N_MISSING", "1", "Integer", "Samples without a call"),
];

impl InfoWriter {
    pub(crate) fn new(header: Header, counter: Option<Counter>) -> Self {
        Self { header, counter }
    }

    pub(crate) fn write(&mut self, record: &Record, line: &mut String) -> Result<(), Error> {
        let start = line.len();
        let counted = self.counts(record)?;
        if let Some(counts) = &counted {
            push_counts(counts, line);
        }
        let (rows, row) = record.first()?;
        let missing = || Error::Schema { column: "info" };
        let info = rows
            .batch
            .column_by_name("info")
            .and_then(|c| c.as_struct_opt());
        let info = info.ok_or_else(missing)?;
        let as_written = info
            .column_by_name(AS_WRITTEN)
            .and_then(|c| c.as_string_opt::<i32>());
        let as_written = as_written
            .filter(|c| c.is_valid(row))
            .map(|c| c.value(row).to_owned());
        let as_written = as_written.unwrap_or_default();
        for field in info.fields() {
            let name = field.name();
            let is_counted = COUNTED.iter().any(|(key, ..)| key == name);
            let is_hidden = matches!(name.as_str(), PLACEHOLDER_FIELD | AS_WRITTEN);
            if is_counted && counted.is_some() || is_hidden {
                continue;
            }
            match entry_of(&as_written, name) {
                Some(entry) => {
                    if line.len() > start {
                        line.push(';');
                    }
                    line.push_str(entry);
                }
                None => self.field(record, name, start, line),
            }
        }
        if line.len() == start {
            line.push('.');
        }
        Ok(())
    }

    fn counts(&mut self, record: &Record) -> Result<Option<Vec<GenotypeCounts>>, Error> {
        let Some(counter) = &mut self.counter else {
            return Ok(None);
        };
        let mut counts = Vec::with_capacity(record.rows.len());
        for (rows, row) in &record.rows {
            let genotypes = genotypes(rows)?;
            if genotypes.is_null(*row) {
                return Ok(None);
            }
            counts.push(counter.count(genotypes.value(*row))?);
        }
        Ok(Some(counts))
    }

    fn spread(&self, name: &str) -> Spread {
        let field_type = self.header.info_type(name);
        match (field_type.kind, field_type.number) {
            (Kind::Flag, _) => Spread::Flag,
            (_, Number::A) => Spread::OnePerRow,
            (_, Number::R) => Spread::PairPerRow,
            _ => Spread::FirstRow,
        }
    }

    /// Writes one field as `;KEY=value`, unless it is absent from the record.
    fn field(&self, record: &Record, name: &str, start: usize, line: &mut String) {
        let value = |(rows, row): &'_ (Arc<Rows>, usize)| -> Option<(ArrayRef, usize)> {
            let info: &StructArray = rows.batch.column_by_name("info")?.as_struct_opt()?;
            Some((Arc::clone(info.column_by_name(name)?), *row))
        };
        let values: Vec<(ArrayRef, usize)> = record.rows.iter().filter_map(value).collect();
        let spread = self.spread(name);
        let is_absent = |(column, row): &(ArrayRef, usize)| match column.as_boolean_opt() {
            Some(flags) => !(flags.is_valid(*row) && flags.value(*row)),
            None => column.is_null(*row),
        };
        if values.iter().all(is_absent) {
            return;
        }
        if line.len() > start {
            line.push(';');
        }
        // The entries that nobody declared are whole already.
        if name != UNDECLARED {
            line.push_str(name);
            if spread != Spread::Flag {
                line.push('=');
            }
        }
        push_spread(spread, &values, line);
    }
}

/// The entry of a key as the file wrote it, where it is kept.
fn entry_of<'e>(as_written: &'e str, key: &str) -> Option<&'e str> {
    let mut entries = as_written.split(';');
    entries.find(|entry| entry.split('=').next() == Some(key))
}

fn push_spread(spread: Spread, values: &[(ArrayRef, usize)], line: &mut String) {
    match spread {
        Spread::Flag => {}
        Spread::FirstRow => {
            if let Some((column, row)) = values.first() {
                push_value(column, *row, line);
            }
        }
        Spread::OnePerRow => {
            for (i, (column, row)) in values.iter().enumerate() {
                comma(i, line);
                push_value(column, *row, line);
            }
        }
        Spread::PairPerRow => {
            for (i, (column, row)) in values.iter().enumerate() {
                let pair = list_items(column, *row);
                if i == 0 {
                    push_item(pair.as_ref(), 0, line);
                }
                if pair.as_ref().is_some_and(|pair| pair.len() > 1) {
                    line.push(',');
                    push_item(pair.as_ref(), 1, line);
                }
            }
        }
    }
}

fn comma(i: usize, line: &mut String) {
    if i > 0 {
        line.push(',');
    }
}

fn list_items(column: &ArrayRef, row: usize) -> Option<ArrayRef> {
    column
        .as_list_opt::<i32>()
        .filter(|c| c.is_valid(row))
        .map(|c| c.value(row))
}

fn push_item(items: Option<&ArrayRef>, i: usize, line: &mut String) {
    match items {
        Some(items) if i < items.len() => push_value(items, i, line),
        _ => line.push('.'),
    }
}

/// One value, or a list between commas; `.` for NULL.
pub(crate) fn push_value(column: &ArrayRef, row: usize, line: &mut String) {
    if column.is_null(row) {
        line.push('.');
    } else if let Some(column) = column.as_primitive_opt::<Int32Type>() {
        push(line, format_args!("{}", column.value(row)));
    } else if let Some(column) = column.as_primitive_opt::<Float32Type>() {
        push_float(line, column.value(row));
    } else if let Some(column) = column.as_string_opt::<i32>() {
        line.push_str(column.value(row));
    } else if let Some(column) = column.as_list_opt::<i32>() {
        let items = column.value(row);
        for i in 0..items.len() {
            comma(i, line);
            push_value(&items, i, line);
        }
        if items.is_empty() {
            line.push('.');
        }
    } else {
        line.push('.');
    }
}

fn push_counts(counts: &[GenotypeCounts], line: &mut String) {
    let Some(first) = counts.first() else { return };
    let mut each = |key: &str, value: &dyn Fn(&GenotypeCounts) -> String| {
        let values: Vec<String> = counts.iter().map(value).collect();
        push(line, format_args!("{key}={};", values.join(",")));
    };
    each("AC", &|c| c.ac.to_string());
    each("AF", &|c| {
        c.af().map_or_else(|| ".".to_owned(), |af| af.to_string())
    });
    each("N_HET", &|c| c.n_het.to_string());
    each("N_HOM_ALT", &|c| c.n_hom_alt.to_string());
    each("N_HEMI_ALT", &|c| c.n_hemi_alt.to_string());
    push(
        line,
        format_args!(
            "AN={};N_SAMPLES={};N_CALLED={};N_PARTIAL={};N_MISSING={}",
            first.an,
            first.n_samples,
            first.n_called(),
            first.n_partial,
            first.n_missing
        ),
    );
}
