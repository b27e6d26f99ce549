//! Where in a text is a statement, and where in a statement an error?

use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;

/// A place in a text: line and column, counted from 1 in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

impl Location {
    /// The place of a byte.
    pub(crate) fn of_offset(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() as u64 + 1,
            column: before[line_start..].chars().count() as u64 + 1,
        }
    }

    /// The same place, counted from where the text around begins.
    #[must_use]
    pub fn within(self, start: Self) -> Self {
        Self {
            line: start.line + self.line - 1,
            column: match self.line {
                1 => start.column + self.column - 1,
                _ => self.column,
            },
        }
    }
}

/// A statement of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementText {
    /// The statement, without what is around it.
    pub text: String,
    /// Where it begins, comments before it included.
    pub start: Location,
    /// The line of its first word.
    pub line: u64,
}

/// Where in its statement DataFusion found an error.
pub(crate) fn of_error(error: &DataFusionError) -> Option<Location> {
    let span = error
        .iter()
        .find_map(|error| error.diagnostic()?.span)
        .filter(|span| span.start.line > 0);
    if let Some(span) = span {
        return Some(Location {
            line: span.start.line,
            column: span.start.column,
        });
    }
    match error.find_root() {
        DataFusionError::SQL(parser, _) => match parser.as_ref() {
            ParserError::ParserError(text) | ParserError::TokenizerError(text) => {
                without_location(text).1
            }
            ParserError::RecursionLimitExceeded => None,
        },
        _ => None,
    }
}

/// The text of a parser's error without the place at its end, and the place.
pub(crate) fn without_location(text: &str) -> (&str, Option<Location>) {
    let parsed = text.rsplit_once(" at Line: ").and_then(|(before, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        let location = Location {
            line: line.parse().ok()?,
            column: column.trim().parse().ok()?,
        };
        Some((before, location))
    });
    match parsed {
        Some((before, location)) => (before, Some(location).filter(|at| at.line > 0)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_lines_and_characters() {
        let at = |line, column| Location { line, column };
        assert_eq!(Location::of_offset("åb\nc", 0), at(1, 1));
        assert_eq!(Location::of_offset("åb\nc", 2), at(1, 2));
        assert_eq!(Location::of_offset("åb\nc", 4), at(2, 1));
        assert_eq!(at(1, 8).within(at(3, 5)), at(3, 12));
        assert_eq!(at(2, 8).within(at(3, 5)), at(4, 8));
    }

    #[test]
    fn a_parsers_place_is_taken_off_its_text() {
        let (text, place) = without_location("Expected: x, found: y at Line: 2, Column: 9");
        assert_eq!(text, "Expected: x, found: y");
        assert_eq!(place, Some(Location { line: 2, column: 9 }));
        assert_eq!(without_location("no place"), ("no place", None));
    }
}
