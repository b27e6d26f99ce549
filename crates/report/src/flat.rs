//! A table as plain columns of plain values, for files.

use chrono::NaiveDate;

use crate::definition::{Column, Table};
use crate::rows::{Rows, SUPPRESSED, Value};

/// A value of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain {
    Nothing,
    Withheld,
    Text(String),
    Whole(i64),
    Number(f64),
    Date(NaiveDate),
}

/// Which part of a column a plain column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The value itself.
    Value,
    Lower,
    Upper,
    StandardError,
    Confidence,
    Method,
    Events,
    People,
    Status,
}

impl Part {
    /// The parts of an estimate, in order.
    const OF_ESTIMATE: [Self; 9] = [
        Self::Value,
        Self::Lower,
        Self::Upper,
        Self::StandardError,
        Self::Confidence,
        Self::Method,
        Self::Events,
        Self::People,
        Self::Status,
    ];

    /// What a part is called behind the column's name.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Value => "",
            Self::Lower => "_lower_cl",
            Self::Upper => "_upper_cl",
            Self::StandardError => "_se",
            Self::Confidence => "_confidence",
            Self::Method => "_method",
            Self::Events => "_events",
            Self::People => "_n",
            Self::Status => "_status",
        }
    }
}

/// A column of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlatColumn<'a> {
    pub(crate) column: &'a Column,
    pub(crate) part: Part,
    at: usize,
}

impl FlatColumn<'_> {
    pub(crate) fn name(&self) -> String {
        format!("{}{}", self.column.name, self.part.suffix())
    }

    /// The value of a row, with the digits of files.
    pub(crate) fn value(&self, rows: &Rows, row: usize) -> Plain {
        self.part_of(rows.value_in_files(row, self.at))
    }

    /// The value of a row that is shown with the decimals of the page.
    pub(crate) fn value_to_show(&self, rows: &Rows, row: usize) -> Plain {
        self.part_of(rows.value(row, self.at))
    }

    fn part_of(&self, value: &Value) -> Plain {
        let text = |text: &str| match text.is_empty() {
            true => Plain::Nothing,
            false => Plain::Text(text.to_owned()),
        };
        let Value::Estimate(estimate) = value else {
            return match (self.part, value) {
                (Part::Value, Value::Withheld) => Plain::Withheld,
                (Part::Value, Value::Text(t)) => Plain::Text(t.clone()),
                (Part::Value, Value::Whole(n)) => Plain::Whole(*n),
                (Part::Value, Value::Number(n)) => Plain::Number(*n),
                (Part::Value, Value::Date(d)) => Plain::Date(*d),
                (Part::Status, Value::Withheld) => Plain::Text(SUPPRESSED.to_owned()),
                (Part::Status, Value::Missing) => Plain::Text("missing".to_owned()),
                (Part::Status, _) => Plain::Text("ok".to_owned()),
                _ => Plain::Nothing,
            };
        };
        let number = match self.part {
            Part::Value if estimate.is_withheld() => return Plain::Withheld,
            Part::Method => return text(&estimate.method),
            Part::Status => return text(&estimate.status),
            Part::Value => estimate.value,
            Part::Lower => estimate.lower_cl,
            Part::Upper => estimate.upper_cl,
            Part::StandardError => estimate.se,
            Part::Confidence => estimate.confidence,
            Part::Events => estimate.events,
            Part::People => estimate.n,
        };
        number.map_or(Plain::Nothing, Plain::Number)
    }
}

/// The columns of a table's files: an estimate is spread over its parts, and what may be withheld
/// has its status beside it.
pub(crate) fn columns<'a>(table: &'a Table, rows: &Rows) -> Vec<FlatColumn<'a>> {
    let mut columns = Vec::new();
    for column in &table.columns {
        let Some(at) = rows.index(&column.name) else {
            continue;
        };
        let is_estimate =
            (0..rows.len()).any(|row| matches!(rows.value(row, at), Value::Estimate(_)));
        let rests_on_others =
            !table.rests_on.is_empty() && column.kind.is_measure() && !column.public;
        let may_be_withheld =
            rests_on_others || !column.rests_on.is_empty() || !table.made_of(column).is_empty();
        let parts: &[Part] = match (is_estimate, may_be_withheld) {
            (true, _) => &Part::OF_ESTIMATE,
            (false, true) => &[Part::Value, Part::Status],
            (false, false) => &[Part::Value],
        };
        columns.extend(parts.iter().map(|part| FlatColumn {
            column,
            part: *part,
            at,
        }));
    }
    columns
}
