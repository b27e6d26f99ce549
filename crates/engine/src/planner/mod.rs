//! How a statement becomes a plan.
//!
//! A [`Planner`] is made for one statement, of what its session shows at that moment: a state of a
//! lake, settings, and the tables that the session made. It shares nothing that changes with other
//! statements, so that any number of them may be planned and run side by side. The
//! [`SessionState`] that it makes answers every name by itself: tables, views and registries are
//! read when a plan names them.

mod loading;
mod schemas;
mod syntax;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::ViewTable;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use kohort_schema::TableName;

use crate::catalog::LakeView;
use crate::file_table::ScanNotes;
use crate::session::{Files, headers, info_fields};
use crate::strata::{self, AlleleFrequencyBy};
use crate::views::{self, View};
use crate::{Error, limits, location, registry, rewrite, shorthand};

pub(crate) use schemas::PublicSchema;
use schemas::StatementCatalogs;
use syntax::Names;

/// What plans one statement.
pub(crate) struct Planner {
    /// What the statement sees of the lake, and the rules it counts by.
    pub(crate) view: Arc<LakeView>,
    /// What its scans tell.
    pub(crate) notes: Arc<ScanNotes>,
    /// The session's state, which knows no lake.
    base: SessionState,
    /// Tables and views that the session made.
    own: Arc<MemorySchemaProvider>,
    files: Option<Arc<Files>>,
    views: Mutex<HashMap<&'static str, Arc<dyn TableProvider>>>,
    /// Why views could not be planned.
    broken_views: Mutex<Vec<Error>>,
}

impl std::fmt::Debug for Planner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planner").finish_non_exhaustive()
    }
}

impl Planner {
    pub(crate) fn new(
        view: LakeView,
        base: SessionState,
        own: Arc<MemorySchemaProvider>,
        files: Option<Arc<Files>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            view: Arc::new(view),
            notes: Arc::default(),
            base,
            own,
            files,
            views: Mutex::default(),
            broken_views: Mutex::default(),
        })
    }

    /// DataFusion's state for the statement. It holds the planner, and not the other way round.
    pub(crate) fn state(self: &Arc<Self>) -> Result<SessionState> {
        let mut state = self.base.clone();
        let session = Arc::clone(self.base.catalog_list());
        let catalogs = StatementCatalogs::new(Arc::clone(self), session);
        state.register_catalog_list(Arc::new(catalogs));
        state.config_mut().set_extension(Arc::clone(&self.notes));
        kohort_functions::register_of_lake(&mut state, &self.view.functions)?;
        let by = AlleleFrequencyBy {
            view: Arc::clone(&self.view),
        };
        state.register_udtf(strata::NAME, Arc::new(by));
        Ok(state)
    }

    /// What runs the statement.
    pub(crate) fn context(self: &Arc<Self>) -> Result<SessionContext> {
        Ok(SessionContext::new_with_state(self.state()?))
    }

    /// The tables of the lake and of the session.
    pub(crate) fn public(self: &Arc<Self>) -> PublicSchema {
        PublicSchema::new(Arc::clone(self))
    }

    /// The plan of a statement, and what its functions look up is read.
    pub(crate) async fn plan(self: &Arc<Self>, sql: &str) -> Result<LogicalPlan, Error> {
        let planned = self.plan_text(sql).await;
        let plan = planned.map_err(|(Refused::Here(error) | Refused::InView(error))| error)?;
        loading::load(&plan, &self.view.catalog).await?;
        Ok(plan)
    }

    /// The plan of a statement.
    async fn plan_text(self: &Arc<Self>, sql: &str) -> Result<LogicalPlan, Refused> {
        /// Columns of one statement that may be called as their files call them.
        const MOST_SPELLINGS: usize = 200;
        let state = self.state().map_err(Error::from)?;
        let mut text = sql.to_owned();
        let mut n_respelled = 0;
        loop {
            let (fields, tried) = self.try_plan(&state, &text).await?;
            let error = match tried {
                Ok(plan) => return Ok(plan),
                Err(error) => error,
            };
            if let Some(broken) = self.broken_view() {
                return Err(Refused::InView(broken));
            }
            // A column may be called as its file calls it.
            let files = self.files.as_ref().filter(|_| n_respelled < MOST_SPELLINGS);
            n_respelled += 1;
            match files.and_then(|files| files.respelled(&text, &error)) {
                Some(respelled) => text = respelled,
                None => {
                    let location = location::of_error(&error);
                    let error = registry::suggested(error.into(), &self.view.catalog);
                    return Err(info_fields::suggested(error, &fields).at(location).into());
                }
            }
        }
    }

    /// The plan of a statement, or why DataFusion has none; and the INFO fields that it may name.
    async fn try_plan(
        &self,
        state: &SessionState,
        sql: &str,
    ) -> Result<(Vec<String>, Result<LogicalPlan, DataFusionError>), Error> {
        let dialect = state.config_options().sql_parser.dialect;
        let mut statement = state.sql_to_statement(sql, &dialect).map_err(placed)?;
        let names = Names::of(&mut statement);
        let mut cohorts = HashMap::new();
        if names.has_function(shorthand::COHORT_FLOW) {
            let rows = self.view.catalog.snapshot()?.cohorts().await?;
            cohorts.extend(rows.iter().map(|row| (row.cohort.clone(), row.sql.clone())));
        }
        limits::balance(&mut statement);
        let fields = self.info_fields(&names).await?;
        info_fields::spell(&mut statement, &fields);
        headers::keep_as_typed(&mut statement);
        let is_aggregate = |name: &str| state.aggregate_functions().contains_key(name);
        syntax::each(&mut statement, &mut |statement| {
            shorthand::expand(statement, &cohorts)
        })?;
        syntax::each(&mut statement, &mut |statement| {
            rewrite::rewrite(statement, &is_aggregate)
        })?;
        let plan = match Box::pin(state.statement_to_plan(statement)).await {
            Ok(plan) => plan,
            Err(error) => return Ok((fields, Err(error))),
        };
        limits::check_plan(&plan)?;
        let plan = match &self.files {
            Some(_) => plan,
            None => crate::session::without_files(plan)?,
        };
        Ok((fields, Ok(plan)))
    }

    /// The names of INFO fields, where a statement may name one.
    async fn info_fields(&self, names: &Names) -> Result<Vec<String>, Error> {
        let variants = ["variants", TableName::CallsetVariants.as_str()];
        let may_name = variants.iter().any(|table| names.has_table(table));
        if !names.has_column(info_fields::INFO) || !may_name {
            return Ok(Vec::new());
        }
        let catalog = &self.view.catalog;
        if catalog.snapshot().is_err() {
            return Ok(Vec::new());
        }
        let table = catalog.file_table(TableName::CallsetVariants).await?;
        Ok(info_fields::names(&table.schema))
    }

    /// A view that comes with Kohort: none where it cannot be planned, which [`Self::plan`] tells
    /// of where a statement names it.
    pub(crate) async fn shipped_view(
        self: &Arc<Self>,
        name: &str,
    ) -> Option<Arc<dyn TableProvider>> {
        let view = View::named(name)?;
        let planned = || self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = planned().get(view.name) {
            return Some(Arc::clone(table));
        }
        match Box::pin(self.plan_text(view.sql)).await {
            Ok(plan) => {
                let table = Arc::new(ViewTable::new(plan, Some(view.sql.to_owned())));
                planned().insert(view.name, Arc::clone(&table) as Arc<dyn TableProvider>);
                Some(table)
            }
            Err(refused) => {
                let error = match refused {
                    Refused::Here(error) => error.in_view(views::SCHEMA, view.name),
                    // The view is made of one that cannot be planned.
                    Refused::InView(error) => error,
                };
                let broken = self.broken_views.lock();
                broken.unwrap_or_else(PoisonError::into_inner).push(error);
                None
            }
        }
    }

    fn broken_view(&self) -> Option<Error> {
        let broken = self.broken_views.lock();
        let mut broken = broken.unwrap_or_else(PoisonError::into_inner);
        (!broken.is_empty()).then(|| broken.remove(0))
    }
}

/// Why there is no plan: for a reason of the statement itself, or of a view that it names.
enum Refused {
    Here(Error),
    InView(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

/// An error with its place in the statement.
fn placed(error: DataFusionError) -> Error {
    let location = location::of_error(&error);
    Error::from(error).at(location)
}
