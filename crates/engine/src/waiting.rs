//! Where DataFusion asks for something at once that has to be read first.

use std::future::Future;

use datafusion::common::{Result, exec_datafusion_err, plan_err};
use futures::FutureExt;
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::limits::STACK_BYTES;

/// What a future gives, waited for here. It mostly is there already: statements read what their
/// plans name before they run.
///
/// # Errors
/// Those of the future; none is waited for outside of a tokio runtime.
pub(crate) fn wait<T: Send>(work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    let mut work = std::pin::pin!(work);
    if let Some(done) = work.as_mut().now_or_never() {
        return done;
    }
    let Ok(runtime) = Handle::try_current() else {
        return plan_err!("a lake is read from within a tokio runtime");
    };
    let flavor = runtime.runtime_flavor();
    let elsewhere = move || {
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("kohort-read".to_owned())
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, || runtime.block_on(work))
                .map_err(|error| exec_datafusion_err!("cannot start a thread: {error}"))?
                .join()
                .unwrap_or_else(|fault| std::panic::resume_unwind(fault))
        })
    };
    match flavor {
        // Others take over the work of the runtime that this thread may be doing.
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(elsewhere),
        _ => elsewhere(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn later() -> Result<u32> {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        Ok(7)
    }

    #[test]
    fn what_is_there_needs_no_runtime() {
        assert_eq!(wait(async { Ok(3) }).unwrap(), 3);
        let never = wait(std::future::pending::<Result<u32>>());
        assert!(never.unwrap_err().to_string().contains("runtime"));
    }

    #[test]
    fn every_thread_may_wait() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let tasks = [(); 8].map(|()| tokio::spawn(async { wait(later()).unwrap() }));
            for task in tasks {
                assert_eq!(task.await.unwrap(), 7);
            }
        });
    }
}
