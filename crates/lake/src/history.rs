//! What happened to the lake, and when?

use chrono::{DateTime, Utc};
use kohort_schema::TableName;

use crate::log::{Commit, Listing};
use crate::{Error, Lake, Result};

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
}

fn entry(commit: Commit) -> HistoryEntry {
    let timestamp = commit.timestamp();
    let parameter = commit.info.operation_parameters.get("callset");
    HistoryEntry {
        version: commit.version,
        timestamp,
        operation: commit.info.operation.unwrap_or_default(),
        callset: parameter.and_then(|v| v.as_str()).map(str::to_owned),
        program_version: commit.info.engine_info,
        user_metadata: commit.info.user_metadata,
    }
}
