//! What a load tells: its summary, its bad rows, its history.

use kohort_ingest::LoadSummary;
use kohort_lake::{Lake, LoadMode};
use kohort_registry::{BadRows, SHOWN_BAD_ROWS};
use kohort_schema::LoadedTable;

use crate::commands::lake::{moment, numbers, print, rows, texts};
use crate::error::{Failure, Result};
use crate::human::{bytes, count, counted, duration};
use crate::output::{Format, Sink};

/// Rows that cannot be stored, as a failure that shows the first of them.
pub(super) fn bad_rows(rows: &BadRows) -> Failure {
    let cannot = format!("{} cannot be stored", counted(rows.n, "row"));
    let mut text = match rows.n {
        0..=1 => String::new(),
        _ => by_reason(rows),
    };
    for row in &rows.first {
        text.push_str(&format!("\n  {row}"));
    }
    let more = rows.n.saturating_sub(SHOWN_BAD_ROWS as u64);
    if more > 0 {
        text.push_str(&format!("\n  ... and {more} more"));
    }
    let error = kohort_ingest::Error::BadRows {
        rows: Box::new(BadRows::default()),
    };
    let mut hint = error.hint().unwrap_or_default();
    let advice = rows.by_reason.values().max_by_key(|(n, _)| *n);
    if let Some((_, advice)) = advice.filter(|(_, advice)| !advice.is_empty()) {
        hint = format!("{advice}; or: {hint}");
    }
    Failure::failed(format!("{cannot}{text}")).with_hint(hint)
}

fn by_reason(rows: &BadRows) -> String {
    let mut reasons: Vec<_> = rows.by_reason.iter().collect();
    reasons.sort_by_key(|(_, (n, _))| std::cmp::Reverse(*n));
    let mut text = String::new();
    for ((column, expected), (n, _)) in reasons {
        let place = match column {
            Some(column) => format!("column `{column}`"),
            None => "the whole row".to_owned(),
        };
        text.push_str(&format!("\n  {}: {place}: expected {expected}", count(*n)));
    }
    text.push('\n');
    text
}

/// Prints what was done.
pub(super) fn summary(summary: &LoadSummary, is_check: bool) -> Result {
    let mut sink = Sink::stdout();
    let written = lines(summary, is_check)
        .iter()
        .try_for_each(|line| writeln!(sink.out(), "{line}"));
    sink.settle(written.map_err(Failure::from))?;
    sink.commit()
}

/// Prints all that is known of what was done, for scripts.
pub(super) fn summary_as_json(summary: &LoadSummary, is_check: bool) -> Result {
    let sources: Vec<_> = summary
        .sources
        .iter()
        .map(|source| {
            serde_json::json!({
                "name": source.name,
                "sha256": source.sha256,
                "size_bytes": source.size_bytes,
            })
        })
        .collect();
    let columns: Vec<_> = summary
        .columns
        .iter()
        .map(|column| {
            serde_json::json!({
                "name": column.name,
                "type": column.data_type,
                "original_name": column.original,
            })
        })
        .collect();
    let (mode, keys) = match &summary.mode {
        LoadMode::Create => ("create", None),
        LoadMode::Append => ("append", None),
        LoadMode::Replace => ("replace", None),
        LoadMode::Upsert { keys } => ("upsert", Some(keys)),
    };
    let counts = summary.counts;
    let told = serde_json::json!({
        "table": summary.table.to_string(),
        "is_check": is_check,
        "mode": mode,
        "keys": keys,
        "lake_version": summary.lake_version,
        "format": summary.description,
        "sources": sources,
        "n_read": counts.n_read,
        "n_kept": counts.n_kept,
        "n_duplicates": summary.n_duplicates,
        "n_set_aside": counts.n_set_aside,
        "n_removed": summary.n_removed,
        "n_rows": (!is_check).then_some(summary.n_rows),
        "columns": columns,
        "warnings": summary.notes,
        "elapsed_seconds": summary.elapsed.as_secs_f64(),
    });
    let mut sink = Sink::stdout();
    let written = writeln!(sink.out(), "{told:#}");
    sink.settle(written.map_err(Failure::from))?;
    sink.commit()
}

fn lines(summary: &LoadSummary, is_check: bool) -> Vec<String> {
    let table = &summary.table;
    let did = match &summary.mode {
        _ if is_check => format!("checked {table}"),
        LoadMode::Create => format!("created {table}"),
        LoadMode::Append => format!("appended to {table}"),
        LoadMode::Replace => format!("replaced {table}"),
        LoadMode::Upsert { keys } => format!("upserted {table} by {}", keys.join(", ")),
    };
    let version = summary.lake_version.map(|v| format!(" (lake version {v})"));
    let mut lines = vec![format!("{did}{}", version.unwrap_or_default())];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<15} {value}"));
    line("format", summary.description.clone());
    let size = summary.sources.iter().map(|s| s.size_bytes).sum();
    let files = counted(summary.sources.len() as u64, "file");
    line("files", format!("{files} of {}", bytes(size)));
    let counts = summary.counts;
    line("rows read", count(counts.n_read));
    line("rows kept", count(counts.n_kept));
    if summary.n_duplicates > 0 {
        line("duplicate rows", count(summary.n_duplicates));
    }
    if counts.n_set_aside > 0 {
        line("rows set aside", count(counts.n_set_aside));
    }
    if summary.n_removed > 0 {
        line("rows removed", count(summary.n_removed));
    }
    if !is_check {
        line("rows now", count(summary.n_rows));
    }
    line("time", duration(summary.elapsed));
    line("columns", count(summary.columns.len() as u64));
    let widest = summary
        .columns
        .iter()
        .map(|c| c.name.len())
        .max()
        .unwrap_or(0);
    for column in &summary.columns {
        let original = column.original.as_ref().map(|o| format!("  from `{o}`"));
        let (name, data_type) = (&column.name, &column.data_type);
        let text = format!(
            "    {name:<widest$}  {data_type:<9}{}",
            original.unwrap_or_default()
        );
        lines.push(text.trim_end().to_owned());
    }
    lines
}

/// Prints the loads of a table.
pub(super) async fn history(lake: &Lake, table: &LoadedTable, format: Format) -> Result {
    let loads = lake.load_history(table).await?;
    if loads.is_empty() {
        let message = format!("{table} was never loaded into {}", lake.uri());
        return Err(Failure::failed(message).with_hint("`kohort lake info` lists the tables"));
    }
    let of = &loads;
    let sources = |load: &kohort_lake::LoadEntry| {
        let names: Vec<String> = load
            .record
            .sources
            .iter()
            .map(|s| format!("{} (sha256 {}, {} bytes)", s.uri, s.sha256, s.size_bytes))
            .collect();
        names.join("; ")
    };
    let mode = |load: &kohort_lake::LoadEntry| match &load.keys {
        Some(keys) => format!("{} by {keys}", load.mode),
        None => load.mode.clone(),
    };
    let batch = rows([
        ("version", numbers(of.iter().map(|l| l.version))),
        (
            "timestamp",
            texts(of.iter().map(|l| Some(moment(&l.timestamp)))),
        ),
        ("mode", texts(of.iter().map(|l| Some(mode(l))))),
        ("n_read", numbers(of.iter().map(|l| l.record.n_read))),
        ("n_kept", numbers(of.iter().map(|l| l.record.n_kept))),
        (
            "n_duplicates",
            numbers(of.iter().map(|l| l.record.n_duplicates)),
        ),
        (
            "n_set_aside",
            numbers(of.iter().map(|l| l.record.n_set_aside)),
        ),
        (
            "pseudonym_key",
            texts(of.iter().map(|l| l.record.pseudonym_key.clone())),
        ),
        (
            "program_version",
            texts(of.iter().map(|l| Some(l.record.program_version.clone()))),
        ),
        ("sources", texts(of.iter().map(|l| Some(sources(l))))),
    ])?;
    print(format, &[], &[batch], &[])
}
