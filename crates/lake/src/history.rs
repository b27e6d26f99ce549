//! What happened to the lake, and when?

use chrono::{DateTime, Utc};
use kohort_schema::{LoadedTable, TableName};
use serde_json::Value;

use crate::drop::DROPPED;
use crate::loads::TABLE_VERSION;
use crate::log::{Commit, Listing};
use crate::snapshot::SourceFile;
use crate::{Error, Lake, LoadEntry, LoadRecord, Result};

/// One version of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The version.
    pub version: u64,
    /// When it was committed.
    pub timestamp: DateTime<Utc>,
    /// `CREATE TABLE`, `INGEST`, `REPLACE`, …
    pub operation: String,
    /// The callset that it was about.
    pub callset: Option<String>,
    /// The table that it loaded.
    pub table: Option<String>,
    /// Rows that a load kept.
    pub n_rows: Option<u64>,
    /// What wrote it: `kohort/0.1.0`.
    pub program_version: Option<String>,
    /// A note of the user's.
    pub user_metadata: Option<String>,
}

impl Lake {
    /// Every version, latest first.
    ///
    /// # Errors
    /// When the log of `callsets` cannot be read.
    pub async fn history(&self) -> Result<Vec<HistoryEntry>> {
        let store = self.raw_store().as_ref();
        let listing = Listing::read(store, TableName::Callsets).await?;
        let listing = listing.ok_or_else(|| Error::NoLake {
            uri: self.uri().to_owned(),
        })?;
        let commits = listing.commits(store, 0, listing.latest()).await?;
        Ok(commits.into_iter().rev().map(entry).collect())
    }

    /// The loads of a table, latest first.
    ///
    /// # Errors
    /// When the log of `callsets` cannot be read.
    pub async fn load_history(&self, table: &LoadedTable) -> Result<Vec<LoadEntry>> {
        let store = self.raw_store().as_ref();
        let listing = Listing::read(store, TableName::Callsets).await?;
        let listing = listing.ok_or_else(|| Error::NoLake {
            uri: self.uri().to_owned(),
        })?;
        let commits = listing.commits(store, 0, listing.latest()).await?;
        let name = table.to_string();
        let loads = commits.iter().rev().filter_map(load_entry);
        Ok(loads.filter(|load| load.tables.contains(&name)).collect())
    }
}

impl Lake {
    /// The loads whose rows a table shows, latest first: those since it was last made or replaced.
    /// An upsert may have taken rows of earlier ones away.
    pub(crate) async fn visible_loads(&self, table: &LoadedTable) -> Result<Vec<LoadEntry>> {
        let name = table.to_string();
        let app = format!("{TABLE_VERSION}{name}");
        let mut loads = Vec::new();
        for commit in self.all_commits(TableName::Callsets).await?.iter().rev() {
            let mut transactions = commit.transactions.iter();
            if transactions.any(|t| t.app_id == app && t.version == DROPPED) {
                break;
            }
            let load = load_entry(commit).filter(|l| l.tables.first() == Some(&name));
            if let Some(load) = load {
                let is_first = matches!(load.mode.as_str(), "create" | "replace");
                loads.push(load);
                if is_first {
                    break;
                }
            }
        }
        Ok(loads)
    }
}

/// A commit as a load, if it is one.
fn load_entry(commit: &Commit) -> Option<LoadEntry> {
    let parameters = &commit.info.operation_parameters;
    let text = |key: &str| parameters.get(key)?.as_str().map(str::to_owned);
    let number = |key: &str| text(key)?.parse().ok();
    let tables = text("tables")?.split(' ').map(str::to_owned).collect();
    let sources: Vec<Value> = serde_json::from_str(&text("sources")?).ok()?;
    let source = |s: &Value| SourceFile {
        uri: s["uri"].as_str().unwrap_or_default().to_owned(),
        sha256: s["sha256"].as_str().unwrap_or_default().to_owned(),
        size_bytes: s["size_bytes"].as_u64().unwrap_or_default(),
    };
    Some(LoadEntry {
        version: commit.version,
        timestamp: commit.timestamp(),
        tables,
        mode: text("mode").unwrap_or_default(),
        keys: text("keys"),
        record: LoadRecord {
            sources: sources.iter().map(source).collect(),
            n_read: number("n_read").unwrap_or_default(),
            n_kept: number("n_kept").unwrap_or_default(),
            n_duplicates: number("n_duplicates").unwrap_or_default(),
            n_set_aside: number("n_set_aside").unwrap_or_default(),
            pseudonym_key: text("pseudonym_key"),
            program_version: text("program_version").unwrap_or_default(),
        },
    })
}

fn entry(commit: Commit) -> HistoryEntry {
    let timestamp = commit.timestamp();
    let parameter = |key: &str| {
        let value = commit.info.operation_parameters.get(key)?;
        value.as_str().map(str::to_owned)
    };
    let (callset, table, n_kept) = (
        parameter("callset"),
        parameter("table"),
        parameter("n_kept"),
    );
    HistoryEntry {
        version: commit.version,
        timestamp,
        operation: commit.info.operation.unwrap_or_default(),
        callset,
        table,
        n_rows: n_kept.and_then(|n| n.parse().ok()),
        program_version: commit.info.engine_info,
        user_metadata: commit.info.user_metadata,
    }
}
