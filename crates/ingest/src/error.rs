//! What can go wrong in this room.

/// A fault of an ingest or export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not built yet.
    #[error("not built yet")]
    NotYet,
}

impl Error {
    /// What to type next, where there is an answer.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        None
    }
}
