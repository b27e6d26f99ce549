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
                 leaves the column out"
            )),
            Self::UndeclaredPersonalId { column, .. } => Some(format!(
                "`--drop {column}` leaves the column out; only numbers in a column of their own \
                 can become pseudonyms"
            )),
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
