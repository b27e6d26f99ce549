//! A session: one view of a lake, its settings, and the statements that run in it.

mod files;
pub(crate) mod headers;
pub(crate) mod info_fields;
mod names;
mod state;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemoryCatalogProvider, MemorySchemaProvider};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{
    CreateExternalTable, DdlStatement, LogicalPlan, Statement as LogicalStatement,
};
use datafusion::prelude::SessionContext;
use kohort_functions::KohortOptions;
use kohort_lake::{AsOf, Lake, Snapshot};

use crate::catalog::{Catalog, LakeView};
use crate::limits::{self, Deadline};
use crate::planner::Planner;
use crate::resources::Resources;
use crate::statement::{Statement, parse, split_statements};
use crate::{Error, explain};

pub(crate) use files::{Files, without_files};
pub use names::{FunctionInfo, TableInfo, functions_documentation};

pub(crate) const CATALOG: &str = "kohort";
pub(crate) const SCHEMA: &str = "public";

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
    /// What the session shares with others of the process; its own when absent. The memory limit is
    /// then theirs.
    pub resources: Option<Arc<Resources>>,
    /// Who asks: recorded in `cohorts.created_by`.
    pub user: Option<String>,
    /// Whether statements may read and write files that the process can reach: `FROM 'people.csv'`,
    /// `CREATE EXTERNAL TABLE`, `COPY … TO`. Leave it off where others than the process's owner
    /// ask.
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

/// A view of one state of a lake, or of no lake, that statements run in. A clone is the same
/// session.
///
/// Statements share nothing: each sees the state, the settings and the tables that the session has
/// when it begins, and any number of them may run at once.
#[derive(Clone)]
pub struct Session {
    lake: Option<Lake>,
    pub(crate) as_of: Option<AsOf>,
    pub(crate) user: Option<String>,
    resources: Arc<Resources>,
    /// Settings, prepared statements and schemas that the session made. It knows no lake.
    context: SessionContext,
    /// Tables and views that the session made.
    own: Arc<MemorySchemaProvider>,
    files: Option<Arc<Files>>,
    catalog: Arc<RwLock<Arc<Catalog>>>,
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
    /// There is no lake, or no such state of it; a setting that does not exist or takes no
    /// such value.
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
        let resources = match &options.resources {
            Some(resources) => Arc::clone(resources),
            None => Resources::new(options.memory_limit_bytes)?,
        };
        let state = state::session_state(&options, &resources)?;
        let context = SessionContext::new_with_state(state);
        context.register_catalog(CATALOG, Arc::new(MemoryCatalogProvider::new()));
        let files = options.files.then(|| Arc::new(Files::of(&context)));
        let (lake, snapshot) = lake.unzip();
        let catalog = match (lake, snapshot) {
            (Some(lake), Some(snapshot)) => resources.catalog(lake, snapshot)?,
            _ => Arc::default(),
        };
        Ok(Self {
            lake: lake.cloned(),
            as_of: options.as_of,
            user: options.user,
            resources,
            context,
            own: Arc::new(MemorySchemaProvider::new()),
            files,
            catalog: Arc::new(RwLock::new(catalog)),
        })
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
        let catalog = self.resources.catalog(lake, snapshot)?;
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = catalog;
        Ok(())
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

    /// What plans one statement, of what the session shows now.
    pub(crate) fn planner(&self) -> Arc<Planner> {
        let base = self.context.state();
        let options = KohortOptions::of(base.config_options());
        let memory_limit = self.resources.memory_limit_bytes();
        let view = LakeView::new(self.catalog(), options, memory_limit);
        Planner::new(view, base, Arc::clone(&self.own), self.files.clone())
    }

    /// The rows of a query.
    pub(crate) async fn query(&self, sql: &str) -> Result<SendableRecordBatchStream, Error> {
        let planner = self.planner();
        let plan = planner.plan(sql).await?;
        let frame = planner.context()?.execute_logical_plan(plan).await?;
        Ok(frame.execute_stream().await?)
    }

    async fn run(&self, sql: &str) -> Result<Outcome, Error> {
        let planner = self.planner();
        let plan = planner.plan(sql).await?;
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
            create_external(&planner.context()?, files, made).await?;
            let message = format!("table `{}` created", made.name);
            return Ok(Outcome::Done { message });
        }
        let frame = match &plan {
            // Settings and prepared statements are the session's.
            LogicalPlan::Statement(_) => self.context.execute_logical_plan(plan).await?,
            _ => planner.context()?.execute_logical_plan(plan).await?,
        };
        if let Some(message) = done {
            frame.collect().await?;
            return Ok(Outcome::Done { message });
        }
        let stream = frame.execute_stream().await?;
        let stream = match explained {
            true => explain::with_notes(stream, planner.view.options, &planner.notes).await?,
            false => stream,
        };
        Ok(Outcome::Rows {
            schema: stream.schema(),
            stream,
        })
    }
}

/// Registers the table of files that are read as `kohort load` reads them.
async fn create_external(
    context: &SessionContext,
    files: &Files,
    made: &CreateExternalTable,
) -> Result<(), Error> {
    if context.table_exist(made.name.clone())? {
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
        context.deregister_table(made.name.clone())?;
    }
    context.register_table(made.name.clone(), table)?;
    Ok(())
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
