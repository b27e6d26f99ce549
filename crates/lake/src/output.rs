//! How does a file become an object? Whole, or not at all.

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};

use crate::location::{Location, remote_store};
use crate::{Error, Result, StorageOptions};

/// Bytes of one part; S3 takes at most 10,000 of them, which makes 160 GiB.
const PART_SIZE_BYTES: usize = 16 * 1024 * 1024;

/// Parts under way at once.
const PARTS_IN_FLIGHT: usize = 4;

/// A place in object storage that results go to.
#[derive(Debug, Clone)]
pub struct Output {
    store: Arc<dyn ObjectStore>,
    path: Path,
    name: String,
}

impl Output {
    /// Whether a text is a URL, and not a file of this machine.
    pub fn is_url(text: &str) -> bool {
        text.contains("://") && !text.starts_with("file://")
    }

    /// The object at a URL: `s3://`, `gs://` or `az://`.
    ///
    /// # Errors
    /// A URL of something else, one without a path, or options that the storage does not know.
    pub fn at(url: &str, options: &StorageOptions) -> Result<Self> {
        let location = Location::parse(url)?;
        let name = location.display();
        let wrong = |reason: &str| Error::InvalidUri {
            uri: name.clone(),
            reason: reason.to_owned(),
        };
        let Location::Remote(parsed) = location else {
            return Err(wrong("expected a URL, got a file of this machine"));
        };
        if matches!(parsed.scheme(), "http" | "https") {
            return Err(wrong("expected s3://, gs:// or az:// to write to"));
        }
        let (store, path) = remote_store(&parsed, options)?;
        if path.as_ref().is_empty() {
            return Err(wrong("expected the name of an object behind the bucket"));
        }
        Ok(Self { store, path, name })
    }

    /// The object's URL, without user, password and query.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An object below this one, by its path with `/` between folders.
    #[must_use]
    pub fn below(&self, relative: &str) -> Self {
        let parts = relative.split('/').filter(|part| !part.is_empty());
        let path = parts.fold(self.path.clone(), |path, part| path.join(part));
        Self {
            store: Arc::clone(&self.store),
            path,
            name: format!("{}/{relative}", self.name),
        }
    }

    /// Whether objects lie below this place, as files lie in a folder.
    ///
    /// # Errors
    /// The storage does not answer.
    pub async fn has_any_below(&self) -> Result<bool> {
        let mut found = self.store.list(Some(&self.path));
        let first = found.try_next().await;
        Ok(first
            .map_err(Error::storage(self.name.clone(), "listing"))?
            .is_some())
    }

    /// Whether the object is there.
    ///
    /// # Errors
    /// The storage does not answer.
    pub async fn exists(&self) -> Result<bool> {
        match self.store.head(&self.path).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(Error::storage(self.name.clone(), "looking for it")(error)),
        }
    }

    /// Deletes every object below this place that is not among the names, which are relative.
    ///
    /// # Errors
    /// The storage does not answer, or may not delete.
    pub async fn keep_only(&self, names: &[String]) -> Result<()> {
        let kept: Vec<Path> = names.iter().map(|name| self.below(name).path).collect();
        let found: Vec<_> = self
            .store
            .list(Some(&self.path))
            .try_collect()
            .await
            .map_err(Error::storage(self.name.clone(), "listing"))?;
        for object in found {
            if !kept.contains(&object.location) {
                let deleted = self.store.delete(&object.location).await;
                deleted.map_err(Error::storage(object.location.to_string(), "deleting"))?;
            }
        }
        Ok(())
    }

    /// Puts a file of this machine there. Readers see the object when all of it has arrived; until
    /// then they see what was there before.
    ///
    /// # Errors
    /// The file cannot be read, or the storage refuses; what was begun is given up.
    pub async fn put_file(&self, file: &std::path::Path) -> Result<()> {
        let unreadable = |source| Error::Io {
            path: file.display().to_string(),
            action: "reading",
            source,
        };
        let failed = || Error::storage(self.name.clone(), "writing");
        let mut reader = std::fs::File::open(file).map_err(unreadable)?;
        let first = part(&mut reader).map_err(unreadable)?;
        if first.len() < PART_SIZE_BYTES {
            self.store
                .put(&self.path, first.into())
                .await
                .map_err(failed())?;
            return Ok(());
        }
        let upload = self.store.put_multipart(&self.path).await;
        let mut upload = Begun(Some(upload.map_err(failed())?));
        let sent = upload.send(first, || part(&mut reader).map_err(unreadable), failed);
        match sent.await {
            Ok(()) => {
                upload.0 = None;
                Ok(())
            }
            Err(error) => {
                upload.give_up().await;
                Err(error)
            }
        }
    }
}

/// An upload that is given up unless it is completed, also where nobody waits for it any longer.
struct Begun(Option<Box<dyn MultipartUpload>>);

impl Begun {
    async fn send<E: FnOnce(object_store::Error) -> Error>(
        &mut self,
        first: Bytes,
        mut next: impl FnMut() -> Result<Bytes>,
        failed: impl Fn() -> E,
    ) -> Result<()> {
        let Some(upload) = &mut self.0 else {
            return Ok(());
        };
        let mut under_way = futures::stream::FuturesUnordered::new();
        let mut bytes = first;
        while !bytes.is_empty() {
            under_way.push(upload.put_part(bytes.into()));
            if under_way.len() >= PARTS_IN_FLIGHT {
                under_way.try_next().await.map_err(failed())?;
            }
            bytes = next()?;
        }
        while under_way.try_next().await.map_err(failed())?.is_some() {}
        upload.complete().await.map_err(failed())?;
        Ok(())
    }

    async fn give_up(&mut self) {
        if let Some(mut upload) = self.0.take() {
            let _ = upload.abort().await;
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let (Some(mut upload), Ok(runtime)) =
            (self.0.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move { upload.abort().await });
    }
}

/// The next part of a file; shorter than a part at its end.
fn part(reader: &mut impl Read) -> std::io::Result<Bytes> {
    let mut bytes = Vec::new();
    reader
        .take(PART_SIZE_BYTES as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    fn output(store: &Arc<InMemory>) -> Output {
        Output {
            store: Arc::clone(store) as _,
            path: Path::from("out/a.bin"),
            name: "s3://bucket/out/a.bin".to_owned(),
        }
    }

    async fn bytes(store: &InMemory, path: &str) -> Option<Bytes> {
        store.get(&Path::from(path)).await.ok()?.bytes().await.ok()
    }

    #[tokio::test]
    async fn a_file_of_any_size_arrives_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let store = Arc::new(InMemory::new());
        for size in [
            0,
            1,
            PART_SIZE_BYTES - 1,
            PART_SIZE_BYTES,
            2 * PART_SIZE_BYTES + 7,
        ] {
            let content: Vec<u8> = (0..size)
                .map(|i| u8::try_from(i % 251).unwrap_or(0))
                .collect();
            std::fs::write(&file, &content).unwrap();
            output(&store).put_file(&file).await.unwrap();
            let found = bytes(&store, "out/a.bin").await.unwrap();
            assert!(found == content, "{size}");
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_leaves_no_object() {
        let store = Arc::new(InMemory::new());
        let missing = std::path::Path::new("/no/such/file");
        assert!(output(&store).put_file(missing).await.is_err());
        assert!(bytes(&store, "out/a.bin").await.is_none());
    }

    #[tokio::test]
    async fn what_is_not_kept_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "x").unwrap();
        let store = Arc::new(InMemory::new());
        let place = output(&store);
        assert!(!place.has_any_below().await.unwrap());
        for name in ["old.csv", "tables/new.csv"] {
            place.below(name).put_file(&file).await.unwrap();
        }
        assert!(place.has_any_below().await.unwrap());
        place
            .keep_only(&["tables/new.csv".to_owned()])
            .await
            .unwrap();
        assert!(bytes(&store, "out/a.bin/old.csv").await.is_none());
        assert!(bytes(&store, "out/a.bin/tables/new.csv").await.is_some());
    }

    #[test]
    fn only_object_storage_is_written_to() {
        let options = StorageOptions::new();
        for url in [
            "https://host/x.csv",
            "ftp://host/x.csv",
            "s3://bucket",
            "x.csv",
        ] {
            assert!(Output::at(url, &options).is_err(), "{url}");
        }
        assert!(Output::is_url("s3://b/x") && !Output::is_url("file:///x"));
    }
}
