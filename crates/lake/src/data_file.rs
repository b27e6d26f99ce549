//! What does the log say of a file?

use deltalake_core::kernel::Add;
use kohort_schema::PARTITION_COLUMN;
use serde_json::Value;

use crate::{Error, Result, TableId};

/// A Parquet file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Path below the lake's root.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its rows.
    pub n_rows: u64,
    /// The callset that it belongs to; empty for cohorts.
    pub callset_id: String,
    /// The contig of all its rows, where there is but one.
    pub chrom: Option<String>,
    /// The least `pos`.
    pub min_pos: Option<i64>,
    /// The greatest `pos`.
    pub max_pos: Option<i64>,
}

impl DataFile {
    /// A file as the log names it.
    ///
    /// # Errors
    /// When its statistics cannot be read, since their numbers decide which files a query skips.
    pub(crate) fn try_new(table: impl Into<TableId>, add: &Add) -> Result<Self> {
        let table = table.into();
        let folder = table.folder();
        let stats = statistics(&table, add)?;
        let bound = |which: &str, column: &str| stats.get(which)?.get(column).cloned();
        let text = |which, column| Some(bound(which, column)?.as_str()?.to_owned());
        let number = |which, column| bound(which, column)?.as_i64();
        let (min_chrom, max_chrom) = (text("minValues", "chrom"), text("maxValues", "chrom"));
        let partition = add
            .partition_values
            .get(PARTITION_COLUMN)
            .cloned()
            .flatten();
        let callset_id = partition.or_else(|| text("minValues", PARTITION_COLUMN));
        let size_bytes = u64::try_from(add.size).map_err(|_| {
            unreadable(
                &table,
                add,
                format!("expected a size in bytes, found {}", add.size),
            )
        })?;
        Ok(Self {
            path: format!("{folder}/{}", add.path),
            size_bytes,
            n_rows: rows_in(&table, add, &stats)?,
            callset_id: callset_id.unwrap_or_default(),
            chrom: if min_chrom == max_chrom {
                min_chrom
            } else {
                None
            },
            min_pos: number("minValues", "pos"),
            max_pos: number("maxValues", "pos"),
        })
    }
}

/// How many rows a file has by the log.
///
/// # Errors
/// When the log does not say it: a file of unknown length is not one of no rows.
pub(crate) fn n_rows(table: impl Into<TableId>, add: &Add) -> Result<u64> {
    let table = table.into();
    rows_in(&table, add, &statistics(&table, add)?)
}

fn rows_in(table: &TableId, add: &Add, stats: &Value) -> Result<u64> {
    let number = stats.get("numRecords").and_then(Value::as_u64);
    number.ok_or_else(|| {
        let found = stats.get("numRecords").unwrap_or(&Value::Null);
        let problem = format!("expected the number of rows in `numRecords`, found `{found}`");
        unreadable(table, add, problem)
    })
}

fn statistics(table: &TableId, add: &Add) -> Result<Value> {
    let text = add.stats.as_deref().unwrap_or("null");
    serde_json::from_str(text).map_err(|error| {
        unreadable(
            table,
            add,
            format!("its statistics cannot be read: {error}"),
        )
    })
}

fn unreadable(table: &TableId, add: &Add, problem: String) -> Error {
    Error::Rows {
        table: table.clone(),
        problem: format!("`{}`: {problem}", add.path),
    }
}
