//! The schema `registry`: the tables that users have loaded into the lake.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use kohort_schema::{LoadedSchema, LoadedTable};

use crate::catalog::Catalog;
use crate::session::TableInfo;
use crate::{Blame, Error, suggest};

/// The schema's name.
pub(crate) const SCHEMA: &str = "registry";

/// The tables, made when they are first asked for.
#[derive(Debug)]
pub(crate) struct RegistrySchema {
    catalog: Arc<Catalog>,
}

impl RegistrySchema {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }
}

/// The registry tables of a catalog.
fn names(catalog: &Catalog) -> impl Iterator<Item = LoadedTable> {
    let snapshot = catalog.snapshot().ok();
    let tables = snapshot.map(|s| s.loaded_tables()).unwrap_or_default();
    tables
        .into_iter()
        .filter(|table| table.schema() == LoadedSchema::Registry)
}

/// The tables, for completion and `\d`.
pub(crate) async fn tables(catalog: &Catalog) -> Result<Vec<TableInfo>> {
    let mut tables = Vec::new();
    for table in names(catalog) {
        if let Some(found) = catalog.loaded_table(&table).await? {
            let n_rows: u64 = found.files.iter().map(|file| file.n_rows).sum();
            tables.push(TableInfo {
                name: table.to_string(),
                description: format!("loaded, {n_rows} rows"),
                schema: Arc::clone(&found.schema),
            });
        }
    }
    Ok(tables)
}

/// An error about a table that is not there, with the registry table that may have been meant.
pub(crate) fn suggested(error: Error, catalog: &Catalog) -> Error {
    let Error::Query {
        message,
        blame: Blame::NotFound,
        hint,
    } = &error
    else {
        return error;
    };
    let asked = message
        .strip_prefix("there is no table `")
        .and_then(|rest| rest.strip_suffix('`'));
    let Some(asked) = asked else {
        return error;
    };
    let known: Vec<String> = names(catalog).map(|table| table.to_string()).collect();
    let in_registry = format!("{SCHEMA}.{asked}");
    let is_registry = asked.starts_with(&format!("{SCHEMA}."));
    let names = known.iter().map(String::as_str);
    let near = match known.contains(&in_registry) {
        true => Some(in_registry.as_str()),
        false => suggest::closest(asked, names),
    };
    let hint = match near {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if is_registry && known.is_empty() => {
            Some("`kohort load NAME FILE...` makes one".to_string())
        }
        None if is_registry => Some(format!("there are {}", known.join(", "))),
        None => hint.clone(),
    };
    Error::not_found(message.clone(), hint)
}

#[async_trait]
impl SchemaProvider for RegistrySchema {
    fn table_names(&self) -> Vec<String> {
        let tables = names(&self.catalog);
        tables.map(|table| table.name().to_string()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Ok(table) = LoadedTable::registry(name) else {
            return Ok(None);
        };
        let found = self.catalog.loaded_table(&table).await?;
        Ok(found.map(|table| table as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        names(&self.catalog).any(|table| table.name() == name)
    }
}
