//! What does the program say about its own work? Logs on standard error, off unless asked for.

use tracing_subscriber::EnvFilter;

/// Installs logging: `RUST_LOG` when set, else by how often `-v` was given.
pub(crate) fn install(verbosity: u8) {
    let default = match verbosity {
        0 => "error",
        1 => "error,kohort=info,kohort_engine=info,kohort_ingest=info,kohort_lake=info",
        2 => "warn,kohort=debug,kohort_engine=debug,kohort_ingest=debug,kohort_lake=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(verbosity > 1)
        .try_init();
}
