//! Where do the bytes of a file come from, and how many have been read?

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kohort_ingest::{LoadRequest, Progress};
use kohort_lake::{LoadMode, StorageOptions};
use kohort_registry::{FileSource, Source};
use tokio::runtime::Handle;

use crate::error::{Failure, Result};

/// A file is read for its format, for its types, and for its rows.
const READINGS: u64 = 3;

/// The source that an argument names.
pub(super) fn of(file: &str, storage: &StorageOptions) -> Result<Arc<dyn Source>> {
    if file == "-" {
        let message = "a registry is read more than once, and standard input only gives it once";
        return Err(Failure::usage(message).with_hint("give a file"));
    }
    let path = file.strip_prefix("file://").unwrap_or(file);
    if path.contains("://") {
        return Ok(Arc::new(Remote {
            uri: file.to_owned(),
            name: shown(file),
            storage: storage.clone(),
            runtime: Handle::current(),
        }));
    }
    Ok(Arc::new(FileSource::new(path)))
}

/// What messages and the history call a URL: without user, password and query.
fn shown(url: &str) -> String {
    let url = kohort_lake::redact(url);
    let name = url.split(['?', '#']).next().unwrap_or(&url);
    name.replace("***@", "")
}

/// Something in object storage or on a web server.
struct Remote {
    uri: String,
    name: String,
    storage: StorageOptions,
    runtime: Handle,
}

impl Source for Remote {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let input = self
            .runtime
            .block_on(kohort_lake::input(&self.uri, &self.storage));
        Ok(input.map_err(io::Error::other)?.reader)
    }
}

/// The request with sources that tell how far they are read.
pub(super) fn counted(mut request: LoadRequest, progress: Arc<dyn Progress>) -> LoadRequest {
    let sizes = request.sources.iter().map(|source| {
        let metadata = std::fs::metadata(source.path()?).ok()?;
        Some(metadata.len())
    });
    let total: Option<u64> = sizes.sum();
    let is_upsert = matches!(request.mode, LoadMode::Upsert { .. });
    let readings = READINGS + u64::from(is_upsert);
    progress.total_bytes(total.map(|total| total * readings));
    let n_read = Arc::new(AtomicU64::new(0));
    let sources = request.sources.drain(..).map(|inner| {
        Arc::new(Counted {
            inner,
            n_read: Arc::clone(&n_read),
            progress: Arc::clone(&progress),
        }) as Arc<dyn Source>
    });
    request.sources = sources.collect();
    request
}

/// A source that tells how far it is read.
struct Counted {
    inner: Arc<dyn Source>,
    n_read: Arc<AtomicU64>,
    progress: Arc<dyn Progress>,
}

impl Source for Counted {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Counting {
            inner: self.inner.open()?,
            n_read: Arc::clone(&self.n_read),
            progress: Arc::clone(&self.progress),
        }))
    }

    fn path(&self) -> Option<&Path> {
        self.inner.path()
    }
}

struct Counting {
    inner: Box<dyn Read + Send>,
    n_read: Arc<AtomicU64>,
    progress: Arc<dyn Progress>,
}

impl Read for Counting {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let before = self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        self.progress.bytes_read(before + n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_name_of_a_source_holds_no_secret() {
        for url in [
            "https://ada:hush@host/people.csv?sig=hush#hush",
            "https://ada:hu?hush@host/people.csv",
            "https://ada:hu/hush@host/people.csv",
        ] {
            let source = of(url, &StorageOptions::new()).unwrap();
            assert_eq!(source.name(), "https://host/people.csv", "{url}");
        }
    }
}
