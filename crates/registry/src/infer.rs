//! Which type do all values of a column have together?
//!
//! # Definition
//! A column has the narrowest type that every value of the whole file fits: yes or no, a whole
//! number, a number, a date, a time; else it is text. Codes stay codes: one value with a leading
//! zero (`01`, `0114`) makes the column text. What almost had a narrower type is told, with the
//! first line that did not fit.

use crate::record::Cell;
use crate::value::{
    ColumnType, Decimal, Shape, date, is_boolean_word, is_plausible_compact, shape_of_number,
    timestamp,
};

/// A column is told to be almost of a type when fewer than one value in this many does not fit.
const ALMOST: u64 = 20;

/// What a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Integer,
    LeadingZero,
    Point,
    Comma,
    Ambiguous,
    Date,
    CompactDate,
    Timestamp,
    Text,
    List,
}

const KINDS: usize = Kind::List as usize + 1;

/// What the values of one column were.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    counts: [u64; KINDS],
    first_lines: [u64; KINDS],
}

/// The type of a column, and how its numbers are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inferred {
    pub(crate) column_type: ColumnType,
    pub(crate) decimal: Decimal,
    /// What a reader of the summary should know.
    pub(crate) note: Option<String>,
}

impl Seen {
    /// Looks at a value that is there.
    pub(crate) fn observe(&mut self, cell: Cell<'_>, line: u64) {
        let Some(kind) = kind(cell) else { return };
        let at = kind as usize;
        if self.counts[at] == 0 {
            self.first_lines[at] = line;
        }
        self.counts[at] += 1;
    }

    fn n(&self, kind: Kind) -> u64 {
        self.counts[kind as usize]
    }

    fn sum(&self, kinds: &[Kind]) -> u64 {
        kinds.iter().map(|kind| self.n(*kind)).sum()
    }

    /// The type that all values fit. `comma_file` is whether a comma in a number is sure to be a
    /// decimal sign, as where fields are separated by semicolons.
    pub(crate) fn resolve(&self, comma_file: bool) -> Inferred {
        let total: u64 = self.counts.iter().sum();
        let plain = |column_type| Inferred {
            column_type,
            decimal: Decimal::Either,
            note: None,
        };
        if total == 0 {
            return Inferred {
                note: Some("has no values; taken as text".to_owned()),
                ..plain(ColumnType::Text)
            };
        }
        if self.n(Kind::List) > 0 {
            return plain(match self.n(Kind::List) == total {
                true => ColumnType::TextList,
                false => ColumnType::Text,
            });
        }
        let all = |kinds: &[Kind]| self.sum(kinds) == total;
        if all(&[Kind::Boolean]) {
            return plain(ColumnType::Boolean);
        }
        if all(&[Kind::CompactDate, Kind::Date]) {
            return plain(ColumnType::Date);
        }
        if all(&[Kind::Integer, Kind::CompactDate]) {
            return plain(ColumnType::Integer);
        }
        if all(&[Kind::Date, Kind::Timestamp]) {
            return plain(ColumnType::Timestamp);
        }
        let whole = [Kind::Integer, Kind::CompactDate];
        let (points, commas) = (self.n(Kind::Point), self.n(Kind::Comma));
        let ambiguous = self.n(Kind::Ambiguous);
        let numbers = self.sum(&whole) + points + commas + ambiguous;
        if numbers < total {
            return Inferred {
                note: self.almost(total, numbers),
                ..plain(ColumnType::Text)
            };
        }
        self.resolve_number(comma_file, points, commas, ambiguous)
    }

    /// Of numbers, some with decimals.
    fn resolve_number(&self, is_sure: bool, points: u64, commas: u64, ambiguous: u64) -> Inferred {
        let text = |note: String| Inferred {
            column_type: ColumnType::Text,
            decimal: Decimal::Either,
            note: Some(note),
        };
        let line = |kind: Kind| self.first_lines[kind as usize];
        if points > 0 && commas + ambiguous > 0 {
            let comma = line(Kind::Comma).max(line(Kind::Ambiguous));
            let point = line(Kind::Point);
            return text(format!(
                "has decimals with a point (line {point}) and numbers with a comma (line {comma}); \
                 taken as text"
            ));
        }
        if ambiguous > 0 && commas == 0 && !is_sure {
            let first = line(Kind::Ambiguous);
            return text(format!(
                "has numbers such as 1,234 (line {first}), which may be thousands or decimals; \
                 taken as text (`--decimal comma` makes them decimals)"
            ));
        }
        let decimal = if points > 0 {
            Decimal::Point
        } else {
            Decimal::Comma
        };
        Inferred {
            column_type: ColumnType::Float,
            decimal,
            note: None,
        }
    }

    /// What a text column would have been but for a few values.
    fn almost(&self, total: u64, numbers: u64) -> Option<String> {
        let dates = self.sum(&[Kind::Date, Kind::CompactDate]);
        let times = dates + self.n(Kind::Timestamp);
        let words = self.n(Kind::Boolean);
        let nearest = [
            (numbers, "a number"),
            (dates, "a date"),
            (times, "a time"),
            (words, "yes or no"),
        ]
        .into_iter()
        .max_by_key(|(n, _)| *n)?;
        let others = total - nearest.0;
        if others * ALMOST >= total || self.n(Kind::LeadingZero) > 0 {
            return None;
        }
        let first = [Kind::Text, Kind::Boolean, Kind::Date, Kind::Timestamp]
            .into_iter()
            .filter(|kind| self.n(*kind) > 0 && self.n(*kind) <= others)
            .map(|kind| self.first_lines[kind as usize])
            .min()?;
        let what = nearest.1;
        Some(format!(
            "would be {what} but for {others} of {total} values (first: line {first}); taken as \
             text (`--null TEXT` makes a word mean nothing, `--type` makes such rows bad)"
        ))
    }
}

fn kind(cell: Cell<'_>) -> Option<Kind> {
    let text = match cell {
        Cell::Null => return None,
        Cell::Integer(_) => return Some(Kind::Integer),
        Cell::Float(_) => return Some(Kind::Point),
        Cell::Boolean(_) => return Some(Kind::Boolean),
        Cell::List(_) => return Some(Kind::List),
        Cell::Text(text) => text.trim_ascii(),
    };
    let first = text.first()?;
    if first.is_ascii_alphabetic() {
        return Some(match is_boolean_word(text) {
            true => Kind::Boolean,
            false => Kind::Text,
        });
    }
    if let Some(shape) = shape_of_number(text) {
        return Some(match shape {
            Shape::Integer if text.len() == 8 && is_plausible_compact(text) => Kind::CompactDate,
            Shape::Integer => Kind::Integer,
            Shape::LeadingZero => Kind::LeadingZero,
            Shape::Point => Kind::Point,
            Shape::Comma => Kind::Comma,
            Shape::Ambiguous => Kind::Ambiguous,
        });
    }
    if text.len() >= 10 && first.is_ascii_digit() {
        if date(text).is_some() {
            return Some(Kind::Date);
        }
        if timestamp(text).is_some() {
            return Some(Kind::Timestamp);
        }
    }
    Some(Kind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inferred(values: &[&str], comma_file: bool) -> Inferred {
        let mut seen = Seen::default();
        for (line, value) in (2..).zip(values) {
            seen.observe(Cell::Text(value.as_bytes()), line);
        }
        seen.resolve(comma_file)
    }

    #[test]
    fn a_column_has_the_narrowest_type_that_all_values_fit() {
        for (values, expected) in [
            (&["1", "2", ""][..], ColumnType::Integer),
            (&["1", "2,5"], ColumnType::Float),
            (&["1.5", "2"], ColumnType::Float),
            (&["01", "12"], ColumnType::Text),
            (&["0114"], ColumnType::Text),
            (&["2024-01-31", "20240131"], ColumnType::Date),
            (&["20240131", "20241231"], ColumnType::Date),
            (&["20240131", "12345678"], ColumnType::Integer),
            (&["2024-01-31", "2024-01-31 12:00"], ColumnType::Timestamp),
            (&["ja", "Nej"], ColumnType::Boolean),
            (&["0", "1"], ColumnType::Integer),
            (&["ja", "kanske"], ColumnType::Text),
            (&["", " "], ColumnType::Text),
            (&["12345678901234567890"], ColumnType::Text),
        ] {
            assert_eq!(inferred(values, true).column_type, expected, "{values:?}");
        }
    }

    #[test]
    fn a_comma_means_what_the_file_makes_sure() {
        let decimals = inferred(&["1,5", "2"], false);
        assert_eq!(
            (decimals.column_type, decimals.decimal),
            (ColumnType::Float, Decimal::Comma)
        );
        assert_eq!(inferred(&["1,234"], true).column_type, ColumnType::Float);
        let unsure = inferred(&["1,234"], false);
        assert_eq!(unsure.column_type, ColumnType::Text);
        assert!(unsure.note.unwrap().contains("thousands or decimals"));
        let mixed = inferred(&["1,5", "1.5"], true);
        assert_eq!(mixed.column_type, ColumnType::Text);
        assert!(mixed.note.unwrap().contains("point (line 3)"));
    }

    #[test]
    fn a_few_values_that_do_not_fit_are_told() {
        let mut values = vec!["1"; 50];
        values.push("okänt");
        let note = inferred(&values, true).note.unwrap();
        assert!(note.contains("1 of 51 values (first: line 52)"), "{note}");
        assert_eq!(inferred(&["1", "okänt"], true).note, None);
    }
}
