//! `kohort ingest`, as typed.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::{Place, VCF, command, finish, names};

#[test]
fn summary_tells_samples_variants_and_types() {
    let text = Place::new().ingest(&[]).ok();
    assert!(
        text.starts_with("ingested callset `pilot` (lake version "),
        "{text}"
    );
    assert!(text.contains("samples            3\n"), "{text}");
    assert!(text.contains("records            4\n"), "{text}");
    assert!(text.contains("variants           5\n"), "{text}");
    assert!(text.contains("snv              4\n"), "{text}");
    assert!(text.contains("reference genome   GRCh38\n"), "{text}");
}

#[test]
fn standard_input_is_a_file_like_others() {
    let place = Place::new();
    let mut child = command(&["ingest", "-", "--lake", "lake", "--callset", "pilot"])
        .current_dir(place.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(VCF.as_bytes())
        .unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(
        place
            .sql("SELECT count(*) AS n FROM variants", &["--format", "csv"])
            .ok(),
        "n\n5\n"
    );
}

#[test]
fn name_that_is_taken_is_refused_until_replace_is_said() {
    let place = Place::with_lake();
    let error = place.ingest(&[]).failed(1);
    assert!(
        error.contains("`pilot`") && error.contains("hint: ") && error.contains("--replace"),
        "{error}"
    );
    place.ingest(&["--replace"]).ok();
    let callsets = place
        .sql("SELECT callset FROM callsets", &["--format", "csv"])
        .ok();
    assert_eq!(callsets, "callset\npilot\n");
}

#[test]
fn check_reads_everything_and_writes_nothing() {
    let place = Place::new();
    let text = place.run(&["ingest", "cohort.vcf", "--check"]).ok();
    assert!(text.starts_with("checked callset"), "{text}");
    assert!(text.contains("variants           5\n"), "{text}");
    assert_eq!(names(place.folder.path()), ["cohort.vcf", "people.tsv"]);
}

#[test]
fn bad_field_names_its_place_and_leaves_no_callset() {
    let place = Place::new();
    let bad = VCF.replace("0/0:9", "0/0:nine");
    std::fs::write(place.path("bad.vcf"), bad).unwrap();
    let arguments = ["ingest", "bad.vcf", "--lake", "lake", "--callset", "bad"];
    let error = place.run(&arguments).failed(1);
    for part in ["bad.vcf:11", "chr17:43045800", "GQ", "nine"] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    let callsets = place.sql("SELECT count(*) AS n FROM callsets", &["--format", "csv"]);
    assert!(callsets.code == 1 || callsets.text() == "n\n0\n");
    // Nothing is left for a vacuum.
    for table in ["samples", "callset_variants", "call_fields", "callsets"] {
        let mut left = Vec::new();
        let mut folders = vec![place.path("lake").join(table)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => left.push(path),
                }
            }
        }
        left.retain(|path| path.extension().is_some_and(|e| e == "parquet"));
        assert!(left.is_empty(), "{left:?}");
    }
    let text = place
        .run(&[&arguments[..], &["--on-bad-field", "null"]].concat())
        .ok();
    assert!(
        text.contains("set to NULL        FORMAT/GQ: 1 value"),
        "{text}"
    );
}

#[test]
fn reference_genome_that_contradicts_the_contigs_is_refused() {
    let error = Place::new()
        .ingest(&["--reference-genome", "GRCh37"])
        .failed(1);
    assert!(error.contains("GRCh37"), "{error}");
}

#[test]
fn usage_errors_exit_with_two() {
    let place = Place::new();
    for arguments in [
        &["ingest", "cohort.vcf"][..],
        &["ingest", "--lake", "lake", "--callset", "x"],
        &[
            "ingest",
            "cohort.vcf",
            "--lake",
            "lake",
            "--callset",
            "x",
            "--reference-genome",
            "mm10",
        ],
        &[
            "ingest",
            "cohort.vcf",
            "--lake",
            "lake",
            "--callset",
            "x",
            "--absent",
            "maybe",
        ],
        &[
            "ingest",
            "cohort.vcf",
            "--lake",
            "lake",
            "--callset",
            "x",
            "--threads",
            "0",
        ],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}

#[test]
fn file_that_is_missing_is_named() {
    let place = Place::new();
    let error = place
        .run(&["ingest", "no.vcf", "--lake", "lake", "--callset", "x"])
        .failed(1);
    assert!(error.contains("no.vcf"), "{error}");
}

#[test]
fn secrets_stay_out_of_messages_and_logs() {
    let place = Place::new();
    let mut command = command(&[
        "-vvv",
        "ingest",
        "cohort.vcf",
        "--lake",
        "s3://nowhere/lake",
    ]);
    command.args([
        "--callset",
        "x",
        "--storage-option",
        "aws_endpoint=http://127.0.0.1:9",
    ]);
    command.args(["--storage-option", "aws_allow_http=true"]);
    command.args([
        "--storage-option",
        "aws_max_retries=0",
        "--storage-option",
        "hush=hush-hush-1",
    ]);
    command.args(["--storage-option", "aws_secret_access_key=hush-hush-2"]);
    command
        .env("AWS_ACCESS_KEY_ID", "hush-hush-3")
        .current_dir(place.folder.path());
    let ran = finish(command);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains("hush-hush"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn interrupt_ends_an_ingest_and_leaves_the_lake_as_it_was() {
    let place = Place::with_lake();
    let mut child = command(&["ingest", "-", "--lake", "lake", "--callset", "second"])
        .current_dir(place.folder.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(VCF.as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let process = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &process])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stderr.starts_with(b"interrupted: "));
    let callsets = place
        .sql("SELECT callset FROM callsets", &["--format", "csv"])
        .ok();
    assert_eq!(callsets, "callset\npilot\n");
}
