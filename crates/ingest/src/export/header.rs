//! The header of an export: the one that was ingested, with the samples that are written.

use super::info::COUNTED;
use crate::{Error, ExportContent, ExportFormat};
use kohort_lake::{Callset, Sample};
use kohort_vcf::Header;
use kohort_vcf::write::Output;
use serde_json::Value;
use std::fmt::Write;

/// The language as `vcf` calls it.
pub(crate) fn output(format: ExportFormat) -> Output {
    match format {
        ExportFormat::Vcf => Output::Vcf,
        ExportFormat::VcfGz => Output::BgzfVcf,
        ExportFormat::Bcf => Output::Bcf,
    }
}

/// What an export's header is made from.
pub(crate) struct Original<'a> {
    pub(crate) callset: &'a Callset,
    pub(crate) samples: &'a [Sample],
    /// The numbers of the samples that are written, when not all are.
    pub(crate) picked: Option<&'a [u32]>,
    pub(crate) content: ExportContent,
    pub(crate) format: ExportFormat,
}

impl Original<'_> {
    /// The header to write.
    pub(crate) fn header(&self) -> Result<Header, Error> {
        let policies: Value = serde_json::from_str(&self.callset.policies).unwrap_or_default();
        let latin1: Vec<usize> = list(&policies, "latin1_header_lines")
            .filter_map(|value| usize::try_from(value.as_u64()?).ok())
            .collect();
        let written = text_of(
            &self.callset.header,
            self.samples,
            self.picked,
            self.content,
        );
        let (meta, columns) = written.split_at(written.rfind("#CHROM").unwrap_or(written.len()));
        let (mut text, mut lines) = (meta.to_owned(), Vec::new());
        if self.format == ExportFormat::Bcf {
            self.declare(&policies, &mut text)?;
        }
        text.push_str(columns);
        if !latin1.is_empty() {
            let original: Vec<&str> = self.callset.header.lines().collect();
            let is_latin1 = |line: &str| {
                let mut lines = latin1.iter().filter_map(|at| original.get(*at));
                let is_columns = line.starts_with("#CHROM");
                lines.any(|l| *l == line || is_columns && l.starts_with("#CHROM"))
            };
            let all = text.lines().enumerate();
            lines.extend(all.filter(|(_, line)| is_latin1(line)).map(|(at, _)| at));
        }
        let mut header = Header::parse(&text)?;
        header.latin1_lines = lines;
        Ok(header)
    }

    /// Adds the lines that BCF needs for what the file uses and does not declare.
    fn declare(&self, policies: &Value, text: &mut String) -> Result<(), Error> {
        let original = Header::parse(&self.callset.header)?;
        for contig in &self.callset.contigs {
            if !original.declares_contig(&contig.name) {
                let _ = writeln!(text, "##contig=<ID={}>", contig.name);
            }
        }
        let undeclared = list(policies, "undeclared").filter_map(Value::as_str);
        for (section, key) in undeclared.filter_map(|name| name.split_once('/')) {
            let what = format!("ID={key},");
            let description = "Description=\"Not declared in the file\"";
            let _ = match section {
                "FILTER" if !original.declares_filter(key) => {
                    writeln!(text, "##FILTER=<{what}{description}>")
                }
                "INFO" if original.info(key).is_none() => {
                    let declared = original.info_type(key);
                    let (number, kind) = (declared.number, declared.kind);
                    writeln!(
                        text,
                        "##INFO=<{what}Number={number},Type={kind},{description}>"
                    )
                }
                "FORMAT" if self.content == ExportContent::Calls => {
                    let declared = original.format_type(key);
                    let (number, kind) = (declared.number, declared.kind);
                    writeln!(
                        text,
                        "##FORMAT=<{what}Number={number},Type={kind},{description}>"
                    )
                }
                _ => Ok(()),
            };
        }
        let declares_gt = original.format("GT").is_some();
        if self.content == ExportContent::Calls && !self.samples.is_empty() && !declares_gt {
            text.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
        }
        Ok(())
    }
}

fn list<'v>(policies: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    policies
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The header's text, to the end of its last line.
fn text_of(
    original: &str,
    samples: &[Sample],
    picked: Option<&[u32]>,
    content: ExportContent,
) -> String {
    let is_sites = content == ExportContent::Sites;
    let counts = is_sites && !samples.is_empty();
    let replaced = |line: &str| {
        counts
            && COUNTED
                .iter()
                .any(|(id, ..)| line.starts_with(&format!("##INFO=<ID={id},")))
            || is_sites && line.starts_with("##FORMAT=")
    };
    let mut text = String::with_capacity(original.len());
    const FILEFORMAT: &str = "##fileformat=";
    for line in original
        .lines()
        .filter(|line| line.starts_with("##") && !replaced(line))
    {
        // Some writers spell it otherwise, which not every reader takes.
        match line.get(..FILEFORMAT.len()) {
            Some(start) if start.eq_ignore_ascii_case(FILEFORMAT) => {
                text.push_str(FILEFORMAT);
                text.push_str(&line[FILEFORMAT.len()..]);
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    if counts {
        for (id, number, kind, description) in COUNTED {
            text.push_str(&format!(
                "##INFO=<ID={id},Number={number},Type={kind},Description=\"{description}\">\n"
            ));
        }
    }
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
    if !is_sites && !samples.is_empty() {
        text.push_str("\tFORMAT");
        for (i, sample) in (0u32..).zip(samples) {
            if picked.is_none_or(|picked| picked.binary_search(&i).is_ok()) {
                text.push('\t');
                text.push_str(&sample.sample_id);
            }
        }
    }
    text.push('\n');
    text
}
