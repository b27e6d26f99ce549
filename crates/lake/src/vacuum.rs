//! Which objects does nobody need any more?
//!
//! # Definition
//! A callset is needed if some retained version of `callsets` shows it: the latest, and each that
//! was the latest at some moment of the retention. An object is kept when the log of its table
//! names it and its callset is needed, when the log dropped it within the retention, or when it (or
//! anything of its callset) is so new that an ingest may still be writing. All others go: first out
//! of the logs, then out of the store, so that stopping half-way loses nothing.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use kohort_schema::{LoadedSchema, PARTITION_COLUMN, TableName};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::commit::{Attempt, Change, MAX_ATTEMPTS, commit};
use crate::data_file::DataFile;
use crate::log::{Commit, Listing, millis};
use crate::writer::pause;
use crate::{Error, Lake, Result, TableId, put};

/// How long replaced data stays readable: Delta's own default.
pub const DEFAULT_RETENTION: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is younger than this may belong to an ingest that is still running.
const IN_PROGRESS: Duration = Duration::from_secs(3600);

/// Objects deleted at once, where the store has no bulk deletion.
const DELETES_IN_FLIGHT: usize = 16;

/// Whether to delete or only to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VacuumMode {
    /// Delete.
    #[default]
    Delete,
    /// List what would go.
    DryRun,
}

/// How to vacuum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VacuumOptions {
    /// How long replaced data stays readable. Below one hour it is also the age above which what no
    /// callset shows is taken for an orphan: with zero, everything of a running ingest goes too.
    pub retention: Duration,
    /// Whether to delete.
    pub mode: VacuumMode,
}

impl Default for VacuumOptions {
    fn default() -> Self {
        Self {
            retention: DEFAULT_RETENTION,
            mode: VacuumMode::Delete,
        }
    }
}

/// What went, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VacuumReport {
    /// The objects, by path.
    pub files: Vec<VacuumedFile>,
    /// Their bytes.
    pub size_bytes: u64,
    /// Callsets that they belong to: names where the log has them, else ids.
    pub callsets: Vec<String>,
}

/// An object that went, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VacuumedFile {
    /// Path below the root.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
}

/// What is needed, from the log of `callsets`.
pub(crate) struct Needed {
    callset_ids: HashSet<String>,
    names: HashMap<String, String>,
    pub(crate) since: DateTime<Utc>,
    pub(crate) in_progress_since: DateTime<Utc>,
}

pub(crate) struct Object {
    table: TableId,
    pub(crate) path: String,
    size_bytes: u64,
    pub(crate) modified: DateTime<Utc>,
}

impl Object {
    /// The callset whose folder it is in, or whose row it is.
    fn callset_id(&self) -> Option<&str> {
        let table = self.table.declared()?;
        let rest = self.path.strip_prefix(table.as_str())?.strip_prefix('/')?;
        if self.table == TableName::Callsets {
            return rest.strip_suffix(".parquet");
        }
        let folder = rest.strip_prefix(PARTITION_COLUMN)?.strip_prefix('=')?;
        Some(folder.split_once('/')?.0)
    }
}

impl Lake {
    /// Removes what no retained version needs.
    ///
    /// # Errors
    /// When a log cannot be read or written, or the store refuses to list or delete.
    pub async fn vacuum(&self, options: &VacuumOptions) -> Result<VacuumReport> {
        let needed = self.needed(options.retention).await?;
        // Objects before logs: what is put and committed in between is then not in the list.
        let objects = self.objects().await?;
        let busy = busy(&objects, &needed);
        let mut doomed = Vec::new();
        for table in TableName::ALL {
            let kept = self.kept(table, &needed, &busy, options.mode).await?;
            doomed.extend(objects.iter().filter(|o| {
                let recent = o.modified > needed.in_progress_since;
                let in_use = o.callset_id().is_some_and(|id| busy.contains(id));
                o.table == table && !kept.contains(&o.path) && !recent && !in_use
            }));
        }
        let of_loads = self.unneeded_of_loads(&needed, options.mode).await?;
        doomed.extend(&of_loads);
        let temporaries = self.temporaries(&needed).await?;
        if options.mode == VacuumMode::Delete {
            self.delete(&doomed).await?;
            self.delete_temporaries(&temporaries).await?;
        }
        Ok(report(&doomed, temporaries, &needed))
    }

    /// What processes left in a folder that were killed while they wrote a file.
    async fn temporaries(&self, needed: &Needed) -> Result<Vec<VacuumedFile>> {
        let Some(folder) = self.folder() else {
            return Ok(Vec::new());
        };
        let tables = TableName::ALL.map(|table| table.as_str().to_owned());
        let schemas = LoadedSchema::ALL.map(|schema| schema.as_str().to_owned());
        let below = tables.into_iter().chain(schemas).collect();
        let found = folder
            .temporaries(below)
            .await
            .map_err(|source| Error::Io {
                path: self.uri().to_owned(),
                action: "looking for temporary files",
                source,
            })?;
        let old = found
            .into_iter()
            .filter(|t| DateTime::<Utc>::from(t.modified) <= needed.in_progress_since);
        let file = old.map(|t| VacuumedFile {
            path: t.path,
            size_bytes: t.size_bytes,
        });
        Ok(file.collect())
    }

    async fn delete_temporaries(&self, temporaries: &[VacuumedFile]) -> Result<()> {
        for file in temporaries {
            if let Some(folder) = self.folder() {
                let deleted = folder.delete_temporary(&file.path).await;
                deleted.map_err(|source| Error::Io {
                    path: file.path.clone(),
                    action: "deleting",
                    source,
                })?;
            }
        }
        Ok(())
    }

    async fn needed(&self, retention: Duration) -> Result<Needed> {
        let now = Utc::now();
        let before = |age: Duration| {
            let age = chrono::Duration::from_std(age).unwrap_or(chrono::Duration::MAX);
            now.checked_sub_signed(age)
                .unwrap_or(DateTime::<Utc>::MIN_UTC)
        };
        let since = before(retention);
        let commits = self.all_commits(TableName::Callsets).await?;
        let mut shown: HashMap<&str, String> = HashMap::new();
        let mut callset_ids = HashSet::new();
        for (i, commit) in commits.iter().enumerate() {
            for remove in &commit.removes {
                shown.remove(remove.path.as_str());
            }
            for add in &commit.adds {
                let file = DataFile::try_new(TableName::Callsets, add)?;
                shown.insert(&add.path, file.callset_id);
            }
            // The version was the latest until the next one came.
            let is_retained = commits
                .get(i + 1)
                .is_none_or(|next| next.timestamp() >= since);
            if is_retained {
                callset_ids.extend(shown.values().cloned());
            }
        }
        let names = self.all_commits(TableName::Samples).await?;
        Ok(Needed {
            callset_ids,
            names: names.iter().filter_map(named_callset).collect(),
            since,
            in_progress_since: before(retention.min(IN_PROGRESS)),
        })
    }

    pub(crate) async fn all_commits(&self, table: TableName) -> Result<Vec<Commit>> {
        let store = self.raw_store().as_ref();
        match Listing::read(store, table).await? {
            Some(listing) => listing.commits(store, 0, listing.latest()).await,
            None => Err(Error::NoLake {
                uri: self.uri().to_owned(),
            }),
        }
    }

    /// Every object of the tables, but for their logs.
    async fn objects(&self) -> Result<Vec<Object>> {
        let mut found = Vec::new();
        for table in TableName::ALL {
            found.extend(self.objects_of(&table.into()).await?);
        }
        Ok(found)
    }

    /// Every object of a table, but for its log.
    pub(crate) async fn objects_of(&self, table: &TableId) -> Result<Vec<Object>> {
        let mut found = Vec::new();
        let folder = Path::from(table.folder());
        let log_prefix = format!("{folder}/_");
        let mut objects = self.raw_store().list(Some(&folder));
        while let Some(object) = objects.next().await {
            let object = object.map_err(Error::storage(table.folder(), "listing"))?;
            let path = object.location.to_string();
            if !path.starts_with(&log_prefix) {
                found.push(Object {
                    table: table.clone(),
                    path,
                    size_bytes: object.size,
                    modified: object.last_modified,
                });
            }
        }
        Ok(found)
    }

    /// Paths that stay; in [`VacuumMode::Delete`] the log no longer names the others afterwards.
    async fn kept(
        &self,
        table: TableName,
        needed: &Needed,
        busy: &HashSet<String>,
        mode: VacuumMode,
    ) -> Result<HashSet<String>> {
        let per_callset = table.is_partitioned();
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(table).await?;
            let is_kept = |file: &DataFile| {
                let id = &file.callset_id;
                !per_callset || needed.callset_ids.contains(id) || busy.contains(id)
            };
            let files = state.files.values();
            let files: Vec<_> = files
                .map(|add| Ok((add, DataFile::try_new(table, add)?)))
                .collect::<Result<_>>()?;
            let (kept, dropped): (Vec<_>, Vec<_>) =
                files.into_iter().partition(|(_, file)| is_kept(file));
            let removes: Vec<_> = dropped.iter().map(|(add, _)| put::remove(add)).collect();
            if mode == VacuumMode::Delete && !removes.is_empty() {
                let change = Change {
                    operation: "VACUUM",
                    removes,
                    ..Change::default()
                };
                if commit(self.raw_store(), &state, change).await? == Attempt::Lost {
                    pause(attempt).await;
                    continue;
                }
            }
            let mut paths: HashSet<String> = kept.into_iter().map(|(_, file)| file.path).collect();
            if !per_callset {
                paths.extend(self.dropped_since(table, needed).await?);
            }
            return Ok(paths);
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Files that a table's log dropped within the retention, or whose callset is needed.
    async fn dropped_since(&self, table: TableName, needed: &Needed) -> Result<Vec<String>> {
        let commits = self.all_commits(table).await?;
        let removes = commits.iter().flat_map(|c| &c.removes);
        let recent = removes.filter(|remove| {
            let row_of = remove.path.strip_suffix(".parquet").unwrap_or_default();
            let dropped = millis(remove.deletion_timestamp);
            needed.callset_ids.contains(row_of) || dropped.is_none_or(|t| t >= needed.since)
        });
        Ok(recent
            .map(|remove| format!("{table}/{}", remove.path))
            .collect())
    }

    async fn delete(&self, doomed: &[&Object]) -> Result<()> {
        let paths: Vec<String> = doomed.iter().map(|o| o.path.clone()).collect();
        let mut deletions = futures::stream::iter(paths)
            .map(|path| async move {
                match self.raw_store().delete(&Path::from(path.as_str())).await {
                    // Another vacuum was quicker.
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                    Err(error) => Err(Error::storage(path, "deleting")(error)),
                }
            })
            .buffer_unordered(DELETES_IN_FLIGHT);
        while let Some(deleted) = deletions.next().await {
            deleted?;
        }
        Ok(())
    }
}

/// Callsets that are not shown, but whose newest object is so young that an ingest may be under
/// way.
fn busy(objects: &[Object], needed: &Needed) -> HashSet<String> {
    let young = objects
        .iter()
        .filter(|o| o.modified > needed.in_progress_since);
    young
        .filter_map(|o| o.callset_id().map(str::to_owned))
        .collect()
}

fn named_callset(commit: &Commit) -> Option<(String, String)> {
    let parameter = |key| {
        commit
            .info
            .operation_parameters
            .get(key)?
            .as_str()
            .map(str::to_owned)
    };
    Some((parameter("callset_id")?, parameter("callset")?))
}

fn report(doomed: &[&Object], temporaries: Vec<VacuumedFile>, needed: &Needed) -> VacuumReport {
    let ids: HashSet<&str> = doomed.iter().filter_map(|o| o.callset_id()).collect();
    let name = |id: &&str| {
        needed
            .names
            .get(*id)
            .cloned()
            .unwrap_or_else(|| (*id).to_owned())
    };
    let mut callsets: Vec<String> = ids.iter().map(name).collect();
    callsets.sort();
    callsets.dedup();
    let file = |o: &&Object| VacuumedFile {
        path: o.path.clone(),
        size_bytes: o.size_bytes,
    };
    let mut files: Vec<VacuumedFile> = doomed.iter().map(file).chain(temporaries).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    VacuumReport {
        size_bytes: files.iter().map(|f| f.size_bytes).sum(),
        files,
        callsets,
    }
}
