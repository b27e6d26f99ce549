//! What did the lake hold at one version?

mod loaded;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use kohort_genome::{SexKaryotype, contig_rank};
use kohort_genotype::{Cohort, SampleBlock, SampleDirectory};
use kohort_schema::{LoadedTable, PARTITION_COLUMN, TableName};
use object_store::path::Path;
use tokio::sync::{Mutex, OnceCell};

use crate::commit::{FORMAT_KEY, FORMAT_VERSION, table_schema, without_notes};
use crate::data_file::DataFile;
use crate::log::{self, Listing, Store, TableState};
use crate::{AsOf, Error, Result};
use crate::{people, rows};

/// Small files read at once.
const READS_IN_FLIGHT: usize = 32;

/// One row of `callsets`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the columns are documented where they are declared"
)]
pub struct Callset {
    pub callset_id: String,
    pub callset: String,
    pub block: u32,
    pub base_sample_index: u32,
    pub n_samples: u64,
    pub n_variants: u64,
    pub reference_genome: Option<String>,
    pub absent: String,
    pub sources: Vec<SourceFile>,
    pub header: String,
    pub contigs: Vec<Contig>,
    pub policies: String,
    pub program_version: String,
    pub created_at: DateTime<Utc>,
}

/// A file that was ingested.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the columns are documented where they are declared"
)]
pub struct SourceFile {
    pub uri: String,
    pub sha256: String,
    pub size_bytes: u64,
}

/// A contig as the header declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the columns are documented where they are declared"
)]
pub struct Contig {
    pub chrom: String,
    pub name: String,
    pub length_bp: Option<u64>,
}

/// One row of `samples`, without the sample file's own columns.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the columns are documented where they are declared"
)]
pub struct Sample {
    pub sample_index: u32,
    pub callset_id: String,
    pub callset: String,
    pub block: u32,
    pub sample_id: String,
    pub person_id: Option<String>,
    pub sex_karyotype: SexKaryotype,
}

/// One row of `cohorts`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the columns are documented where they are declared"
)]
pub struct CohortRow {
    pub cohort: String,
    pub sql: String,
    pub members: Vec<u8>,
    pub size: u64,
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub lake_version: u64,
}

/// One state of a lake. Cheap to clone; tables are read when first asked for, and once.
#[derive(Clone)]
pub struct Snapshot {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    uri: String,
    /// Whether there are later versions.
    is_past: bool,
    version: u64,
    timestamp: DateTime<Utc>,
    callsets: Vec<Callset>,
    state: TableState,
    tables: [OnceCell<Arc<TableState>>; TableName::ALL.len()],
    samples: OnceCell<Arc<Vec<Sample>>>,
    directory: OnceCell<Arc<SampleDirectory>>,
    cohorts: OnceCell<Arc<Vec<CohortRow>>>,
    loaded: Mutex<HashMap<LoadedTable, Arc<TableState>>>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Snapshot");
        out.field("uri", &self.inner.uri)
            .field("version", &self.inner.version);
        out.finish_non_exhaustive()
    }
}

impl Snapshot {
    pub(crate) async fn load(store: Store, uri: &str, as_of: Option<AsOf>) -> Result<Self> {
        let listing = Listing::read(store.as_ref(), TableName::Callsets).await?;
        let listing = listing.ok_or_else(|| Error::NoLake {
            uri: uri.to_owned(),
        })?;
        let version = match as_of {
            None => listing.latest(),
            Some(AsOf::Version(version)) if version <= listing.latest() => version,
            Some(AsOf::Version(version)) => {
                let latest = listing.latest();
                return Err(Error::NoSuchVersion {
                    uri: uri.to_owned(),
                    version,
                    latest,
                });
            }
            Some(AsOf::Timestamp(time)) => version_at(&store, uri, &listing, time).await?,
        };
        let state = listing.state(store.as_ref(), version).await?;
        check_format(uri, &state)?;
        let timestamp = match state.timestamp {
            Some(timestamp) => timestamp,
            // The version is a checkpoint's: its commit was not among the files read.
            None => {
                let commits = listing.commits(store.as_ref(), version, version).await?;
                commits
                    .first()
                    .map(log::Commit::timestamp)
                    .unwrap_or_default()
            }
        };
        let is_past = version < listing.latest();
        let callsets = match read_callsets(&store, &state).await {
            Err(error) if is_past && error.is_missing_object() => {
                let uri = uri.to_owned();
                return Err(Error::Vacuumed { uri, version });
            }
            read => read?,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                uri: uri.to_owned(),
                is_past,
                version,
                timestamp,
                callsets,
                state,
                tables: Default::default(),
                samples: OnceCell::new(),
                directory: OnceCell::new(),
                cohorts: OnceCell::new(),
                loaded: Mutex::default(),
            }),
        })
    }

    /// The lake's version: that of `callsets`.
    pub fn version(&self) -> u64 {
        self.inner.version
    }

    /// When that version was committed.
    pub fn timestamp(&self) -> DateTime<Utc> {
        self.inner.timestamp
    }

    /// The visible callsets, by block.
    pub fn callsets(&self) -> &[Callset] {
        &self.inner.callsets
    }

    /// A visible callset by name.
    pub fn callset(&self, name: &str) -> Option<&Callset> {
        self.inner.callsets.iter().find(|c| c.callset == name)
    }

    /// The files of a table that belong to visible callsets (all files for `cohorts`), by block of
    /// the callset, then contig, then position.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn files(&self, table: TableName) -> Result<Arc<Vec<DataFile>>> {
        let files = self.named_files(table).await?;
        self.check_has_files(table, &files)?;
        Ok(Arc::new(files))
    }

    /// The same, also where the log has no file of a callset.
    pub(crate) async fn named_files(&self, table: TableName) -> Result<Vec<DataFile>> {
        let state = self.table(table).await?;
        let order: HashMap<&str, u32> = self
            .callsets()
            .iter()
            .map(|c| (c.callset_id.as_str(), c.block))
            .collect();
        let files = state.files.values();
        let mut files: Vec<_> = files
            .map(|add| DataFile::try_new(table, add))
            .collect::<Result<_>>()?;
        files.retain(|f| table == TableName::Cohorts || order.contains_key(f.callset_id.as_str()));
        files.sort_by_cached_key(|f| {
            let rank = f.chrom.as_deref().map(contig_rank);
            let block = order.get(f.callset_id.as_str()).copied();
            (block, rank, f.chrom.clone(), f.min_pos, f.path.clone())
        });
        Ok(files)
    }

    /// A callset that is shown has files, unless a vacuum took them out of the log before the
    /// callset's own row, or the log has lost them.
    fn check_has_files(&self, table: TableName, files: &[DataFile]) -> Result<()> {
        let n_rows = |callset: &Callset| match table {
            TableName::CallsetVariants => callset.n_variants,
            TableName::Samples => callset.n_samples,
            _ => 0,
        };
        let kept: HashSet<&str> = files.iter().map(|file| file.callset_id.as_str()).collect();
        let is_whole = |c: &&Callset| n_rows(c) == 0 || kept.contains(c.callset_id.as_str());
        let Some(callset) = self.callsets().iter().find(|c| !is_whole(c)) else {
            return Ok(());
        };
        if self.inner.is_past {
            return Err(Error::Vacuumed {
                uri: self.inner.uri.clone(),
                version: self.inner.version,
            });
        }
        Err(Error::NoFiles {
            table: table.into(),
            callset: callset.callset.clone(),
        })
    }

    /// The schema of a table: the INFO, FORMAT and attribute fields of all callsets united, and
    /// `callset_id` last where it is in the path and not in the files.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn schema(&self, table: TableName) -> Result<SchemaRef> {
        let state = self.table(table).await?;
        let fields = without_notes(table_schema(&state)?.fields());
        let mut fields: Vec<_> = fields
            .iter()
            .filter(|f| f.name() != PARTITION_COLUMN)
            .cloned()
            .collect();
        if table.is_partitioned() || table == TableName::Callsets {
            let field = Arc::new(Field::new(PARTITION_COLUMN, DataType::Utf8, false));
            let at = if table.is_partitioned() {
                fields.len()
            } else {
                0
            };
            fields.insert(at, field);
        }
        Ok(Arc::new(Schema::new(fields)))
    }

    /// The samples of the visible callsets, by `sample_index`.
    ///
    /// # Errors
    /// When the files of `samples` cannot be read.
    pub async fn samples(&self) -> Result<Arc<Vec<Sample>>> {
        let samples = self
            .inner
            .samples
            .get_or_try_init(|| self.read_samples())
            .await?;
        Ok(Arc::clone(samples))
    }

    /// The sample blocks of the visible callsets, with karyotypes: what counting needs.
    ///
    /// # Errors
    /// When the files of `samples` cannot be read, or its blocks overlap.
    pub async fn directory(&self) -> Result<Arc<SampleDirectory>> {
        let directory = self
            .inner
            .directory
            .get_or_try_init(|| self.build_directory())
            .await?;
        Ok(Arc::clone(directory))
    }

    /// The named cohorts, by name, with those of their members that this snapshot shows. They are
    /// not versioned with the callsets: this is the latest state, also of a snapshot of the past.
    ///
    /// # Errors
    /// When the files of `cohorts` cannot be read.
    pub async fn cohorts(&self) -> Result<Arc<Vec<CohortRow>>> {
        let cohorts = self.inner.cohorts.get_or_try_init(|| async {
            let state = self.table(TableName::Cohorts).await?;
            let batches = read_small_files(&self.inner.store, &state).await?;
            let rows = batches
                .iter()
                .flat_map(|b| (0..b.num_rows()).map(move |row| (b, row)));
            let cohorts: Result<Vec<_>> = rows.map(|(b, row)| rows::cohort_from(b, row)).collect();
            let shown = cohorts?.into_iter().map(|row| self.shown(row));
            let mut cohorts: Vec<_> = shown.collect();
            cohorts.sort_by(|a, b| a.cohort.cmp(&b.cohort));
            Ok::<_, Error>(Arc::new(cohorts))
        });
        Ok(Arc::clone(cohorts.await?))
    }

    /// The same as rows of `cohorts`.
    ///
    /// # Errors
    /// When the files of `cohorts` cannot be read.
    pub async fn cohort_rows(&self) -> Result<RecordBatch> {
        rows::cohorts_batch(&self.cohorts().await?)
    }

    /// A cohort with those of its members whose callset is visible: it keeps the others for the
    /// versions that show them.
    fn shown(&self, mut row: CohortRow) -> CohortRow {
        if let Ok(members) = Cohort::deserialize(&row.members) {
            let shown = people::visible(&members, self.callsets());
            if shown.len() != members.len() {
                row.members = shown.serialize();
            }
            row.size = shown.len();
        }
        row
    }

    /// The state of a table: of `callsets` at this version, of the others now, since their files
    /// outlive what the retained versions of `callsets` need.
    pub(crate) async fn table(&self, table: TableName) -> Result<Arc<TableState>> {
        let index = TableName::ALL
            .iter()
            .position(|t| *t == table)
            .unwrap_or_default();
        let state = self.inner.tables[index].get_or_try_init(|| async {
            if table == TableName::Callsets {
                return Ok(Arc::new(self.inner.state.clone()));
            }
            let state = log::latest(self.inner.store.as_ref(), table).await?;
            state.map(Arc::new).ok_or_else(|| Error::NoLake {
                uri: self.inner.uri.clone(),
            })
        });
        Ok(Arc::clone(state.await?))
    }

    async fn read_samples(&self) -> Result<Arc<Vec<Sample>>> {
        let columns = [
            "callset",
            "block",
            "sample_index",
            "sample_id",
            "person_id",
            "sex_karyotype",
        ];
        let files = self.files(TableName::Samples).await?;
        // Owned items: the compiler cannot show futures over borrowed ones to be `Send`.
        let files: Vec<DataFile> = files.iter().cloned().collect();
        let store = &self.inner.store;
        let read: Vec<Vec<Sample>> = futures::stream::iter(files)
            .map(|file| async move {
                let path = Path::from(file.path.as_str());
                let bytes = log::get(store.as_ref(), &path).await?;
                let batches = rows::read_parquet(&file.path, bytes, Some(&columns))?;
                let samples = batches
                    .iter()
                    .map(|b| rows::samples_from(b, &file.callset_id));
                Ok::<_, Error>(
                    samples
                        .collect::<Result<Vec<_>>>()?
                        .into_iter()
                        .flatten()
                        .collect(),
                )
            })
            .buffered(READS_IN_FLIGHT)
            .try_collect()
            .await?;
        let mut samples: Vec<Sample> = read.into_iter().flatten().collect();
        samples.sort_by_key(|s| s.sample_index);
        Ok(Arc::new(samples))
    }

    /// Reads karyotypes only: a count should not wait for the names of a million samples.
    async fn build_directory(&self) -> Result<Arc<SampleDirectory>> {
        let files = self.files(TableName::Samples).await?;
        let callsets = self.callsets().iter().map(|callset| {
            let of_callset = files.iter().find(|f| f.callset_id == callset.callset_id);
            let path = of_callset.map(|f| f.path.clone());
            (callset.block, callset.base_sample_index, path)
        });
        let callsets: Vec<_> = callsets.collect();
        let store = &self.inner.store;
        let blocks: Vec<SampleBlock> = futures::stream::iter(callsets)
            .map(|(block, base, path)| async move {
                let karyotypes = match path {
                    Some(path) => read_karyotypes(store, &path).await?,
                    None => Vec::new(),
                };
                Ok::<_, Error>(SampleBlock::new(block, base, karyotypes))
            })
            .buffered(READS_IN_FLIGHT)
            .try_collect()
            .await?;
        let directory = SampleDirectory::new(blocks);
        directory.map(Arc::new).map_err(|e| Error::Rows {
            table: TableName::Samples.into(),
            problem: e.to_string(),
        })
    }
}

async fn read_karyotypes(store: &Store, path: &str) -> Result<Vec<SexKaryotype>> {
    let bytes = log::get(store.as_ref(), &Path::from(path)).await?;
    let batches = rows::read_parquet(path, bytes, Some(&["sex_karyotype"]))?;
    let karyotypes: Result<Vec<_>> = batches.iter().map(rows::karyotypes_from).collect();
    Ok(karyotypes?.into_iter().flatten().collect())
}

async fn version_at(
    store: &Store,
    uri: &str,
    listing: &Listing,
    time: DateTime<Utc>,
) -> Result<u64> {
    let commits = listing.commits(store.as_ref(), 0, listing.latest()).await?;
    let until = commits.iter().take_while(|c| c.timestamp() <= time).last();
    until
        .map(|c| c.version)
        .ok_or_else(|| Error::BeforeFirstVersion {
            uri: uri.to_owned(),
            timestamp: time.to_rfc3339(),
            earliest: commits
                .first()
                .map(|c| c.timestamp().to_rfc3339())
                .unwrap_or_default(),
        })
}

fn check_format(uri: &str, state: &TableState) -> Result<()> {
    let found = state
        .metadata
        .configuration
        .get(FORMAT_KEY)
        .and_then(|f| f.parse().ok());
    match found {
        Some(found) if found > FORMAT_VERSION => Err(Error::NewerFormat {
            uri: uri.to_owned(),
            found,
            supported: FORMAT_VERSION,
        }),
        _ => Ok(()),
    }
}

async fn read_callsets(store: &Store, state: &TableState) -> Result<Vec<Callset>> {
    let batches = read_small_files(store, state).await?;
    let rows = batches
        .iter()
        .flat_map(|b| (0..b.num_rows()).map(move |row| (b, row)));
    let callsets: Result<Vec<_>> = rows.map(|(b, row)| rows::callset_from(b, row)).collect();
    let mut callsets = callsets?;
    callsets.sort_by_key(|c| c.block);
    Ok(callsets)
}

async fn read_small_files(store: &Store, state: &TableState) -> Result<Vec<RecordBatch>> {
    let table = state.table.folder();
    let table = table.as_str();
    let files: Vec<String> = state.files.keys().cloned().collect();
    let read: Vec<_> = futures::stream::iter(files)
        .map(|file| async move {
            let path = format!("{table}/{file}");
            let bytes = log::get(store.as_ref(), &Path::from(path.as_str())).await?;
            rows::read_parquet(&path, bytes, None)
        })
        .buffered(READS_IN_FLIGHT)
        .try_collect()
        .await?;
    Ok(read.into_iter().flatten().collect())
}
