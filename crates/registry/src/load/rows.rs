//! The rows themselves, as batches of typed columns.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use encoding_rs::Encoding;

use crate::Result;
use crate::column::{ColumnBuilder, Value};
use crate::load::examine::bad_row;
use crate::load::options::LoadOptions;
use crate::load::plan::{Planned, Role, not_personal, personal, value};
use crate::load::prepare::Prepared;
use crate::load::set_aside::{SetAside, values};
use crate::load::{Counts, Piece, Rows};
use crate::personal::PersonalNumber;
use crate::read::Columns;
use crate::record::{Cell, Problem, Record};

/// Rows of a batch.
const BATCH_ROWS: usize = 65_536;

/// Bytes of text after which a batch is full, however few its rows.
const BATCH_BYTES: usize = 64 * 1024 * 1024;

/// Takes the pieces that a load gives.
pub(crate) type Take<'t> = dyn FnMut(Piece) -> Result<()> + 't;

/// Builds columns cell by cell.
pub(crate) struct RowBuilder<'l> {
    options: &'l LoadOptions,
    planned: &'l [Planned],
    builders: Vec<ColumnBuilder>,
    /// Values and persons of the row at hand, by column of the table.
    row: Vec<(Value, Option<PersonalNumber>)>,
}

impl<'l> RowBuilder<'l> {
    pub(crate) fn new(options: &'l LoadOptions, planned: &'l [Planned]) -> Self {
        let builders = planned
            .iter()
            .map(|p| ColumnBuilder::new(p.role.column_type()));
        Self {
            options,
            planned,
            builders: builders.collect(),
            row: Vec::with_capacity(planned.len()),
        }
    }

    /// Reads a row's cells, or says what is wrong with them.
    pub(crate) fn check(&mut self, record: &Record) -> Result<(), Problem> {
        if let Some(problem) = &record.problem {
            return Err(problem.clone());
        }
        self.row.clear();
        for column in self.planned {
            self.row.push(match column.role {
                Role::Kept(_) => (Value::Null, None),
                Role::Value(number, reading) => (value(record, number, reading)?, None),
                role => {
                    let number = role.source();
                    let person = personal(record.cell(number), self.options.today)
                        .map_err(|why| not_personal(number, why))?;
                    (Value::Null, person)
                }
            });
        }
        Ok(())
    }

    /// Adds the row that was checked; gives the bytes of its texts.
    pub(crate) fn append(&mut self, record: &Record, encoding: &'static Encoding) -> usize {
        let mut n_bytes = 0;
        let columns = self.planned.iter().zip(&self.row).zip(&mut self.builders);
        for ((column, (value, person)), builder) in columns {
            match column.role {
                Role::Kept(_) => {}
                Role::Value(number, _) => {
                    let cell = record.cell(number);
                    if let Cell::Text(text) = cell {
                        n_bytes += text.len();
                    }
                    builder.append(value, cell, encoding);
                }
                Role::Pseudonym(_) => {
                    let pseudonym = person
                        .zip(self.options.key.as_ref())
                        .map(|(number, key)| key.pseudonym(&number));
                    builder.append_own(pseudonym.as_deref());
                }
                Role::BirthDate(_) => builder.append_day(person.map(|p| {
                    let days = (p.birth_date() - chrono::NaiveDate::default()).num_days();
                    i32::try_from(days).unwrap_or_default()
                })),
                Role::Sex(_) => builder.append_own(person.map(|p| p.sex().as_str())),
            }
        }
        n_bytes
    }

    /// The arrays of the columns so far; one of a kept column has no meaning.
    pub(crate) fn finish(&mut self) -> Vec<ArrayRef> {
        self.builders
            .iter_mut()
            .map(ColumnBuilder::finish)
            .collect()
    }
}

/// Builds batches of rows.
pub(crate) struct Builder<'l, 't, 'u> {
    options: &'l LoadOptions,
    schema: SchemaRef,
    rows: RowBuilder<'l>,
    /// The file of the rows so far, and their lines.
    file: String,
    lines: Vec<u64>,
    n_bytes: usize,
    set_aside: SetAside,
    take: &'t mut Take<'u>,
    pub(crate) counts: Counts,
}

impl<'l, 't, 'u> Builder<'l, 't, 'u> {
    pub(crate) fn new(
        options: &'l LoadOptions,
        planned: &'l [Planned],
        schema: SchemaRef,
        take: &'t mut Take<'u>,
    ) -> Self {
        Self {
            options,
            schema,
            rows: RowBuilder::new(options, planned),
            file: String::new(),
            lines: Vec::new(),
            n_bytes: 0,
            set_aside: SetAside::default(),
            take,
            counts: Counts::default(),
        }
    }

    /// Adds a row, or sets it aside.
    pub(crate) fn record(
        &mut self,
        file: &Prepared,
        record: &Record,
        columns: &Columns,
    ) -> Result<()> {
        self.counts.n_read += 1;
        if self.file != file.name() {
            self.flush()?;
            self.file = file.name().to_owned();
        }
        match self.rows.check(record) {
            Ok(()) => {
                self.n_bytes += self.rows.append(record, file.text_encoding());
                self.lines.push(record.line);
                self.counts.n_kept += 1;
            }
            Err(problem) => {
                let names = columns.sql_names(self.options);
                let row = bad_row(file.name(), record.line, problem, &names);
                let text = values(record, columns, self.options, file.text_encoding());
                self.n_bytes += text.len();
                self.set_aside.add(&row, &text);
                self.counts.n_set_aside += 1;
            }
        }
        let n = self.lines.len().max(self.set_aside.len());
        if n >= BATCH_ROWS || self.n_bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Hands on what there is.
    pub(crate) fn flush(&mut self) -> Result<()> {
        if !self.lines.is_empty() {
            let batch = RecordBatch::try_new(self.schema.clone(), self.rows.finish())?;
            let (file, lines) = (self.file.clone(), std::mem::take(&mut self.lines));
            (self.take)(Piece::Rows(Rows { batch, file, lines }))?;
        }
        if self.set_aside.len() > 0 {
            let batch = self.set_aside.take()?;
            (self.take)(Piece::SetAside(batch))?;
        }
        self.n_bytes = 0;
        Ok(())
    }
}
