//! The tables of one state of a lake, made when they are first asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::catalog::TableProvider;
use datafusion::common::Result;
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::error::DataFusionError;
use kohort_functions::{
    Cohorts, ContextKey, FunctionContext, IdBlock, KohortOptions, LakeFacts, Samples,
};
use kohort_genotype::SampleDirectory;
use kohort_lake::Snapshot;
use kohort_schema::{LoadedTable, TableName};
use tokio::sync::OnceCell;

use crate::file_table::FileTable;
use crate::merge::MergedVariants;
use crate::reference::LakePlaces;
use crate::resources::LakeStore;
use crate::variants::variants_plan;
use crate::waiting::wait;

/// Every table of a lake, by name.
pub(crate) const TABLES: [&str; 7] = [
    "variants",
    "callset_variants",
    "calls",
    "call_fields",
    "samples",
    "callsets",
    "cohorts",
];

/// A state of a lake, and where its files are.
#[derive(Debug)]
struct State {
    lake: String,
    snapshot: Snapshot,
    store: LakeStore,
    /// Which reading of the lake it is: cohorts have no versions, and may differ from one to the
    /// next.
    reading: u64,
}

/// What is read of a version of a lake, once for all who read that version.
#[derive(Debug, Default)]
pub(crate) struct OfVersion {
    tables: [OnceCell<Arc<FileTable>>; TableName::ALL.len()],
    samples: OnceCell<Arc<Samples>>,
}

/// The tables of one state of a lake. Nothing of it changes: what is read is kept.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// None in a session without a lake.
    state: Option<State>,
    of_version: Arc<OfVersion>,
    cohorts: OnceCell<Arc<Cohorts>>,
}

impl Catalog {
    pub(crate) fn new(
        lake: String,
        snapshot: Snapshot,
        store: LakeStore,
        of_version: Arc<OfVersion>,
    ) -> Self {
        static READINGS: AtomicU64 = AtomicU64::new(0);
        let state = State {
            lake,
            snapshot,
            store,
            reading: READINGS.fetch_add(1, Ordering::Relaxed),
        };
        Self {
            state: Some(state),
            of_version,
            cohorts: OnceCell::new(),
        }
    }

    fn state(&self) -> Result<&State> {
        self.state.as_ref().ok_or_else(|| no_lake("the statement"))
    }

    /// The state of the lake.
    ///
    /// # Errors
    /// The session has no lake.
    pub(crate) fn snapshot(&self) -> Result<&Snapshot> {
        Ok(&self.state()?.snapshot)
    }

    /// A stored table.
    pub(crate) async fn file_table(&self, table: TableName) -> Result<Arc<FileTable>> {
        let at = TableName::ALL
            .iter()
            .position(|name| *name == table)
            .unwrap_or_default();
        let made = self.of_version.tables[at].get_or_try_init(|| async {
            let State {
                snapshot, store, ..
            } = self.state()?;
            let schema = snapshot.schema(table).await.map_err(external)?;
            let files = snapshot.files(table).await.map_err(external)?;
            let callsets: HashMap<String, String> = snapshot
                .callsets()
                .iter()
                .map(|callset| (callset.callset_id.clone(), callset.callset.clone()))
                .collect();
            let made = FileTable::new(table, &schema, files, callsets, store.clone());
            Ok::<_, DataFusionError>(Arc::new(made))
        });
        Ok(Arc::clone(made.await?))
    }

    /// A table that a user has loaded into the lake.
    pub(crate) async fn loaded_table(&self, table: &LoadedTable) -> Result<Option<Arc<FileTable>>> {
        let Some(State {
            snapshot, store, ..
        }) = &self.state
        else {
            return Ok(None);
        };
        let schema = snapshot.loaded_schema(table).await.map_err(external)?;
        let files = snapshot.loaded_files(table).await.map_err(external)?;
        let (Some(schema), Some(files)) = (schema, files) else {
            return Ok(None);
        };
        let table = FileTable::new(table, &schema, files, HashMap::new(), store.clone());
        Ok(Some(Arc::new(table)))
    }

    /// The samples.
    pub(crate) async fn samples(&self) -> Result<Arc<Samples>> {
        let samples = self.of_version.samples.get_or_try_init(|| async {
            let Some(State { snapshot, .. }) = &self.state else {
                let nobody = SampleDirectory::new(vec![]).map_err(external)?;
                return Ok(Arc::new(Samples::new(Arc::new(nobody), vec![])));
            };
            let directory = snapshot.directory().await.map_err(external)?;
            let rows = snapshot.samples().await.map_err(external)?;
            let mut blocks: Vec<IdBlock> = Vec::new();
            let mut block = None;
            for row in rows.iter() {
                match blocks.last_mut() {
                    Some(last) if block == Some(row.block) => last.ids.push(row.sample_id.clone()),
                    _ => blocks.push(IdBlock {
                        base: row.sample_index,
                        ids: vec![row.sample_id.clone()],
                    }),
                }
                block = Some(row.block);
            }
            Ok::<_, DataFusionError>(Arc::new(Samples::new(directory, blocks)))
        });
        Ok(Arc::clone(samples.await?))
    }

    /// The members of the named cohorts.
    pub(crate) async fn members(&self) -> Result<Arc<Cohorts>> {
        let cohorts = self.cohorts.get_or_try_init(|| async {
            let Some(State { snapshot, .. }) = &self.state else {
                return Ok(Arc::default());
            };
            let rows = snapshot.cohorts().await.map_err(external)?;
            let members = rows
                .iter()
                .map(|row| (row.cohort.clone(), row.members.clone()));
            Ok::<_, DataFusionError>(Arc::new(members.collect()))
        });
        Ok(Arc::clone(cohorts.await?))
    }

    /// Whether a name is that of a table of the lake.
    pub(crate) fn has_table(&self, name: &str) -> bool {
        self.state.is_some() && TABLES.contains(&name)
    }
}

impl LakeFacts for Catalog {
    fn samples(&self) -> Result<Arc<Samples>> {
        match self.of_version.samples.get() {
            Some(samples) => Ok(Arc::clone(samples)),
            None => wait(Catalog::samples(self)),
        }
    }

    fn cohorts(&self) -> Result<Arc<Cohorts>> {
        match self.cohorts.get() {
            Some(cohorts) => Ok(Arc::clone(cohorts)),
            None => wait(self.members()),
        }
    }
}

/// What one statement sees of a lake, and the rules that it counts by. It never changes.
#[derive(Debug)]
pub(crate) struct LakeView {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) options: KohortOptions,
    pub(crate) functions: Arc<FunctionContext>,
}

impl LakeView {
    pub(crate) fn new(catalog: Arc<Catalog>, options: KohortOptions, memory_limit: usize) -> Self {
        let places = LakePlaces::new(catalog.snapshot().ok(), options.reference_genome);
        let state = catalog.state.as_ref();
        let key = ContextKey {
            lake: state.map(|state| state.lake.clone()),
            version: state.map(|state| state.snapshot.version()),
            reading: state.map(|state| state.reading),
            reference_genome: options.reference_genome.map(|g| g.as_str().to_owned()),
        };
        let facts = Arc::clone(&catalog) as Arc<dyn LakeFacts>;
        let functions = FunctionContext::new(key, facts, Arc::new(places), memory_limit);
        Self {
            catalog,
            options,
            functions: Arc::new(functions),
        }
    }

    /// `variants` under the statement's options, as the plan that it stands for.
    pub(crate) async fn variants(&self) -> Result<ViewTable> {
        let stored = self.catalog.file_table(TableName::CallsetVariants).await?;
        let snapshot = self.catalog.snapshot()?;
        let source: Arc<dyn TableProvider> = match snapshot.callsets().len() {
            0 | 1 => stored,
            _ => Arc::new(MergedVariants::new(stored, snapshot)?),
        };
        let plan = variants_plan(source, self.options, &self.functions)?;
        Ok(ViewTable::new(plan, None))
    }

    /// `cohorts`, with the members and sizes that this state of the lake shows: the files also keep
    /// samples of callsets that were replaced, for the versions that show those.
    pub(crate) async fn cohorts(&self) -> Result<MemTable> {
        let rows = self.catalog.snapshot()?.cohort_rows().await;
        let rows = rows.map_err(external)?;
        MemTable::try_new(rows.schema(), vec![vec![rows]])
    }
}

/// What needs a lake, and the session has none.
pub(crate) fn no_lake(what: &str) -> DataFusionError {
    DataFusionError::Plan(format!(
        "{what} needs a lake, and this session has none; `--lake URI` opens one"
    ))
}

/// Hands an error of the lake to DataFusion.
pub(crate) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
