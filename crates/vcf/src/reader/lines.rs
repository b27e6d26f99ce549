//! Counts the lines of a chunk and hands them to its sink.

use super::ChunkSink;
use super::pipeline::{Done, Failure};
use crate::Error;

/// The lines of one chunk.
pub(super) struct Lines<'s, S: ChunkSink> {
    sink: &'s mut S,
    n_lines: u64,
    n_records: u64,
    first_blank: Option<u64>,
}

impl<'s, S: ChunkSink> Lines<'s, S> {
    pub(super) fn new(sink: &'s mut S) -> Self {
        Lines {
            sink,
            n_lines: 0,
            n_records: 0,
            first_blank: None,
        }
    }

    /// Takes the next line, without `\n`; `\r` before it is cut off.
    #[inline]
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), Failure<S::Error>> {
        let ordinal = self.n_lines;
        self.n_lines += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            self.first_blank.get_or_insert(ordinal);
            return Ok(());
        }
        if let Some(blank) = self.first_blank {
            let error = Error::column("the line", "a data line", b"");
            return Err(Failure::Line(blank, error.into()));
        }
        self.n_records += 1;
        self.sink
            .record(line, ordinal)
            .map_err(|error| Failure::Line(ordinal, error))
    }

    /// Takes the file's last line, which has no line end.
    pub(super) fn unterminated(&mut self, line: &[u8]) -> Result<(), Failure<S::Error>> {
        let ordinal = self.n_lines;
        self.line(line)?;
        self.sink.unterminated(ordinal);
        Ok(())
    }

    /// Hands over all lines of a text; returns how many bytes they are. What follows the last line
    /// end is left.
    pub(super) fn complete(&mut self, text: &[u8]) -> Result<usize, Failure<S::Error>> {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            self.line(&text[start..end])?;
            start = end + 1;
        }
        Ok(start)
    }

    pub(super) fn finish(self, worked: Result<(), Failure<S::Error>>) -> Done<S::Output, S::Error> {
        let last = self.n_lines.wrapping_sub(1);
        let result = match worked {
            Ok(()) => self
                .sink
                .finish()
                .map_err(|error| Failure::Line(last, error)),
            Err(failure) => Err(failure),
        };
        Done {
            n_lines: self.n_lines,
            n_records: self.n_records,
            ends_blank: self.first_blank.is_some(),
            result,
        }
    }
}

/// A line that is longer than allowed.
#[cold]
pub(super) fn too_long(limit: usize) -> Error {
    Error::Column {
        column: "the line",
        expected: format!("at most {limit} bytes"),
        found: "more without a line end".to_owned(),
    }
}
