//! A session: one view of a lake, its settings, and the statements that run in it.

mod files;
mod headers;
mod info_fields;
mod names;
mod prepare;
mod state;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider,
};
use datafusion::datasource::ViewTable;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{
    CreateExternalTable, DdlStatement, LogicalPlan, Statement as LogicalStatement,
};
use datafusion::prelude::SessionContext;
use kohort_functions::{FunctionContext, KohortOptions};
use kohort_lake::{AsOf, Lake, Snapshot};
use kohort_schema::TableName;

use crate::catalog::Catalog;
use crate::file_table::ScanNotes;
use crate::limits::{self, Deadline};
use crate::reference::{self, LakePlaces, ReferenceSchema};
use crate::registry::{self, RegistrySchema};
use crate::statement::{Statement, parse, split_statements};
use crate::strata::{self, AlleleFrequencyBy};
use crate::views::{self, View, Views};
use crate::{Error, explain, location};

pub(crate) use files::Files;
pub use names::{FunctionInfo, TableInfo, functions_documentation};

const CATALOG: &str = "kohort";
const SCHEMA: &str = "public";
const STORE: &str = "kohort://lake";

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
    /// Whether statements may read and write files that the process can reach: `FROM 'people.csv'`,
    /// `CREATE EXTERNAL TABLE`, `COPY … TO`. Leave it off where others than the process's owner ask.
    pub files: bool,
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

/// A view of one state of a lake, or of no lake, that statements run in. A clone is the same session.
#[derive(Clone)]
pub struct Session {
    lake: Option<Lake>,
    pub(crate) as_of: Option<AsOf>,
    pub(crate) user: Option<String>,
    context: SessionContext,
    functions: Arc<FunctionContext>,
    notes: ScanNotes,
    store: ObjectStoreUrl,
    files: Option<Arc<Files>>,
    catalog: Arc<RwLock<Arc<Catalog>>>,
    views: Arc<Views>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("lake", &self.lake.as_ref().map(Lake::uri))
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
        Self::new(Some((lake, snapshot)), options)
    }

    /// Opens a session without a lake: every function, the tables of `reference`, and the files
    /// that statements name.
    ///
    /// # Errors
    /// A setting that does not exist or takes no such value.
    pub fn without_lake(options: SessionOptions) -> Result<Self, Error> {
        Self::new(None, options)
    }

    fn new(lake: Option<(&Lake, Snapshot)>, options: SessionOptions) -> Result<Self, Error> {
        let functions = Arc::new(FunctionContext::default());
        let (lake, snapshot) = lake.unzip();
        let state = state::session_state(&options, lake, &functions)?;
        let context = SessionContext::new_with_state(state);
        let files = options.files.then(|| Arc::new(Files::of(&context)));
        let notes = ScanNotes::default();
        let store = ObjectStoreUrl::parse(STORE)?;
        let catalog = Arc::new(Catalog::new(
            snapshot,
            store.clone(),
            Arc::clone(&notes),
            Arc::clone(&functions),
            Arc::new(MemorySchemaProvider::new()),
            files.clone(),
        ));
        let session = Self {
            lake: lake.cloned(),
            as_of: options.as_of,
            user: options.user,
            context,
            functions,
            notes,
            store,
            files,
            catalog: Arc::new(RwLock::new(Arc::clone(&catalog))),
            views: Arc::default(),
        };
        session.show(catalog)?;
        Ok(session)
    }

    /// The lake's version that the session reads; none without a lake.
    pub fn version(&self) -> Option<u64> {
        self.catalog().snapshot().map(Snapshot::version).ok()
    }

    /// The lake; an error that says what to do where there is none.
    pub(crate) fn lake(&self) -> Result<&Lake, Error> {
        let none = || Error::from(crate::catalog::no_lake("the statement"));
        self.lake.as_ref().ok_or_else(none)
    }

    /// Reads the lake's state anew, as after a change by another program.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub async fn refresh(&self) -> Result<(), Error> {
        let Some(lake) = &self.lake else {
            return Ok(());
        };
        let snapshot = lake.snapshot(self.as_of).await?;
        let own = Arc::clone(self.catalog().own());
        let catalog = Arc::new(Catalog::new(
            Some(snapshot),
            self.store.clone(),
            Arc::clone(&self.notes),
            Arc::clone(&self.functions),
            own,
            self.files.clone(),
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

    /// Runs one statement. Dropping the future, or the rows, ends it.
    ///
    /// # Errors
    /// [`Error::blame`] tells whose fault it is.
    pub async fn execute_one(&self, statement: &str) -> Result<Outcome, Error> {
        let options = KohortOptions::of(self.context.state_ref().read().config_options());
        let deadline = Deadline::of(options.timeout);
        let (session, statement) = (self.clone(), statement.to_owned());
        let work = async move { session.execute_here(&statement).await };
        Ok(match limits::on_large_stack(deadline, work).await? {
            Outcome::Rows { schema, stream } => Outcome::Rows {
                schema,
                stream: limits::streamed(stream, deadline)?,
            },
            done => done,
        })
    }

    async fn execute_here(&self, statement: &str) -> Result<Outcome, Error> {
        match parse(statement)? {
            Statement::CreateCohort {
                name,
                query,
                if_exists,
            } => {
                let created = self.create_cohort(&name, &query, if_exists).await;
                created.map_err(|error| error.of_part(statement, &query))
            }
            Statement::DropCohort { name, if_exists } => self.drop_cohort(&name, if_exists).await,
            Statement::DropLoaded { table, if_exists } => self.drop_loaded(&table, if_exists).await,
            Statement::Sql(sql) => {
                let done = Box::pin(self.run(&sql)).await;
                done.map_err(|error| error.of_part(statement, &sql))
            }
        }
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the tables of a catalog those of the session.
    fn show(&self, catalog: Arc<Catalog>) -> Result<(), Error> {
        let tables = MemoryCatalogProvider::new();
        tables.register_schema(SCHEMA, Arc::clone(&catalog) as Arc<dyn SchemaProvider>)?;
        let views = Arc::clone(&self.views);
        tables.register_schema(views::SCHEMA, views)?;
        let reference = ReferenceSchema::new(Arc::clone(&catalog));
        tables.register_schema(reference::SCHEMA, Arc::new(reference))?;
        let registry = RegistrySchema::new(Arc::clone(&catalog));
        tables.register_schema(registry::SCHEMA, Arc::new(registry))?;
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
        let places = LakePlaces::new(catalog.snapshot().ok(), options.reference_genome);
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
        /// Columns of one statement that may be called as their files call them.
        const MOST_SPELLINGS: usize = 200;
        let mut text = sql.to_owned();
        let mut n_respelled = 0;
        loop {
            let error = match self.try_plan(&text).await? {
                Ok(plan) => return Ok(plan),
                Err(error) => error,
            };
            // A column may be called as its file calls it.
            let files = self.files.as_ref().filter(|_| n_respelled < MOST_SPELLINGS);
            n_respelled += 1;
            match files.and_then(|files| files.respelled(&text, &error)) {
                Some(respelled) => text = respelled,
                None => {
                    let catalog = self.catalog();
                    let location = location::of_error(&error);
                    let error = registry::suggested(error.into(), &catalog);
                    let fields = self.info_fields(&catalog, &text).await?;
                    return Err(info_fields::suggested(error, &fields).at(location));
                }
            }
        }
    }

    /// The plan of a statement, or why DataFusion has none.
    async fn try_plan(&self, sql: &str) -> Result<Result<LogicalPlan, DataFusionError>, Error> {
        let catalog = self.catalog();
        let state = self.context.state();
        let options = KohortOptions::of(state.config_options());
        prepare::load_what_is_named(&catalog, sql, options).await?;
        let dialect = state.config_options().sql_parser.dialect;
        let mut statement = state.sql_to_statement(sql, &dialect).map_err(placed)?;
        let mut cohorts = HashMap::new();
        if sql.to_lowercase().contains("cohort_flow") {
            let rows = catalog.snapshot()?.cohorts().await?;
            cohorts.extend(rows.iter().map(|row| (row.cohort.clone(), row.sql.clone())));
        }
        limits::balance(&mut statement);
        let fields = self.info_fields(&catalog, sql).await?;
        info_fields::spell(&mut statement, &fields);
        headers::keep_as_typed(&mut statement);
        prepare::expand_all(&mut statement, &cohorts)?;
        let is_aggregate = |name: &str| state.aggregate_functions().contains_key(name);
        prepare::rewrite_all(&mut statement, &is_aggregate)?;
        let plan = match state.statement_to_plan(statement).await {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
        limits::check_plan(&plan)?;
        match &self.files {
            Some(_) => Ok(Ok(plan)),
            None => files::without_files(plan).map(Ok),
        }
    }

    /// The names of INFO fields, where a statement may name one.
    async fn info_fields(&self, catalog: &Catalog, sql: &str) -> Result<Vec<String>, Error> {
        let sql = sql.to_lowercase();
        if !sql.contains("info") || !sql.contains("variants") || catalog.snapshot().is_err() {
            return Ok(Vec::new());
        }
        let table = catalog.file_table(TableName::CallsetVariants).await?;
        Ok(info_fields::names(&table.schema))
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
            // A prepared statement may be a query.
            LogicalPlan::Statement(LogicalStatement::Execute(_)) => None,
            LogicalPlan::Statement(_) => Some("done".to_string()),
            LogicalPlan::Ddl(ddl) => Some(what_was_done(ddl)),
            _ => None,
        };
        let explained = matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_));
        if let (Some(files), LogicalPlan::Ddl(DdlStatement::CreateExternalTable(made))) =
            (&self.files, &plan)
            && files::is_ours(made)
        {
            self.create_external(files, made).await?;
            let message = format!("table `{}` created", made.name);
            return Ok(Outcome::Done { message });
        }
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

impl Session {
    /// Registers the table of files that are read as `kohort load` reads them.
    async fn create_external(
        &self,
        files: &Files,
        made: &CreateExternalTable,
    ) -> Result<(), Error> {
        if self.context.table_exist(made.name.clone())? {
            if made.if_not_exists {
                return Ok(());
            }
            if !made.or_replace {
                return Err(Error::Query {
                    message: format!("table '{}' already exists", made.name),
                    blame: crate::Blame::Data,
                    hint: Some("CREATE OR REPLACE EXTERNAL TABLE makes it anew".to_owned()),
                });
            }
        }
        let table = files.create(made).await?;
        if made.or_replace {
            self.context.deregister_table(made.name.clone())?;
        }
        self.context.register_table(made.name.clone(), table)?;
        Ok(())
    }
}

/// An error with its place in the statement.
fn placed(error: DataFusionError) -> Error {
    let location = location::of_error(&error);
    Error::from(error).at(location)
}

/// What a statement about tables did, for a person.
fn what_was_done(ddl: &DdlStatement) -> String {
    match ddl {
        DdlStatement::CreateExternalTable(made) => format!("table `{}` created", made.name),
        DdlStatement::CreateMemoryTable(made) => {
            format!("table `{}` created for this session", made.name)
        }
        DdlStatement::CreateView(made) => format!(
            "view `{}` created for this session; to keep it, put its CREATE VIEW into a file that \
             you run first",
            made.name
        ),
        DdlStatement::DropTable(dropped) => format!("table `{}` dropped", dropped.name),
        DdlStatement::DropView(dropped) => format!("view `{}` dropped", dropped.name),
        _ => "done".to_string(),
    }
}
