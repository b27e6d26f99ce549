//! What can go wrong when a register is made.

use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The number of people is not one that can be made.
    #[error("people: expected a number from 1 to {most}, got `{found}`")]
    People {
        /// The largest number.
        most: u64,
        /// The number given.
        found: u64,
    },
    /// An inequality has no such name.
    #[error("planted: expected `all`, `none`, or some of {names}, got `{found}`")]
    UnknownSwitch {
        /// All names.
        names: String,
        /// The name given.
        found: String,
    },
    /// The folder holds something else.
    #[error("`{}` exists and is not empty", .folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be made.
    #[error("cannot write `{}`", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Rows cannot be written.
    #[error("cannot write `{}`", .path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// A batch of rows does not fit its schema: a fault of this crate.
    #[error("rows do not fit their table")]
    Batch(#[from] arrow_schema::ArrowError),
    /// Threads cannot be started.
    #[error("cannot start threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A table that ships with this crate does not read as it should: a fault of this crate.
    #[error("{file}:{line}: expected {expected}")]
    Data {
        /// The table.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// Somebody asked to stop.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotEmpty { .. } => Some("name a new folder, or empty this one".to_owned()),
            _ => None,
        }
    }
}
