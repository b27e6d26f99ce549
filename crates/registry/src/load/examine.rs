//! Which types do the columns have, which rows are bad, and does a column name people?

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::column::Reading;
use crate::infer::Seen;
use crate::load::bad_rows::{BadRow, BadRows};
use crate::load::options::{About, LoadOptions, Watch};
use crate::load::plan::{Planned, Role, not_personal, personal, wrong};
use crate::personal::{Halves, Suspicion, is_named_last_four, is_named_personal};
use crate::read::{Column, Columns};
use crate::record::{Cell, Problem, Record, Remark};
use crate::value::ColumnType;
use crate::{Error, Result};

/// What is known of a column after all rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looked {
    about: About,
    declared: Option<ColumnType>,
    pub(crate) seen: Seen,
    pub(crate) suspicion: Suspicion,
    n_values: u64,
}

impl Looked {
    pub(crate) fn new(about: About, declared: Option<ColumnType>) -> Self {
        Self {
            about,
            declared,
            ..Self::default()
        }
    }

    fn given(&self) -> Option<ColumnType> {
        self.about.given.or(self.declared).or(self.about.expected)
    }

    fn is_watched(&self) -> bool {
        !self.about.is_dropped && !self.about.is_personal
    }

    /// Whether it stops the load where it looks like personal numbers.
    fn is_accused(&self) -> bool {
        self.is_watched() && !self.about.is_allowed
    }
}

/// Looks at row after row.
#[derive(Debug)]
pub(crate) struct Examiner<'o> {
    options: &'o LoadOptions,
    today: NaiveDate,
    is_comma_sure: bool,
    pub(crate) columns: Vec<Looked>,
    pub(crate) bad: BadRows,
    pub(crate) n_read: u64,
    remarks: BTreeMap<Remark, u64>,
    halves: Halves,
}

impl<'o> Examiner<'o> {
    /// `is_comma_sure` is whether `1,234` can only mean decimals.
    pub(crate) fn new(options: &'o LoadOptions, is_comma_sure: bool) -> Self {
        Self {
            options,
            today: options.today,
            is_comma_sure,
            columns: Vec::new(),
            bad: BadRows::default(),
            n_read: 0,
            remarks: BTreeMap::new(),
            halves: Halves::default(),
        }
    }

    /// What rows said that their columns do not.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = String> {
        self.remarks.iter().map(|(remark, n)| remark.told(*n))
    }

    /// Looks at a row.
    pub(crate) fn record(&mut self, file: &str, record: &Record, columns: &Columns) {
        self.n_read += 1;
        for remark in &record.remarks {
            *self.remarks.entry(remark.clone()).or_default() += 1;
        }
        self.know(columns);
        if self.options.watch == Watch::Refuse {
            self.watch(record);
        }
        if let Some(problem) = self.problem(record) {
            let names = columns.sql_names(self.options);
            self.bad.add(bad_row(file, record.line, problem, &names));
            return;
        }
        for (i, column) in self.columns.iter_mut().enumerate() {
            let cell = record.cell(i);
            if cell != Cell::Null {
                column.n_values += 1;
                if column.given().is_none() {
                    column.seen.observe(cell, record.line);
                }
            }
        }
    }

    /// Looks at columns that are new.
    fn know(&mut self, columns: &Columns) {
        for column in &columns.all()[self.columns.len()..] {
            let about = self.options.about(&column.original);
            self.columns.push(Looked::new(about, column.declared));
        }
    }

    /// Looks for personal numbers.
    fn watch(&mut self, record: &Record) {
        self.halves.begin();
        for (i, column) in self.columns.iter_mut().enumerate() {
            if column.is_watched() {
                let cell = record.cell(i);
                watch(&mut column.suspicion, cell, record.line, self.today);
                if column.is_accused() {
                    self.halves.cell(i, cell);
                }
            }
        }
        self.halves.end(self.today);
    }

    /// What is wrong with a row, as far as types are known by now.
    fn problem(&self, record: &Record) -> Option<Problem> {
        if record.problem.is_some() {
            return record.problem.clone();
        }
        self.columns.iter().enumerate().find_map(|(i, column)| {
            let cell = record.cell(i);
            if column.about.is_dropped || cell == Cell::Null {
                return None;
            }
            if column.about.is_personal {
                return personal(cell, self.today)
                    .err()
                    .map(|why| not_personal(i, why));
            }
            let reading = self.reading(column.given()?, column.about);
            reading
                .value(cell)
                .is_none()
                .then(|| wrong(i, reading, cell))
        })
    }

    fn reading(&self, column_type: ColumnType, about: About) -> Reading {
        Reading {
            column_type,
            decimal: self.options.decimal,
            is_comma_sure: self.is_comma_sure,
            is_hidden: about.is_identity,
        }
    }

    /// The columns of the table, with notes on what a reader of the summary should know.
    ///
    /// # Errors
    /// A column of personal numbers that nobody declared.
    pub(crate) fn plan(
        &mut self,
        file: &str,
        columns: &Columns,
    ) -> Result<(Vec<Planned>, Vec<String>)> {
        let names = columns.sql_names(self.options);
        // A file without rows has columns all the same.
        self.know(columns);
        self.accuse(file, &names)?;
        let (mut planned, mut notes) = (Vec::new(), Vec::new());
        let all = columns.all().iter().zip(&names).zip(&self.columns);
        for (number, ((column, name), looked)) in all.enumerate() {
            if looked.about.is_dropped || (column.is_optional && looked.n_values == 0) {
                continue;
            }
            let role = self.role(number, name, column, looked, &mut notes);
            planned.push(Planned::new(name.clone(), column.original.clone(), role));
        }
        Ok((planned, notes))
    }

    fn role(
        &self,
        number: usize,
        name: &str,
        column: &Column,
        looked: &Looked,
        notes: &mut Vec<String>,
    ) -> Role {
        let mut note = |text: String| notes.push(format!("column `{name}` {text}"));
        if looked.suspicion.n_valid() > 0 {
            let why = match looked.about.is_allowed {
                true => ", since `--allow-column` names the column",
                false => "",
            };
            note(format!(
                "has what looks like a personal number in {} of {} values (first: line {}); they \
                 are stored as they are{why}",
                looked.suspicion.n_valid(),
                looked.suspicion.n_values,
                looked.suspicion.first()
            ));
        }
        if looked.about.is_personal {
            return Role::Pseudonym(number);
        }
        if let Some(given) = looked.given() {
            if column.declared.is_none() && looked.n_values == 0 && looked.about.given.is_some() {
                note("has no values".to_owned());
            }
            return Role::Value(number, self.reading(given, looked.about));
        }
        let is_sure = self.is_comma_sure || self.options.decimal == crate::Decimal::Comma;
        let inferred = looked.seen.resolve(is_sure);
        if let Some(text) = inferred.note {
            note(text);
        }
        let reading = Reading {
            column_type: inferred.column_type,
            decimal: inferred.decimal,
            is_comma_sure: is_sure,
            is_hidden: looked.about.is_identity,
        };
        Role::Value(number, reading)
    }

    fn accuse(&self, file: &str, names: &[String]) -> Result<()> {
        if self.options.watch == Watch::Off {
            return Ok(());
        }
        let file = || file.to_owned();
        let watched = || {
            self.columns
                .iter()
                .zip(names)
                .filter(|(c, _)| c.is_accused())
        };
        for (column, name) in watched() {
            let suspicion = &column.suspicion;
            if suspicion.is_personal() {
                return Err(Error::UndeclaredPersonalId {
                    file: file(),
                    column: name.clone(),
                    n_valid: suspicion.n_valid(),
                    n_values: suspicion.n_values,
                    is_whole: suspicion.is_whole(),
                });
            }
            if suspicion.is_rounded() {
                return Err(Error::RoundedPersonalId {
                    file: file(),
                    column: name.clone(),
                    n_values: suspicion.n_rounded(),
                });
            }
        }
        if let Some(split) = self.halves.split(&|at| is_named_last_four(&names[at])) {
            return Err(Error::SplitPersonalId {
                file: file(),
                date: names[split.date].clone(),
                last: names[split.last].clone(),
                n_valid: split.n_valid,
                n_numbers: split.n_numbers,
            });
        }
        for (column, name) in watched() {
            if is_named_personal(name) && !column.suspicion.has_no_number() {
                return Err(Error::NamedPersonalId {
                    file: file(),
                    column: name.clone(),
                });
            }
        }
        Ok(())
    }
}

/// Looks for personal numbers in a cell.
#[expect(
    clippy::cast_precision_loss,
    reason = "what is too long for a float is too long for a personal number"
)]
pub(crate) fn watch(suspicion: &mut Suspicion, cell: Cell<'_>, line: u64, today: NaiveDate) {
    match cell {
        Cell::Text(text) => suspicion.observe(text, line, today),
        Cell::Integer(value) => suspicion.observe_number(value as f64, line, today),
        Cell::Float(value) => suspicion.observe_number(value, line, today),
        Cell::List(items) => suspicion.observe_parts(items.iter(), line, today),
        Cell::Null | Cell::Boolean(_) => {}
    }
}

/// A problem with its place.
pub(crate) fn bad_row(file: &str, line: u64, problem: Problem, names: &[String]) -> BadRow {
    BadRow {
        file: file.to_owned(),
        line,
        column: problem.column.and_then(|at| names.get(at).cloned()),
        expected: problem.expected,
        found: problem.found,
        advice: problem.advice.to_owned(),
    }
}

/// Checks that every column that an option names is there.
pub(crate) fn check_selectors(options: &LoadOptions, columns: &Columns) -> Result<()> {
    let names = columns.sql_names(options);
    for selector in options.selectors() {
        let is_there = columns.all().iter().zip(&names).any(|(column, name)| {
            column.original == selector
                || crate::value::name_of(&column.original) == selector
                || name == selector
        });
        if !is_there {
            return Err(Error::NoColumn {
                column: selector.to_owned(),
                columns: names.join(", "),
            });
        }
    }
    Ok(())
}
