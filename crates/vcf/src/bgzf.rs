//! Where does a compressed block begin and end, and what does it hold?
//!
//! BGZF is SAMv1 §4.1: gzip members of at most 64 KiB whose extra field `BC` gives their size.

use std::io::{self, BufReader, Read};

use crate::Error;

/// Largest block, compressed or not.
pub(crate) const MAX_BLOCK: usize = 1 << 16;

/// An empty block, which ends a file.
pub(crate) const EOF_MARKER: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

const FIXED_HEADER: usize = 12;
const FOOTER: usize = 8;

/// Whether these first bytes are those of a BGZF block.
pub(crate) fn is_bgzf(head: &[u8]) -> bool {
    head.len() >= 18
        && head[..4] == [0x1f, 0x8b, 8, 4]
        && block_size(
            &head[FIXED_HEADER..],
            usize::from(u16::from_le_bytes([head[10], head[11]])),
        )
        .is_some()
}

/// BSIZE + 1 from the extra field, as much of it as is there.
fn block_size(extra: &[u8], length: usize) -> Option<usize> {
    let mut extra = &extra[..length.min(extra.len())];
    while let [id1, id2, l0, l1, rest @ ..] = extra {
        let length = usize::from(u16::from_le_bytes([*l0, *l1]));
        if (*id1, *id2, length) == (b'B', b'C', 2) {
            let [b0, b1, ..] = rest else { return None };
            return Some(usize::from(u16::from_le_bytes([*b0, *b1])) + 1);
        }
        extra = rest.get(length..)?;
    }
    None
}

/// Cuts a stream into compressed blocks.
pub(crate) struct BlockReader<R> {
    reader: BufReader<R>,
    offset: u64,
    ended_empty: bool,
    marker_required: bool,
}

impl<R: Read> BlockReader<R> {
    pub(crate) fn new(reader: R, marker_required: bool) -> Self {
        let reader = BufReader::with_capacity(4 * MAX_BLOCK, reader);
        BlockReader {
            reader,
            offset: 0,
            ended_empty: false,
            marker_required,
        }
    }

    /// Offset of the next block in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Appends the next block to `out`; `None` at the end of the file.
    pub(crate) fn next_block(&mut self, out: &mut Vec<u8>) -> Result<Option<usize>, Error> {
        let start = out.len();
        out.resize(start + FIXED_HEADER, 0);
        let got = read_full(&mut self.reader, &mut out[start..])?;
        if got == 0 {
            out.truncate(start);
            if self.marker_required && !self.ended_empty {
                return Err(self.truncated("the BGZF end-of-file marker"));
            }
            return Ok(None);
        }
        if got < FIXED_HEADER {
            return Err(self.truncated("the header of a BGZF block"));
        }
        let header = &out[start..];
        let extra_length = usize::from(u16::from_le_bytes([header[10], header[11]]));
        if header[..4] != [0x1f, 0x8b, 8, 4] {
            return Err(self.corrupt("a BGZF block", format!("{:02x?}", &header[..4])));
        }
        let extra_start = start + FIXED_HEADER;
        out.resize(extra_start + extra_length, 0);
        self.fill(&mut out[extra_start..], "the header of a BGZF block")?;
        let smallest = FIXED_HEADER + extra_length + FOOTER;
        let size = match block_size(&out[extra_start..], extra_length) {
            Some(size) if size >= smallest => size,
            Some(size) => {
                let expected = format!("a block of at least {smallest} bytes");
                return Err(self.corrupt(expected, format!("{size}")));
            }
            None => return Err(self.corrupt("a BGZF block", "a gzip member without a block size")),
        };
        let body = out.len();
        out.resize(start + size, 0);
        self.fill(&mut out[body..], "the rest of a BGZF block")?;
        self.ended_empty = out[out.len() - 4..] == [0; 4];
        self.offset += size as u64;
        Ok(Some(size))
    }

    fn fill(&mut self, out: &mut [u8], expected: &'static str) -> Result<(), Error> {
        if read_full(&mut self.reader, out)? < out.len() {
            return Err(self.truncated(expected));
        }
        Ok(())
    }

    fn truncated(&self, expected: &'static str) -> Error {
        Error::Truncated {
            offset: self.offset,
            expected,
        }
    }

    fn corrupt(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::corrupt(self.offset, expected, found)
    }
}

/// Reads until `out` is full or the stream ends.
pub(crate) fn read_full(reader: &mut impl Read, out: &mut [u8]) -> Result<usize, Error> {
    let mut filled = 0;
    while filled < out.len() {
        match reader.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(Error::io("read the file")(e)),
        }
    }
    Ok(filled)
}

/// Inflates blocks.
pub(crate) struct Inflater(libdeflater::Decompressor);

impl Inflater {
    pub(crate) fn new() -> Self {
        Inflater(libdeflater::Decompressor::new())
    }

    /// Inflates a block into `out` (at least [`MAX_BLOCK`] long), checks its CRC, and returns the
    /// length. `offset` is the block's place in the file, for errors.
    pub(crate) fn inflate(
        &mut self,
        block: &[u8],
        offset: u64,
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let word = |at: usize| {
            block
                .get(at..at + 4)
                .and_then(|b| b.try_into().ok())
                .map_or(0, u32::from_le_bytes)
        };
        let footer = block.len().saturating_sub(FOOTER);
        let (crc, length) = (word(footer), word(footer + 4) as usize);
        if length == 0 {
            return Ok(0);
        }
        if length > MAX_BLOCK || out.len() < length {
            let expected = format!("a block of at most {MAX_BLOCK} bytes");
            return Err(Error::corrupt(offset, expected, format!("{length}")));
        }
        let start = FIXED_HEADER + usize::from(u16::from_le_bytes([block[10], block[11]]));
        let body = block.get(start..footer).unwrap_or_default();
        let out = &mut out[..length];
        match self.0.deflate_decompress(body, out) {
            Ok(n) if n == length => {}
            Ok(n) => {
                let expected = format!("{length} bytes in the block");
                return Err(Error::corrupt(offset, expected, format!("{n}")));
            }
            Err(_) => return Err(Error::corrupt(offset, "deflated data", "something else")),
        }
        let found = libdeflater::crc32(out);
        if found != crc {
            return Err(Error::corrupt(
                offset,
                format!("CRC {crc:08x}"),
                format!("{found:08x}"),
            ));
        }
        Ok(length)
    }
}

/// Reads the inflated bytes of a BGZF stream, block by block, on the caller's thread.
pub(crate) struct BgzfReader<R> {
    blocks: BlockReader<R>,
    inflater: Inflater,
    block: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    end: usize,
}

impl<R: Read> BgzfReader<R> {
    pub(crate) fn new(blocks: BlockReader<R>) -> Self {
        BgzfReader {
            blocks,
            inflater: Inflater::new(),
            block: Vec::with_capacity(MAX_BLOCK),
            text: vec![0; MAX_BLOCK],
            at: 0,
            end: 0,
        }
    }

    /// The inflated bytes that come next; empty at the end of the file.
    pub(crate) fn fill(&mut self) -> Result<&[u8], Error> {
        while self.at == self.end {
            self.block.clear();
            let offset = self.blocks.offset();
            if self.blocks.next_block(&mut self.block)?.is_none() {
                break;
            }
            self.at = 0;
            self.end = self.inflater.inflate(&self.block, offset, &mut self.text)?;
        }
        Ok(&self.text[self.at..self.end])
    }

    pub(crate) fn consume(&mut self, n: usize) {
        self.at = (self.at + n).min(self.end);
    }

    /// The block reader, once everything that was inflated is consumed.
    pub(crate) fn into_blocks(self) -> BlockReader<R> {
        self.blocks
    }
}

impl<R: Read> Read for BgzfReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill().map_err(io::Error::other)?;
        let n = available.len().min(out.len());
        out[..n].copy_from_slice(&available[..n]);
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_marker_is_a_block_that_holds_nothing() {
        assert!(is_bgzf(&EOF_MARKER));
        let mut reader = BgzfReader::new(BlockReader::new(&EOF_MARKER[..], true));
        assert!(reader.fill().unwrap().is_empty());
    }

    #[test]
    fn a_cut_file_names_the_byte() {
        for (cut, offset) in [(10, 0), (15, 0), (20, 0)] {
            let mut reader = BgzfReader::new(BlockReader::new(&EOF_MARKER[..cut], true));
            match reader.fill() {
                Err(Error::Truncated { offset: found, .. }) => assert_eq!(found, offset),
                other => panic!("{other:?}"),
            }
        }
    }
}
