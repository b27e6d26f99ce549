//! How do rows come into a table that a user loads, whole or not at all?
//!
//! A loaded table is a Delta table of its own below `registry/` or `reference/`. Which of its
//! versions a snapshot shows is said by the log of `callsets`: a load commits to its own table
//! first, and then, as the switch, one commit to `callsets` that names the table's version (a Delta
//! transaction `kohort.table.registry.people`). So a load of several tables is seen whole or not at
//! all, the lake's version counts loads as it counts callsets, and `--as-of` finds them.
//!
//! A commit to the table that no switch followed belongs to a load that broke off. The next load
//! starts from what is visible and takes it back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use deltalake_core::kernel::Add;
use futures::TryStreamExt;
use kohort_schema::{LoadedTable, TableName};
use serde_json::json;

use crate::commit::{self, Attempt, Change, MAX_ATTEMPTS, commit, table_schema};
use crate::data_file::n_rows;
use crate::encode::{EncoderOptions, ParquetEncoder};
use crate::keys::Keys;
use crate::log::{self, Listing, TableState};
use crate::people::OnDuplicates;
use crate::snapshot::SourceFile;
use crate::union::{cast_to, united};
use crate::writer::{pause, short_id};
use crate::{Error, Lake, Result, Snapshot, TableId, put, ranges, rows};

/// What the log of `callsets` calls the version of a loaded table.
pub(crate) const TABLE_VERSION: &str = "kohort.table.";

/// A file is closed when it has this many bytes.
const FILE_BYTES: usize = 96 * 1024 * 1024;

/// Rows of a row group: analysis reads whole columns.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// What becomes of the rows that a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadMode {
    /// There must be no table.
    Create,
    /// They stay, and the new ones come after them.
    Append,
    /// They go.
    Replace,
    /// Those go whose key is in the load.
    Upsert {
        /// The columns of the key.
        keys: Vec<String>,
    },
}

impl LoadMode {
    /// Its name in the history.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Append => "append",
            Self::Replace => "replace",
            Self::Upsert { .. } => "upsert",
        }
    }
}

/// What the history keeps of a load.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadRecord {
    /// The files.
    pub sources: Vec<SourceFile>,
    /// Rows in them.
    pub n_read: u64,
    /// Rows that were stored.
    pub n_kept: u64,
    /// Rows that were not stored since another one with their key came after them.
    pub n_duplicates: u64,
    /// Rows that were set aside.
    pub n_set_aside: u64,
    /// Fingerprint of the key that made the pseudonyms.
    pub pseudonym_key: Option<String>,
    /// What wrote it.
    pub program_version: String,
}

/// One table's part of a load. Batches are encoded as they come; no log names the files yet.
#[derive(Debug)]
pub struct TableLoad {
    lake: Lake,
    table: LoadedTable,
    mode: LoadMode,
    schema: SchemaRef,
    encoder: Option<ParquetEncoder>,
    adds: Vec<Add>,
    keys: Option<Keys>,
    on_duplicates: OnDuplicates,
}

/// What a load did to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The table.
    pub table: LoadedTable,
    /// Its rows afterwards.
    pub n_rows: u64,
    /// Rows that went, replaced by others or not.
    pub n_removed: u64,
}

impl Lake {
    /// Begins to load a table: checks that the mode and the columns go with what is there. The
    /// rows will be stored in the types that the table has by then.
    ///
    /// # Errors
    /// [`Error::TableExists`], [`Error::NoSuchTable`], [`Error::ColumnConflict`],
    /// [`Error::NoKeyColumn`].
    pub async fn begin_load(
        &self,
        table: &LoadedTable,
        mode: LoadMode,
        schema: &SchemaRef,
    ) -> Result<TableLoad> {
        let snapshot = self.snapshot(None).await?;
        let existing = snapshot.loaded_schema(table).await?;
        let schema = self.joined(table, &mode, existing.as_deref(), schema)?;
        if let LoadMode::Upsert { keys } = &mode
            && let Some(column) = keys.iter().find(|k| schema.field_with_name(k).is_err())
        {
            return Err(Error::NoKeyColumn {
                table: table.into(),
                column: column.clone(),
            });
        }
        Ok(TableLoad {
            lake: self.clone(),
            table: table.clone(),
            mode,
            schema,
            encoder: None,
            adds: Vec::new(),
            keys: None,
            on_duplicates: OnDuplicates::default(),
        })
    }

    /// Refuses a file that is twice in a load, or that the visible rows of the table came from.
    ///
    /// # Errors
    /// [`Error::SameFile`] and [`Error::DuplicateFile`].
    pub async fn check_files(
        &self,
        table: &LoadedTable,
        mode: &LoadMode,
        sources: &[SourceFile],
    ) -> Result<()> {
        for (i, source) in sources.iter().enumerate() {
            let before = sources[..i].iter().find(|s| s.sha256 == source.sha256);
            if let Some(before) = before {
                return Err(Error::SameFile {
                    table: table.into(),
                    file: source.uri.clone(),
                    before: before.uri.clone(),
                });
            }
        }
        if *mode != LoadMode::Append {
            return Ok(());
        }
        for load in self.visible_loads(table).await? {
            for before in &load.record.sources {
                let same = sources.iter().find(|s| s.sha256 == before.sha256);
                if let Some(source) = same {
                    return Err(Error::DuplicateFile {
                        table: table.into(),
                        file: source.uri.clone(),
                        before: before.uri.clone(),
                        version: load.version,
                    });
                }
            }
        }
        Ok(())
    }

    /// The schema that the table will have.
    fn joined(
        &self,
        table: &LoadedTable,
        mode: &LoadMode,
        existing: Option<&Schema>,
        incoming: &SchemaRef,
    ) -> Result<SchemaRef> {
        match (mode, existing) {
            (LoadMode::Create, Some(_)) => Err(Error::TableExists {
                table: table.into(),
                uri: self.uri().to_owned(),
            }),
            (LoadMode::Append | LoadMode::Upsert { .. }, Some(existing)) => {
                united(table, existing, incoming)
            }
            _ => Ok(Arc::clone(incoming)),
        }
    }

    /// Makes the parts of a load visible, all at once, and gives the lake's new version.
    ///
    /// # Errors
    /// [`Error::TableExists`] when another load made the table meanwhile; the lake is as before.
    pub async fn commit_load(
        &self,
        parts: Vec<TableLoad>,
        record: &LoadRecord,
    ) -> Result<(u64, Vec<Loaded>)> {
        let mut staged = Vec::new();
        for part in parts {
            staged.push(part.stage().await?);
        }
        for attempt in 0..MAX_ATTEMPTS {
            let snapshot = self.snapshot(None).await?;
            if let Some(first) = staged.first()
                && first.on_duplicates == OnDuplicates::Refuse
                && record.n_read > 0
            {
                self.check_files(&first.table, &first.mode, &record.sources)
                    .await?;
            }
            if let Some(done) = self.try_load(&snapshot, &mut staged, record).await? {
                return Ok(done);
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: TableName::Callsets.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Tries once; `None` when another writer was quicker.
    async fn try_load(
        &self,
        snapshot: &Snapshot,
        staged: &mut [Staged],
        record: &LoadRecord,
    ) -> Result<Option<(u64, Vec<Loaded>)>> {
        let (mut transactions, mut loaded) = (Vec::new(), Vec::new());
        for part in staged.iter_mut() {
            let base = snapshot.loaded_state(&part.table).await?;
            let schema = match &base {
                Some(state) => Some(table_schema(state)?),
                None => None,
            };
            let schema = self.joined(&part.table, &part.mode, schema.as_ref(), &part.schema)?;
            let (files, n_removed) = self.target(part, base.as_deref()).await?;
            let n_rows = files.values().map(|add| n_rows(&part.table, add));
            let n_rows: u64 = n_rows.sum::<Result<_>>()?;
            let version = match self.bring_to(part, schema, files, record).await? {
                Some(version) => version,
                None => return Ok(None),
            };
            let app = format!("{TABLE_VERSION}{}", part.table);
            transactions.push((
                app,
                rows::signed(&TableId::from(&part.table), "a version", version)?,
            ));
            loaded.push(Loaded {
                table: part.table.clone(),
                n_rows,
                n_removed,
            });
        }
        let change = Change {
            operation: "LOAD",
            parameters: parameters(staged, record),
            transactions,
            ..Change::default()
        };
        let state = snapshot.table(TableName::Callsets).await?;
        match commit(self.raw_store(), &state, change).await? {
            Attempt::Committed(version) => Ok(Some((version, loaded))),
            Attempt::Lost => Ok(None),
        }
    }

    /// The files that the table will have, and the rows that go.
    async fn target(
        &self,
        part: &mut Staged,
        base: Option<&TableState>,
    ) -> Result<(BTreeMap<String, Add>, u64)> {
        let before: Vec<Add> = base.map_or_else(Vec::new, |b| b.files.values().cloned().collect());
        let mut files: BTreeMap<String, Add> = BTreeMap::new();
        let mut n_removed = 0;
        for add in before {
            match part.mode {
                LoadMode::Create | LoadMode::Replace => n_removed += n_rows(&part.table, &add)?,
                LoadMode::Append => {
                    files.insert(add.path.clone(), add);
                }
                LoadMode::Upsert { .. } => {
                    if !part.rewritten.contains_key(&add.path) {
                        let rewritten = self.without_keys(part, &add).await?;
                        part.rewritten.insert(add.path.clone(), rewritten);
                    }
                    let rewritten = part.rewritten.get(&add.path).cloned().unwrap_or_default();
                    n_removed += rewritten.n_removed;
                    let kept = match rewritten.n_removed {
                        0 => Some(add),
                        _ => rewritten.add,
                    };
                    files.extend(kept.map(|add| (add.path.clone(), add)));
                }
            }
        }
        let adds = part.adds.iter().map(|add| (add.path.clone(), add.clone()));
        files.extend(adds);
        Ok((files, n_removed))
    }

    /// A file without the rows whose key is in the load. The columns of the key are looked at
    /// first: a file without such rows stays, and nothing else of it is read.
    async fn without_keys(&self, part: &Staged, add: &Add) -> Result<Rewritten> {
        let Some(keys) = &part.keys else {
            return Ok(Rewritten::default());
        };
        let path = format!("{}/{}", part.table.folder(), add.path);
        let size = u64::try_from(add.size).unwrap_or_default();
        let failed = || Error::parquet(path.as_str(), "reading");
        let mut of_keys =
            ranges::stream(self.raw_store(), &path, size, Some(keys.columns())).await?;
        let mut n_removed = 0;
        while let Some(batch) = of_keys.try_next().await.map_err(failed())? {
            n_removed += keys.n_held(&batch)?;
        }
        if n_removed == 0 {
            return Ok(Rewritten::default());
        }
        let mut rows = ranges::stream(self.raw_store(), &path, size, None).await?;
        let mut encoder = encoder(&part.table, rows.schema())?;
        while let Some(batch) = rows.try_next().await.map_err(failed())? {
            encoder.write(&keys.others(&batch)?)?;
        }
        let add = match encoder.n_rows() {
            0 => None,
            _ => Some(self.put_rows(&part.table, encoder).await?),
        };
        Ok(Rewritten { n_removed, add })
    }

    async fn put_rows(&self, table: &LoadedTable, encoder: ParquetEncoder) -> Result<Add> {
        let name = format!("{}-{}", table.name(), short_id());
        let file = encoder.finish()?;
        put::put(self.raw_store(), &table.into(), None, &name, file).await
    }

    /// Commits to the table what makes its latest version have these files; `None` when another
    /// writer was quicker.
    async fn bring_to(
        &self,
        part: &Staged,
        schema: SchemaRef,
        files: BTreeMap<String, Add>,
        record: &LoadRecord,
    ) -> Result<Option<u64>> {
        let table = TableId::from(&part.table);
        if Listing::read(self.raw_store().as_ref(), table.clone())
            .await?
            .is_none()
        {
            commit::create(self.raw_store(), table.clone(), &schema).await?;
        }
        let head = log::latest(self.raw_store().as_ref(), table.clone()).await?;
        let Some(head) = head else {
            return Ok(None);
        };
        let removes = head.files.values().filter(|a| !files.contains_key(&a.path));
        let removes: Vec<_> = removes.map(put::remove).collect();
        let adds = files
            .into_values()
            .filter(|a| !head.files.contains_key(&a.path));
        let adds: Vec<_> = adds.collect();
        let is_new_schema = table_schema(&head)? != *schema;
        if removes.is_empty() && adds.is_empty() && !is_new_schema {
            return Ok(Some(head.version));
        }
        let change = Change {
            operation: "LOAD",
            parameters: parameters(std::slice::from_ref(part), record),
            schema: is_new_schema.then_some(schema),
            adds,
            removes,
            ..Change::default()
        };
        match commit(self.raw_store(), &head, change).await? {
            Attempt::Committed(version) => Ok(Some(version)),
            Attempt::Lost => Ok(None),
        }
    }
}

impl TableLoad {
    /// The table's columns, as the rows will be stored.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they do not fit the table, or the storage refuses.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = cast_to(&self.table, batch, &self.schema)?;
        let mut open = match self.encoder.take() {
            Some(open) => open,
            None => encoder(&self.table, &self.schema)?,
        };
        open.write(&batch)?;
        if open.size_bytes() >= FILE_BYTES {
            let add = self.lake.put_rows(&self.table, open).await?;
            self.adds.push(add);
        } else {
            self.encoder = Some(open);
        }
        Ok(())
    }

    /// Says which keys the load has: all of them, before it is committed.
    pub fn set_keys(&mut self, keys: Keys) {
        self.keys = Some(keys);
    }

    /// Says what to do with files that the table has the rows of already.
    pub fn set_on_duplicates(&mut self, on_duplicates: OnDuplicates) {
        self.on_duplicates = on_duplicates;
    }

    async fn stage(mut self) -> Result<Staged> {
        if let Some(open) = self.encoder.take() {
            let add = self.lake.put_rows(&self.table, open).await?;
            self.adds.push(add);
        }
        Ok(Staged {
            table: self.table,
            mode: self.mode,
            schema: self.schema,
            adds: self.adds,
            keys: self.keys,
            on_duplicates: self.on_duplicates,
            rewritten: HashMap::new(),
        })
    }
}

/// A part whose files are put.
struct Staged {
    table: LoadedTable,
    mode: LoadMode,
    schema: SchemaRef,
    adds: Vec<Add>,
    keys: Option<Keys>,
    on_duplicates: OnDuplicates,
    rewritten: HashMap<String, Rewritten>,
}

/// What is left of a file.
#[derive(Clone, Default)]
struct Rewritten {
    n_removed: u64,
    add: Option<Add>,
}

fn encoder(table: &LoadedTable, schema: &SchemaRef) -> Result<ParquetEncoder> {
    let options = EncoderOptions {
        row_group_rows: ROW_GROUP_ROWS,
        ..EncoderOptions::default()
    };
    ParquetEncoder::of_rows(&table.to_string(), Arc::clone(schema), &options)
}

/// What the history shows; the first part is the table that was asked for.
fn parameters(staged: &[Staged], record: &LoadRecord) -> Vec<(&'static str, String)> {
    let tables: Vec<String> = staged.iter().map(|part| part.table.to_string()).collect();
    let sources: Vec<_> = record
        .sources
        .iter()
        .map(|s| json!({ "uri": s.uri, "sha256": s.sha256, "size_bytes": s.size_bytes }))
        .collect();
    let mut parameters = vec![
        ("table", tables.first().cloned().unwrap_or_default()),
        ("tables", tables.join(" ")),
        ("n_read", record.n_read.to_string()),
        ("n_kept", record.n_kept.to_string()),
        ("n_duplicates", record.n_duplicates.to_string()),
        ("n_set_aside", record.n_set_aside.to_string()),
        ("sources", json!(sources).to_string()),
        ("program_version", record.program_version.clone()),
    ];
    if let Some(part) = staged.first() {
        parameters.push(("mode", part.mode.as_str().to_owned()));
        if let LoadMode::Upsert { keys } = &part.mode {
            parameters.push(("keys", keys.join(",")));
        }
    }
    if let Some(key) = &record.pseudonym_key {
        parameters.push(("pseudonym_key", key.clone()));
    }
    parameters
}

/// A load, as the history has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadEntry {
    /// The lake's version that it made.
    pub version: u64,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// The tables that it wrote; the first is the one that was asked for.
    pub tables: Vec<String>,
    /// `create`, `append`, `replace`, `upsert`.
    pub mode: String,
    /// The columns of the key of an upsert.
    pub keys: Option<String>,
    /// What was read and kept.
    pub record: LoadRecord,
}
