//! `kohort`: population-scale variant analytics from the command line.
//!
//! What does a person type? This room parses the command line, draws progress, writes results in
//! the format asked for, and ends with an exit code (docs/cli.md has the table). It is the only
//! room that reads the
//! environment, prints, and installs logging.

mod args;
mod commands;
mod error;
mod human;
mod logging;
mod output;
mod progress;
mod query;
mod redact;
mod script;
mod shell;
mod signals;

use std::process::ExitCode;

use args::Command;
use commands::until_asked_to_end;
use error::{Failure, Result};

/// A query makes and drops many buffers of some 100 KiB: the system's allocator hands each back to
/// the kernel and faults it in again (docs/decisions.md has the figures).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Threads that keep signals and storage going while a command computes.
const MIN_RUNTIME_THREADS: usize = 2;

fn main() -> ExitCode {
    let cli = match args::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    logging::install(cli.verbose, cli.log_format);
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error::report(&failure);
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // Parts of a query run on these threads, and walk through what is nested in it by recursion.
    builder.thread_stack_size(kohort_engine::STACK_BYTES);
    if let Some(threads) = command.threads() {
        builder.worker_threads(threads.get().max(MIN_RUNTIME_THREADS));
        // Sorts and counts of millions of people take these.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get());
        pool.build_global()
            .map_err(|source| Failure::caused("cannot start threads", &source))?;
    }
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|source| Failure::caused("cannot start threads", &source))?;
    let result = runtime.block_on(async {
        match command {
            Command::Ingest(args) => commands::ingest::run(*args).await,
            Command::Load(args) => commands::load::run(*args).await,
            Command::Sql(args) => commands::sql::run(*args).await,
            Command::Export(args) => commands::export::run(args).await,
            Command::Report(args) => commands::report::run(*args).await,
            Command::Lake(args) => until_asked_to_end(commands::lake::run(args)).await,
            Command::Cohort(args) => commands::cohort::run(args).await,
            Command::Demo(args) => Box::pin(until_asked_to_end(commands::demo::run(args))).await,
            Command::Samples(args) => commands::samples::run(args).await,
            Command::Simulate(args) => commands::simulate::run(args).await,
            Command::Docs(args) => commands::docs::run(&args),
        }
    });
    // Threads that still read or write when a person pressed Ctrl-C must not hold the process.
    runtime.shutdown_background();
    result
}
