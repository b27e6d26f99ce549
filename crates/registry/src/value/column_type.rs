//! Which types can a registry's column have?

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A number with decimals.
    Float,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A point in time, UTC.
    Timestamp,
    /// Several texts.
    TextList,
}

impl ColumnType {
    /// Every type that can be asked for.
    pub const NAMED: [ColumnType; 6] = [
        Self::Text,
        Self::Integer,
        Self::Float,
        Self::Boolean,
        Self::Date,
        Self::Timestamp,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::TextList => "list of text",
        }
    }

    /// What a value of it looks like, for messages.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Boolean => "yes or no (ja, nej, true, false, 1, 0)",
            Self::Date => "a date (2024-03-31 or 20240331)",
            Self::Timestamp => "a time (2024-03-31 12:00 or 2024-03-31T12:00:00+02:00)",
            Self::TextList => "a list of texts",
        }
    }

    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::TextList => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ColumnType {
    type Err = String;

    /// Reads a name; those of SQL are known too.
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "text" | "string" | "varchar" | "code" => Self::Text,
            "integer" | "int" | "bigint" => Self::Integer,
            "float" | "double" | "real" | "number" | "numeric" | "decimal" => Self::Float,
            "boolean" | "bool" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" | "datetime" => Self::Timestamp,
            _ => {
                let names = Self::NAMED.map(Self::as_str).join(", ");
                return Err(format!("expected one of {names}, got `{text}`"));
            }
        })
    }
}
