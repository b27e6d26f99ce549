//! What all sessions of a process share: one pool of memory, one cache of what is known of files,
//! and what has been read of the lakes' versions.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use datafusion::common::{Result, TableReference};
use datafusion::execution::cache::cache_manager::{CachedFileMetadataEntry, FileMetadataCache};
use datafusion::execution::cache::{Cache, CacheEntryInfo};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use kohort_lake::{Lake, Snapshot};
use object_store::path::Path;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::catalog::{Catalog, OfVersion};

/// What sorts, joins and aggregates may hold where the machine does not tell its memory.
const DEFAULT_MEMORY_BYTES: usize = 4 << 30;

/// Consumers of memory that an error names.
const NAMED_CONSUMERS: std::num::NonZeroUsize = match std::num::NonZeroUsize::new(3) {
    Some(n) => n,
    None => std::num::NonZeroUsize::MIN,
};

/// Bytes of a lake's digest that name it among the stores of a process.
const DIGEST_BYTES: usize = 16;

/// A version of a lake. The time tells a lake that was dropped and made anew from the one before.
type StateKey = (String, u64, DateTime<Utc>);

/// What sessions share. Each session has its own where it is given none.
pub struct Resources {
    runtime: Arc<RuntimeEnv>,
    memory_limit_bytes: usize,
    versions: Mutex<HashMap<StateKey, Weak<OfVersion>>>,
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources")
            .field("memory_limit_bytes", &self.memory_limit_bytes)
            .finish_non_exhaustive()
    }
}

impl Resources {
    /// Resources of their own. `memory_limit_bytes` is what all statements together may hold before
    /// they spill; half of the machine's memory when absent.
    ///
    /// # Errors
    /// There is no folder to spill to.
    pub fn new(memory_limit_bytes: Option<usize>) -> Result<Arc<Self>, Error> {
        let memory_limit_bytes = memory_limit_bytes.unwrap_or_else(half_of_memory);
        let pool = FairSpillPool::new(memory_limit_bytes);
        let pool = TrackConsumersPool::new(pool, NAMED_CONSUMERS);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .build_arc()?;
        Ok(Arc::new(Self {
            runtime,
            memory_limit_bytes,
            versions: Mutex::default(),
        }))
    }

    pub(crate) fn runtime(&self) -> &Arc<RuntimeEnv> {
        &self.runtime
    }

    /// What all statements together may hold, in bytes.
    pub fn memory_limit_bytes(&self) -> usize {
        self.memory_limit_bytes
    }

    /// The tables of a state of a lake. What is read of its version is the same for all.
    pub(crate) fn catalog(&self, lake: &Lake, snapshot: Snapshot) -> Result<Arc<Catalog>> {
        let uri = lake.uri().to_owned();
        let key = (uri.clone(), snapshot.version(), snapshot.timestamp());
        let store = self.store_of(&uri)?;
        self.runtime
            .register_object_store(store.url.as_ref(), lake.store());
        let of_version = self.of_version(key);
        Ok(Arc::new(Catalog::new(uri, snapshot, store, of_version)))
    }

    fn of_version(&self, key: StateKey) -> Arc<OfVersion> {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = versions.get(&key).and_then(Weak::upgrade) {
            return found;
        }
        versions.retain(|_, version| version.strong_count() > 0);
        let made = Arc::new(OfVersion::default());
        versions.insert(key, Arc::downgrade(&made));
        made
    }

    /// Where scans find the files of a lake. Two lakes may have files of the same name.
    fn store_of(&self, uri: &str) -> Result<LakeStore> {
        let digest = Sha256::digest(uri.as_bytes());
        let name: String = digest[..DIGEST_BYTES]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let shared = self.runtime.cache_manager.get_file_metadata_cache();
        Ok(LakeStore {
            url: ObjectStoreUrl::parse(format!("kohort://{name}"))?,
            metadata: Arc::new(MetadataOfLake { name, shared }),
        })
    }
}

/// Where the files of a lake are, and what is known of them.
#[derive(Debug, Clone)]
pub(crate) struct LakeStore {
    pub(crate) url: ObjectStoreUrl,
    pub(crate) metadata: Arc<FileMetadataCache>,
}

/// The part of the process's cache that is one lake's: the cache knows files by their paths, which
/// two lakes may share.
struct MetadataOfLake {
    name: String,
    shared: Arc<FileMetadataCache>,
}

impl MetadataOfLake {
    fn key(&self, path: &Path) -> Path {
        Path::from(format!("{}/{path}", self.name))
    }
}

impl Cache<Path, CachedFileMetadataEntry> for MetadataOfLake {
    fn get(&self, path: &Path) -> Option<CachedFileMetadataEntry> {
        self.shared.get(&self.key(path))
    }

    fn put(&self, path: &Path, value: CachedFileMetadataEntry) -> Option<CachedFileMetadataEntry> {
        self.shared.put(&self.key(path), value)
    }

    fn remove(&self, path: &Path) -> Option<CachedFileMetadataEntry> {
        self.shared.remove(&self.key(path))
    }

    fn contains_key(&self, path: &Path) -> bool {
        self.shared.contains_key(&self.key(path))
    }

    fn len(&self) -> usize {
        self.shared.len()
    }

    fn clear(&self) {
        self.shared.clear();
    }

    fn name(&self) -> String {
        self.shared.name()
    }

    fn cache_limit(&self) -> usize {
        self.shared.cache_limit()
    }

    fn update_cache_limit(&self, limit: usize) {
        self.shared.update_cache_limit(limit);
    }

    fn cache_ttl(&self) -> Option<Duration> {
        self.shared.cache_ttl()
    }

    fn update_cache_ttl(&self, ttl: Option<Duration>) {
        self.shared.update_cache_ttl(ttl);
    }

    fn drop_table_entries(&self, table: &TableReference) -> Result<()> {
        self.shared.drop_table_entries(table)
    }

    fn list_entries(
        &self,
    ) -> datafusion::common::HashMap<Path, CacheEntryInfo<CachedFileMetadataEntry>> {
        self.shared.list_entries()
    }
}

/// Half of the machine's memory, where Linux tells it.
fn half_of_memory() -> usize {
    let told = std::fs::read_to_string("/proc/meminfo").ok();
    let line = told
        .as_deref()
        .and_then(|text| text.lines().find(|l| l.starts_with("MemTotal:")));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.map_or(DEFAULT_MEMORY_BYTES, |kib| kib.saturating_mul(1024) / 2)
}
