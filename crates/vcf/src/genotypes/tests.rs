use kohort_genotype::Phase;
use proptest::prelude::*;

use super::*;
use crate::Header;

fn header(n: usize) -> Header {
    let samples: String = (0..n).map(|i| format!("\ts{i}")).collect();
    let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
    Header::parse(&format!("##fileformat=VCFv4.4\n{columns}{samples}\n")).unwrap()
}

fn line(format: &str, samples: &[String]) -> Vec<u8> {
    format!("1\t9\t.\tA\tC,G\t.\t.\t.\t{format}\t{}", samples.join("\t")).into_bytes()
}

fn read(format: &str, samples: &[String]) -> Result<Vec<String>, Error> {
    let header = header(samples.len());
    let line = line(format, samples);
    let view = RecordView::parse(&line, &header)?;
    let mut calls = SiteCalls::new();
    parse_genotypes(&view, u32::try_from(samples.len()).unwrap(), &mut calls)?;
    Ok(calls.calls().map(|call| call.to_string()).collect())
}

fn owned(samples: &[&str]) -> Vec<String> {
    samples.iter().map(|s| (*s).to_owned()).collect()
}

fn genotype() -> impl Strategy<Value = String> {
    prop_oneof![
        60 => Just("0|0".to_owned()),
        20 => Just("0/0".to_owned()),
        10 => Just("0|1".to_owned()),
        10 => Just("1|1".to_owned()),
        5 => Just("./.".to_owned()),
        5 => Just("2/1".to_owned()),
        1 => prop::sample::select(vec!["0", ".", "1", "0/1/2", "|0|1", ".|1", "2/.", "/1"])
            .prop_map(str::to_owned),
    ]
}

fn cohort() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        prop::collection::vec(genotype(), 1..300),
        prop::collection::vec(
            prop::sample::select(vec!["0|0", "0|1", "1|0", "1|1"]),
            1..300
        )
        .prop_map(|v| owned(&v)),
        prop::collection::vec(prop::sample::select(vec!["0", "0", "0", "1", "."]), 1..300)
            .prop_map(|v| owned(&v)),
        (
            prop::collection::vec(genotype(), 0..3),
            0..400usize,
            prop::collection::vec(genotype(), 0..3)
        )
            .prop_filter("samples", |(a, n, b)| a.len() + n + b.len() > 0)
            .prop_map(|(a, n, b)| {
                a.into_iter()
                    .chain(std::iter::repeat_n("0/0".to_owned(), n))
                    .chain(b)
                    .collect()
            }),
    ]
}

proptest! {
    #[test]
    fn the_wide_path_reads_what_is_written(samples in cohort()) {
        prop_assert_eq!(read("GT", &samples).unwrap(), samples);
    }

    #[test]
    fn other_fields_do_not_change_the_genotypes(samples in cohort()) {
        let with_fields: Vec<String> =
            samples.iter().enumerate().map(|(i, s)| match i % 3 {
                0 => format!("{s}:{i}:1,2"),
                1 => s.clone(),
                _ => format!("{s}:."),
            }).collect();
        prop_assert_eq!(read("GT:DP:AD", &with_fields).unwrap(), samples.clone());

        struct Fields(Vec<Vec<String>>);
        impl FormatVisitor for Fields {
            fn sample(
                &mut self, sample: u32, call: Option<&CallBuf>, fields: &[&[u8]],
            ) -> Result<(), Error> {
                assert_eq!(sample as usize, self.0.len());
                assert_eq!(call.unwrap().to_string().as_bytes(), fields[0]);
                let text = |f: &&[u8]| String::from_utf8(f.to_vec()).unwrap();
                self.0.push(fields.iter().map(text).collect());
                Ok(())
            }
        }
        let header = header(samples.len());
        let line = line("GT:DP:AD", &with_fields);
        let view = RecordView::parse(&line, &header).unwrap();
        let (mut calls, mut fields) = (SiteCalls::new(), Fields(Vec::new()));
        let n = u32::try_from(samples.len()).unwrap();
        prop_assert!(parse_samples(&view, n, &mut calls, &mut fields).unwrap().has_genotypes);
        let read: Vec<String> = calls.calls().map(|call| call.to_string()).collect();
        prop_assert_eq!(read, samples);
        for (written, read) in with_fields.iter().zip(&fields.0) {
            let mut expected: Vec<&str> = written.split(':').collect();
            expected.resize(3, ".");
            prop_assert_eq!(&expected, read);
        }
    }

    #[test]
    fn a_wrong_number_of_samples_is_refused(samples in cohort(), more in 1..70usize) {
        let count = |text: &[u8], n: usize| {
            let header = header(n);
            let view = RecordView::parse(text, &header)?;
            parse_genotypes(&view, u32::try_from(n).unwrap(), &mut SiteCalls::new())
        };
        let text = line("GT", &samples);
        prop_assert!(count(&text, samples.len()).is_ok());
        prop_assert!(count(&text, samples.len() + more).is_err());
        if samples.len() > more {
            let error = count(&text, samples.len() - more).unwrap_err().to_string();
            prop_assert!(error.ends_with(&format!("found {}", samples.len())), "{}", error);
        }
    }

    #[test]
    fn mutated_lines_never_panic(
        samples in cohort(), format in prop::sample::select(vec!["GT", "GT:DP", "DP", "."]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let header = header(samples.len());
        let mut text = line(format, &samples);
        for (at, byte) in &edits {
            let at = at.index(text.len());
            text[at] = *byte;
        }
        if edits.len() > 3 {
            text.truncate(cut.index(text.len()));
        }
        let n = u32::try_from(samples.len()).unwrap();
        let mut calls = SiteCalls::new();
        if let Ok(view) = RecordView::parse(&text, &header) {
            let _ = view.info_entries().count();
            let alone = parse_genotypes(&view, n, &mut calls).is_ok();
            let texts: Vec<String> = calls.calls().map(|call| call.to_string()).collect();
            let all = parse_samples(&view, n, &mut calls, &mut Nothing).is_ok();
            if alone && all {
                prop_assert!(calls.calls().map(|call| call.to_string()).eq(texts));
            }
        }
    }
}

#[test]
fn the_default_follows_what_most_samples_have() {
    let default = |samples: &[&str]| {
        let header = header(samples.len());
        let line = line("GT", &owned(samples));
        let view = RecordView::parse(&line, &header).unwrap();
        let mut calls = SiteCalls::new();
        parse_genotypes(&view, u32::try_from(samples.len()).unwrap(), &mut calls).unwrap();
        (calls.default_call(), calls.deviations().count())
    };
    assert_eq!(
        default(&["0|0", "0|0", "0|1"]),
        (DefaultCall::Reference(Phase::Phased), 1)
    );
    assert_eq!(
        default(&["0|1", "0/0", "0/0"]),
        (DefaultCall::Reference(Phase::Unphased), 1)
    );
    assert_eq!(
        default(&["./.", "./.", "0/1"]),
        (DefaultCall::Missing(Phase::Unphased), 1)
    );
    assert_eq!(
        default(&["0", "1", "0"]),
        (DefaultCall::HaploidReference, 1)
    );
    assert_eq!(default(&[".", ".", "0"]), (DefaultCall::HaploidMissing, 1));
}

#[test]
fn an_allele_that_the_site_lacks_is_refused_by_sample() {
    let mut samples = owned(&["0/0"; 100]);
    samples[77] = "0/3".to_owned();
    for format in ["GT", "GT:DP"] {
        let error = read(format, &samples).unwrap_err().to_string();
        assert_eq!(
            error,
            "1:9: sample #78: GT `0/3` names allele 3; the site has 3 alleles"
        );
    }
}

struct Nothing;

impl FormatVisitor for Nothing {
    fn sample(&mut self, _: u32, _: Option<&CallBuf>, _: &[&[u8]]) -> Result<(), Error> {
        Ok(())
    }
}

#[test]
fn a_column_more_or_fewer_than_the_header_has_is_refused_whatever_the_keys() {
    for (format, sample) in [
        ("GT", "0/1"),
        ("GT", "1"),
        ("GT:DP", "0/1:7"),
        ("GT:DP", "0/1"),
        ("GT:DP:AD", "0/1:7:3,4"),
        ("DP", "7"),
        ("DP:GQ", "7:8"),
        (".", "."),
    ] {
        for n in [1usize, 2, 3, 31, 63, 64, 65, 130] {
            for (more, empty) in [(0, false), (1, false), (1, true), (2, true), (5, false)] {
                let mut columns = vec![sample.to_owned(); n];
                let extra = if empty { "" } else { sample };
                columns.extend(std::iter::repeat_n(extra.to_owned(), more));
                let text = line(format, &columns);
                let header = header(n);
                let view = RecordView::parse(&text, &header).unwrap();
                let n_samples = u32::try_from(n).unwrap();
                let mut calls = SiteCalls::new();
                let alone = parse_genotypes(&view, n_samples, &mut calls).map(drop);
                let all = parse_samples(&view, n_samples, &mut calls, &mut Nothing).map(drop);
                for read in [alone, all] {
                    let case = format!("{format} {n} {more} {empty}");
                    if more == 0 {
                        assert!(read.is_ok(), "{case}: {read:?}");
                        continue;
                    }
                    let error = read.expect_err(&case).to_string();
                    let says = format!(
                        "expected {n} sample columns as in the header, found {}",
                        n + more
                    );
                    assert!(error.ends_with(&says), "{case}: {error}");
                }
                if n > 1 && more == 0 {
                    let one_more = u32::try_from(n + 1).unwrap();
                    let short = parse_samples(&view, one_more, &mut calls, &mut Nothing);
                    assert!(short.is_err(), "{format} {n}");
                    let short = parse_genotypes(&view, one_more, &mut calls);
                    assert!(short.is_err(), "{format} {n}");
                }
            }
        }
    }
}

#[test]
fn calls_that_other_tools_read_are_read_and_counted() {
    let header = header(3);
    for (format, fields) in [("GT", ""), ("GT:DP", ":5")] {
        let read = |alt: &str, samples: [&str; 3]| {
            let samples = samples.map(|s| format!("{s}{fields}")).join("\t");
            let text = format!("1\t9\t.\tA\t{alt}\t.\t.\t.\t{format}\t{samples}");
            let view = RecordView::parse(text.as_bytes(), &header).unwrap();
            let mut calls = SiteCalls::new();
            let all = parse_samples(&view, 3, &mut calls, &mut Nothing);
            let all = all.map_err(|error| error.to_string());
            let alone = parse_genotypes(&view, 3, &mut calls).map_err(|error| error.to_string());
            assert_eq!(all, alone);
            let texts: Vec<String> = calls.calls().map(|call| call.to_string()).collect();
            alone.map(|read| (texts, read.n_trailing_separators, read.n_unnamed_alternates))
        };
        let owned = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        let trailing = read("C", ["0/0|", "0|1/", "1"]).unwrap();
        assert_eq!(trailing, (owned(["0/0", "0|1", "1"]), 2, 0));
        let unnamed = read(".", ["0|1", "0/0", "1"]).unwrap();
        assert_eq!(unnamed, (owned(["0|1", "0/0", "1"]), 0, 2));
        for (alt, samples) in [
            (".", ["0|2", "0/0", "0/0"]),
            ("C", ["0/2|", "0/0", "0/0"]),
            ("C", ["0/", "0/0", "0/0"]),
            ("C", ["0/1||", "0/0", "0/0"]),
            ("C", ["|0|", "0/0", "0/0"]),
        ] {
            assert!(read(alt, samples).is_err(), "{samples:?}");
        }
    }
}

#[test]
fn sample_columns_without_a_key_are_refused_unless_they_say_nothing() {
    let header = header(2);
    for (samples, fits) in [
        (".\t.", true),
        ("./.\t.", true),
        (".\t0/1", false),
        ("5\t.", false),
    ] {
        let text = format!("1\t9\t.\tA\tC\t.\t.\t.\t.\t{samples}");
        let view = RecordView::parse(text.as_bytes(), &header).unwrap();
        let mut calls = SiteCalls::new();
        let alone = parse_genotypes(&view, 2, &mut calls);
        let all = parse_samples(&view, 2, &mut calls, &mut Nothing);
        assert_eq!((alone.is_ok(), all.is_ok()), (fits, fits), "{samples}");
        if let Err(error) = all {
            assert!(
                error.to_string().starts_with("1:9: FORMAT: expected"),
                "{error}"
            );
        }
    }
}
