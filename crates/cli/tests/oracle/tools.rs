//! Programs, scratch folders and files of others.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kohort_workbench::Collection;

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

/// The variant files of a folder of `datasets/variants` and of the shared data, by name.
pub(crate) fn variant_files(all: &Collection, folder: &str) -> Vec<(String, PathBuf)> {
    let files = all.files.iter();
    let wanted = files.filter(|(name, _)| name.starts_with(folder) && is_variant_file(name));
    wanted
        .map(|(name, path)| (name.clone(), path.clone()))
        .collect()
}

fn is_variant_file(path: &str) -> bool {
    [".vcf", ".vcf.gz", ".vcf.bgz", ".bcf"]
        .iter()
        .any(|end| path.ends_with(end))
}
