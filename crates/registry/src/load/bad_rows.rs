//! Which rows are wrong, and where?

use std::collections::BTreeMap;
use std::fmt;

/// Bad rows that a report shows.
pub const SHOWN_BAD_ROWS: usize = 20;

/// One row that cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The file.
    pub file: String,
    /// 1-based line, or row where the format has no lines.
    pub line: u64,
    /// The column's name in SQL, where it is one column.
    pub column: Option<String>,
    /// What should be there.
    pub expected: String,
    /// What is there; a value that may name a person is hidden.
    pub found: String,
    /// What to do about it.
    pub advice: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

/// The bad rows of a load: all are counted, the first are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BadRows {
    /// How many.
    pub n: u64,
    /// How many per column and expectation, with an advice.
    pub by_reason: BTreeMap<(Option<String>, String), (u64, String)>,
    /// The first of them.
    pub first: Vec<BadRow>,
}

impl BadRows {
    pub(crate) fn add(&mut self, row: BadRow) {
        self.n += 1;
        let reason = (row.column.clone(), row.expected.clone());
        let counted = self.by_reason.entry(reason);
        counted.or_insert_with(|| (0, row.advice.clone())).0 += 1;
        if self.first.len() < SHOWN_BAD_ROWS {
            self.first.push(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_row_says_where_what_was_expected_and_what_is_there() {
        let row = BadRow {
            file: "a.csv".to_owned(),
            line: 17,
            column: Some("fodd".to_owned()),
            expected: "a date".to_owned(),
            found: "`x`".to_owned(),
            advice: String::new(),
        };
        assert_eq!(
            row.to_string(),
            "a.csv:17: column `fodd`: expected a date, found `x`"
        );
        let mut rows = BadRows::default();
        (0..100).for_each(|_| rows.add(row.clone()));
        assert_eq!((rows.n, rows.first.len()), (100, SHOWN_BAD_ROWS));
        assert_eq!(rows.by_reason.values().map(|(n, _)| n).sum::<u64>(), 100);
    }
}
