//! What is a column?

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};

use crate::{COHORT_EXTENSION, EXTENSION_NAME_KEY, GENOTYPES_EXTENSION};

/// One column: everything that is known about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in SQL and in the files.
    pub name: &'static str,
    /// Its type.
    pub column_type: ColumnType,
    /// What a value counts or measures; empty where the name says it.
    pub unit: &'static str,
    /// What it holds, in one sentence.
    pub doc: &'static str,
    /// What NULL means; `None` where it is never NULL.
    pub null_means: Option<&'static str>,
}

impl Column {
    /// Whether the column may hold NULL.
    pub fn is_nullable(&self) -> bool {
        self.null_means.is_some()
    }

    /// The Arrow field, or `None` for a column whose type depends on the headers of the files.
    pub fn field(&self) -> Option<Field> {
        let data_type = self.column_type.data_type()?;
        let field = Field::new(self.name, data_type, self.is_nullable());
        Some(match self.column_type {
            ColumnType::Genotypes => with_extension(field, GENOTYPES_EXTENSION),
            ColumnType::Cohort => with_extension(field, COHORT_EXTENSION),
            _ => field,
        })
    }
}

/// The types that columns have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Utf8,
    /// 32-bit integer.
    Int32,
    /// 64-bit integer.
    Int64,
    /// 32-bit float, as VCF's Float.
    Float32,
    /// 64-bit float.
    Float64,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A point in time, microseconds, UTC.
    Timestamp,
    /// A list of texts.
    Utf8List,
    /// A list of 32-bit integers.
    Int32List,
    /// Packed genotypes (Binary, extension `kohort.genotypes`).
    Genotypes,
    /// A set of samples (Binary, extension `kohort.cohort`).
    Cohort,
    /// A list of ingested files.
    Sources,
    /// A list of contigs as the header declares them.
    Contigs,
    /// A struct typed by the header's INFO lines.
    Info,
    /// A struct typed by the header's FORMAT lines.
    CallFields,
}

impl ColumnType {
    /// The Arrow type, or `None` where it depends on the headers.
    pub fn data_type(self) -> Option<DataType> {
        Some(match self {
            ColumnType::Utf8 => DataType::Utf8,
            ColumnType::Int32 => DataType::Int32,
            ColumnType::Int64 => DataType::Int64,
            ColumnType::Float32 => DataType::Float32,
            ColumnType::Float64 => DataType::Float64,
            ColumnType::Boolean => DataType::Boolean,
            ColumnType::Date => DataType::Date32,
            ColumnType::Timestamp => timestamp(),
            ColumnType::Utf8List => list(DataType::Utf8),
            ColumnType::Int32List => list(DataType::Int32),
            ColumnType::Genotypes | ColumnType::Cohort => DataType::Binary,
            ColumnType::Sources => list(DataType::Struct(Fields::from(vec![
                Field::new("uri", DataType::Utf8, false),
                Field::new("sha256", DataType::Utf8, false),
                Field::new("size_bytes", DataType::Int64, false),
            ]))),
            ColumnType::Contigs => list(DataType::Struct(Fields::from(vec![
                Field::new("chrom", DataType::Utf8, false),
                Field::new("name", DataType::Utf8, false),
                Field::new("length_bp", DataType::Int64, true),
            ]))),
            ColumnType::Info | ColumnType::CallFields => return None,
        })
    }

    /// How the data dictionary prints the type.
    pub fn label(self) -> &'static str {
        match self {
            ColumnType::Utf8 => "Utf8",
            ColumnType::Int32 => "Int32",
            ColumnType::Int64 => "Int64",
            ColumnType::Float32 => "Float32",
            ColumnType::Float64 => "Float64",
            ColumnType::Boolean => "Boolean",
            ColumnType::Date => "Date",
            ColumnType::Timestamp => "Timestamp(µs, UTC)",
            ColumnType::Utf8List => "List(Utf8)",
            ColumnType::Int32List => "List(Int32)",
            ColumnType::Genotypes => "Binary (`kohort.genotypes`)",
            ColumnType::Cohort => "Binary (`kohort.cohort`)",
            ColumnType::Sources => "List(Struct(uri Utf8, sha256 Utf8, size_bytes Int64))",
            ColumnType::Contigs => "List(Struct(chrom Utf8, name Utf8, length_bp Int64))",
            ColumnType::Info => "Struct (by the INFO lines)",
            ColumnType::CallFields => "Struct (by the FORMAT lines)",
        }
    }
}

/// The extension type that a field carries, if any.
pub fn extension_name(field: &Field) -> Option<&str> {
    field.metadata().get(EXTENSION_NAME_KEY).map(String::as_str)
}

/// Microseconds since 1970 in UTC: what Delta's `timestamp` holds.
pub(crate) fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// A list whose items may be NULL, named as Arrow's builders name them.
pub(crate) fn list(item: DataType) -> DataType {
    DataType::List(list_item(item))
}

pub(crate) fn list_item(item: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(item, true))
}

fn with_extension(field: Field, name: &str) -> Field {
    field.with_metadata(HashMap::from([(
        EXTENSION_NAME_KEY.to_owned(),
        name.to_owned(),
    )]))
}
