//! How are bytes from anywhere read in order?

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::mpsc;

use crate::location::{Location, remote_store};
use crate::{Error, Result, StorageOptions};

/// Bytes of one request: large enough that the request's own time does not matter.
const PART_SIZE_BYTES: u64 = 8 * 1024 * 1024;

/// Requests under way at once: one connection alone does not fill a data centre's network.
const PARTS_IN_FLIGHT: usize = 4;

/// Something to ingest: bytes as stored.
pub struct Input {
    /// What messages and the `sources` column call it (without user, password and query).
    pub name: String,
    /// The bytes, in order. Where they come over the network, reading blocks, so it must be done
    /// off the async threads (`spawn_blocking` or a thread of its own).
    pub reader: Box<dyn Read + Send>,
    /// How many bytes there are, where known.
    pub size: Option<u64>,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("name", &self.name)
            .field("size", &self.size)
            .finish()
    }
}

/// Opens a file, an object-store or web URL, or standard input (`-`) for reading in order.
///
/// # Errors
/// When it does not exist or may not be read.
pub async fn input(uri: &str, options: &StorageOptions) -> Result<Input> {
    if uri == "-" {
        let reader = Box::new(io::stdin());
        return Ok(Input {
            name: "standard input".to_owned(),
            reader,
            size: None,
        });
    }
    let location = Location::parse(uri)?;
    let name = location.display();
    match location {
        // The name as typed: shorter, and the same on every machine.
        Location::Local(path) => local(uri.trim_start_matches("file://"), &path),
        Location::Remote(url) => {
            let (store, path) = remote_store(&url, options)?;
            remote(name, store, path).await
        }
    }
}

fn local(name: &str, path: &std::path::Path) -> Result<Input> {
    let failed = |source| Error::Io {
        path: name.to_owned(),
        action: "opening",
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let size = metadata.is_file().then_some(metadata.len());
    Ok(Input {
        name: name.to_owned(),
        reader: Box::new(file),
        size,
    })
}

async fn remote(name: String, store: Arc<dyn ObjectStore>, path: Path) -> Result<Input> {
    let meta = store
        .head(&path)
        .await
        .map_err(Error::storage(name.clone(), "opening"))?;
    let (sender, parts) = mpsc::channel::<io::Result<Bytes>>(PARTS_IN_FLIGHT);
    let size = meta.size;
    tokio::spawn(async move {
        let starts = (0..size).step_by(usize::try_from(PART_SIZE_BYTES).unwrap_or(usize::MAX));
        let mut fetched = futures::stream::iter(starts)
            .map(|start| {
                let (store, path) = (Arc::clone(&store), path.clone());
                let end = (start + PART_SIZE_BYTES).min(size);
                async move { store.get_range(&path, start..end).await }
            })
            .buffered(PARTS_IN_FLIGHT);
        while let Some(part) = fetched.next().await {
            let failed = part.is_err();
            if sender.send(part.map_err(io::Error::from)).await.is_err() || failed {
                return;
            }
        }
    });
    let reader = Box::new(PartReader {
        parts,
        current: Bytes::new(),
    });
    Ok(Input {
        name,
        reader,
        size: Some(size),
    })
}

struct PartReader {
    parts: mpsc::Receiver<io::Result<Bytes>>,
    current: Bytes,
}

impl Read for PartReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.parts.blocking_recv() {
                Some(part) => self.current = part?,
                None => return Ok(0),
            }
        }
        let n = out.len().min(self.current.len());
        let head = self.current.split_to(n);
        out[..n].copy_from_slice(&head);
        Ok(n)
    }
}
