//! `kohort cohort`: the cohorts of a lake.

use arrow::array::AsArray;
use clap::{Args, Subcommand};
use kohort_engine::{Session, SessionOptions};
use kohort_lake::{AsOf, Lake};

use crate::args::LakeArgs;
use crate::error::{Failure, Result};
use crate::output::{Format, Style};
use crate::query::{self, quote};
use crate::script::Step;

/// What to do with cohorts.
#[derive(Debug, Args)]
pub(crate) struct CohortCommand {
    #[command(subcommand)]
    command: Cohorts,
}

#[derive(Debug, Subcommand)]
enum Cohorts {
    /// List the cohorts: name, size, who created each and when, and its SQL
    List(ListArgs),
}

/// Options of `kohort cohort list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort cohort list --lake my-lake
  kohort sql --lake my-lake -c \"CREATE COHORT women AS
      SELECT sample_id FROM samples WHERE sex_karyotype = 'XX'\"
")]
struct ListArgs {
    #[command(flatten)]
    lake: LakeArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub(crate) async fn run(command: CohortCommand) -> Result {
    let Cohorts::List(args) = command.command;
    let lake = args.lake.open().await?;
    let session = Session::open(&lake, SessionOptions::default()).await?;
    let style = Style {
        format: args.format,
        ..Style::default()
    };
    let list = "SELECT cohort, size, created_by, created_at, lake_version, sql \
                FROM cohorts ORDER BY cohort";
    query::run_all(&session, &[Step::of_command(list)], &style, None).await
}

/// The samples of a cohort in one callset, in the callset's order.
pub(crate) async fn sample_ids(
    lake: &Lake,
    cohort: &str,
    callset: &str,
    as_of: Option<AsOf>,
) -> Result<Vec<String>> {
    let options = SessionOptions {
        as_of,
        ..SessionOptions::default()
    };
    let session = Session::open(lake, options).await?;
    let members = format!(
        "SELECT CAST(sample_id AS VARCHAR) AS sample_id FROM samples \
         WHERE callset = {} AND cohort_contains(cohort({}), sample_index) ORDER BY sample_index",
        quote(callset),
        quote(cohort)
    );
    let mut names = Vec::new();
    for batch in query::rows(&session, &members).await? {
        let column = arrow::compute::cast(batch.column(0), &arrow::datatypes::DataType::Utf8)?;
        names.extend(
            column
                .as_string::<i32>()
                .iter()
                .flatten()
                .map(ToOwned::to_owned),
        );
    }
    if names.is_empty() {
        let message = format!("cohort `{cohort}` has no sample in callset `{callset}`");
        return Err(Failure::failed(message).with_hint("`kohort cohort list` shows the cohorts"));
    }
    Ok(names)
}
