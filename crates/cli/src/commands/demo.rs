//! `kohort demo`: a small lake from data that comes with Kohort, and the first questions to it.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use kohort_engine::{Session, SessionOptions};
use kohort_ingest::{AbsentPolicy, IngestRequest, Input, NoProgress, OnDuplicates};
use kohort_lake::{Lake, StorageOptions};

use crate::error::{Failure, Result};
use crate::human::{counted, duration};
use crate::output::{Sink, Style};
use crate::query;

const AUTOSOMES: &[u8] = include_bytes!("../../../../datasets/demo/autosomes.vcf.gz");
const MITOCHONDRIAL: &[u8] = include_bytes!("../../../../datasets/demo/mitochondrial.vcf.gz");
const CHROMOSOME_X: &[u8] = include_bytes!("../../../../datasets/demo/x.vcf.gz");
const REGISTRY: &[u8] = include_bytes!("../../../../datasets/demo/registry.tsv");

/// A file's name and its bytes.
type File = (&'static str, &'static [u8]);

/// The callsets that a demo lake holds, and what they are made of.
const CALLSETS: [(&str, &[File]); 2] = [
    (
        "demo",
        &[
            ("autosomes.vcf.gz", AUTOSOMES),
            ("mitochondrial.vcf.gz", MITOCHONDRIAL),
        ],
    ),
    ("demo_x", &[("x.vcf.gz", CHROMOSOME_X)]),
];

/// The questions: a title, a statement, and what to see in its answer.
const QUESTIONS: [(&str, &str, &str); 4] = [
    (
        "A cohort, by SQL",
        "CREATE COHORT women_born_before_1970 AS
SELECT sample_id FROM samples WHERE sex_karyotype = 'XX' AND birth_year < 1970",
        "",
    ),
    (
        "Allele frequencies in everybody, and in the cohort",
        "SELECT chrom, pos, id, ref, alt, an, af, s['an'] AS cohort_an, s['af'] AS cohort_af
FROM (SELECT *, allele_stats(genotypes, cohort('women_born_before_1970')) AS s FROM variants
      WHERE id IN ('rs429358', 'rs7412', 'rs671', 'rs12913832', 'rs1426654'))
ORDER BY chrom, pos",
        "APOE e4 and e2, ALDH2, HERC2 (eye colour) and SLC24A5.",
    ),
    (
        "APOE e4 by region and sex, one pass over the genotypes",
        "SELECT region,
       max(an) FILTER (WHERE sex_karyotype = 'XX') AS an_women,
       max(af) FILTER (WHERE sex_karyotype = 'XX') AS af_women,
       max(an) FILTER (WHERE sex_karyotype = 'XY') AS an_men,
       max(af) FILTER (WHERE sex_karyotype = 'XY') AS af_men
FROM allele_frequency_by('region, sex_karyotype', 'chr19:45411941-45411941')
GROUP BY region ORDER BY region",
        "The regions are invented, so their differences are chance.",
    ),
    (
        "How many alleles a person has on X, before and after the end of PAR1",
        "SELECT sex_karyotype, pos < 2699521 AS in_par1, count(*) AS variants,
       max(n_called) AS people, max(an) AS alleles
FROM allele_frequency_by('sex_karyotype', 'chrX:2600000-3000000')
GROUP BY sex_karyotype, in_par1 ORDER BY sex_karyotype, in_par1 DESC",
        "A man has two copies inside PAR1 and one beyond it; a woman two.",
    ),
];

/// Options of `kohort demo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kohort demo
  kohort demo --dir /tmp/demo-lake
")]
pub(crate) struct DemoArgs {
    /// Folder of the lake; an existing demo lake is re-created
    #[arg(long, value_name = "DIR", default_value = "demo-lake")]
    dir: PathBuf,
}

/// Runs the command.
pub(crate) async fn run(args: DemoArgs) -> Result {
    clear(&args.dir).await?;
    let mut sink = Sink::stdout();
    let result = show(&args.dir, &mut sink).await;
    sink.settle(result)?;
    sink.commit()
}

/// Removes an earlier demo's lake; anything else in the folder is left alone, and told.
async fn clear(folder: &Path) -> Result {
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !folder.exists(),
    };
    if is_empty {
        return Ok(());
    }
    let place = folder.display();
    if !is_demo_lake(folder).await {
        let message = format!("`{place}` exists and is not a demo lake");
        return Err(Failure::failed(message).with_hint("give another folder by --dir"));
    }
    fs::remove_dir_all(folder)
        .map_err(|error| Failure::caused(format!("cannot remove `{place}`"), &error))
}

async fn is_demo_lake(folder: &Path) -> bool {
    let uri = folder.to_string_lossy();
    let Ok(lake) = Lake::open(&uri, &StorageOptions::default()).await else {
        return false;
    };
    let Ok(snapshot) = lake.snapshot(None).await else {
        return false;
    };
    snapshot
        .callsets()
        .iter()
        .all(|found| CALLSETS.iter().any(|(name, _)| found.callset == *name))
}

async fn show(folder: &Path, sink: &mut Sink) -> Result {
    let uri = folder.to_string_lossy().into_owned();
    writeln!(
        sink.out(),
        "Real genotypes of the 1000 Genomes Project, with an invented registry.\n"
    )?;
    let lake = build(&uri, sink).await?;
    for (title, statement, remark) in QUESTIONS {
        ask(&lake, title, statement, remark, sink).await?;
    }
    writeln!(sink.out(), "{}", next(&uri))?;
    Ok(())
}

async fn build(uri: &str, sink: &mut Sink) -> Result<Lake> {
    let registry = Registry::write()?;
    let lake = Lake::create(uri, &StorageOptions::default()).await?;
    for (callset, files) in CALLSETS {
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        writeln!(
            sink.out(),
            "$ kohort ingest {} --lake {uri} --callset {callset} --samples registry.tsv",
            names.join(" ")
        )?;
        sink.flush()?;
        let inputs = files.iter().map(|(name, bytes)| Input::Reader {
            name: (*name).to_owned(),
            reader: Box::new(Cursor::new(*bytes)),
            size: Some(bytes.len() as u64),
        });
        let request = IngestRequest {
            inputs: inputs.collect(),
            callset: callset.to_owned(),
            samples: Some(registry.0.clone()),
            absent: AbsentPolicy::Missing,
            // The same people, in one callset for X and one for the others.
            on_duplicates: OnDuplicates::Allow,
            ..IngestRequest::default()
        };
        let summary = kohort_ingest::ingest(&lake, request, Arc::new(NoProgress)).await?;
        writeln!(
            sink.out(),
            "{} and {} in {}\n",
            counted(summary.n_samples, "sample"),
            counted(summary.n_variants, "variant"),
            duration(summary.elapsed)
        )?;
    }
    Ok(lake)
}

/// Asks one question in a session of its own, as a person who comes anew would.
async fn ask(lake: &Lake, title: &str, statement: &str, remark: &str, sink: &mut Sink) -> Result {
    let session = Session::open(lake, SessionOptions::default()).await?;
    let style = Style::default();
    writeln!(sink.out(), "-- {title}\n{statement};\n")?;
    query::run_one(&session, statement, &style, sink, 0).await?;
    if !remark.is_empty() {
        writeln!(sink.out(), "\n{remark}")?;
    }
    writeln!(sink.out())?;
    sink.flush()
}

fn next(uri: &str) -> String {
    format!(
        "Next:
  kohort sql --lake {uri}                 a shell; \\d shows the tables, \\df the functions
  kohort sql --lake {uri} -c \"SELECT * FROM allele_frequency_by('region')\" --output af.parquet
  kohort lake info --lake {uri}           what is in it
  kohort ingest YOUR.vcf.gz --lake my-lake --callset pilot --samples people.tsv"
    )
}

/// The registry as a file, for as long as an ingest needs it.
struct Registry(PathBuf);

impl Registry {
    fn write() -> Result<Self> {
        let name = format!("kohort-demo-registry-{}.tsv", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, REGISTRY).map_err(|error| {
            Failure::caused(format!("cannot write `{}`", path.display()), &error)
        })?;
        Ok(Self(path))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
