//! Ingests files from the command line and prints what it came to; for profiling and benchmarks.
//!
//! `ingest_file LAKE CALLSET [--threads N] [--samples TSV] [--genome G] [--check] FILE…`
//! `ingest_file --export LAKE CALLSET OUT`
#![allow(clippy::print_stdout, reason = "a command line tool")]

use kohort_ingest::{
    Error, ExportFormat, ExportRequest, IngestRequest, Input, NoProgress, check, export, ingest,
};
use kohort_lake::{Lake, StorageOptions};
use std::sync::Arc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    if let Err(error) = run(std::env::args().skip(1).collect()).await {
        println!("error: {error}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            println!("  caused by: {cause}");
            source = cause.source();
        }
        if let Some(hint) = error.hint() {
            println!("  hint: {hint}");
        }
        return std::process::ExitCode::FAILURE;
    }
    std::process::ExitCode::SUCCESS
}

async fn run(arguments: Vec<String>) -> Result<(), Error> {
    let storage = StorageOptions::new();
    if arguments.first().is_some_and(|a| a == "--export") {
        let lake = Lake::open(&arguments[1], &storage).await?;
        let request = ExportRequest {
            callset: arguments[2].clone(),
            format: ExportFormat::from_path(&arguments[3]),
            ..ExportRequest::default()
        };
        let file = std::fs::File::create(&arguments[3]).map_err(|source| Error::Io {
            path: arguments[3].clone(),
            action: "creating the file",
            source,
        })?;
        let output = Box::new(std::io::BufWriter::new(file));
        println!(
            "{:#?}",
            export(&lake, request, output, Arc::new(NoProgress)).await?
        );
        return Ok(());
    }
    let mut request = IngestRequest::default();
    let mut plain = Vec::new();
    let mut checks = false;
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--check" => checks = true,
            "--threads" => request.threads = rest.next().and_then(|n| n.parse().ok()),
            "--samples" => request.samples = rest.next().map(Into::into),
            "--genome" => request.reference_genome = rest.next().and_then(|g| g.parse().ok()),
            "--null" => request.on_bad_field = kohort_ingest::OnBadField::Null,
            "--fasta" => request.fasta = rest.next().map(Into::into),
            _ => plain.push(argument),
        }
    }
    let mut plain = plain.into_iter();
    let lake = plain.next().unwrap_or_default();
    request.callset = plain.next().unwrap_or_default();
    request.inputs = plain.map(Input::from).collect();
    let progress = Arc::new(NoProgress);
    let summary = if checks {
        check(request, progress).await?
    } else {
        let lake = Lake::create(&lake, &storage).await?;
        ingest(&lake, request, progress).await?
    };
    println!("{summary:#?}");
    Ok(())
}
