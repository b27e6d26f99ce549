//! What exactly did the file say? VCF and BCF are foreign languages, spoken only here.
//!
//! [`open`] sniffs a [`Source`] and reads its [`Header`]; [`VcfReader::for_each_chunk`] hands each
//! data line to a [`ChunkSink`] on all cores, and gives the sinks' outputs back in file order.
//! A line is cut by [`RecordView::parse`]; [`parse_genotypes`] and [`parse_samples`] read its
//! sample columns, [`value`] its typed fields.
//!
//! "The specification" is <https://samtools.github.io/hts-specs/VCFv4.5.pdf>.

mod bcf;
mod bgzf;
mod error;
mod genotypes;
mod gt;
mod header;
mod place;
mod reader;
mod record;
pub mod value;

pub use error::Error;
pub use genotypes::{FormatVisitor, parse_genotypes, parse_samples};
pub use header::{ContigLine, FieldLine, FieldType, FilterLine, Header, Kind, Number, Version};
pub use place::{Locate, Location, Unit};
pub use reader::{
    Chunk, ChunkSink, Encoding, EofMarker, OpenOptions, Progress, Source, VcfReader, open,
};
pub use record::{AlleleKind, RecordView};
