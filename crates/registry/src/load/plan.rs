//! Which columns will the table have, and where does each come from?

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::NaiveDate;

use crate::column::{Reading, Value};
use crate::load::options::Derived;
use crate::personal::{Invalid, PersonalNumber, hidden, is_blank, shown};
use crate::record::{Cell, Problem, Record};
use crate::value::ColumnType;

/// Key of the field metadata that holds a column's name in the file.
pub const ORIGINAL_NAME_KEY: &str = "kohort.original_name";

/// Key of the field metadata that says how a pseudonym was made.
pub const PSEUDONYM_KEY: &str = "kohort.pseudonym";

/// How pseudonyms are made.
const PSEUDONYM_METHOD: &str = "hmac-sha-256, 128 bits";

/// What a column of the table is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    /// A column of a typed file, as it is.
    Kept(usize),
    /// The values of a column.
    Value(usize, Reading),
    /// The pseudonym of a column of personal numbers.
    Pseudonym(usize),
    /// The date of birth that a personal number tells.
    BirthDate(usize),
    /// The sex that a personal number tells.
    Sex(usize),
}

impl Role {
    /// The number of the column that it comes from.
    pub(crate) fn source(self) -> usize {
        match self {
            Self::Kept(column)
            | Self::Value(column, _)
            | Self::Pseudonym(column)
            | Self::BirthDate(column)
            | Self::Sex(column) => column,
        }
    }

    /// The type of what is built cell by cell.
    pub(crate) fn column_type(self) -> ColumnType {
        match self {
            Self::Value(_, reading) => reading.column_type,
            Self::BirthDate(_) => ColumnType::Date,
            Self::Kept(_) | Self::Pseudonym(_) | Self::Sex(_) => ColumnType::Text,
        }
    }
}

/// A column of the table.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(crate) original: String,
    pub(crate) role: Role,
    pub(crate) data_type: DataType,
}

impl Planned {
    pub(crate) fn new(name: String, original: String, role: Role) -> Self {
        Self {
            name,
            original,
            role,
            data_type: role.column_type().data_type(),
        }
    }

    fn field(&self) -> Field {
        let mut metadata = HashMap::new();
        if self.original != self.name && !self.original.is_empty() {
            metadata.insert(ORIGINAL_NAME_KEY.to_owned(), self.original.clone());
        }
        if matches!(self.role, Role::Pseudonym(_)) {
            metadata.insert(PSEUDONYM_KEY.to_owned(), PSEUDONYM_METHOD.to_owned());
        }
        Field::new(&self.name, self.data_type.clone(), true).with_metadata(metadata)
    }
}

/// The schema of the table.
pub(crate) fn schema(planned: &[Planned]) -> SchemaRef {
    Arc::new(Schema::new(
        planned.iter().map(Planned::field).collect::<Vec<_>>(),
    ))
}

/// Adds, behind each pseudonym, what else is to be told of the person.
pub(crate) fn with_derived(planned: Vec<Planned>, derived: Derived) -> Vec<Planned> {
    let mut taken: HashSet<String> = planned.iter().map(|p| p.name.clone()).collect();
    let mut out = Vec::with_capacity(planned.len());
    for column in planned {
        let Role::Pseudonym(source) = column.role else {
            out.push(column);
            continue;
        };
        let of = column.name.clone();
        out.push(column);
        let wanted = [
            (derived.birth_date, "birth_date", Role::BirthDate(source)),
            (derived.sex, "sex", Role::Sex(source)),
        ];
        for (_, name, role) in wanted.into_iter().filter(|(is_wanted, ..)| *is_wanted) {
            let mut unique = name.to_owned();
            if !taken.insert(unique.clone()) {
                unique = format!("{of}_{name}");
                taken.insert(unique.clone());
            }
            out.push(Planned::new(unique, String::new(), role));
        }
    }
    out
}

/// A personal number, nothing, or why the cell is neither.
pub(crate) fn personal(
    cell: Cell<'_>,
    today: NaiveDate,
) -> Result<Option<PersonalNumber>, Invalid> {
    match cell {
        Cell::Null => Ok(None),
        Cell::Text(text) if is_blank(text) => Ok(None),
        Cell::Text(text) => PersonalNumber::parse(text, today).map(Some),
        Cell::Integer(value) => {
            PersonalNumber::parse(value.to_string().as_bytes(), today).map(Some)
        }
        // SAS and pandas keep whole numbers as floats.
        Cell::Float(value) if value.fract() == 0.0 => {
            PersonalNumber::parse(format!("{value:.0}").as_bytes(), today).map(Some)
        }
        Cell::Float(_) | Cell::Boolean(_) | Cell::List(_) => Err(Invalid::Character),
    }
}

/// What is wrong with a cell that should be a personal number.
pub(crate) fn not_personal(column: usize, why: Invalid) -> Problem {
    Problem {
        column: Some(column),
        expected: "a personnummer or samordningsnummer".to_owned(),
        found: why.found().to_owned(),
        advice: why.advice(),
    }
}

/// The value of a cell, or what is wrong with it.
pub(crate) fn value(record: &Record, column: usize, reading: Reading) -> Result<Value, Problem> {
    let cell = record.cell(column);
    reading
        .value(cell)
        .ok_or_else(|| wrong(column, reading, cell))
}

/// What is wrong with a cell of a column with a type.
pub(crate) fn wrong(column: usize, reading: Reading, cell: Cell<'_>) -> Problem {
    let shown = if reading.is_hidden { hidden } else { shown };
    let found = match cell {
        Cell::Text(text) => shown(text),
        Cell::Integer(value) => shown(value.to_string().as_bytes()),
        Cell::Float(value) => shown(value.to_string().as_bytes()),
        Cell::Boolean(value) => format!("`{value}`"),
        Cell::List(_) => "a list".to_owned(),
        Cell::Null => "nothing".to_owned(),
    };
    Problem {
        column: Some(column),
        expected: reading.column_type.expected().to_owned(),
        found,
        advice: "correct it, make the word mean nothing with `--null`, or give another `--type`",
    }
}
