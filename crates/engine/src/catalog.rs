//! The tables of a lake, made when they are first asked for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreUrl;
use kohort_functions::{FunctionContext, IdBlock, KohortOptions, Samples};
use kohort_genotype::SampleDirectory;
use kohort_lake::Snapshot;
use kohort_schema::{LoadedTable, TableName};
use tokio::sync::OnceCell;

use crate::calls::CallsTable;
use crate::file_table::{FileTable, ScanNotes};
use crate::merge::MergedVariants;
use crate::session::Files;
use crate::variants::variants_plan;

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

/// The tables of one state of a lake.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// The state of the lake; none in a session without one.
    snapshot: Option<Snapshot>,
    pub(crate) functions: Arc<FunctionContext>,
    pub(crate) store: ObjectStoreUrl,
    pub(crate) notes: ScanNotes,
    options: RwLock<KohortOptions>,
    tables: [OnceCell<Arc<FileTable>>; TableName::ALL.len()],
    samples: OnceCell<Arc<Samples>>,
    /// Tables and views that a user made in this session.
    own: Arc<MemorySchemaProvider>,
    files: Option<Arc<Files>>,
}

impl Catalog {
    pub(crate) fn new(
        snapshot: Option<Snapshot>,
        store: ObjectStoreUrl,
        notes: ScanNotes,
        functions: Arc<FunctionContext>,
        own: Arc<MemorySchemaProvider>,
        files: Option<Arc<Files>>,
    ) -> Self {
        Self {
            snapshot,
            functions,
            store,
            notes,
            options: RwLock::default(),
            tables: Default::default(),
            samples: OnceCell::new(),
            own,
            files,
        }
    }

    /// The state of the lake.
    ///
    /// # Errors
    /// The session has no lake.
    pub(crate) fn snapshot(&self) -> Result<&Snapshot> {
        self.snapshot
            .as_ref()
            .ok_or_else(|| no_lake("the statement"))
    }

    pub(crate) fn own(&self) -> &Arc<MemorySchemaProvider> {
        &self.own
    }

    /// The options that views are made with.
    pub(crate) fn set_options(&self, options: KohortOptions) {
        *self.options.write().unwrap_or_else(PoisonError::into_inner) = options;
    }

    pub(crate) fn options(&self) -> KohortOptions {
        *self.options.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stored table.
    pub(crate) async fn file_table(&self, table: TableName) -> Result<Arc<FileTable>> {
        let at = TableName::ALL
            .iter()
            .position(|name| *name == table)
            .unwrap_or_default();
        let made = self.tables[at].get_or_try_init(|| async {
            let snapshot = self.snapshot()?;
            let schema = snapshot.schema(table).await.map_err(external)?;
            let files = snapshot.files(table).await.map_err(external)?;
            let callsets: HashMap<String, String> = snapshot
                .callsets()
                .iter()
                .map(|callset| (callset.callset_id.clone(), callset.callset.clone()))
                .collect();
            let (store, notes) = (self.store.clone(), Arc::clone(&self.notes));
            Ok::<_, DataFusionError>(Arc::new(FileTable::new(
                table, &schema, files, callsets, store, notes,
            )))
        });
        Ok(Arc::clone(made.await?))
    }

    /// A table that a user has loaded into the lake.
    pub(crate) async fn loaded_table(&self, table: &LoadedTable) -> Result<Option<Arc<FileTable>>> {
        let Some(snapshot) = &self.snapshot else {
            return Ok(None);
        };
        let schema = snapshot.loaded_schema(table).await.map_err(external)?;
        let files = snapshot.loaded_files(table).await.map_err(external)?;
        let (Some(schema), Some(files)) = (schema, files) else {
            return Ok(None);
        };
        let (store, notes) = (self.store.clone(), Arc::clone(&self.notes));
        let callsets = HashMap::new();
        let table = FileTable::new(table, &schema, files, callsets, store, notes);
        Ok(Some(Arc::new(table)))
    }

    /// The samples, told to the functions too.
    pub(crate) async fn samples(&self) -> Result<Arc<Samples>> {
        let samples = self.samples.get_or_try_init(|| async {
            let Some(snapshot) = &self.snapshot else {
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
        let samples = Arc::clone(samples.await?);
        self.functions.set_samples(Arc::clone(&samples));
        Ok(samples)
    }

    /// Tells the functions the named cohorts.
    pub(crate) async fn load_cohorts(&self) -> Result<()> {
        let Some(snapshot) = &self.snapshot else {
            self.functions.set_cohorts(HashMap::new());
            return Ok(());
        };
        let cohorts = snapshot.cohorts().await.map_err(external)?;
        self.functions.set_cohorts(
            cohorts
                .iter()
                .map(|row| (row.cohort.clone(), row.members.clone()))
                .collect(),
        );
        Ok(())
    }

    /// `cohorts`, with the members and sizes that this state of the lake shows: the files also keep
    /// samples of callsets that were replaced, for the versions that show those.
    async fn cohorts(&self) -> Result<MemTable> {
        let rows = self.snapshot()?.cohort_rows().await.map_err(external)?;
        MemTable::try_new(rows.schema(), vec![vec![rows]])
    }

    /// `variants` under the session's options, as the plan that it stands for.
    pub(crate) async fn variants(&self) -> Result<ViewTable> {
        let stored = self.file_table(TableName::CallsetVariants).await?;
        let options = self.options();
        let snapshot = self.snapshot()?;
        let source: Arc<dyn TableProvider> = match snapshot.callsets().len() {
            0 | 1 => stored,
            _ => Arc::new(MergedVariants::new(stored, snapshot)?),
        };
        Ok(ViewTable::new(
            variants_plan(source, options, &self.functions)?,
            None,
        ))
    }
}

/// What needs a lake, and the session has none.
pub(crate) fn no_lake(what: &str) -> DataFusionError {
    DataFusionError::Plan(format!(
        "{what} needs a lake, and this session has none; `--lake URI` opens one"
    ))
}

#[async_trait]
impl SchemaProvider for Catalog {
    fn table_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        if self.snapshot.is_some() {
            names.extend(TABLES.iter().map(ToString::to_string));
        }
        names.extend(self.own.table_names());
        names
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_of_lake(name) {
            return Ok(Some(match name {
                "variants" => Arc::new(self.variants().await?),
                "calls" => Arc::new(CallsTable::new(self).await?),
                "cohorts" => Arc::new(self.cohorts().await?),
                stored => self.file_table(stored.parse().map_err(external)?).await?,
            }));
        }
        if let Some(own) = self.own.table(name).await? {
            return Ok(Some(own));
        }
        match &self.files {
            Some(files) => files.table(name).await,
            None => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.is_of_lake(name) || self.own.table_exist(name)
    }

    fn register_table(
        &self,
        name: String,
        table: Arc<dyn TableProvider>,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_of_lake(&name) {
            return datafusion::common::plan_err!("`{name}` is a table of the lake");
        }
        self.own.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_of_lake(name) {
            return datafusion::common::plan_err!("`{name}` is a table of the lake: not dropped");
        }
        self.own.deregister_table(name)
    }
}

impl Catalog {
    /// Whether a name is that of a table of the session's lake.
    fn is_of_lake(&self, name: &str) -> bool {
        self.snapshot.is_some() && TABLES.contains(&name)
    }
}

/// Hands an error of the lake to DataFusion.
pub(crate) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
