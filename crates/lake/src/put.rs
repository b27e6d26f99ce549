//! How does a file get into the store?

use std::collections::HashMap;

use bytes::Bytes;
use chrono::Utc;
use deltalake_core::kernel::{Add, Remove};
use kohort_schema::{PARTITION_COLUMN, TableName};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};
use serde_json::{Map, Value, json};

use crate::data_file::DataFile;
use crate::encode::{EncodedFile, FileStats};
use crate::log::{Store, TableState};
use crate::{Error, Result, TableId, once, rows};

/// Above this, a file goes up in parts: one request then repeats little when it fails.
const MULTIPART_ABOVE_BYTES: usize = 16 * 1024 * 1024;

/// Bytes of a part (S3 wants at least 5 MiB).
const PART_SIZE_BYTES: usize = 8 * 1024 * 1024;

/// Parts under way at once.
const PARTS_IN_FLIGHT: usize = 4;

/// Puts a file below a table's folder and gives the action that would add it to the table.
pub(crate) async fn put(
    store: &Store,
    table: &TableId,
    callset_id: Option<&str>,
    name: &str,
    file: EncodedFile,
) -> Result<Add> {
    let is_partitioned = table.declared().is_some_and(TableName::is_partitioned);
    let folder = callset_id.filter(|_| is_partitioned);
    let path = match folder {
        Some(id) => format!("{PARTITION_COLUMN}={id}/{name}.parquet"),
        None => format!("{name}.parquet"),
    };
    let size = file.bytes.len();
    put_bytes(store, &format!("{}/{path}", table.folder()), file.bytes).await?;
    let partition_values = folder.map(|id| (PARTITION_COLUMN.to_owned(), Some(id.to_owned())));
    let unpartitioned_id = callset_id.filter(|_| !is_partitioned);
    Ok(Add {
        path,
        partition_values: partition_values.into_iter().collect::<HashMap<_, _>>(),
        size: rows::signed(table, "the size of a file", size as u64)?,
        modification_time: Utc::now().timestamp_millis(),
        data_change: true,
        stats: Some(stats_json(&file.stats, unpartitioned_id)),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    })
}

/// The actions that take the files of a callset out of a table.
pub(crate) fn remove_all(
    table: TableName,
    state: &TableState,
    callset_id: &str,
) -> Result<Vec<Remove>> {
    let mut removes = Vec::new();
    for add in state.files.values() {
        if DataFile::try_new(table, add)?.callset_id == callset_id {
            removes.push(remove(add));
        }
    }
    Ok(removes)
}

/// The action that takes a file out of a table.
pub(crate) fn remove(add: &Add) -> Remove {
    Remove {
        path: add.path.clone(),
        data_change: true,
        deletion_timestamp: Some(Utc::now().timestamp_millis()),
        extended_file_metadata: Some(true),
        partition_values: Some(add.partition_values.clone()),
        size: Some(add.size),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
    }
}

/// Puts a file under a name that no other has: tried again when the answer is lost.
async fn put_bytes(store: &Store, path: &str, bytes: Bytes) -> Result<()> {
    let location = Path::from(path);
    once::repeat(|| put_once(store, &location, bytes.clone()))
        .await
        .map_err(Error::storage(path, "writing"))
}

async fn put_once(store: &Store, location: &Path, bytes: Bytes) -> Result<(), object_store::Error> {
    if bytes.len() <= MULTIPART_ABOVE_BYTES {
        let payload = PutPayload::from_bytes(bytes);
        return store.put(location, payload).await.map(|_| ());
    }
    let upload = store.put_multipart(location).await?;
    let mut writer = WriteMultipart::new_with_chunk_size(upload, PART_SIZE_BYTES);
    for start in (0..bytes.len()).step_by(PART_SIZE_BYTES) {
        let end = (start + PART_SIZE_BYTES).min(bytes.len());
        if let Err(source) = writer.wait_for_capacity(PARTS_IN_FLIGHT).await {
            // The first error is the one to report.
            let _ = writer.abort().await;
            return Err(source);
        }
        writer.put(bytes.slice(start..end));
    }
    writer.finish().await.map(|_| ())
}

/// Delta's per-file statistics: what readers prune files by.
fn stats_json(stats: &FileStats, callset_id: Option<&str>) -> String {
    let (mut least, mut greatest, mut nulls) = (Map::new(), Map::new(), Map::new());
    let mut bound = |column: &str, min: Option<Value>, max: Option<Value>| {
        if let (Some(min), Some(max)) = (min, max) {
            least.insert(column.to_owned(), min);
            greatest.insert(column.to_owned(), max);
            nulls.insert(column.to_owned(), Value::from(0));
        }
    };
    let text = |value: &Option<String>| value.clone().map(Value::from);
    bound("chrom", text(&stats.min_chrom), text(&stats.max_chrom));
    bound(
        "pos",
        stats.min_pos.map(Value::from),
        stats.max_pos.map(Value::from),
    );
    let id = callset_id.map(Value::from);
    bound(PARTITION_COLUMN, id.clone(), id);
    let n_rows = stats.n_rows;
    json!({ "numRecords": n_rows, "minValues": least, "maxValues": greatest, "nullCount": nulls })
        .to_string()
}
