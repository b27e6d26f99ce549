//! The invalid files of the conformance suites that are read, each with the rules that its
//! warnings name. `conformance.tsv` is the table; `-` stands for none.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

use kohort_genome::ReferenceGenome;
use kohort_ingest::{IngestRequest, Input, NoProgress};
use kohort_workbench::{Collection, collection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// The names of the rules in warnings; other warnings are `told`.
fn rules(warnings: &[String]) -> String {
    let rule = |warning: &String| {
        let end = warning.find(", VCFv4.5 §").map(|end| &warning[..end]);
        match end.and_then(|text| text.rsplit_once('[')) {
            Some((_, rule)) => rule.to_owned(),
            None => "told".to_owned(),
        }
    };
    let rules: BTreeSet<String> = warnings.iter().map(rule).collect();
    match rules.is_empty() {
        true => "-".to_owned(),
        false => rules.into_iter().collect::<Vec<_>>().join(","),
    }
}

/// The rules of a file's warnings; none where it is refused.
fn read(runtime: &Runtime, path: &Path) -> Option<String> {
    // X and Y need a genome, which most of these files do not say.
    [None, Some(ReferenceGenome::Grch37)]
        .into_iter()
        .find_map(|reference_genome| {
            let request = IngestRequest {
                inputs: vec![Input::Location(path.display().to_string())],
                callset: "check".into(),
                reference_genome,
                ..IngestRequest::default()
            };
            let checked = runtime.block_on(kohort_ingest::check(request, Arc::new(NoProgress)));
            checked.ok().map(|summary| rules(&summary.warnings))
        })
}

/// The files of a verdict, and all that are there.
fn suite(verdict: &str) -> (Vec<(String, PathBuf)>, Collection) {
    let all = collection("conformance", "data/conformance");
    let is_wanted = |(name, _): &(&String, &PathBuf)| {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let is_suite = name.starts_with("hts-specs/") || name.starts_with("vcf-validator/");
        is_suite && name.contains("vcf") && folder.contains(verdict)
    };
    let wanted = all.files.iter().filter(is_wanted);
    let wanted = wanted.map(|(name, path)| (name.clone(), path.clone()));
    (wanted.collect(), all)
}

#[test]
fn invalid_files_that_are_read_are_read_with_the_warnings_of_the_table() {
    let (files, all) = suite("failed");
    let runtime = Runtime::new().unwrap();
    let found: BTreeMap<String, String> = files
        .iter()
        .filter_map(|(name, path)| Some((name.clone(), read(&runtime, path)?)))
        .collect();
    let expected: BTreeMap<String, String> = include_str!("conformance.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .filter(|(name, _)| all.is_whole || all.files.contains_key(*name))
        .map(|(name, rules)| (name.to_owned(), rules.to_owned()))
        .collect();
    let line = |(name, rules): (&String, &String)| format!("{name}\t{rules}");
    if found != expected {
        for found in found.iter().map(line) {
            println!("{found}");
        }
    }
    let differ: Vec<String> = found
        .iter()
        .filter(|(name, rules)| expected.get(*name) != Some(rules))
        .map(line)
        .collect();
    assert!(
        differ.is_empty(),
        "not as in the table:\n{}",
        differ.join("\n")
    );
    let gone: Vec<_> = expected
        .keys()
        .filter(|name| !found.contains_key(*name))
        .collect();
    assert!(gone.is_empty(), "in the table, and refused: {gone:#?}");
    let silent = found.values().filter(|rules| *rules == "-").count();
    assert!(
        silent * 20 <= found.len(),
        "{silent} of {} without a warning",
        found.len()
    );
}

#[test]
fn valid_files_are_read_without_warnings_about_their_header() {
    let (files, _) = suite("passed");
    let runtime = Runtime::new().unwrap();
    let mut told = Vec::new();
    for (name, path) in &files {
        // `told`: fields that the file does not declare, and rows that it has twice.
        if let Some(rules) = read(&runtime, path).filter(|rules| rules != "-" && rules != "told") {
            println!("{name}\t{rules}");
            told.push(name);
        }
    }
    println!(
        "{} of {} valid files have warnings",
        told.len(),
        files.len()
    );
    assert!(
        told.len() * 4 <= files.len(),
        "{} of {}",
        told.len(),
        files.len()
    );
}
