//! How does a change become a version?
//!
//! A commit is one object `_delta_log/<version>.json` that is put only if it does not exist: of
//! several writers one wins, and the others read what it did and decide again. Every commit carries
//! an id of its own (`txnId`), by which its writer knows it again when the store's answer was lost
//! (see [`once`]). The actions and the checkpoints are deltalake's. Its commit builder is not used:
//! it takes appends to be free of conflicts and moves them to the next version by itself, where two
//! ingests would then have reserved the same block of samples.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::Schema;
use bytes::Bytes;
use chrono::Utc;
use deltalake_core::kernel::{Action, Add, CommitInfo, Remove, Transaction};
use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use deltalake_core::{DeltaTable, checkpoints};
use kohort_schema::{DECLARED_BY_KEY, PARTITION_COLUMN, TableName};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use serde_json::{Value, json};
use url::Url;

use crate::log::{self, Format, Metadata, Store, TableState};
use crate::once::{self, Made};
use crate::{Error, Result, TableId, delta_schema};

/// A checkpoint is written at every version that this divides: a reader then fetches fewer than
/// this many JSON files beside it.
const CHECKPOINT_INTERVAL: u64 = 20;

/// Attempts before giving up: far above what racing writers need, since one wins in each round.
pub(crate) const MAX_ATTEMPTS: usize = 64;

/// The layout described in `docs/format.md`; a lake of a later one is refused.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// Key of the table property that holds [`FORMAT_VERSION`].
pub(crate) const FORMAT_KEY: &str = "kohort.format";

/// Who is named as the writer of a commit.
pub(crate) const ENGINE_INFO: &str = concat!("kohort/", env!("CARGO_PKG_VERSION"));

/// A change to one table.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) operation: &'static str,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) user_metadata: Option<String>,
    pub(crate) schema: Option<Arc<Schema>>,
    pub(crate) adds: Vec<Add>,
    pub(crate) removes: Vec<Remove>,
    pub(crate) transactions: Vec<(String, i64)>,
}

/// Whether the change became the next version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// It did.
    Committed(u64),
    /// Another writer's change did; read the table again.
    Lost,
}

/// Makes the change the version after `state`, if that version is still free.
pub(crate) async fn commit(store: &Store, state: &TableState, change: Change) -> Result<Attempt> {
    let mut lines = Vec::new();
    if let Some(schema) = &change.schema {
        let schema_string = schema_text(&state.table, schema)?;
        let metadata = Metadata {
            schema_string,
            ..state.metadata.clone()
        };
        lines.push(json!({ "metaData": metadata }).to_string());
    }
    let removes = change.removes.iter().cloned().map(Action::Remove);
    let adds = change.adds.iter().cloned().map(Action::Add);
    let transactions = change.transactions.iter();
    let transactions = transactions.map(|(app, n)| Action::Txn(Transaction::new(app, *n)));
    for action in removes.chain(adds).chain(transactions) {
        lines.push(action_line(&action)?);
    }
    let version = state.version + 1;
    match write(store, &state.table, version, &change, lines).await? {
        Attempt::Lost => Ok(Attempt::Lost),
        committed => {
            if version.is_multiple_of(CHECKPOINT_INTERVAL) {
                checkpoint(log_store(store, &state.table)?, &state.table, version).await;
            }
            Ok(committed)
        }
    }
}

/// Makes a table, unless there is one.
pub(crate) async fn create(
    store: &Store,
    table: impl Into<TableId>,
    schema: &Schema,
) -> Result<Attempt> {
    let table = &table.into();
    let is_partitioned = table.declared().is_some_and(TableName::is_partitioned);
    let partition_columns: &[&str] = if is_partitioned {
        &[PARTITION_COLUMN]
    } else {
        &[]
    };
    let configuration = [
        (FORMAT_KEY, FORMAT_VERSION.to_string()),
        // Old versions stay readable: a report can name the version that it was made from.
        ("delta.enableExpiredLogCleanup", "false".to_owned()),
    ];
    let metadata = Metadata {
        id: uuid::Uuid::new_v4().to_string(),
        name: Some(table.to_string()),
        description: None,
        format: Format {
            provider: "parquet".to_owned(),
            options: Default::default(),
        },
        schema_string: schema_text(table, schema)?,
        partition_columns: partition_columns.iter().map(|c| (*c).to_owned()).collect(),
        configuration: configuration.map(|(k, v)| (k.to_owned(), v)).into(),
        created_time: Some(Utc::now().timestamp_millis()),
    };
    let change = Change {
        operation: "CREATE TABLE",
        ..Change::default()
    };
    let lines = vec![
        json!({ "protocol": { "minReaderVersion": 1, "minWriterVersion": 2 } }).to_string(),
        json!({ "metaData": metadata }).to_string(),
    ];
    write(store, table, 0, &change, lines).await
}

/// Puts the entry of a version, if there is none. An error leaves it open whether the entry is
/// there: nothing that it names may be deleted then.
async fn write(
    store: &Store,
    table: &TableId,
    version: u64,
    change: &Change,
    mut lines: Vec<String>,
) -> Result<Attempt> {
    lines.insert(0, info_line(change, version, lines.len() + 1)?);
    let path = log::commit_path(table, version);
    match once::make(store, &path, Bytes::from(lines.join("\n"))).await {
        Ok(Made::Ours) => Ok(Attempt::Committed(version)),
        Ok(Made::Theirs) => Ok(Attempt::Lost),
        Err(source) => Err(Error::Uncommitted {
            table: table.clone(),
            version,
            source: Box::new(source),
        }),
    }
}

/// A checkpoint only makes reading faster; a failure to write one must not fail what was committed.
async fn checkpoint(log_store: LogStoreRef, table: &TableId, version: u64) {
    let mut delta = DeltaTable::new(log_store);
    let written = async {
        delta.load_version(version).await?;
        checkpoints::create_checkpoint(&delta, None).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%table, version, %error, "no checkpoint was written");
    }
}

/// The first line of a commit: what was done, by whom, the commit's own id, and how many lines it
/// has, so that a reader sees when some are gone.
fn info_line(change: &Change, version: u64, n_lines: usize) -> Result<String> {
    let parameters: HashMap<String, Value> = change
        .parameters
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.as_str().into()))
        .collect();
    let own = [
        (log::ID_KEY, Value::from(uuid::Uuid::new_v4().to_string())),
        (log::N_LINES_KEY, Value::from(n_lines)),
    ];
    action_line(&Action::CommitInfo(CommitInfo {
        timestamp: Some(Utc::now().timestamp_millis()),
        operation: Some(change.operation.to_owned()),
        operation_parameters: Some(parameters),
        read_version: version.checked_sub(1),
        engine_info: Some(ENGINE_INFO.to_owned()),
        user_metadata: change.user_metadata.clone(),
        info: own.map(|(key, value)| (key.to_owned(), value)).into(),
        ..CommitInfo::default()
    }))
}

fn action_line(action: &Action) -> Result<String> {
    serde_json::to_string(action).map_err(|source| Error::Delta {
        table: TableName::Callsets.into(),
        action: "writing a line of the log",
        source: Box::new(source),
    })
}

pub(crate) fn schema_text(table: &TableId, schema: &Schema) -> Result<String> {
    delta_schema::to_json(schema).map_err(|name| Error::Rows {
        table: table.clone(),
        problem: format!("Delta tables have no type {name}"),
    })
}

/// Deltalake's log store over ours. The URL only carries the table's folder: all access goes
/// through the store, whose root is the lake's. It looks like one of an S3 directory bucket because
/// those list in no order, as folders do, and the library then sorts what it lists.
fn log_store(store: &Store, table: &TableId) -> Result<LogStoreRef> {
    let url = Url::parse(&format!("s3://lake--x-s3/{}/", table.folder())).map_err(|source| {
        Error::Delta {
            table: table.clone(),
            action: "naming the log",
            source: Box::new(source),
        }
    })?;
    let prefixed = PrefixStore::new(Arc::clone(store), Path::from(table.folder()));
    let config = StorageConfig::default();
    Ok(default_logstore(
        Arc::new(prefixed),
        Arc::clone(store),
        &url,
        &config,
    ))
}

/// The schema of a table after a callset with `incoming` has joined it, and whether that differs.
pub(crate) fn joined_schema(
    state: &TableState,
    incoming: &Schema,
    callset: &str,
) -> Result<Option<Arc<Schema>>> {
    let existing = table_schema(state)?;
    let merged =
        kohort_schema::merge_schemas(&state.table.to_string(), &existing, incoming, callset)?;
    Ok((merged.as_ref() != &existing).then_some(merged))
}

/// The Arrow schema of a table, the partition column included.
pub(crate) fn table_schema(state: &TableState) -> Result<Schema> {
    delta_schema::from_json(&state.metadata.schema_string).map_err(|problem| Error::Log {
        table: state.table.clone(),
        version: state.version,
        problem,
    })
}

/// A schema without the notes on who declared which field.
pub(crate) fn without_notes(fields: &arrow::datatypes::Fields) -> arrow::datatypes::Fields {
    use arrow::datatypes::DataType;
    let strip = |field: &Arc<arrow::datatypes::Field>| {
        let mut metadata = field.metadata().clone();
        metadata.remove(DECLARED_BY_KEY);
        let data_type = match field.data_type() {
            DataType::Struct(inner) => DataType::Struct(without_notes(inner)),
            other => other.clone(),
        };
        field
            .as_ref()
            .clone()
            .with_data_type(data_type)
            .with_metadata(metadata)
    };
    fields.iter().map(strip).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::snapshot::CohortRow;
    use crate::{IfExists, Lake, StorageOptions, log};

    async fn lake_of_cohorts(folder: &std::path::Path, n: u64) -> Lake {
        let uri = folder.join("lake").display().to_string();
        let lake = Lake::create(&uri, &StorageOptions::new()).await.unwrap();
        for i in 0..n {
            let cohort = CohortRow {
                // Every third one takes the place of the one before.
                cohort: format!("cohort {}", i - i % 3 / 2),
                sql: String::new(),
                members: Vec::new(),
                size: 0,
                created_by: None,
                created_at: Utc::now(),
                lake_version: 0,
            };
            lake.put_cohort(&cohort, IfExists::Replace).await.unwrap();
        }
        lake
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn deltalake_reads_the_same_files_from_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let lake = lake_of_cohorts(folder.path(), 22).await;
        let table = TableName::Cohorts;
        let mut delta = DeltaTable::new(log_store(lake.raw_store(), &table.into()).unwrap());
        let checkpoint = Path::from("cohorts/_delta_log/00000000000000000020.checkpoint.parquet");
        assert!(
            object_store::ObjectStoreExt::head(lake.raw_store(), &checkpoint)
                .await
                .is_ok()
        );
        for version in [19, 20, 21, 22] {
            let listing = log::Listing::read(lake.raw_store(), table)
                .await
                .unwrap()
                .unwrap();
            let ours = listing.state(lake.raw_store(), version).await.unwrap();
            delta.load_version(version).await.unwrap();
            let uris = delta.get_file_uris().unwrap();
            let mut theirs: Vec<_> = uris
                .map(|uri| uri.rsplit('/').next().unwrap().to_owned())
                .collect();
            theirs.sort();
            assert_eq!(
                ours.files.keys().cloned().collect::<Vec<_>>(),
                theirs,
                "{version}"
            );
        }
    }

    /// For `docs/format.md`: `cargo test -p kohort-lake --lib measured -- --ignored --nocapture`.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "a measurement, not a check"]
    async fn loading_a_log_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        for n in [2, 19, 25] {
            let lake = lake_of_cohorts(&folder.path().join(n.to_string()), n).await;
            let (store, table) = (lake.raw_store(), TableName::Cohorts);
            for _ in 0..3 {
                let start = Instant::now();
                let ours = log::latest(store, table).await.unwrap().unwrap();
                let (took, start) = (start.elapsed(), Instant::now());
                let mut delta = DeltaTable::new(log_store(store, &table.into()).unwrap());
                delta.load().await.unwrap();
                println!(
                    "{n} commits, {} files: {took:.2?}, deltalake {:.2?}",
                    ours.files.len(),
                    start.elapsed()
                );
            }
        }
    }
}
