//! INFO columns: one builder per declared field, a row per ALT.

use crate::leaf::LeafBuilder;
use crate::plan::FieldPlan;
use arrow::array::{
    ArrayRef, BooleanArray, ListArray, NullBufferBuilder, StringBuilder, StructArray,
};
use arrow::buffer::{OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{Field, Fields};
use kohort_schema::{Scalar, Shape};
use kohort_vcf::value::{Dimensions, FieldName, check_flag, check_value};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a field's value lies in the record's INFO text.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The record that it belongs to.
    epoch: u64,
    start: usize,
    end: usize,
}

/// Builds the `info` column of one worker.
pub(crate) struct InfoBuilder {
    plan: Arc<[FieldPlan]>,
    by_id: HashMap<String, Option<usize>>,
    columns: Vec<InfoColumn>,
    slots: Vec<Slot>,
    epoch: u64,
    undeclared: String,
    undeclared_column: StringBuilder,
    n_rows: usize,
}

impl InfoBuilder {
    /// `dropped` are declared fields that are not kept.
    pub(crate) fn new(plan: Arc<[FieldPlan]>, dropped: &[String]) -> Self {
        let mut by_id: HashMap<String, Option<usize>> =
            dropped.iter().map(|id| (id.clone(), None)).collect();
        for (i, field) in plan.iter().enumerate() {
            by_id.insert(field.line.id.clone(), Some(i));
        }
        Self {
            columns: plan.iter().map(InfoColumn::new).collect(),
            slots: vec![Slot::default(); plan.len()],
            by_id,
            plan,
            epoch: 0,
            undeclared: String::new(),
            undeclared_column: StringBuilder::new(),
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
                if !self.undeclared.is_empty() {
                    self.undeclared.push(';');
                }
                self.undeclared.push_str(entry);
                continue;
            };
            let Some(field) = field else { continue };
            let value = split.map(|at| &entry[at + 1..]);
            let plan = &self.plan[field];
            let name = FieldName::Info(&plan.line.id);
            let checked = match value {
                _ if self.slots[field].epoch == self.epoch => Err(kohort_vcf::Error::Field {
                    field: name.to_string(),
                    expected: "the key once".to_owned(),
                    found: "it twice".to_owned(),
                }),
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
                    let value_start = split.map_or(start + entry.len(), |at| start + at + 1);
                    let end = start + entry.len();
                    self.slots[field] = Slot {
                        epoch: self.epoch,
                        start: value_start,
                        end,
                    };
                }
                Err(error) => fault(field, error)?,
            }
        }
        Ok(())
    }

    /// Appends the row of one ALT (1-based) of the record that [`Self::record`] read last.
    pub(crate) fn append(&mut self, text: &str, alternate: usize) {
        let text = text.as_bytes();
        for (column, slot) in self.columns.iter_mut().zip(&self.slots) {
            if slot.epoch == self.epoch {
                column.append(&text[slot.start..slot.end], alternate);
            } else {
                column.append_null();
            }
        }
        if self.undeclared.is_empty() {
            self.undeclared_column.append_null();
        } else {
            self.undeclared_column.append_value(&self.undeclared);
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
        let undeclared = self.undeclared_column.finish();
        if arrays.len() < fields.len() {
            arrays.push(Arc::new(undeclared));
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
    fn new(plan: &FieldPlan) -> Self {
        let leaf = LeafBuilder::new(plan.field_type.scalar);
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
    fn append(&mut self, text: &[u8], alternate: usize) {
        let ok = |leaf: &mut LeafBuilder, text: &[u8]| {
            if leaf.append(text).is_err() {
                leaf.append_null();
            }
        };
        match self {
            Self::One(leaf) => ok(leaf, text),
            Self::PerAlternate(leaf) => {
                let nth = text.split(|&b| b == b',').nth(alternate.saturating_sub(1));
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
                for (i, value) in text.split(|&b| b == b',').enumerate() {
                    if *shape != Shape::PerAllele || i == 0 || i == alternate {
                        ok(leaf, value);
                    }
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
