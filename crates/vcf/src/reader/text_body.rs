//! Text that comes as one stream (plain, or inflated from gzip) is cut at line ends.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use super::lines::{Lines, too_long};
use super::pipeline::{self, Failure, File};
use super::{Chunk, ChunkSink};
use crate::{Error, Unit};

pub(super) fn run<S: ChunkSink>(
    file: File<'_>,
    mut reader: Box<dyn Read + Send>,
    rest: Vec<u8>,
    stored: &AtomicU64,
    new_sink: impl Fn() -> S + Sync,
    consume: impl FnMut(Chunk<S::Output>) -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    let cut = |feeder: &mut pipeline::Feeder<'_, Vec<u8>>| {
        let options = file.options;
        let mut tail = rest;
        loop {
            let permit = feeder.permit()?;
            let mut text = tail;
            let ended = read_lines(&mut reader, &mut text, options, stored)?;
            file.progress
                .bytes
                .store(stored.load(Ordering::Relaxed), Ordering::Relaxed);
            let end = if ended {
                text.len()
            } else {
                memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1)
            };
            tail = text.split_off(end);
            if !text.is_empty() {
                feeder.feed(text, permit)?;
            }
            if ended {
                return Ok(());
            }
        }
    };
    let new_worker = || {
        |text: Vec<u8>, lines: &mut Lines<'_, S>| -> Result<(), Failure<S::Error>> {
            let done = lines.complete(&text)?;
            if done < text.len() {
                lines.unterminated(&text[done..])?;
            }
            Ok(())
        }
    };
    pipeline::run(file, Unit::Line, cut, new_worker, new_sink, consume)
}

/// Appends a chunk that has at least one line end, or the end of the file (then returns true).
fn read_lines(
    reader: &mut dyn Read,
    text: &mut Vec<u8>,
    options: &super::OpenOptions,
    stored: &AtomicU64,
) -> Result<bool, Error> {
    loop {
        let start = text.len();
        let step = options.chunk_bytes.max(start);
        text.resize(start + step, 0);
        let mut filled = start;
        while filled < text.len() {
            match reader.read(&mut text[filled..]) {
                Ok(0) => {
                    text.truncate(filled);
                    return Ok(true);
                }
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(read_error(e, stored)),
            }
        }
        if memchr::memrchr(b'\n', &text[start..]).is_some() {
            return Ok(false);
        }
        if text.len() > options.max_line_bytes {
            return Err(too_long(options.max_line_bytes));
        }
    }
}

/// What a decoder says, in our words.
pub(super) fn read_error(error: io::Error, stored: &AtomicU64) -> Error {
    let offset = stored.load(Ordering::Relaxed);
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::Truncated {
            offset,
            expected: "the rest of the compressed data",
        },
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            Error::corrupt(offset, "gzip data", error.to_string())
        }
        _ => stream_error(error),
    }
}

/// An error of ours that passed through [`Read`], or the stream's own.
pub(crate) fn stream_error(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => ours,
        Err(source) => Error::Io {
            action: "read the file",
            source,
        },
    }
}
