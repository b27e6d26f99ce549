//! The verdicts of the hts-specs and vcf-validator suites, and every real file that is there.
//!
//! What must pass passes. What must fail is refused where a wrong count could follow; the files
//! that are read on purpose are listed in `accepted.txt`, each group with its reason.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use kohort_vcf::Error;
use kohort_workbench::{Collection, collection};

/// The variant files of a collection.
fn variant_files(collection: &Collection) -> impl Iterator<Item = (&String, &PathBuf)> {
    const ENDS: [&str; 7] = [
        ".vcf", ".gvcf", ".vcf.gz", ".bcf", ".vcf.bgz", ".gvcf.gz", ".vcf.bz2",
    ];
    let is_one = |(name, _): &(&String, &PathBuf)| ENDS.iter().any(|end| name.ends_with(end));
    collection.files.iter().filter(is_one)
}

/// The files of a verdict, and whether those of hts-specs are among them.
fn suite(verdict: &str) -> (Vec<(String, PathBuf)>, Collection) {
    let all = collection("conformance", "data/conformance");
    let suites = ["hts-specs/", "vcf-validator/"];
    let of_verdict = variant_files(&all)
        .filter(|(name, _)| suites.iter().any(|suite| name.starts_with(suite)))
        .filter(|(name, _)| folder_of(name).contains(verdict))
        .map(|(name, path)| (name.clone(), path.clone()))
        .collect();
    (of_verdict, all)
}

/// The lines of a list that name files which are there.
fn listed<'a>(list: &'a str, files: &Collection) -> BTreeSet<&'a str> {
    list.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter(|name| files.is_whole || files.files.contains_key(*name))
        .collect()
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
    let (files, all) = suite("passed");
    assert!(files.len() > all.at_least(80, 40), "{}", files.len());
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
    let (files, all) = suite("failed");
    let listed = listed(include_str!("accepted.txt"), &all);
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
    let all = collection("variants", "data/real");
    let (mut n, mut records, mut bad_values) = (0, 0, 0);
    let mut refused = BTreeSet::new();
    for (name, path) in variant_files(&all) {
        n += 1;
        match support::check_file(path) {
            Ok(found) => records += found,
            Err(error) if matches!(error.condition(), Error::Field { .. }) => {
                println!("bad value: {error}");
                bad_values += 1;
            }
            Err(error) => {
                println!("refused {name}: {error}");
                refused.insert(name.as_str());
            }
        }
    }
    println!("{n} files: {records} records read; {bad_values} with bad values");
    let listed = listed(include_str!("refused.txt"), &all);
    let unlisted: Vec<_> = refused.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&refused).collect();
    assert!(
        unlisted.is_empty(),
        "refused, but not listed:\n{unlisted:#?}"
    );
    assert!(stale.is_empty(), "listed, but read:\n{stale:#?}");
}
