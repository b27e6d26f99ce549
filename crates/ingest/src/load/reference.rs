//! Does a file hold what a table of `reference` must hold?

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use kohort_registry::ColumnType;
use kohort_schema::tables::{GENES, REFERENCE_TABLES, SOURCES};
use kohort_schema::{LoadedSchema, LoadedTable, Table};

use crate::Error;

/// The declaration of a table of `reference` that a lake may have a newer one of.
fn declared(table: &LoadedTable) -> Option<&'static Table> {
    let name = table.to_string();
    let all = REFERENCE_TABLES.into_iter();
    let replaceable = all.filter(|t| t.name != GENES.name && t.name != SOURCES.name);
    replaceable.into_iter().find(|t| t.name == name)
}

/// Whether a lake may have its own version of a table: any table of `registry`, and most of
/// `reference`.
pub fn is_replaceable(table: &LoadedTable) -> bool {
    table.schema() == LoadedSchema::Registry || declared(table).is_some()
}

/// The types that a table's columns must have.
pub(super) fn types(table: &LoadedTable) -> Vec<(String, ColumnType)> {
    let columns = declared(table).map_or(&[][..], |t| t.columns);
    let types = columns.iter().filter_map(|column| {
        let column_type = match column.column_type.data_type()? {
            DataType::Utf8 => ColumnType::Text,
            DataType::Int64 => ColumnType::Integer,
            DataType::Float64 => ColumnType::Float,
            DataType::Boolean => ColumnType::Boolean,
            DataType::Date32 => ColumnType::Date,
            _ => return None,
        };
        Some((column.name.to_owned(), column_type))
    });
    types.collect()
}

/// Checks that a load has the columns that the table must have, and no others.
pub(super) fn check_columns(table: &LoadedTable, schema: &SchemaRef) -> Result<(), Error> {
    let Some(declared) = declared(table) else {
        return Ok(());
    };
    let must = declared.columns.iter().filter(|c| !c.is_nullable());
    let missing: Vec<&str> = must
        .map(|column| column.name)
        .filter(|name| schema.field_with_name(name).is_err())
        .collect();
    let others = schema
        .fields()
        .iter()
        .filter(|f| declared.column(f.name()).is_none());
    let unknown: Vec<&str> = others.map(|field| field.name().as_str()).collect();
    if missing.is_empty() && unknown.is_empty() {
        return Ok(());
    }
    Err(Error::ReferenceColumns {
        table: table.to_string(),
        missing: missing.join(", "),
        unknown: unknown.join(", "),
        expected: declared
            .columns
            .iter()
            .map(|c| c.name)
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// Checks that every row has the values that it must have.
pub(super) fn check_rows(
    table: &LoadedTable,
    batch: &RecordBatch,
    file: &str,
    lines: &[u64],
) -> Result<(), Error> {
    let Some(declared) = declared(table) else {
        return Ok(());
    };
    for column in declared.columns.iter().filter(|c| !c.is_nullable()) {
        let Some(array) = batch.column_by_name(column.name) else {
            continue;
        };
        if let Some(row) = (0..array.len()).find(|row| array.is_null(*row)) {
            return Err(Error::ReferenceValue {
                table: table.to_string(),
                file: file.to_owned(),
                line: lines.get(row).copied().unwrap_or_default(),
                column: column.name,
            });
        }
    }
    Ok(())
}
