//! What an export writes besides everything.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use common::{CHR20, GT, Sink, TestLake, request, vcf};
use kohort_ingest::{Error, ExportContent, ExportFormat, ExportRequest, NoProgress};
use std::sync::Arc;

fn lake() -> TestLake {
    let lake = TestLake::new();
    lake.ingest(&vcf(
        &[
            CHR20,
            GT,
            "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"x\">",
        ],
        &["a", "b", "c"],
        &[
            "20 10 . A C . PASS AC=9 GT 0/1 1/1 ./.",
            "20 20 . AT A,G . . . GT 0|1 2|1 0|0",
            "20 30 . A G . . . GT 0/0 0/0 1/1",
        ],
    ));
    lake
}

fn of(request: ExportRequest) -> Vec<String> {
    let (text, _) = lake().export(ExportRequest {
        callset: "c".into(),
        ..request
    });
    text.lines()
        .filter(|l| !l.starts_with("##"))
        .map(|l| l.replace('\t', " "))
        .collect()
}

#[test]
fn a_region_gives_the_records_that_start_in_it() {
    let region = "20:20-29".parse().ok();
    assert_eq!(
        of(ExportRequest {
            region,
            ..Default::default()
        }),
        [
            "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT a b c",
            "20 20 . AT A,G . . . GT 0|1 2|1 0|0",
        ]
    );
}

#[test]
fn some_samples_keep_the_order_of_the_callset() {
    let samples = Some(vec!["c".to_owned(), "a".to_owned()]);
    assert_eq!(
        of(ExportRequest {
            samples,
            ..Default::default()
        }),
        [
            "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT a c",
            "20 10 . A C . PASS AC=9 GT 0/1 ./.",
            "20 20 . AT A,G . . . GT 0|1 0|0",
            "20 30 . A G . . . GT 0/0 1/1",
        ]
    );
    let lake = lake();
    let samples = Some(vec!["x".to_owned()]);
    let wrong = ExportRequest {
        callset: "c".into(),
        samples,
        ..Default::default()
    };
    let output = Box::new(Sink::default());
    let export = kohort_ingest::export(&lake.lake, wrong, output, Arc::new(NoProgress));
    let error = lake.runtime.block_on(export).unwrap_err();
    assert!(matches!(error, Error::NoSuchSample { .. }));
    assert_eq!(error.to_string(), "no sample `x` in callset `c`");
}

#[test]
fn sites_have_counts_of_the_cohort_and_no_samples() {
    let content = ExportContent::Sites;
    let all = of(ExportRequest {
        content,
        ..Default::default()
    });
    assert_eq!(all[0], "#CHROM POS ID REF ALT QUAL FILTER INFO");
    assert_eq!(
        all[1],
        "20 10 . A C . PASS AC=3;AF=0.75;N_HET=1;N_HOM_ALT=1;N_HEMI_ALT=0;AN=4;N_SAMPLES=3;\
         N_CALLED=2;N_PARTIAL=0;N_MISSING=1"
    );
    assert!(
        all[2].contains("AC=2,1;") && all[2].contains("AN=6;"),
        "{}",
        all[2]
    );
    let samples = Some(vec!["a".to_owned()]);
    let one = of(ExportRequest {
        content,
        samples,
        ..Default::default()
    });
    assert!(
        one[1].contains("AC=1;AF=0.5;") && one[1].contains("N_SAMPLES=1;"),
        "{}",
        one[1]
    );
}

#[test]
fn bcf_and_bgzf_read_back_as_the_same_records() {
    let lake = lake();
    let expected = lake.lines();
    for (format, name) in [
        (ExportFormat::Bcf, "o.bcf"),
        (ExportFormat::VcfGz, "o.vcf.gz"),
    ] {
        let path = lake.folder.path().join(name);
        let output = Box::new(std::fs::File::create(&path).unwrap());
        let export = ExportRequest {
            callset: "c".into(),
            format,
            ..Default::default()
        };
        let export = kohort_ingest::export(&lake.lake, export, output, Arc::new(NoProgress));
        let summary = lake.runtime.block_on(export).unwrap();
        assert_eq!(summary.bytes_out, std::fs::metadata(&path).unwrap().len());
        let other = TestLake::new();
        let inputs = vec![path.display().to_string().into()];
        let again = kohort_ingest::IngestRequest {
            inputs,
            ..request(&[])
        };
        other.try_ingest(again).unwrap();
        assert_eq!(other.lines(), expected, "{name}");
    }
}
