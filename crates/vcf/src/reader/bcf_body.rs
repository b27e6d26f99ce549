//! BCF: one thread inflates and frames records, workers turn them into lines.

use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lines::{Lines, too_long};
use super::pipeline::{self, Failure, Feeder, File};
use super::{Chunk, ChunkSink};
use crate::bcf::Decoder;
use crate::{Error, Unit};

/// Whole records, one after the other, with their two lengths in front.
type Records = Vec<u8>;

pub(super) fn run<S: ChunkSink>(
    file: File<'_>,
    mut reader: Box<dyn Read + Send>,
    stored: &AtomicU64,
    new_sink: impl Fn() -> S + Sync,
    consume: impl FnMut(Chunk<S::Output>) -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    let cut = |feeder: &mut Feeder<'_, Records>| loop {
        let permit = feeder.permit()?;
        let mut records = Vec::with_capacity(file.options.chunk_bytes);
        let mut ended = false;
        while !ended && records.len() < file.options.chunk_bytes {
            ended = !read_record(&mut reader, &mut records, file, stored)?;
        }
        file.progress
            .bytes
            .store(stored.load(Ordering::Relaxed), Ordering::Relaxed);
        if !records.is_empty() {
            feeder.feed(records, permit)?;
        }
        if ended {
            return Ok(());
        }
    };
    let decoder = Decoder::new(file.header);
    let new_worker = || {
        let decoder = &decoder;
        let mut line = Vec::new();
        move |records: Records, lines: &mut Lines<'_, S>| {
            for (ordinal, (site, samples)) in (0..).zip(Framed(&records)) {
                line.clear();
                if let Err(error) = decoder.line(site, samples, &mut line) {
                    return Err(Failure::Line(ordinal, error.into()));
                }
                lines.line(&line)?;
            }
            Ok(())
        }
    };
    pipeline::run(file, Unit::Record, cut, new_worker, new_sink, consume)
}

/// Appends a record; false at the end of the file.
fn read_record(
    reader: &mut dyn Read,
    records: &mut Records,
    file: File<'_>,
    stored: &AtomicU64,
) -> Result<bool, Error> {
    let offset = stored.load(Ordering::Relaxed);
    let mut lengths = [0; 8];
    match fill(reader, &mut lengths)? {
        0 => return Ok(false),
        8 => {}
        _ => {
            return Err(Error::Truncated {
                offset,
                expected: "a BCF record",
            });
        }
    }
    let (site, samples) = split_lengths(lengths);
    let size = site.saturating_add(samples);
    if size > file.options.max_line_bytes {
        return Err(too_long(file.options.max_line_bytes));
    }
    records.extend_from_slice(&lengths);
    // In steps, so that a broken length doesn't reserve memory that the file can't fill.
    let mut left = size;
    while left > 0 {
        const STEP: usize = 1 << 20;
        let start = records.len();
        records.resize(start + left.min(STEP), 0);
        let n = fill(reader, &mut records[start..])?;
        if n < left.min(STEP) {
            return Err(Error::Truncated {
                offset,
                expected: "the rest of a BCF record",
            });
        }
        left -= n;
    }
    Ok(true)
}

fn fill(mut reader: &mut dyn Read, out: &mut [u8]) -> Result<usize, Error> {
    let mut filled = 0;
    while filled < out.len() {
        match reader.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(super::stream_error(e)),
        }
        reader = &mut *reader;
    }
    Ok(filled)
}

fn split_lengths(lengths: [u8; 8]) -> (usize, usize) {
    let [a, b, c, d, e, f, g, h] = lengths;
    (
        u32::from_le_bytes([a, b, c, d]) as usize,
        u32::from_le_bytes([e, f, g, h]) as usize,
    )
}

/// Iterates over the records of a chunk.
struct Framed<'a>(&'a [u8]);

impl<'a> Iterator for Framed<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (lengths, rest) = self.0.split_first_chunk::<8>()?;
        let (site, samples) = split_lengths(*lengths);
        let (site, rest) = rest.split_at_checked(site)?;
        let (samples, rest) = rest.split_at_checked(samples)?;
        self.0 = rest;
        Some((site, samples))
    }
}
