//! One file per command: its options, and what it does with them.

use crate::error::{Failure, Result};
use crate::signals::asked_to_end;

pub(crate) mod cohort;
pub(crate) mod demo;
pub(crate) mod docs;
pub(crate) mod export;
pub(crate) mod ingest;
pub(crate) mod lake;
pub(crate) mod load;
pub(crate) mod report;
pub(crate) mod samples;
pub(crate) mod simulate;
pub(crate) mod sql;

/// What there is after an ingest or a load that was interrupted.
fn what_is_left(is_check: bool) -> &'static str {
    match is_check {
        true => "nothing was written",
        false => {
            "the lake shows what it showed before; `kohort lake vacuum` removes what was begun"
        }
    }
}

/// Runs work until it is done or somebody asks the program to end.
pub(crate) async fn until_asked_to_end<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        done = work => done,
        signal = asked_to_end() => Err(Failure::Interrupted("the command was cancelled", signal)),
    }
}

/// Runs work that may keep its thread busy on a thread of its own, so that Ctrl-C is heard.
async fn apart<T: Send + 'static, F: Future<Output = Result<T>>>(
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<T> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work()))
        .await
        .map_err(|error| Failure::caused("the work broke off", &error))?
}
