//! One thread cuts, several work, one takes the results in order; a bounded number in flight.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::lines::Lines;
use super::{Chunk, ChunkSink, OpenOptions, ReadProgress};
use crate::{Error, Header, Locate, Location, Unit};

/// What the bodies need to know about their file.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    pub(super) header: &'a Header,
    pub(super) header_lines: u64,
    pub(super) options: &'a OpenOptions,
    pub(super) progress: &'a ReadProgress,
    pub(super) threads: usize,
}

/// The right to have one chunk in flight; given back once, at the latest when dropped.
pub(super) struct Permit {
    released: AtomicBool,
    pool: Sender<()>,
}

impl Permit {
    pub(super) fn release(&self) {
        if !self.released.swap(true, Ordering::AcqRel) {
            // The pool is gone when the reading has ended.
            let _ = self.pool.send(());
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.release();
    }
}

/// Where the cutting thread puts chunks.
pub(super) struct Feeder<'a, W> {
    jobs: Sender<Job<W>>,
    permits: Receiver<()>,
    pool: Sender<()>,
    stop: &'a AtomicBool,
    progress: &'a ReadProgress,
    next_index: u64,
}

struct Job<W> {
    index: u64,
    work: W,
    permit: Arc<Permit>,
}

impl<W> Feeder<'_, W> {
    /// Waits until another chunk may be in flight.
    pub(super) fn permit(&self) -> Result<Arc<Permit>, Error> {
        let stopped = self.permits.recv().is_err() || self.stop.load(Ordering::Relaxed);
        if stopped || self.progress.is_cancelled() {
            return Err(Error::Cancelled);
        }
        Ok(Arc::new(Permit {
            released: AtomicBool::new(false),
            pool: self.pool.clone(),
        }))
    }

    pub(super) fn feed(&mut self, work: W, permit: Arc<Permit>) -> Result<(), Error> {
        let index = self.next_index;
        self.next_index += 1;
        self.jobs
            .send(Job {
                index,
                work,
                permit,
            })
            .map_err(|_| Error::Cancelled)
    }
}

/// What a worker made of a chunk.
pub(super) struct Done<T, E> {
    pub(super) n_lines: u64,
    pub(super) n_records: u64,
    /// The last line is empty, which only the end of the file may be.
    pub(super) ends_blank: bool,
    pub(super) result: Result<T, Failure<E>>,
}

/// An error, at a line of the chunk or of the whole.
pub(super) enum Failure<E> {
    Line(u64, E),
    File(E),
}

struct Finished<T, E> {
    index: u64,
    done: Done<T, E>,
    permit: Option<Arc<Permit>>,
}

/// Chunks in flight: each worker has one, one waits for it, and two are cut ahead, which a worker
/// needs to read on into.
fn in_flight(threads: usize) -> usize {
    2 * threads + 2
}

pub(super) fn run<W, S, F, N>(
    file: File<'_>,
    unit: Unit,
    cut: impl FnOnce(&mut Feeder<'_, W>) -> Result<(), Error> + Send,
    new_worker: impl Fn() -> F + Sync,
    new_sink: N,
    consume: impl FnMut(Chunk<S::Output>) -> Result<(), S::Error>,
) -> Result<(), S::Error>
where
    W: Send,
    S: ChunkSink,
    F: FnMut(W, &mut Lines<'_, S>) -> Result<(), Failure<S::Error>>,
    N: Fn() -> S + Sync,
{
    let (pool, permits) = unbounded();
    for _ in 0..in_flight(file.threads) {
        let _ = pool.send(());
    }
    let (job_sender, jobs) = unbounded::<Job<W>>();
    let (result_sender, results) = unbounded();
    let stop = AtomicBool::new(false);
    let mut feeder = Feeder {
        jobs: job_sender,
        permits,
        pool: pool.clone(),
        stop: &stop,
        progress: file.progress,
        next_index: 0,
    };
    thread::scope(|scope| {
        let cutter_results = result_sender.clone();
        scope.spawn(move || {
            if let Err(error) = cut(&mut feeder) {
                let error = S::Error::from(error.at(file.name));
                // It comes after all chunks that were cut before.
                let _ = cutter_results.send(Finished::failed(feeder.next_index, error));
            }
        });
        for _ in 0..file.threads {
            let (jobs, results) = (jobs.clone(), result_sender.clone());
            let (stop, new_worker, new_sink) = (&stop, &new_worker, &new_sink);
            scope.spawn(move || work(&jobs, &results, stop, new_worker(), new_sink()));
        }
        drop((jobs, result_sender));
        let _stopping = Stopping { stop: &stop, pool };
        in_order(file, unit, &results, consume)
    })
}

/// Stops the other threads on every way out, a panic of the consumer included.
struct Stopping<'a> {
    stop: &'a AtomicBool,
    pool: Sender<()>,
}

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the cutting thread, which then sees `stop`.
        let _ = self.pool.send(());
    }
}

impl<T, E> Finished<T, E> {
    fn failed(index: u64, error: E) -> Self {
        let result = Err(Failure::File(error));
        let done = Done {
            n_lines: 0,
            n_records: 0,
            ends_blank: false,
            result,
        };
        Finished {
            index,
            done,
            permit: None,
        }
    }
}

/// A worker thread: one chunk after the other.
fn work<W, S: ChunkSink>(
    jobs: &Receiver<Job<W>>,
    results: &Sender<Finished<S::Output, S::Error>>,
    stop: &AtomicBool,
    mut worker: impl FnMut(W, &mut Lines<'_, S>) -> Result<(), Failure<S::Error>>,
    mut sink: S,
) {
    for Job {
        index,
        work,
        permit,
    } in jobs
    {
        if stop.load(Ordering::Relaxed) {
            continue;
        }
        let mut lines = Lines::new(&mut sink);
        let worked = worker(work, &mut lines);
        let done = lines.finish(worked);
        let permit = Some(permit);
        if results
            .send(Finished {
                index,
                done,
                permit,
            })
            .is_err()
        {
            break;
        }
    }
}

fn in_order<T, E: From<Error> + Locate>(
    file: File<'_>,
    unit: Unit,
    results: &Receiver<Finished<T, E>>,
    mut consume: impl FnMut(Chunk<T>) -> Result<(), E>,
) -> Result<(), E> {
    let mut waiting = BTreeMap::new();
    let mut next_index = 0;
    let mut first_line = match unit {
        Unit::Line => file.header_lines + 1,
        Unit::Record => 1,
    };
    let mut blank_line = None;
    let location = |number| Location {
        file: file.name,
        unit,
        number,
        samples: &file.header.samples,
    };
    for finished in results {
        waiting.insert(finished.index, finished);
        while let Some(finished) = waiting.remove(&next_index) {
            next_index += 1;
            let Finished { done, permit, .. } = finished;
            if let (Some(number), true) = (blank_line, done.n_records > 0) {
                let error = Error::column("the line", "a data line", b"");
                return Err(E::from(error).locate(&location(number)));
            }
            match done.result {
                Ok(output) => consume(Chunk {
                    output,
                    first_line,
                    n_lines: done.n_lines,
                })?,
                Err(Failure::File(error)) => return Err(error),
                Err(Failure::Line(ordinal, error)) => {
                    return Err(error.locate(&location(first_line + ordinal)));
                }
            }
            first_line += done.n_lines;
            if done.ends_blank {
                blank_line = Some(first_line - 1);
            }
            file.progress
                .records
                .fetch_add(done.n_records, Ordering::Relaxed);
            if let Some(permit) = permit {
                permit.release();
            }
        }
    }
    Ok(())
}
