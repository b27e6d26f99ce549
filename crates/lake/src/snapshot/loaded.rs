//! Which loaded tables does a snapshot show?

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use kohort_schema::LoadedTable;

use super::Snapshot;
use crate::commit::table_schema;
use crate::data_file::DataFile;
use crate::drop::DROPPED;
use crate::loads::TABLE_VERSION;
use crate::log::{Listing, TableState};
use crate::{Error, Result};

impl Snapshot {
    /// The tables that users have loaded, by name.
    pub fn loaded_tables(&self) -> Vec<LoadedTable> {
        let versions = self.inner.state.transactions.iter();
        let shown = versions.filter(|(_, version)| **version != DROPPED);
        let tables = shown.filter_map(|(app, _)| app.strip_prefix(TABLE_VERSION)?.parse().ok());
        tables.collect()
    }

    /// The version of a loaded table that this snapshot shows.
    pub fn loaded_version(&self, table: &LoadedTable) -> Option<u64> {
        let app = format!("{TABLE_VERSION}{table}");
        let version = self.inner.state.transactions.get(&app)?;
        u64::try_from(*version).ok()
    }

    /// The files of a loaded table; `None` when there is no such table.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn loaded_files(&self, table: &LoadedTable) -> Result<Option<Arc<Vec<DataFile>>>> {
        let state = self.loaded_state(table).await?;
        let files = state.map(|state| {
            let files = state.files.values();
            let files = files.map(|add| DataFile::try_new(table, add));
            Ok(Arc::new(files.collect::<Result<_>>()?))
        });
        files.transpose()
    }

    /// The columns of a loaded table; `None` when there is no such table.
    ///
    /// # Errors
    /// When the table's log cannot be read.
    pub async fn loaded_schema(&self, table: &LoadedTable) -> Result<Option<SchemaRef>> {
        let state = self.loaded_state(table).await?;
        state
            .map(|state| Ok(Arc::new(table_schema(&state)?)))
            .transpose()
    }

    pub(crate) async fn loaded_state(
        &self,
        table: &LoadedTable,
    ) -> Result<Option<Arc<TableState>>> {
        let Some(version) = self.loaded_version(table) else {
            return Ok(None);
        };
        let mut known = self.inner.loaded.lock().await;
        if let Some(state) = known.get(table) {
            return Ok(Some(Arc::clone(state)));
        }
        let listing = Listing::read(self.inner.store.as_ref(), table).await?;
        let listing = listing.ok_or_else(|| Error::Log {
            table: table.into(),
            version,
            problem: "the table's log is not there".to_owned(),
        })?;
        let state = Arc::new(listing.state(self.inner.store.as_ref(), version).await?);
        known.insert(table.clone(), Arc::clone(&state));
        Ok(Some(state))
    }
}
