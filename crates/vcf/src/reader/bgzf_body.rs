//! BGZF text: workers inflate block by block and take each line while it is hot in cache.
//!
//! A line that crosses the border of chunks belongs to the chunk in which it starts: its worker
//! reads on into the next chunk, to the first line end; the next chunk's worker skips that much.

use std::io::Read;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use memchr::{memchr, memchr_iter};

use super::lines::{Lines, too_long};
use super::pipeline::{self, Failure, Feeder, File, Permit};
use super::{Chunk, ChunkSink, OpenOptions};
use crate::bgzf::{BlockReader, Inflater, MAX_BLOCK};
use crate::{Error, Unit};

/// A run of compressed blocks.
struct Blocks {
    /// Text before the first block, of the file's first chunk.
    before: Vec<u8>,
    /// Whether a line starts here.
    starts_line: bool,
    bytes: Vec<u8>,
    /// Offset of the first block in the file.
    offset: u64,
    sizes: Vec<usize>,
    next: Next,
    permit: Arc<Permit>,
}

/// The chunk that follows, once it is known.
#[derive(Default)]
struct Next {
    state: Mutex<NextState>,
    known: Condvar,
}

#[derive(Default, Clone)]
enum NextState {
    #[default]
    Unknown,
    Chunk(Arc<Blocks>),
    End,
    Broken,
}

impl Next {
    fn set(&self, state: NextState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.known.notify_all();
    }

    fn wait(&self) -> NextState {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while matches!(*state, NextState::Unknown) {
            state = self
                .known
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.clone()
    }
}

/// Tells the last chunk what follows it, on every way out of the cutting thread.
struct Last(Option<Arc<Blocks>>);

impl Last {
    fn follow(&mut self, state: NextState) {
        let next = match &state {
            NextState::Chunk(chunk) => Some(Arc::clone(chunk)),
            _ => None,
        };
        if let Some(last) = std::mem::replace(&mut self.0, next) {
            last.next.set(state);
        }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        self.follow(NextState::Broken);
    }
}

pub(super) fn run<S: ChunkSink>(
    file: File<'_>,
    mut blocks: BlockReader<Box<dyn Read + Send>>,
    rest: Vec<u8>,
    new_sink: impl Fn() -> S + Sync,
    consume: impl FnMut(Chunk<S::Output>) -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    let cut = |feeder: &mut Feeder<'_, Arc<Blocks>>| {
        let mut last = Last(None);
        let mut before = rest;
        let mut starts_line = true;
        loop {
            let permit = feeder.permit()?;
            let offset = blocks.offset();
            let (mut bytes, mut sizes) = (Vec::with_capacity(file.options.chunk_bytes), Vec::new());
            while bytes.len() + MAX_BLOCK <= file.options.chunk_bytes.max(MAX_BLOCK) {
                match blocks.next_block(&mut bytes)? {
                    Some(size) => sizes.push(size),
                    None => break,
                }
            }
            file.progress
                .bytes
                .store(blocks.offset(), Ordering::Relaxed);
            let before = std::mem::take(&mut before);
            if sizes.is_empty() && before.is_empty() {
                last.follow(NextState::End);
                return Ok(());
            }
            let next = Next::default();
            let chunk = Blocks {
                before,
                starts_line: std::mem::take(&mut starts_line),
                bytes,
                offset,
                sizes,
                next,
                permit: Arc::clone(&permit),
            };
            let chunk = Arc::new(chunk);
            last.follow(NextState::Chunk(Arc::clone(&chunk)));
            feeder.feed(chunk, permit)?;
        }
    };
    let new_worker = || {
        let mut text = Text::new(file.options);
        move |chunk: Arc<Blocks>, lines: &mut Lines<'_, S>| text.chunk(file, &chunk, lines)
    };
    pipeline::run(file, Unit::Line, cut, new_worker, new_sink, consume)
}

impl Blocks {
    /// Each block with its offset in the file.
    fn blocks(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut at = 0;
        self.sizes.iter().map(move |&size| {
            let block = &self.bytes[at..at + size];
            let offset = self.offset + at as u64;
            at += size;
            (offset, block)
        })
    }
}

/// A worker's rolling buffer: the part of a line that is not yet complete, then the last block.
struct Text {
    inflater: Inflater,
    buffer: Vec<u8>,
    filled: usize,
    max_line: usize,
}

impl Text {
    fn new(options: &OpenOptions) -> Self {
        let buffer = vec![0; 4 * MAX_BLOCK];
        Text {
            inflater: Inflater::new(),
            buffer,
            filled: 0,
            max_line: options.max_line_bytes,
        }
    }

    fn chunk<S: ChunkSink>(
        &mut self,
        file: File<'_>,
        chunk: &Arc<Blocks>,
        lines: &mut Lines<'_, S>,
    ) -> Result<(), Failure<S::Error>> {
        let broken = |error: Error| Failure::File(S::Error::from(error.at(file.name)));
        self.filled = 0;
        self.append(&chunk.before);
        self.take_lines(0, lines)?;
        // What comes before the first line end is the rest of a line of an earlier chunk.
        let mut skipping = !chunk.starts_line;
        for (offset, block) in chunk.blocks() {
            let before = self.inflate(block, offset).map_err(broken)?;
            if !skipping {
                self.take_lines(before, lines)?;
            } else if let Some(end) = memchr(b'\n', &self.buffer[..self.filled]) {
                skipping = false;
                self.drop_front(end + 1);
                self.take_lines(0, lines)?;
            } else {
                self.filled = 0;
            }
        }
        if skipping {
            // The line that fills this chunk waits for the next one, which needs a permit.
            chunk.permit.release();
            return Ok(());
        }
        self.read_on(chunk, lines, broken)
    }

    /// Completes the last line from the chunks that follow.
    fn read_on<S: ChunkSink>(
        &mut self,
        chunk: &Arc<Blocks>,
        lines: &mut Lines<'_, S>,
        broken: impl Fn(Error) -> Failure<S::Error>,
    ) -> Result<(), Failure<S::Error>> {
        let mut current = Arc::clone(chunk);
        loop {
            let next = match current.next.wait() {
                NextState::Chunk(next) => next,
                NextState::End if self.filled > 0 => {
                    return lines.unterminated(&self.buffer[..self.filled]);
                }
                // The cutting thread says what is broken.
                NextState::End | NextState::Broken | NextState::Unknown => return Ok(()),
            };
            for (offset, block) in next.blocks() {
                let before = self.inflate(block, offset).map_err(&broken)?;
                if let Some(end) = memchr(b'\n', &self.buffer[before..self.filled]) {
                    return lines.line(&self.buffer[..before + end]);
                }
            }
            next.permit.release();
            current = next;
        }
    }

    fn append(&mut self, text: &[u8]) {
        if self.buffer.len() < text.len() + MAX_BLOCK {
            self.buffer.resize(text.len() + MAX_BLOCK, 0);
        }
        self.buffer[self.filled..self.filled + text.len()].copy_from_slice(text);
        self.filled += text.len();
    }

    /// Inflates a block behind what is there; returns where it starts.
    fn inflate(&mut self, block: &[u8], offset: u64) -> Result<usize, Error> {
        let before = self.filled;
        if before > self.max_line {
            return Err(too_long(self.max_line));
        }
        if self.buffer.len() < before + MAX_BLOCK {
            self.buffer.resize((2 * before).max(before + MAX_BLOCK), 0);
        }
        self.filled += self
            .inflater
            .inflate(block, offset, &mut self.buffer[before..])?;
        Ok(before)
    }

    /// Hands over the complete lines; line ends are looked for from `from` on.
    fn take_lines<S: ChunkSink>(
        &mut self,
        from: usize,
        lines: &mut Lines<'_, S>,
    ) -> Result<(), Failure<S::Error>> {
        let mut start = 0;
        for end in memchr_iter(b'\n', &self.buffer[from..self.filled]) {
            lines.line(&self.buffer[start..from + end])?;
            start = from + end + 1;
        }
        self.drop_front(start);
        Ok(())
    }

    fn drop_front(&mut self, n: usize) {
        self.buffer.copy_within(n..self.filled, 0);
        self.filled -= n;
    }
}
