//! Programs, scratch folders and shared data.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The first line of a program's version, or `None` where it is not installed; says so out loud.
pub(crate) fn version(program: &str) -> Option<String> {
    let version = Command::new(program).arg("--version").output().ok();
    match version {
        Some(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            Some(text.lines().next().unwrap_or_default().to_owned())
        }
        _ => {
            println!("skipped: `{program}` is not on the PATH; nothing is compared with it");
            None
        }
    }
}

/// A folder of the shared data, or `None` where this checkout has none; says so out loud.
pub(crate) fn shared_data(folder: &str) -> Option<PathBuf> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let path = root.join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: `../shared/data/{folder}` is not there; no real data is compared");
    None
}

/// Runs a program to its end; its standard output, or its standard error as an error.
pub(crate) fn run<I, S>(program: &str, arguments: I) -> Result<String, String>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    text_of(&output)
}

/// Standard output as text, or standard error of a program that failed.
pub(crate) fn text_of(output: &Output) -> Result<String, String> {
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(format!("{}: {message}", output.status))
    }
}

/// A folder of its own for a test, empty at the start and removed at the end of a test that passed.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a scratch folder can be made");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a scratch file can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// The variant files of a folder, by name, those of its folders included.
pub(crate) fn variant_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder of shared data can be read") {
            let path = entry.expect("an entry of a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if is_variant_file(&path.to_string_lossy()) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn is_variant_file(path: &str) -> bool {
    [".vcf", ".vcf.gz", ".vcf.bgz", ".bcf"]
        .iter()
        .any(|end| path.ends_with(end))
}
