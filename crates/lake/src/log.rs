//! What does a table's transaction log say?
//!
//! This reads the [Delta protocol](https://github.com/delta-io/delta/blob/master/PROTOCOL.md)
//! directly: list the log, start from the newest checkpoint, apply the JSON commits after it.
//! `deltalake`'s own loading builds a query engine first, which costs more than a small lake takes
//! to read altogether (`docs/format.md` has the measurement). Commits and checkpoints go through
//! it.

use std::collections::{BTreeMap, HashMap};
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

/// The field of `commitInfo` with the commit's own id, as the Delta protocol names it.
pub(crate) const ID_KEY: &str = "txnId";

/// The field of `commitInfo` with the number of lines of its commit.
pub(crate) const N_LINES_KEY: &str = "kohortLines";

/// The file that names the newest checkpoint.
const LAST_CHECKPOINT: &str = "_last_checkpoint";

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
    txn_id: Option<String>,
    kohort_lines: Option<usize>,
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
    /// The first commit without a byte in it.
    empty: Option<u64>,
    names_checkpoint: bool,
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
            empty: None,
            names_checkpoint: false,
        };
        let mut objects = store.list(Some(&folder));
        while let Some(object) = objects.next().await {
            let object = object.map_err(Error::storage(folder.as_ref(), "listing the log"))?;
            match object.location.filename().and_then(log_file) {
                Some(LogFile::Commit(version)) => {
                    listing.commits.push(version);
                    if object.size == 0 {
                        let first = listing.empty.map_or(version, |empty| empty.min(version));
                        listing.empty = Some(first);
                    }
                }
                Some(LogFile::Checkpoint(version)) => listing.checkpoints.push(version),
                Some(LogFile::LastCheckpoint) => listing.names_checkpoint = true,
                None => {}
            }
        }
        listing.commits.sort_unstable();
        listing.checkpoints.sort_unstable();
        let is_table = !listing.commits.is_empty() || !listing.checkpoints.is_empty();
        Ok(is_table.then_some(listing))
    }

    /// Logs are never cleaned up, so every version has its file, with something in it.
    pub(crate) fn check(&self) -> Result<()> {
        let missing = (0..).zip(&self.commits).find(|(i, version)| i != *version);
        if let Some((version, _)) = missing {
            return Err(damaged(
                &self.table,
                version,
                "its file in the log is missing",
            ));
        }
        let n = self.commits.len() as u64;
        if let Some(checkpoint) = self.checkpoints.last().filter(|c| **c >= n) {
            let problem =
                format!("its file in the log is missing; there is a checkpoint of {checkpoint}");
            return Err(damaged(&self.table, n, problem));
        }
        match self.empty {
            Some(version) => Err(damaged(
                &self.table,
                version,
                "its file in the log is empty",
            )),
            None => Ok(()),
        }
    }

    /// The checkpoint that the log names as its newest must be there.
    pub(crate) async fn check_checkpoint(&self, store: &dyn ObjectStore) -> Result<()> {
        if !self.names_checkpoint {
            return Ok(());
        }
        let bytes = get(store, &log_folder(&self.table).join(LAST_CHECKPOINT)).await?;
        let named: Option<LastCheckpoint> = serde_json::from_slice(&bytes).ok();
        // It is only a hint: what cannot be read names nothing.
        let Some(LastCheckpoint { version }) = named else {
            return Ok(());
        };
        if self.checkpoints.contains(&version) {
            return Ok(());
        }
        // It may have been written since the listing.
        let path = checkpoint_path(&self.table, version);
        match store.head(&path).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::NotFound { .. }) => {
                let problem = format!("`{LAST_CHECKPOINT}` names a checkpoint that is missing");
                Err(damaged(&self.table, version, problem))
            }
            Err(error) => Err(Error::storage(path.as_ref(), "reading")(error)),
        }
    }

    /// The latest version.
    pub(crate) fn latest(&self) -> u64 {
        self.commits.last().copied().unwrap_or_default()
    }

    /// The table's state at a version.
    pub(crate) async fn state(&self, store: &dyn ObjectStore, version: u64) -> Result<TableState> {
        self.check()?;
        let checkpoint = self
            .checkpoints
            .iter()
            .rev()
            .find(|c| **c <= version)
            .copied();
        let first = checkpoint.map_or(0, |c| c + 1);
        let mut replay = Replay::new(self.table.clone(), version);
        let (commits, named) = futures::join!(
            self.fetch(store, first, version),
            self.check_checkpoint(store)
        );
        named?;
        if let Some(checkpoint) = checkpoint {
            let bytes = get(store, &checkpoint_path(&self.table, checkpoint)).await?;
            replay.checkpoint(
                checkpoint,
                &checkpoint_lines(&self.table, checkpoint, bytes)?,
            )?;
        }
        for (version, bytes) in commits? {
            replay.commit(version, &bytes)?;
        }
        replay.finish()
    }

    /// The latest state, by the commits alone.
    pub(crate) async fn state_from_commits(&self, store: &dyn ObjectStore) -> Result<TableState> {
        self.check()?;
        let mut replay = Replay::new(self.table.clone(), self.latest());
        for (version, bytes) in self.fetch(store, 0, self.latest()).await? {
            replay.commit(version, &bytes)?;
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
        self.check()?;
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
        if first <= last && last > self.latest() {
            let problem = "its file in the log is missing";
            return Err(damaged(&self.table, last, problem));
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
    ids: HashMap<String, u64>,
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
            ids: HashMap::new(),
        }
    }

    fn checkpoint(&mut self, version: u64, text: &[u8]) -> Result<()> {
        for line in parse_lines(&self.state.table.clone(), version, text)? {
            self.apply(line, version)?;
        }
        Ok(())
    }

    fn commit(&mut self, version: u64, text: &[u8]) -> Result<()> {
        let table = self.state.table.clone();
        for line in commit_lines(&table, version, text)? {
            if let Some(id) = line.commit_info.as_ref().and_then(|i| i.txn_id.clone())
                && let Some(first) = self.ids.insert(id, version)
            {
                let problem = format!("its file in the log is a copy of that of version {first}");
                return Err(damaged(&table, version, problem));
            }
            if let Some(remove) = &line.remove
                && !self.state.files.contains_key(&remove.path)
            {
                let problem = format!("it removes `{}`, which is not there", remove.path);
                return Err(damaged(&table, version, problem));
            }
            self.apply(line, version)?;
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
            let path = add.path.clone();
            if state.files.insert(path.clone(), add).is_some() {
                let problem = format!("it adds `{path}`, which is there already");
                return Err(damaged(&state.table, version, problem));
            }
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

pub(crate) fn parse_commit(table: &TableId, version: u64, text: &[u8]) -> Result<Commit> {
    let mut commit = Commit {
        version,
        ..Commit::default()
    };
    for line in commit_lines(table, version, text)? {
        commit.adds.extend(line.add);
        commit.removes.extend(line.remove);
        commit.transactions.extend(line.txn);
        if let Some(info) = line.commit_info {
            commit.info = info;
        }
    }
    Ok(commit)
}

/// The lines of a commit, which must all be there, and once.
fn commit_lines(table: &TableId, version: u64, text: &[u8]) -> Result<Vec<Line>> {
    let lines = parse_lines(table, version, text)?;
    let mut infos = lines.iter().filter_map(|line| line.commit_info.as_ref());
    let Some(info) = infos.next() else {
        let problem = match lines.len() {
            0 => "its file in the log is empty",
            _ => "its file in the log is cut off: no `commitInfo`",
        };
        return Err(damaged(table, version, problem));
    };
    let expected = info.kohort_lines.unwrap_or(lines.len());
    if infos.next().is_some() {
        let problem = "its file in the log holds two commits";
        return Err(damaged(table, version, problem));
    }
    if lines.len() != expected {
        let found = lines.len();
        let problem = format!("its file in the log has {found} lines; expected {expected}");
        return Err(damaged(table, version, problem));
    }
    Ok(lines)
}

fn parse_lines(table: &TableId, version: u64, text: &[u8]) -> Result<Vec<Line>> {
    let lines = text
        .split(|b| *b == b'\n')
        .filter(|l| !l.trim_ascii().is_empty());
    let lines = lines.map(|line| {
        serde_json::from_slice(line).map_err(|e| {
            let problem = format!("its file in the log is cut off or damaged: {e}");
            damaged(table, version, problem)
        })
    });
    lines.collect()
}

pub(crate) fn damaged(table: &TableId, version: u64, problem: impl Into<String>) -> Error {
    Error::Damaged {
        table: table.clone(),
        version,
        problem: problem.into(),
    }
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
    LastCheckpoint,
}

/// The content of `_last_checkpoint`.
#[derive(Deserialize)]
struct LastCheckpoint {
    version: u64,
}

fn log_file(name: &str) -> Option<LogFile> {
    if name == LAST_CHECKPOINT {
        return Some(LogFile::LastCheckpoint);
    }
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

pub(crate) fn commit_path(table: &TableId, version: u64) -> Path {
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
