//! Real files, ingested and exported, are what `bcftools view` reads from the originals.
//!
//! Compared are all columns of all records, after what is known to come back differently is made
//! equal: the order of INFO and FORMAT keys, INFO entries whose only value is `.`, and FORMAT
//! values that are missing as a whole (`.`, `.,.`).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use common::{TestLake, request};
use kohort_genome::ReferenceGenome;
use kohort_ingest::{ExportRequest, IngestRequest, Input, OnBadField};
use kohort_workbench::{Collection, collection, version};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Flag with a value (`DB=0`): the value is not kept.
const DIFFERENT: &str = "all43Features";

/// Larger files take long in a debug build.
const MAX_FILE_BYTES: u64 = 100_000;

fn bcftools(path: &Path) -> Option<Vec<String>> {
    let output = Command::new("bcftools")
        .args(["view", "-H"])
        .arg(path)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output
        .status
        .success()
        .then(|| text.lines().map(canonical).collect())
}

fn is_missing(value: &str) -> bool {
    value.bytes().all(|b| matches!(b, b'.' | b','))
}

fn canonical(line: &str) -> String {
    let mut columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
    let mut info: Vec<&str> = columns[7]
        .split(';')
        .filter(|entry| {
            entry
                .split_once('=')
                .is_none_or(|(_, value)| !is_missing(value))
        })
        .filter(|entry| *entry != ".")
        .collect();
    info.sort_unstable();
    columns[7] = info.join(";");
    if columns.len() > 8 {
        let keys: Vec<String> = columns[8].split(':').map(str::to_owned).collect();
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by_key(|&i| (keys[i] != "GT", keys[i].clone()));
        for column in &mut columns[8..] {
            let values: Vec<&str> = column.split(':').collect();
            let value = |i: usize| match values.get(i) {
                Some(value) if !is_missing(value) => *value,
                _ => ".",
            };
            *column = order
                .iter()
                .map(|&i| value(i))
                .collect::<Vec<_>>()
                .join(":");
        }
    }
    columns.join("\t")
}

/// The files of a folder that are compared.
fn files<'a>(all: &'a Collection, folder: &str) -> Vec<&'a PathBuf> {
    let is_wanted = |(name, path): &(&String, &PathBuf)| {
        let ends = [".vcf", ".vcf.gz", ".bcf", ".gvcf"];
        name.starts_with(folder)
            && ends.iter().any(|end| name.ends_with(end))
            && !name.contains(DIFFERENT)
            && std::fs::metadata(path).unwrap().len() <= MAX_FILE_BYTES
    };
    let wanted = all.files.iter().filter(is_wanted);
    wanted.map(|(_, path)| path).collect()
}

/// Ingests a file; the reference genome is named where the contigs do not say it.
fn ingest(lake: &TestLake, path: &Path) -> bool {
    let try_with = |reference_genome: Option<ReferenceGenome>| {
        let inputs = vec![Input::Location(path.display().to_string())];
        let on_bad_field = OnBadField::Error;
        lake.try_ingest(IngestRequest {
            inputs,
            reference_genome,
            on_bad_field,
            ..request(&[])
        })
    };
    try_with(None)
        .or_else(|_| try_with(Some(ReferenceGenome::Grch37)))
        .is_ok()
}

/// Compares the files of a folder: `whole` or more of all of them, `shipped` or more of those that
/// come with the repository.
fn compare(folder: &str, whole: usize, shipped: usize) {
    if version("bcftools").is_none() {
        return;
    }
    let all = collection("variants", "data/real");
    let min_equal = all.at_least(whole, shipped);
    let (mut equal, mut refused) = (0, 0);
    for path in files(&all, folder) {
        let lake = TestLake::new();
        let Some(expected) = bcftools(path) else {
            continue;
        };
        if !ingest(&lake, path) {
            refused += 1;
            continue;
        }
        let (text, _) = lake.export(ExportRequest {
            callset: "c".into(),
            ..Default::default()
        });
        let out = lake.file("out.vcf", &text);
        let found = bcftools(&out).unwrap_or_else(|| panic!("{}: unreadable", path.display()));
        for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
            assert_eq!(expected, found, "{}: record {i}", path.display());
        }
        assert_eq!(expected.len(), found.len(), "{}", path.display());
        equal += 1;
    }
    println!("{folder}: {equal} files equal, {refused} refused");
    assert!(
        equal >= min_equal,
        "{folder}: {equal} files equal, {refused} refused"
    );
}

#[test]
fn cohorts_come_back_as_they_were() {
    compare("cohort/", 15, 3);
}

#[test]
fn structural_variants_come_back_as_they_were() {
    compare("sv/", 14, 1);
}

#[test]
fn sex_chromosomes_and_mitochondria_come_back_as_they_were() {
    compare("sexmito/", 6, 3);
}

#[test]
fn annotated_files_come_back_as_they_were() {
    compare("annotated/", 6, 1);
}

#[test]
fn odd_files_come_back_as_they_were() {
    compare("edge/", 60, 40);
}
