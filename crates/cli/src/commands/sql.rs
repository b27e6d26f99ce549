//! `kohort sql`: a shell, statements from the command line, or a file of them.

use std::io::{IsTerminal, Read};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use kohort_engine::{Session, SessionOptions};
use kohort_lake::{AsOf, Lake};

use crate::args::{MaybeLakeArgs, as_of, key_value};
use crate::error::{Failure, Result};
use crate::output::{Format, Style, TableOptions, is_terminal};
use crate::query;
use crate::script::Step;
use crate::shell;

/// Rows of a table that a terminal shows.
pub(crate) const TERMINAL_ROWS: usize = 1000;
/// Characters of a cell that a terminal shows.
pub(crate) const TERMINAL_CELL: usize = 60;

/// What errors call statements of standard input.
const STANDARD_INPUT: &str = "standard input";

/// Options of `kohort sql`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort sql --lake my-lake
  kohort sql --lake my-lake -c \"SELECT chrom, pos, ref, alt, ac, an, af FROM variants LIMIT 5\"
  kohort sql --lake my-lake -f report.sql --format csv --output report.csv
  kohort sql --lake my-lake --output af.parquet \\
      -c \"SELECT * FROM allele_frequency_by('region, sex_karyotype')\"
  kohort sql -c \"SELECT region, count(*) FROM 'people.csv' GROUP BY region\"
  kohort sql --lake my-lake --set kohort.genotype_filter=adj --as-of 2025-01-31 -c \"...\"

In a result for another program (every format but table) only rows are printed.")]
pub(crate) struct SqlArgs {
    #[command(flatten)]
    lake: MaybeLakeArgs,
    /// Run these statements, separated by `;`, or a shell command such as \d, and exit; may be
    /// repeated
    #[arg(short, long, value_name = "SQL")]
    command: Vec<String>,
    /// Run the statements of this file (shell commands such as \d on lines of their own) and exit;
    /// `-` is standard input; may be repeated
    #[arg(short, long, value_name = "FILE", conflicts_with = "command")]
    file: Vec<PathBuf>,
    /// Output format [default: from the output's file name, else table]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the result to this file, or object at s3://, gs:// or az://, which appears only when
    /// it is complete
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Set a session setting, such as kohort.unknown_sex=as_called; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Read the lake as it was at this version or time
    #[arg(long, value_name = "VERSION|TIME", value_parser = as_of)]
    as_of: Option<AsOf>,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Memory that sorts, joins and aggregates may use, such as 4GiB; beyond it, sorts and
    /// aggregates spill to disk, and an error says what a join can do
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory_limit: Option<usize>,
    /// Stop a statement that takes longer, such as 30s or 5min, with exit code 124
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    timeout: Option<String>,
}

/// Checks `30s`, `5min`, `500ms`.
fn timeout(text: &str) -> Result<String, String> {
    kohort_functions::parse_duration(text).map(|_| text.to_owned())
}

/// Parses `512MiB`, `4G`, `1000000`.
fn size(text: &str) -> Result<usize, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err(format!("expected a size such as 4GiB, got `{text}`")),
    };
    let number: usize = number
        .parse()
        .map_err(|_| format!("expected a size, got `{text}`"))?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| format!("`{text}` is more than there can be"))
}

/// Runs the command.
pub(crate) async fn run(args: SqlArgs) -> Result {
    let style = args.style()?;
    let steps = args.steps()?;
    let lake = args.lake.open().await?;
    let session = args.session(lake.as_ref()).await?;
    match steps {
        Some(steps) => {
            let storage = || args.lake.storage.options();
            let output = args.output.as_deref().map(|place| (place, storage()));
            query::run_all(&session, &steps, &style, output).await
        }
        None => shell::run(lake, session, style).await,
    }
}

impl SqlArgs {
    async fn session(&self, lake: Option<&Lake>) -> Result<Session> {
        let mut settings = self.set.clone();
        if let Some(timeout) = &self.timeout {
            settings.push(("kohort.timeout".to_owned(), timeout.clone()));
        }
        let options = SessionOptions {
            as_of: self.as_of,
            settings,
            threads: self.threads.map(NonZeroUsize::get),
            memory_limit_bytes: self.memory_limit,
            resources: None,
            user: std::env::var("USER").ok().filter(|user| !user.is_empty()),
            files: true,
        };
        match lake {
            Some(lake) => Ok(Session::open(lake, options).await?),
            None if self.as_of.is_some() => Err(Failure::usage("--as-of needs --lake")),
            None => Ok(Session::without_lake(options)?),
        }
    }

    fn style(&self) -> Result<Style> {
        let format = match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, Some(path)) => Format::for_output(path)?,
            (None, None) => Format::default(),
        };
        let is_watched = self.output.is_none() && is_terminal();
        if format.is_binary() && is_watched {
            let message = format!("{format:?} is not text, and standard output is a terminal");
            return Err(Failure::usage(message).with_hint("give `--output FILE`, or redirect"));
        }
        let table = TableOptions {
            max_rows: is_watched.then_some(TERMINAL_ROWS),
            max_cell: is_watched.then_some(TERMINAL_CELL),
            is_expanded: false,
        };
        let has_footer = is_watched && format == Format::Table;
        Ok(Style {
            format,
            table,
            has_footer,
            is_file: self.output.is_some(),
            threads: self.threads.map(NonZeroUsize::get),
        })
    }

    /// What to run; absent for the shell.
    fn steps(&self) -> Result<Option<Vec<Step>>> {
        if !self.command.is_empty() {
            let steps = self.command.iter().map(|text| Step::of_command(text));
            return Ok(Some(steps.collect()));
        }
        if self.file.is_empty() {
            if std::io::stdin().is_terminal() {
                if self.output.is_some() {
                    let message = "--output needs statements: give -c or -f";
                    return Err(Failure::usage(message));
                }
                return Ok(None);
            }
            let text = read_standard_input()?;
            return Ok(Some(Step::of_text(without_mark(&text), STANDARD_INPUT)));
        }
        let texts = self.file.iter().map(|path| {
            let text = match path.as_os_str() == "-" {
                true => read_standard_input(),
                false => std::fs::read_to_string(path).map_err(|error| {
                    Failure::caused(format!("cannot read `{}`", path.display()), &error)
                }),
            };
            let name = match path.as_os_str() == "-" {
                true => STANDARD_INPUT.to_owned(),
                false => path.display().to_string(),
            };
            text.map(|text| Step::of_text(without_mark(&text), &name))
        });
        let steps = texts.collect::<Result<Vec<_>>>()?;
        Ok(Some(steps.into_iter().flatten().collect()))
    }
}

/// Without the mark that editors of other systems put before a text.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn read_standard_input() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::caused("cannot read standard input", &error))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_takes_units() {
        assert_eq!(size("512"), Ok(512));
        assert_eq!(size("2KiB"), Ok(2048));
        assert_eq!(size("4G"), Ok(4 << 30));
        assert!(size("four").is_err());
        assert!(size("99999999999T").is_err());
    }
}
