//! `kohort samples`: what is known about the people whose genotypes the lake has.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kohort_ingest::{SamplesRequest, SamplesSummary};

use crate::args::LakeArgs;
use crate::commands::apart;
use crate::error::{Failure, Result};
use crate::human::{count, counted};
use crate::output::Sink;
use crate::progress::Shown;
use crate::signals::asked_to_end;

/// What to do with samples.
#[derive(Debug, Args)]
pub(crate) struct SamplesCommand {
    #[command(subcommand)]
    command: Samples,
}

#[derive(Debug, Subcommand)]
enum Samples {
    /// Change karyotypes, persons and other columns of `samples` without ingesting again
    Update(UpdateArgs),
}

/// Options of `kohort samples update`.
#[derive(Debug, Args)]
#[command(after_help = "\
A sample that the file has no row for, and a column that it does not have, stay as they are. Where a
sex karyotype changes, the counts of X and Y are made again. Cohorts keep their members.

Examples:
  kohort samples update people.tsv --lake my-lake
  kohort samples update karyotypes.tsv --lake my-lake --callset pilot
")]
struct UpdateArgs {
    /// A TSV with sample_id and the columns to change or add: sex_karyotype, person_id, any others
    #[arg(value_name = "TSV")]
    file: PathBuf,
    #[command(flatten)]
    lake: LakeArgs,
    /// The callset [default: each callset that has samples of the file, one after the other]
    #[arg(long, value_name = "NAME")]
    callset: Option<String>,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// Runs the command.
pub(crate) async fn run(command: SamplesCommand) -> Result {
    let Samples::Update(args) = command.command;
    let shown = Shown::start();
    let counters = shown.counters();
    let request = SamplesRequest {
        file: args.file,
        callset: args.callset,
        threads: args.threads,
    };
    let lake = args.lake;
    let work = apart(move || async move {
        let lake = lake.open().await?;
        Ok(kohort_ingest::update_samples(&lake, request, counters).await?)
    });
    let summary = tokio::select! {
        done = work => done,
        signal = asked_to_end() => Err(Failure::Interrupted(
            "each callset is as before or as the file says; `kohort lake vacuum` removes what was \
             begun",
            signal,
        )),
    };
    drop(shown);
    print(&summary?)
}

fn print(summary: &SamplesSummary) -> Result {
    let mut sink = Sink::stdout();
    let written = summary.callsets.iter().try_for_each(|callset| {
        let karyotypes = match callset.n_karyotypes {
            0 => "no other sex karyotype".to_owned(),
            n => format!(
                "{} with another sex karyotype, {} on X and Y counted again",
                counted(n, "sample"),
                counted(callset.n_recounted, "row")
            ),
        };
        writeln!(
            sink.out(),
            "updated {} of {} of callset `{}`: {karyotypes}",
            count(callset.n_updated),
            counted(callset.n_samples, "sample"),
            callset.callset,
        )
    });
    sink.settle(written.map_err(Failure::from))?;
    sink.commit()?;
    for warning in &summary.warnings {
        crate::error::warn_line(&format!("warning: {warning}"));
    }
    Ok(())
}
