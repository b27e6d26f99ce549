//! Where the data of tests lie, and which programs are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skip;

/// The folder of the repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A file or folder of `datasets/`.
pub fn shipped(path: &str) -> PathBuf {
    Path::new(ROOT).join("datasets").join(path)
}

/// A file or folder of `../shared`, where it is there; whoever goes without it says what is
/// skipped.
pub fn beside(path: &str) -> Option<PathBuf> {
    let beside = Path::new(ROOT).join("../shared");
    let root = std::env::var_os("KOHORT_SHARED").map_or(beside, PathBuf::from);
    Some(root.join(path)).filter(|path| path.exists())
}

/// A file or folder of `../shared`, which does not come with the repository; `None`, and a skip
/// that is counted, where it is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = beside(path);
    if found.is_none() {
        skip(&format!("`../shared/{path}`"), "not there");
    }
    found
}

/// Files by their names relative to the two folders that they come from.
#[derive(Clone, Debug)]
pub struct Collection {
    /// The files, each once.
    pub files: BTreeMap<String, PathBuf>,
    /// Whether the files that do not come with the repository are among them.
    pub is_whole: bool,
}

impl Collection {
    /// One minimum where all files are there, another where only the shipped ones are.
    pub fn at_least(&self, whole: usize, shipped: usize) -> usize {
        if self.is_whole { whole } else { shipped }
    }
}

/// All files under `datasets/<shipped>` and `../shared/<shared>`; a skip is counted where the
/// latter is absent.
///
/// # Panics
///
/// Where a folder cannot be read.
pub fn collection(shipped: &str, shared: &str) -> Collection {
    let mut files = BTreeMap::new();
    let beside = beside(shared);
    match &beside {
        Some(folder) => collect(folder, folder, &mut files),
        None => skip(
            &format!("`../shared/{shared}`"),
            &format!("not there; only `datasets/{shipped}` is read"),
        ),
    }
    let folder = self::shipped(shipped);
    if folder.is_dir() {
        collect(&folder, &folder, &mut files);
    }
    Collection {
        files,
        is_whole: beside.is_some(),
    }
}

#[expect(clippy::unwrap_used, reason = "only tests call this")]
fn collect(root: &Path, folder: &Path, into: &mut BTreeMap<String, PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, into);
        } else {
            let name = path.strip_prefix(root).unwrap();
            into.insert(name.to_string_lossy().replace('\\', "/"), path);
        }
    }
}

/// The first line of a program's version; `None`, and a skip that is counted, where it is not
/// installed.
pub fn version(program: &str) -> Option<String> {
    match Command::new(program).arg("--version").output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Some(text.lines().next().unwrap_or_default().to_owned())
        }
        _ => {
            skip(program, "not installed");
            None
        }
    }
}
