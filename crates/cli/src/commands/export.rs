//! `kohort export`: a callset back as VCF or BCF, or its sites with counts.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use kohort_genome::Region;
use kohort_ingest::{ExportContent, ExportFormat, ExportRequest};
use kohort_lake::{AsOf, Lake};

use crate::args::{LakeArgs, as_of};
use crate::commands::{apart, cohort};
use crate::error::{Failure, Result, warn_line};
use crate::human::{bytes, counted, duration};
use crate::output::{SharedSink, Sink};
use crate::progress::Shown;
use crate::signals::asked_to_end;

/// Options of `kohort export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort export --lake my-lake --callset pilot -o pilot.vcf.gz
  kohort export --lake my-lake --callset pilot --region chr17:43044295-43125364 | bcftools view
  kohort export --lake my-lake --callset pilot --samples HG00096,HG00097 -O b -o two.bcf
  kohort export --lake my-lake --callset pilot --sites --cohort women_north -o sites.vcf.gz
")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    lake: LakeArgs,
    /// Name of the callset
    #[arg(long, value_name = "NAME")]
    callset: String,
    /// Write to this file, or object at s3://, gs:// or az://, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// v: VCF, z: VCF in BGZF, b: BCF [default: from the file name, else v]
    #[arg(short = 'O', long, value_name = "v|z|b", value_parser = output_type)]
    output_type: Option<ExportFormat>,
    /// Only records that start in this region, such as chr17:43,044,295-43,125,364
    #[arg(short, long)]
    region: Option<String>,
    /// Only these samples: comma-separated names, or @FILE with one name per line
    #[arg(short, long, value_name = "NAMES", conflicts_with = "cohort")]
    samples: Option<String>,
    /// Only the samples of this cohort
    #[arg(long, value_name = "NAME")]
    cohort: Option<String>,
    /// Write sites with AC, AN, AF and genotype counts, without samples
    #[arg(long)]
    sites: bool,
    /// Read the lake as it was at this version or time
    #[arg(long, value_name = "VERSION|TIME", value_parser = as_of)]
    as_of: Option<AsOf>,
    /// Compression threads [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
}

fn output_type(text: &str) -> Result<ExportFormat, String> {
    match text {
        "v" | "vcf" => Ok(ExportFormat::Vcf),
        "z" | "vcf.gz" => Ok(ExportFormat::VcfGz),
        "b" | "bcf" => Ok(ExportFormat::Bcf),
        other => Err(format!("expected v, z or b, got `{other}`")),
    }
}

/// The region of a text, whose contig is primary or one that the callset has.
async fn region(lake: &Lake, args: &ExportArgs) -> Result<Option<Region>> {
    let Some(text) = &args.region else {
        return Ok(None);
    };
    let snapshot = lake.snapshot(args.as_of).await?;
    let callset = snapshot.callset(&args.callset);
    let contigs = callset.map_or(&[][..], |callset| &callset.contigs);
    let known = |name: &str, _| {
        let found = contigs.iter().find(|c| c.chrom == name || c.name == name);
        found.map(|contig| contig.chrom.clone())
    };
    Region::parse_known(text, known).map(Some).map_err(|error| {
        let failure = Failure::usage(format!("--region: {error}"));
        match error.hint() {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    })
}

/// Runs the command.
pub(crate) async fn run(args: ExportArgs) -> Result {
    let lake = args.lake.open().await?;
    let region = region(&lake, &args).await?;
    let samples = match (&args.samples, &args.cohort) {
        (Some(names), _) => Some(sample_names(names)?),
        (None, Some(name)) => {
            Some(cohort::sample_ids(&lake, name, &args.callset, args.as_of).await?)
        }
        (None, None) => None,
    };
    let named = args
        .output
        .as_ref()
        .map(|path| ExportFormat::from_path(&path.to_string_lossy()));
    let request = ExportRequest {
        callset: args.callset,
        as_of: args.as_of,
        region,
        samples,
        content: if args.sites {
            ExportContent::Sites
        } else {
            ExportContent::Calls
        },
        format: args.output_type.or(named).unwrap_or_default(),
        threads: args.threads,
    };
    let sink = match &args.output {
        Some(path) => Sink::at(path, &args.lake.storage.options())?,
        None => Sink::stdout(),
    };
    let sink = SharedSink::new(sink);
    let shown = Shown::start();
    let counters = shown.counters();
    let output = Box::new(sink.clone());
    let work = apart(move || async move {
        Ok(kohort_ingest::export(&lake, request, output, counters).await?)
    });
    let result = tokio::select! {
        done = work => done,
        signal = asked_to_end() => Err(Failure::Interrupted("no file was written", signal)),
    };
    drop(shown);
    let summary = sink.end(result)?;
    if args.output.is_some() {
        warn_line(&format!(
            "exported {} of {}: {} in {}",
            counted(summary.n_records, "record"),
            counted(summary.n_samples, "sample"),
            bytes(summary.bytes_out),
            duration(summary.elapsed)
        ));
    }
    Ok(())
}

/// Names separated by commas, or the lines of `@FILE`.
fn sample_names(text: &str) -> Result<Vec<String>> {
    let names = |text: &str, separator: char| -> Vec<String> {
        let trimmed = text.split(separator).map(str::trim);
        trimmed
            .filter(|name| !name.is_empty())
            .map(ToOwned::to_owned)
            .collect()
    };
    match text.strip_prefix('@') {
        Some(path) => {
            let lines = std::fs::read_to_string(path)
                .map_err(|error| Failure::caused(format!("cannot read `{path}`"), &error))?;
            Ok(names(&lines, '\n'))
        }
        None => Ok(names(text, ',')),
    }
}
