//! How does something that is shown go away again? By one commit to `callsets`; earlier versions of
//! the lake still show it until a vacuum.

use kohort_schema::{LoadedTable, TableName};

use crate::commit::{Attempt, Change, MAX_ATTEMPTS, commit};
use crate::loads::TABLE_VERSION;
use crate::people::{OnCohortLoss, Succession};
use crate::writer::pause;
use crate::{Error, Lake, Result, put};

/// What the log of `callsets` names as the version of a loaded table that was dropped.
pub(crate) const DROPPED: i64 = -1;

impl Lake {
    /// Drops a callset, and gives the lake's new version.
    ///
    /// # Errors
    /// [`Error::NoSuchCallset`]; [`Error::CohortLoss`] when cohorts have people of it and that is
    /// refused.
    pub async fn drop_callset(&self, name: &str, on_loss: OnCohortLoss) -> Result<u64> {
        let table = TableName::Callsets;
        for attempt in 0..MAX_ATTEMPTS {
            let snapshot = self.snapshot(None).await?;
            let Some(callset) = snapshot.callset(name) else {
                return Err(Error::NoSuchCallset {
                    callset: name.to_owned(),
                    uri: self.uri().to_owned(),
                });
            };
            let nobody = Succession {
                old: callset,
                new: &[],
                base: 0,
            };
            self.check_cohort_loss(&snapshot, &nobody, on_loss).await?;
            let state = snapshot.table(table).await?;
            let removes = put::remove_all(table, &state, &callset.callset_id)?;
            let change = Change {
                operation: "DROP",
                parameters: vec![
                    ("callset", name.to_owned()),
                    ("callset_id", callset.callset_id.clone()),
                ],
                removes,
                ..Change::default()
            };
            if let Attempt::Committed(version) = commit(self.raw_store(), &state, change).await? {
                return Ok(version);
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Drops a loaded table, and gives the lake's new version; `None` when there is no such table.
    /// In place of one of `reference` the table that comes with the program is seen again.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn drop_table(&self, table: &LoadedTable) -> Result<Option<u64>> {
        for attempt in 0..MAX_ATTEMPTS {
            let snapshot = self.snapshot(None).await?;
            if snapshot.loaded_version(table).is_none() {
                return Ok(None);
            }
            let state = snapshot.table(TableName::Callsets).await?;
            let change = Change {
                operation: "DROP",
                parameters: vec![("table", table.to_string())],
                transactions: vec![(format!("{TABLE_VERSION}{table}"), DROPPED)],
                ..Change::default()
            };
            if let Attempt::Committed(version) = commit(self.raw_store(), &state, change).await? {
                return Ok(Some(version));
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: TableName::Callsets.into(),
            attempts: MAX_ATTEMPTS,
        })
    }
}
