//! What an update of samples changes, and what it must not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use common::{CHR20, CHRX, CHRY, GT, TestLake, request, vcf};
use kohort_ingest::{Error, Existing, IngestRequest, NoProgress, SamplesRequest, SamplesSummary};
use kohort_schema::TableName;
use std::sync::Arc;

const COUNTS: [&str; 14] = [
    "chrom",
    "pos",
    "ac",
    "an",
    "af",
    "call_rate",
    "n_het",
    "n_hom_alt",
    "n_hemi_ref",
    "n_hemi_alt",
    "n_het_haploid",
    "n_unknown_sex",
    "n_unexpected",
    "n_no_copy",
];

fn file() -> String {
    vcf(
        &[CHR20, CHRX, CHRY, GT],
        &["a", "b", "c"],
        &[
            "20 10 . A C . . . GT 0/1 1/1 0/0",
            "chrX 1000000 . A C . . . GT 0/1 1/1 0/0",
            "chrX 50000000 . A C,G . . . GT 0/1 1/1 2/2",
            "chrX 50000001 . A C . . . GT 0/1 1 ./.",
            "chrY 7000000 . A C . . . GT 1 1 .",
        ],
    )
}

fn update(lake: &TestLake, text: &str) -> Result<SamplesSummary, Error> {
    let request = SamplesRequest {
        file: lake.file("update.tsv", text),
        ..SamplesRequest::default()
    };
    let work = kohort_ingest::update_samples(&lake.lake, request, Arc::new(NoProgress));
    lake.runtime.block_on(work)
}

fn with_samples(lake: &TestLake, text: &str, existing: Existing) {
    let samples = Some(lake.file("people.tsv", text));
    let file = file();
    lake.try_ingest(IngestRequest {
        samples,
        existing,
        ..request(&[&file])
    })
    .unwrap();
}

#[test]
fn counts_on_x_and_y_follow_new_karyotypes_as_if_ingested_with_them() {
    let right = "sample_id\tsex_karyotype\na\tXX\nb\tXY\nc\tXX\n";
    let expected = TestLake::new();
    with_samples(&expected, right, Existing::Refuse);
    for before in [
        "sample_id\tregion\na\t1\n",
        "sample_id\tsex_karyotype\na\tXY\nb\tXX\nc\tXY\n",
    ] {
        let lake = TestLake::new();
        with_samples(&lake, before, Existing::Refuse);
        assert_ne!(lake.variants(&COUNTS), expected.variants(&COUNTS));
        let (lines, id) = (lake.lines(), callset_id(&lake));
        let summary = update(&lake, right).unwrap();
        let updated = &summary.callsets[0];
        assert_eq!((updated.n_karyotypes, updated.n_recounted), (3, 5));
        let sorted = |lake: &TestLake| {
            let mut rows = lake.variants(&COUNTS);
            rows.sort_unstable();
            rows
        };
        assert_eq!(sorted(&lake), sorted(&expected));
        assert_eq!(lake.lines(), lines);
        assert_eq!(lake.callsets(), ["c"]);
        assert_ne!(callset_id(&lake), id);
    }
}

#[test]
fn other_columns_change_in_place_and_stay_where_the_file_says_nothing() {
    let lake = TestLake::new();
    let before = "sample_id\tperson_id\tsex_karyotype\tregion\tage\n\
                  a\tp1\tXX\tnorr\t40\nb\tp2\tXY\tsyd\t50\nc\tp3\tXX\tsyd\t60\n";
    with_samples(&lake, before, Existing::Refuse);
    let (counts, id) = (lake.variants(&COUNTS), callset_id(&lake));
    let summary = update(&lake, "sample_id\tage\tgroup\nb\t51.5\tx\nz\t1\ty\n").unwrap();
    assert_eq!(
        (
            summary.callsets[0].n_updated,
            summary.callsets[0].n_recounted
        ),
        (1, 0)
    );
    assert!(
        summary.warnings.iter().any(|w| w.contains("`a`, `c`")),
        "{:?}",
        summary.warnings
    );
    assert!(
        summary.warnings.iter().any(|w| w.contains("`z`")),
        "{:?}",
        summary.warnings
    );
    assert_eq!((lake.variants(&COUNTS), callset_id(&lake)), (counts, id));
    let rows = lake.rows(TableName::Samples);
    let text = |name: &str| -> Vec<String> {
        let column = common::column(&rows, name);
        (0..rows.num_rows())
            .map(|i| common::value(column, i))
            .collect()
    };
    assert_eq!(text("person_id"), ["p1", "p2", "p3"]);
    assert_eq!(text("sex_karyotype"), ["XX", "XY", "XX"]);
    assert_eq!(text("region"), ["norr", "syd", "syd"]);
    assert_eq!(text("group"), ["NULL", "x", "NULL"]);
    assert_eq!(rows.num_rows(), 3);
}

#[test]
fn a_file_that_names_nobody_changes_nothing() {
    let lake = TestLake::new();
    with_samples(&lake, "sample_id\tregion\na\t1\n", Existing::Refuse);
    let error = update(&lake, "sample_id\tregion\nA\t1\n").unwrap_err();
    assert!(matches!(error, Error::NobodyInSampleFile { .. }), "{error}");
}

fn callset_id(lake: &TestLake) -> String {
    let snapshot = lake.runtime.block_on(lake.lake.snapshot(None)).unwrap();
    snapshot.callset("c").unwrap().callset_id.clone()
}
