//! The header of an export: the one that was ingested, with the samples that are written.

use super::info::COUNTED;
use crate::{ExportContent, ExportFormat};
use kohort_lake::Sample;
use kohort_vcf::write::Output;

/// The language as `vcf` calls it.
pub(crate) fn output(format: ExportFormat) -> Output {
    match format {
        ExportFormat::Vcf => Output::Vcf,
        ExportFormat::VcfGz => Output::BgzfVcf,
        ExportFormat::Bcf => Output::Bcf,
    }
}

/// The header's text, to the end of its last line.
pub(crate) fn text(
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
