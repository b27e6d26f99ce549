//! `CREATE EXTERNAL TABLE`: files under a name of the session, with options.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::CreateExternalTable;
use kohort_registry::{ColumnType, Format, Header, Load, LoadOptions};

use super::place::{Kind, expand};
use super::rows::Declared;
use super::{Files, options, rows};

/// What options there are, for messages.
const OPTIONS: &str = "delimiter, has_header, header_row, sheet, rows, encoding, decimal, null, \
    types (`a=text,b=date`)";

/// How a statement's files are read here; `None` where DataFusion reads them.
fn kind(made: &CreateExternalTable) -> Option<Kind> {
    let kind = match Kind::of_word(&made.file_type.to_ascii_lowercase()) {
        Some(Kind::Parquet) | None => return None,
        Some(kind) => kind,
    };
    let is_plain = made.table_partition_cols.is_empty() && !made.unbounded;
    let is_here = made
        .locations
        .iter()
        .all(|location| !location.contains("://") || location.starts_with("file://"));
    (is_plain && is_here).then_some(kind)
}

/// Whether a statement's files are read as `kohort load` reads them.
pub(in crate::session) fn is_ours(made: &CreateExternalTable) -> bool {
    kind(made).is_some()
}

impl Files {
    /// The table that a statement makes.
    pub(in crate::session) async fn create(
        &self,
        made: &CreateExternalTable,
    ) -> Result<Arc<dyn TableProvider>> {
        let Some(kind) = kind(made) else {
            return plan_err!("`{}` is no format that is read here", made.file_type);
        };
        let mut options = options_of(&made.options)?;
        options.format = match (kind, made.file_type.to_ascii_lowercase().as_str()) {
            (Kind::Workbook, _) => Some(Format::Workbook),
            (Kind::Delimited, "tsv" | "tab") => {
                options.delimiter = options.delimiter.or(Some(b'\t'));
                Some(Format::Delimited)
            }
            (Kind::Delimited, _) => Some(Format::Delimited),
            _ => None,
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for location in &made.locations {
            let path = location.strip_prefix("file://").unwrap_or(location);
            let found = expand(path, kind)?;
            if found.is_empty() || found.iter().any(|path| !path.exists()) {
                return plan_err!("there is no file `{location}`");
            }
            paths.extend(found);
        }
        let declared = made.schema.as_arrow();
        if declared.fields().is_empty() {
            let load = self.examine(&paths, options).await?;
            return rows::table(&load, None);
        }
        let mut first = options.clone();
        // Only for their names: what a column holds must be what the statement says.
        first.types.clear();
        let load = self.examine(&paths, first).await?;
        let sources = sources(&load, declared.fields(), kind)?;
        for (field, source) in declared.fields().iter().zip(&sources) {
            if let (Some(number), Some(column_type)) = (source, column_type(field.data_type())) {
                let name = load.schema().field(*number).name().clone();
                options.types.push((name, column_type));
            }
        }
        let load = self.examine(&paths, options).await?;
        let schema = Arc::new(declared.clone());
        rows::table(&load, Some(Declared { schema, sources }))
    }
}

/// The column of the file that each declared one is: by place in a table, by name in JSON.
fn sources(
    load: &Load,
    declared: &arrow::datatypes::Fields,
    kind: Kind,
) -> Result<Vec<Option<usize>>> {
    let found = load.schema().fields();
    let by_name = |name: &str| found.iter().position(|field| field.name() == name);
    if kind == Kind::Json {
        return Ok(declared.iter().map(|field| by_name(field.name())).collect());
    }
    if found.len() == declared.len() {
        return Ok((0..found.len()).map(Some).collect());
    }
    let named: Option<Vec<_>> = declared
        .iter()
        .map(|field| by_name(field.name()).map(Some))
        .collect();
    match named {
        Some(named) => Ok(named),
        None => plan_err!(
            "the table declares {} columns, and the file has {}",
            declared.len(),
            found.len()
        ),
    }
}

fn column_type(declared: &DataType) -> Option<ColumnType> {
    Some(match declared {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnType::Text,
        DataType::Boolean => ColumnType::Boolean,
        DataType::Date32 | DataType::Date64 => ColumnType::Date,
        DataType::Timestamp(..) => ColumnType::Timestamp,
        other if other.is_integer() => ColumnType::Integer,
        other if other.is_numeric() => ColumnType::Float,
        _ => return None,
    })
}

/// The options of a statement, with and without `format.` before their names.
fn options_of(given: &HashMap<String, String>) -> Result<LoadOptions> {
    let mut options = options();
    for (key, value) in given {
        let key = key.to_ascii_lowercase();
        let key = key.strip_prefix("format.").unwrap_or(&key);
        let wrong = |expected: &str| {
            let text = format!("option `{key}`: expected {expected}, got `{value}`");
            Err(datafusion::error::DataFusionError::Plan(text))
        };
        match key {
            "delimiter" | "separator" => match value.as_bytes() {
                [one] => options.delimiter = Some(*one),
                b"tab" | b"\\t" => options.delimiter = Some(b'\t'),
                _ => return wrong("one character, or `tab`"),
            },
            "has_header" | "header" => match value.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => options.header = Header::Present,
                "false" | "0" | "no" => options.header = Header::Absent,
                _ => return wrong("true or false"),
            },
            "header_row" => match value.parse() {
                Ok(row @ 1..) => options.header_row = Some(row),
                _ => return wrong("a row, from 1"),
            },
            "sheet" => options.sheet = Some(value.clone()),
            "rows" => options.rows = Some(value.clone()),
            "encoding" => match value.parse() {
                Ok(encoding) => options.encoding = encoding,
                Err(_) => return wrong("utf-8, windows-1252 or utf-16"),
            },
            "decimal" => match value.parse() {
                Ok(decimal) => options.decimal = decimal,
                Err(_) => return wrong("comma or point"),
            },
            "null" | "null_value" | "nulls" => {
                options.nulls = value
                    .split(',')
                    .map(|null| null.trim().to_owned())
                    .collect();
            }
            "types" | "type" => {
                for pair in value.split(',') {
                    let typed = pair.split_once('=').and_then(|(column, name)| {
                        Some((column.trim().to_owned(), name.parse().ok()?))
                    });
                    match typed {
                        Some(typed) => options.types.push(typed),
                        None => return wrong("COLUMN=TYPE, separated by commas"),
                    }
                }
            }
            // What needs no telling: gzip, line breaks in quotes, types over the whole file.
            "compression" | "newlines_in_values" | "schema_infer_max_rec" | "newline_delimited" => {
            }
            "quote" if value == "\"" => {}
            "double_quote" if value.eq_ignore_ascii_case("true") => {}
            _ => return plan_err!("there is no option `{key}`; there are {OPTIONS}"),
        }
    }
    Ok(options)
}
