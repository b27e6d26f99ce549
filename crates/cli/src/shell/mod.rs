//! The interactive shell: reads statements until `;`, runs them, shows rows. An error ends a
//! statement, never the session.

mod completion;
mod history;
pub(crate) mod meta;
mod pager;
pub(crate) mod statement;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use kohort_engine::{Session, split_statements};
use kohort_lake::Lake;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};

use crate::error::{Failure, Result, report};
use crate::human::counted;
use crate::output::{Format, Sink, Style};
use crate::query::{self, timing};
use crate::signals::{self, asked_to_end};

use completion::SqlHelper;

/// Statements that history keeps.
const HISTORY_SIZE: usize = 10_000;
const PROMPT: &str = "kohort> ";
const PROMPT_MORE: &str = "   ...> ";

/// A running shell.
struct Shell {
    session: Session,
    style: Style,
    has_timing: bool,
    editor: Editor<SqlHelper, FileHistory>,
}

/// Whether the shell goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Read,
    Quit,
}

/// Runs the shell until the person leaves.
pub(crate) async fn run(lake: Option<Lake>, session: Session, style: Style) -> Result {
    let names = completion::Names::of(&session).await;
    let config = Config::builder()
        .max_history_size(HISTORY_SIZE)
        .and_then(|config| config.history_ignore_dups(true))
        .map_err(|error| terminal(&error))?
        .completion_type(CompletionType::List)
        .bracketed_paste(true)
        .build();
    let mut editor = Editor::with_config(config).map_err(|error| terminal(&error))?;
    editor.set_helper(Some(SqlHelper::new(names)));
    history::load(&mut editor);
    let mut shell = Shell {
        session,
        style,
        has_timing: true,
        editor,
    };
    signals::end_while_reading();
    shell.print(&shell.greeting(lake.as_ref()).await)?;
    shell.read_on().await?;
    history::save(&mut shell.editor);
    Ok(())
}

fn terminal(error: &ReadlineError) -> Failure {
    Failure::caused("cannot use the terminal", error)
}

impl Shell {
    async fn greeting(&self, lake: Option<&Lake>) -> String {
        let tables = self
            .session
            .tables()
            .await
            .map(|tables| tables.len())
            .unwrap_or_default();
        let what = match (lake, self.session.version()) {
            (Some(lake), Some(version)) => format!("{}, version {version}", lake.uri()),
            _ => "no lake; FROM 'people.csv' reads a file".to_owned(),
        };
        format!(
            "kohort {}: {what}, {}\n\
             Type a statement and `;`, \\? for help, \\q to leave.\n",
            env!("CARGO_PKG_VERSION"),
            counted(tables as u64, "table"),
        )
    }

    async fn read_on(&mut self) -> Result {
        let mut text = String::new();
        loop {
            let prompt = if text.is_empty() { PROMPT } else { PROMPT_MORE };
            match self.editor.readline(prompt) {
                Ok(line) => {
                    if text.is_empty() && line.trim_start().starts_with('\\') {
                        let _ = self.editor.add_history_entry(line.trim());
                        if self.meta(line.trim()).await? == Next::Quit {
                            return Ok(());
                        }
                        continue;
                    }
                    if text.is_empty() && matches!(line.trim(), "exit" | "quit") {
                        return Ok(());
                    }
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&line);
                    if text.trim().is_empty() {
                        text.clear();
                    } else if statement::is_complete(&text) {
                        let _ = self.editor.add_history_entry(text.trim());
                        let statements = std::mem::take(&mut text);
                        self.statements(&statements).await?;
                    }
                }
                Err(ReadlineError::Interrupted) => text.clear(),
                Err(ReadlineError::Eof) => return Ok(()),
                Err(error) => return Err(terminal(&error)),
            }
        }
    }

    /// Runs statements; an error is shown, and ends the rest of the line's statements.
    async fn statements(&mut self, text: &str) -> Result {
        let statements = match split_statements(text) {
            Ok(statements) => statements,
            Err(error) => {
                report(&Failure::from(error));
                return Ok(());
            }
        };
        for statement in statements {
            let started = Instant::now();
            match self.statement(&statement).await {
                Ok(()) | Err(Failure::OutputClosed) => {}
                // Ctrl-C ends a statement; other signals end the shell.
                Err(failure) if failure.is_final() => return Err(failure),
                Err(failure) => {
                    report(&failure);
                    return Ok(());
                }
            }
            if self.has_timing && !self.style.has_footer {
                self.print(&format!("{}\n", timing(started.elapsed())))?;
            }
        }
        if let Some(helper) = self.editor.helper_mut() {
            helper.set_names(completion::Names::of(&self.session).await);
        }
        Ok(())
    }

    async fn statement(&mut self, statement: &str) -> Result {
        let captured = Captured::default();
        let is_table = self.style.format == Format::Table;
        let mut sink = if is_table {
            Sink::writer(Box::new(captured.clone()))
        } else {
            Sink::stdout()
        };
        let result = tokio::select! {
            done = query::run_one(&self.session, statement, &self.style, &mut sink, 0) => done,
            signal = asked_to_end() => Err(Failure::Interrupted("the query was cancelled", signal)),
        };
        sink.settle(result)?;
        sink.commit()?;
        if is_table {
            self.print(&captured.text())
        } else {
            Ok(())
        }
    }

    /// Prints a text, through the pager when it is larger than the screen.
    fn print(&mut self, text: &str) -> Result {
        let screen = self.editor.dimensions();
        pager::show(
            text,
            screen.map(|(columns, rows)| (columns.into(), rows.into())),
        )
    }
}

/// A writer that keeps what is written.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
