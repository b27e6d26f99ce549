//! The folder of a report: it appears as a whole, or not at all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;
use tempfile::TempDir;

use crate::make::MANIFEST;
use crate::{Error, Made};

/// The printed page, which is made after the manifest.
const PRINTED: &str = "report.pdf";

/// What to do with a folder that is not empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Refuse it.
    #[default]
    Refuse,
    /// Put the new report in the place of an older one; refuse what is no report, or holds more
    /// than its files.
    Replace,
}

/// A report in the making, in a hidden folder beside the one that it will be. Dropped before
/// [`Staging::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Staging {
    target: PathBuf,
    existing: Existing,
    folder: TempDir,
}

impl Staging {
    /// Begins a report that will be `target`.
    ///
    /// # Errors
    /// There is something in `target` that may not be replaced, or nothing can be written beside
    /// it.
    pub fn begin(target: &Path, existing: Existing) -> Result<Self, Error> {
        check(target, existing)?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(unwritable(&parent))?;
        let folder = tempfile::Builder::new()
            .prefix(".kohort-report-")
            .tempdir_in(&parent)
            .map_err(unwritable(&parent))?;
        Ok(Self {
            target: target.to_owned(),
            existing,
            folder,
        })
    }

    /// The folder to write into.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the files of a report.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, made: &Made) -> Result<(), Error> {
        for (path, bytes) in &made.files {
            let path = self.path().join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(unwritable(parent))?;
            }
            fs::write(&path, bytes).map_err(unwritable(&path))?;
        }
        Ok(())
    }

    /// Makes the folder what it will be: with one renaming, so that nobody sees half a report.
    ///
    /// # Errors
    /// It cannot be renamed; what was there before is then still there.
    pub fn commit(self) -> Result<(), Error> {
        check(&self.target, self.existing)?;
        open_to_all(self.folder.path()).map_err(unwritable(&self.target))?;
        let made = self.folder.keep();
        let result = put_in_place(&made, &self.target);
        if result.is_err() {
            // What could not be put in place is no use to anyone.
            let _ = fs::remove_dir_all(&made);
        }
        result
    }
}

/// A temporary folder is its owner's alone; a report is as open as any new folder.
#[cfg(unix)]
fn open_to_all(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // A folder made in the ordinary way has the mode that the process gives to new folders.
    let probe = folder.join("mode");
    fs::create_dir(&probe)?;
    let mode = fs::metadata(&probe)?.permissions().mode();
    fs::remove_dir(&probe)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_all(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn put_in_place(made: &Path, target: &Path) -> Result<(), Error> {
    if !target.exists() {
        return fs::rename(made, target).map_err(unwritable(target));
    }
    let mut former = made.as_os_str().to_owned();
    former.push("-former");
    let former = PathBuf::from(former);
    fs::rename(target, &former).map_err(unwritable(target))?;
    if let Err(source) = fs::rename(made, target) {
        // Back to how it was; the first error is the one to tell.
        let _ = fs::rename(&former, target);
        return Err(unwritable(target)(source));
    }
    fs::remove_dir_all(&former).map_err(unwritable(&former))
}

/// Whether a folder may become a report.
fn check(target: &Path, existing: Existing) -> Result<(), Error> {
    let refuse = |message, hint: Option<&str>| {
        Err(Error::Folder {
            path: target.to_owned(),
            message,
            hint: hint.map(str::to_owned),
        })
    };
    if target.file_name().is_none() {
        return refuse("expected a folder with a name of its own", None);
    }
    if !target.exists() {
        return Ok(());
    }
    if !target.is_dir() {
        return refuse("expected a folder, got a file", None);
    }
    let is_empty = fs::read_dir(target)
        .map_err(unwritable(target))?
        .next()
        .is_none();
    if is_empty {
        return Ok(());
    }
    let Some(own) = files_of_report(target) else {
        let hint = "name a new folder, or an empty one";
        return refuse("is not empty, and holds no report", Some(hint));
    };
    if existing == Existing::Refuse {
        let hint = "add --force to put the new one in its place";
        return refuse("holds a report already", Some(hint));
    }
    let found = foreign(target, Path::new(""), &own).map_err(unwritable(target))?;
    match found {
        Some(path) => {
            let hint = format!(
                "`{}` is none of the report's files: move it",
                path.display()
            );
            refuse("holds more than a report", Some(&hint))
        }
        None => Ok(()),
    }
}

/// The files of the report in a folder, as its manifest lists them; nothing where there is none.
fn files_of_report(folder: &Path) -> Option<BTreeSet<PathBuf>> {
    #[derive(Deserialize)]
    struct Manifest {
        #[serde(rename = "report")]
        _report: String,
        files: Vec<PathBuf>,
    }
    let text = fs::read(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_slice(&text).ok()?;
    let unlisted = [MANIFEST, PRINTED].map(PathBuf::from);
    Some(manifest.files.into_iter().chain(unlisted).collect())
}

/// The first entry below a folder that is none of a report's files.
fn foreign(root: &Path, below: &Path, own: &BTreeSet<PathBuf>) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type()?;
        let is_within = own.iter().any(|file| file.starts_with(&path));
        let found = match kind.is_dir() && is_within {
            true => foreign(root, &path, own)?,
            false => Some(path).filter(|path| !kind.is_file() || !own.contains(path)),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Unwritable { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> Made {
        let manifest = "{\"report\": \"a\", \"files\": [\"tables/a.csv\"]}";
        Made {
            files: vec![
                (MANIFEST.to_owned(), manifest.as_bytes().to_vec()),
                ("tables/a.csv".to_owned(), text.as_bytes().to_vec()),
            ],
            for_print: String::new(),
            n_withheld: 0,
        }
    }

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_report_appears_as_a_whole_and_leaves_nothing_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("out");
        let staging = Staging::begin(&target, Existing::Refuse).unwrap();
        staging.write(&made("1")).unwrap();
        assert!(!target.exists());
        staging.commit().unwrap();
        assert_eq!(
            fs::read_to_string(target.join("tables/a.csv")).unwrap(),
            "1"
        );
        assert_eq!(entries(place.path()), 1);
    }

    #[test]
    fn a_report_that_is_given_up_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let staging = Staging::begin(&place.path().join("out"), Existing::Refuse).unwrap();
        staging.write(&made("1")).unwrap();
        drop(staging);
        assert_eq!(entries(place.path()), 0);
    }

    #[test]
    fn an_older_report_is_replaced_on_request_only() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("out");
        for (text, existing) in [("1", Existing::Refuse), ("2", Existing::Replace)] {
            let staging = Staging::begin(&target, existing).unwrap();
            staging.write(&made(text)).unwrap();
            staging.commit().unwrap();
        }
        assert_eq!(
            fs::read_to_string(target.join("tables/a.csv")).unwrap(),
            "2"
        );
        assert_eq!(entries(place.path()), 1);
        let error = Staging::begin(&target, Existing::Refuse).unwrap_err();
        assert!(error.hint().unwrap().contains("--force"), "{error}");
    }

    #[test]
    fn a_folder_that_is_no_report_is_never_replaced() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("letter.txt"), "dear").unwrap();
        for existing in [Existing::Refuse, Existing::Replace] {
            let error = Staging::begin(place.path(), existing).unwrap_err();
            assert!(error.to_string().contains("not empty"), "{error}");
        }
        assert!(place.path().join("letter.txt").exists());
        assert!(Staging::begin(Path::new("/"), Existing::Replace).is_err());
    }

    #[test]
    fn a_report_beside_which_something_else_lies_is_not_replaced() {
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("out");
        let staging = Staging::begin(&target, Existing::Refuse).unwrap();
        staging.write(&made("1")).unwrap();
        staging.commit().unwrap();
        fs::write(target.join(PRINTED), "%PDF").unwrap();
        assert!(Staging::begin(&target, Existing::Replace).is_ok());
        for name in ["thesis.txt", "tables/own.csv"] {
            fs::write(target.join(name), "mine").unwrap();
            let error = Staging::begin(&target, Existing::Replace).unwrap_err();
            assert!(error.hint().unwrap().contains(name), "{error}");
            fs::remove_file(target.join(name)).unwrap();
        }
        fs::create_dir(target.join("empty")).unwrap();
        assert!(Staging::begin(&target, Existing::Replace).is_err());
    }

    #[test]
    fn a_folder_with_a_file_of_the_manifests_name_is_no_report() {
        let place = tempfile::tempdir().unwrap();
        for text in ["{}", "no json", "{\"files\": []}"] {
            fs::write(place.path().join(MANIFEST), text).unwrap();
            let error = Staging::begin(place.path(), Existing::Replace).unwrap_err();
            assert!(error.to_string().contains("holds no report"), "{error}");
        }
    }
}
