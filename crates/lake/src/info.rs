//! What is in the lake?

use chrono::{DateTime, Utc};
use kohort_schema::TableName;

use crate::{AsOf, Callset, Lake, Result, TableId};

/// What `kohort lake info` tells.
#[derive(Debug, Clone)]
pub struct LakeInfo {
    /// Where it is.
    pub uri: String,
    /// Its version.
    pub version: u64,
    /// When that version was committed.
    pub timestamp: DateTime<Utc>,
    /// The visible callsets, by block.
    pub callsets: Vec<Callset>,
    /// The tables.
    pub tables: Vec<TableInfo>,
    /// Samples of the visible callsets.
    pub n_samples: u64,
    /// Rows of `callset_variants` of the visible callsets.
    pub n_variants: u64,
    /// Bytes of the visible Parquet files.
    pub size_bytes: u64,
    /// Named cohorts.
    pub n_cohorts: u64,
}

/// One table of a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInfo {
    /// Which.
    pub table: TableId,
    /// Version of its own log.
    pub version: u64,
    /// Visible files.
    pub n_files: u64,
    /// Their rows.
    pub n_rows: u64,
    /// Their bytes.
    pub size_bytes: u64,
}

impl Lake {
    /// Tables, versions, callsets, samples, variants and bytes.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub async fn info(&self, as_of: Option<AsOf>) -> Result<LakeInfo> {
        let snapshot = self.snapshot(as_of).await?;
        let mut tables = Vec::new();
        for table in TableName::ALL {
            let files = snapshot.files(table).await?;
            tables.push(TableInfo {
                table: table.into(),
                version: snapshot.table(table).await?.version,
                n_files: files.len() as u64,
                n_rows: files.iter().map(|f| f.n_rows).sum(),
                size_bytes: files.iter().map(|f| f.size_bytes).sum(),
            });
        }
        for table in snapshot.loaded_tables() {
            let files = snapshot.loaded_files(&table).await?.unwrap_or_default();
            tables.push(TableInfo {
                table: (&table).into(),
                version: snapshot.loaded_version(&table).unwrap_or_default(),
                n_files: files.len() as u64,
                n_rows: files.iter().map(|f| f.n_rows).sum(),
                size_bytes: files.iter().map(|f| f.size_bytes).sum(),
            });
        }
        let callsets = snapshot.callsets().to_vec();
        let cohorts = tables.iter().find(|t| t.table == TableName::Cohorts);
        Ok(LakeInfo {
            uri: self.uri().to_owned(),
            version: snapshot.version(),
            timestamp: snapshot.timestamp(),
            n_samples: callsets.iter().map(|c| c.n_samples).sum(),
            n_variants: callsets.iter().map(|c| c.n_variants).sum(),
            size_bytes: tables.iter().map(|t| t.size_bytes).sum(),
            n_cohorts: cohorts.map_or(0, |t| t.n_rows),
            callsets,
            tables,
        })
    }
}
