//! `kohort load`: files of a registry into a lake, as a table.

mod options;
mod source;
mod summary;
mod wanted;

use std::sync::Arc;

use clap::Args;
use kohort_ingest::{LoadRequest, LoadSummary, Progress};
use kohort_lake::Lake;
use kohort_schema::LoadedTable;

use crate::args::{LakeArgs, StorageArgs};
use crate::commands::{apart, what_is_left};
use crate::error::{Failure, Result};
use crate::output::Format;
use crate::progress::Shown;
use crate::signals::asked_to_end;

use options::{FileOptions, ModeOptions, PeopleOptions};
use wanted::AsOptions;

/// Options of `kohort load`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort load people people.csv --lake my-lake --personal-id personnummer \\
      --pseudonym-key key.txt --derive-birth-date --derive-sex
  kohort load referrals 2024-*.csv.gz --lake my-lake --append --type remissdatum=date \\
      --personal-id pnr --pseudonym-key key.txt --on-bad-row set-aside --set-aside bad.csv
  kohort load tests lab.parquet --lake s3://bucket/lake --upsert test_id
  kohort load patients Patient.ndjson --lake my-lake
  kohort load features phenopackets/*.json --rows features --lake my-lake
  kohort load reference.population scb.csv --lake my-lake --rename lan=region_code
  kohort load people befolkning.csv --as people --column income_band=ink_kvintil --lake my-lake
  kohort load costs costs.xlsx --lake my-lake --sheet 2024 --header-row 3
  kohort load people people.csv --check --format json
  kohort load --history people --lake my-lake

`openssl rand -hex 32 > key.txt` makes a key. Keep it apart from the lake: who has both can find
out who is who. docs/registries.md has the formats, the types and what becomes of bad rows.
")]
pub(crate) struct LoadArgs {
    /// The table: `people` is `registry.people` in SQL; reference.population, reference.regions and
    /// others of `reference` take the place of those that come with Kohort
    #[arg(value_name = "NAME")]
    table: LoadedTable,
    /// Files or URLs of one format: CSV, TSV, .xlsx, Parquet, NDJSON, FHIR bulk NDJSON or Bundles,
    /// phenopackets, Beacon individuals; gzip-compressed or not
    #[arg(value_name = "FILE", required_unless_present = "history")]
    files: Vec<String>,
    #[command(flatten)]
    lake: OptionalLake,
    #[command(flatten)]
    mode: ModeOptions,
    #[command(flatten)]
    wanted: AsOptions,
    #[command(flatten)]
    people: PeopleOptions,
    #[command(flatten)]
    file: FileOptions,
    /// Read and check everything, write nothing
    #[arg(long)]
    check: bool,
    /// List the loads of this table: when, how, from which files, and how many rows
    #[arg(long, conflicts_with = "files")]
    history: bool,
    /// Output format: any for the history; table or json for the summary of a load
    #[arg(long = "output-format", value_enum, default_value_t)]
    output_format: Format,
}

/// A lake that `--check` can do without.
#[derive(Debug, Args)]
struct OptionalLake {
    /// The lake: a folder, s3://bucket/path, gs://bucket/path or az://container/path
    #[arg(
        long,
        env = "KOHORT_LAKE",
        hide_env_values = true,
        value_name = "URI",
        required_unless_present = "check"
    )]
    lake: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
}

impl OptionalLake {
    fn args(&self) -> Option<LakeArgs> {
        self.lake.clone().map(|lake| LakeArgs {
            lake,
            storage: self.storage.clone(),
        })
    }
}

/// Runs the command.
pub(crate) async fn run(args: LoadArgs) -> Result {
    if args.history {
        let Some(lake) = args.lake.args() else {
            return Err(Failure::usage("--history needs a lake: give --lake"));
        };
        return summary::history(&lake.open().await?, &args.table, args.output_format).await;
    }
    let is_json = args.file.is_json() || args.output_format == Format::Json;
    if !is_json && args.output_format != Format::Table {
        let message = "a load's summary is printed as table or json";
        return Err(Failure::usage(message));
    }
    let is_check = args.check;
    let lake = args.lake.args().filter(|_| !is_check);
    let shown = Shown::counting("rows");
    let (request, counters) = (args.request()?, shown.counters());
    let request = source::counted(request, counters.clone());
    let wanted = args.wanted;
    let work = apart(move || work(lake, wanted, request, counters));
    let summary = tokio::select! {
        done = work => done,
        signal = asked_to_end() => Err(Failure::Interrupted(what_is_left(is_check), signal)),
    };
    drop(shown);
    match is_json {
        true => summary::summary_as_json(&summary?, is_check),
        false => summary::summary(&summary?, is_check),
    }
}

async fn work(
    lake: Option<LakeArgs>,
    wanted: AsOptions,
    mut request: LoadRequest,
    progress: Arc<dyn Progress>,
) -> Result<LoadSummary> {
    wanted.apply(&mut request).await?;
    let lake: Option<Lake> = match lake {
        Some(lake) => Some(lake.create().await?),
        None => None,
    };
    match kohort_ingest::load(lake.as_ref(), request, progress).await {
        Err(kohort_ingest::Error::BadRows { rows }) => Err(summary::bad_rows(&rows)),
        other => Ok(other?),
    }
}

impl LoadArgs {
    fn request(&self) -> Result<LoadRequest> {
        let mut options = self.file.options()?;
        self.people.apply(&mut options)?;
        let sources = self
            .files
            .iter()
            .map(|file| source::of(file, &self.lake.storage.options()))
            .collect::<Result<Vec<_>>>()?;
        Ok(LoadRequest {
            sources,
            table: self.table.clone(),
            mode: self.mode.mode(),
            options,
            on_bad_row: self.mode.on_bad_row()?,
            on_duplicate_key: self.mode.on_duplicate_key(),
            on_duplicate_files: self.mode.on_duplicate_files(),
            program_version: concat!("kohort/", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }
}
