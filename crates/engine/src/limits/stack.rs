//! Statements run on threads of their own, whose stacks are large and which nobody has to wait for.

use std::future::Future;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;
use tokio::sync::{mpsc, oneshot};

use crate::{Blame, Error};

/// The stack of a thread that plans or runs a statement of up to [`super::MAX_DEPTH`] levels, also
/// where nothing is optimised. Memory is taken only for what is used of it. Whoever makes the
/// runtime that a [`crate::Session`] runs in gives its threads stacks of [`STACK_BYTES`] too: parts
/// of a query run there.
pub const STACK_BYTES: usize = 256 << 20;

/// When a statement has to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    limit: Duration,
    at: Instant,
}

impl Deadline {
    pub(crate) fn of(limit: Option<Duration>) -> Option<Self> {
        let limit = limit?;
        let at = Instant::now().checked_add(limit)?;
        Some(Self { limit, at })
    }

    fn passed(self) -> Error {
        Error::Query {
            message: format!(
                "the statement took longer than {} and was stopped",
                kohort_functions::duration_text(self.limit)
            ),
            blame: Blame::TimedOut,
            hint: Some(
                "give it more time with --timeout or SET kohort.timeout, or ask for less"
                    .to_owned(),
            ),
        }
    }
}

/// Waits for something until a deadline.
async fn until<T>(deadline: Option<Deadline>, what: impl Future<Output = T>) -> Result<T, Error> {
    match deadline {
        None => Ok(what.await),
        Some(deadline) => tokio::time::timeout_at(deadline.at.into(), what)
            .await
            .map_err(|_| deadline.passed()),
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK_BYTES)
        .spawn(work);
    match thread {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::Query {
            message: format!("cannot start a thread for the statement: {error}"),
            blame: Blame::Exhausted,
            hint: None,
        }),
    }
}

fn ended() -> Error {
    Error::Query {
        message: "Kohort stopped at a fault of its own in this statement".to_owned(),
        blame: Blame::Internal,
        hint: Some("please report the statement and what it was asked about".to_owned()),
    }
}

/// Runs a future on a thread with a large stack. Whoever waits can stop waiting at any time, also
/// while the thread computes; it then ends at the next step that waits for something.
pub(crate) async fn on_large_stack<T: Send + 'static>(
    deadline: Option<Deadline>,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let (mut sender, receiver) = oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    spawn("kohort-plan", move || {
        runtime.block_on(async move {
            tokio::select! {
                done = work => drop(sender.send(done)),
                () = sender.closed() => {}
            }
        });
    })?;
    until(deadline, receiver)
        .await?
        .unwrap_or_else(|_| Err(ended()))
}

/// Batches that wait for their reader.
const BATCHES_AHEAD: usize = 2;

/// A batch, or that there are no more: a channel that closes without a word is a fault.
type Sent = Option<Result<RecordBatch, DataFusionError>>;

/// The same rows, read on a thread with a large stack, and not beyond a deadline.
pub(crate) fn streamed(
    mut stream: SendableRecordBatchStream,
    deadline: Option<Deadline>,
) -> Result<SendableRecordBatchStream, Error> {
    let schema = stream.schema();
    let (sender, receiver) = mpsc::channel::<Sent>(BATCHES_AHEAD);
    let runtime = tokio::runtime::Handle::current();
    spawn("kohort-query", move || {
        runtime.block_on(async move {
            loop {
                let next = tokio::select! {
                    next = stream.next() => next,
                    () = sender.closed() => break,
                };
                let is_last = next.is_none();
                if sender.send(next).await.is_err() || is_last {
                    break;
                }
            }
        });
    })?;
    let batches = futures::stream::unfold(Some(receiver), move |receiver| async move {
        let mut receiver = receiver?;
        let failed = |error| Some((Err(DataFusionError::External(Box::new(error))), None));
        match until(deadline, receiver.recv()).await {
            Ok(Some(Some(batch))) => Some((batch, Some(receiver))),
            Ok(Some(None)) => None,
            Ok(None) => failed(ended()),
            Err(error) => failed(error),
        }
    });
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
}
