//! Which objects of loaded tables does nobody need any more?
//!
//! # Definition
//! A version of a loaded table is needed if some retained version of `callsets` names it. An object
//! is kept when a needed version has it, or when it is so new that a load may still be writing. A
//! commit that no version of `callsets` names belongs to a load that broke off: the table is
//! brought back to what is visible, so that those who read it alone see that too.

use std::collections::{BTreeSet, HashMap, HashSet};

use futures::StreamExt;
use kohort_schema::{LoadedSchema, LoadedTable, TableName};
use object_store::ObjectStore;
use object_store::path::Path;

use crate::commit::{Change, commit};
use crate::loads::TABLE_VERSION;
use crate::log::{Commit, Listing, TableState};
use crate::vacuum::{Needed, Object};
use crate::{Error, Lake, Result, TableId, VacuumMode, put};

impl Lake {
    /// Objects of loaded tables that can go; in [`VacuumMode::Delete`] no log names them
    /// afterwards.
    pub(crate) async fn unneeded_of_loads(
        &self,
        needed: &Needed,
        mode: VacuumMode,
    ) -> Result<Vec<Object>> {
        let commits = self.all_commits(TableName::Callsets).await?;
        let shown = shown_versions(&commits, needed);
        let mut doomed = Vec::new();
        for table in self.loaded_folders().await? {
            let id = TableId::from(&table);
            // Objects before the log: what is put and committed in between is then not in the list.
            let objects = self.objects_of(&id).await?;
            let versions = shown.get(&table.to_string());
            let kept = self.kept_of_load(&id, versions, needed, mode).await?;
            doomed.extend(objects.into_iter().filter(|object| {
                object.modified <= needed.in_progress_since && !kept.contains(&object.path)
            }));
        }
        Ok(doomed)
    }

    /// Paths that a needed version has.
    async fn kept_of_load(
        &self,
        table: &TableId,
        versions: Option<&Shown>,
        needed: &Needed,
        mode: VacuumMode,
    ) -> Result<HashSet<String>> {
        let store = self.raw_store().as_ref();
        let mut kept = HashSet::new();
        let Some(listing) = Listing::read(store, table.clone()).await? else {
            return Ok(kept);
        };
        let mut visible = None;
        for version in versions.into_iter().flat_map(|v| &v.needed) {
            let state = listing.state(store, *version).await?;
            let folder = table.folder();
            kept.extend(state.files.keys().map(|path| format!("{folder}/{path}")));
            if versions.and_then(|v| v.latest) == Some(*version) {
                visible = Some(state);
            }
        }
        let head = listing.state(store, listing.latest()).await?;
        let is_old = head
            .timestamp
            .is_some_and(|t| t <= needed.in_progress_since);
        if mode == VacuumMode::Delete && is_old {
            self.bring_back(&head, visible.as_ref()).await?;
        }
        Ok(kept)
    }

    /// Makes the latest version of a table what is visible of it. Whoever commits meanwhile does
    /// that too.
    async fn bring_back(&self, head: &TableState, visible: Option<&TableState>) -> Result<()> {
        let is_visible = |path: &String| visible.is_some_and(|v| v.files.contains_key(path));
        let removes = head.files.iter().filter(|(path, _)| !is_visible(path));
        let removes: Vec<_> = removes.map(|(_, add)| put::remove(add)).collect();
        let missing = visible.iter().flat_map(|v| &v.files);
        let adds = missing.filter(|(path, _)| !head.files.contains_key(*path));
        let adds: Vec<_> = adds.map(|(_, add)| add.clone()).collect();
        if removes.is_empty() && adds.is_empty() {
            return Ok(());
        }
        let change = Change {
            operation: "VACUUM",
            removes,
            adds,
            ..Change::default()
        };
        commit(self.raw_store(), head, change).await.map(|_| ())
    }

    /// The loaded tables that have a folder, visible or not.
    pub(crate) async fn loaded_folders(&self) -> Result<BTreeSet<LoadedTable>> {
        let mut tables = BTreeSet::new();
        for schema in LoadedSchema::ALL {
            let prefix = Path::from(schema.as_str());
            let mut objects = self.raw_store().list(Some(&prefix));
            while let Some(object) = objects.next().await {
                let object = object.map_err(Error::storage(schema.as_str(), "listing"))?;
                let path = object.location.to_string();
                let folder = path.split('/').nth(1).unwrap_or_default();
                let has_more = path.split('/').nth(2).is_some();
                if let Ok(table) = LoadedTable::new(schema, folder)
                    && has_more
                {
                    tables.insert(table);
                }
            }
        }
        Ok(tables)
    }
}

/// Versions of a table that retained versions of the lake show.
#[derive(Debug, Default)]
struct Shown {
    needed: BTreeSet<u64>,
    latest: Option<u64>,
}

fn shown_versions(commits: &[Commit], needed: &Needed) -> HashMap<String, Shown> {
    let mut shown: HashMap<String, Shown> = HashMap::new();
    for (i, commit) in commits.iter().enumerate() {
        for transaction in &commit.transactions {
            if let Some(table) = transaction.app_id.strip_prefix(TABLE_VERSION) {
                let latest = u64::try_from(transaction.version).ok();
                shown.entry(table.to_owned()).or_default().latest = latest;
            }
        }
        // The version was the latest until the next one came.
        let next = commits.get(i + 1);
        if next.is_none_or(|next| next.timestamp() >= needed.since) {
            for table in shown.values_mut() {
                table.needed.extend(table.latest);
            }
        }
    }
    shown
}
