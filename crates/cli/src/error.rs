//! How does a failure end the process: its words on standard error, and its exit code.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use std::process::ExitCode;

use kohort_engine::{Blame, Location};

use crate::redact::redact;
use crate::signals::Signal;

// docs/cli.md has the table of exit codes.

/// The exit code of a fault of data, lake or storage.
const EXIT_FAILED: u8 = 1;
/// The exit code of a command or statement that cannot be understood.
pub(crate) const EXIT_USAGE: u8 = 2;
/// The exit code of work that took longer than it was given, as of `timeout`.
const EXIT_TIMED_OUT: u8 = 124;
/// What is added to the number of the signal that ended the program, as shells do.
const EXIT_SIGNALLED: u8 = 128;

/// The result of a command.
pub(crate) type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line or the statement is wrong.
    Usage(Report),
    /// The data, the lake or the storage is at fault.
    Failed(Report),
    /// Somebody asked the program to end: what is left of its work, and by which signal.
    Interrupted(&'static str, Signal),
    /// The work took longer than it was given.
    TimedOut(Report),
    /// Whoever read our output has gone (`| head`): nothing to say.
    OutputClosed,
}

/// What to tell a person: one line, its causes, and what to do.
#[derive(Debug)]
pub(crate) struct Report {
    message: String,
    causes: Vec<String>,
    /// Where in its statement it is.
    location: Option<Location>,
    /// Which statement it is in.
    statement: Option<String>,
    hint: Option<String>,
}

impl Failure {
    /// A wrong command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(Report::new(message))
    }

    /// A fault outside the command line.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Report::new(message))
    }

    /// A fault with the errors underneath it.
    pub(crate) fn caused(message: impl Into<String>, cause: &(dyn Error + 'static)) -> Self {
        let mut report = Report::new(message);
        report.push(&cause.to_string());
        report.descend(cause);
        Self::Failed(report)
    }

    /// Adds what to do about it.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(report) = self.report_mut() {
            report.hint = Some(hint.into());
        }
        self
    }

    /// Says where it happened: before the message.
    pub(crate) fn within(mut self, place: &str) -> Self {
        if let Some(report) = self.report_mut() {
            report.message = format!("{place}: {}", report.message);
        }
        self
    }

    /// What happened, in one line.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Usage(report) | Self::Failed(report) | Self::TimedOut(report) => {
                report.message.clone()
            }
            Self::Interrupted(message, _) => (*message).to_owned(),
            Self::OutputClosed => String::new(),
        }
    }

    /// Says in which file and line it happened, which is more than the line of the statement.
    pub(crate) fn within_file(self, place: &str) -> Self {
        self.within(place).at(None)
    }

    /// Says where in the text it happened.
    pub(crate) fn at(mut self, location: Option<Location>) -> Self {
        if let Some(report) = self.report_mut() {
            report.location = location;
        }
        self
    }

    /// Says which of several statements it is.
    pub(crate) fn in_statement(mut self, statement: String) -> Self {
        if let Some(report) = self.report_mut() {
            report.statement = Some(statement);
        }
        self
    }

    /// Where in its statement it is, where that is known.
    pub(crate) fn location(&self) -> Option<Location> {
        match self {
            Self::Usage(report) | Self::Failed(report) | Self::TimedOut(report) => report.location,
            Self::Interrupted(..) | Self::OutputClosed => None,
        }
    }

    /// Whether the program was asked to end, and not only its statement.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Interrupted(_, signal) if *signal != Signal::Interrupt)
    }

    fn report_mut(&mut self) -> Option<&mut Report> {
        match self {
            Self::Usage(report) | Self::Failed(report) | Self::TimedOut(report) => Some(report),
            Self::Interrupted(..) | Self::OutputClosed => None,
        }
    }

    /// The process's exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(EXIT_USAGE),
            Self::Failed(_) => ExitCode::from(EXIT_FAILED),
            Self::TimedOut(_) => ExitCode::from(EXIT_TIMED_OUT),
            Self::Interrupted(_, signal) => ExitCode::from(EXIT_SIGNALLED + signal.number()),
            Self::OutputClosed => ExitCode::SUCCESS,
        }
    }

    fn of(error: &(dyn Error + 'static), hint: Option<String>) -> Report {
        let mut report = Report::new(error.to_string());
        report.descend(error);
        report.hint = hint;
        report
    }
}

impl Report {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            causes: Vec::new(),
            location: None,
            statement: None,
            hint: None,
        }
    }

    fn descend(&mut self, error: &(dyn Error + 'static)) {
        let mut next = error.source();
        while let Some(cause) = next {
            self.push(&cause.to_string());
            next = cause.source();
        }
    }

    /// Keeps a cause that says something new.
    fn push(&mut self, cause: &str) {
        let last = self.causes.last().unwrap_or(&self.message);
        if !last.contains(cause) && !self.message.contains(cause) {
            self.causes.push(cause.to_owned());
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        for cause in &self.causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        if let Some(Location { line, column }) = self.location {
            write!(f, "\n  at line {line}, column {column}")?;
        }
        if let Some(statement) = &self.statement {
            write!(f, "\n  in {statement}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(report) | Self::Failed(report) | Self::TimedOut(report) => report.fmt(f),
            Self::Interrupted(what, signal) => write!(f, "{}: {what}", signal.word()),
            Self::OutputClosed => Ok(()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::OutputClosed;
        }
        Self::Failed(Self::of(&error, None))
    }
}

impl From<kohort_engine::Error> for Failure {
    fn from(error: kohort_engine::Error) -> Self {
        let hint = error.hint();
        let mut report = Self::of(&error, hint);
        report.location = error.location();
        match error.blame() {
            Blame::Usage => Self::Usage(report),
            Blame::TimedOut => Self::TimedOut(report),
            _ => Self::Failed(report),
        }
    }
}

impl From<kohort_lake::Error> for Failure {
    fn from(error: kohort_lake::Error) -> Self {
        let hint = error.hint();
        Self::Failed(Self::of(&error, hint))
    }
}

impl From<kohort_ingest::Error> for Failure {
    fn from(error: kohort_ingest::Error) -> Self {
        let hint = error.hint();
        Self::Failed(Self::of(&error, hint))
    }
}

impl From<kohort_synthetic::Error> for Failure {
    fn from(error: kohort_synthetic::Error) -> Self {
        let hint = error.hint();
        Self::Failed(Self::of(&error, hint))
    }
}

impl From<kohort_report::Error> for Failure {
    fn from(error: kohort_report::Error) -> Self {
        let report = Self::of(&error, error.hint());
        match error.is_usage() {
            true => Self::Usage(report),
            false => Self::Failed(report),
        }
    }
}

impl From<arrow::error::ArrowError> for Failure {
    fn from(error: arrow::error::ArrowError) -> Self {
        match error {
            arrow::error::ArrowError::IoError(_, source) => source.into(),
            other => Self::Failed(Self::of(&other, None)),
        }
    }
}

impl From<parquet::errors::ParquetError> for Failure {
    fn from(error: parquet::errors::ParquetError) -> Self {
        Self::Failed(Self::of(&error, None))
    }
}

/// Prints a failure on standard error, where that still exists.
pub(crate) fn report(failure: &Failure) {
    let mut text = String::new();
    if write!(text, "{failure}").is_ok() && !text.is_empty() {
        warn_line(&text);
    }
}

/// Prints a line on standard error, without secrets; one that cannot be printed is nobody's to
/// hear.
pub(crate) fn warn_line(text: &str) {
    use io::Write as _;
    let _ = writeln!(io::stderr().lock(), "{}", redact(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_has_causes_and_hint_in_order() {
        let failure = Failure::caused("cannot open `x`", &io::Error::other("disk on fire"))
            .with_hint("call the fire brigade");
        assert_eq!(
            failure.to_string(),
            "error: cannot open `x`\n  caused by: disk on fire\n  hint: call the fire brigade"
        );
    }

    #[test]
    fn cause_that_repeats_the_message_is_left_out() {
        let failure = Failure::caused(
            "cannot read: disk on fire",
            &io::Error::other("disk on fire"),
        );
        assert_eq!(failure.to_string(), "error: cannot read: disk on fire");
    }

    #[test]
    fn broken_pipe_is_silent_success() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(matches!(failure, Failure::OutputClosed));
        assert_eq!(failure.to_string(), "");
    }
}
