//! What can go wrong with a report, and what to do about it.

use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No shipped report has the name, and it is no folder.
    #[error("there is no report `{name}`")]
    NoReport {
        /// The name or path.
        name: String,
        /// The names of those that ship.
        shipped: Vec<String>,
    },
    /// A file of the definition cannot be read.
    #[error("{path}: cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The definition is not written as it must be.
    #[error("report.toml: {message}")]
    Syntax {
        /// Line, column, and what is wrong.
        message: String,
    },
    /// A part of the definition does not fit the rest.
    #[error("report.toml: {place}: {message}")]
    Definition {
        /// Which section, table, column or figure.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// A parameter that the report does not know, lacks, or cannot take.
    #[error("parameter `{name}`: {message}")]
    Parameter {
        /// Its name.
        name: String,
        /// What is wrong.
        message: String,
        /// What to type instead.
        hint: Option<String>,
    },
    /// What a query gave is not what the definition says of it.
    #[error("{table}: {message}")]
    Data {
        /// The table.
        table: String,
        /// What differs.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A table cannot be protected.
    #[error("{table}: {message}")]
    Disclosure {
        /// The table, or several.
        table: String,
        /// Why.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Rows of a query have a type that no report shows.
    #[error(
        "{table}: column `{column}`: expected text, a number, a date or an estimate, got {found}"
    )]
    Type {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// A workbook cannot be made.
    #[error("{table}: the workbook cannot be made")]
    Workbook {
        /// The table.
        table: String,
        /// Why.
        #[source]
        source: Box<rust_xlsxwriter::XlsxError>,
    },
    /// The folder for the report cannot be used.
    #[error("{path}: {message}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        message: &'static str,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A file cannot be written.
    #[error("{path}: cannot be written")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// What a person can do about it, where that is not plain from the message.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoReport { shipped, .. } => Some(format!(
                "there are {}; or give the path of a folder with a report.toml",
                shipped.join(", ")
            )),
            Self::Parameter { hint, .. }
            | Self::Data { hint, .. }
            | Self::Disclosure { hint, .. }
            | Self::Folder { hint, .. } => hint.clone(),
            _ => None,
        }
    }

    /// Whether what was typed is at fault, not a file, the data or the disk.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::NoReport { .. } | Self::Parameter { .. } | Self::Folder { .. }
        )
    }

    pub(crate) fn definition(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Definition {
            place: place.into(),
            message: message.into(),
        }
    }

    pub(crate) fn data(table: &str, message: impl Into<String>) -> Self {
        Self::Data {
            table: table.to_owned(),
            message: message.into(),
            hint: None,
        }
    }
}
