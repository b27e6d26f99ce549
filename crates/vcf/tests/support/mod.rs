//! Reads whole files into lines or totals.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test binary uses a part"
)]

use std::io::{Cursor, Read};
use std::path::Path;

use kohort_genotype::SiteCalls;
use kohort_vcf::{
    ChunkSink, Error, Header, OpenOptions, ReadProgress, StoredFile, VcfReader, check_record, open,
};

pub struct Lines(Vec<String>);

impl ChunkSink for Lines {
    type Output = Vec<String>;
    type Error = Error;

    fn record(&mut self, line: &[u8], _ordinal: u64) -> Result<(), Error> {
        self.0.push(String::from_utf8_lossy(line).into_owned());
        Ok(())
    }

    fn finish(&mut self) -> Result<Vec<String>, Error> {
        Ok(std::mem::take(&mut self.0))
    }
}

pub fn lines_of(reader: VcfReader, threads: usize) -> Result<Vec<String>, Error> {
    let mut lines: Vec<String> = Vec::new();
    let mut next = None;
    reader.for_each_chunk(
        threads,
        || Lines(Vec::new()),
        |chunk| {
            assert_eq!(next.unwrap_or(chunk.first_line), chunk.first_line);
            next = Some(chunk.first_line + chunk.n_lines);
            lines.extend(chunk.output);
            Ok(())
        },
        &ReadProgress::new(),
    )?;
    Ok(lines)
}

pub fn source(name: &str, bytes: Vec<u8>) -> StoredFile {
    StoredFile {
        name: name.to_owned(),
        reader: Box::new(Cursor::new(bytes)),
        size: None,
    }
}

/// Delivers a few bytes at a time, as a pipe does.
pub struct Drip(pub Cursor<Vec<u8>>, pub usize);

impl Read for Drip {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = out.len().min(self.1);
        self.0.read(&mut out[..n])
    }
}

struct Check<'h> {
    header: &'h Header,
    calls: SiteCalls,
    n: u64,
}

impl ChunkSink for Check<'_> {
    type Output = u64;
    type Error = Error;

    fn record(&mut self, line: &[u8], _ordinal: u64) -> Result<(), Error> {
        check_record(line, self.header, &mut self.calls)?;
        self.n += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<u64, Error> {
        Ok(std::mem::take(&mut self.n))
    }
}

/// Reads every value of a file; gives the number of records.
pub fn check_file(path: &Path) -> Result<u64, Error> {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let reader = open(source(&name, bytes), &OpenOptions::default())?;
    let header = reader.header().clone();
    let mut records = 0;
    reader.for_each_chunk(
        2,
        || Check {
            header: &header,
            calls: SiteCalls::new(),
            n: 0,
        },
        |chunk| {
            records += chunk.output;
            Ok(())
        },
        &ReadProgress::new(),
    )?;
    Ok(records)
}
