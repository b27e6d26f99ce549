//! How does a file get into a folder so that a power loss cannot take it back, and who may read it?
//!
//! Reading, listing and deleting are those of `object_store`. Writing is our own: a file is written
//! under a temporary name, synced, given its name, and then its folder is synced. When a put has
//! returned, the file is on the disk, and under its name there is never less than all of it.
//!
//! What is made is for its owner only, since samples, cohorts and registries are people:
//! [`Access`] says when it is not.

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
    UploadPart,
};

const STORE: &str = "folder";

/// The storage option that says who may read what is made in a folder.
pub(crate) const ACCESS_KEY: &str = "folder_access";

/// Who may read the folders and files of a lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Access {
    /// The owner (0700 and 0600). A file in a folder that was opened for others, by `chmod` or by
    /// one of the other two, is opened as that folder is; the tables' own folders are not.
    #[default]
    Owner,
    /// The owner, and the group to read (0750 and 0640).
    Group,
    /// Whom the process's umask leaves.
    Umask,
}

impl Access {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "owner" => Some(Self::Owner),
            "group" => Some(Self::Group),
            "umask" => Some(Self::Umask),
            _ => None,
        }
    }

    /// The bits for group and others of what is made in a folder with these.
    fn bits(self, parent: u32) -> u32 {
        match self {
            Self::Owner => parent & 0o077,
            Self::Group => 0o050 | parent & 0o077,
            Self::Umask => 0o077,
        }
    }
}

/// A temporary file that a process left that was killed while it wrote.
#[derive(Debug, Clone)]
pub(crate) struct Temporary {
    /// Path below the root.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
    pub(crate) modified: SystemTime,
}

/// A folder of this machine.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    inner: Arc<LocalFileSystem>,
    root: PathBuf,
    access: Access,
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Folder({})", self.root.display())
    }
}

impl Folder {
    /// A store of a folder that is there.
    pub(crate) fn new(root: &FilePath, access: Access) -> Result<Self> {
        let inner = Arc::new(LocalFileSystem::new_with_prefix(root)?);
        // As the store has it: without links.
        let root = std::fs::canonicalize(root).map_err(|error| generic(error.into()))?;
        Ok(Self {
            inner,
            root,
            access,
        })
    }

    async fn write(
        &self,
        location: &Path,
        payload: PutPayload,
        mode: PutMode,
    ) -> Result<PutResult> {
        let path = self.inner.path_to_filesystem(location)?;
        let (root, access) = (self.root.clone(), self.access);
        let work = move || write(&root, &path, &payload, mode, access);
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| generic(error.into()))?
    }

    /// The temporary files below some folders of the root.
    pub(crate) async fn temporaries(&self, below: Vec<String>) -> io::Result<Vec<Temporary>> {
        let root = self.root.clone();
        let work = move || {
            let mut found = Vec::new();
            for folder in below {
                collect(&root, &root.join(folder), &mut found)?;
            }
            Ok(found)
        };
        tokio::task::spawn_blocking(work).await?
    }

    /// Deletes a temporary file.
    pub(crate) async fn delete_temporary(&self, path: &str) -> io::Result<()> {
        match tokio::fs::remove_file(self.root.join(path)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

#[async_trait]
impl ObjectStore for Folder {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if matches!(options.mode, PutMode::Update(_)) {
            return Err(object_store::Error::NotImplemented {
                operation: "a put with `PutMode::Update`".to_owned(),
                implementer: self.to_string(),
            });
        }
        self.write(location, payload, options.mode).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Parts {
            folder: self.clone(),
            location: location.clone(),
            parts: Arc::default(),
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let path = self.inner.path_to_filesystem(to)?;
        let folder = path.parent().unwrap_or(&self.root).to_path_buf();
        let failed = |error: io::Error| generic(error.into());
        make_folders(&self.root, &folder, self.access).map_err(failed)?;
        // A second name for the same bytes, which are on the disk.
        self.inner.copy_opts(from, to, options).await?;
        sync_folder(&folder).map_err(failed)
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

/// An upload in parts: they are kept until all are there, since they are in memory anyway.
#[derive(Debug)]
struct Parts {
    folder: Folder,
    location: Path,
    parts: Arc<Mutex<Vec<PutPayload>>>,
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.push(data);
        Box::pin(async { Ok(()) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let parts = std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner));
        let all = parts.iter().flatten().cloned().collect();
        self.folder
            .write(&self.location, all, PutMode::Overwrite)
            .await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        Ok(())
    }
}

fn write(
    root: &FilePath,
    path: &FilePath,
    payload: &PutPayload,
    mode: PutMode,
    access: Access,
) -> Result<PutResult> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::PermissionDenied => object_store::Error::PermissionDenied {
            path: path.display().to_string(),
            source: source.into(),
        },
        _ => generic(source.into()),
    };
    let folder = path.parent().unwrap_or(root);
    make_folders(root, folder, access).map_err(failed)?;
    let temporary = temporary_name(path);
    let written = (|| {
        let bits = access.bits(shared_bits(folder)?);
        let mut file = create_new(&temporary, 0o600 | bits & 0o066)?;
        for part in payload {
            file.write_all(part)?;
        }
        file.sync_all()?;
        match mode {
            PutMode::Create => {
                std::fs::hard_link(&temporary, path)?;
                std::fs::remove_file(&temporary)?;
            }
            _ => std::fs::rename(&temporary, path)?,
        }
        sync_folder(folder)
    })();
    if let Err(source) = written {
        let _ = std::fs::remove_file(&temporary);
        return Err(match source.kind() {
            ErrorKind::AlreadyExists => object_store::Error::AlreadyExists {
                path: path.display().to_string(),
                source: source.into(),
            },
            _ => failed(source),
        });
    }
    Ok(PutResult {
        e_tag: None,
        version: None,
    })
}

fn generic(source: Box<dyn std::error::Error + Send + Sync>) -> object_store::Error {
    object_store::Error::Generic {
        store: STORE,
        source,
    }
}

/// `NAME#NUMBER`: `object_store` takes such a file for an upload under way, and does not list it.
fn temporary_name(path: &FilePath) -> PathBuf {
    let (number, _) = uuid::Uuid::new_v4().as_u64_pair();
    let mut name = path.as_os_str().to_owned();
    name.push(format!("#{number}"));
    name.into()
}

fn is_temporary(name: &str) -> bool {
    name.rsplit_once('#').is_some_and(|(base, number)| {
        !base.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn collect(root: &FilePath, folder: &FilePath, found: &mut Vec<Temporary>) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            collect(root, &path, found)?;
            continue;
        }
        if !kind.is_file() || !is_temporary(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let metadata = match entry.metadata() {
            // Its writer was done with it.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            metadata => metadata?,
        };
        let below = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        found.push(Temporary {
            path: parts.join("/"),
            size_bytes: metadata.len(),
            modified: metadata.modified()?,
        });
    }
    Ok(())
}

/// Makes a folder and those above it that are missing, each with its name on the disk.
pub(crate) fn make_folders(root: &FilePath, folder: &FilePath, access: Access) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent().filter(|p| !p.as_os_str().is_empty()) else {
        return Err(ErrorKind::NotFound.into());
    };
    make_folders(root, parent, access)?;
    // The root and the tables' folders take nothing from a folder that is not the lake's.
    let is_top = !parent.starts_with(root) || parent == root;
    let inherited = match is_top {
        true => 0,
        false => shared_bits(parent)?,
    };
    let is_of_lake = folder.starts_with(root);
    let bits = match is_of_lake {
        true => access.bits(inherited),
        false => 0o077,
    };
    match make_folder(folder, 0o700 | bits) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        made => made?,
    }
    sync_folder(parent)
}

#[cfg(unix)]
fn create_new(path: &FilePath, mode: u32) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn create_new(path: &FilePath, _: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn make_folder(path: &FilePath, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().mode(mode).create(path)
}

#[cfg(not(unix))]
fn make_folder(path: &FilePath, _: u32) -> io::Result<()> {
    DirBuilder::new().create(path)
}

/// What group and others may do in a folder.
#[cfg(unix)]
fn shared_bits(folder: &FilePath) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::metadata(folder)?.permissions().mode() & 0o077)
}

#[cfg(not(unix))]
fn shared_bits(_: &FilePath) -> io::Result<u32> {
    Ok(0)
}

#[cfg(unix)]
fn sync_folder(folder: &FilePath) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems know no syncing of folders.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Elsewhere a folder cannot be opened, and its entries are journalled.
#[cfg(not(unix))]
fn sync_folder(_: &FilePath) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;

    use super::*;

    #[tokio::test]
    async fn a_put_replaces_or_refuses_and_leaves_no_temporary() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path(), Access::Owner).unwrap();
        let path = Path::from("a/b/c.json");
        folder.put(&path, "one".into()).await.unwrap();
        folder.put(&path, "two".into()).await.unwrap();
        let create = PutOptions::from(PutMode::Create);
        let error = folder.put_opts(&path, "three".into(), create).await;
        assert!(matches!(
            error,
            Err(object_store::Error::AlreadyExists { .. })
        ));
        let mut parts = folder.put_multipart(&Path::from("a/d")).await.unwrap();
        for part in ["x", "y", "z"] {
            parts.put_part(part.into()).await.unwrap();
        }
        parts.complete().await.unwrap();
        for (path, expected) in [("a/b/c.json", "two"), ("a/d", "xyz")] {
            let found = folder.get(&Path::from(path)).await.unwrap();
            assert_eq!(found.bytes().await.unwrap(), expected);
        }
        let all = vec!["a".to_owned(), "missing".to_owned()];
        assert!(folder.temporaries(all.clone()).await.unwrap().is_empty());
        for name in ["a/b/c.json#1", "a/x.parquet#17", "a/kept#x", "a/#1"] {
            std::fs::write(place.path().join(name), "left").unwrap();
        }
        let found = folder.temporaries(all).await.unwrap();
        let mut found: Vec<_> = found.into_iter().map(|t| t.path).collect();
        found.sort();
        assert_eq!(found, ["a/b/c.json#1", "a/x.parquet#17"]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_is_made_is_for_its_owner_unless_its_folder_was_opened() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &FilePath| {
            let metadata = std::fs::metadata(path).unwrap();
            metadata.permissions().mode() & 0o777
        };
        let open = |path: &FilePath, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for (access, folder_mode, file_mode) in
            [(Access::Owner, 0o700, 0o600), (Access::Group, 0o750, 0o640)]
        {
            let place = tempfile::tempdir().unwrap();
            open(place.path(), 0o755);
            let folder = Folder::new(place.path(), access).unwrap();
            let path = Path::from("registry/people/x.parquet");
            folder.put(&path, "one".into()).await.unwrap();
            let below = |name: &str| place.path().join(name);
            assert_eq!(mode(&below("registry")), folder_mode);
            assert_eq!(mode(&below("registry/people")), folder_mode);
            assert_eq!(mode(&below("registry/people/x.parquet")), file_mode);
        }
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path(), Access::Owner).unwrap();
        folder
            .put(&Path::from("registry/a/x"), "1".into())
            .await
            .unwrap();
        open(&place.path().join("registry"), 0o750);
        folder
            .put(&Path::from("registry/b/x"), "1".into())
            .await
            .unwrap();
        assert_eq!(mode(&place.path().join("registry/b/x")), 0o640);
        assert_eq!(mode(&place.path().join("registry/a")), 0o700);
    }
}
