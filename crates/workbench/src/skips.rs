//! Tests that do not test everything say what they left out.
//!
//! A skip is printed at once, past the capture of output, and noted in a file, from which the last
//! test target of `cargo test --workspace` prints all of them (`tests/skipped.rs`). The file is
//! that of one run: it is named after the process that started the tests, or by
//! `KOHORT_SKIPPED`, where several runs of `cargo test` are to share a list.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Something that a test left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// The program of tests, such as `bcftools_compat`.
    pub program: String,
    /// The test.
    pub test: String,
    /// What was left out.
    pub what: String,
    /// Why.
    pub why: String,
}

/// Notes that the running test leaves something out, and says so.
pub fn skip(what: &str, why: &str) {
    static NOTED: Mutex<BTreeSet<Skip>> = Mutex::new(BTreeSet::new());
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let skip = Skip {
        program: program(),
        test: flat(std::thread::current().name().unwrap_or("a thread")),
        what: flat(what),
        why: flat(why),
    };
    let is_new = NOTED
        .lock()
        .is_ok_and(|mut noted| noted.insert(skip.clone()));
    if is_new {
        let Skip { program, test, .. } = &skip;
        let line = format!("SKIPPED: {program}: {test}: {}: {}\n", skip.what, skip.why);
        let _ = std::io::stderr().write_all(line.as_bytes());
        note(&skip);
    }
}

/// The skips of this run, each once.
pub fn skips() -> BTreeSet<Skip> {
    let text = std::fs::read_to_string(file()).unwrap_or_default();
    let parse = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        Some(Skip {
            program: fields.next()?,
            test: fields.next()?,
            what: fields.next()?,
            why: fields.next()?,
        })
    };
    text.lines().filter_map(parse).collect()
}

/// Removes the list of this run, unless several runs share it, and lists that are days old.
pub fn forget() {
    if std::env::var_os("KOHORT_SKIPPED").is_some() {
        return;
    }
    let _ = std::fs::remove_file(file());
    let Some(lists) = file().parent().and_then(|folder| folder.read_dir().ok()) else {
        return;
    };
    for list in lists.flatten() {
        let age = list.metadata().and_then(|found| found.modified());
        let is_old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age.as_secs() > 86_400));
        if is_old {
            let _ = std::fs::remove_file(list.path());
        }
    }
}

fn note(skip: &Skip) {
    let path = file();
    if let Some(folder) = path.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let line = [&skip.program, &skip.test, &skip.what, &skip.why].map(String::as_str);
    let line = format!("{}\n", line.join("\t"));
    let noted = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = noted {
        let text = format!("SKIPPED: not noted in {}: {error}\n", path.display());
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

fn file() -> PathBuf {
    if let Some(path) = std::env::var_os("KOHORT_SKIPPED") {
        return path.into();
    }
    // target/debug/deps/<program>-<hash>
    let program = std::env::current_exe().unwrap_or_default();
    let target = program.ancestors().nth(3).unwrap_or(Path::new("."));
    let name = format!("{}.tsv", starter());
    target.join("skipped").join(name)
}

/// The process that runs the tests one after another: `cargo test`.
#[cfg(unix)]
fn starter() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn starter() -> u32 {
    0
}

/// The name of the running program without the hash that Cargo adds.
fn program() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    match name.rsplit_once('-') {
        Some((name, _)) => name.to_owned(),
        None => name.into_owned(),
    }
}
