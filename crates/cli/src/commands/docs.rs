//! `kohort docs`: references that are printed from the code, and the check that files hold them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::error::{Failure, Result, warn_line};
use crate::output::Sink;

/// Options of `kohort docs`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort docs functions > docs/functions.md
  kohort docs columns --check docs/columns.md
  kohort docs registry > docs/registry-columns.md
")]
pub(crate) struct DocsArgs {
    /// Which reference
    #[arg(value_enum)]
    page: Page,
    /// Print nothing; fail if this file differs
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Page {
    /// Every SQL function of Kohort
    Functions,
    /// Every table and column
    Columns,
    /// The columns of a registry that reports need
    Registry,
}

/// Runs the command.
pub(crate) fn run(args: &DocsArgs) -> Result {
    let (name, text) = match args.page {
        Page::Functions => ("functions", functions()),
        Page::Columns => ("columns", kohort_schema::data_dictionary_markdown()),
        Page::Registry => (
            "registry",
            crate::commands::report::registry_columns_markdown(),
        ),
    };
    let Some(path) = &args.check else {
        let mut sink = Sink::stdout();
        let written = sink.out().write_all(text.as_bytes());
        sink.settle(written.map_err(Failure::from))?;
        return sink.commit();
    };
    let found = std::fs::read_to_string(path)
        .map_err(|error| Failure::caused(format!("cannot read `{}`", path.display()), &error))?;
    if found == text {
        warn_line(&format!("{} is current", path.display()));
        return Ok(());
    }
    let same = found
        .lines()
        .zip(text.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let message = format!("{}:{}: differs from the code", path.display(), same + 1);
    let hint = format!("`kohort docs {name} > {}` writes it anew", path.display());
    Err(Failure::failed(message).with_hint(hint))
}

fn functions() -> String {
    kohort_functions::functions_markdown(&kohort_engine::functions_documentation())
}
