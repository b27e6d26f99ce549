//! What is asked of a load, and what it tells when it is done.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kohort_lake::{LoadMode, OnDuplicates};
use kohort_registry::{Counts, LoadOptions, Source, SourceInfo};
use kohort_schema::LoadedTable;

/// Where rows go that are set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aside {
    /// To a table of the lake, committed with the others.
    Table(LoadedTable),
    /// To a CSV file of this machine, which appears when the load is committed.
    File(PathBuf),
}

/// What to do with rows that cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OnBadRow {
    /// Store nothing.
    #[default]
    Refuse,
    /// Keep them apart, and store the others.
    SetAside(Aside),
}

/// What to do with rows of one load that have the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDuplicateKey {
    /// Store nothing.
    #[default]
    Refuse,
    /// The last one counts.
    LastWins,
}

/// A load.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// The files, in order.
    pub sources: Vec<Arc<dyn Source>>,
    /// The table.
    pub table: LoadedTable,
    /// What becomes of its rows.
    pub mode: LoadMode,
    /// How the files are read.
    pub options: LoadOptions,
    /// What to do with bad rows.
    pub on_bad_row: OnBadRow,
    /// What to do with keys that come twice.
    pub on_duplicate_key: OnDuplicateKey,
    /// What to do with a file whose rows the table has already.
    pub on_duplicate_files: OnDuplicates,
    /// What writes it, for the history.
    pub program_version: String,
}

/// A column of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedColumn {
    /// Its name in SQL.
    pub name: String,
    /// Its type, in a reader's words.
    pub data_type: String,
    /// Its name in the file, where that is another.
    pub original: Option<String>,
}

/// What a load did, or would do.
#[derive(Debug, Clone)]
pub struct LoadSummary {
    /// The table.
    pub table: LoadedTable,
    /// What became of its rows.
    pub mode: LoadMode,
    /// The lake's new version; absent when nothing was written.
    pub lake_version: Option<u64>,
    /// What the files are, in words.
    pub description: String,
    /// The files.
    pub sources: Vec<SourceInfo>,
    /// Rows read, kept and set aside.
    pub counts: Counts,
    /// Rows that are not kept since another one with their key came after them.
    pub n_duplicates: u64,
    /// Rows of the table that went.
    pub n_removed: u64,
    /// Rows of the table now.
    pub n_rows: u64,
    /// The columns of the load.
    pub columns: Vec<LoadedColumn>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
}
