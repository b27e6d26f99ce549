//! What a file may break and still be read: as which values, with which words, and what an export
//! gives back.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod common;

use arrow::array::AsArray;
use common::{CHR20, GT, TestLake, request, vcf};
use kohort_ingest::{
    ExportFormat, ExportRequest, FieldSelection, IngestRequest, IngestSummary, Input, NoProgress,
    OnBadField,
};
use std::sync::Arc;

const NOTE: &str = "##INFO=<ID=NOTE,Number=1,Type=String,Description=\"x\">";

fn bytes(
    lake: &TestLake,
    bytes: Vec<u8>,
    on_bad_field: OnBadField,
) -> Result<IngestSummary, String> {
    let input = Input::Reader {
        name: "in.vcf".into(),
        reader: Box::new(std::io::Cursor::new(bytes)),
        size: None,
    };
    let request = IngestRequest {
        inputs: vec![input],
        on_bad_field,
        ..request(&[])
    };
    lake.try_ingest(request)
        .map_err(|error| format!("{error}\nhint: {}", error.hint().unwrap_or_default()))
}

fn exported(lake: &TestLake, format: ExportFormat) -> Vec<u8> {
    let path = lake.folder.path().join("exported");
    let output = Box::new(std::fs::File::create(&path).unwrap());
    let export = ExportRequest {
        callset: "c".into(),
        format,
        ..Default::default()
    };
    let export = kohort_ingest::export(&lake.lake, export, output, Arc::new(NoProgress));
    lake.runtime.block_on(export).unwrap();
    std::fs::read(&path).unwrap()
}

fn has_warning(summary: &IngestSummary, words: &str) -> bool {
    summary
        .warnings
        .iter()
        .any(|warning| warning.contains(words))
}

#[test]
fn percent_codes_are_decoded_from_version_4_3_on_and_come_back_as_they_were() {
    let many = "##INFO=<ID=MANY,Number=.,Type=String,Description=\"x\">";
    let line = "20 10 . A C . . NOTE=a%3bb%2Cc%3A:=%;MANY=x%2Cy,z,%E5%3B";
    for (version, note, list) in [
        ("VCFv4.3", "a;b,c::=%", "[x,y z %E5%3B]"),
        ("VCFv4.2", "a%3bb%2Cc%3A:=%", "[x%2Cy z %E5%3B]"),
    ] {
        let lake = TestLake::new();
        let text = vcf(&[CHR20, NOTE, many], &[], &[line]);
        let first = text.lines().next().unwrap().to_owned();
        lake.ingest(&text.replacen(&first, &format!("##fileformat={version}"), 1));
        assert_eq!(lake.variants(&["info.NOTE"]), [note], "{version}");
        let found = lake.variants(&["info.MANY"])[0].replace(", ", " ");
        assert_eq!(found, list, "{version}");
        assert_eq!(lake.lines(), [line.replace(' ', "\t")], "{version}");
    }
}

#[test]
fn percent_codes_of_calls_are_decoded_and_come_back() {
    let ft = "##FORMAT=<ID=FT,Number=1,Type=String,Description=\"x\">";
    let lake = TestLake::new();
    let lines = [
        "20 10 . A C . . . GT:FT 0/1:a%3Ab 0/0:plain",
        "20 20 . A C . . . GT:FT 0/1:x 0/0:.",
        "20 30 . A C . . . GT 0/1 0/0",
        "20 40 . A C . . . GT:FT 0/1:. 0/0:%3b%zz",
    ];
    lake.ingest(&vcf(&[CHR20, GT, ft], &["a", "b"], &lines));
    let rows = lake.rows(kohort_schema::TableName::CallFields);
    let fields = common::column(&rows, "fields").as_struct();
    let texts = fields.column_by_name("FT").unwrap();
    let texts: Vec<String> = (0..3).map(|row| common::value(texts, row)).collect();
    assert_eq!(texts, ["[a:b, plain]", "[x, ]", "[, ;%zz]"]);
    assert_eq!(lake.lines(), lines.map(|line| line.replace(' ', "\t")));
}

#[test]
fn a_flag_that_says_no_is_false_and_one_with_another_value_is_refused() {
    let flag = "##INFO=<ID=DB,Number=0,Type=Flag,Description=\"x\">";
    let lake = TestLake::new();
    lake.ingest(&vcf(
        &[CHR20, flag],
        &[],
        &[
            "20 10 . A C . . DB=0",
            "20 20 . A C . . DB=1",
            "20 30 . A C . . DB",
            "20 40 . A C . . .",
        ],
    ));
    assert_eq!(
        lake.variants(&["info.DB"]),
        ["false", "true", "true", "false"]
    );
    let info: Vec<String> = lake
        .lines()
        .iter()
        .map(|line| line.split('\t').nth(7).unwrap().to_owned())
        .collect();
    assert_eq!(info, [".", "DB", "DB", "."]);
    let no = vcf(&[CHR20, flag], &[], &["20 10 . A C . . DB=no"]);
    let error = TestLake::new().try_ingest(request(&[&no])).unwrap_err();
    let says = "INFO/DB: expected a flag without a value, found `no`";
    assert!(error.to_string().ends_with(says), "{error}");
}

#[test]
fn of_an_info_key_that_comes_twice_neither_value_is_kept() {
    let meta = [
        CHR20,
        "##INFO=<ID=D,Number=.,Type=Integer,Description=\"x\">",
        "##INFO=<ID=X,Number=1,Type=Integer,Description=\"x\">",
    ];
    let text = vcf(
        &meta,
        &[],
        &["20 10 . A C . . D=1;X=2;D=3;D=4", "20 20 . A C . . D=5"],
    );
    let lake = TestLake::new();
    let error = lake.try_ingest(request(&[&text])).unwrap_err();
    assert!(
        error.to_string().contains("INFO/D: expected the key once"),
        "{error}"
    );
    let summary = lake
        .try_ingest(IngestRequest {
            on_bad_field: OnBadField::Null,
            ..request(&[&text])
        })
        .unwrap();
    assert_eq!(summary.n_nulled.get("INFO/D"), Some(&2));
    assert_eq!(lake.variants(&["info.D", "info.X"]), ["NULL 2", "[5] NULL"]);
}

#[test]
fn lower_case_alleles_are_the_same_alleles_and_come_back_as_they_were() {
    let lake = TestLake::new();
    let lines = [
        "20 10 . a c . . . GT 0/1",
        "20 10 . A C . . . GT 0/1",
        "20 20 . cAg cG . . . GT 0/1",
        "20 30 . a a[20:99[,<DEL> . . . GT 1/2",
    ];
    let summary = lake.ingest(&vcf(&[CHR20, GT], &["s"], &lines));
    assert_eq!(
        lake.variants(&["pos", "ref", "alt"]),
        ["10 A C", "10 A C", "20 CA C", "30 A <DEL>", "30 A A[20:99["]
    );
    assert_eq!((summary.n_duplicates, summary.n_normalised), (1, 1));
    assert_eq!(lake.lines(), lines.map(|line| line.replace(' ', "\t")));
}

#[test]
fn a_negative_qual_is_refused_or_missing_by_wish() {
    let text = vcf(&[CHR20, GT], &["s"], &["20 10 . A C -1 . . GT 0/1"]);
    let lake = TestLake::new();
    let error = lake.try_ingest(request(&[&text])).unwrap_err();
    assert!(
        error.to_string().contains("20:10: QUAL: expected"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--on-bad-field null"));
    let summary = lake
        .try_ingest(IngestRequest {
            on_bad_field: OnBadField::Null,
            ..request(&[&text])
        })
        .unwrap();
    assert_eq!(summary.n_nulled.get("QUAL"), Some(&1));
    assert_eq!(lake.variants(&["qual", "ac"]), ["NULL 1"]);
}

#[test]
fn bytes_that_are_not_utf_8_are_neither_lost_nor_invented() {
    let text = vcf(
        &[CHR20, NOTE, GT, "##source=Umea"],
        &["s"],
        &["20 10 . A C . . NOTE=Lefevre;NEW=Umea GT 0/1"],
    );
    let latin1 = |text: &str, words: &str, now: &[u8]| -> Vec<u8> {
        let at = text.find(words).unwrap();
        [
            &text.as_bytes()[..at],
            now,
            &text.as_bytes()[at + words.len()..],
        ]
        .concat()
    };
    let header = latin1(&text, "source=Umea", b"source=Ume\xe5");
    let lake = TestLake::new();
    let summary = bytes(&lake, header, OnBadField::Error).unwrap();
    assert!(has_warning(
        &summary,
        "is not UTF-8 and is read as ISO 8859-1"
    ));
    let back = exported(&lake, ExportFormat::Vcf);
    let line = b"##source=Ume\xe5\n";
    assert!(back.windows(line.len()).any(|window| window == line));
    let snapshot = lake.runtime.block_on(lake.lake.snapshot(None)).unwrap();
    assert!(
        snapshot
            .callset("c")
            .unwrap()
            .header
            .contains("##source=Umeå\n")
    );

    let calls = vcf(&[CHR20, GT], &["s"], &["20 10 . A C . . . GT:XY 0/1:Umea"]);
    let calls = latin1(&calls, "Umea", b"Ume\xe5");
    let lake = TestLake::new();
    let error = bytes(&lake, calls.clone(), OnBadField::Error).unwrap_err();
    assert!(
        error.contains("FORMAT/XY: expected UTF-8 text, found `Ume\\xe5`"),
        "{error}"
    );
    let summary = bytes(&lake, calls, OnBadField::Null).unwrap();
    assert_eq!(summary.n_nulled.get("FORMAT/_undeclared"), Some(&1));

    let info = latin1(&text, "Lefevre", b"Lef\xe8vre");
    let lake = TestLake::new();
    let error = bytes(&lake, info.clone(), OnBadField::Error).unwrap_err();
    assert!(
        error.contains("20:10: INFO: expected UTF-8 text, found `Lef\\xe8vre`"),
        "{error}"
    );
    assert!(
        error.contains("iconv") && error.contains("--on-bad-field null"),
        "{error}"
    );
    let summary = bytes(&lake, info, OnBadField::Null).unwrap();
    assert_eq!(summary.n_nulled.get("INFO/NOTE"), Some(&1));
    assert_eq!(
        lake.variants(&["info.NOTE", "info._undeclared", "ac"]),
        ["NULL NEW=Umea 1"]
    );
}

#[test]
fn calls_that_other_tools_read_are_counted_with_a_warning_and_come_back() {
    let lake = TestLake::new();
    let lines = [
        "20 10 . A . . . . GT 0|1 0/0 1/1",
        "20 20 . A C . PASS;q10 . GT 0/0| 0/1 1/1",
    ];
    let summary = lake.ingest(&vcf(&[CHR20, GT], &["a", "b", "c"], &lines));
    assert_eq!(
        lake.variants(&["alt", "ac", "an", "filter"]),
        [". 3 6 NULL", "C 3 6 [PASS, q10]"]
    );
    assert!(has_warning(
        &summary,
        "[genotype-allele, VCFv4.5 §1.6.2]; 2 times in this file"
    ));
    assert!(has_warning(
        &summary,
        "[genotype-separator, VCFv4.5 §1.6.2]"
    ));
    assert!(has_warning(&summary, "[filter-pass, VCFv4.5 §1.6.1]"));
    let back = lines.map(|line| line.replace("0/0|", "0/0").replace(' ', "\t"));
    assert_eq!(lake.lines(), back);
}

#[test]
fn sample_columns_without_keys_and_columns_too_many_are_refused() {
    let dot = vcf(&[CHR20, GT], &["s"], &["20 10 . A C . . . . 0/1"]);
    let error = TestLake::new().try_ingest(request(&[&dot])).unwrap_err();
    assert!(
        error.to_string().contains("20:10: FORMAT: expected"),
        "{error}"
    );
    let dp = "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">";
    for (format, call) in [("GT", "0/1"), ("GT:DP", "0/1:5"), ("DP", "5")] {
        for (n, fits) in [(1, false), (2, true), (3, false), (4, false)] {
            let calls = vec![call; n].join(" ");
            let line = format!("20 10 . A C . . . {format} {calls}");
            let text = vcf(&[CHR20, GT, dp], &["a", "b"], &[&line]);
            for on_bad_field in [OnBadField::Error, OnBadField::Null] {
                let result = TestLake::new().try_ingest(IngestRequest {
                    on_bad_field,
                    ..request(&[&text])
                });
                assert_eq!(result.is_ok(), fits, "{format} {n}");
            }
        }
    }
}

#[test]
fn bcf_declares_what_the_file_used_without_a_declaration() {
    let lake = TestLake::new();
    let lines = [
        "20 10 . A C . odd NEW=3;DP=7 GT:XY 0/1:5",
        "21 10 . A C . PASS . GT 0/1",
    ];
    lake.ingest(&vcf(&[GT], &["s"], &lines));
    let expected = lake.lines();
    let bcf = exported(&lake, ExportFormat::Bcf);
    let other = TestLake::new();
    bytes(&other, bcf, OnBadField::Error).unwrap();
    let sorted = |lines: Vec<String>| -> Vec<String> {
        let sort = |info: &str| {
            let mut entries: Vec<&str> = info.split(';').collect();
            entries.sort_unstable();
            entries.join(";")
        };
        let line = |line: String| {
            let columns: Vec<String> = line
                .split('\t')
                .enumerate()
                .map(|(i, text)| if i == 7 { sort(text) } else { text.to_owned() })
                .collect();
            columns.join("\t")
        };
        lines.into_iter().map(line).collect()
    };
    assert_eq!(sorted(other.lines()), sorted(expected));
}

#[test]
fn a_sample_file_that_matches_nobody_is_refused_and_one_that_matches_some_is_told_both_ways() {
    let names: Vec<String> = (1..=14).map(|i| format!("s{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let calls = vec!["0/1"; names.len()].join(" ");
    let text = vcf(
        &[CHR20, GT],
        &names,
        &[&format!("20 10 . A C . . . GT {calls}")],
    );
    let lake = TestLake::new();
    let with = |text: &str, rows: &str| {
        let samples = Some(lake.file("people.tsv", &format!("sample_id\tregion\n{rows}")));
        lake.try_ingest(IngestRequest {
            samples,
            ..request(&[text])
        })
    };
    let error = with(&text, "S1\t1\nS2\t2\n").unwrap_err().to_string();
    assert!(error.contains("found none: it names `S1`, `S2`"), "{error}");
    assert!(error.contains("`s10` and 4 more"), "{error}");
    let summary = with(&text, "s1\t1\nS2\t2\n").unwrap();
    assert!(has_warning(
        &summary,
        "13 samples of the callset have no row in it: `s2`, `s3`"
    ));
    assert!(has_warning(&summary, "`s11` and 3 more"));
    assert!(has_warning(
        &summary,
        "1 row names a sample that is not in the callset: `S2`"
    ));
}

#[test]
fn fields_that_are_left_out_may_differ_between_files_and_unknown_ones_are_told() {
    let of = |kind: &str, pos: u32| {
        let field = format!("##INFO=<ID=X,Number=1,Type={kind},Description=\"x\">");
        vcf(
            &[CHR20, &field, NOTE],
            &[],
            &[&format!("20 {pos} . A C . . X=1;NOTE=n")],
        )
    };
    let (first, second) = (of("Integer", 10), of("String", 20));
    let lake = TestLake::new();
    let error = lake.try_ingest(request(&[&first, &second])).unwrap_err();
    assert!(error.hint().unwrap().contains("--info ^KEY"), "{error}");
    let summary = lake
        .try_ingest(IngestRequest {
            info: FieldSelection::Except(vec!["X".to_owned(), "NOPE".to_owned()]),
            ..request(&[&first, &second])
        })
        .unwrap();
    assert!(has_warning(
        &summary,
        "`--info`: no header line declares `NOPE`"
    ));
    assert_eq!(lake.variants(&["info.NOTE"]), ["n", "n"]);
}

#[test]
fn thousands_of_contigs_fields_and_alleles_take_no_time() {
    let started = std::time::Instant::now();
    let mut meta = vec![CHR20.to_owned()];
    meta.extend((0..100_000).map(|i| format!("##contig=<ID=c{i},length=9>")));
    let info = |i: usize| format!("##INFO=<ID=I{i},Number=1,Type=Integer,Description=\"x\">");
    meta.extend((0..6_000).map(info));
    meta.push("##INFO=<ID=AC,Number=A,Type=Integer,Description=\"x\">".to_owned());
    let meta: Vec<&str> = meta.iter().map(String::as_str).collect();
    let bases = |mut i: usize| {
        let mut text = String::from("A");
        while i > 0 {
            text.push(['A', 'C', 'G', 'T'][i % 4]);
            i /= 4;
        }
        text
    };
    let alternates: Vec<String> = (1..=5_000).map(bases).collect();
    let counts: Vec<String> = (1..=5_000).map(|i| i.to_string()).collect();
    let lake = TestLake::new();
    let summary = lake.ingest(&vcf(&meta, &[], &["20 10 . A C,G . . I5=5;I5999=7"]));
    assert_eq!(summary.n_variants, 2);
    assert!(has_warning(&summary, "fields are kept as text"));
    assert_eq!(lake.lines(), ["20\t10\t.\tA\tC,G\t.\t.\tI5=5;I5999=7"]);
    let few = [
        CHR20,
        "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"x\">",
    ];
    let counted = format!(
        "20 10 . A {} . . AC={}",
        alternates.join(","),
        counts.join(",")
    );
    let lake = TestLake::new();
    lake.ingest(&vcf(&few, &[], &[&counted]));
    assert_eq!(lake.lines(), [counted.replace(' ', "\t")]);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
