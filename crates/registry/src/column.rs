//! How do the cells of a column become an Arrow array?

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, ListBuilder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use encoding_rs::Encoding;

use crate::record::Cell;
use crate::value::{ColumnType, Decimal, boolean, date, float, integer, timestamp};

/// A value with its type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Text,
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Date(i32),
    Timestamp(i64),
    List,
}

/// How a column's cells are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) column_type: ColumnType,
    pub(crate) decimal: Decimal,
    /// Whether `1,234` is sure to mean decimals.
    pub(crate) is_comma_sure: bool,
    /// Whether the column is about who somebody is, so that no message shows its values.
    pub(crate) is_hidden: bool,
}

impl Reading {
    /// The value of a cell; `None` when it is of no such type.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a whole number in a column of floats"
    )]
    pub(crate) fn value(self, cell: Cell<'_>) -> Option<Value> {
        let text = match cell {
            Cell::Null => return Some(Value::Null),
            Cell::Text(text) => text,
            _ if self.column_type == ColumnType::Text => return Some(Value::Text),
            Cell::Integer(value) => {
                return match self.column_type {
                    ColumnType::Integer => Some(Value::Integer(value)),
                    ColumnType::Float => Some(Value::Float(value as f64)),
                    ColumnType::Boolean if value == 0 || value == 1 => {
                        Some(Value::Boolean(value == 1))
                    }
                    ColumnType::Date => date(value.to_string().as_bytes()).map(Value::Date),
                    _ => None,
                };
            }
            Cell::Float(value) => {
                return (self.column_type == ColumnType::Float).then_some(Value::Float(value));
            }
            Cell::Boolean(value) => {
                return (self.column_type == ColumnType::Boolean).then_some(Value::Boolean(value));
            }
            Cell::List(_) => {
                return (self.column_type == ColumnType::TextList).then_some(Value::List);
            }
        };
        if self.column_type == ColumnType::Text {
            return Some(Value::Text);
        }
        let text = text.trim_ascii();
        if text.is_empty() {
            return Some(Value::Null);
        }
        match self.column_type {
            ColumnType::Text => Some(Value::Text),
            ColumnType::Integer => integer(text).map(Value::Integer),
            ColumnType::Float => self.float(text).map(Value::Float),
            ColumnType::Boolean => boolean(text).map(Value::Boolean),
            ColumnType::Date => date(text).map(Value::Date),
            ColumnType::Timestamp => timestamp(text).map(Value::Timestamp),
            ColumnType::TextList => None,
        }
    }

    fn float(self, text: &[u8]) -> Option<f64> {
        let is_unsure = self.decimal == Decimal::Either && !self.is_comma_sure;
        if is_unsure
            && matches!(
                crate::value::shape_of_number(text),
                Some(crate::value::Shape::Ambiguous)
            )
        {
            return None;
        }
        float(text, self.decimal)
    }
}

/// Builds the array of a column.
#[derive(Debug)]
pub(crate) enum ColumnBuilder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Float(Float64Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    TextList(ListBuilder<StringBuilder>),
}

impl ColumnBuilder {
    pub(crate) fn new(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Integer => Self::Integer(Int64Builder::new()),
            ColumnType::Float => Self::Float(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::Timestamp => {
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
            ColumnType::TextList => Self::TextList(ListBuilder::new(StringBuilder::new())),
        }
    }

    /// Adds a value that [`Reading::value`] gave for the cell; one of another type is nothing.
    pub(crate) fn append(&mut self, value: &Value, cell: Cell<'_>, encoding: &'static Encoding) {
        match (self, value) {
            (Self::Text(builder), Value::Text) => append_text(builder, cell, encoding),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Integer(builder), Value::Integer(value)) => builder.append_value(*value),
            (Self::Integer(builder), _) => builder.append_null(),
            (Self::Float(builder), Value::Float(value)) => builder.append_value(*value),
            (Self::Float(builder), _) => builder.append_null(),
            (Self::Boolean(builder), Value::Boolean(value)) => builder.append_value(*value),
            (Self::Boolean(builder), _) => builder.append_null(),
            (Self::Date(builder), Value::Date(value)) => builder.append_value(*value),
            (Self::Date(builder), _) => builder.append_null(),
            (Self::Timestamp(builder), Value::Timestamp(value)) => builder.append_value(*value),
            (Self::Timestamp(builder), _) => builder.append_null(),
            (Self::TextList(builder), Value::List) => {
                if let Cell::List(items) = cell {
                    for item in items.iter() {
                        builder.values().append_value(decoded(item, encoding));
                    }
                }
                builder.append(true);
            }
            (Self::TextList(builder), _) => builder.append_null(),
        }
    }

    /// Adds a text of our own.
    pub(crate) fn append_own(&mut self, text: Option<&str>) {
        if let Self::Text(builder) = self {
            builder.append_option(text);
        }
    }

    /// Adds a day of our own.
    pub(crate) fn append_day(&mut self, day: Option<i32>) {
        if let Self::Date(builder) = self {
            builder.append_option(day);
        }
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
            Self::TextList(builder) => Arc::new(builder.finish()),
        }
    }
}

/// A text of the file as text.
pub(crate) fn decoded<'a>(
    text: &'a [u8],
    encoding: &'static Encoding,
) -> std::borrow::Cow<'a, str> {
    encoding.decode_without_bom_handling(text).0
}

fn append_text(builder: &mut StringBuilder, cell: Cell<'_>, encoding: &'static Encoding) {
    match cell {
        Cell::Text(text) => {
            // Nearly all text is ASCII or UTF-8 already: no copy then.
            match std::str::from_utf8(text) {
                Ok(text) if encoding == encoding_rs::UTF_8 || text.is_ascii() => {
                    append_trimmed(builder, text);
                }
                _ => append_trimmed(builder, &decoded(text, encoding)),
            }
        }
        Cell::Integer(value) => builder.append_value(value.to_string()),
        Cell::Float(value) => builder.append_value(value.to_string()),
        Cell::Boolean(value) => builder.append_value(value.to_string()),
        Cell::List(items) => {
            let items: Vec<_> = items.iter().map(|item| decoded(item, encoding)).collect();
            builder.append_value(serde_json::json!(items).to_string());
        }
        Cell::Null => builder.append_null(),
    }
}

fn append_trimmed(builder: &mut StringBuilder, text: &str) {
    match text.trim() {
        "" => builder.append_null(),
        text => builder.append_value(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, AsArray};

    fn reading(column_type: ColumnType) -> Reading {
        Reading {
            column_type,
            decimal: Decimal::Either,
            is_comma_sure: true,
            is_hidden: false,
        }
    }

    #[test]
    fn cells_are_read_as_the_column_asks() {
        for (column_type, text, expected) in [
            (ColumnType::Integer, "1 000", Some(Value::Integer(1000))),
            (ColumnType::Integer, "ett", None),
            (ColumnType::Float, "1,5", Some(Value::Float(1.5))),
            (ColumnType::Boolean, "J", Some(Value::Boolean(true))),
            (ColumnType::Date, "20240131", Some(Value::Date(19_753))),
            (ColumnType::Date, "2024-02-30", None),
            (ColumnType::Date, "  ", Some(Value::Null)),
            (ColumnType::Text, "x", Some(Value::Text)),
        ] {
            let cell = Cell::Text(text.as_bytes());
            assert_eq!(
                reading(column_type).value(cell),
                expected,
                "{column_type} {text}"
            );
        }
        let number = Cell::Integer(20_240_131);
        assert_eq!(
            reading(ColumnType::Date).value(number),
            Some(Value::Date(19_753))
        );
        assert_eq!(
            reading(ColumnType::Float).value(Cell::Integer(2)),
            Some(Value::Float(2.0))
        );
    }

    #[test]
    fn latin_1_text_comes_out_as_utf_8() {
        let mut builder = ColumnBuilder::new(ColumnType::Text);
        let cell = Cell::Text(b" \xD6rebro l\xE4n ");
        builder.append(&Value::Text, cell, encoding_rs::WINDOWS_1252);
        builder.append(&Value::Text, Cell::Text(b"  "), encoding_rs::WINDOWS_1252);
        let array = builder.finish();
        assert_eq!(array.as_string::<i32>().value(0), "Örebro län");
        assert!(array.is_null(1));
    }
}
