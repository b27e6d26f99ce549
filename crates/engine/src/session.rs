//! A session: one view of a lake, its settings, and the statements that run in it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider,
};
use datafusion::datasource::ViewTable;
use datafusion::error::DataFusionError;
use datafusion::execution::config::SessionConfig;
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Documentation, LogicalPlan, Statement as LogicalStatement};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as SqlStatement;
use kohort_functions::{FunctionContext, FunctionDoc, KohortOptions};
use kohort_lake::{AsOf, Lake};
use kohort_schema::TableName;
use kohort_schema::tables::{CALLS, VARIANTS};

use crate::catalog::Catalog;
use crate::contig_aliases::ContigAliases;
use crate::file_table::ScanNotes;
use crate::reference::{self, LakePlaces, ReferenceSchema};
use crate::statement::{Statement, parse, split_statements};
use crate::strata::{self, AlleleFrequencyBy, SumStrata};
use crate::views::{self, View, Views};
use crate::{Error, explain, rewrite, shorthand};

const CATALOG: &str = "kohort";
const SCHEMA: &str = "public";
const STORE: &str = "kohort://lake";

/// What sorts, joins and aggregates may hold where the machine does not tell its memory.
const DEFAULT_MEMORY_BYTES: usize = 4 << 30;

/// Consumers of memory that an error names.
const NAMED_CONSUMERS: std::num::NonZeroUsize = match std::num::NonZeroUsize::new(3) {
    Some(n) => n,
    None => std::num::NonZeroUsize::MIN,
};

/// Parquet files larger than this are read by several threads.
const SPLIT_FILES_BYTES: usize = 1 << 20;

/// What a session may use and sees.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// The state of the lake to read; the latest when absent.
    pub as_of: Option<AsOf>,
    /// Settings as by `SET`: (`kohort.unknown_sex`, `as_called`).
    pub settings: Vec<(String, String)>,
    /// Threads to use; all cores when absent.
    pub threads: Option<usize>,
    /// Bytes that sorts, joins and aggregates may hold before they spill; half of the memory when
    /// absent.
    pub memory_limit_bytes: Option<usize>,
    /// Who asks: recorded in `cohorts.created_by`.
    pub user: Option<String>,
}

/// What one statement gave.
#[non_exhaustive]
pub enum Outcome {
    /// Rows, produced as they are read.
    Rows {
        /// The columns.
        schema: SchemaRef,
        /// The rows.
        stream: SendableRecordBatchStream,
    },
    /// The statement did something and has no rows.
    Done {
        /// What was done, for a person.
        message: String,
    },
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { schema, .. } => f.debug_tuple("Rows").field(schema).finish(),
            Self::Done { message } => f.debug_tuple("Done").field(message).finish(),
        }
    }
}

/// A table that a session shows.
#[derive(Debug, Clone)]
pub struct TableInfo {
    /// Name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Columns.
    pub schema: SchemaRef,
}

/// A function that a session knows.
#[derive(Debug, Clone)]
pub struct FunctionInfo {
    /// Name.
    pub name: String,
    /// How it is called: `allele_stats(genotypes [, cohort])`.
    pub syntax: String,
    /// One sentence.
    pub description: String,
    /// One of Kohort's own, not DataFusion's.
    pub is_own: bool,
}

/// A view of one state of a lake that statements run in.
pub struct Session {
    pub(crate) lake: Lake,
    as_of: Option<AsOf>,
    pub(crate) user: Option<String>,
    context: SessionContext,
    functions: Arc<FunctionContext>,
    notes: ScanNotes,
    store: ObjectStoreUrl,
    catalog: RwLock<Arc<Catalog>>,
    views: Arc<Views>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("lake", &self.lake.uri())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a session on a state of a lake. Tables are read when statements name them.
    ///
    /// # Errors
    /// There is no lake, or no such state of it; a setting that does not exist or takes no such
    /// value.
    pub async fn open(lake: &Lake, options: SessionOptions) -> Result<Self, Error> {
        let snapshot = lake.snapshot(options.as_of).await?;
        let functions = Arc::new(FunctionContext::default());
        let state = session_state(&options, lake, &functions)?;
        let notes = ScanNotes::default();
        let store = ObjectStoreUrl::parse(STORE)?;
        let own = Arc::new(MemorySchemaProvider::new());
        let catalog = Arc::new(Catalog::new(
            snapshot,
            store.clone(),
            Arc::clone(&notes),
            Arc::clone(&functions),
            own,
        ));
        let session = Self {
            lake: lake.clone(),
            as_of: options.as_of,
            user: options.user,
            context: SessionContext::new_with_state(state),
            functions,
            notes,
            store,
            catalog: RwLock::new(Arc::clone(&catalog)),
            views: Arc::default(),
        };
        session.show(catalog)?;
        Ok(session)
    }

    /// The lake's version that the session reads.
    pub fn version(&self) -> u64 {
        self.catalog().snapshot.version()
    }

    /// Reads the lake's state anew, as after a change by another program.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub async fn refresh(&self) -> Result<(), Error> {
        let snapshot = self.lake.snapshot(self.as_of).await?;
        let own = Arc::clone(self.catalog().own());
        let catalog = Arc::new(Catalog::new(
            snapshot,
            self.store.clone(),
            Arc::clone(&self.notes),
            Arc::clone(&self.functions),
            own,
        ));
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&catalog);
        self.show(catalog)
    }

    /// Runs the statements of a text, one after another.
    ///
    /// # Errors
    /// The first statement that fails; those before it have run.
    pub async fn execute(&self, sql: &str) -> Result<Vec<Outcome>, Error> {
        let mut outcomes = Vec::new();
        for statement in split_statements(sql)? {
            outcomes.push(self.execute_one(&statement).await?);
        }
        Ok(outcomes)
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// [`Error::blame`] tells whose fault it is.
    pub async fn execute_one(&self, statement: &str) -> Result<Outcome, Error> {
        match parse(statement)? {
            Statement::CreateCohort {
                name,
                query,
                if_exists,
            } => self.create_cohort(&name, &query, if_exists).await,
            Statement::DropCohort { name, if_exists } => self.drop_cohort(&name, if_exists).await,
            Statement::Sql(sql) => Box::pin(self.run(&sql)).await,
        }
    }

    /// The tables, for completion and `\d`.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub async fn tables(&self) -> Result<Vec<TableInfo>, Error> {
        let catalog = self.catalog();
        let mut tables = Vec::new();
        for name in catalog.table_names() {
            let Some(table) = catalog.table(&name).await? else {
                continue;
            };
            let row_is = match name.as_str() {
                "variants" => VARIANTS.row_is,
                "calls" => CALLS.row_is,
                other => other
                    .parse::<TableName>()
                    .map_or("", |table| table.table().row_is),
            };
            let description = match row_is {
                "" => String::new(),
                row_is => format!("one row is {row_is}"),
            };
            tables.push(TableInfo {
                name,
                description,
                schema: table.schema(),
            });
        }
        tables.extend(reference::tables().await?);
        for view in views::SHIPPED {
            let name = format!("{}.{}", views::SCHEMA, view.name);
            // A view over tables that the lake has not is none of its tables.
            if let Ok(plan) = self.plan(&format!("SELECT * FROM {name}")).await {
                tables.push(TableInfo {
                    name,
                    description: view.description(),
                    schema: Arc::clone(plan.schema().inner()),
                });
            }
        }
        Ok(tables)
    }

    /// The functions, for completion and `\df`: Kohort's own first.
    pub fn functions(&self) -> Vec<FunctionInfo> {
        let info = |name: &str, doc: Option<&Documentation>, is_own: bool| FunctionInfo {
            name: name.to_string(),
            syntax: doc.map_or_else(|| format!("{name}(…)"), |doc| doc.syntax_example.clone()),
            description: doc.map_or_else(String::new, |doc| first_sentence(&doc.description)),
            is_own,
        };
        let own = functions_documentation();
        let mut functions: Vec<FunctionInfo> = own
            .iter()
            .map(|doc| info(doc.name, Some(&doc.entry), true))
            .collect();
        let state = self.context.state();
        let scalar = state
            .scalar_functions()
            .values()
            .map(|f| (f.name(), f.documentation()));
        let aggregate = state
            .aggregate_functions()
            .values()
            .map(|f| (f.name(), f.documentation()));
        let window = state
            .window_functions()
            .values()
            .map(|f| (f.name(), f.documentation()));
        let mut others: Vec<FunctionInfo> = scalar
            .chain(aggregate)
            .chain(window)
            .filter(|(name, _)| !own.iter().any(|doc| doc.name == *name) && *name != "cohort_named")
            .map(|(name, doc)| info(name, doc, false))
            .collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others.dedup_by(|a, b| a.name == b.name);
        functions.extend(others);
        functions
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the tables of a catalog those of the session.
    fn show(&self, catalog: Arc<Catalog>) -> Result<(), Error> {
        let tables = MemoryCatalogProvider::new();
        tables.register_schema(SCHEMA, Arc::clone(&catalog) as Arc<dyn SchemaProvider>)?;
        tables.register_schema(reference::SCHEMA, Arc::new(ReferenceSchema))?;
        let views = Arc::clone(&self.views);
        tables.register_schema(views::SCHEMA, views)?;
        self.context.register_catalog(CATALOG, Arc::new(tables));
        self.context
            .register_udtf(strata::NAME, Arc::new(AlleleFrequencyBy { catalog }));
        Ok(())
    }

    /// The plan of a statement.
    pub(crate) async fn plan(&self, sql: &str) -> Result<LogicalPlan, Error> {
        let catalog = self.catalog();
        let state = self.context.state();
        let options = KohortOptions::of(state.config_options());
        catalog.set_options(options);
        let places = LakePlaces::new(&catalog.snapshot, options.reference_genome);
        self.functions.set_places(Arc::new(places));
        self.notes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        for view in View::named_in(sql) {
            let planned = self.plan_text(view.sql).await;
            let plan = planned.map_err(|error| error.in_view(views::SCHEMA, view.name))?;
            let table = ViewTable::new(plan, Some(view.sql.to_owned()));
            self.views.set(view, Arc::new(table));
        }
        self.plan_text(sql).await
    }

    /// The plan of a statement whose views are known.
    async fn plan_text(&self, sql: &str) -> Result<LogicalPlan, Error> {
        let catalog = self.catalog();
        let state = self.context.state();
        let options = KohortOptions::of(state.config_options());
        load_what_is_named(&catalog, sql, options).await?;
        let dialect = state.config_options().sql_parser.dialect;
        let mut statement = state.sql_to_statement(sql, &dialect)?;
        let mut cohorts = HashMap::new();
        if sql.to_lowercase().contains("cohort_flow") {
            let rows = catalog.snapshot.cohorts().await?;
            cohorts.extend(rows.iter().map(|row| (row.cohort.clone(), row.sql.clone())));
        }
        expand_all(&mut statement, &cohorts)?;
        let is_aggregate = |name: &str| state.aggregate_functions().contains_key(name);
        rewrite_all(&mut statement, &is_aggregate)?;
        Ok(state.statement_to_plan(statement).await?)
    }

    /// The rows of a query.
    pub(crate) async fn query(&self, sql: &str) -> Result<SendableRecordBatchStream, Error> {
        let plan = self.plan(sql).await?;
        let frame = self.context.execute_logical_plan(plan).await?;
        Ok(frame.execute_stream().await?)
    }

    async fn run(&self, sql: &str) -> Result<Outcome, Error> {
        let plan = self.plan(sql).await?;
        let done = match &plan {
            LogicalPlan::Statement(LogicalStatement::SetVariable(set)) => {
                Some(format!("{} = {}", set.variable, set.value))
            }
            LogicalPlan::Statement(_) => Some("done".to_string()),
            LogicalPlan::Ddl(ddl) => Some(ddl.name().to_lowercase()),
            _ => None,
        };
        let explained = matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
        let frame = self.context.execute_logical_plan(plan).await?;
        if let Some(message) = done {
            frame.collect().await?;
            return Ok(Outcome::Done { message });
        }
        let stream = frame.execute_stream().await?;
        let stream = match explained {
            true => {
                let options = KohortOptions::of(self.context.state().config_options());
                explain::with_notes(stream, options, &self.notes).await?
            }
            false => stream,
        };
        Ok(Outcome::Rows {
            schema: stream.schema(),
            stream,
        })
    }
}

/// The reference entries of all functions of Kohort's own.
pub fn functions_documentation() -> Vec<FunctionDoc> {
    let mut functions = kohort_functions::documentation();
    functions.insert(2, strata::documentation());
    functions.extend(shorthand::documentation());
    functions
}

fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => line.to_string(),
    }
}

/// Reads what a statement names before it is planned: planning cannot wait, and functions cannot
/// read. Naming more than is used costs time only.
async fn load_what_is_named(
    catalog: &Catalog,
    sql: &str,
    options: KohortOptions,
) -> Result<(), Error> {
    const ABOUT_SAMPLES: [&str; 5] = [
        "allele_",
        "carriers",
        "genotype_of",
        "cohort",
        "all_samples",
    ];
    let sql = sql.to_lowercase();
    let has_calls = sql
        .match_indices("calls")
        .any(|(at, _)| !sql[at..].starts_with("callset"));
    let counts_variants = sql.contains("variants") && !options.stored_counts_hold();
    let about_samples = ABOUT_SAMPLES.iter().any(|name| sql.contains(name));
    if counts_variants || has_calls || about_samples {
        catalog.samples().await?;
    }
    if sql.contains("cohort") {
        catalog.load_cohorts().await?;
    }
    let has_strata = sql.contains(strata::NAME);
    for table in TableName::ALL {
        let is_needed = match table {
            TableName::Samples => has_strata,
            TableName::CallsetVariants => has_strata || has_calls,
            TableName::CallFields => has_calls,
            TableName::Callsets | TableName::Cohorts => false,
        };
        if is_needed || sql.contains(table.as_str()) {
            catalog.file_table(table).await?;
        }
    }
    Ok(())
}

/// Writes shorthands out, in what an `EXPLAIN` or `COPY` is about too.
fn expand_all(
    statement: &mut SqlStatement,
    cohorts: &HashMap<String, String>,
) -> Result<(), DataFusionError> {
    match statement {
        SqlStatement::Statement(statement) => shorthand::expand(statement, cohorts),
        SqlStatement::Explain(explain) => expand_all(&mut explain.statement, cohorts),
        SqlStatement::CopyTo(copy) => {
            use datafusion::sql::parser::CopyToSource;
            use datafusion::sql::sqlparser::ast::Statement;
            if let CopyToSource::Query(query) = &mut copy.source {
                let mut statement = Statement::Query(query.clone());
                shorthand::expand(&mut statement, cohorts)?;
                if let Statement::Query(expanded) = statement {
                    *query = expanded;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn rewrite_all(
    statement: &mut SqlStatement,
    is_aggregate: &dyn Fn(&str) -> bool,
) -> Result<(), DataFusionError> {
    match statement {
        SqlStatement::Statement(statement) => rewrite::rewrite(statement, is_aggregate)?,
        SqlStatement::Explain(explain) => rewrite_all(&mut explain.statement, is_aggregate)?,
        SqlStatement::CopyTo(copy) => {
            if let datafusion::sql::parser::CopyToSource::Query(query) = &mut copy.source {
                let mut statement =
                    datafusion::sql::sqlparser::ast::Statement::Query(query.clone());
                rewrite::rewrite(&mut statement, is_aggregate)?;
                if let datafusion::sql::sqlparser::ast::Statement::Query(rewritten) = statement {
                    *query = rewritten;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn session_state(
    options: &SessionOptions,
    lake: &Lake,
    functions: &Arc<FunctionContext>,
) -> Result<SessionState, Error> {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    if let Some(threads) = options.threads {
        config = config.with_target_partitions(threads.max(1));
    }
    let settings = config.options_mut();
    settings.execution.parquet.pushdown_filters = true;
    settings.execution.parquet.reorder_filters = true;
    settings.execution.collect_statistics = false;
    // It would compute `allele_stats(…)` once for each of its fields that a query takes.
    settings.optimizer.enable_leaf_expression_pushdown = false;
    settings.optimizer.repartition_file_min_size = SPLIT_FILES_BYTES;
    settings.extensions.insert(KohortOptions::default());
    for (name, value) in &options.settings {
        settings.set(name, value)?;
    }
    let memory = options.memory_limit_bytes.unwrap_or_else(half_of_memory);
    let pool = TrackConsumersPool::new(FairSpillPool::new(memory), NAMED_CONSUMERS);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .build_arc()?;
    runtime.register_object_store(ObjectStoreUrl::parse(STORE)?.as_ref(), lake.store());
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rule(Arc::new(ContigAliases))
        .with_physical_optimizer_rule(Arc::new(SumStrata))
        .build();
    kohort_functions::register(&mut state, functions)
        .map_err(|error: DataFusionError| Error::from(error))?;
    Ok(state)
}

/// Half of the machine's memory, where Linux tells it.
fn half_of_memory() -> usize {
    let told = std::fs::read_to_string("/proc/meminfo").ok();
    let line = told
        .as_deref()
        .and_then(|text| text.lines().find(|l| l.starts_with("MemTotal:")));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.map_or(DEFAULT_MEMORY_BYTES, |kib| kib.saturating_mul(1024) / 2)
}
