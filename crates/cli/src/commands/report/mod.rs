//! `kohort report`: a page with tables and figures, from a report's queries.

mod browser;
mod check;
mod columns_page;
mod target;
mod withholding;

use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{SecondsFormat, Utc};
use clap::{Args, ValueEnum};
use kohort_engine::{Blame, Session, SessionOptions};
use kohort_lake::{AsOf, Lake};
use kohort_report::{Existing, Language, Literal, Making, Report, Rows, Staging, Tables, Values};

use crate::args::{LAKE_VARIABLE, LakeArgs, StorageArgs, as_of, key_value};
use crate::commands::until_asked_to_end;
use crate::error::{Failure, Result, warn_line};
use crate::human::{counted, duration};
use crate::output::Sink;
use crate::query;
use crate::signals::asked_to_end;
use target::Target;

pub(crate) use columns_page::registry_columns_markdown;

/// What a setting of the session begins with; every other `--set` is a parameter of the report.
const SETTING: &str = "kohort.";
/// The setting that decides which calls are counted.
const GENOTYPE_FILTER: &str = "kohort.genotype_filter";

/// Options of `kohort report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort report --list
  kohort report national-follow-up --lake my-lake --out follow-up
  kohort report region --set region=01 --lake my-lake --out stockholm --lang en
  kohort report national-follow-up --lake my-lake --out follow-up --as-of 2025-01-31 --force
  kohort report national-follow-up --lake my-lake --check
  kohort report ./my-report --lake my-lake --out my-report-out --no-pdf

A report is a folder with a report.toml and queries; docs/reports.md says how to write one. The
folder made holds report.html (one file, works offline), report.pdf where a Chromium or Chrome is
found, tables/ (CSV and Excel), figures/ (SVG), sql/ and report.json.")]
pub(crate) struct ReportArgs {
    /// Name of a built-in report, or path of a folder with a report.toml
    #[arg(value_name = "NAME|PATH", required_unless_present = "list")]
    report: Option<String>,
    /// List the built-in reports, and exit
    #[arg(long)]
    list: bool,
    /// The lake: a folder, s3://bucket/path, gs://bucket/path or az://container/path
    #[arg(long, env = LAKE_VARIABLE, hide_env_values = true, value_name = "URI",
          required_unless_present = "list")]
    lake: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
    /// Output folder, or place in object storage such as s3://bucket/report; it appears only when
    /// the report is complete
    #[arg(long, value_name = "DIR", required_unless_present_any = ["list", "check"])]
    out: Option<PathBuf>,
    /// List all that the lake lacks for the report (tables, columns, types, codes); write nothing
    #[arg(long, conflicts_with_all = ["list", "out", "force"])]
    check: bool,
    /// Overwrite an older report
    #[arg(long)]
    force: bool,
    /// Read the lake as it was at this version or time
    #[arg(long, value_name = "VERSION|TIME", value_parser = as_of)]
    as_of: Option<AsOf>,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    lang: Lang,
    /// Set a report parameter, such as region=01, or a session setting, such as
    /// kohort.genotype_filter=adj; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Do not make a PDF
    #[arg(long)]
    no_pdf: bool,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
}

/// The languages of reports.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Lang {
    /// Swedish
    #[default]
    Sv,
    /// English
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Sv => Self::Sv,
            Lang::En => Self::En,
        }
    }
}

/// Runs the command.
pub(crate) async fn run(args: ReportArgs) -> Result {
    if args.list {
        return list(args.lang.into());
    }
    let (Some(name), Some(lake)) = (&args.report, &args.lake) else {
        return Err(Failure::usage("expected a report and --lake"));
    };
    let lake = LakeArgs {
        lake: lake.clone(),
        storage: args.storage.clone(),
    };
    let report = Report::open(name)?;
    let (settings, parameters): (Vec<_>, Vec<_>) = args
        .set
        .iter()
        .cloned()
        .partition(|(name, _)| name.starts_with(SETTING));
    let mut values = Values::choose(&report.definition, &parameters, args.lang.into())?;
    if args.check {
        let lake = lake.open().await?;
        let (session, _) = open(&args, &report, &lake, settings).await?;
        return check::check(&session, &report, values).await;
    }
    let Some(out) = &args.out else {
        return Err(Failure::usage("expected --out"));
    };
    let existing = match args.force {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let target = Target::of(out, &args.storage.options(), existing).await?;
    let staging = Staging::begin(target.folder(), existing)?;
    let work = async {
        let lake = lake.open().await?;
        let (session, mut making) = open(&args, &report, &lake, settings).await?;
        require(&session, &report, &lake).await?;
        making.pattern = withholding::pattern(&session, &report, &lake, making.version).await?;
        making.parameters = chosen(&report, &values);
        let tables = rows(&session, &report, &mut values).await?;
        write(&report, tables, &values, &making, &staging, !args.no_pdf).await
    };
    let n_withheld = tokio::select! {
        done = work => done?,
        signal = asked_to_end() => {
            return Err(Failure::Interrupted("the report was not made", signal));
        }
    };
    staging.commit()?;
    until_asked_to_end(target.send()).await?;
    warn_line(&format!(
        "made {} ({} withheld)",
        out.join(kohort_report::PAGE).display(),
        counted(n_withheld as u64, "value")
    ));
    Ok(())
}

fn list(language: Language) -> Result {
    let mut sink = Sink::stdout();
    for (name, title) in Report::shipped(language) {
        let written = writeln!(sink.out(), "{name}\t{title}");
        sink.settle(written.map_err(Failure::from))?;
    }
    sink.commit()
}

/// A session on one version of the lake, and what the report says of it.
async fn open(
    args: &ReportArgs,
    report: &Report,
    lake: &Lake,
    settings: Vec<(String, String)>,
) -> Result<(Session, Making)> {
    let snapshot = lake.snapshot(args.as_of).await?;
    let mut shown = settings.clone();
    let is_set = shown.iter().any(|(name, _)| name == GENOTYPE_FILTER);
    if !is_set
        && report
            .definition
            .requires
            .iter()
            .any(|name| name.ends_with("variants"))
    {
        shown.push((GENOTYPE_FILTER.to_owned(), "raw".to_owned()));
    }
    let making = Making {
        language: args.lang.into(),
        lake: lake_name(lake.uri()),
        version: snapshot.version(),
        version_time: Some(
            snapshot
                .timestamp()
                .to_rfc3339_opts(SecondsFormat::Secs, true),
        ),
        made_at: Utc::now().format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        program: format!("kohort {}", env!("CARGO_PKG_VERSION")),
        command: command(args, report, &lake_name(lake.uri()), snapshot.version()),
        parameters: Vec::new(),
        settings: shown,
        pattern: None,
    };
    let options = SessionOptions {
        as_of: Some(AsOf::Version(snapshot.version())),
        settings,
        threads: args.threads.map(std::num::NonZeroUsize::get),
        memory_limit_bytes: None,
        resources: None,
        user: std::env::var("USER").ok().filter(|user| !user.is_empty()),
        files: false,
    };
    Ok((Session::open(lake, options).await?, making))
}

/// What a report calls its lake: the address of one in object storage, and the folder's name of one
/// on this machine, since the path to it is the analyst's own business.
fn lake_name(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    if path.contains("://") {
        return uri.to_owned();
    }
    let mut parts = path.split(['/', '\\']).filter(|part| !part.is_empty());
    parts.next_back().unwrap_or("lake").to_owned()
}

/// The command that makes the same report again.
fn command(args: &ReportArgs, report: &Report, lake: &str, version: u64) -> String {
    let name = &report.name;
    let mut command = format!("kohort report {name} --lake {lake} --as-of {version}");
    for (name, value) in &args.set {
        let quoted = match value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        {
            true => value.clone(),
            false => format!("'{}'", value.replace('\'', r"'\''")),
        };
        command.push_str(&format!(" --set {name}={quoted}"));
    }
    let language: Language = args.lang.into();
    command.push_str(&format!(" --lang {language} --out DIR"));
    command
}

/// Checks that the tables are there that the report is about.
async fn require(session: &Session, report: &Report, lake: &Lake) -> Result {
    let mut missing: Vec<&str> = Vec::new();
    for name in &report.definition.requires {
        match session
            .execute_one(&format!("SELECT 1 FROM {name} LIMIT 0"))
            .await
        {
            Ok(_) => {}
            Err(error) if error.blame() == Blame::NotFound => missing.push(name),
            Err(error) => return Err(error.into()),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let registries: Vec<&str> = missing
        .iter()
        .filter_map(|name| name.strip_prefix("registry."))
        .collect();
    let failure = Failure::failed(format!("the lake has no {}", names.join(", ")));
    Err(match registries.first() {
        Some(first) => failure.with_hint(format!(
            "load each with `kohort load {first} FILE --lake {0}`; `kohort report {1} \
             --lake {0} --check` lists all that is missing; `kohort simulate national \
             --out register` writes synthetic tables to try it on",
            lake.uri(),
            report.name
        )),
        None => failure,
    })
}

/// The values of parameters, as the page shows them.
fn chosen(report: &Report, values: &Values) -> Vec<(String, String)> {
    let parameters = report.definition.parameters.iter();
    parameters
        .filter_map(|p| Some((p.name.clone(), values.value(&p.name)?.text())))
        .collect()
}

/// Checks the parameters whose values the lake decides, and runs the lookups.
async fn lookups(session: &Session, report: &Report, values: &mut Values) -> Result {
    for query in report.known_values(values)? {
        let place = format!("parameter `{}`", query.table);
        let batches = run_query(session, &query.sql)
            .await
            .map_err(|e| e.within(&place))?;
        let known = kohort_report::read_texts(&place, &batches)?;
        report.check_known(&query.table, &known, values)?;
    }
    let mut at = 0;
    while let Some(lookup) = report.lookup(at, values)? {
        let place = format!("lookup `{}`", lookup.table);
        let batches = run_query(session, &lookup.sql)
            .await
            .map_err(|e| e.within(&place))?;
        let value: Literal = kohort_report::read_lookup(&lookup.table, &batches)?;
        values.add(&lookup.table, value);
        at += 1;
    }
    Ok(())
}

/// Runs the lookups, then the queries of all tables.
async fn rows(session: &Session, report: &Report, values: &mut Values) -> Result<Tables> {
    lookups(session, report, values).await?;
    let queries = report.queries(values)?;
    let mut tables = Tables::new();
    for (at, query) in queries.iter().enumerate() {
        let started = Instant::now();
        let place = format!("table `{}`", query.table);
        let batches = run_query(session, &query.sql)
            .await
            .map_err(|e| e.within(&place))?;
        let Some(table) = report.definition.table(&query.table) else {
            continue;
        };
        let rows = Rows::read(table, &batches)?;
        warn_line(&format!(
            "{}/{} {}: {}, {}",
            at + 1,
            queries.len(),
            query.table,
            counted(rows.len() as u64, "row"),
            duration(started.elapsed())
        ));
        tables.insert(query.table.clone(), rows);
    }
    Ok(tables)
}

async fn run_query(session: &Session, sql: &str) -> Result<Vec<arrow::array::RecordBatch>> {
    let statements = kohort_engine::split_statements(sql)?;
    let [statement] = statements.as_slice() else {
        let n = statements.len();
        return Err(Failure::usage(format!("expected one statement, got {n}")));
    };
    query::rows(session, statement).await
}

/// Makes the files, and the PDF where that can be; says how many values are withheld.
async fn write(
    report: &Report,
    tables: Tables,
    values: &Values,
    making: &Making,
    staging: &Staging,
    wants_pdf: bool,
) -> Result<usize> {
    let made = report.make(tables, values, making)?;
    staging.write(&made)?;
    if wants_pdf {
        print(staging.path(), &made.for_print).await;
    }
    Ok(made.n_withheld)
}

/// Prints the page as PDF, or says why not: the report is whole without it.
async fn print(folder: &Path, page: &str) {
    let Some(program) = browser::find() else {
        warn_line(
            "SKIPPED: report.pdf: no Chromium or Chrome was found; \
             install one, or print report.html from a browser",
        );
        return;
    };
    let (page, pdf) = (page.to_owned(), folder.join("report.pdf"));
    let name = program.display().to_string();
    let printing = tokio::task::spawn_blocking(move || browser::print(&program, &page, &pdf));
    let printed = printing
        .await
        .unwrap_or_else(|error| Err(error.to_string()));
    if let Err(why) = printed {
        warn_line(&format!("SKIPPED: report.pdf: {name}: {why}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_no_path_of_the_machine() {
        for (uri, name) in [
            ("/home/anna/lakes/national", "national"),
            ("file:///home/anna/lakes/national/", "national"),
            ("s3://bucket/lake", "s3://bucket/lake"),
            (".", "."),
            ("/", "lake"),
        ] {
            assert_eq!(lake_name(uri), name, "{uri}");
        }
    }
}
