//! One file per command: its options, and what it does with them.

use crate::error::{Failure, Result};

pub(crate) mod cohort;
pub(crate) mod demo;
pub(crate) mod docs;
pub(crate) mod export;
pub(crate) mod ingest;
pub(crate) mod lake;
pub(crate) mod load;
pub(crate) mod report;
pub(crate) mod simulate;
pub(crate) mod sql;

/// Runs work that may keep its thread busy on a thread of its own, so that Ctrl-C is heard.
async fn apart<T: Send + 'static, F: Future<Output = Result<T>>>(
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<T> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work()))
        .await
        .map_err(|error| Failure::caused("the work broke off", &error))?
}
