//! Which bases does the reference sequence have? FASTA with a samtools index, plain or bgzipped.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kohort_genome::canonical_contig;

use crate::Error;
use crate::bgzf::{BlockReader, Inflater, MAX_BLOCK};

/// An indexed FASTA file; cheap to share. Each thread reads through its own [`FastaReader`].
#[derive(Debug, Clone)]
pub struct Fasta(Arc<Index>);

#[derive(Debug)]
struct Index {
    path: PathBuf,
    contigs: Vec<Contig>,
    by_name: HashMap<String, usize>,
    /// Where blocks start: compressed and inflated offset; `None` for plain text.
    blocks: Option<Vec<(u64, u64)>>,
}

/// A line of the `.fai` index.
#[derive(Debug, Clone, Copy)]
struct Contig {
    length: u64,
    offset: u64,
    line_bases: u64,
    line_bytes: u64,
}

impl Fasta {
    /// Opens `path` with its index `path.fai`, and `path.gzi` when it is bgzipped.
    ///
    /// # Errors
    /// [`Error::Fasta`] says what is missing.
    pub fn open(path: impl AsRef<Path>) -> Result<Fasta, Error> {
        let path = path.as_ref();
        let wrong = |reason: String| Error::Fasta {
            path: path.display().to_string(),
            reason,
        };
        let beside = |extension: &str| PathBuf::from(format!("{}.{extension}", path.display()));
        let text = fs::read_to_string(beside("fai"))
            .map_err(|e| wrong(format!("its index `.fai` cannot be read ({e})")))?;
        let (mut contigs, mut by_name) = (Vec::new(), HashMap::new());
        for line in text.lines() {
            let (name, contig) =
                index_line(line).ok_or_else(|| wrong("its index `.fai` is broken".to_owned()))?;
            // The file's own names win over aliases.
            by_name
                .entry(canonical_contig(name).into_owned())
                .or_insert(contigs.len());
            by_name.insert(name.to_owned(), contigs.len());
            contigs.push(contig);
        }
        let mut head = [0; 18];
        File::open(path)
            .and_then(|mut file| file.read(&mut head))
            .map_err(|e| wrong(format!("it cannot be read ({e})")))?;
        let blocks = match head {
            _ if crate::bgzf::is_bgzf(&head) => {
                let bytes = fs::read(beside("gzi"))
                    .map_err(|e| wrong(format!("its index `.gzi` cannot be read ({e})")))?;
                Some(
                    block_index(&bytes)
                        .ok_or_else(|| wrong("its index `.gzi` is broken".to_owned()))?,
                )
            }
            [0x1f, 0x8b, ..] => return Err(wrong("gzip cannot be indexed; use bgzip".to_owned())),
            _ => None,
        };
        Ok(Fasta(Arc::new(Index {
            path: path.to_owned(),
            contigs,
            by_name,
            blocks,
        })))
    }

    /// The length of a contig; names are tried as written, then by their aliases (`20`, `chr20`).
    #[must_use]
    pub fn contig_length(&self, name: &str) -> Option<u64> {
        self.contig(name).map(|contig| contig.length)
    }

    /// A reader of its own for one thread.
    ///
    /// # Errors
    /// [`Error::Fasta`] when the file cannot be opened.
    pub fn reader(&self) -> Result<FastaReader, Error> {
        let file = File::open(&self.0.path).map_err(|e| self.wrong(e.to_string()))?;
        Ok(FastaReader {
            fasta: self.clone(),
            file,
            window: Vec::new(),
            window_start: 0,
            inflater: Inflater::new(),
            bases: Vec::new(),
        })
    }

    fn contig(&self, name: &str) -> Option<Contig> {
        let index = &self.0;
        let found = index.by_name.get(name);
        let found = found.or_else(|| index.by_name.get(canonical_contig(name).as_ref()))?;
        index.contigs.get(*found).copied()
    }

    fn wrong(&self, reason: String) -> Error {
        Error::Fasta {
            path: self.0.path.display().to_string(),
            reason,
        }
    }
}

fn index_line(line: &str) -> Option<(&str, Contig)> {
    let mut columns = line.split('\t');
    let name = columns.next()?;
    let mut number = || columns.next()?.parse::<u64>().ok();
    let contig = Contig {
        length: number()?,
        offset: number()?,
        line_bases: number()?,
        line_bytes: number()?,
    };
    let sane = contig.length == 0
        || (contig.line_bases > 0 && contig.line_bytes > contig.line_bases)
        || contig.line_bytes == contig.line_bases && contig.line_bases >= contig.length;
    sane.then_some((name, contig))
}

/// `.gzi`: a count, then pairs of compressed and inflated offset; the first block isn't listed.
fn block_index(bytes: &[u8]) -> Option<Vec<(u64, u64)>> {
    let mut words = bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|b| u64::from_le_bytes(*b));
    let n = words.next()?;
    let mut blocks = vec![(0, 0)];
    for _ in 0..n {
        blocks.push((words.next()?, words.next()?));
    }
    Some(blocks)
}

/// Reads bases; keeps the last window of the file.
pub struct FastaReader {
    fasta: Fasta,
    file: File,
    window: Vec<u8>,
    window_start: u64,
    inflater: Inflater,
    bases: Vec<u8>,
}

/// Variants come in order, so that hundreds of them read the same window.
const WINDOW: u64 = 1 << 16;

impl FastaReader {
    /// The bases from `start` to `end` (1-based, closed) in upper case, cut at the contig's end.
    ///
    /// # Errors
    /// [`Error::Fasta`] when the contig isn't there or the file can't be read.
    pub fn bases(&mut self, contig: &str, start: u64, end: u64) -> Result<&[u8], Error> {
        let Some(index) = self.fasta.contig(contig) else {
            return Err(self.fasta.wrong(format!("it has no contig `{contig}`")));
        };
        self.bases.clear();
        let end = end.min(index.length);
        let mut next = start.max(1);
        while next <= end {
            let at = next - 1;
            let in_line = at % index.line_bases;
            let offset = index.offset + at / index.line_bases * index.line_bytes + in_line;
            let n = (index.line_bases - in_line).min(end - at);
            self.load(offset, n)?;
            let from = usize::try_from(offset - self.window_start).unwrap_or(usize::MAX);
            let to = from.saturating_add(usize::try_from(n).unwrap_or(usize::MAX));
            let Some(bases) = self.window.get(from..to) else {
                return Err(self
                    .fasta
                    .wrong("it is shorter than its index says".to_owned()));
            };
            self.bases.extend(bases.iter().map(u8::to_ascii_uppercase));
            next += n;
        }
        Ok(&self.bases)
    }

    /// Makes the window hold these bytes of the inflated file, where it has them.
    fn load(&mut self, offset: u64, n: u64) -> Result<(), Error> {
        let window_end = self.window_start + self.window.len() as u64;
        if offset >= self.window_start && offset + n <= window_end {
            return Ok(());
        }
        // Left alignment goes back a little.
        let start = offset.saturating_sub(WINDOW / 8);
        let end = (offset + n).max(start + WINDOW);
        self.window.clear();
        let fasta = self.fasta.clone();
        let read = match &fasta.0.blocks {
            None => self.read_plain(start, end - start).map(|()| start),
            Some(blocks) => self.read_blocks(blocks, start, end),
        };
        self.window_start = read.map_err(|e| fasta.wrong(e.to_string()))?;
        Ok(())
    }

    fn read_plain(&mut self, start: u64, n: u64) -> Result<(), Error> {
        let read = self.file.seek(SeekFrom::Start(start));
        let read = read.and_then(|_| self.file.by_ref().take(n).read_to_end(&mut self.window));
        read.map(|_| ()).map_err(Error::io("read it"))
    }

    fn read_blocks(&mut self, blocks: &[(u64, u64)], start: u64, end: u64) -> Result<u64, Error> {
        let first = blocks
            .partition_point(|(_, inflated)| *inflated <= start)
            .saturating_sub(1);
        let (stored, window_start) = blocks.get(first).copied().unwrap_or_default();
        self.file
            .seek(SeekFrom::Start(stored))
            .map_err(Error::io("read it"))?;
        let mut reader = BlockReader::new(&self.file, false);
        let (mut block, mut text) = (Vec::new(), vec![0; MAX_BLOCK]);
        while window_start + (self.window.len() as u64) < end {
            block.clear();
            let offset = stored + reader.offset();
            if reader.next_block(&mut block)?.is_none() {
                break;
            }
            let n = self.inflater.inflate(&block, offset, &mut text)?;
            self.window.extend_from_slice(&text[..n]);
        }
        Ok(window_start)
    }
}

impl std::fmt::Debug for FastaReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FastaReader")
            .field("fasta", &self.fasta)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_cross_lines_and_stop_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.fa");
        fs::write(&path, ">chr1 x\nACGT\nacgt\nAC\n>2\nTTTT\n").unwrap();
        fs::write(
            folder.path().join("x.fa.fai"),
            "chr1\t10\t8\t4\t5\n2\t4\t24\t4\t5\n",
        )
        .unwrap();
        let fasta = Fasta::open(&path).unwrap();
        let mut reader = fasta.reader().unwrap();
        assert_eq!(reader.bases("chr1", 3, 9).unwrap(), b"GTACGTA");
        assert_eq!(reader.bases("1", 9, 20).unwrap(), b"AC");
        assert_eq!(reader.bases("chr2", 1, 4).unwrap(), b"TTTT");
        assert!(reader.bases("3", 1, 4).is_err());
        assert_eq!(fasta.contig_length("1"), Some(10));
    }
}
