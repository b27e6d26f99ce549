//! Where do the bytes come from, and were they the same each time?

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use encoding_rs::{CoderResult, Decoder, Encoding};
use flate2::read::MultiGzDecoder;
use ring::digest::{Context, SHA256};

use crate::personal::hex;
use crate::{Error, Result};

/// Bytes read at once.
const READ_BYTES: usize = 256 * 1024;

/// Something to load that can be read more than once: types are inferred over the whole of it
/// before the first row is stored.
pub trait Source: Send + Sync {
    /// What messages and the history call it.
    fn name(&self) -> &str;

    /// Its bytes from the beginning.
    ///
    /// # Errors
    /// When it does not exist or may not be read.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// Where it is on this machine, if it is.
    fn path(&self) -> Option<&Path> {
        None
    }
}

impl fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name()).finish()
    }
}

/// A file of this machine.
#[derive(Debug, Clone)]
pub struct FileSource {
    name: String,
    path: PathBuf,
}

impl FileSource {
    /// The file at a path, called as it was typed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: path.display().to_string(),
            path,
        }
    }
}

impl Source for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(&self.path)?))
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.path)
    }
}

/// What was read: recorded with every load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes as stored, in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub size_bytes: u64,
}

/// A source while it is read: the bytes pass a hash on their way, and gzip is undone.
pub(crate) struct Opened {
    pub(crate) reader: Box<dyn Read>,
    hash: Arc<Mutex<Hash>>,
    name: String,
}

struct Hash {
    context: Context,
    size_bytes: u64,
}

struct Hashing {
    inner: Box<dyn Read + Send>,
    hash: Arc<Mutex<Hash>>,
}

impl Read for Hashing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let mut hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        hash.context.update(&out[..n]);
        hash.size_bytes += n as u64;
        Ok(n)
    }
}

/// Opens a source.
pub(crate) fn open(source: &dyn Source) -> Result<Opened> {
    let name = source.name().to_owned();
    let failed = |action| Error::io(&name, action);
    let inner = source.open().map_err(failed("open it"))?;
    let hash = Arc::new(Mutex::new(Hash {
        context: Context::new(&SHA256),
        size_bytes: 0,
    }));
    let hashing = Hashing {
        inner,
        hash: Arc::clone(&hash),
    };
    let mut buffered = BufReader::with_capacity(READ_BYTES, hashing);
    let head = io::BufRead::fill_buf(&mut buffered).map_err(failed("read it"))?;
    let is_gzip = head.starts_with(&[0x1F, 0x8B]);
    let reader: Box<dyn Read> = match is_gzip {
        true => Box::new(MultiGzDecoder::new(buffered)),
        false => Box::new(buffered),
    };
    Ok(Opened { reader, hash, name })
}

impl Opened {
    /// Reads what is left, and tells what was read.
    pub(crate) fn finish(mut self) -> Result<SourceInfo> {
        io::copy(&mut self.reader, &mut io::sink()).map_err(Error::io(&self.name, "read it"))?;
        let hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(SourceInfo {
            name: self.name.clone(),
            sha256: hex(hash.context.clone().finish().as_ref()),
            size_bytes: hash.size_bytes,
        })
    }
}

/// Reads bytes of another encoding as UTF-8.
pub(crate) struct Transcoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    at: usize,
    is_done: bool,
}

impl<R: Read> Transcoded<R> {
    pub(crate) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; READ_BYTES],
            output: Vec::new(),
            at: 0,
            is_done: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let n = self.inner.read(&mut self.input)?;
        self.is_done = n == 0;
        let longest = self.decoder.max_utf8_buffer_length(n).unwrap_or(4 * n + 16);
        self.output.resize(longest, 0);
        let (result, _, written, _) =
            self.decoder
                .decode_to_utf8(&self.input[..n], &mut self.output, self.is_done);
        if result == CoderResult::OutputFull {
            return Err(io::Error::other("the text does not fit its buffer"));
        }
        self.output.truncate(written);
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.output.len() && !self.is_done {
            self.fill()?;
        }
        let n = out.len().min(self.output.len() - self.at);
        out[..n].copy_from_slice(&self.output[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn gzip_is_undone_and_the_stored_bytes_are_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv.gz");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"a;b\n1;2\n").unwrap();
        let bytes = gzip.finish().unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let mut opened = open(&FileSource::new(&path)).unwrap();
        let mut text = String::new();
        opened.reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "a;b\n1;2\n");
        let info = opened.finish().unwrap();
        assert_eq!(info.size_bytes, bytes.len() as u64);
        let expected = ring::digest::digest(&SHA256, &bytes);
        assert_eq!(info.sha256, hex(expected.as_ref()));
    }

    #[test]
    fn utf_16_is_read_as_utf_8() {
        let text = "\u{feff}kön;län\r\nK;Örebro";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut out = String::new();
        Transcoded::new(utf16.as_slice(), encoding_rs::UTF_16LE)
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(out, "kön;län\r\nK;Örebro");
    }
}
