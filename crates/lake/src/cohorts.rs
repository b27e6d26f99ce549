//! How are named cohorts kept?

use kohort_genotype::Cohort;
use kohort_schema::TableName;

use crate::commit::{Attempt, Change, MAX_ATTEMPTS, commit};
use crate::log::{self, Listing, TableState};
use crate::snapshot::CohortRow;
use crate::writer::{IfExists, encode_one, pause, short_id};
use crate::{Error, Lake, Result, people, put, rows};

impl Lake {
    /// Stores a cohort.
    ///
    /// # Errors
    /// [`Error::CohortExists`] when the name is taken and `if_exists` is [`IfExists::Error`];
    /// [`Error::CohortOutdated`] when its samples were replaced or dropped since it was selected.
    pub async fn put_cohort(&self, cohort: &CohortRow, if_exists: IfExists) -> Result<()> {
        let table = TableName::Cohorts;
        self.check_is_current(cohort).await?;
        let batch = rows::cohort_batch(cohort)?;
        let name = format!("cohort-{}", short_id());
        let add = put::put(
            self.raw_store(),
            &table.into(),
            None,
            &name,
            encode_one(table, &batch)?,
        )
        .await?;
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(table).await?;
            let old = self.cohort_files(&state, &cohort.cohort).await?;
            if !old.is_empty() && if_exists == IfExists::Error {
                let location = object_store::path::Path::from(format!("{table}/{}", add.path));
                // An orphan in any case; what cannot be deleted now, vacuum will.
                let _ = object_store::ObjectStoreExt::delete(self.raw_store(), &location).await;
                return Err(Error::CohortExists {
                    cohort: cohort.cohort.clone(),
                });
            }
            let change = Change {
                operation: "CREATE COHORT",
                parameters: vec![("cohort", cohort.cohort.clone())],
                adds: vec![add.clone()],
                removes: old,
                ..Change::default()
            };
            if let Attempt::Committed(_) = commit(self.raw_store(), &state, change).await? {
                // Whoever replaces a callset looks for cohorts before and after: one that was put
                // after that look sees the new callset here.
                return self.check_is_current(cohort).await;
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Whether the lake still shows the samples of a cohort that was selected some versions ago.
    async fn check_is_current(&self, cohort: &CohortRow) -> Result<()> {
        let listing = Listing::read(self.raw_store().as_ref(), TableName::Callsets).await?;
        if listing.is_none_or(|listing| listing.latest() <= cohort.lake_version) {
            return Ok(());
        }
        let snapshot = self.snapshot(None).await?;
        let stored = snapshot.cohorts().await?;
        let stored = stored.iter().find(|row| row.cohort == cohort.cohort);
        let Ok(members) = Cohort::deserialize(&cohort.members) else {
            return Ok(());
        };
        let n_shown = people::visible(&members, snapshot.callsets()).len();
        // It may have been moved to the new samples since it was put.
        if n_shown >= cohort.size || stored.is_some_and(|row| row.size >= cohort.size) {
            return Ok(());
        }
        Err(Error::CohortOutdated {
            cohort: cohort.cohort.clone(),
        })
    }

    /// Drops a cohort; says whether there was one.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn drop_cohort(&self, name: &str) -> Result<bool> {
        let table = TableName::Cohorts;
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(table).await?;
            let removes = self.cohort_files(&state, name).await?;
            if removes.is_empty() {
                return Ok(false);
            }
            let change = Change {
                operation: "DROP COHORT",
                parameters: vec![("cohort", name.to_owned())],
                removes,
                ..Change::default()
            };
            if let Attempt::Committed(_) = commit(self.raw_store(), &state, change).await? {
                return Ok(true);
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// The removal of the files that hold a cohort of this name.
    async fn cohort_files(
        &self,
        state: &TableState,
        name: &str,
    ) -> Result<Vec<deltalake_core::kernel::Remove>> {
        let mut removes = Vec::new();
        for add in state.files.values() {
            let path = format!("{}/{}", TableName::Cohorts, add.path);
            let location = object_store::path::Path::from(path.as_str());
            let bytes = log::get(self.raw_store().as_ref(), &location).await?;
            for batch in rows::read_parquet(&path, bytes, None)? {
                for row in 0..batch.num_rows() {
                    if rows::cohort_from(&batch, row)?.cohort == name {
                        removes.push(put::remove(add));
                    }
                }
            }
        }
        Ok(removes)
    }
}
