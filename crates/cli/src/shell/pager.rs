//! Does it fit on the screen? What does not goes through `$PAGER`, or `less -S`.

use std::io::{self, Write};
use std::process::{Command, Stdio};

use crate::error::Result;

/// Lines that the next prompt takes.
const PROMPT_LINES: usize = 2;

/// Prints a text, by the pager when it has more lines or columns than the screen.
pub(super) fn show(text: &str, screen: Option<(usize, usize)>) -> Result {
    let fits = screen.is_none_or(|(columns, rows)| {
        text.lines().count() + PROMPT_LINES <= rows
            && text.lines().all(|line| line.chars().count() <= columns)
    });
    if fits || !page(text) {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

/// Whether a pager could be started; one that is left early is no error.
fn page(text: &str) -> bool {
    let pager = std::env::var("PAGER")
        .ok()
        .filter(|pager| !pager.trim().is_empty());
    let mut command = match &pager {
        Some(pager) => {
            let mut command = Command::new("sh");
            command.arg("-c").arg(pager);
            command
        }
        None => {
            let mut command = Command::new("less");
            command.arg("-S");
            command
        }
    };
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", "-SRFX");
    }
    let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        let _ = input.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
