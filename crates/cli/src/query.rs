//! How does a statement become rows on an output? One statement after another: each is planned when
//! the one before has been read to its end.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kohort_engine::{Outcome, Session};
use kohort_lake::StorageOptions;

use crate::error::{Failure, Result};
use crate::human::{counted, duration};
use crate::output::{Format, Sink, Style, plan, writer};
use crate::script::{self, Parsed, Step};
use crate::shell::meta;
use crate::signals::asked_to_end;

/// What a statement gave.
pub(crate) struct Ran {
    /// Rows written; absent when the statement has none.
    pub(crate) n_rows: Option<u64>,
}

/// Where results go, if not to standard output: a file or a URL, and how to reach it.
pub(crate) type Destination<'a> = Option<(&'a Path, StorageOptions)>;

/// Runs statements and writes their rows to one place.
pub(crate) async fn run_all(
    session: &Session,
    steps: &[Step],
    style: &Style,
    output: Destination<'_>,
) -> Result {
    let parsed = script::parse(steps)?;
    let mut style = style.clone();
    let mut sink = match &output {
        Some((place, storage)) => Sink::at(place, storage)?,
        None => Sink::stdout(),
    };
    let work = async {
        let mut n_results = 0;
        for step in &parsed {
            match step {
                Parsed::Statement(statement) => {
                    let text = &statement.text;
                    let ran = run_one(session, text, &style, &mut sink, n_results).await;
                    let ran = ran.map_err(|failure| statement.blame(failure))?;
                    n_results += u32::from(ran.n_rows.is_some());
                }
                Parsed::Meta { line, place } => {
                    let ran = run_meta(session, line, &mut style, &mut sink).await;
                    ran.map_err(|failure| failure.within_file(place))?;
                }
            }
        }
        if output.is_some() && n_results == 0 && style.format.is_binary() {
            return Err(Failure::failed(
                "no statement gave rows; nothing was written",
            ));
        }
        Ok(())
    };
    let result = tokio::select! {
        done = work => done,
        signal = asked_to_end() => Err(Failure::Interrupted("the query was cancelled", signal)),
    };
    sink.settle(result)?;
    sink.commit()
}

/// Runs one of the shell's commands outside of it.
async fn run_meta(session: &Session, line: &str, style: &mut Style, sink: &mut Sink) -> Result {
    if style.format != Format::Table {
        let message = format!("`{line}` prints text, and the format is {:?}", style.format);
        return Err(Failure::usage(message).with_hint("leave --format out"));
    }
    let text = match meta::Meta::parse(line)? {
        meta::Meta::Expanded => {
            style.table.is_expanded = !style.table.is_expanded;
            return Ok(());
        }
        asked => asked.answer(session).await?,
    };
    let Some(text) = text else {
        let message = format!("`{line}` is for the shell");
        return Err(Failure::usage(message).with_hint("\\d, \\df, \\x and \\? work here"));
    };
    sink.out().write_all(text.as_bytes())?;
    sink.flush()
}

/// Runs one statement; `n_before` results were written to the same place.
pub(crate) async fn run_one(
    session: &Session,
    statement: &str,
    style: &Style,
    sink: &mut Sink,
    n_before: u32,
) -> Result<Ran> {
    let started = Instant::now();
    let (schema, mut stream) = match session.execute_one(statement).await? {
        Outcome::Done { message } => {
            if style.format == Format::Table && !message.is_empty() {
                writeln!(sink.out(), "{message}")?;
                sink.flush()?;
            }
            return Ok(Ran { n_rows: None });
        }
        Outcome::Rows { schema, stream } => (schema, stream),
        _ => {
            return Err(Failure::failed(
                "the statement gave something that cannot be shown",
            ));
        }
    };
    if n_before > 0 && style.format.is_binary() {
        let message = "expected one statement that gives rows for this format, got a second one";
        return Err(Failure::usage(message).with_hint("run each into its own --output"));
    }
    let is_plan = style.format == Format::Table && plan::is_one(statement, &schema);
    let mut rows = match is_plan {
        true => plan::writer(sink.out()),
        false => writer(style, &schema, sink.out())?,
    };
    let mut n_rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(kohort_engine::Error::from)?;
        rows.batch(&batch)?;
        n_rows += batch.num_rows() as u64;
        if rows.is_full() {
            break;
        }
    }
    let is_cut = rows.is_full() || is_plan;
    rows.finish()?;
    if style.has_footer && !is_cut {
        writeln!(
            sink.out(),
            "({}, {})",
            counted(n_rows, "row"),
            duration(started.elapsed())
        )?;
    } else if style.has_footer {
        writeln!(sink.out(), "({})", duration(started.elapsed()))?;
    }
    sink.flush()?;
    Ok(Ran {
        n_rows: Some(n_rows),
    })
}

/// Runs a statement of our own and gives its rows.
pub(crate) async fn rows(
    session: &Session,
    statement: &str,
) -> Result<Vec<arrow::array::RecordBatch>> {
    let Outcome::Rows { mut stream, .. } = session.execute_one(statement).await? else {
        return Ok(Vec::new());
    };
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        batches.push(batch.map_err(kohort_engine::Error::from)?);
    }
    Ok(batches)
}

/// A text as an SQL string.
pub(crate) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A time for `\timing`.
pub(crate) fn timing(time: Duration) -> String {
    format!("time: {}", duration(time))
}
