//! `kohort ingest`: VCF or BCF into a lake, as one callset.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use kohort_genome::ReferenceGenome;
use kohort_ingest::{
    AbsentPolicy, Existing, FieldSelection, IngestRequest, IngestSummary, Input, OnBadField,
    OnCohortLoss, OnDuplicates, Progress,
};

use crate::args::LakeArgs;
use crate::commands::{apart, what_is_left};
use crate::error::{Failure, Result};
use crate::human::{bytes, count, counted, duration};
use crate::output::Sink;
use crate::progress::Shown;
use crate::signals::asked_to_end;

/// Options of `kohort ingest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort ingest cohort.vcf.gz --lake my-lake --callset pilot
  kohort ingest chr{1..22}.vcf.gz chrX.vcf.gz --lake s3://bucket/lake --callset release_1 \\
      --samples people.tsv --reference-genome GRCh38
  bcftools view -f PASS cohort.bcf | kohort ingest - --lake my-lake --callset passed
  kohort ingest cohort.vcf.gz --check
  kohort ingest cohort.vcf.gz --check --format json | jq .warnings
")]
pub(crate) struct IngestArgs {
    /// VCF (plain, gzip, BGZF) or BCF files of the same samples: paths, object-store URLs, or - for
    /// standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    lake: OptionalLake,
    /// Name of the callset
    #[arg(
        long,
        value_name = "NAME",
        required_unless_present = "check",
        value_parser = NonEmptyStringValueParser::new()
    )]
    callset: Option<String>,
    /// Sample sheet: a TSV with sample_id, sex_karyotype, optionally person_id, and any other
    /// columns, which become columns of `samples`
    #[arg(long, value_name = "TSV")]
    samples: Option<PathBuf>,
    /// GRCh37, GRCh38 or CHM13; read from the header (contig lengths,
    /// ##reference, assembly) when absent
    #[arg(long, value_name = "GENOME", value_parser = genome)]
    reference_genome: Option<ReferenceGenome>,
    /// Left-align with this FASTA; without it alleles are split and trimmed only
    #[arg(long, value_name = "FASTA")]
    fasta: Option<PathBuf>,
    /// How to treat the samples at sites that these files do not contain [default: missing]
    #[arg(long, value_enum, hide_default_value = true, default_value_t)]
    absent: Absent,
    /// What to do with a value that contradicts its header declaration
    #[arg(long, value_enum, default_value_t)]
    on_bad_field: BadField,
    /// INFO fields to keep, comma-separated; `^SVLEN,END` for all but these, `none` to keep none
    /// [default: all]
    #[arg(long, value_name = "FIELDS", value_parser = selection)]
    info: Option<FieldSelection>,
    /// FORMAT fields to keep in addition to GT, as with `--info`; or `json` for the summary as JSON
    /// on standard output (can be given twice)
    #[arg(long, value_name = "FIELDS|json", value_parser = format_option)]
    format: Vec<FormatOption>,
    /// Replace the callset of this name with these files, atomically
    #[arg(long)]
    replace: bool,
    /// With --replace: go on when cohorts have samples of people who are not in the new files
    #[arg(long, requires = "replace")]
    allow_cohort_loss: bool,
    /// Accept samples, people or files that another callset has: they are counted once per callset
    #[arg(long)]
    allow_duplicate_samples: bool,
    /// Read and check everything, write nothing
    #[arg(long)]
    check: bool,
    /// Worker threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// A lake that `--check` can do without.
#[derive(Debug, Args)]
struct OptionalLake {
    /// The lake: a folder, s3://bucket/path, gs://bucket/path or az://container/path
    #[arg(
        long,
        env = "KOHORT_LAKE",
        hide_env_values = true,
        value_name = "URI",
        required_unless_present = "check"
    )]
    lake: Option<String>,
    #[command(flatten)]
    storage: crate::args::StorageArgs,
}

/// What an absent site means.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Absent {
    /// The samples carry the reference allele there
    Reference,
    /// Nothing is known about the samples there
    #[default]
    Missing,
}

/// What to do with a bad value.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum BadField {
    /// Stop with an error that names file, line, position and field
    #[default]
    Error,
    /// Store NULL, and count it in the summary
    Null,
}

fn genome(text: &str) -> Result<ReferenceGenome, String> {
    text.parse()
        .map_err(|error: kohort_genome::Error| error.to_string())
}

/// What `--format` asks for: no FORMAT key is called `json`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FormatOption {
    /// The summary as JSON.
    Json,
    /// FORMAT fields to keep.
    Fields(FieldSelection),
}

fn format_option(text: &str) -> Result<FormatOption, String> {
    Ok(match text {
        "json" => FormatOption::Json,
        fields => FormatOption::Fields(selection(fields)?),
    })
}

fn selection(text: &str) -> Result<FieldSelection, String> {
    let names = |text: &str| -> Vec<String> {
        let names = text.split(',').map(str::trim);
        // `^A,^B` is said as often as `^A,B`.
        names
            .map(|name| name.trim_start_matches('^').to_owned())
            .collect()
    };
    match text.strip_prefix('^') {
        Some("") => Err("expected a field after `^`".to_owned()),
        Some(rest) => Ok(FieldSelection::Except(names(rest))),
        None if text.contains('^') => {
            Err("expected `^` in front: all fields but those that follow".to_owned())
        }
        None => Ok(match text {
            "all" => FieldSelection::All,
            "none" | "" => FieldSelection::None,
            text => FieldSelection::Only(names(text)),
        }),
    }
}

/// Runs the command.
pub(crate) async fn run(args: IngestArgs) -> Result {
    let is_check = args.check;
    let is_json = args.format.contains(&FormatOption::Json);
    let lake = match args.lake.lake.clone() {
        Some(lake) if !is_check => Some(LakeArgs {
            lake,
            storage: args.lake.storage.clone(),
        }),
        _ => None,
    };
    let shown = Shown::start();
    let (request, counters) = (args.request(), shown.counters());
    let work = apart(move || work(lake, request, counters));
    let summary = tokio::select! {
        done = work => done,
        signal = asked_to_end() => Err(Failure::Interrupted(what_is_left(is_check), signal)),
    };
    drop(shown);
    let summary = summary?;
    if is_json {
        print(&[format!("{:#}", json(&summary))])?;
    } else {
        print(&report(&summary, is_check))?;
    }
    for warning in &summary.warnings {
        crate::error::warn_line(&format!("warning: {warning}"));
    }
    Ok(())
}

async fn work(
    lake: Option<LakeArgs>,
    request: IngestRequest,
    progress: Arc<dyn Progress>,
) -> Result<IngestSummary> {
    Ok(match lake {
        Some(lake) => kohort_ingest::ingest(&lake.create().await?, request, progress).await?,
        None => kohort_ingest::check(request, progress).await?,
    })
}

impl IngestArgs {
    fn request(self) -> IngestRequest {
        IngestRequest {
            inputs: self.files.into_iter().map(Input::Location).collect(),
            storage: self.lake.storage.options(),
            callset: self.callset.unwrap_or_else(|| "check".to_owned()),
            samples: self.samples,
            reference_genome: self.reference_genome,
            fasta: self.fasta,
            absent: match self.absent {
                Absent::Reference => AbsentPolicy::Reference,
                Absent::Missing => AbsentPolicy::Missing,
            },
            on_bad_field: match self.on_bad_field {
                BadField::Error => OnBadField::Error,
                BadField::Null => OnBadField::Null,
            },
            existing: if self.replace {
                Existing::Replace
            } else {
                Existing::Refuse
            },
            on_duplicates: match self.allow_duplicate_samples {
                true => OnDuplicates::Allow,
                false => OnDuplicates::Refuse,
            },
            on_cohort_loss: match self.allow_cohort_loss {
                true => OnCohortLoss::Allow,
                false => OnCohortLoss::Refuse,
            },
            info: self.info.unwrap_or_default(),
            format: fields_of(self.format),
            threads: self.threads,
        }
    }
}

fn print(lines: &[String]) -> Result {
    let mut sink = Sink::stdout();
    let written = lines
        .iter()
        .try_for_each(|line| writeln!(sink.out(), "{line}"));
    sink.settle(written.map_err(Failure::from))?;
    sink.commit()
}

/// The fields that `--format` names.
fn fields_of(options: Vec<FormatOption>) -> FieldSelection {
    let fields = options.into_iter().rev().find_map(|option| match option {
        FormatOption::Json => None,
        FormatOption::Fields(fields) => Some(fields),
    });
    fields.unwrap_or_default()
}

/// The whole summary for scripts.
fn json(summary: &IngestSummary) -> serde_json::Value {
    serde_json::json!({
        "callset": summary.callset,
        "callset_id": summary.callset_id,
        "lake_version": summary.lake_version,
        "reference_genome": summary.reference_genome.map(|genome| genome.to_string()),
        "n_sources": summary.n_sources,
        "n_samples": summary.n_samples,
        "n_unknown_karyotype": summary.n_unknown_karyotype,
        "n_records": summary.n_records,
        "n_variants": summary.n_variants,
        "n_by_type": summary.n_by_type,
        "n_duplicates": summary.n_duplicates,
        "n_normalised": summary.n_normalised,
        "n_rejected": summary.n_rejected,
        "n_nulled": summary.n_nulled,
        "n_undeclared": summary.n_undeclared,
        "n_polyploid_calls": summary.n_polyploid_calls,
        "n_without_gt": summary.n_without_gt,
        "adj_criteria": summary.adj_criteria,
        "bytes_in": summary.bytes_in,
        "bytes_out": summary.bytes_out,
        "genotype_bytes": summary.genotype_bytes,
        "elapsed_s": summary.elapsed.as_secs_f64(),
        "warnings": summary.warnings,
    })
}

/// The fields that nobody declares, the first of them by name.
fn undeclared(summary: &IngestSummary) -> Vec<String> {
    let fields = summary.n_undeclared.iter().take(FIELDS_SHOWN);
    let mut told: Vec<String> = fields
        .map(|(field, n)| format!("{field}: {}, kept as text", counted(*n, "record")))
        .collect();
    let n_more = summary.n_undeclared.len().saturating_sub(FIELDS_SHOWN);
    if n_more > 0 {
        told.push(format!("{} more fields", count(n_more as u64)));
    }
    told
}

/// How many fields that nobody declares the summary lists.
const FIELDS_SHOWN: usize = 10;

/// The closing summary, line by line.
fn report(summary: &IngestSummary, is_check: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let verb = if is_check { "checked" } else { "ingested" };
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<18} {value}"));
    let genome = summary
        .reference_genome
        .map_or("unknown".to_owned(), |genome| genome.to_string());
    line("files", count(summary.n_sources));
    line("reference genome", genome);
    line(
        "samples",
        match summary.n_unknown_karyotype {
            0 => count(summary.n_samples),
            n => format!(
                "{} ({} without a known sex karyotype)",
                count(summary.n_samples),
                count(n)
            ),
        },
    );
    line("records", count(summary.n_records));
    line("variants", count(summary.n_variants));
    for (variant_type, n) in &summary.n_by_type {
        line(&format!("  {variant_type}"), count(*n));
    }
    line("rejected", count(summary.n_rejected));
    for (name, n) in [
        ("normalised", summary.n_normalised),
        ("duplicates", summary.n_duplicates),
        ("without GT", summary.n_without_gt),
        ("polyploid calls", summary.n_polyploid_calls),
    ] {
        if n > 0 {
            line(name, count(n));
        }
    }
    for (field, n) in &summary.n_nulled {
        line("set to NULL", format!("{field}: {}", counted(*n, "value")));
    }
    for told in undeclared(summary) {
        line("not declared", told);
    }
    line(
        "adj looks at",
        match summary.adj_criteria.as_slice() {
            [] => "nothing: no GQ, DP or AD".to_owned(),
            criteria => criteria.join(", "),
        },
    );
    line("bytes in", bytes(summary.bytes_in));
    if !is_check {
        let genotypes = bytes(summary.genotype_bytes);
        line(
            "bytes out",
            format!(
                "{} (packed genotypes before compression: {genotypes})",
                bytes(summary.bytes_out)
            ),
        );
    }
    line("time", duration(summary.elapsed));
    let version = summary
        .lake_version
        .map_or(String::new(), |v| format!(" (lake version {v})"));
    lines.insert(0, format!("{verb} callset `{}`{version}", summary.callset));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_names_what_a_person_asks_about() {
        let summary = IngestSummary {
            callset: "pilot".to_owned(),
            lake_version: Some(3),
            n_samples: 2504,
            n_unknown_karyotype: 4,
            n_variants: 12_345,
            n_by_type: [("snv".to_owned(), 12_000), ("del".to_owned(), 345)].into(),
            ..IngestSummary::default()
        };
        let text = report(&summary, false).join("\n");
        assert!(text.starts_with("ingested callset `pilot` (lake version 3)\n"));
        assert!(text.contains("samples            2,504 (4 without a known sex karyotype)"));
        assert!(text.contains("variants           12,345"));
        assert!(text.contains("snv              12,000"));
    }

    #[test]
    fn field_selection_reads_lists_all_and_none() {
        assert_eq!(selection("none"), Ok(FieldSelection::None));
        assert_eq!(selection("all"), Ok(FieldSelection::All));
        let only = FieldSelection::Only(vec!["AC".to_owned(), "AF".to_owned()]);
        assert_eq!(selection("AC, AF"), Ok(only));
        let except = FieldSelection::Except(vec!["AC".to_owned(), "AF".to_owned()]);
        assert_eq!(selection("^AC,AF"), Ok(except.clone()));
        assert_eq!(selection("^AC,^AF"), Ok(except));
        assert!(selection("^").is_err() && selection("AC,^AF").is_err());
        assert_eq!(format_option("json"), Ok(FormatOption::Json));
        assert_eq!(
            fields_of(vec![
                FormatOption::Json,
                FormatOption::Fields(FieldSelection::None)
            ]),
            FieldSelection::None
        );
    }
}
