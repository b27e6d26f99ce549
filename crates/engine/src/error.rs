//! Errors of the engine, mapped by blame.

use datafusion::error::DataFusionError;

/// What went wrong with a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The statement cannot be understood, or names what does not exist.
    #[error("{message}")]
    Query {
        /// What is wrong, and where.
        message: String,
        /// Whose fault it is.
        blame: Blame,
        /// What the caller can do about it.
        hint: Option<String>,
        /// The error underneath.
        #[source]
        source: Option<Box<DataFusionError>>,
    },
    /// The lake cannot be read or written.
    #[error(transparent)]
    Lake(#[from] kohort_lake::Error),
}

/// Whose fault an error is; it decides exit codes and error codes of protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blame {
    /// The statement is wrong.
    Usage,
    /// A name does not exist.
    NotFound,
    /// The data is not what it claims to be.
    Data,
    /// The machine has not enough memory or disk.
    Exhausted,
    /// The storage did not answer.
    Storage,
    /// A bug of ours.
    Internal,
}
