//! INFO columns: one builder per declared field, a row per ALT.

use crate::leaf::LeafBuilder;
use crate::plan::FieldPlan;
use arrow::array::{
    ArrayRef, BooleanArray, ListArray, NullBufferBuilder, StringBuilder, StructArray,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Field, Fields};
use kohort_schema::{Scalar, Shape};
use kohort_vcf::value::{Dimensions, Escapes, FieldName, check_flag, check_value};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a field's value lies in the record's INFO text.
#[derive(Debug, Clone, Default)]
struct Slot {
    /// The record that has the key.
    seen: u64,
    /// The record that the value belongs to.
    epoch: u64,
    start: usize,
    end: usize,
    /// Where the value's commas are, counted from its start; only where it is one value per
    /// allele, and there are many.
    commas: Vec<usize>,
}

/// From this many ALTs on, a list with a value for each is cut once and not once per row.
const MANY_ALTERNATES: u16 = 8;

/// Builds the `info` column of one worker.
pub(crate) struct InfoBuilder {
    plan: Arc<[FieldPlan]>,
    by_id: HashMap<String, Option<usize>>,
    columns: Vec<InfoColumn>,
    slots: Vec<Slot>,
    epoch: u64,
    undeclared: String,
    undeclared_column: StringBuilder,
    /// The record's entries with percent codes, where the file's version has them.
    as_written: String,
    as_written_column: StringBuilder,
    escapes: Escapes,
    n_rows: usize,
}

impl InfoBuilder {
    /// `dropped` are declared fields that are not kept.
    pub(crate) fn new(plan: Arc<[FieldPlan]>, dropped: &[String], escapes: Escapes) -> Self {
        let mut by_id: HashMap<String, Option<usize>> =
            dropped.iter().map(|id| (id.clone(), None)).collect();
        for (i, field) in plan.iter().enumerate() {
            by_id.insert(field.line.id.clone(), Some(i));
        }
        Self {
            columns: plan.iter().map(|f| InfoColumn::new(f, escapes)).collect(),
            slots: vec![Slot::default(); plan.len()],
            by_id,
            plan,
            epoch: 0,
            undeclared: String::new(),
            undeclared_column: StringBuilder::new(),
            as_written: String::new(),
            as_written_column: StringBuilder::new(),
            escapes,
            n_rows: 0,
        }
    }

    /// Reads a record's INFO text: finds the fields, and checks each against its declaration.
    /// `fault` hears of each that breaks it; when it accepts that, the value is taken as absent.
    pub(crate) fn record(
        &mut self,
        text: &str,
        n_alt: u16,
        mut fault: impl FnMut(usize, kohort_vcf::Error) -> Result<(), kohort_vcf::Error>,
    ) -> Result<(), kohort_vcf::Error> {
        self.epoch += 1;
        self.undeclared.clear();
        self.as_written.clear();
        if text == "." {
            return Ok(());
        }
        let dimensions = Dimensions { n_alt, ploidy: 2 };
        let mut next = 0;
        let mut hint = 0;
        for entry in text.split(';') {
            let start = next;
            next += entry.len() + 1;
            if entry.is_empty() {
                continue;
            }
            let split = memchr::memchr(b'=', entry.as_bytes());
            let key = &entry[..split.unwrap_or(entry.len())];
            let Some(field) = self.find(key, &mut hint) else {
                push_entry(&mut self.undeclared, entry);
                continue;
            };
            let Some(field) = field else { continue };
            let value = split.map(|at| &entry[at + 1..]);
            let plan = &self.plan[field];
            let name = FieldName::Info(&plan.line.id);
            let slot = &mut self.slots[field];
            let is_repeated = std::mem::replace(&mut slot.seen, self.epoch) == self.epoch;
            let checked = match value {
                _ if is_repeated => Err(repeated(name)),
                value if plan.field_type.scalar == Scalar::Flag => check_flag(name, value),
                value => check_value(
                    name,
                    plan.line.field_type(),
                    dimensions,
                    value.unwrap_or(""),
                ),
            };
            match checked {
                Ok(()) => {
                    slot.epoch = self.epoch;
                    slot.start = split.map_or(start + entry.len(), |at| start + at + 1);
                    slot.end = start + entry.len();
                    slot.commas.clear();
                    if n_alt >= MANY_ALTERNATES && plan.field_type.is_per_allele() {
                        let value = value.unwrap_or_default().as_bytes();
                        slot.commas.extend(memchr::memchr_iter(b',', value));
                    }
                    let is_text = plan.field_type.scalar == Scalar::String;
                    if is_text && has_codes(entry.as_bytes(), self.escapes) {
                        push_entry(&mut self.as_written, entry);
                    }
                }
                Err(error) => {
                    // Of a key that comes twice, neither value is more right than the other.
                    slot.epoch = 0;
                    fault(field, error)?;
                }
            }
        }
        Ok(())
    }

    /// Appends the row of one ALT (1-based) of the record that [`Self::record`] read last.
    pub(crate) fn append(&mut self, text: &str, alternate: usize) {
        let text = text.as_bytes();
        for (column, slot) in self.columns.iter_mut().zip(&self.slots) {
            if slot.epoch == self.epoch {
                let value = &text[slot.start..slot.end];
                column.append(value, &slot.commas, alternate);
            } else {
                column.append_null();
            }
        }
        for (column, text) in [
            (&mut self.undeclared_column, &self.undeclared),
            (&mut self.as_written_column, &self.as_written),
        ] {
            column.append_option(Some(text).filter(|text| !text.is_empty()));
        }
        self.n_rows += 1;
    }

    /// Whether the record had keys that nobody declares, and which.
    pub(crate) fn undeclared(&self) -> impl Iterator<Item = &str> {
        let entries = self.undeclared.split(';').filter(|entry| !entry.is_empty());
        entries.map(|entry| entry.split('=').next().unwrap_or(entry))
    }

    /// The column of the rows since the last call.
    pub(crate) fn finish(&mut self, fields: &Fields) -> Result<ArrayRef, arrow::error::ArrowError> {
        let mut arrays: Vec<ArrayRef> = self
            .columns
            .iter_mut()
            .map(InfoColumn::finish)
            .collect::<Result<_, _>>()?;
        for text in [&mut self.undeclared_column, &mut self.as_written_column] {
            let text = text.finish();
            if arrays.len() < fields.len() {
                arrays.push(Arc::new(text));
            }
        }
        if arrays.is_empty() {
            arrays.push(Arc::new(BooleanArray::new_null(self.n_rows)));
        }
        self.n_rows = 0;
        Ok(Arc::new(StructArray::try_new(
            fields.clone(),
            arrays,
            None,
        )?))
    }

    /// The field of a key; fields mostly come in one order, so the next one is tried first.
    fn find(&self, key: &str, hint: &mut usize) -> Option<Option<usize>> {
        if self
            .plan
            .get(*hint)
            .is_some_and(|field| field.line.id == key)
        {
            *hint += 1;
            return Some(Some(*hint - 1));
        }
        let found = *self.by_id.get(key)?;
        if let Some(found) = found {
            *hint = found + 1;
        }
        Some(found)
    }
}

#[cold]
fn repeated(name: FieldName<'_>) -> kohort_vcf::Error {
    kohort_vcf::Error::Field {
        field: name.to_string(),
        expected: "the key once".to_owned(),
        found: "it twice".to_owned(),
    }
}

fn push_entry(entries: &mut String, entry: &str) {
    if !entries.is_empty() {
        entries.push(';');
    }
    entries.push_str(entry);
}

/// Whether a text has percent codes, whose values are decoded.
#[inline]
pub(crate) fn has_codes(text: &[u8], escapes: Escapes) -> bool {
    let is_code =
        |code: &[u8]| code[0] == b'%' && code[1].is_ascii_hexdigit() && code[2].is_ascii_hexdigit();
    escapes == Escapes::Percent
        && memchr::memchr(b'%', text).is_some()
        && text.windows(3).any(is_code)
}

enum InfoColumn {
    One(LeafBuilder),
    PerAlternate(LeafBuilder),
    Many {
        shape: Shape,
        leaf: LeafBuilder,
        offsets: Vec<i32>,
        valid: NullBufferBuilder,
    },
}

impl InfoColumn {
    fn new(plan: &FieldPlan, escapes: Escapes) -> Self {
        let leaf = LeafBuilder::new(plan.field_type.scalar, escapes);
        match (plan.field_type.scalar, plan.field_type.shape) {
            (Scalar::Flag, _) | (_, Shape::One) => Self::One(leaf),
            (_, Shape::PerAlternate) => Self::PerAlternate(leaf),
            (_, shape) => Self::Many {
                shape,
                leaf,
                offsets: vec![0],
                valid: NullBufferBuilder::new(0),
            },
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::One(leaf) | Self::PerAlternate(leaf) => leaf.append_null(),
            Self::Many {
                offsets,
                valid,
                leaf,
                ..
            } => {
                valid.append_null();
                offsets.push(offset(leaf.len()));
            }
        }
    }

    /// Appends a value that was checked before.
    fn append(&mut self, text: &[u8], commas: &[usize], alternate: usize) {
        let ok = |leaf: &mut LeafBuilder, text: &[u8]| {
            if leaf.append(text).is_err() {
                leaf.append_null();
            }
        };
        match self {
            Self::One(leaf) => ok(leaf, text),
            Self::PerAlternate(leaf) => {
                let nth = nth_value(text, commas, alternate.saturating_sub(1));
                ok(leaf, nth.unwrap_or(b"."));
            }
            Self::Many {
                offsets,
                valid,
                leaf,
                ..
            } if text == b"." => {
                valid.append_null();
                offsets.push(offset(leaf.len()));
            }
            Self::Many {
                shape,
                leaf,
                offsets,
                valid,
            } => {
                if *shape == Shape::PerAllele {
                    for i in [0, alternate] {
                        if let Some(value) = nth_value(text, commas, i) {
                            ok(leaf, value);
                        }
                    }
                } else {
                    text.split(|&b| b == b',').for_each(|value| ok(leaf, value));
                }
                valid.append_non_null();
                offsets.push(offset(leaf.len()));
            }
        }
    }

    fn finish(&mut self) -> Result<ArrayRef, arrow::error::ArrowError> {
        match self {
            Self::One(leaf) | Self::PerAlternate(leaf) => Ok(leaf.finish()),
            Self::Many {
                leaf,
                offsets,
                valid,
                ..
            } => {
                let values = leaf.finish();
                let offsets = std::mem::replace(offsets, vec![0]);
                list(values, offsets, valid)
            }
        }
    }
}

/// The value number `n` (from 0) of a list; `commas` are its commas, or none where it is short.
fn nth_value<'t>(text: &'t [u8], commas: &[usize], n: usize) -> Option<&'t [u8]> {
    if commas.is_empty() {
        return text.split(|&b| b == b',').nth(n);
    }
    let start = match n {
        0 => 0,
        n => commas.get(n - 1)? + 1,
    };
    text.get(start..commas.get(n).copied().unwrap_or(text.len()))
}

/// A list array from its parts; `valid` is empty afterwards.
pub(crate) fn list(
    values: ArrayRef,
    offsets: Vec<i32>,
    valid: &mut NullBufferBuilder,
) -> Result<ArrayRef, arrow::error::ArrowError> {
    let item = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(ListArray::try_new(
        item,
        offsets,
        values,
        valid.finish(),
    )?))
}

/// A list offset; a chunk of text is far smaller than 2 GiB.
pub(crate) fn offset(len: usize) -> i32 {
    i32::try_from(len).unwrap_or(i32::MAX)
}
