//! Reads a file as ingest does, up to the calls, and prints what that took.
//!
//! `cargo run --release -p kohort-vcf --example scan -- FILE [THREADS [count]]`

use std::fs::File;
use std::sync::atomic::Ordering;
use std::time::Instant;

use kohort_genotype::SiteCalls;
use kohort_vcf::{
    ChunkSink, Error, Header, OpenOptions, ReadProgress, RecordView, StoredFile, open,
    parse_genotypes,
};

struct Scan<'h> {
    header: &'h Header,
    n_samples: u32,
    calls: SiteCalls,
    count: bool,
    totals: Totals,
}

#[derive(Default, Clone, Copy)]
struct Totals {
    records: u64,
    text_bytes: u64,
    deviations: u64,
}

impl ChunkSink for Scan<'_> {
    type Output = Totals;
    type Error = Error;

    fn record(&mut self, line: &[u8], _ordinal: u64) -> Result<(), Error> {
        let view = RecordView::parse(line, self.header)?;
        parse_genotypes(&view, self.n_samples, &mut self.calls)?;
        self.totals.records += 1;
        self.totals.text_bytes += line.len() as u64 + 1;
        if self.count {
            self.totals.deviations += self.calls.deviations().count() as u64;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Totals, Error> {
        Ok(std::mem::take(&mut self.totals))
    }
}

#[expect(clippy::print_stdout, reason = "an example prints")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments
        .next()
        .ok_or("usage: scan FILE [THREADS [count]]")?;
    let threads = arguments.next().map_or(Ok(2), |n| n.parse())?;
    let count = arguments.next().is_some();
    let file = File::open(&name)?;
    let size = file.metadata()?.len();
    let start = Instant::now();
    let source = StoredFile {
        name,
        reader: Box::new(file),
        size: Some(size),
    };
    let reader = open(source, &OpenOptions::default())?;
    let header = reader.header().clone();
    let n_samples = u32::try_from(header.samples.len())?;
    let progress = ReadProgress::new();
    let mut all = Totals::default();
    reader.for_each_chunk(
        threads,
        || Scan {
            header: &header,
            n_samples,
            calls: SiteCalls::new(),
            count,
            totals: Totals::default(),
        },
        |chunk| {
            all.records += chunk.output.records;
            all.text_bytes += chunk.output.text_bytes;
            all.deviations += chunk.output.deviations;
            Ok(())
        },
        &progress,
    )?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{} samples, {} records, {:.2} GB of text, {} MB stored ({} read), {} deviations",
        n_samples,
        all.records,
        all.text_bytes as f64 / 1e9,
        size / 1_000_000,
        progress.bytes.load(Ordering::Relaxed),
        all.deviations,
    );
    println!(
        "{seconds:.3} s, {:.2} GB/s, {threads} workers",
        all.text_bytes as f64 / 1e9 / seconds
    );
    Ok(())
}
