//! The first record of a file, by which the files of a callset are put in order.

use crate::Error;
use crate::source::OpenInput;
use kohort_genome::contig_rank;
use kohort_vcf::{ChunkSink, Header, OpenOptions, ReadProgress, RecordView, StoredFile};

/// Bytes to read at a time: one record is enough.
const CHUNK_BYTES: usize = 1 << 16;

/// Contig and POS of a file's first record.
pub(crate) type Locus = (String, u32);

/// Where a file stands among the others: contig rank, its place in the header, POS.
pub(crate) type Rank = (u32, usize, u32);

/// Reads the first record; none where there is none, or nothing to read.
pub(crate) fn locus(input: Option<OpenInput>) -> Result<Option<Locus>, Error> {
    let Some(input) = input else { return Ok(None) };
    let source = StoredFile {
        name: input.name,
        reader: input.reader,
        size: input.size,
    };
    let options = OpenOptions {
        chunk_bytes: CHUNK_BYTES,
        ..OpenOptions::default()
    };
    let reader = kohort_vcf::open(source, &options)?;
    let header = reader.header().clone();
    let mut found = None;
    let progress = ReadProgress::new();
    let result = reader.for_each_chunk(
        1,
        || FirstRecord {
            header: &header,
            found: None,
        },
        |chunk| {
            found = found.take().or(chunk.output);
            if found.is_some() {
                Err(Error::from(kohort_vcf::Error::Cancelled))
            } else {
                Ok(())
            }
        },
        &progress,
    );
    match result {
        // What is wrong with the file is reported when it is read.
        _ if found.is_some() => Ok(found),
        Ok(()) | Err(_) => Ok(None),
    }
}

/// Where a file stands; one whose first record is not known, behind those that are.
pub(crate) fn rank(first: Option<Locus>, header: &Header) -> Rank {
    let Some((contig, pos)) = first else {
        return (u32::MAX, usize::MAX, u32::MAX);
    };
    let place = header.contigs.iter().position(|line| line.id == contig);
    (contig_rank(&contig), place.unwrap_or(usize::MAX), pos)
}

struct FirstRecord<'h> {
    header: &'h Header,
    found: Option<Locus>,
}

impl ChunkSink for FirstRecord<'_> {
    type Output = Option<Locus>;
    type Error = Error;

    fn record(&mut self, line: &[u8], _ordinal: u64) -> Result<(), Error> {
        if self.found.is_none() {
            let view = RecordView::parse(line, self.header)?;
            self.found = Some((view.chrom.to_owned(), view.pos));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<Locus>, Error> {
        Ok(self.found.take())
    }
}
