//! The way back: lines of VCF text become a VCF or BCF file.

mod bcf;
mod bgzf;

use std::io::{self, Write};

pub use bcf::BcfEncoder;
pub use bgzf::BgzfWriter;

use crate::{Error, Header};

/// How a file is to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Text.
    Vcf,
    /// Text in BGZF blocks (`.vcf.gz`).
    BgzfVcf,
    /// Binary in BGZF blocks (`.bcf`).
    Bcf,
}

/// Writes a file from its header and data lines.
pub struct VcfWriter<W: Write> {
    target: Target<W>,
    line: Vec<u8>,
}

enum Target<W: Write> {
    Plain(W),
    Text(BgzfWriter<W>),
    Bcf(Box<BcfEncoder>, BgzfWriter<W>),
}

impl<W: Write> VcfWriter<W> {
    /// Writes the header. BCF needs each contig, FILTER, INFO and FORMAT to be declared in it.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Unwritable`].
    pub fn new(writer: W, header: &Header, output: Output, threads: usize) -> Result<Self, Error> {
        let mut target = match output {
            Output::Vcf => Target::Plain(writer),
            Output::BgzfVcf => Target::Text(BgzfWriter::new(writer, threads)),
            Output::Bcf => {
                let encoder = Box::new(BcfEncoder::new(header)?);
                Target::Bcf(encoder, BgzfWriter::new(writer, threads))
            }
        };
        let text = header.bytes();
        let written = match &mut target {
            Target::Plain(writer) => writer.write_all(&text),
            Target::Text(writer) => writer.write_all(&text),
            Target::Bcf(encoder, writer) => writer.write_all(encoder.header()),
        };
        written.map_err(write_error)?;
        Ok(VcfWriter {
            target,
            line: Vec::new(),
        })
    }

    /// Writes a data line, given without its line end.
    ///
    /// # Errors
    /// [`Error::Io`]; for BCF also what is wrong with the line.
    pub fn line(&mut self, line: &[u8]) -> Result<(), Error> {
        self.line.clear();
        match &mut self.target {
            Target::Bcf(encoder, writer) => {
                encoder.record(line, &mut self.line)?;
                writer.write_all(&self.line)
            }
            Target::Plain(writer) => writer
                .write_all(line)
                .and_then(|()| writer.write_all(b"\n")),
            Target::Text(writer) => writer
                .write_all(line)
                .and_then(|()| writer.write_all(b"\n")),
        }
        .map_err(write_error)
    }

    /// Writes what is left and the end marker; gives the writer back, flushed.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<W, Error> {
        let writer = match self.target {
            Target::Plain(writer) => Ok(writer),
            Target::Text(writer) | Target::Bcf(_, writer) => writer.finish(),
        };
        let flushed = writer.and_then(|mut writer| writer.flush().map(|()| writer));
        flushed.map_err(write_error)
    }
}

fn write_error(source: io::Error) -> Error {
    Error::Io {
        action: "write the file",
        source,
    }
}

/// Appends the shortest decimal that reads back as the same 32-bit float.
pub fn push_float(value: f32, out: &mut Vec<u8>) {
    let _ = match value {
        v if v.is_nan() => write!(out, "nan"),
        v if v.is_infinite() => write!(out, "{}", if v > 0.0 { "inf" } else { "-inf" }),
        v if v != 0.0 && !(1e-4..1e9).contains(&v.abs()) => write!(out, "{v:e}"),
        v => write!(out, "{v}"),
    };
}

impl<W: Write> std::fmt::Debug for VcfWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VcfWriter").finish_non_exhaustive()
    }
}
