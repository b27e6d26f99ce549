//! The schema `reference`: tables that come with Kohort, and those that a lake has in their place.

mod aliases;
mod genes;
mod places;
mod sweden;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{MemTable, SchemaProvider, TableProvider};
use datafusion::common::Result;
use kohort_schema::tables::{GENES, REFERENCE_TABLES};
use kohort_schema::{LoadedSchema, LoadedTable, Table};

use crate::catalog::Catalog;
use crate::session::TableInfo;
pub(crate) use places::LakePlaces;

/// The schema's name.
pub(crate) const SCHEMA: &str = "reference";

/// The tables, made when they are first asked for.
#[derive(Debug)]
pub(crate) struct ReferenceSchema {
    catalog: Arc<Catalog>,
}

impl ReferenceSchema {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }
}

/// A table's name within the schema.
fn short_name(table: &Table) -> &'static str {
    table.name.rsplit('.').next().unwrap_or(table.name)
}

/// The tables, for completion and `\d`.
pub(crate) async fn tables(catalog: &Arc<Catalog>) -> Result<Vec<TableInfo>> {
    let schema = ReferenceSchema::new(Arc::clone(catalog));
    let mut tables = Vec::new();
    for declared in REFERENCE_TABLES {
        let Some(table) = schema.table(short_name(declared)).await? else {
            continue;
        };
        tables.push(TableInfo {
            name: declared.name.to_string(),
            description: format!("one row is {}", declared.row_is),
            schema: table.schema(),
        });
    }
    Ok(tables)
}

#[async_trait]
impl SchemaProvider for ReferenceSchema {
    fn table_names(&self) -> Vec<String> {
        let tables = REFERENCE_TABLES.iter();
        tables.map(|table| short_name(table).to_string()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(declared) = REFERENCE_TABLES.iter().find(|t| short_name(t) == name) else {
            return Ok(None);
        };
        if let Ok(loaded) = LoadedTable::new(LoadedSchema::Reference, name)
            && let Some(table) = self.catalog.loaded_table(&loaded).await?
        {
            return Ok(Some(table));
        }
        let rows = match declared.name == GENES.name {
            true => genes::GeneTable::shipped()?.rows.clone(),
            false => sweden::shipped(declared)?,
        };
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
        Ok(Some(Arc::new(table)))
    }

    fn table_exist(&self, name: &str) -> bool {
        REFERENCE_TABLES
            .iter()
            .any(|table| short_name(table) == name)
    }
}
