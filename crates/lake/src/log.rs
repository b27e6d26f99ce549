//! What does a table's transaction log say?
//!
//! This reads the [Delta protocol](https://github.com/delta-io/delta/blob/master/PROTOCOL.md)
//! directly: list the log, start from the newest checkpoint, apply the JSON commits after it.
//! `deltalake`'s own loading builds a query engine first, which costs more than a small lake takes
//! to read altogether (`docs/format.md` has the measurement). Commits and checkpoints go through
//! it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use deltalake_core::kernel::{Add, Remove, Transaction};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, TableId};

/// Log files fetched at once.
const FETCHES_IN_FLIGHT: usize = 32;

/// The latest reader version of the Delta protocol that is understood here.
const READER_VERSION: i32 = 1;

/// The state of one table at one version.
#[derive(Debug, Clone)]
pub(crate) struct TableState {
    pub(crate) table: TableId,
    pub(crate) version: u64,
    pub(crate) metadata: Metadata,
    /// Active files by path below the table's folder.
    pub(crate) files: BTreeMap<String, Add>,
    /// Latest number per application (see `reserve`).
    pub(crate) transactions: BTreeMap<String, i64>,
    /// Time of the last commit, where its file was read.
    pub(crate) timestamp: Option<DateTime<Utc>>,
}

/// The `metaData` action.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) format: Format,
    pub(crate) schema_string: String,
    pub(crate) partition_columns: Vec<String>,
    #[serde(default)]
    pub(crate) configuration: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_time: Option<i64>,
}

/// The storage format that `metaData` names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Format {
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
}

/// The `commitInfo` action, as far as Kohort uses it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitInfo {
    pub(crate) timestamp: Option<i64>,
    pub(crate) operation: Option<String>,
    #[serde(default)]
    pub(crate) operation_parameters: BTreeMap<String, serde_json::Value>,
    pub(crate) engine_info: Option<String>,
    pub(crate) user_metadata: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    add: Option<Add>,
    remove: Option<Remove>,
    meta_data: Option<Metadata>,
    protocol: Option<Protocol>,
    txn: Option<Transaction>,
    commit_info: Option<CommitInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Protocol {
    min_reader_version: i32,
}

/// One commit as its file has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commit {
    pub(crate) version: u64,
    pub(crate) info: CommitInfo,
    pub(crate) adds: Vec<Add>,
    pub(crate) removes: Vec<Remove>,
    pub(crate) transactions: Vec<Transaction>,
}

impl Commit {
    /// The time that its writer gave it.
    pub(crate) fn timestamp(&self) -> DateTime<Utc> {
        millis(self.info.timestamp).unwrap_or_default()
    }
}

/// What a log's folder holds.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    table: TableId,
    commits: Vec<u64>,
    checkpoints: Vec<u64>,
}

impl Listing {
    /// Lists a table's log; `None` when there is no such table.
    pub(crate) async fn read(
        store: &dyn ObjectStore,
        table: impl Into<TableId>,
    ) -> Result<Option<Self>> {
        let table = table.into();
        let folder = log_folder(&table);
        let mut listing = Self {
            table,
            commits: Vec::new(),
            checkpoints: Vec::new(),
        };
        let mut objects = store.list(Some(&folder));
        while let Some(object) = objects.next().await {
            let object = object.map_err(Error::storage(folder.as_ref(), "listing the log"))?;
            match object.location.filename().and_then(log_file) {
                Some(LogFile::Commit(version)) => listing.commits.push(version),
                Some(LogFile::Checkpoint(version)) => listing.checkpoints.push(version),
                None => {}
            }
        }
        listing.commits.sort_unstable();
        listing.checkpoints.sort_unstable();
        Ok((!listing.commits.is_empty()).then_some(listing))
    }

    /// The latest version.
    pub(crate) fn latest(&self) -> u64 {
        self.commits.last().copied().unwrap_or_default()
    }

    /// The table's state at a version.
    pub(crate) async fn state(&self, store: &dyn ObjectStore, version: u64) -> Result<TableState> {
        let checkpoint = self
            .checkpoints
            .iter()
            .rev()
            .find(|c| **c <= version)
            .copied();
        let first = checkpoint.map_or(0, |c| c + 1);
        let mut replay = Replay::new(self.table.clone(), version);
        let commits = self.fetch(store, first, version);
        if let Some(checkpoint) = checkpoint {
            let bytes = get(store, &checkpoint_path(&self.table, checkpoint)).await?;
            replay.lines(
                checkpoint,
                &checkpoint_lines(&self.table, checkpoint, bytes)?,
            )?;
        }
        for (version, bytes) in commits.await? {
            replay.lines(version, &bytes)?;
        }
        replay.finish()
    }

    /// The commits of a range of versions, oldest first.
    pub(crate) async fn commits(
        &self,
        store: &dyn ObjectStore,
        first: u64,
        last: u64,
    ) -> Result<Vec<Commit>> {
        let files = self.fetch(store, first, last).await?;
        files
            .into_iter()
            .map(|(version, bytes)| parse_commit(&self.table, version, &bytes))
            .collect()
    }

    async fn fetch(
        &self,
        store: &dyn ObjectStore,
        first: u64,
        last: u64,
    ) -> Result<Vec<(u64, Bytes)>> {
        let present = self
            .commits
            .iter()
            .filter(|v| (first..=last).contains(v))
            .count() as u64;
        if first <= last && present != last - first + 1 {
            let problem = format!("a commit of versions {first} to {last} is not there");
            return Err(Error::Log {
                table: self.table.clone(),
                version: last,
                problem,
            });
        }
        let table = &self.table;
        futures::stream::iter(first..=last)
            .map(|version| async move {
                Ok((version, get(store, &commit_path(table, version)).await?))
            })
            .buffered(FETCHES_IN_FLIGHT)
            .try_collect()
            .await
    }
}

/// The latest state of a table; `None` when there is no such table.
pub(crate) async fn latest(
    store: &dyn ObjectStore,
    table: impl Into<TableId>,
) -> Result<Option<TableState>> {
    match Listing::read(store, table).await? {
        Some(listing) => Ok(Some(listing.state(store, listing.latest()).await?)),
        None => Ok(None),
    }
}

struct Replay {
    state: TableState,
    has_metadata: bool,
}

impl Replay {
    fn new(table: TableId, version: u64) -> Self {
        let metadata = Metadata {
            id: String::new(),
            name: None,
            description: None,
            format: Format {
                provider: "parquet".to_owned(),
                options: BTreeMap::new(),
            },
            schema_string: String::new(),
            partition_columns: Vec::new(),
            configuration: BTreeMap::new(),
            created_time: None,
        };
        let state = TableState {
            table,
            version,
            metadata,
            files: BTreeMap::new(),
            transactions: BTreeMap::new(),
            timestamp: None,
        };
        Self {
            state,
            has_metadata: false,
        }
    }

    fn lines(&mut self, version: u64, text: &[u8]) -> Result<()> {
        let table = self.state.table.clone();
        for line in parse_lines(&table, version, text) {
            self.apply(line?, version)?;
        }
        Ok(())
    }

    fn apply(&mut self, line: Line, version: u64) -> Result<()> {
        let state = &mut self.state;
        if let Some(protocol) = line.protocol
            && protocol.min_reader_version > READER_VERSION
        {
            let needed = protocol.min_reader_version;
            let problem = format!("expected Delta reader version {READER_VERSION}, got {needed}");
            return Err(Error::Log {
                table: state.table.clone(),
                version,
                problem,
            });
        }
        if let Some(metadata) = line.meta_data {
            state.metadata = metadata;
            self.has_metadata = true;
        }
        if let Some(remove) = line.remove {
            state.files.remove(&remove.path);
        }
        if let Some(add) = line.add {
            state.files.insert(add.path.clone(), add);
        }
        if let Some(txn) = line.txn {
            state.transactions.insert(txn.app_id, txn.version);
        }
        if let Some(info) = line.commit_info {
            state.timestamp = millis(info.timestamp);
        }
        Ok(())
    }

    fn finish(self) -> Result<TableState> {
        if !self.has_metadata {
            let (table, version) = (self.state.table, self.state.version);
            let problem = "no `metaData` action".to_owned();
            return Err(Error::Log {
                table,
                version,
                problem,
            });
        }
        Ok(self.state)
    }
}

fn parse_commit(table: &TableId, version: u64, text: &[u8]) -> Result<Commit> {
    let mut commit = Commit {
        version,
        ..Commit::default()
    };
    for line in parse_lines(table, version, text) {
        let line = line?;
        commit.adds.extend(line.add);
        commit.removes.extend(line.remove);
        commit.transactions.extend(line.txn);
        if let Some(info) = line.commit_info {
            commit.info = info;
        }
    }
    Ok(commit)
}

fn parse_lines<'t>(
    table: &'t TableId,
    version: u64,
    text: &'t [u8],
) -> impl Iterator<Item = Result<Line>> + 't {
    let lines = text
        .split(|b| *b == b'\n')
        .filter(|l| !l.trim_ascii().is_empty());
    lines.map(move |line| {
        serde_json::from_slice(line).map_err(|e| Error::Log {
            table: table.clone(),
            version,
            problem: format!("not a line of a Delta log: {e}"),
        })
    })
}

/// A checkpoint's rows as the JSON lines that they stand for.
fn checkpoint_lines(table: &TableId, version: u64, bytes: Bytes) -> Result<Vec<u8>> {
    use parquet::arrow::ProjectionMask;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let path = checkpoint_path(table, version);
    let failed = || Error::parquet(path.as_ref(), "reading the checkpoint");
    let problem = |e: arrow::error::ArrowError| Error::Log {
        table: table.clone(),
        version,
        problem: e.to_string(),
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed())?;
    let actions = ["add", "metaData", "protocol", "txn"];
    let schema = builder.parquet_schema();
    let fields = schema.root_schema().get_fields().iter().enumerate();
    let roots = fields
        .filter(|(_, f)| actions.contains(&f.name()))
        .map(|(i, _)| i);
    let mask = ProjectionMask::roots(schema, roots.collect::<Vec<_>>());
    let reader = builder.with_projection(mask).build().map_err(failed())?;
    let mut writer = arrow::json::LineDelimitedWriter::new(Vec::new());
    for batch in reader {
        writer.write(&batch.map_err(problem)?).map_err(problem)?;
    }
    writer.finish().map_err(problem)?;
    Ok(writer.into_inner())
}

enum LogFile {
    Commit(u64),
    Checkpoint(u64),
}

fn log_file(name: &str) -> Option<LogFile> {
    let (version, kind) = name.split_once('.')?;
    if version.len() != 20 {
        return None;
    }
    let version = version.parse().ok()?;
    match kind {
        "json" => Some(LogFile::Commit(version)),
        "checkpoint.parquet" => Some(LogFile::Checkpoint(version)),
        _ => None,
    }
}

pub(crate) async fn get(store: &dyn ObjectStore, path: &Path) -> Result<Bytes> {
    let failed = || Error::storage(path.as_ref(), "reading");
    let result = store.get(path).await.map_err(failed())?;
    result.bytes().await.map_err(failed())
}

pub(crate) fn log_folder(table: &TableId) -> Path {
    Path::from(table.folder()).join("_delta_log")
}

fn commit_path(table: &TableId, version: u64) -> Path {
    log_folder(table).join(format!("{version:020}.json"))
}

fn checkpoint_path(table: &TableId, version: u64) -> Path {
    log_folder(table).join(format!("{version:020}.checkpoint.parquet"))
}

pub(crate) fn millis(timestamp: Option<i64>) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(timestamp?)
}

/// A store that can be given to tasks.
pub(crate) type Store = Arc<dyn ObjectStore>;
