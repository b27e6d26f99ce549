//! How are rows written: one writer per format, all of them streaming.

mod cells;
mod delimited;
mod ipc;
mod json;
mod parquet;
pub(crate) mod plan;
mod sink;
mod table;

use std::io::Write;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

pub(crate) use sink::{SharedSink, Sink, is_terminal};
pub(crate) use table::{TableOptions, TableWriter};

use crate::error::{Failure, Result};

/// The language of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for reading; numbers rounded to six digits.
    #[default]
    Table,
    /// Comma-separated with a header line; NULL is empty, nested values are JSON.
    Csv,
    /// Tab-separated with a header line.
    Tsv,
    /// One JSON array of objects per result.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// Apache Parquet, compressed with zstd.
    Parquet,
    /// Arrow IPC: file format with --output, stream format on standard output.
    Arrow,
}

impl Format {
    /// The format that a file's name asks for.
    pub(crate) fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match extension.as_str() {
            "csv" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "json" => Self::Json,
            "ndjson" | "jsonl" => Self::Ndjson,
            "parquet" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::Arrow,
            "txt" => Self::Table,
            _ => return None,
        })
    }

    /// The format of an output file that nothing but its name tells; a name without an ending is
    /// a table's.
    pub(crate) fn for_output(path: &Path) -> Result<Self> {
        match (Self::of_path(path), path.extension()) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(Self::default()),
            (None, Some(ending)) => {
                let ending = ending.to_string_lossy();
                let message = format!("no format is called by the ending `.{ending}`");
                Err(Failure::usage(message).with_hint(
                    "give --format, or a name that ends in .csv, .tsv, .json, .ndjson, \
                     .parquet, .arrow or .txt",
                ))
            }
        }
    }

    /// Holds one result only, and bytes that are no text.
    pub(crate) fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }
}

/// Where bytes may go.
pub(crate) type Out<'a> = &'a mut (dyn Write + Send);

/// Writes one result, batch by batch.
pub(crate) trait RowWriter {
    /// Writes some rows.
    fn batch(&mut self, batch: &RecordBatch) -> Result;
    /// Writes what comes after the last row.
    fn finish(self: Box<Self>) -> Result;
    /// Wants no more rows.
    fn is_full(&self) -> bool {
        false
    }
}

/// How results are written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Style {
    /// The language.
    pub(crate) format: Format,
    /// How tables look.
    pub(crate) table: TableOptions,
    /// Say how many rows there were, and how long they took.
    pub(crate) has_footer: bool,
    /// The output is a file, not a stream.
    pub(crate) is_file: bool,
    /// Threads that may encode; all cores when absent.
    pub(crate) threads: Option<usize>,
}

/// The writer of a result.
pub(crate) fn writer<'a>(
    style: &Style,
    schema: &SchemaRef,
    out: Out<'a>,
) -> Result<Box<dyn RowWriter + 'a>> {
    Ok(match style.format {
        Format::Table => Box::new(TableWriter::new(schema, out, style.table.clone())),
        Format::Csv => Box::new(delimited::DelimitedWriter::new(schema, out, b',')?),
        Format::Tsv => Box::new(delimited::DelimitedWriter::new(schema, out, b'\t')?),
        Format::Json => Box::new(json::JsonWriter::array(schema, out)),
        Format::Ndjson => Box::new(json::JsonWriter::lines(schema, out)),
        Format::Parquet => Box::new(parquet::ParquetWriter::new(schema, out, style.threads)?),
        Format::Arrow if style.is_file => Box::new(ipc::IpcFile::new(schema, out)?),
        Format::Arrow => Box::new(ipc::IpcStream::new(schema, out)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_name_gives_the_format() {
        let of = |name: &str| Format::of_path(Path::new(name));
        assert_eq!(of("a.csv"), Some(Format::Csv));
        assert_eq!(of("a.PARQUET"), Some(Format::Parquet));
        assert_eq!(of("a.jsonl"), Some(Format::Ndjson));
        assert_eq!(of("a"), None);
        assert!(Format::for_output(Path::new("a.xyz")).is_err());
        assert_eq!(Format::for_output(Path::new("a")).ok(), Some(Format::Table));
    }
}
