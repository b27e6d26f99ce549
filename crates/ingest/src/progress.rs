//! What an ingest or export tells while it runs; who draws it is not known here.

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading records and writing data files.
    Reading,
    /// Waiting for the last data files to reach the storage.
    Writing,
    /// Committing: after this the callset is visible.
    Committing,
}

/// Hears how far a run is. Calls come from several threads and must be cheap.
pub trait Progress: Send + Sync {
    /// The stored (compressed) bytes of all inputs; `None` when one of them has no known size.
    fn total_bytes(&self, total: Option<u64>) {
        let _ = total;
    }
    /// Stored bytes read so far, over all inputs.
    fn bytes_read(&self, bytes: u64) {
        let _ = bytes;
    }
    /// Variants (rows) done so far.
    fn variants(&self, variants: u64) {
        let _ = variants;
    }
    /// A new stage began.
    fn stage(&self, stage: Stage) {
        let _ = stage;
    }
    /// Something that the user should know and that stops nothing.
    fn warning(&self, message: &str) {
        let _ = message;
    }
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}
