//! One record as a line of VCF text.

use super::calls::CallFields;
use super::info::InfoWriter;
use super::records::{Record, Rows, text};
use crate::Error;
use arrow::array::{Array, AsArray, BinaryArray, Float32Array, ListArray};
use arrow::datatypes::Float32Type;
use kohort_genotype::{CallBuf, MISSING, SampleBlock, SiteCalls, unpack_site};
use std::collections::HashMap;
use std::fmt::Write;

/// Which samples to write.
#[derive(Debug, Clone)]
pub(crate) enum Picked {
    /// All of them.
    All,
    /// These, counted from 0 within the callset, in order.
    Some(Vec<u32>),
    /// No sample columns.
    None,
}

/// Writes lines, reusing its buffers.
pub(crate) struct LineWriter {
    /// The file's own names of the contigs.
    names: HashMap<String, String>,
    pub(crate) info: InfoWriter,
    picked: Picked,
    samples: SampleBlock,
    site: SiteCalls,
    line: String,
}

impl LineWriter {
    pub(crate) fn new(
        names: HashMap<String, String>,
        info: InfoWriter,
        picked: Picked,
        samples: SampleBlock,
    ) -> Self {
        Self {
            names,
            info,
            picked,
            samples,
            site: SiteCalls::new(),
            line: String::new(),
        }
    }

    /// The line of a record, without its line end.
    pub(crate) fn line(
        &mut self,
        record: &Record,
        calls: Option<&CallFields>,
    ) -> Result<&str, Error> {
        self.line.clear();
        let (rows, row) = record.first()?;
        self.fixed(record, rows, row)?;
        self.line.push('\t');
        self.info.write(record, &mut self.line)?;
        if !matches!(self.picked, Picked::None) {
            self.sample_columns(record, calls)?;
        }
        Ok(&self.line)
    }

    fn fixed(&mut self, record: &Record, rows: &Rows, row: usize) -> Result<(), Error> {
        let chrom = rows.chrom.value(row);
        self.line
            .push_str(self.names.get(chrom).map_or(chrom, String::as_str));
        push(&mut self.line, format_args!("\t{}\t", record.written_pos()));
        let id = text(&rows.batch, "id")?;
        self.line
            .push_str(if id.is_null(row) { "." } else { id.value(row) });
        self.line.push('\t');
        self.line
            .push_str(&original(rows, row, "original_ref", "ref")?);
        self.line.push('\t');
        for (i, (rows, row)) in record.rows.iter().enumerate() {
            if i > 0 {
                self.line.push(',');
            }
            self.line
                .push_str(&original(rows, *row, "original_alt", "alt")?);
        }
        self.line.push('\t');
        let qual = float32(rows, "qual")?;
        if qual.is_null(row) {
            self.line.push('.');
        } else {
            push_float(&mut self.line, qual.value(row));
        }
        self.line.push('\t');
        self.filter(rows, row)
    }

    fn filter(&mut self, rows: &Rows, row: usize) -> Result<(), Error> {
        let filter = rows.batch.column_by_name("filter");
        let lists: &ListArray = filter
            .and_then(|c| c.as_list_opt())
            .ok_or(Error::Schema { column: "filter" })?;
        if lists.is_null(row) {
            self.line.push('.');
            return Ok(());
        }
        let values = lists.value(row);
        let values = values
            .as_string_opt::<i32>()
            .ok_or(Error::Schema { column: "filter" })?;
        for (i, value) in values.iter().flatten().enumerate() {
            if i > 0 {
                self.line.push(';');
            }
            self.line.push_str(value);
        }
        if values.is_empty() {
            self.line.push_str("PASS");
        }
        Ok(())
    }

    fn sample_columns(&mut self, record: &Record, calls: Option<&CallFields>) -> Result<(), Error> {
        let has_gt = self.unpack(record)?;
        self.line.push('\t');
        let start = self.line.len();
        if has_gt {
            self.line.push_str("GT");
        }
        let keys = calls.map(CallFields::keys).unwrap_or_default();
        for key in &keys {
            if self.line.len() > start {
                self.line.push(':');
            }
            self.line.push_str(key);
        }
        if self.line.len() == start {
            self.line.push('.');
        }
        let mut picked = match &self.picked {
            Picked::Some(samples) => Some(samples.iter().copied().peekable()),
            _ => None,
        };
        let n_samples = self.samples.n_samples();
        let mut genotypes = self.site.calls();
        for sample in 0..n_samples {
            let genotype = if has_gt { genotypes.next() } else { None };
            let wanted = match &mut picked {
                None => true,
                Some(picked) => picked.next_if_eq(&sample).is_some(),
            };
            if !wanted {
                continue;
            }
            self.line.push('\t');
            match &genotype {
                Some(genotype) => push_genotype(&mut self.line, genotype),
                None if keys.is_empty() => self.line.push('.'),
                None => {}
            }
            if let Some(calls) = calls {
                calls.write(sample as usize, genotype.is_some(), &mut self.line);
            }
        }
        Ok(())
    }

    /// Unpacks the record's genotypes; false when it has none.
    fn unpack(&mut self, record: &Record) -> Result<bool, Error> {
        let mut columns: Vec<BinaryArray> = Vec::with_capacity(record.rows.len());
        for (rows, row) in &record.rows {
            let genotypes = genotypes(rows)?;
            if genotypes.is_null(*row) {
                return Ok(false);
            }
            columns.push(genotypes);
        }
        let values: Vec<&[u8]> = columns
            .iter()
            .zip(&record.rows)
            .map(|(column, (_, row))| column.value(*row))
            .collect();
        unpack_site(&values, &self.samples, &mut self.site)?;
        Ok(true)
    }
}

/// The packed genotypes of a batch.
pub(crate) fn genotypes(rows: &Rows) -> Result<BinaryArray, Error> {
    let column = rows
        .batch
        .column_by_name("genotypes")
        .and_then(|c| c.as_binary_opt::<i32>());
    column.cloned().ok_or(Error::Schema {
        column: "genotypes",
    })
}

fn float32(rows: &Rows, name: &'static str) -> Result<Float32Array, Error> {
    let column = rows
        .batch
        .column_by_name(name)
        .and_then(|c| c.as_primitive_opt::<Float32Type>());
    column.cloned().ok_or(Error::Schema { column: name })
}

/// The text as the file had it.
fn original(
    rows: &Rows,
    row: usize,
    original: &'static str,
    now: &'static str,
) -> Result<String, Error> {
    let column = text(&rows.batch, original)?;
    let column = if column.is_null(row) {
        text(&rows.batch, now)?
    } else {
        column
    };
    Ok(column.value(row).to_owned())
}

/// Writing to a `String` cannot fail.
pub(crate) fn push(line: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = line.write_fmt(arguments);
}

/// The shortest text that reads back as the same float.
pub(crate) fn push_float(line: &mut String, value: f32) {
    let magnitude = value.abs();
    if value.is_nan() {
        line.push_str("nan");
    } else if value.is_infinite() {
        line.push_str(if value > 0.0 { "inf" } else { "-inf" });
    } else if magnitude != 0.0 && !(1e-4..1e9).contains(&magnitude) {
        push(line, format_args!("{value:e}"));
    } else {
        push(line, format_args!("{value}"));
    }
}

/// GT as text; nearly all have two alleles of one digit.
fn push_genotype(line: &mut String, call: &CallBuf) {
    let digit = |allele: u16| match allele {
        MISSING => Some('.'),
        allele => char::from_digit(u32::from(allele), 10),
    };
    if let (&[first, second], Some(phase)) = (call.alleles(), call.separator_before(1))
        && let (Some(first), Some(second)) = (digit(first), digit(second))
        && call.separator_before(0).is_none()
    {
        line.push(first);
        line.push(phase.separator());
        line.push(second);
        return;
    }
    push(line, format_args!("{call}"));
}
