//! What can go wrong with a registry file?

use std::io;

use crate::personal::KeyError;

/// The result of this room's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this room. Messages name files, lines and columns, and never a value that may be a
/// personal number.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("{file}: cannot {action}")]
    Io {
        /// The file.
        file: String,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is not of a format that is read here, or not what it should be.
    #[error("{file}: {problem}")]
    Format {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A file changed between two readings.
    #[error("{file}: changed while it was read")]
    Changed {
        /// The file.
        file: String,
    },
    /// An option names a column that is in none of the files.
    #[error("there is no column `{column}`; there are {columns}")]
    NoColumn {
        /// As given.
        column: String,
        /// Those that there are.
        columns: String,
    },
    /// A column holds personal numbers and nobody said so.
    #[error(
        "{file}: column `{column}` looks like personal numbers: {n_valid} of {n_values} values \
         have a date and the right check digit"
    )]
    UndeclaredPersonalId {
        /// The file.
        file: String,
        /// The column, by its name in SQL.
        column: String,
        /// Values with a right check digit.
        n_valid: u64,
        /// Values.
        n_values: u64,
        /// Whether the values are numbers and nothing else.
        is_whole: bool,
    },
    /// A column is named as one of personal numbers and nobody said what it is.
    #[error("{file}: column `{column}` is named as one of personal numbers, and is not declared")]
    NamedPersonalId {
        /// The file.
        file: String,
        /// The column, by its name in SQL.
        column: String,
    },
    /// A column holds personal numbers that a spreadsheet rounded.
    #[error(
        "{file}: column `{column}` looks like personal numbers that a spreadsheet rounded: \
         {n_values} of {n_values} values are of the kind 1.95E+11"
    )]
    RoundedPersonalId {
        /// The file.
        file: String,
        /// The column, by its name in SQL.
        column: String,
        /// Values.
        n_values: u64,
    },
    /// Two columns hold personal numbers together and nobody said so.
    #[error(
        "{file}: columns `{date}` and `{last}` look like personal numbers together: {n_valid} of \
         {n_numbers} have a date and the right check digit"
    )]
    SplitPersonalId {
        /// The file.
        file: String,
        /// The column of dates, by its name in SQL.
        date: String,
        /// The column of the last four digits.
        last: String,
        /// Different numbers with a right check digit.
        n_valid: u64,
        /// Different numbers.
        n_numbers: u64,
    },
    /// The name of a file, a table or a sheet may be a personal number.
    #[error("the name of {what} may be a personal number: names are shown and stored")]
    PersonalPlace {
        /// What is named so: `file 2`.
        what: String,
    },
    /// The name of a column may be a personal number.
    #[error("{file}: the name of column {number} may be a personal number")]
    PersonalName {
        /// The file, and the line where the format has lines.
        file: String,
        /// The column's place among those of the file, from 1.
        number: usize,
    },
    /// Options contradict each other or need another one.
    #[error("{problem}")]
    Options {
        /// What is wrong.
        problem: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The key of the pseudonyms cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Arrow could not put columns together.
    #[error("cannot build a batch of rows")]
    Arrow(#[from] arrow::error::ArrowError),
    /// Whoever takes the rows has stopped.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// What the person at the keyboard can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Format { hint, .. } | Self::Options { hint, .. } => hint.clone(),
            Self::Changed { .. } => Some("wait until it is complete, and load it again".to_owned()),
            Self::UndeclaredPersonalId {
                column,
                is_whole: true,
                ..
            } => Some(format!(
                "`--personal-id {column}` stores a pseudonym in its place; `--drop {column}` \
                 leaves the column out; `--allow-column {column}` stores it as it is, where it \
                 is something else"
            )),
            Self::UndeclaredPersonalId { column, .. } => Some(format!(
                "`--drop {column}` leaves the column out; only numbers in a column of their own \
                 can become pseudonyms; `--allow-column {column}` stores it as it is, where it is \
                 something else"
            )),
            Self::NamedPersonalId { column, .. } => Some(format!(
                "`--personal-id {column}` stores a pseudonym in its place; `--drop {column}` \
                 leaves the column out; `--allow-column {column}` stores it as it is, where it \
                 is something else"
            )),
            Self::RoundedPersonalId { column, .. } => Some(format!(
                "the digits are lost: export the column as text; `--drop {column}` leaves it \
                 out; `--allow-column {column}` stores it as it is, where it is something else"
            )),
            Self::SplitPersonalId { last, .. } => Some(format!(
                "`--drop {last}` leaves the last four digits out; `--allow-column {last}` stores \
                 them as they are, where they are something else"
            )),
            Self::PersonalPlace { .. } => Some("give it another name".to_owned()),
            Self::PersonalName { .. } => Some(
                "`--no-header` reads the first line of a CSV file as a row; other files are to \
                 have names that tell what a column holds"
                    .to_owned(),
            ),
            Self::Key(_) => Some(
                "make one with `openssl rand -hex 32 > key.txt`, and keep it apart from the lake"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    pub(crate) fn io(file: &str, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io {
            file,
            action,
            source,
        }
    }

    pub(crate) fn format(file: &str, problem: impl Into<String>) -> Self {
        Self::Format {
            file: file.to_owned(),
            problem: problem.into(),
            hint: None,
        }
    }

    pub(crate) fn hinted(file: &str, problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Format {
            file: file.to_owned(),
            problem: problem.into(),
            hint: Some(hint.into()),
        }
    }

    pub(crate) fn options(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Options {
            problem: problem.into(),
            hint: Some(hint.into()),
        }
    }
}
