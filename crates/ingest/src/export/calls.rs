//! FORMAT fields as text again, from the `call_fields` rows of a record.

use super::info::push_value;
use super::records::int64;
use crate::Error;
use crate::call_fields::SAMPLES_PER_BLOCK;
use crate::plan::{AS_WRITTEN, UNDECLARED};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StructArray};
use kohort_schema::fields::PLACEHOLDER_FIELD;
use std::collections::VecDeque;
use std::sync::Arc;

/// A batch of `call_fields` rows.
#[derive(Debug)]
struct Batch {
    record_index: Int64Array,
    fields: StructArray,
}

/// One column of a record: per block, the values, the first one's number, and the one behind.
#[derive(Debug)]
struct Column {
    key: String,
    blocks: Vec<(ArrayRef, usize, usize)>,
}

/// The FORMAT fields of one record.
#[derive(Debug)]
pub(crate) struct CallFields {
    columns: Vec<Column>,
    as_written: Option<Column>,
    undeclared: Option<Column>,
    undeclared_keys: Vec<String>,
}

impl CallFields {
    /// The FORMAT keys, in order.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let declared = self.columns.iter().map(|column| column.key.as_str());
        declared
            .chain(self.undeclared_keys.iter().map(String::as_str))
            .collect()
    }

    /// Writes a sample's values; `follows` says that something stands before them.
    pub(crate) fn write(&self, sample: usize, mut follows: bool, line: &mut String) {
        let mut separate = |line: &mut String| {
            if follows {
                line.push(':');
            }
            follows = true;
        };
        let written = self
            .as_written
            .as_ref()
            .and_then(|column| column.text_at(sample));
        for column in &self.columns {
            separate(line);
            match (
                written.and_then(|text| entry(text, &column.key)),
                column.at(sample),
            ) {
                (Some(written), _) => line.push_str(written),
                (None, Some((values, at))) => push_value(values, at, line),
                (None, None) => line.push('.'),
            }
        }
        let text = self
            .undeclared
            .as_ref()
            .and_then(|column| column.text_at(sample));
        for key in &self.undeclared_keys {
            separate(line);
            line.push_str(text.and_then(|text| entry(text, key)).unwrap_or("."));
        }
    }

    fn new(rows: &[(Arc<Batch>, usize)]) -> Self {
        let mut fields = Self {
            columns: Vec::new(),
            as_written: None,
            undeclared: None,
            undeclared_keys: Vec::new(),
        };
        let Some((first, _)) = rows.first() else {
            return fields;
        };
        for (i, field) in first.fields.fields().iter().enumerate() {
            let Some(column) = Column::new(field.name(), i, rows) else {
                continue;
            };
            match field.name().as_str() {
                PLACEHOLDER_FIELD => {}
                AS_WRITTEN => fields.as_written = Some(column),
                UNDECLARED => {
                    fields.undeclared_keys = column.undeclared_keys();
                    fields.undeclared = Some(column);
                }
                _ => fields.columns.push(column),
            }
        }
        fields
    }
}

impl Column {
    /// The field's lists in a record's rows; none when the record lacks the key.
    fn new(key: &str, field: usize, rows: &[(Arc<Batch>, usize)]) -> Option<Self> {
        let mut blocks = Vec::with_capacity(rows.len());
        for (batch, row) in rows {
            let lists = batch.fields.column(field).as_list_opt::<i32>()?;
            if lists.is_null(*row) {
                return None;
            }
            let offsets = lists.value_offsets();
            let start = usize::try_from(*offsets.get(*row)?).ok()?;
            let end = usize::try_from(*offsets.get(*row + 1)?).ok()?;
            blocks.push((Arc::clone(lists.values()), start, end));
        }
        Some(Self {
            key: key.to_owned(),
            blocks,
        })
    }

    fn at(&self, sample: usize) -> Option<(&ArrayRef, usize)> {
        let (values, start, end) = self.blocks.get(sample / SAMPLES_PER_BLOCK)?;
        let at = start + sample % SAMPLES_PER_BLOCK;
        (at < *end).then_some((values, at))
    }

    /// The text of a sample, where the field is one text for each.
    fn text_at(&self, sample: usize) -> Option<&str> {
        let (values, at) = self.at(sample)?;
        let texts = values.as_string_opt::<i32>()?;
        texts.is_valid(at).then(|| texts.value(at))
    }

    fn undeclared_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for (values, start, end) in &self.blocks {
            let Some(values) = values.as_string_opt::<i32>() else {
                continue;
            };
            for at in *start..*end {
                if values.is_null(at) {
                    continue;
                }
                let entries = values
                    .value(at)
                    .split(':')
                    .filter_map(|e| e.split_once('='));
                for (key, _) in entries {
                    if !keys.iter().any(|k| k == key) {
                        keys.push(key.to_owned());
                    }
                }
            }
        }
        keys
    }
}

/// The value of a key in `KEY=value:OTHER=value`.
fn entry<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut entries = text.split(':').filter_map(|entry| entry.split_once('='));
    entries.find(|(k, _)| *k == key).map(|(_, value)| value)
}

/// Finds the `call_fields` rows of records that are asked for in order.
#[derive(Debug, Default)]
pub(crate) struct CallQueue {
    rows: VecDeque<(Arc<Batch>, usize)>,
    is_ended: bool,
}

impl CallQueue {
    /// Adds the next batch; none ends them.
    pub(crate) fn add(&mut self, batch: Option<&RecordBatch>) -> Result<(), Error> {
        let Some(batch) = batch else {
            self.is_ended = true;
            return Ok(());
        };
        let fields = batch
            .column_by_name("fields")
            .and_then(|c| c.as_struct_opt());
        let record_index = int64(batch, "record_index")?;
        let fields = fields.cloned().ok_or(Error::Schema { column: "fields" })?;
        let n_rows = batch.num_rows();
        let batch = Arc::new(Batch {
            record_index,
            fields,
        });
        self.rows
            .extend((0..n_rows).map(|row| (Arc::clone(&batch), row)));
        Ok(())
    }

    /// Whether more batches are needed to know all rows of this record.
    pub(crate) fn needs_more(&self, record_index: i64) -> bool {
        let last = self
            .rows
            .back()
            .map(|(batch, row)| batch.record_index.value(*row));
        !self.is_ended && last.is_none_or(|last| last <= record_index)
    }

    /// The fields of a record, where it has any; drops those of the records before.
    pub(crate) fn take(&mut self, record_index: i64) -> Option<CallFields> {
        let index = |(batch, row): &(Arc<Batch>, usize)| batch.record_index.value(*row);
        while self
            .rows
            .front()
            .is_some_and(|row| index(row) < record_index)
        {
            self.rows.pop_front();
        }
        let n = self
            .rows
            .iter()
            .take_while(|row| index(row) == record_index)
            .count();
        let rows: Vec<_> = self.rows.drain(..n).collect();
        (!rows.is_empty()).then(|| CallFields::new(&rows))
    }
}
