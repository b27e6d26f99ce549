//! The same lines come back from every encoding, chunk size and number of threads.

#![expect(clippy::unwrap_used, reason = "a test")]

mod support;

use std::io::{Cursor, Write};

use kohort_vcf::write::{BgzfWriter, Output, VcfWriter};
use kohort_vcf::{Encoding, Error, Header, OpenOptions, StoredFile, open};
use proptest::prelude::*;
use support::{Drip, lines_of, source};

const META: &str = "##fileformat=VCFv4.2\n##contig=<ID=1>\n\
    ##FILTER=<ID=q10,Description=\"x\">\n\
    ##INFO=<ID=DP,Number=1,Type=Integer,Description=\"x\">\n\
    ##INFO=<ID=AF,Number=A,Type=Float,Description=\"x\">\n\
    ##INFO=<ID=DB,Number=0,Type=Flag,Description=\"x\">\n\
    ##INFO=<ID=NOTE,Number=.,Type=String,Description=\"x\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n\
    ##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">\n\
    ##FORMAT=<ID=GP,Number=G,Type=Float,Description=\"x\">\n\
    ##FORMAT=<ID=FT,Number=1,Type=String,Description=\"x\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n";

fn record(pos: usize, noise: u64) -> String {
    let calls = ["0/0", "0|1", "./.", "1", ".", "0/1/1", "1|.", "11/0"];
    let call = |k: u64| calls[usize::try_from((noise >> (3 * k)) % 7).unwrap()];
    let note = "x".repeat(usize::try_from(noise % 3000).unwrap());
    let dp = i64::try_from(noise % 100_000).unwrap() - 200;
    format!(
        "1\t{pos}\trs{noise}\tA\tC\t{}\t{}\tDP={dp};AF=0.{};DB;NOTE=n{note}\tGT:AD:GP:FT\t\
         {}:1,{}:0.5,.,1e-7:PASS\t{}:.:.:.\t{}:{},.:1,2,3:q10",
        noise % 50,
        if noise.is_multiple_of(2) {
            "PASS"
        } else {
            "q10"
        },
        noise % 9 + 1,
        call(0),
        noise % 70_000,
        call(1),
        call(2),
        noise % 200,
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Blocks of any size, which cut lines anywhere.
fn bgzf(bytes: &[u8], block: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for part in bytes.chunks(block.max(1)) {
        let mut writer = BgzfWriter::new(Vec::new(), 1);
        writer.write_all(part).unwrap();
        let stored = writer.finish().unwrap();
        out.extend_from_slice(&stored[..stored.len() - 28]);
    }
    out.extend_from_slice(&BgzfWriter::new(Vec::new(), 1).finish().unwrap());
    out
}

fn bcf(lines: &[String]) -> Vec<u8> {
    let header = Header::parse(META).unwrap();
    let mut writer = VcfWriter::new(Vec::new(), &header, Output::Bcf, 2).unwrap();
    for line in lines {
        writer.line(line.as_bytes()).unwrap();
    }
    writer.finish().unwrap()
}

fn options(chunk_bytes: usize) -> OpenOptions {
    OpenOptions {
        chunk_bytes,
        ..OpenOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_encoding_gives_the_same_lines(
        noise in prop::collection::vec(any::<u32>(), 0..60),
        block in prop_oneof![1..40usize, 100..5000usize, Just(60_000)],
        chunk in prop_oneof![Just(1usize), 200..5000usize, Just(100_000), Just(1 << 20)],
        threads in 1..4usize,
        drip in prop_oneof![1..100usize, Just(1 << 20)],
        ending in prop::sample::select(vec!["\n", "", "\r\n", "\n\n"]),
    ) {
        let lines: Vec<String> =
            noise.iter().enumerate().map(|(i, n)| record(i + 1, u64::from(*n))).collect();
        let end = if ending == "\r\n" { "\r\n" } else { "\n" };
        let mut text = META.to_owned() + &lines.join(end);
        if !lines.is_empty() {
            text.push_str(ending);
        }
        let text = text.into_bytes();
        let half = text.len() / 2;
        let members = [gzip(&text[..half]), gzip(&text[half..])].concat();
        for (encoding, bytes) in [
            (Encoding::Plain, text.clone()),
            (Encoding::Gzip, gzip(&text)),
            (Encoding::Gzip, members),
            (Encoding::Bgzf, bgzf(&text, block)),
            (Encoding::Bcf, bcf(&lines)),
        ] {
            let source = StoredFile {
                name: "x".to_owned(),
                reader: Box::new(Drip(Cursor::new(bytes), drip)),
                size: None,
            };
            let reader = open(source, &options(chunk)).unwrap();
            prop_assert_eq!(reader.encoding(), encoding);
            prop_assert_eq!(&reader.header().text, META);
            prop_assert_eq!(&lines_of(reader, threads).unwrap(), &lines, "{:?}", encoding);
        }
    }

    #[test]
    fn cut_or_changed_files_never_panic_and_cuts_are_refused(
        noise in prop::collection::vec(any::<u32>(), 1..20),
        cut in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let lines: Vec<String> =
            noise.iter().enumerate().map(|(i, n)| record(i + 1, u64::from(*n))).collect();
        let text = (META.to_owned() + &lines.join("\n")).into_bytes();
        for (strict, mut bytes) in
            [(false, text.clone()), (true, gzip(&text)), (true, bgzf(&text, 700)),
             (true, bcf(&lines))]
        {
            let whole = bytes.len();
            bytes.truncate(cut.index(whole));
            let read = |bytes: &[u8]| {
                open(source("x", bytes.to_vec()), &options(2000)).and_then(|r| lines_of(r, 2))
            };
            let cut_short = read(&bytes);
            if strict {
                prop_assert!(cut_short.is_err());
            }
            for (at, byte) in &edits {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            let _ = read(&bytes);
        }
        // Uncompressed BCF, whose records no checksum protects.
        let mut raw = Vec::new();
        let stored = bcf(&lines);
        let mut at = 0;
        while at < stored.len() {
            let size = usize::from(u16::from_le_bytes([stored[at + 16], stored[at + 17]])) + 1;
            let mut decoder = flate2::read::GzDecoder::new(&stored[at..at + size]);
            std::io::Read::read_to_end(&mut decoder, &mut raw).unwrap();
            at += size;
        }
        for (at, byte) in &edits {
            let header = META.len() + 10;
            let at = header + at.index(raw.len() - header);
            raw[at] = *byte;
        }
        let _ = open(source("x", raw), &options(2000)).and_then(|r| lines_of(r, 2));
    }

    #[test]
    fn changed_headers_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..6)
    ) {
        let mut text: Vec<char> = META.chars().collect();
        for (at, character) in &edits {
            let at = at.index(text.len());
            text[at] = *character;
        }
        let _ = Header::parse(&text.into_iter().collect::<String>());
    }
}

#[test]
fn errors_name_file_line_and_locus() {
    let mut lines: Vec<String> = (1..500).map(|i| record(i, 77 * i as u64)).collect();
    lines[300] = lines[300].replacen("\tA\tC\t", "\tA\tA\t", 1);
    let text = (META.to_owned() + &lines.join("\n")).into_bytes();
    for bytes in [text.clone(), gzip(&text), bgzf(&text, 3000)] {
        let reader = open(source("a.vcf", bytes), &options(9000)).unwrap();
        let error = support_check(reader).unwrap_err().to_string();
        let expected = "a.vcf:313: 1:301: ALT: expected an allele that differs from REF `A`";
        assert!(error.starts_with(expected), "{error}");
    }
}

fn support_check(reader: kohort_vcf::VcfReader) -> Result<(), Error> {
    struct Check(Header);
    impl kohort_vcf::ChunkSink for Check {
        type Output = ();
        type Error = Error;
        fn record(&mut self, line: &[u8], _ordinal: u64) -> Result<(), Error> {
            kohort_vcf::RecordView::parse(line, &self.0).map(drop)
        }
        fn finish(&mut self) -> Result<(), Error> {
            Ok(())
        }
    }
    let header = reader.header().clone();
    let progress = kohort_vcf::ReadProgress::new();
    reader.for_each_chunk(2, || Check(header.clone()), |_| Ok(()), &progress)
}

#[test]
fn a_bgzf_file_without_its_end_marker_names_the_byte() {
    let stored = bgzf(META.as_bytes(), 500);
    let cut = stored[..stored.len() - 28].to_vec();
    let read = |options: &OpenOptions| {
        open(source("a.vcf.gz", cut.clone()), options).and_then(|r| lines_of(r, 2))
    };
    assert_eq!(
        read(&OpenOptions::default()).unwrap_err().to_string(),
        format!(
            "a.vcf.gz: byte {}: expected the BGZF end-of-file marker, found the end of the file: \
             it is truncated",
            cut.len()
        )
    );
    let lenient = OpenOptions {
        eof_marker: kohort_vcf::EofMarker::Optional,
        ..OpenOptions::default()
    };
    assert!(read(&lenient).unwrap().is_empty());
}

#[test]
fn one_thread_reads_a_line_that_fills_many_chunks() {
    let long = format!(
        "1\t5\t.\tA\tC\t.\t.\tNOTE={}\tGT\t0/0\t0/0\t0/0",
        "ACGT".repeat(500_000)
    );
    let lines = vec![
        record(1, 3),
        long.clone(),
        record(9, 4),
        long,
        record(11, 5),
    ];
    let text = (META.to_owned() + &lines.join("\n")).into_bytes();
    for threads in [1, 2, 4] {
        let reader = open(source("x", bgzf(&text, 60_000)), &options(1)).unwrap();
        assert_eq!(lines_of(reader, threads).unwrap(), lines);
    }
}

#[test]
fn a_line_beyond_the_limit_is_an_error() {
    let text = format!("{META}1\t5\t{}", "A".repeat(3_000_000)).into_bytes();
    for bytes in [text.clone(), gzip(&text), bgzf(&text, 60_000)] {
        let options = OpenOptions {
            max_line_bytes: 1 << 20,
            chunk_bytes: 1000,
            ..OpenOptions::default()
        };
        let error = open(source("x", bytes), &options)
            .and_then(|r| lines_of(r, 2))
            .unwrap_err();
        assert!(
            error.to_string().contains("expected at most 1048576 bytes"),
            "{error}"
        );
    }
}

#[test]
fn an_empty_line_is_allowed_only_at_the_end() {
    let text = format!("{META}{}\n\n{}\n", record(1, 1), record(2, 2)).into_bytes();
    for chunk in [1, 1 << 20] {
        for bytes in [text.clone(), bgzf(&text, 50)] {
            let reader = open(source("x", bytes), &options(chunk)).unwrap();
            let error = lines_of(reader, 2).unwrap_err().to_string();
            assert_eq!(error, "x:14: the line: expected a data line, found nothing");
        }
    }
}
