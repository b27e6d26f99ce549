//! Which format is this, and where does its header end?

use std::io::{self, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::text_body::read_error;
use super::{
    Body, Encoding, EofMarker, LINE_BYTES, OpenOptions, SAMPLE_BYTES, StoredBytes, StoredFile,
    VcfReader,
};
use crate::bgzf::{self, BgzfReader, BlockReader};
use crate::{Error, Header, bcf};

/// Opens a file: finds its format from its first bytes and reads its header.
///
/// # Errors
/// [`Error::UnknownFormat`], or what is wrong with the header, with the file's name in front.
pub fn open(source: StoredFile, options: &OpenOptions) -> Result<VcfReader, Error> {
    let StoredFile { name, reader, size } = source;
    let opened = open_stream(reader, options).map_err(|error| error.at(name.as_str()))?;
    let (encoding, header, body) = opened;
    let header_lines = memchr::memchr_iter(b'\n', header.text.as_bytes()).count() as u64;
    let mut options = options.clone();
    let of_samples = SAMPLE_BYTES.saturating_mul(header.samples.len());
    let longest = LINE_BYTES.saturating_add(of_samples);
    options.max_line_bytes = options.max_line_bytes.min(longest);
    Ok(VcfReader {
        name,
        header,
        header_lines,
        size,
        encoding,
        options,
        body,
    })
}

type Stream = Box<dyn Read + Send>;

/// Enough for the first header of a BGZF block and every magic number.
const SNIFFED: usize = 64;

fn open_stream(
    mut reader: Stream,
    options: &OpenOptions,
) -> Result<(Encoding, Header, Body), Error> {
    let mut head = vec![0; SNIFFED];
    let n = bgzf::read_full(&mut reader, &mut head)?;
    head.truncate(n);
    let stored = StoredBytes::default();
    let whole: Stream = Box::new(Cursor::new(head.clone()).chain(reader));
    if bgzf::is_bgzf(&head) {
        let marker_required = options.eof_marker == EofMarker::Required;
        return open_bgzf(whole, marker_required, stored);
    }
    let counted: Stream = Box::new(Counted {
        reader: whole,
        bytes: Arc::clone(&stored),
    });
    if head.starts_with(&[0x1f, 0x8b]) {
        let inflated: Stream = Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(
            1 << 17,
            counted,
        )));
        return open_inflated(inflated, Encoding::Gzip, stored);
    }
    open_inflated(counted, Encoding::Plain, stored)
}

fn open_bgzf(
    whole: Stream,
    marker_required: bool,
    stored: StoredBytes,
) -> Result<(Encoding, Header, Body), Error> {
    let counted: Stream = Box::new(Counted {
        reader: whole,
        bytes: Arc::clone(&stored),
    });
    let mut reader = BgzfReader::new(BlockReader::new(counted, marker_required));
    let mut text = HeaderText::default();
    loop {
        let more = reader.fill()?;
        if text.bytes.is_empty() && bcf::is_bcf(more) {
            let (header, reader) = bcf::read_header(Box::new(reader))?;
            return Ok((Encoding::Bcf, header, Body::Bcf { reader, stored }));
        }
        let n = more.len();
        text.bytes.extend_from_slice(more);
        reader.consume(n);
        if text.is_complete(n == 0)? {
            break;
        }
    }
    let (header, rest) = text.split()?;
    Ok((
        Encoding::Bgzf,
        header,
        Body::Bgzf {
            blocks: reader.into_blocks(),
            rest,
        },
    ))
}

fn open_inflated(
    mut reader: Stream,
    encoding: Encoding,
    stored: StoredBytes,
) -> Result<(Encoding, Header, Body), Error> {
    const STEP: u64 = 1 << 16;
    let mut text = HeaderText::default();
    loop {
        let before = text.bytes.len();
        let read = reader.by_ref().take(STEP).read_to_end(&mut text.bytes);
        read.map_err(|error| read_error(error, &stored))?;
        if before == 0 && bcf::is_bcf(&text.bytes) {
            let whole: Stream = Box::new(Cursor::new(text.bytes).chain(reader));
            let (header, reader) = bcf::read_header(whole)?;
            return Ok((Encoding::Bcf, header, Body::Bcf { reader, stored }));
        }
        if text.is_complete(text.bytes.len() == before)? {
            break;
        }
    }
    let (header, rest) = text.split()?;
    Ok((
        encoding,
        header,
        Body::Text {
            reader,
            rest,
            stored,
        },
    ))
}

/// Bytes from the start of a file until the header is complete.
#[derive(Default)]
struct HeaderText {
    bytes: Vec<u8>,
    /// Where the next line starts that wasn't looked at.
    at: usize,
}

impl HeaderText {
    /// Whether the `#CHROM` line, or whatever doesn't start with `##`, has its line end.
    fn is_complete(&mut self, ended: bool) -> Result<bool, Error> {
        /// A million samples with long names and 10,000 meta lines stay far below.
        const LARGEST: usize = 1 << 28;
        check_first_bytes(&self.bytes)?;
        while let Some(end) = memchr::memchr(b'\n', &self.bytes[self.at..]) {
            let is_meta = self.bytes[self.at..].starts_with(b"##");
            self.at += end + 1;
            if !is_meta {
                return Ok(true);
            }
        }
        if ended {
            self.at = self.bytes.len();
            return Ok(true);
        }
        if self.bytes.len() > LARGEST {
            return Err(Error::Column {
                column: "the header",
                expected: format!("at most {LARGEST} bytes"),
                found: "more without a `#CHROM` line".to_owned(),
            });
        }
        Ok(false)
    }

    /// The header, and the bytes that follow it.
    fn split(mut self) -> Result<(Header, Vec<u8>), Error> {
        let rest = self.bytes.split_off(self.at);
        Ok((Header::from_bytes(self.bytes)?, rest))
    }
}

/// Says what a file is that is none of ours.
fn check_first_bytes(head: &[u8]) -> Result<(), Error> {
    if head.starts_with(b"#") {
        return Ok(());
    }
    let found = match head {
        [] => "an empty file".to_owned(),
        [b'B', b'Z', b'h', ..] => "bzip2 data".to_owned(),
        [b'P', b'K', ..] => "a ZIP archive".to_owned(),
        [0xfd, b'7', b'z', ..] => "xz data".to_owned(),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd data".to_owned(),
        [0x1f, 0x9d, ..] => "compress (.Z) data".to_owned(),
        [0x04, 0x22, 0x4d, 0x18, ..] => "LZ4 data".to_owned(),
        [b'L', b'Z', b'I', b'P', ..] => "lzip data".to_owned(),
        [b'R', b'a', b'r', b'!', ..] => "a RAR archive".to_owned(),
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7z archive".to_owned(),
        [0x1f, 0x8b, ..] => "gzip data within gzip data".to_owned(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16 text".to_owned(),
        [b'B', b'A', b'M', 1, ..] => "BAM".to_owned(),
        [b'C', b'R', b'A', b'M', ..] => "CRAM".to_owned(),
        [0x6c, 0x1b, ..] => "a PLINK genotype file".to_owned(),
        [0x89, b'H', b'D', b'F', ..] => "HDF5".to_owned(),
        _ if head.get(257..262) == Some(b"ustar") => "a tar archive".to_owned(),
        [b'B', b'C', b'F', ..] => "a BCF version other than 2.1 and 2.2".to_owned(),
        [b'P', b'A', b'R', b'1', ..] => "Parquet".to_owned(),
        _ => {
            let line = head.split(|b| *b == b'\n').next().unwrap_or(head);
            format!(
                "{} in front",
                crate::error::quote(&line[..line.len().min(SNIFFED)])
            )
        }
    };
    Err(Error::UnknownFormat { found })
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(out)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
