//! The binary beside a real S3 server: ingest from it and into it, ask, export, verify. Run by
//! `scripts/with-s3.sh cargo test -p kohort --test s3`.
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

/// The server, by the variables that `scripts/with-s3.sh` sets.
struct Server {
    endpoint: String,
    bucket: String,
}

impl Server {
    fn find() -> Option<Self> {
        let variable = |name: &str| std::env::var(name).ok();
        let found = variable("KOHORT_TEST_S3_ENDPOINT").zip(variable("KOHORT_TEST_S3_BUCKET"));
        if found.is_none() {
            kohort_workbench::skip(
                "S3",
                "no server; scripts/with-s3.sh cargo test --test s3 starts one",
            );
        }
        found.map(|(endpoint, bucket)| Self { endpoint, bucket })
    }

    fn kohort(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(KOHORT)
            .args(arguments)
            .env("AWS_ENDPOINT", &self.endpoint)
            .env("AWS_ALLOW_HTTP", "true")
            .output()
            .unwrap();
        text_of(&output)
    }

    /// Puts a file there; the server takes requests without a signature.
    fn upload(&self, file: &str, key: &str) -> String {
        let Self { endpoint, bucket } = self;
        let program = "import sys, urllib.request as r\n\
            r.urlopen(r.Request(sys.argv[2], open(sys.argv[1], 'rb').read(), method='PUT', \
            headers={'Content-Type': 'application/octet-stream'}))";
        let url = format!("{endpoint}/{bucket}/{key}");
        run("python3", ["-c", program, file, &url]).unwrap();
        format!("s3://{bucket}/{key}")
    }
}

#[test]
fn a_lake_on_s3_is_filled_asked_exported_and_verified() {
    let Some(server) = Server::find() else { return };
    let options = Options {
        seed: 5,
        haploid_xx: true,
        haploid_autosome: true,
        y_pars: true,
        max_alts: 3,
    };
    let simulated = simulate(&GRCH38, options);
    let scratch = Scratch::new("s3");
    let vcf = scratch.write("simulated.vcf", &simulated.vcf);
    let samples = scratch.write("samples.tsv", &simulated.samples);
    let url = server.upload(&vcf, "in/simulated.vcf");
    let (on_s3, in_folder) = (format!("s3://{}/lake", server.bucket), scratch.path("lake"));
    let ask = |lake: &str| {
        let sql = "SELECT * EXCLUDE (callset_id) FROM callset_variants ORDER BY record_index, \
                   allele_index";
        server
            .kohort(&["sql", "--lake", lake, "--format", "csv", "-c", sql])
            .unwrap()
    };
    for (lake, file) in [(&on_s3, &url), (&in_folder, &vcf)] {
        let ingest = [
            "ingest",
            file,
            "--lake",
            lake,
            "--callset",
            "one",
            "--samples",
            &samples,
        ];
        server.kohort(&ingest).unwrap();
        let again = server.kohort(&ingest).unwrap_err();
        assert!(again.contains("one"), "{again}");
        server.kohort(&["lake", "verify", "--lake", lake]).unwrap();
    }
    assert_eq!(ask(&on_s3), ask(&in_folder));
    let export = |lake: &str| {
        server
            .kohort(&["export", "--lake", lake, "--callset", "one"])
            .unwrap()
    };
    assert_eq!(export(&on_s3), export(&in_folder));
}

#[test]
fn a_lake_that_is_not_there_is_named_without_keys() {
    let Some(server) = Server::find() else { return };
    let lake = format!("s3://{}/nothing-here", server.bucket);
    let message = server
        .kohort(&["sql", "--lake", &lake, "-c", "SELECT 1"])
        .unwrap_err();
    assert!(message.contains("nothing-here"), "{message}");
    let key = std::env::var("AWS_SECRET_ACCESS_KEY").unwrap_or_default();
    assert!(key.is_empty() || !message.contains(&key), "{message}");
}

#[test]
fn results_go_to_object_storage_whole_or_not_at_all() {
    let Some(server) = Server::find() else { return };
    let bucket = &server.bucket;
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake").to_string_lossy().into_owned();
    let write = |sql: &str, url: &str| {
        let arguments = ["sql", "-c", sql, "--format", "csv", "--output", url];
        server.kohort(&arguments)
    };
    // Of one part, and of several of 16 MiB.
    for (name, n) in [("small", 3), ("large", 1_500_000)] {
        let url = format!("s3://{bucket}/out/{name}.csv");
        let sql = format!("SELECT value AS x, value * 7 AS y FROM range({n})");
        write(&sql, &url).unwrap();
        server
            .kohort(&["load", name, &url, "--lake", &lake])
            .unwrap();
        let sql = format!("SELECT count(*) AS n, max(y) AS y FROM registry.{name}");
        let arguments = ["sql", "--lake", &lake, "-c", &sql, "--format", "csv"];
        let found = server.kohort(&arguments).unwrap();
        assert_eq!(found, format!("n,y\n{n},{}\n", (n - 1) * 7), "{name}");
    }
    let url = format!("s3://{bucket}/out/failing.csv");
    assert!(write("SELECT 1 AS x; SELECT CAST('x' AS INT) AS y", &url).is_err());
    assert!(
        server
            .kohort(&["load", "failing", &url, "--lake", &lake])
            .is_err()
    );
}

#[test]
fn a_report_goes_to_object_storage() {
    let Some(server) = Server::find() else { return };
    let bucket = &server.bucket;
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake").to_string_lossy().into_owned();
    let people = ["simulate", "national", "--people", "3000", "--out"];
    let register = folder
        .path()
        .join("register")
        .to_string_lossy()
        .into_owned();
    let mut arguments = people.to_vec();
    arguments.push(&register);
    server.kohort(&arguments).unwrap();
    for table in [
        "people",
        "referrals",
        "tests",
        "diagnoses",
        "study",
        "population",
    ] {
        let files = std::fs::read_dir(format!("{register}/{table}")).unwrap();
        let files = files.map(|file| file.unwrap().path().to_string_lossy().into_owned());
        let mut arguments = vec!["load".to_owned(), table.to_owned()];
        arguments.extend(["--lake".to_owned(), lake.clone()]);
        arguments.extend(files);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        server.kohort(&arguments).unwrap();
    }
    let out = format!("s3://{bucket}/report");
    let report = [
        "report",
        "national-follow-up",
        "--lake",
        &lake,
        "--out",
        &out,
        "--no-pdf",
    ];
    server.kohort(&report).unwrap();
    let again = server.kohort(&report).unwrap_err();
    assert!(again.contains("holds objects already"), "{again}");
    let mut forced = report.to_vec();
    forced.push("--force");
    server.kohort(&forced).unwrap();
}
