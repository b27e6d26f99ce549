//! The verdicts of the hts-specs and vcf-validator suites, and every real file.
//!
//! What must pass passes. What must fail is refused where a wrong count could follow; the files
//! that are read on purpose are listed in `accepted.txt`, each group with its reason.

#![expect(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kohort_vcf::Error;

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, into);
        } else if [
            ".vcf", ".gvcf", ".vcf.gz", ".bcf", ".vcf.bgz", ".gvcf.gz", ".vcf.bz2",
        ]
        .iter()
        .any(|end| path.to_string_lossy().ends_with(end))
        {
            into.push(path);
        }
    }
}

fn suite(verdict: &str) -> Option<Vec<(String, PathBuf)>> {
    let root = support::shared()?.join("data/conformance");
    let mut all = Vec::new();
    for suite in ["hts-specs", "vcf-validator"] {
        files(&root.join(suite), &mut all);
    }
    let named = all.into_iter().map(|path| {
        let name = path
            .strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        (name, path)
    });
    Some(
        named
            .filter(|(name, _)| folder_of(name).contains(verdict))
            .collect(),
    )
}

fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Files that the validator passes and that are refused here.
const REFUSED: [(&str, &str); 3] = [
    (
        "vcf-validator/4.4/compressed_files/readable/passed/passed_compressed.vcf.bz2",
        "bzip2",
    ),
    (
        "vcf-validator/4.4/passed/passed_body_alt.vcf",
        "a typo in a float: `-0r.58`",
    ),
    (
        "vcf-validator/v4.3/assembly_checker/passed/passed_empty_vcf/passed_empty_vcf.vcf",
        "no header at all: made for the assembly checker",
    ),
];

#[test]
fn every_file_that_must_pass_is_read() {
    let Some(files) = suite("passed") else { return };
    assert!(files.len() > 80, "{}", files.len());
    let mut wrong = Vec::new();
    for (name, path) in files {
        let listed = REFUSED.iter().any(|(file, _)| *file == name);
        match support::check_file(&path) {
            Err(error) if !listed => wrong.push(format!("{name}\n    {error}")),
            Ok(_) if listed => wrong.push(format!("{name} is listed, but read")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_must_fail_is_refused_but_for_the_listed_files() {
    let Some(files) = suite("failed") else { return };
    let listed: BTreeSet<&str> = include_str!("accepted.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect();
    let n = files.len();
    let mut accepted = BTreeSet::new();
    for (name, path) in &files {
        match support::check_file(path) {
            Ok(_) => drop(accepted.insert(name.as_str())),
            Err(error) => println!("refused {name}: {error}"),
        }
    }
    println!("refused {} of {n}", n - accepted.len());
    let unlisted: Vec<_> = accepted.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&accepted).collect();
    assert!(
        unlisted.is_empty(),
        "accepted, but not listed:\n{unlisted:#?}"
    );
    assert!(stale.is_empty(), "listed, but refused:\n{stale:#?}");
}

/// `refused.txt` lists the files whose structure is broken. A value that breaks its declaration is
/// another matter: `ingest` stops there or writes NULL, as its user says.
#[test]
fn every_real_file_is_read_but_for_the_listed_ones() {
    let Some(shared) = support::shared() else {
        return;
    };
    let root = shared.join("data/real");
    let mut all = Vec::new();
    files(&root, &mut all);
    let (mut n, mut records, mut bad_values) = (0, 0, 0);
    let mut refused = BTreeSet::new();
    for path in all {
        n += 1;
        match support::check_file(&path) {
            Ok(found) => records += found,
            Err(error) if matches!(error.condition(), Error::Field { .. }) => {
                println!("bad value: {error}");
                bad_values += 1;
            }
            Err(error) => {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                println!("refused {name}: {error}");
                refused.insert(name);
            }
        }
    }
    println!("{n} files: {records} records read; {bad_values} with bad values");
    let listed: BTreeSet<String> = include_str!("refused.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect();
    let unlisted: Vec<_> = refused.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&refused).collect();
    assert!(
        unlisted.is_empty(),
        "refused, but not listed:\n{unlisted:#?}"
    );
    assert!(stale.is_empty(), "listed, but read:\n{stale:#?}");
}
