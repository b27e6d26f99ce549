//! What can be typed: the commands, and the options that several of them share.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};
use kohort_lake::{AsOf, Lake, StorageOptions};

use crate::commands;
use crate::error::{EXIT_USAGE, Failure, Result, report, warn_line};
use crate::logging::{self, LogFormat};
use crate::redact;

/// The variable that names the lake when `--lake` is not given.
pub(crate) const LAKE_VARIABLE: &str = "KOHORT_LAKE";
/// The option whose values may be secrets.
const STORAGE_OPTION: &str = "--storage-option";
/// Variables that hold storage options, by what they begin with.
const STORAGE_VARIABLES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

/// Population-scale variant analytics: VCFs become tables on object storage, questions are SQL.
#[derive(Debug, Parser)]
#[command(
    name = "kohort",
    version,
    max_term_width = 100,
    after_help = "\
Begin:
  kohort demo                                          build a small lake and look around
  kohort ingest chr*.vcf.gz --lake my-lake --callset pilot --samples people.tsv
  kohort sql --lake my-lake                            ask questions"
)]
pub(crate) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Print more to standard error (-v, -vv, -vvv); RUST_LOG takes precedence
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How what -v and RUST_LOG ask for is written
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(crate) log_format: LogFormat,
}

/// Reads the command line; where it cannot be understood, says why without repeating a secret.
pub(crate) fn parse() -> Result<Cli, ExitCode> {
    Cli::try_parse().map_err(|error| {
        if !error.use_stderr() {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        let argument = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(name)) => name.as_str(),
            _ => "",
        };
        let is_value = error.kind() == ErrorKind::ValueValidation;
        if is_value && argument.contains(STORAGE_OPTION) {
            let failure = Failure::usage(format!(
                "invalid value for '{argument}': expected KEY=VALUE (what was given is not shown: \
                 it may hold a secret)"
            ));
            report(&failure.with_hint("such as --storage-option aws_region=eu-north-1"));
        } else if logging::has_colour() {
            warn_line(error.render().ansi().to_string().trim_end());
        } else {
            warn_line(error.render().to_string().trim_end());
        }
        ExitCode::from(EXIT_USAGE)
    })
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read VCF or BCF files into a lake as one callset
    Ingest(Box<commands::ingest::IngestArgs>),
    /// Load a registry (CSV, Parquet, FHIR, ...) or newer reference data into a lake as a table
    Load(Box<commands::load::LoadArgs>),
    /// Query in SQL: interactive shell, single statement, or script file
    Sql(Box<commands::sql::SqlArgs>),
    /// Export a callset as VCF or BCF, or only its sites with allele counts
    Export(commands::export::ExportArgs),
    /// Make a report with maps, funnel plots and tables: HTML, PDF, Excel, CSV and SVG
    Report(Box<commands::report::ReportArgs>),
    /// Maintain a lake: info, history, verify, vacuum, drop
    Lake(commands::lake::LakeCommand),
    /// List the cohorts of a lake
    Cohort(commands::cohort::CohortCommand),
    /// Change what is known about samples
    Samples(commands::samples::SamplesCommand),
    /// Build a small lake from bundled data, and query it
    Demo(commands::demo::DemoArgs),
    /// Generate synthetic data: a national register with inequalities of known size
    Simulate(commands::simulate::SimulateCommand),
    /// Print the reference documentation of functions or columns
    Docs(commands::docs::DocsArgs),
}

impl Command {
    /// The threads asked for.
    pub(crate) fn threads(&self) -> Option<NonZeroUsize> {
        match self {
            Self::Ingest(args) => args.threads,
            Self::Sql(args) => args.threads,
            Self::Export(args) => args.threads,
            Self::Simulate(command) => command.threads(),
            Self::Report(args) => args.threads,
            _ => None,
        }
    }
}

/// Which lake.
#[derive(Debug, Clone, Args)]
pub(crate) struct LakeArgs {
    /// The lake: a folder, s3://bucket/path, gs://bucket/path or az://container/path
    #[arg(long, env = LAKE_VARIABLE, hide_env_values = true, value_name = "URI")]
    pub(crate) lake: String,
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
}

impl LakeArgs {
    /// Opens a lake that exists.
    pub(crate) async fn open(&self) -> Result<Lake> {
        Ok(Lake::open(&self.lake, &self.storage.options()).await?)
    }

    /// Opens a lake, or makes it.
    pub(crate) async fn create(&self) -> Result<Lake> {
        Ok(Lake::create(&self.lake, &self.storage.options()).await?)
    }
}

/// Which lake, if any.
#[derive(Debug, Clone, Args)]
pub(crate) struct MaybeLakeArgs {
    /// The lake: a folder, s3://bucket/path, gs://bucket/path or az://container/path; without one,
    /// statements read files and the tables of `reference`
    #[arg(long, env = LAKE_VARIABLE, hide_env_values = true, value_name = "URI")]
    pub(crate) lake: Option<String>,
    #[command(flatten)]
    pub(crate) storage: StorageArgs,
}

impl MaybeLakeArgs {
    /// Opens the lake that is named.
    pub(crate) async fn open(&self) -> Result<Option<Lake>> {
        match &self.lake {
            Some(uri) => Ok(Some(Lake::open(uri, &self.storage.options()).await?)),
            None => Ok(None),
        }
    }
}

/// How to reach the storage.
#[derive(Debug, Clone, Args)]
pub(crate) struct StorageArgs {
    /// Storage option, such as aws_endpoint=https://...; may be repeated. Overrides the environment
    /// variables AWS_*, AZURE_* and GOOGLE_*
    #[arg(long = "storage-option", value_name = "KEY=VALUE", value_parser = secret_key_value)]
    storage_option: Vec<Secret>,
}

/// A key and a value that no message repeats.
#[derive(Clone)]
pub(crate) struct Secret(String, String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}=...", self.0)
    }
}

impl StorageArgs {
    /// The options of the environment, and over them those of the command line.
    pub(crate) fn options(&self) -> StorageOptions {
        let is_storage = |key: &str| {
            STORAGE_VARIABLES
                .iter()
                .any(|prefix| key.starts_with(prefix))
        };
        let mut options = StorageOptions::new();
        for Secret(key, value) in &self.storage_option {
            redact::remember(key, value);
            options = options.with(key, value);
        }
        for (key, value) in std::env::vars_os() {
            if let (Some(key), Some(value)) = (key.to_str(), value.to_str())
                && is_storage(key)
            {
                redact::remember(key, value);
                options = options.with_environment(key, value);
            }
        }
        options
    }
}

fn secret_key_value(text: &str) -> Result<Secret, String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    if key.is_empty() {
        return Err("expected KEY=VALUE, got no key".to_owned());
    }
    Ok(Secret(key.to_ascii_lowercase(), value.to_owned()))
}

/// Parses `key=value`.
pub(crate) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected NAME=VALUE, such as kohort.unknown_sex=as_called".to_owned()),
    }
}

/// Parses a version number, a time, or a day.
pub(crate) fn as_of(text: &str) -> Result<AsOf, String> {
    text.parse()
        .map_err(|error: kohort_lake::Error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_ends_its_help_with_examples() {
        for command in Cli::command().get_subcommands() {
            let has_own = command.get_subcommands().next().is_some();
            let mut all: Vec<&clap::Command> = command.get_subcommands().collect();
            if !has_own {
                all.push(command);
            }
            for command in all {
                let help = command
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    help.contains("Examples:"),
                    "{} has no examples",
                    command.get_name()
                );
            }
        }
    }

    #[test]
    fn storage_options_hide_their_values() {
        let secret = secret_key_value("AWS_SECRET_ACCESS_KEY=hush").unwrap();
        assert_eq!(format!("{secret:?}"), "aws_secret_access_key=...");
    }
}
