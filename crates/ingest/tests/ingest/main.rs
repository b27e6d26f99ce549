//! What an ingest makes of files, good and bad.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

#[path = "../common/mod.rs"]
mod common;
mod genomes;

use common::{CHR20, CHRX, CHRY, GT, TestLake, request, vcf};
use kohort_genome::ReferenceGenome;
use kohort_ingest::{
    AbsentPolicy, Error, Existing, FieldSelection, IngestRequest, NoProgress, OnBadField,
};
use kohort_schema::TableName;
use std::sync::Arc;

const INFO: &str = "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"x\">";

fn small() -> String {
    vcf(
        &[CHR20, GT, INFO],
        &["a", "b"],
        &[
            "20 10 . A C . . DP=3 GT 0/1 1/1",
            "20 20 . A G . . . GT 0/0 ./.",
        ],
    )
}

#[test]
fn a_row_per_alt_is_counted_by_the_rules() {
    let lake = TestLake::new();
    let summary = lake.ingest(&vcf(
        &[CHR20, GT],
        &["a", "b", "c", "d"],
        &[
            "20 10 rs1 A C,G 50 PASS . GT 0/1 1/2 ./1 ./.",
            "20 20 . A * . q10 . GT 0/1 0 0/0/1 1|1",
        ],
    ));
    assert_eq!(
        (
            summary.n_records,
            summary.n_variants,
            summary.n_polyploid_calls
        ),
        (2, 3, 1)
    );
    let columns = [
        "chrom",
        "pos",
        "ref",
        "alt",
        "variant_type",
        "ac",
        "an",
        "n_het",
        "n_hom_alt",
        "n_partial",
    ];
    assert_eq!(
        lake.variants(&columns),
        [
            "chr20 10 A C snv 3 5 2 0 1",
            "chr20 10 A G snv 1 5 1 0 1",
            "chr20 20 A * spanning_deletion 4 8 2 1 0",
        ]
    );
    assert_eq!(
        lake.variants(&["id", "qual", "filter", "n_samples"])[0],
        "rs1 50.0 [PASS] 4"
    );
}

#[test]
fn rows_are_in_order_after_trimming() {
    let lake = TestLake::new();
    let summary = lake.ingest(&vcf(
        &[CHR20],
        &[],
        &[
            "20 10 . CAAA CAAT,C . . .",
            "20 11 . A G . . .",
            "20 12 . A T,C . . .",
        ],
    ));
    assert_eq!(summary.n_normalised, 1);
    let columns = [
        "pos",
        "ref",
        "alt",
        "record_index",
        "allele_index",
        "original_pos",
    ];
    assert_eq!(
        lake.variants(&columns),
        [
            "10 CAAA C 0 2 NULL",
            "11 A G 1 1 NULL",
            "12 A C 2 2 NULL",
            "12 A T 2 1 NULL",
            "13 A T 0 1 10",
        ]
    );
    assert_eq!(lake.lines()[0], "20\t10\t.\tCAAA\tCAAT,C\t.\t.\t.");
}

#[test]
fn info_is_typed_from_the_point_of_view_of_one_alt() {
    let lake = TestLake::new();
    let meta = [
        CHR20,
        "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"x\">",
        "##INFO=<ID=AD,Number=R,Type=Integer,Description=\"x\">",
        "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"x\">",
        "##INFO=<ID=MQ,Number=1,Type=Float,Description=\"x\">",
        "##INFO=<ID=CSQ,Number=.,Type=String,Description=\"x\">",
    ];
    let lines = [
        "20 10 . A C,G . . AC=1,2;AD=5,6,7;DB;CSQ=x|y,z",
        "20 11 . A C . . MQ=1e-3;NEW=3;OTHER",
    ];
    let summary = lake.ingest(&vcf(&meta, &[], &lines));
    assert_eq!(
        summary.n_undeclared.keys().collect::<Vec<_>>(),
        ["INFO/NEW", "INFO/OTHER"]
    );
    let columns = [
        "info.AC",
        "info.AD",
        "info.DB",
        "info.MQ",
        "info.CSQ",
        "info._undeclared",
    ];
    assert_eq!(
        lake.variants(&columns),
        [
            "1 [5, 6] true NULL [x|y, z] NULL",
            "2 [5, 7] true NULL [x|y, z] NULL",
            "NULL NULL false 0.001 NULL NEW=3;OTHER",
        ]
    );
    let back: Vec<_> = lines.iter().map(|l| l.replace(' ', "\t")).collect();
    assert_eq!(lake.lines()[0], back[0]);
    assert_eq!(
        lake.lines()[1],
        "20\t11\t.\tA\tC\t.\t.\tMQ=0.001;NEW=3;OTHER"
    );
}

#[test]
fn a_bad_field_names_file_line_place_field_expected_and_found() {
    let format = "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">";
    for (line, expected) in [
        (
            "20 30 . A C . . DP=many GT 0/1",
            "0.vcf:8: 20:30: INFO/DP: expected an integer from -2147483640 to 2147483647, found \
             `many`",
        ),
        (
            "20 30 . A C . . . GT:DP 0/1:x",
            "0.vcf:8: 20:30: FORMAT/DP: expected an integer from -2147483640 to 2147483647, found \
             `x`",
        ),
        (
            "20 30 . A C . . . GT 0/2",
            "0.vcf:8: 20:30: sample `a`: GT `0/2` names allele 2; the site has 2 alleles",
        ),
    ] {
        let lake = TestLake::new();
        let good = "20 10 . A C . . . GT 0/1";
        let text = vcf(&[CHR20, GT, INFO, format], &["a"], &[good, line]);
        let error = lake.try_ingest(request(&[&text])).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().unwrap().contains("--on-bad-field null"));
        assert!(lake.callsets().is_empty());
        let null = IngestRequest {
            on_bad_field: OnBadField::Null,
            ..request(&[&text])
        };
        let summary = lake.try_ingest(null).unwrap();
        assert_eq!(summary.n_nulled.values().sum::<u64>(), 1, "{line}");
        assert_eq!(summary.n_records, 2);
    }
}

#[test]
fn a_failed_ingest_leaves_nothing_visible_and_the_name_free() {
    let lake = TestLake::new();
    let mut lines: Vec<String> = (1..3000)
        .map(|i| format!("20 {i} . A C . . . GT 0/1 0/0"))
        .collect();
    lines.push("20 5 . A C . . . GT 0/1 0/0".into());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let text = vcf(&[CHR20, GT], &["a", "b"], &lines);
    let error = lake.try_ingest(request(&[&text])).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("0.vcf:3004: 20:5: expected records sorted"),
        "{message}"
    );
    assert_eq!(error.hint().as_deref(), Some("sort first: `bcftools sort`"));
    assert!(lake.callsets().is_empty());
    lake.ingest(&small());
    assert_eq!(lake.callsets(), ["c"]);
}

#[test]
fn a_check_reads_all_and_writes_nothing() {
    let lake = TestLake::new();
    let before = files_below(lake.folder.path());
    let check = kohort_ingest::check(request(&[&small()]), Arc::new(NoProgress));
    let summary = lake.runtime.block_on(check).unwrap();
    assert_eq!(
        (summary.n_records, summary.n_samples, summary.lake_version),
        (2, 2, None)
    );
    assert_eq!(files_below(lake.folder.path()), before);
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

#[test]
fn a_name_is_taken_once_unless_it_is_replaced() {
    let lake = TestLake::new();
    lake.ingest(&small());
    let error = lake.try_ingest(request(&[&small()])).unwrap_err();
    assert!(
        error.to_string().starts_with("callset `c` exists"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--replace"));
    let other = vcf(&[CHR20, GT], &["z"], &["20 7 . T C . . . GT 1/1"]);
    let replace = IngestRequest {
        existing: Existing::Replace,
        ..request(&[&other])
    };
    lake.try_ingest(replace).unwrap();
    assert_eq!(lake.callsets(), ["c"]);
    assert_eq!(lake.variants(&["pos", "ac"]), ["7 2"]);
}

#[test]
fn several_files_form_one_callset_in_contig_order() {
    let lake = TestLake::new();
    let file = |name: &str, line: &str| {
        lake.file(name, &vcf(&[GT], &["a", "b"], &[line]))
            .display()
            .to_string()
    };
    let files = [
        file("2.vcf", "2 5 . A C . . . GT 0/1 0/0"),
        file("10.vcf", "10 5 . A C . . . GT 0/1 0/0"),
        file("1b.vcf", "1 9 . A C . . . GT 0/1 0/0"),
        file("1a.vcf", "1 5 . A C . . . GT 0/1 0/0"),
    ];
    let inputs = files.iter().map(|f| f.as_str().into()).collect();
    let summary = lake
        .try_ingest(IngestRequest {
            inputs,
            ..request(&[])
        })
        .unwrap();
    assert_eq!((summary.n_sources, summary.n_records), (4, 4));
    assert_eq!(
        lake.variants(&["chrom", "pos", "record_index"]),
        ["chr1 5 0", "chr1 9 1", "chr2 5 2", "chr10 5 3",]
    );
}

#[test]
fn files_of_other_samples_are_not_one_callset() {
    let lake = TestLake::new();
    let first = vcf(&[GT], &["a", "b"], &["1 5 . A C . . . GT 0/1 0/0"]);
    for (samples, expected, hint) in [
        (
            ["b", "a"],
            "1.vcf: sample column 1: expected `a` as in `0.vcf`, found `b`",
            "one order",
        ),
        (
            ["a", "x"],
            "1.vcf: sample column 2: expected `b` as in `0.vcf`, found `x`",
            "callsets",
        ),
    ] {
        let second = vcf(&[GT], &samples, &["2 5 . A C . . . GT 0/1 0/0"]);
        let error = lake.try_ingest(request(&[&first, &second])).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().unwrap().contains(hint));
    }
}

#[test]
fn the_sample_file_gives_karyotypes_persons_and_columns() {
    let lake = TestLake::new();
    let text = "sample_id\tperson_id\tsex_karyotype\tregion\tage\n\
                a\tp1\tXX\tnorr\t40\n\
                z\tp9\tXY\tsyd\t1\n";
    let samples = Some(lake.file("s.tsv", text));
    let absent = AbsentPolicy::Reference;
    let vcf = small();
    let summary = lake
        .try_ingest(IngestRequest {
            samples,
            absent,
            ..request(&[&vcf])
        })
        .unwrap();
    assert_eq!(summary.warnings.len(), 2, "{:?}", summary.warnings);
    let rows = lake.rows(TableName::Samples);
    let names: Vec<_> = rows
        .schema()
        .fields()
        .iter()
        .map(|f| f.name().clone())
        .collect();
    assert!(
        names.ends_with(&["region".into(), "age".into()]),
        "{names:?}"
    );
}

#[test]
fn adj_is_worked_out_and_the_callset_says_by_which_fields() {
    let lake = TestLake::new();
    let meta = [
        CHR20,
        GT,
        "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"x\">",
        "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">",
        "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">",
    ];
    let lines = ["20 10 . A C . . . GT:GQ:DP:AD 0/1:99:30:15,15 0/1:99:30:29,1 0/0:5:30:30,0 0/0"];
    let text = vcf(&meta, &["a", "b", "c", "d"], &lines);
    let format = FieldSelection::None;
    let summary = lake
        .try_ingest(IngestRequest {
            format,
            ..request(&[&text])
        })
        .unwrap();
    assert_eq!(summary.adj_criteria, ["GQ", "DP", "AD"]);
    assert!(
        lake.policies().contains(r#""adj":["GQ","DP","AD"]"#),
        "{}",
        lake.policies()
    );
    use arrow::array::AsArray;
    use kohort_genotype::{Cohort, CountRules, Counter, GenotypeFilter};
    let rows = lake.rows(TableName::CallsetVariants);
    let packed = rows
        .column_by_name("genotypes")
        .unwrap()
        .as_binary::<i32>()
        .value(0)
        .to_vec();
    let snapshot = lake.runtime.block_on(lake.lake.snapshot(None)).unwrap();
    let directory = lake.runtime.block_on(snapshot.directory()).unwrap();
    let rules = CountRules {
        filter: GenotypeFilter::Adj,
        ..CountRules::default()
    };
    let mut counter = Counter::new(&directory, &Cohort::all(&directory), rules);
    let counts = counter.count(&packed).unwrap();
    assert_eq!((counts.ac, counts.an, counts.n_missing), (1, 2, 3));
    assert_eq!(
        lake.lines()[0],
        "20\t10\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/1\t0/0\t0/0"
    );
}

#[test]
fn records_without_gt_and_files_without_samples_have_no_genotypes() {
    let lake = TestLake::new();
    let format = "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">";
    let text = vcf(
        &[CHR20, GT, format],
        &["a"],
        &["20 10 . A C . . . DP 7", "20 11 . A . . . . GT 0/0"],
    );
    let summary = lake.ingest(&text);
    assert_eq!(summary.n_without_gt, 1);
    assert_eq!(
        lake.variants(&["pos", "alt", "variant_type", "ac", "an"]),
        ["10 C snv NULL NULL", "11 . ref 0 2",]
    );
    assert_eq!(
        lake.lines(),
        [
            "20\t10\t.\tA\tC\t.\t.\t.\tDP\t7",
            "20\t11\t.\tA\t.\t.\t.\t.\tGT\t0/0"
        ]
    );
}

#[test]
fn duplicate_records_are_kept_and_counted() {
    let lake = TestLake::new();
    let line = "20 10 . A C . . .";
    let summary = lake.ingest(&vcf(&[CHR20], &[], &[line, "20 10 . A G . . .", line]));
    assert_eq!((summary.n_variants, summary.n_duplicates), (3, 1));
    assert_eq!(
        lake.variants(&["alt", "record_index"]),
        ["C 0", "C 2", "G 1"]
    );
    assert_eq!(lake.lines().len(), 3);
}

#[test]
fn sources_carry_their_digest_and_size() {
    let lake = TestLake::new();
    lake.ingest(&small());
    let snapshot = lake.runtime.block_on(lake.lake.snapshot(None)).unwrap();
    let source = &snapshot.callset("c").unwrap().sources[0];
    assert_eq!(
        (source.uri.as_str(), source.size_bytes),
        ("0.vcf", small().len() as u64)
    );
    assert_eq!(source.sha256.len(), 64);
}

#[test]
fn calls_of_ten_thousand_samples_span_blocks() {
    let lake = TestLake::new();
    let names: Vec<String> = (0..2500).map(|i| format!("s{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let format = "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"x\">";
    let calls: Vec<String> = (0..2500)
        .map(|i| {
            if i % 7 == 0 {
                "./.:.".into()
            } else {
                format!("0/1:{i},0,9")
            }
        })
        .collect();
    let line = format!("20 10 . A C . . . GT:PL {}", calls.join(" "));
    lake.ingest(&vcf(&[CHR20, GT, format], &names, &[&line]));
    assert_eq!(lake.rows(TableName::CallFields).num_rows(), 3);
    assert_eq!(lake.lines()[0], line.replace(' ', "\t"));
}

/// Gives its bytes, and then an error instead of an end.
struct Breaks(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Breaks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::ErrorKind::ConnectionReset.into()),
            n => Ok(n),
        }
    }
}

#[test]
fn an_input_that_breaks_off_leaves_nothing_visible() {
    let lake = TestLake::new();
    let lines: Vec<String> = (1..200_000)
        .map(|i| format!("20 {i} . A C . . ."))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let text = vcf(&[CHR20], &[], &lines);
    let input = kohort_ingest::Input::Reader {
        name: "standard input".into(),
        reader: Box::new(Breaks(std::io::Cursor::new(text.into_bytes()))),
        size: None,
    };
    let error = lake
        .try_ingest(IngestRequest {
            inputs: vec![input],
            ..request(&[])
        })
        .unwrap_err();
    assert!(error.to_string().contains("standard input"), "{error}");
    assert!(lake.callsets().is_empty());
    lake.ingest(&small());
    assert_eq!(lake.variants(&["pos"]), ["10", "20"]);
}

#[test]
fn an_ingest_given_up_half_way_leaves_nothing_visible() {
    let lake = TestLake::new();
    let lines: Vec<String> = (1..200_000)
        .map(|i| format!("20 {i} . A C . . ."))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let text = vcf(&[CHR20], &[], &lines);
    lake.runtime.block_on(async {
        let ingest = kohort_ingest::ingest(&lake.lake, request(&[&text]), Arc::new(NoProgress));
        let soon = std::time::Duration::from_millis(30);
        let _ = tokio::time::timeout(soon, ingest).await;
    });
    // It was given up, or done before that: never half.
    assert!(lake.callsets().is_empty() || lake.variants(&["pos"]).len() == 199_999);
}

#[test]
fn a_fasta_left_aligns_and_the_records_come_back_as_written() {
    let lake = TestLake::new();
    let fasta = lake.file("r.fa", ">20\nGGGCACACACAGGGTTTT\n");
    lake.file("r.fa.fai", "20\t18\t4\t18\t19\n");
    let lines = [
        "20 6 . C T . . .",
        "20 9 . ACA A . . .",
        "20 13 . G GG,T . . .",
    ];
    let text = vcf(&["##contig=<ID=20,length=18>"], &[], &lines);
    let fasta = Some(fasta);
    let summary = lake
        .try_ingest(IngestRequest {
            fasta,
            ..request(&[&text])
        })
        .unwrap();
    assert_eq!(summary.n_normalised, 2);
    assert_eq!(
        lake.variants(&[
            "pos",
            "ref",
            "alt",
            "record_index",
            "original_pos",
            "original_ref"
        ]),
        [
            "3 GCA G 1 9 ACA",
            "6 C T 0 NULL NULL",
            "11 A AG 2 13 G",
            "13 G T 2 NULL NULL",
        ]
    );
    let back: Vec<String> = lines.iter().map(|line| line.replace(' ', "\t")).collect();
    assert_eq!(lake.lines(), back);
    let wrong = vcf(&["##contig=<ID=20,length=18>"], &[], &["20 6 . G T . . ."]);
    let fasta = Some(lake.folder.path().join("r.fa"));
    let existing = Existing::Replace;
    let error = lake
        .try_ingest(IngestRequest {
            fasta,
            existing,
            ..request(&[&wrong])
        })
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("0.vcf:4: 20:6: REF: expected `C`"),
        "{error}"
    );
}
