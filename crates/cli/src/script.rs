//! What is in a text of statements, and where? A script's errors name file, line and statement.

use kohort_engine::{Location, StatementText, statements_of};

use crate::error::{Failure, Result};
use crate::shell::statement::is_between;

/// What is run at once: a part of a text, and where it stands.
#[derive(Debug)]
pub(crate) struct Step {
    what: What,
    /// The file's name; none behind `-c` and for statements of our own.
    file: Option<String>,
    /// The line of the file that the text begins on.
    line: u64,
}

#[derive(Debug)]
enum What {
    /// Statements, separated by `;`.
    Statements(String),
    /// One of the shell's commands.
    Meta(String),
}

/// A step that can be run.
#[derive(Debug)]
pub(crate) enum Parsed {
    /// One statement.
    Statement(Statement),
    /// One of the shell's commands, and its place in a file.
    Meta { line: String, place: String },
}

/// A statement, and what its errors say of it.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) text: String,
    /// Where it begins in its file or its text.
    start: Location,
    /// The line of its first word.
    line: u64,
    file: Option<String>,
    /// Its number in the file, from 1; none where the text has no other.
    number: Option<usize>,
}

impl Step {
    /// What a text behind `-c` is.
    pub(crate) fn of_command(text: &str) -> Self {
        let what = match text.trim_start().starts_with('\\') {
            true => What::Meta(text.trim().to_owned()),
            false => What::Statements(text.to_owned()),
        };
        Self {
            what,
            file: None,
            line: 1,
        }
    }

    /// What the text of a file is: statements, and between them lines that are commands of the
    /// shell.
    pub(crate) fn of_text(text: &str, file: &str) -> Vec<Self> {
        let (mut steps, mut start, mut at) = (Vec::new(), 0, 0);
        let (mut line, mut first) = (1, 1);
        let step = |what, line| Self {
            what,
            file: Some(file.to_owned()),
            line,
        };
        for row in text.split_inclusive('\n') {
            let before = &text[start..at];
            at += row.len();
            if row.trim_start().starts_with('\\') && is_between(before) {
                steps.push(step(What::Statements(before.to_owned()), first));
                steps.push(step(What::Meta(row.trim().to_owned()), line));
                start = at;
                first = line + 1;
            }
            line += 1;
        }
        steps.push(step(What::Statements(text[start..].to_owned()), first));
        steps
    }
}

/// Cuts all texts into statements, before the first of them is run.
pub(crate) fn parse(steps: &[Step]) -> Result<Vec<Parsed>> {
    let mut parsed = Vec::new();
    let mut number = 0;
    let mut file = None;
    for step in steps {
        if file != step.file.as_ref() {
            (file, number) = (step.file.as_ref(), 0);
        }
        match &step.what {
            What::Meta(line) => parsed.push(Parsed::Meta {
                line: line.clone(),
                place: place(step.file.as_deref(), step.line, None),
            }),
            What::Statements(text) => {
                let statements = statements_of(text).map_err(|error| step.blame(error))?;
                let is_only = step.file.is_none() && statements.len() == 1;
                for statement in statements {
                    number += 1;
                    let number = (!is_only).then_some(number);
                    parsed.push(Parsed::Statement(step.statement(statement, number)));
                }
            }
        }
    }
    Ok(parsed)
}

impl Step {
    fn statement(&self, found: StatementText, number: Option<usize>) -> Statement {
        let before = self.line - 1;
        Statement {
            text: found.text,
            start: Location {
                line: found.start.line + before,
                ..found.start
            },
            line: found.line + before,
            file: self.file.clone(),
            number,
        }
    }

    /// An error of the text as a whole: a quote that is not closed.
    fn blame(&self, error: kohort_engine::Error) -> Failure {
        let location = error.location();
        let failure = Failure::from(error);
        match (&self.file, location) {
            (Some(file), Some(at)) => {
                let line = at.line + self.line - 1;
                failure.within_file(&place(Some(file), line, Some(at.column)))
            }
            _ => failure,
        }
    }
}

impl Statement {
    /// Says of a failure where it is.
    pub(crate) fn blame(&self, failure: Failure) -> Failure {
        let at = failure
            .location()
            .map(|location| location.within(self.start));
        let line = at.map_or(self.line, |at| at.line);
        let column = at.map(|at| at.column);
        let failure = match &self.file {
            Some(file) => failure.within_file(&place(Some(file), line, column)),
            None => failure.at(at),
        };
        match self.number {
            Some(number) => failure.in_statement(format!(
                "statement {number} (line {}): {}",
                self.line,
                self.beginning()
            )),
            None => failure,
        }
    }

    /// As much of the statement as one knows it by.
    fn beginning(&self) -> String {
        let mut rows = self.text.lines().map(str::trim);
        let row = rows.find(|row| !row.is_empty() && !row.starts_with("--"));
        let row = row.unwrap_or_default();
        let cut: String = row.chars().take(SHOWN_CHARACTERS).collect();
        match cut.len() < row.len() || self.text.trim_end().lines().count() > 1 {
            true => format!("{} …", cut.trim_end()),
            false => cut,
        }
    }
}

/// Characters of a statement that an error shows.
const SHOWN_CHARACTERS: usize = 70;

/// `file:line:column`, as compilers write it.
fn place(file: Option<&str>, line: u64, column: Option<u64>) -> String {
    let file = file.unwrap_or("-c");
    match column {
        Some(column) => format!("{file}:{line}:{column}"),
        None => format!("{file}:{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<String> {
        let shown = |step: &Step| match &step.what {
            What::Statements(text) => text.clone(),
            What::Meta(line) => format!("meta {line}"),
        };
        Step::of_text(text, "x.sql").iter().map(shown).collect()
    }

    #[test]
    fn a_file_holds_commands_of_the_shell_between_statements() {
        assert_eq!(steps("SELECT 1;\nSELECT 2"), ["SELECT 1;\nSELECT 2"]);
        assert_eq!(steps("\\d\n"), ["", "meta \\d", ""]);
        assert_eq!(
            steps("-- tables\n\\d samples\nSELECT 1; -- one\n\\x\nSELECT 2;\n"),
            [
                "-- tables\n",
                "meta \\d samples",
                "SELECT 1; -- one\n",
                "meta \\x",
                "SELECT 2;\n"
            ]
        );
        // Within a text or a statement it is what it is.
        for text in [
            "SELECT '\n\\d\n';",
            "SELECT 1\n\\d\n;",
            "/*\n\\d\n*/ SELECT 1",
        ] {
            assert_eq!(steps(text), [text]);
        }
    }

    #[test]
    fn statements_and_commands_know_their_lines() {
        let text = "SELECT 1;\n\n-- two\nSELECT 2;\n\\d\n\nSELECT\n  3;\n";
        let parsed = parse(&Step::of_text(text, "x.sql")).unwrap();
        let shown: Vec<String> = parsed
            .iter()
            .map(|step| match step {
                Parsed::Statement(s) => format!("{} {:?}", s.line, s.number),
                Parsed::Meta { place, .. } => place.clone(),
            })
            .collect();
        assert_eq!(shown, ["1 Some(1)", "4 Some(2)", "x.sql:5", "7 Some(3)"]);
    }
}
