//! The options of `kohort load`, and what they stand for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kohort_ingest::{Aside, OnBadRow, OnDuplicateKey};
use kohort_lake::{LoadMode, OnDuplicates};
use kohort_registry::personal::PseudonymKey;
use kohort_registry::{ColumnType, Decimal, Derived, Format, Header, LoadOptions, TextEncoding};
use kohort_schema::LoadedTable;

use crate::args::key_value;
use crate::error::{Failure, Result, warn_line};

/// The variable that holds the key when `--pseudonym-key` is not given.
const KEY_VARIABLE: &str = "KOHORT_PSEUDONYM_KEY";

/// What becomes of the rows that are there, and of rows that are wrong.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rows")]
pub(super) struct ModeOptions {
    /// Add the rows to the table
    #[arg(long, conflicts_with_all = ["replace", "upsert"])]
    append: bool,
    /// Replace all rows of the table
    #[arg(long, conflicts_with = "upsert")]
    replace: bool,
    /// Replace rows with the same key and add the others; the key's columns, comma-separated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    upsert: Vec<String>,
    /// Load a file again whose rows the table has already, or twice at once
    #[arg(long)]
    allow_duplicate_files: bool,
    /// What to do when two rows of one load have the same key
    #[arg(long, value_enum, default_value_t)]
    on_duplicate_key: Duplicate,
    /// What to do with rows that cannot be stored
    #[arg(long, value_enum, default_value_t)]
    on_bad_row: Bad,
    /// Where to write rows that are set aside: a CSV file (its name has a dot or a slash), or a
    /// table
    #[arg(
        long,
        value_name = "FILE|TABLE",
        required_if_eq("on_bad_row", "set-aside")
    )]
    set_aside: Option<String>,
}

/// What to do with keys that come twice.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Duplicate {
    /// Stop with an error that names both lines
    #[default]
    Refuse,
    /// Keep the last row
    Last,
}

/// What to do with bad rows.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Bad {
    /// Stop with an error that shows the first of them, with line numbers
    #[default]
    Refuse,
    /// Write them elsewhere, and store the others
    SetAside,
}

impl ModeOptions {
    pub(super) fn mode(&self) -> LoadMode {
        match (self.append, self.replace, self.upsert.as_slice()) {
            (true, ..) => LoadMode::Append,
            (_, true, _) => LoadMode::Replace,
            (_, _, []) => LoadMode::Create,
            (_, _, keys) => LoadMode::Upsert {
                keys: keys.iter().map(|key| key.trim().to_owned()).collect(),
            },
        }
    }

    pub(super) fn on_duplicate_files(&self) -> OnDuplicates {
        match self.allow_duplicate_files {
            true => OnDuplicates::Allow,
            false => OnDuplicates::Refuse,
        }
    }

    pub(super) fn on_duplicate_key(&self) -> OnDuplicateKey {
        match self.on_duplicate_key {
            Duplicate::Refuse => OnDuplicateKey::Refuse,
            Duplicate::Last => OnDuplicateKey::LastWins,
        }
    }

    pub(super) fn on_bad_row(&self) -> Result<OnBadRow> {
        let Some(place) = &self.set_aside else {
            return Ok(OnBadRow::Refuse);
        };
        if matches!(self.on_bad_row, Bad::Refuse) {
            let message = "--set-aside goes with --on-bad-row set-aside";
            return Err(Failure::usage(message));
        }
        let is_table = place.starts_with("registry.") || !place.contains(['.', '/', '\\']);
        Ok(OnBadRow::SetAside(match is_table {
            false => Aside::File(PathBuf::from(place)),
            true => {
                let table: Result<LoadedTable, _> = place.parse();
                Aside::Table(table.map_err(|error| Failure::usage(error.to_string()))?)
            }
        }))
    }
}

/// Who must not be named.
#[derive(Debug, Args)]
#[command(next_help_heading = "People")]
pub(super) struct PeopleOptions {
    /// Column of personnummer or samordningsnummer: replaced by a keyed pseudonym; the number
    /// itself is not stored; may be repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    personal_id: Vec<String>,
    /// File with the pseudonym key, at least 32 bytes [default: the key in the environment variable
    /// KOHORT_PSEUDONYM_KEY]
    #[arg(long, value_name = "FILE")]
    pseudonym_key: Option<PathBuf>,
    /// Store a column as it is although it looks like personal numbers or is named like one; may be
    /// repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    allow_column: Vec<String>,
    /// Add a column with the date of birth from the personal number
    #[arg(long, requires = "personal_id")]
    derive_birth_date: bool,
    /// Add a column with the legal sex from the personal number, K or M
    #[arg(long, requires = "personal_id")]
    derive_sex: bool,
}

impl PeopleOptions {
    pub(super) fn apply(&self, options: &mut LoadOptions) -> Result {
        options.personal_ids = self.personal_id.clone();
        options.allowed = self.allow_column.clone();
        options.derived = Derived {
            birth_date: self.derive_birth_date,
            sex: self.derive_sex,
        };
        if self.personal_id.is_empty() {
            return Ok(());
        }
        options.key = match &self.pseudonym_key {
            Some(path) => Some(key_of(path)?),
            None => match std::env::var_os(KEY_VARIABLE) {
                Some(key) => Some(key_from(key.as_encoded_bytes())?),
                None => None,
            },
        };
        Ok(())
    }
}

fn key_of(path: &std::path::Path) -> Result<PseudonymKey> {
    // Without the path: it may be the key itself.
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::caused("cannot read the file of --pseudonym-key", &error).with_hint(format!(
            "it takes the name of a file; the variable {KEY_VARIABLE} takes the key itself"
        ))
    })?;
    warn_of_readers(path);
    key_from(&bytes)
}

fn key_from(bytes: &[u8]) -> Result<PseudonymKey> {
    PseudonymKey::new(bytes).map_err(|error| {
        Failure::usage(error.to_string()).with_hint("`openssl rand -hex 32 > key.txt` makes one")
    })
}

#[cfg(unix)]
fn warn_of_readers(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        let path = path.display();
        warn_line(&format!(
            "warning: others than you can read the key `{path}`; `chmod 600 {path}` stops that"
        ));
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &std::path::Path) {}

/// How the files are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct FileOptions {
    /// File format [default: detected from the content]; `json` prints the summary as JSON, as
    /// --output-format json does
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Sheet of a workbook, by name or number [default: the first sheet with data]
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// Line of a text file, or row of a sheet, that holds the column names; what is above it is
    /// skipped [default: the first that is not empty]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    header_row: Option<u64>,
    /// What a row is: a FHIR resource type; subjects, features, diseases or diagnoses of
    /// phenopackets; individuals, diseases, measures, procedures or features of Beacon
    #[arg(long, value_name = "WHAT")]
    rows: Option<String>,
    /// The type of a column: text, integer, float, boolean, date, timestamp [default: inferred
    /// from all values]; may be repeated
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = column_type)]
    types: Vec<(String, ColumnType)>,
    /// Rename a column; may be repeated
    #[arg(long, value_name = "HEADER=NAME", value_parser = rename)]
    rename: Vec<(String, String)>,
    /// Leave out a column; may be repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    drop: Vec<String>,
    /// Text that stands for a missing value, such as NA; may be repeated
    #[arg(long = "null", value_name = "TEXT")]
    nulls: Vec<String>,
    /// Field delimiter: a character, or `tab` [default: detected from the content]
    #[arg(long, value_name = "SIGN", value_parser = delimiter)]
    delimiter: Option<u8>,
    /// utf-8, windows-1252 (also for iso-8859-1) or utf-16 [default: detected from the
    /// content]
    #[arg(long, value_name = "NAME")]
    encoding: Option<TextEncoding>,
    /// Decimal separator: comma or point [default: detected from the values]
    #[arg(long, value_name = "SIGN")]
    decimal: Option<Decimal>,
    /// The file has no header line; columns are named column_1, column_2, ...
    #[arg(long)]
    no_header: bool,
}

/// A format of files.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileFormat {
    /// Comma-separated (or another delimiter)
    Csv,
    /// Tab-separated
    Tsv,
    /// Excel workbook (.xlsx)
    Xlsx,
    /// Apache Parquet
    Parquet,
    /// JSON objects, one per line or in a list
    Ndjson,
    /// FHIR resources, one per line or in Bundles
    Fhir,
    /// GA4GH phenopackets, version 1 or 2
    Phenopacket,
    /// GA4GH Beacon v2 individuals
    Beacon,
    /// The summary as JSON; the format of the files is that of their content
    Json,
}

impl FileOptions {
    /// Whether the summary is to be JSON.
    pub(super) fn is_json(&self) -> bool {
        matches!(self.format, Some(FileFormat::Json))
    }

    pub(super) fn options(&self) -> Result<LoadOptions> {
        let mut options = LoadOptions::new(chrono::Utc::now().date_naive());
        options.format = self.format.and_then(|format| match format {
            FileFormat::Csv | FileFormat::Tsv => Some(Format::Delimited),
            FileFormat::Xlsx => Some(Format::Workbook),
            FileFormat::Parquet => Some(Format::Parquet),
            FileFormat::Ndjson => Some(Format::Json),
            FileFormat::Fhir => Some(Format::Fhir),
            FileFormat::Phenopacket => Some(Format::Phenopacket),
            FileFormat::Beacon => Some(Format::Beacon),
            FileFormat::Json => None,
        });
        options.sheet = self.sheet.clone();
        options.header_row = self.header_row;
        let is_tsv = matches!(self.format, Some(FileFormat::Tsv));
        options.delimiter = self.delimiter.or(is_tsv.then_some(b'\t'));
        options.encoding = self.encoding.unwrap_or_default();
        options.decimal = self.decimal.unwrap_or_default();
        options.header = match self.no_header {
            true => Header::Absent,
            false => Header::Present,
        };
        options.nulls = self.nulls.clone();
        options.types = self.types.clone();
        options.renames = self.rename.clone();
        options.drop = self.drop.clone();
        options.rows = self.rows.clone();
        Ok(options)
    }
}

fn column_type(text: &str) -> Result<(String, ColumnType), String> {
    let (column, name) = key_value(text).map_err(|_| "expected COLUMN=TYPE".to_owned())?;
    Ok((column, name.parse()?))
}

/// A name must be one that SQL takes without quotes, as those of tables.
fn rename(text: &str) -> Result<(String, String), String> {
    let (header, name) = key_value(text).map_err(|_| "expected HEADER=NAME".to_owned())?;
    match LoadedTable::registry(&name) {
        Ok(_) => Ok((header, name)),
        Err(_) => Err(format!("expected a name of a-z, 0-9 and _, got `{name}`")),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [one] => Ok(*one),
        b"tab" | b"\\t" => Ok(b'\t'),
        _ => Err("expected one character, or `tab`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_take_types_and_names() {
        assert_eq!(
            column_type("a=date"),
            Ok(("a".to_owned(), ColumnType::Date))
        );
        assert!(
            column_type("a=day")
                .unwrap_err()
                .contains("expected one of text")
        );
        assert_eq!(
            rename("Län=region"),
            Ok(("Län".to_owned(), "region".to_owned()))
        );
        assert!(rename("a=B c").is_err());
        assert_eq!(delimiter("tab"), Ok(b'\t'));
        assert!(delimiter("::").is_err());
    }
}
