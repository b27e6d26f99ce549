//! The catalogs that a statement sees: the lake's tables and views as they are for this statement,
//! and beside them what its session made.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::TableType;

use super::Planner;
use crate::calls::CallsTable;
use crate::catalog::{TABLES, external};
use crate::reference::{self, ReferenceSchema};
use crate::registry::{self, RegistrySchema};
use crate::session::{CATALOG, SCHEMA};
use crate::views::{self, SHIPPED};

/// The catalogs: ours, and those that the session made.
#[derive(Debug)]
pub(super) struct StatementCatalogs {
    planner: Arc<Planner>,
    session: Arc<dyn CatalogProviderList>,
}

impl StatementCatalogs {
    pub(super) fn new(planner: Arc<Planner>, session: Arc<dyn CatalogProviderList>) -> Self {
        Self { planner, session }
    }
}

impl CatalogProviderList for StatementCatalogs {
    fn register_catalog(
        &self,
        name: String,
        catalog: Arc<dyn CatalogProvider>,
    ) -> Option<Arc<dyn CatalogProvider>> {
        self.session.register_catalog(name, catalog)
    }

    fn catalog_names(&self) -> Vec<String> {
        self.session.catalog_names()
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        let session = self.session.catalog(name)?;
        if name != CATALOG {
            return Some(session);
        }
        Some(Arc::new(StatementCatalog {
            planner: Arc::clone(&self.planner),
            session,
        }))
    }
}

/// The schemas of ours, and those that the session made.
#[derive(Debug)]
struct StatementCatalog {
    planner: Arc<Planner>,
    session: Arc<dyn CatalogProvider>,
}

const OURS: [&str; 4] = [SCHEMA, views::SCHEMA, reference::SCHEMA, registry::SCHEMA];

impl CatalogProvider for StatementCatalog {
    fn schema_names(&self) -> Vec<String> {
        let made = self.session.schema_names().into_iter();
        let made = made.filter(|name| !OURS.contains(&name.as_str()));
        OURS.iter().map(ToString::to_string).chain(made).collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let catalog = || Arc::clone(&self.planner.view.catalog);
        match name {
            SCHEMA => Some(Arc::new(self.planner.public())),
            views::SCHEMA => Some(Arc::new(ShippedViews(Arc::clone(&self.planner)))),
            reference::SCHEMA => Some(Arc::new(ReferenceSchema::new(catalog()))),
            registry::SCHEMA => Some(Arc::new(RegistrySchema::new(catalog()))),
            made => self.session.schema(made),
        }
    }

    fn register_schema(
        &self,
        name: &str,
        schema: Arc<dyn SchemaProvider>,
    ) -> Result<Option<Arc<dyn SchemaProvider>>> {
        if OURS.contains(&name) {
            return plan_err!("`{name}` is a schema of Kohort's own");
        }
        self.session.register_schema(name, schema)
    }

    fn deregister_schema(
        &self,
        name: &str,
        cascade: bool,
    ) -> Result<Option<Arc<dyn SchemaProvider>>> {
        if OURS.contains(&name) {
            return plan_err!("`{name}` is a schema of Kohort's own: not dropped");
        }
        self.session.deregister_schema(name, cascade)
    }
}

/// The schema `public`: the tables of the lake, those that the session made, and files by name.
#[derive(Debug)]
pub(crate) struct PublicSchema(Arc<Planner>);

impl PublicSchema {
    pub(super) fn new(planner: Arc<Planner>) -> Self {
        Self(planner)
    }

    fn is_of_lake(&self, name: &str) -> bool {
        self.0.view.catalog.has_table(name)
    }
}

#[async_trait]
impl SchemaProvider for PublicSchema {
    fn table_names(&self) -> Vec<String> {
        let of_lake = TABLES.iter().filter(|name| self.is_of_lake(name));
        let mut names: Vec<String> = of_lake.map(ToString::to_string).collect();
        names.extend(self.0.own.table_names());
        names
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let view = &self.0.view;
        if self.is_of_lake(name) {
            return Ok(Some(match name {
                "variants" => Arc::new(view.variants().await?),
                "calls" => Arc::new(CallsTable::new(&view.catalog).await?),
                "cohorts" => Arc::new(view.cohorts().await?),
                stored => {
                    let stored = stored.parse().map_err(external)?;
                    view.catalog.file_table(stored).await?
                }
            }));
        }
        if let Some(own) = self.0.own.table(name).await? {
            return Ok(Some(own));
        }
        match &self.0.files {
            Some(files) => files.table(name).await,
            None => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.is_of_lake(name) || self.0.own.table_exist(name)
    }

    fn register_table(
        &self,
        name: String,
        table: Arc<dyn TableProvider>,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_of_lake(&name) {
            return plan_err!("`{name}` is a table of the lake");
        }
        self.0.own.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_of_lake(name) {
            return plan_err!("`{name}` is a table of the lake: not dropped");
        }
        self.0.own.deregister_table(name)
    }
}

/// The schema `follow_up`. A view is planned when a statement names it, so that one over a table
/// that the lake has not breaks no session, only the statements about it.
#[derive(Debug)]
struct ShippedViews(Arc<Planner>);

#[async_trait]
impl SchemaProvider for ShippedViews {
    fn table_names(&self) -> Vec<String> {
        SHIPPED.iter().map(|view| view.name.to_owned()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(self.0.shipped_view(name).await)
    }

    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        Ok(self.table_exist(name).then_some(TableType::View))
    }

    fn table_exist(&self, name: &str) -> bool {
        SHIPPED.iter().any(|view| view.name == name)
    }
}
