//! What is a lake?

use std::fmt;
use std::sync::Arc;

use kohort_schema::TableName;
use kohort_schema::tables::declared_schema;
use object_store::ObjectStore;

use crate::folder::Folder;
use crate::location::{Location, Missing, lake_store};
use crate::log::{Listing, Store};
use crate::{AsOf, Error, Result, Snapshot, StorageOptions, commit};

/// A lake. Cheap to clone; holds no state but where it is.
#[derive(Clone)]
pub struct Lake {
    store: Store,
    uri: Arc<str>,
    folder: Option<Folder>,
}

impl fmt::Debug for Lake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lake")
            .field("uri", &self.uri)
            .finish_non_exhaustive()
    }
}

impl Lake {
    /// Opens a lake.
    ///
    /// # Errors
    /// [`Error::NoLake`] when there is none at the URI.
    pub async fn open(uri: &str, options: &StorageOptions) -> Result<Self> {
        let lake = Self::at(uri, options, Missing::Error)?;
        match Listing::read(lake.store.as_ref(), TableName::Callsets).await? {
            Some(_) => Ok(lake),
            None => Err(Error::NoLake {
                uri: lake.uri().to_owned(),
            }),
        }
    }

    /// Opens a lake, or makes one where there is none.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn create(uri: &str, options: &StorageOptions) -> Result<Self> {
        Self::at(uri, options, Missing::Create)?.made().await
    }

    /// Opens a lake in a store of the caller's, or makes one there. `uri` is what messages show.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn create_in(store: Arc<dyn ObjectStore>, uri: &str) -> Result<Self> {
        let (uri, folder) = (uri.into(), None);
        Self { store, uri, folder }.made().await
    }

    async fn made(self) -> Result<Self> {
        let lake = self;
        if Listing::read(lake.store.as_ref(), TableName::Callsets)
            .await?
            .is_some()
        {
            return Ok(lake);
        }
        // `callsets` last: a lake is there when that table is. Of two who make it at once, each
        // table is made by one of them, which is all the same.
        let others = TableName::ALL
            .into_iter()
            .filter(|t| *t != TableName::Callsets);
        for table in others.chain([TableName::Callsets]) {
            commit::create(&lake.store, table, &declared_schema(table)).await?;
        }
        Ok(lake)
    }

    fn at(uri: &str, options: &StorageOptions, missing: Missing) -> Result<Self> {
        let location = Location::parse(uri)?;
        let (store, folder) = lake_store(&location, options, missing)?;
        Ok(Self {
            store,
            uri: location.display().into(),
            folder,
        })
    }

    /// Where it is, without user, password and query.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The storage, its root being the lake's: [`crate::DataFile::path`] is a path in it.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    /// The folder that it is in, if it is in one.
    pub(crate) fn folder(&self) -> Option<&Folder> {
        self.folder.as_ref()
    }

    pub(crate) fn raw_store(&self) -> &Store {
        &self.store
    }

    /// One state of the lake, the latest by default.
    ///
    /// # Errors
    /// [`Error::NoSuchVersion`] and [`Error::BeforeFirstVersion`] for states that never were;
    /// [`Error::NewerFormat`] for a lake of a later Kohort.
    pub async fn snapshot(&self, as_of: Option<AsOf>) -> Result<Snapshot> {
        Snapshot::load(Arc::clone(&self.store), &self.uri, as_of).await
    }
}
