//! What exactly did the file say? VCF and BCF are foreign languages, spoken only here.
//!
//! [`open`] sniffs a [`StoredFile`] and reads its [`Header`]; [`VcfReader::for_each_chunk`] hands
//! each data line to a [`ChunkSink`] on all cores, and gives the sinks' outputs back in file order.
//! A line is cut by [`RecordView::parse`]; [`parse_genotypes`] and [`parse_samples`] read its
//! sample columns, [`value`] its typed fields. [`normalise`] trims and left-aligns alleles.
//! [`write`] is the way back.
//!
//! "The specification" is <https://samtools.github.io/hts-specs/VCFv4.5.pdf>.

mod bcf;
mod bgzf;
mod check;
mod error;
mod fasta;
mod findings;
mod genotypes;
mod gt;
mod header;
mod lint;
mod mend;
pub mod normalise;
mod place;
mod reader;
mod record;
pub mod value;
pub mod write;

pub use check::check_record;
pub use error::Error;
pub use fasta::{Fasta, FastaReader};
pub use findings::{Finding, Findings, Rule};
pub use genotypes::{FormatVisitor, SamplesRead, parse_genotypes, parse_samples};
pub use header::{ContigLine, FieldLine, FieldType, FilterLine, Header, Kind, Number, Version};
pub use lint::RecordLint;
pub use mend::{Mended, mend};
pub use place::{Locate, Location, Unit};
pub use reader::{
    Chunk, ChunkSink, DEFAULT_CHUNK_BYTES, DEFAULT_MAX_LINE_BYTES, Encoding, EofMarker, LINE_BYTES,
    OpenOptions, ReadProgress, SAMPLE_BYTES, StoredFile, VcfReader, open,
};
pub use record::{AlleleKind, RecordView};
