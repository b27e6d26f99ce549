//! `kohort lake`: what is in a lake, what happened to it, is it whole, and what can go.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use clap::{Args, Subcommand};
use kohort_lake::{
    AsOf, DEFAULT_RETENTION, LakeInfo, OnCohortLoss, VacuumMode, VacuumOptions, VacuumReport,
    VerifyReport,
};
use kohort_schema::LoadedTable;

use crate::args::{LakeArgs, as_of};
use crate::error::{Failure, Result};
use crate::human::{bytes, count, counted};
use crate::output::{Format, Sink, Style, writer};

/// Hours of Delta's own retention.
const DEFAULT_KEEP_HOURS: u64 = DEFAULT_RETENTION.as_secs() / 3600;

/// What to do with a lake.
#[derive(Debug, Args)]
pub(crate) struct LakeCommand {
    #[command(subcommand)]
    command: Lakes,
}

#[derive(Debug, Subcommand)]
enum Lakes {
    /// Show callsets, their samples and variants, and bytes per table
    Info(InfoArgs),
    /// List every version of the lake: what was done, and when
    History(ListArgs),
    /// Check that every file is there, readable, and as long as the logs say
    Verify(ListArgs),
    /// Remove data that no retained version needs: replaced callsets, interrupted ingests
    Vacuum(VacuumArgs),
    /// Drop a callset or a loaded table; earlier versions show it until a vacuum
    Drop(DropArgs),
}

/// Options of `kohort lake drop`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort lake drop --callset pilot --lake my-lake
  kohort lake drop --table registry.people --lake my-lake
  kohort sql --lake my-lake -c 'DROP TABLE registry.people'
")]
struct DropArgs {
    #[command(flatten)]
    lake: LakeArgs,
    /// The callset, with its samples and variants
    #[arg(long, value_name = "NAME", required_unless_present = "table")]
    callset: Option<String>,
    /// The table: registry.people, or people
    #[arg(long, value_name = "TABLE", conflicts_with = "callset")]
    table: Option<LoadedTable>,
    /// Go on when cohorts have samples of the callset
    #[arg(long, requires = "callset")]
    allow_cohort_loss: bool,
}

/// Options of `kohort lake info`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort lake info --lake my-lake
  kohort lake info --lake s3://bucket/lake --format json
")]
struct InfoArgs {
    #[command(flatten)]
    list: ListOptions,
    /// The lake as it was at this version or time
    #[arg(long, value_name = "VERSION|TIME", value_parser = as_of)]
    as_of: Option<AsOf>,
}

/// Options of `kohort lake history` and `kohort lake verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort lake history --lake my-lake
  kohort lake verify --lake my-lake --format csv
")]
struct ListArgs {
    #[command(flatten)]
    list: ListOptions,
}

/// Which lake, and how to print.
#[derive(Debug, Args)]
struct ListOptions {
    #[command(flatten)]
    lake: LakeArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Options of `kohort lake vacuum`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort lake vacuum --lake my-lake --dry-run
  kohort lake vacuum --lake my-lake
  kohort lake vacuum --lake my-lake --keep-hours 0      nothing else may be using the lake
")]
struct VacuumArgs {
    #[command(flatten)]
    list: ListOptions,
    /// How long old versions stay readable; below 1, files of a running ingest may be removed too
    #[arg(long, value_name = "HOURS", default_value_t = DEFAULT_KEEP_HOURS)]
    keep_hours: u64,
    /// List what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) async fn run(command: LakeCommand) -> Result {
    match command.command {
        Lakes::Info(args) => info(args).await,
        Lakes::History(args) => history(args).await,
        Lakes::Verify(args) => verify(args).await,
        Lakes::Vacuum(args) => vacuum(args).await,
        Lakes::Drop(args) => drop_from(args).await,
    }
}

async fn drop_from(args: DropArgs) -> Result {
    let lake = args.lake.open().await?;
    let on_loss = match args.allow_cohort_loss {
        true => OnCohortLoss::Allow,
        false => OnCohortLoss::Refuse,
    };
    let (what, version) = match (args.callset, args.table) {
        (Some(name), _) => {
            let version = lake.drop_callset(&name, on_loss).await?;
            (format!("callset `{name}`"), version)
        }
        (None, Some(table)) => match lake.drop_table(&table).await? {
            Some(version) => (table.to_string(), version),
            None => {
                let message = format!("{}: there is no table {table}", lake.uri());
                let hint = "`kohort lake info` lists the tables";
                return Err(Failure::failed(message).with_hint(hint));
            }
        },
        (None, None) => return Err(Failure::usage("give --callset or --table")),
    };
    let mut sink = Sink::stdout();
    let written = writeln!(sink.out(), "dropped {what} (lake version {version})");
    sink.settle(written.map_err(Failure::from))?;
    sink.commit()
}

async fn info(args: InfoArgs) -> Result {
    let info = args.list.lake.open().await?.info(args.as_of).await?;
    let head = [
        format!("lake      {}", info.uri),
        format!("version   {} of {}", info.version, moment(&info.timestamp)),
        format!("samples   {}", count(info.n_samples)),
        format!(
            "variants  {} (rows of callset_variants)",
            count(info.n_variants)
        ),
        format!("cohorts   {}", count(info.n_cohorts)),
        format!("bytes     {}", bytes(info.size_bytes)),
        String::new(),
    ];
    let format = args.list.format;
    if format != Format::Table {
        return print(format, &[], &[callsets(&info)?], &[]);
    }
    print(format, &head, &[callsets(&info)?, tables(&info)?], &[])
}

fn callsets(info: &LakeInfo) -> Result<RecordBatch> {
    let of = &info.callsets;
    rows([
        ("callset", texts(of.iter().map(|c| Some(c.callset.clone())))),
        ("n_samples", numbers(of.iter().map(|c| c.n_samples))),
        ("n_variants", numbers(of.iter().map(|c| c.n_variants))),
        (
            "reference_genome",
            texts(of.iter().map(|c| c.reference_genome.clone())),
        ),
        ("absent", texts(of.iter().map(|c| Some(c.absent.clone())))),
        (
            "n_sources",
            numbers(of.iter().map(|c| c.sources.len() as u64)),
        ),
        (
            "source_bytes",
            numbers(
                of.iter()
                    .map(|c| c.sources.iter().map(|s| s.size_bytes).sum()),
            ),
        ),
        (
            "created_at",
            texts(of.iter().map(|c| Some(moment(&c.created_at)))),
        ),
        (
            "program_version",
            texts(of.iter().map(|c| Some(c.program_version.clone()))),
        ),
    ])
}

fn tables(info: &LakeInfo) -> Result<RecordBatch> {
    let of = &info.tables;
    rows([
        ("table", texts(of.iter().map(|t| Some(t.table.to_string())))),
        ("version", numbers(of.iter().map(|t| t.version))),
        ("n_files", numbers(of.iter().map(|t| t.n_files))),
        ("n_rows", numbers(of.iter().map(|t| t.n_rows))),
        ("size", texts(of.iter().map(|t| Some(bytes(t.size_bytes))))),
    ])
}

async fn history(args: ListArgs) -> Result {
    let entries = args.list.lake.open().await?.history().await?;
    let batch = rows([
        ("version", numbers(entries.iter().map(|e| e.version))),
        (
            "timestamp",
            texts(entries.iter().map(|e| Some(moment(&e.timestamp)))),
        ),
        (
            "operation",
            texts(entries.iter().map(|e| Some(e.operation.clone()))),
        ),
        ("callset", texts(entries.iter().map(|e| e.callset.clone()))),
        ("table", texts(entries.iter().map(|e| e.table.clone()))),
        ("n_rows", counts(entries.iter().map(|e| e.n_rows))),
        (
            "program_version",
            texts(entries.iter().map(|e| e.program_version.clone())),
        ),
    ])?;
    print(args.list.format, &[], &[batch], &[])
}

async fn verify(args: ListArgs) -> Result {
    let report = args.list.lake.open().await?.verify().await?;
    let problems = texts(report.problems.iter().map(|p| Some(p.to_string())));
    let problems = if report.is_sound() && args.list.format == Format::Table {
        Vec::new()
    } else {
        vec![rows([("problem", problems)])?]
    };
    print(args.list.format, &[], &problems, &[verified(&report)])?;
    if report.is_sound() {
        return Ok(());
    }
    let n = counted(report.problems.len() as u64, "problem");
    Err(Failure::failed(format!("{n} in {}", args.list.lake.lake)))
}

fn verified(report: &VerifyReport) -> String {
    let verdict = if report.is_sound() {
        "; all is well"
    } else {
        ""
    };
    format!(
        "version {}: looked at {}, {} and {} of {}{verdict}",
        report.version,
        counted(report.n_callsets, "callset"),
        counted(report.n_files, "file"),
        counted(report.n_rows, "row"),
        bytes(report.size_bytes)
    )
}

async fn vacuum(args: VacuumArgs) -> Result {
    let mode = if args.dry_run {
        VacuumMode::DryRun
    } else {
        VacuumMode::Delete
    };
    let retention = Duration::from_secs(args.keep_hours.saturating_mul(3600));
    let lake = args.list.lake.open().await?;
    let report = lake.vacuum(&VacuumOptions { retention, mode }).await?;
    let batch = rows([
        (
            "path",
            texts(report.files.iter().map(|f| Some(f.path.clone()))),
        ),
        (
            "size_bytes",
            numbers(report.files.iter().map(|f| f.size_bytes)),
        ),
    ])?;
    let is_listed = args.list.format != Format::Table || (args.dry_run && !report.files.is_empty());
    let listed = if is_listed { vec![batch] } else { Vec::new() };
    print(args.list.format, &[], &listed, &[vacuumed(&report, mode)])
}

fn vacuumed(report: &VacuumReport, mode: VacuumMode) -> String {
    let verb = if mode == VacuumMode::DryRun {
        "would remove"
    } else {
        "removed"
    };
    let n_files = counted(report.files.len() as u64, "file");
    let mut text = format!("{verb} {n_files} of {}", bytes(report.size_bytes));
    if !report.callsets.is_empty() {
        text.push_str(&format!(" (callsets {})", report.callsets.join(", ")));
    }
    text
}

/// Prints rows, and for a person the lines before and after them.
pub(super) fn print(
    format: Format,
    head: &[String],
    batches: &[RecordBatch],
    tail: &[String],
) -> Result {
    let mut sink = Sink::stdout();
    let result = write(format, head, batches, tail, &mut sink);
    sink.settle(result)?;
    sink.commit()
}

fn write(
    format: Format,
    head: &[String],
    batches: &[RecordBatch],
    tail: &[String],
    sink: &mut Sink,
) -> Result {
    let style = Style {
        format,
        ..Style::default()
    };
    let is_table = format == Format::Table;
    if is_table {
        head.iter()
            .try_for_each(|line| writeln!(sink.out(), "{line}"))?;
    }
    for (i, batch) in batches.iter().enumerate() {
        if i > 0 && is_table {
            writeln!(sink.out())?;
        }
        let mut rows = writer(&style, &batch.schema(), sink.out())?;
        rows.batch(batch)?;
        rows.finish()?;
    }
    if is_table {
        tail.iter()
            .try_for_each(|line| writeln!(sink.out(), "{line}"))?;
    }
    Ok(())
}

pub(super) fn rows<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<RecordBatch> {
    let named = columns.map(|(name, column)| (name, column, true));
    Ok(RecordBatch::try_from_iter_with_nullable(named)?)
}

pub(super) fn texts(values: impl Iterator<Item = Option<String>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

pub(super) fn numbers(values: impl Iterator<Item = u64>) -> ArrayRef {
    let numbers = values.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    Arc::new(Int64Array::from_iter_values(numbers))
}

fn counts(values: impl Iterator<Item = Option<u64>>) -> ArrayRef {
    let signed = values.map(|n| n.map(|n| i64::try_from(n).unwrap_or(i64::MAX)));
    Arc::new(signed.collect::<Int64Array>())
}

/// `2025-01-31T12:00:00.123Z`: a time that `--as-of` takes and finds the same version by.
pub(super) fn moment(time: &chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
