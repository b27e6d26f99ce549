//! What is kept of a row that is set aside: where it is, what is wrong, and its values, but for
//! those that may name a person.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use encoding_rs::Encoding;

use crate::Result;
use crate::column::decoded;
use crate::load::bad_rows::BadRow;
use crate::load::options::LoadOptions;
use crate::load::plan::personal;
use crate::personal::may_name;
use crate::read::Columns;
use crate::record::{Cell, Record};

/// In the place of a value that may name a person.
const HIDDEN: &str = "(hidden)";

/// The columns of rows that were set aside.
pub fn set_aside_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("source"),
        Field::new("line", DataType::Int64, true),
        text("column_name"),
        text("expected"),
        text("found"),
        text("advice"),
        text("row_values"),
    ]))
}

/// Collects rows that are set aside.
#[derive(Debug, Default)]
pub(crate) struct SetAside {
    source: StringBuilder,
    line: Int64Builder,
    column: StringBuilder,
    expected: StringBuilder,
    found: StringBuilder,
    advice: StringBuilder,
    values: StringBuilder,
    n: usize,
}

impl SetAside {
    pub(crate) fn len(&self) -> usize {
        self.n
    }

    /// Adds a row; `values` is an object of its columns, as JSON.
    pub(crate) fn add(&mut self, row: &BadRow, values: &str) {
        self.source.append_value(&row.file);
        self.line
            .append_value(i64::try_from(row.line).unwrap_or(i64::MAX));
        self.column.append_option(row.column.as_deref());
        self.expected.append_value(&row.expected);
        self.found.append_value(&row.found);
        self.advice.append_value(&row.advice);
        self.values.append_value(values);
        self.n += 1;
    }

    /// The rows so far.
    pub(crate) fn take(&mut self) -> Result<RecordBatch> {
        self.n = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.source.finish()),
            Arc::new(self.line.finish()),
            Arc::new(self.column.finish()),
            Arc::new(self.expected.finish()),
            Arc::new(self.found.finish()),
            Arc::new(self.advice.finish()),
            Arc::new(self.values.finish()),
        ];
        Ok(RecordBatch::try_new(set_aside_schema(), columns)?)
    }
}

/// The values of a row as a JSON object; personal numbers as pseudonyms where they are right, and
/// hidden where they are not.
pub(crate) fn values(
    record: &Record,
    columns: &Columns,
    options: &LoadOptions,
    encoding: &'static Encoding,
) -> String {
    let mut object = serde_json::Map::new();
    for (i, column) in columns.all().iter().enumerate() {
        let cell = record.cell(i);
        let about = options.about(&column.original);
        if about.is_dropped || cell == Cell::Null {
            continue;
        }
        let text = if about.is_personal {
            let number = personal(cell, options.today).ok().flatten();
            let key = options.key.as_ref();
            number
                .zip(key)
                .map_or(HIDDEN.to_owned(), |(number, key)| key.pseudonym(&number))
        } else {
            match cell {
                Cell::Null => continue,
                Cell::Text(text) => visible(text, encoding),
                Cell::Integer(value) => visible(value.to_string().as_bytes(), encoding),
                Cell::Float(value) => visible(value.to_string().as_bytes(), encoding),
                Cell::Boolean(value) => value.to_string(),
                Cell::List(items) => {
                    let items = items.iter().map(|item| visible(item, encoding));
                    items.collect::<Vec<_>>().join("; ")
                }
            }
        };
        object.insert(column.original.clone(), text.into());
    }
    serde_json::Value::Object(object).to_string()
}

fn visible(text: &[u8], encoding: &'static Encoding) -> String {
    match may_name(text) {
        true => HIDDEN.to_owned(),
        false => decoded(text, encoding).into_owned(),
    }
}
