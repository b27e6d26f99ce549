//! Other programs read a lake as Kohort does: DuckDB, Polars, and the Python package `deltalake`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop and print"
)]

mod oracle;

use oracle::kohort::KOHORT;
use oracle::rules::GRCH38;
use oracle::simulate::{Options, simulate};
use oracle::tools::{Scratch, run, text_of};
use std::process::Command;

const READER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/interop/read_lake.py"
);

fn ingest(scratch: &Scratch, lake: &str, callset: &str, seed: u64, more: &[&str]) {
    let options = Options {
        seed,
        haploid_xx: false,
        haploid_autosome: false,
        y_pars: true,
        max_alts: 3,
    };
    let simulated = simulate(&GRCH38, options);
    let vcf = scratch.write("simulated.vcf", &simulated.vcf);
    let samples = scratch.write("samples.tsv", &simulated.samples);
    let mut arguments = vec![
        "ingest",
        &vcf,
        "--lake",
        lake,
        "--callset",
        callset,
        "--samples",
        &samples,
    ];
    arguments.extend(more);
    run(KOHORT, arguments).unwrap();
}

fn kohort_reads(lake: &str) -> String {
    let sql = "SELECT n_rows, ac, n_samples FROM \
               (SELECT count(*) AS n_rows, sum(ac) AS ac FROM callset_variants) \
               CROSS JOIN (SELECT count(*) AS n_samples FROM samples)";
    let text = run(
        KOHORT,
        ["sql", "--lake", lake, "--format", "tsv", "-c", sql],
    )
    .unwrap();
    text.lines().nth(1).unwrap().replace('\t', " ")
}

/// The readers that the program knows, each run as a process of its own.
const READERS: [&str; 3] = ["duckdb", "polars", "deltalake"];

/// The program's exit status where the reader's package is not installed.
const NOT_INSTALLED: i32 = 77;

/// What a reader says; nothing where it is not installed.
fn read_by(reader: &str, lake: &str) -> Option<String> {
    let output = match Command::new("python3")
        .args([READER, lake, reader])
        .output()
    {
        Ok(output) => output,
        Err(error) => {
            kohort_workbench::skip(reader, &format!("python3: {error}"));
            return None;
        }
    };
    if output.status.code() == Some(NOT_INSTALLED) {
        kohort_workbench::skip(reader, &String::from_utf8_lossy(&output.stderr));
        return None;
    }
    Some(text_of(&output).unwrap().trim_end().to_owned())
}

#[test]
fn duckdb_polars_and_deltalake_read_what_kohort_reads() {
    let scratch = Scratch::new("interop");
    let lake = scratch.path("lake");
    let states: [(&str, u64, &[&str]); 3] = [
        ("first", 1, &[]),
        ("second", 2, &["--allow-duplicate-samples"]),
        ("first", 3, &["--replace", "--allow-duplicate-samples"]),
    ];
    for (callset, seed, more) in states {
        ingest(&scratch, &lake, callset, seed, more);
        let ours = kohort_reads(&lake);
        for reader in READERS {
            if let Some(theirs) = read_by(reader, &lake) {
                assert_eq!(theirs, ours, "{reader} after {callset} {more:?}");
            }
        }
    }
}
