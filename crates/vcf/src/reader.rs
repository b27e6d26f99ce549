//! How do the lines of a file reach all cores, and come back in order?

mod bcf_body;
mod bgzf_body;
mod lines;
mod opening;
mod pipeline;
mod text_body;

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::bgzf::BlockReader;
use crate::{Error, Header, Locate};

pub use opening::open;
pub(crate) use text_body::stream_error;

/// A file as it is stored: the format is found from its bytes.
pub struct StoredFile {
    /// How errors name it.
    pub name: String,
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
    /// Its size as stored, where known (for progress).
    pub size: Option<u64>,
}

/// How a file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Text.
    Plain,
    /// Text in one or more gzip members.
    Gzip,
    /// Text in BGZF blocks.
    Bgzf,
    /// Binary, compressed or not.
    Bcf,
}

/// How to read a file.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// What to do about a BGZF file without its end marker.
    pub eof_marker: EofMarker,
    /// A longer line is an error, so that a broken file can't exhaust memory. Files of few samples
    /// have a lower limit: [`LINE_BYTES`] and [`SAMPLE_BYTES`] for each of them.
    pub max_line_bytes: usize,
    /// Compressed bytes (BGZF) or text bytes (others) that one worker takes at a time.
    pub chunk_bytes: usize,
}

/// What to do about a BGZF file without its end marker, which is most likely truncated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EofMarker {
    /// Refuse it.
    Required,
    /// Take it as complete.
    Optional,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions {
            eof_marker: EofMarker::Required,
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
            chunk_bytes: DEFAULT_CHUNK_BYTES,
        }
    }
}

/// A million samples with 500 bytes each stay below it.
pub const DEFAULT_MAX_LINE_BYTES: usize = 1 << 30;

/// What a line may have beside its sample columns: the INFO of 30,000 alleles stays far below.
pub const LINE_BYTES: usize = 1 << 26;

/// What a sample may add to the longest line.
pub const SAMPLE_BYTES: usize = 1 << 14;

/// Small enough that a few in flight cost little, large enough that the one or two blocks that are
/// inflated twice at each border don't show.
pub const DEFAULT_CHUNK_BYTES: usize = 1 << 20;

/// What has been done so far; shared with whoever draws it.
#[derive(Debug, Default)]
pub struct ReadProgress {
    /// Bytes read, as stored.
    pub bytes: AtomicU64,
    /// Records whose output was consumed.
    pub records: AtomicU64,
    cancelled: AtomicBool,
}

impl ReadProgress {
    /// Nothing done yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks readers to stop; they return [`Error::Cancelled`].
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Takes the data lines of a chunk, on a worker thread. One sink serves many chunks in turn.
pub trait ChunkSink {
    /// What a chunk becomes.
    type Output: Send;
    /// What can go wrong.
    type Error: From<Error> + Locate + Send;

    /// Takes the next data line, without its line end; `ordinal` counts the chunk's lines from 0.
    ///
    /// # Errors
    /// Ends the reading; the error comes back with file and line in front.
    fn record(&mut self, line: &[u8], ordinal: u64) -> Result<(), Self::Error>;

    /// Says that the line just taken, the file's last, has no line end.
    fn unterminated(&mut self, ordinal: u64) {
        let _ = ordinal;
    }

    /// Ends the chunk, and gives what it became; the sink starts afresh.
    ///
    /// # Errors
    /// Ends the reading.
    fn finish(&mut self) -> Result<Self::Output, Self::Error>;
}

/// What a chunk became, and where it stands in the file.
#[derive(Debug)]
pub struct Chunk<T> {
    /// What [`ChunkSink::finish`] gave.
    pub output: T,
    /// Line (BCF: record) number of the ordinal 0, from 1.
    pub first_line: u64,
    /// Lines in it.
    pub n_lines: u64,
}

/// An open file whose header is read.
pub struct VcfReader {
    name: String,
    header: Header,
    header_lines: u64,
    size: Option<u64>,
    encoding: Encoding,
    options: OpenOptions,
    body: Body,
}

/// What follows the header; `rest` was read with it.
enum Body {
    Text {
        reader: Box<dyn Read + Send>,
        rest: Vec<u8>,
        stored: StoredBytes,
    },
    Bgzf {
        blocks: BlockReader<Box<dyn Read + Send>>,
        rest: Vec<u8>,
    },
    Bcf {
        reader: Box<dyn Read + Send>,
        stored: StoredBytes,
    },
}

/// Counts the bytes that were read below a decoder.
type StoredBytes = std::sync::Arc<AtomicU64>;

impl VcfReader {
    /// What the file declares.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How it is stored.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What its data lines are in a place that is named: lines of text, or records of a BCF file.
    #[must_use]
    pub fn unit(&self) -> crate::Unit {
        match self.encoding {
            Encoding::Bcf => crate::Unit::Record,
            _ => crate::Unit::Line,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its size as stored, where known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Hands all lines to sinks on `threads` workers, and their outputs to `consume` in file order
    /// on this thread. A bounded number of chunks is in flight.
    ///
    /// # Errors
    /// The first error in file order, of the file, a sink, or `consume`.
    pub fn for_each_chunk<S: ChunkSink>(
        self,
        threads: usize,
        new_sink: impl Fn() -> S + Sync,
        consume: impl FnMut(Chunk<S::Output>) -> Result<(), S::Error>,
        progress: &ReadProgress,
    ) -> Result<(), S::Error> {
        let file = pipeline::File {
            name: &self.name,
            header: &self.header,
            header_lines: self.header_lines,
            options: &self.options,
            progress,
            threads: threads.max(1),
        };
        match self.body {
            Body::Text {
                reader,
                rest,
                stored,
            } => text_body::run(file, reader, rest, &stored, new_sink, consume),
            Body::Bgzf { blocks, rest } => bgzf_body::run(file, blocks, rest, new_sink, consume),
            Body::Bcf { reader, stored } => bcf_body::run(file, reader, &stored, new_sink, consume),
        }
    }
}

impl std::fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredFile")
            .field("name", &self.name)
            .field("size", &self.size)
            .finish()
    }
}

impl std::fmt::Debug for VcfReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VcfReader")
            .field("name", &self.name)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}
