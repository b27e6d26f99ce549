//! How does a file become a table's rows? It is read three times: for its format, encoding and
//! sum; for the types of all columns and the rows that are bad; and for the rows themselves.

mod bad_rows;
mod examine;
mod options;
mod parquet;
mod plan;
mod prepare;
mod records;
mod rows;
mod set_aside;

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::read::Columns;
use crate::read::fhir::Skipped;
use crate::source::{Source, SourceInfo};
use crate::{Error, Result};
use examine::{Examiner, check_selectors};
use plan::Planned;
use prepare::{Content, Prepared};
use rows::Builder;

pub use bad_rows::{BadRow, BadRows, SHOWN_BAD_ROWS};
pub use options::{Derived, Format, Header, LoadOptions, TextEncoding, Watch};
pub use plan::{ORIGINAL_NAME_KEY, PSEUDONYM_KEY};
pub use set_aside::set_aside_schema;

/// Rows of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows in the files.
    pub n_read: u64,
    /// Rows that are stored.
    pub n_kept: u64,
    /// Rows that were set aside.
    pub n_set_aside: u64,
}

/// What reading gives.
#[derive(Debug)]
pub enum Piece {
    /// Rows of the table.
    Rows(Rows),
    /// Rows that were set aside, as [`set_aside_schema`] has them.
    SetAside(RecordBatch),
}

/// Rows of one file.
#[derive(Debug)]
pub struct Rows {
    /// The rows, in the table's columns.
    pub batch: RecordBatch,
    /// The file that they are from.
    pub file: String,
    /// The line on which each begins.
    pub lines: Vec<u64>,
}

/// Files that were examined and can be read into a table.
#[derive(Debug)]
pub struct Load {
    options: LoadOptions,
    files: Vec<Prepared>,
    content: Content,
    columns: Columns,
    planned: Vec<Planned>,
    schema: SchemaRef,
    bad: BadRows,
    n_read: u64,
    notes: Vec<String>,
}

impl Load {
    /// Examines files: their format, the types of their columns, their bad rows, and whether a
    /// column names people without saying so.
    ///
    /// # Errors
    /// When a file cannot be read or is of no format that is read here; when a column looks like
    /// personal numbers and is not declared; when an option names no column. Bad rows are no
    /// error here: see [`Load::bad_rows`].
    pub fn examine(sources: &[Arc<dyn Source>], options: LoadOptions) -> Result<Self> {
        if !options.personal_ids.is_empty() && options.key.is_none() {
            return Err(Error::options(
                "personal numbers become pseudonyms, and there is no key to make them with",
                "give `--pseudonym-key FILE`, or set KOHORT_PSEUDONYM_KEY; \
                 `openssl rand -hex 32 > key.txt` makes one",
            ));
        }
        let (files, content) = prepare::prepare(sources, &options)?;
        if content == Content::Parquet {
            return parquet::examine(files, options);
        }
        let mut columns = records::declared(content);
        let mut skipped = Skipped::default();
        let is_comma_sure = match content {
            Content::Delimited => files.iter().all(|file| file.delimiter == b';'),
            _ => false,
        };
        let mut examiner = Examiner::new(&options, is_comma_sure);
        let mut take = |file: &Prepared, record: &crate::record::Record, columns: &Columns| {
            examiner.record(file.name(), record, columns);
            Ok(())
        };
        records::for_each(
            &files,
            content,
            &options,
            &mut columns,
            &mut skipped,
            &mut take,
        )?;
        check_selectors(&options, &columns)?;
        let name = files.first().map(Prepared::name).unwrap_or_default();
        let (planned, mut notes) = examiner.plan(name, &columns)?;
        notes.extend(examiner.remarks());
        notes.extend(skipped.notes());
        let (bad, n_read) = (examiner.bad, examiner.n_read);
        let planned = plan::with_derived(planned, options.derived);
        Ok(Self {
            schema: plan::schema(&planned),
            options,
            files,
            content,
            columns,
            planned,
            bad,
            n_read,
            notes,
        })
    }

    /// The table's columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows that cannot be stored.
    pub fn bad_rows(&self) -> &BadRows {
        &self.bad
    }

    /// Rows in the files.
    pub fn n_read(&self) -> u64 {
        self.n_read
    }

    /// What a person should know: columns that almost had a type, texts that may name people.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What was read.
    pub fn sources(&self) -> Vec<SourceInfo> {
        self.files.iter().map(|file| file.info.clone()).collect()
    }

    /// The format of the files.
    pub fn format(&self) -> Format {
        self.content.format()
    }

    /// What the files are, in words: `csv; fields separated by ";", windows-1252`.
    pub fn description(&self) -> String {
        let mut text = self.format().as_str().to_owned();
        match (self.content, self.files.first()) {
            (Content::Delimited, Some(file)) => {
                let separator = match file.delimiter {
                    b'\t' => "tabs".to_owned(),
                    b' ' => "blanks".to_owned(),
                    other => format!("`{}`", char::from(other)),
                };
                let encoding = file.encoding.name().to_lowercase();
                text.push_str(&format!(", fields separated by {separator}, {encoding}"));
            }
            (Content::Fhir(resource, _), _) => {
                text.push(' ');
                text.push_str(resource.as_str());
            }
            _ => {}
        }
        text
    }

    /// Reads the rows, bad ones apart. Can be done again, with the same result.
    ///
    /// # Errors
    /// When a file cannot be read or has changed; what `take` gives.
    pub fn read(&self, take: &mut dyn FnMut(Piece) -> Result<()>) -> Result<Counts> {
        if self.content == Content::Parquet {
            return parquet::read(self, take);
        }
        let mut columns = self.columns.clone();
        let mut skipped = Skipped::default();
        let mut builder = Builder::new(&self.options, &self.planned, self.schema.clone(), take);
        let mut rows = |file: &Prepared, record: &crate::record::Record, columns: &Columns| {
            builder.record(file, record, columns)
        };
        let (files, content) = (&self.files, self.content);
        records::for_each(
            files,
            content,
            &self.options,
            &mut columns,
            &mut skipped,
            &mut rows,
        )?;
        builder.flush()?;
        Ok(builder.counts)
    }
}
