//! The closing summary of an ingest, and what the user should know.

use crate::job::Done;
use crate::people::People;
use crate::plan::MAX_FIELDS;
use crate::sink::TYPES;
use crate::{FieldSelection, IngestSummary};
use kohort_genome::SexKaryotype;

/// What the lake said.
pub(crate) struct Committed {
    pub(crate) callset_id: String,
    pub(crate) version: u64,
    pub(crate) bytes_out: u64,
}

/// How many names a warning lists.
const NAMES_SHOWN: usize = 10;

pub(crate) fn summary(done: &Done, committed: Option<Committed>) -> IngestSummary {
    let tally = &done.assembled.tally;
    let by_type = TYPES.iter().zip(tally.n_by_type).filter(|(_, n)| *n > 0);
    let (callset_id, version, bytes_out) = match committed {
        Some(c) => (Some(c.callset_id), Some(c.version), c.bytes_out),
        None => (None, None, 0),
    };
    IngestSummary {
        callset: done.request.callset.clone(),
        callset_id,
        lake_version: version,
        n_sources: done.sources.len() as u64,
        n_samples: done.plan.samples.len() as u64,
        n_unknown_karyotype: n_unknown(done),
        n_records: tally.n_records,
        n_variants: tally.n_variants,
        n_by_type: by_type.map(|(t, n)| (t.as_str().to_owned(), n)).collect(),
        n_duplicates: done.assembled.n_duplicates,
        n_normalised: tally.n_normalised,
        n_rejected: 0,
        n_nulled: tally.nulled.clone(),
        n_undeclared: tally.undeclared.clone(),
        n_polyploid_calls: tally.n_polyploid_calls,
        n_without_gt: tally.n_without_gt,
        adj_criteria: done.plan.adj.names(),
        reference_genome: done.plan.reference_genome,
        bytes_in: done.bytes_in,
        bytes_out,
        genotype_bytes: tally.genotype_bytes,
        elapsed: done.elapsed(),
        warnings: warnings(done),
    }
}

fn n_unknown(done: &Done) -> u64 {
    let unknown = |k: &&SexKaryotype| **k == SexKaryotype::Unknown;
    done.people.karyotypes.iter().filter(unknown).count() as u64
}

fn warnings(done: &Done) -> Vec<String> {
    let mut warnings = done.warnings.clone();
    warnings.extend(done.plan.warnings.iter().cloned());
    let tally = &done.assembled.tally;
    let people = &done.people;
    if let Some(path) = &done.request.samples {
        warnings.extend(sample_file(
            &path.display().to_string(),
            &done.plan.samples,
            people,
        ));
    }
    warnings.extend(selections(done));
    if done.plan.n_beyond > 0 {
        let n = done.plan.n_beyond;
        warnings.push(format!(
            "{n} INFO or FORMAT fields are kept as text in `_undeclared`: more than {MAX_FIELDS} \
             do not become columns; `--info` and `--format` choose"
        ));
    }
    let unknown = n_unknown(done);
    let sex_contigs = ["chrX", "chrY"];
    if unknown > 0
        && sex_contigs
            .iter()
            .any(|c| done.assembled.chroms.contains(*c))
    {
        warnings.push(format!(
            "{unknown} samples have no known sex karyotype: on X and Y outside the \
             pseudoautosomal regions they count in `n_unknown_sex` alone"
        ));
    }
    if tally.n_polyploid_calls > 0 {
        let n = tally.n_polyploid_calls;
        warnings.push(format!(
            "{n} calls have more than two alleles: they are kept and counted"
        ));
    }
    if !tally.undeclared.is_empty() {
        let keys = listed(tally.undeclared.keys().map(String::as_str));
        warnings.push(format!(
            "no header line declares {keys}: kept as text in `_undeclared`"
        ));
    }
    if !tally.undeclared_filters.is_empty() {
        let filters = listed(tally.undeclared_filters.keys().map(String::as_str));
        warnings.push(format!("no header line declares {filters}: kept"));
    }
    for (field, n) in &tally.nulled {
        warnings.push(format!(
            "{field}: {n} values broke their declaration and became NULL"
        ));
    }
    if done.assembled.n_duplicates > 0 {
        let n = done.assembled.n_duplicates;
        warnings.push(format!(
            "{n} rows repeat chrom, pos, ref and alt of another: all are kept"
        ));
    }
    warnings
}

/// Whom the sample file and the callset do not have in common, both ways.
fn sample_file(path: &str, samples: &[String], people: &People) -> Vec<String> {
    let mut warnings = Vec::new();
    if !people.without_row.is_empty() {
        let names = people.without_row.iter().map(|at| samples[*at].as_str());
        warnings.push(format!(
            "{path}: {} no row in it: {}",
            match people.without_row.len() {
                1 => "1 sample of the callset has".to_owned(),
                n => format!("{n} samples of the callset have"),
            },
            listed(names)
        ));
    }
    if !people.unknown.is_empty() {
        warnings.push(format!(
            "{path}: {} not in the callset: {}",
            match people.unknown.len() {
                1 => "1 row names a sample that is".to_owned(),
                n => format!("{n} rows name samples that are"),
            },
            listed(people.unknown.iter().map(String::as_str))
        ));
    }
    warnings
}

/// Fields that were asked for by name and that no header line declares.
fn selections(done: &Done) -> Vec<String> {
    let header = |section: &str, id: &str| {
        let start = format!("##{section}=<");
        let key = format!("ID={id}");
        let mut lines = done.plan.header_text.lines();
        lines.any(|line| {
            line.strip_prefix(start.as_str())
                .is_some_and(|rest| rest.split([',', '>']).any(|pair| pair == key))
        })
    };
    let mut warnings = Vec::new();
    for (option, section, selection) in [
        ("--info", "INFO", &done.request.info),
        ("--format", "FORMAT", &done.request.format),
    ] {
        let (FieldSelection::Only(ids) | FieldSelection::Except(ids)) = selection else {
            continue;
        };
        let unknown: Vec<&str> = ids.iter().map(String::as_str).collect();
        let unknown: Vec<&str> = unknown
            .into_iter()
            .filter(|id| !header(section, id))
            .collect();
        if !unknown.is_empty() {
            let names = listed(unknown.into_iter());
            warnings.push(format!("`{option}`: no header line declares {names}"));
        }
    }
    warnings
}

/// The first names in backticks, and how many more there are.
pub(crate) fn listed<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let first: Vec<String> = names
        .by_ref()
        .take(NAMES_SHOWN)
        .map(|n| format!("`{n}`"))
        .collect();
    match names.count() {
        0 => first.join(", "),
        n => format!("{} and {n} more", first.join(", ")),
    }
}
