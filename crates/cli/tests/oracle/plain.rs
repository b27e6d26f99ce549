//! A file as bcftools reads it, cut down to places, alleles and GT: what the oracles are to count,
//! and nothing that could make them stumble.

use super::tools::run;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Reads a file through bcftools; its message where it refuses.
///
/// A record without GT keeps its place, with the field `NOGT`.
pub(crate) fn read(file: &str) -> Result<String, String> {
    let text = run("bcftools", ["view", "--no-version", file])?;
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let mut contigs = BTreeSet::new();
    let mut plain = "##fileformat=VCFv4.3\n".to_owned();
    for record in &records {
        let contig = record.split('\t').next().unwrap_or_default();
        if contigs.insert(contig) {
            let _ = writeln!(plain, "##contig=<ID={contig}>");
        }
    }
    plain.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
    plain.push_str("##FORMAT=<ID=NOGT,Number=1,Type=String,Description=\"No genotype\">\n");
    let header = text
        .lines()
        .find(|line| line.starts_with("#CHROM"))
        .unwrap_or_default();
    plain.push_str(header);
    plain.push('\n');
    for record in records {
        write_record(record, &mut plain);
    }
    Ok(plain)
}

/// The samples of a file that [`read`] has read.
pub(crate) fn sample_ids(plain: &str) -> Vec<String> {
    let header = plain
        .lines()
        .find(|line| line.starts_with("#CHROM"))
        .unwrap_or_default();
    header.split('\t').skip(9).map(str::to_owned).collect()
}

/// Whether any record is on X or Y, whatever the file calls them.
pub(crate) fn has_sex_chromosomes(plain: &str) -> bool {
    let contigs = plain
        .lines()
        .filter_map(|line| line.strip_prefix("##contig=<ID="));
    let names = contigs.map(|rest| rest.trim_end_matches('>').trim_start_matches("chr"));
    names
        .into_iter()
        .any(|name| matches!(name, "X" | "Y" | "23" | "24"))
}

/// Which samples have a haploid call on X.
pub(crate) fn haploid_on_x(plain: &str) -> Vec<bool> {
    let mut found = vec![false; sample_ids(plain).len()];
    let is_x = |line: &&str| {
        let contig = line.split('\t').next().unwrap_or_default();
        matches!(contig.trim_start_matches("chr"), "X" | "23")
    };
    for record in plain.lines().filter(is_x) {
        for (is_haploid, call) in found.iter_mut().zip(record.split('\t').skip(9)) {
            *is_haploid |= call.bytes().all(|byte| byte.is_ascii_digit());
        }
    }
    found
}

fn write_record(record: &str, plain: &mut String) {
    let mut fields = record.splitn(10, '\t');
    let site: Vec<&str> = fields.by_ref().take(5).collect();
    plain.push_str(&site.join("\t"));
    plain.push_str("\t.\t.\t.");
    if let (Some(format), Some(calls)) = (fields.nth(3), fields.next()) {
        let gt = format.split(':').position(|key| key == "GT");
        plain.push_str(if gt.is_some() { "\tGT" } else { "\tNOGT" });
        for call in calls.split('\t') {
            plain.push('\t');
            plain.push_str(gt.and_then(|gt| call.split(':').nth(gt)).unwrap_or("."));
        }
    }
    plain.push('\n');
}
