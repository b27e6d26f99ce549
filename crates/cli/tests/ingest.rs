//! `kohort ingest`, as typed.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

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
    let arguments = ["ingest", "-", "--lake", "lake", "--callset", "second"];
    let mut child = command(&[&arguments[..], &["--allow-duplicate-samples"]].concat())
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

#[test]
fn warnings_are_shown_and_the_whole_summary_is_there_for_scripts() {
    let place = Place::new();
    let odd = VCF.replace("##contig=<ID=chr17", "##nothing\n##contig=<ID=chr17");
    assert_ne!(odd, VCF);
    std::fs::write(place.path("odd.vcf"), odd).unwrap();
    let arguments = ["ingest", "odd.vcf", "--check"];
    let ran = place.run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let says = "warning: odd.vcf:2: `##nothing` is not `##key=value` [meta-line, VCFv4.5 §1.4]";
    assert!(
        ran.stderr.lines().any(|line| line == says),
        "{}",
        ran.stderr
    );
    let json = place.run(&[&arguments[..], &["--format", "json", "--format", "none"]].concat());
    assert_eq!(json.code, 0, "{}", json.stderr);
    assert!(json.stderr.contains(says));
    let summary: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(summary["n_variants"], 5);
    assert_eq!(summary["n_by_type"]["snv"], 4);
    let warnings = summary["warnings"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .any(|w| w.as_str().unwrap().contains("meta-line"))
    );
}

/// A file of one record, with INFO `X` declared in this way.
fn with_info(place: &Place, name: &str, declared: &str, pos: u32, value: &str) {
    let text = format!(
        "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n\
         ##INFO=<ID=X,{declared},Description=\"x\">\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{name}\n\
         chr1\t{pos}\t.\tA\tG\t.\t.\t{value}\tGT\t0/1\n\
         chr1\t{}\t.\tA\tG\t.\t.\t.\tGT\t0/1\n",
        pos + 1
    );
    std::fs::write(place.path(&format!("{name}.vcf")), text).unwrap();
}

fn ingest(place: &Place, name: &str, more: &[&str]) -> support::Ran {
    let file = format!("{name}.vcf");
    let arguments = ["ingest", &file, "--lake", "lake", "--callset", name];
    place.run(&[&arguments[..], more].concat())
}

#[test]
fn a_field_that_is_one_value_here_and_a_list_there_does_not_block_a_lake() {
    for order in [
        ["one", "many", "half"],
        ["many", "half", "one"],
        ["half", "one", "many"],
    ] {
        let place = Place::new();
        with_info(&place, "one", "Number=1,Type=Integer", 100, "X=7");
        with_info(&place, "many", "Number=.,Type=Integer", 200, "X=1,2");
        with_info(&place, "half", "Number=.,Type=Float", 300, "X=0.5");
        for name in order {
            ingest(&place, name, &[]).ok();
        }
        let sql = "SELECT callset, pos, info['X'] AS x, info['X'] IS NULL AS none \
                   FROM callset_variants ORDER BY pos";
        let text = place.sql(sql, &["--format", "csv"]).ok();
        let expected = "callset,pos,x,none\none,100,[7.0],false\none,101,,true\n\
                        many,200,\"[1.0, 2.0]\",false\nmany,201,,true\n\
                        half,300,[0.5],false\nhalf,301,,true\n";
        assert_eq!(
            text.replace("\"[1.0,2.0]\"", "\"[1.0, 2.0]\""),
            expected,
            "{order:?}"
        );
        let sql = "SELECT sum(info['X'][1]) AS s FROM variants WHERE info['X'][1] > 0.7";
        assert_eq!(
            place.sql(sql, &["--format", "csv"]).ok(),
            "s\n8.0\n",
            "{order:?}"
        );
        for name in order {
            let export = ["export", "--lake", "lake", "--callset", name];
            let text = place.run(&export).ok();
            let value = match name {
                "one" => "\tX=7\t",
                "many" => "\tX=1,2\t",
                _ => "\tX=0.5\t",
            };
            assert!(text.contains(value), "{text}");
        }
        with_info(&place, "text", "Number=1,Type=String", 400, "X=a");
        let error = ingest(&place, "text", &[]).failed(1);
        assert!(
            error.contains("hint: ") && error.contains("`--info ^X`"),
            "{error}"
        );
        ingest(&place, "text", &["--info", "^X"]).ok();
    }
}

#[test]
fn a_depth_that_is_a_list_in_one_callset_is_still_a_depth_of_calls() {
    let place = Place::new();
    for (name, number) in [("one", "1"), ("many", ".")] {
        let text = format!(
            "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n\
             ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n\
             ##FORMAT=<ID=DP,Number={number},Type=Integer,Description=\"x\">\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{name}\n\
             chr1\t100\t.\tA\tG\t.\t.\t.\tGT:DP\t0/1:17\n"
        );
        std::fs::write(place.path(&format!("{name}.vcf")), text).unwrap();
        ingest(&place, name, &[]).ok();
    }
    let sql = "SELECT sample_id, dp FROM calls ORDER BY sample_id";
    let text = place.sql(sql, &["--format", "csv"]).ok();
    assert_eq!(text, "sample_id,dp\nmany,17\none,17\n");
}

#[test]
fn samples_are_updated_without_their_genotypes_being_read_again() {
    let place = Place::new();
    let text = "##fileformat=VCFv4.2\n##contig=<ID=chrX,length=156040895>\n\
                ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n\
                #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tm\tf\n\
                chrX\t50000000\t.\tA\tG\t.\t.\t.\tGT\t1/1\t0/1\n";
    std::fs::write(place.path("x.vcf"), text).unwrap();
    ingest(&place, "x", &[]).ok();
    let cohort = "CREATE COHORT men AS SELECT sample_id FROM samples WHERE sample_id = 'm'";
    place.sql(cohort, &[]).ok();
    let counts = "SELECT ac, an, n_hemi_alt, n_unknown_sex FROM variants";
    let all = |sql: &str| place.sql(sql, &["--format", "csv"]).ok();
    assert_eq!(all(counts), "ac,an,n_hemi_alt,n_unknown_sex\n0,0,0,2\n");
    std::fs::write(
        place.path("update.tsv"),
        "sample_id\tsex_karyotype\tregion\nm\tXY\tnorr\nf\tXX\tsyd\n",
    )
    .unwrap();
    let update = ["samples", "update", "update.tsv", "--lake", "lake"];
    let told = place.run(&update).ok();
    assert!(
        told.starts_with("updated 2 of 2 samples of callset `x`"),
        "{told}"
    );
    assert_eq!(all(counts), "ac,an,n_hemi_alt,n_unknown_sex\n2,3,1,0\n");
    let region = "SELECT region, sex_karyotype FROM samples ORDER BY region";
    assert_eq!(all(region), "region,sex_karyotype\nnorr,XY\nsyd,XX\n");
    let men = "SELECT s.an FROM (SELECT allele_stats(genotypes, cohort('men')) AS s FROM variants)";
    assert!(all(men).ends_with("\n1\n"), "{}", all(men));
    place.run(&["lake", "verify", "--lake", "lake"]).ok();
}
