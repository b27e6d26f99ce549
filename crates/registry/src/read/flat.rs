//! How does a nested value become a row of declared columns?

use crate::read::Declared;
use crate::read::json::Json;
use crate::record::{Record, Remark};
use crate::value::{Partial, boolean, date_or_partial, timestamp};

/// Whether a mark holds: `true`, or what else means yes. `None` where it is neither yes nor no.
pub(crate) fn is_marked(value: &Json<'_>) -> Option<bool> {
    match value {
        Json::Null => Some(false),
        Json::Boolean(value) => Some(*value),
        Json::Integer(value @ (0 | 1)) => Some(*value == 1),
        Json::Text(text) => boolean(text.as_bytes()),
        _ => None,
    }
}

/// A row of a format's own columns, filled by name. Names come mostly in the declared order, so
/// looking for each begins behind the one before.
pub(crate) struct Row<'r> {
    declared: &'static [Declared],
    record: &'r mut Record,
    next: usize,
}

impl<'r> Row<'r> {
    pub(crate) fn new(declared: &'static [Declared], record: &'r mut Record) -> Self {
        Self {
            declared,
            record,
            next: 0,
        }
    }

    fn number(&mut self, name: &str) -> Option<usize> {
        let n = self.declared.len();
        let found = (0..n)
            .map(|i| (self.next + i) % n)
            .find(|at| self.declared[*at].name == name);
        debug_assert!(
            found.is_some() || name.ends_with("_at"),
            "`{name}` is not declared"
        );
        self.next = found.map_or(0, |at| at + 1);
        found
    }

    /// Sets a column from a scalar; a column of text takes nested values as JSON.
    pub(crate) fn put(&mut self, name: &str, value: &Json<'_>) {
        let Some(column) = self.number(name) else {
            return;
        };
        match value {
            Json::Null => {}
            Json::Boolean(value) => self.record.boolean(column, *value),
            Json::Integer(value) => self.record.integer(column, *value),
            Json::Float(value) => self.record.float(column, *value),
            Json::Text(text) => self.record.text(column, text.as_bytes()),
            Json::List(_) | Json::Object(_) => {
                let mut text = String::new();
                value.write(&mut text);
                self.record.text(column, text.as_bytes());
            }
        }
    }

    /// Sets a column of text.
    pub(crate) fn text(&mut self, name: &str, text: Option<&str>) {
        if let (Some(column), Some(text)) = (self.number(name), text) {
            self.record.text(column, text.as_bytes());
        }
    }

    /// Sets a column of whole numbers.
    pub(crate) fn integer(&mut self, name: &str, value: Option<i64>) {
        if let (Some(column), Some(value)) = (self.number(name), value) {
            self.record.integer(column, value);
        }
    }

    /// Sets a column of numbers.
    pub(crate) fn float(&mut self, name: &str, value: Option<f64>) {
        if let (Some(column), Some(value)) = (self.number(name), value) {
            self.record.float(column, value);
        }
    }

    /// Sets a column of yes and no.
    pub(crate) fn boolean(&mut self, name: &str, value: Option<bool>) {
        if let (Some(column), Some(value)) = (self.number(name), value) {
            self.record.boolean(column, value);
        }
    }

    /// Sets a column of yes and no from a mark that is absent where it does not hold. What is no
    /// yes or no is refused where the column's type is checked.
    pub(crate) fn mark(&mut self, name: &str, value: &Json<'_>) {
        match value {
            Json::Null => self.boolean(name, Some(false)),
            other => self.put(name, other),
        }
    }

    /// Tells what no column can.
    pub(crate) fn remark(&mut self, remark: Remark) {
        self.record.remarks.push(remark);
    }

    /// Tells that a value of this kind is not read.
    pub(crate) fn not_read(&mut self, kind: &str) {
        let is_plain = kind.len() <= 40 && kind.bytes().all(|b| b.is_ascii_alphabetic());
        let kind = if is_plain { kind } else { "unknown" };
        self.remark(Remark::NotRead(kind.to_owned()));
    }

    /// Sets a column of lists.
    pub(crate) fn list<'t>(&mut self, name: &str, texts: impl Iterator<Item = &'t str>) {
        if let Some(column) = self.number(name) {
            self.record.list(column, texts.map(str::as_bytes));
        }
    }

    /// Sets `<name>_date`, and with a time of day `<name>_at`; a date without a day goes to
    /// `<name>_partial` as it is written. Nothing is made up.
    pub(crate) fn moment(&mut self, name: &str, value: &Json<'_>) {
        let Some(text) = value.text() else {
            return self.put(&format!("{name}_date"), value);
        };
        match date_or_partial(text.as_bytes()) {
            Some(Partial::Incomplete) => self.text(&format!("{name}_partial"), Some(text)),
            Some(Partial::Day(_)) => {
                self.text(&format!("{name}_date"), text.get(..10));
                if text.len() > 10 && timestamp(text.as_bytes()).is_some() {
                    self.text(&format!("{name}_at"), Some(text));
                }
            }
            // What is no date is refused where the column's type is checked.
            None => self.text(&format!("{name}_date"), Some(text)),
        }
    }

    /// Says that a value must be there.
    pub(crate) fn require(&mut self, name: &str, value: &Json<'_>) {
        if value.text().is_none_or(str::is_empty) {
            let problem = crate::record::Problem {
                column: self.declared.iter().position(|column| column.name == name),
                expected: "a text".to_owned(),
                found: match value.kind() {
                    "null" => "nothing".to_owned(),
                    kind => kind.to_owned(),
                },
                advice: "correct it in the source, or set such rows aside",
            };
            self.record.wrong(problem);
        }
        self.put(name, value);
    }
}
