//! The schema `reference`: tables that come with Kohort and are the same for every lake.

mod genes;
mod places;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{MemTable, SchemaProvider, TableProvider};
use datafusion::common::Result;
use kohort_schema::Table;
use kohort_schema::tables::{GENES, REFERENCE_TABLES};

use crate::session::TableInfo;
pub(crate) use places::LakePlaces;

/// The schema's name.
pub(crate) const SCHEMA: &str = "reference";

/// The tables, made when they are first asked for.
#[derive(Debug)]
pub(crate) struct ReferenceSchema;

/// A table's name within the schema.
fn short_name(table: &Table) -> &'static str {
    table.name.rsplit('.').next().unwrap_or(table.name)
}

/// The tables, for completion and `\d`.
pub(crate) async fn tables() -> Result<Vec<TableInfo>> {
    let mut tables = Vec::new();
    for declared in REFERENCE_TABLES {
        let Some(table) = ReferenceSchema.table(short_name(declared)).await? else {
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
        if name != short_name(&GENES) {
            return Ok(None);
        }
        let rows = genes::GeneTable::shipped()?.rows.clone();
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
        Ok(Some(Arc::new(table)))
    }

    fn table_exist(&self, name: &str) -> bool {
        REFERENCE_TABLES
            .iter()
            .any(|table| short_name(table) == name)
    }
}
