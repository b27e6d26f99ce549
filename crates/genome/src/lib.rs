//! Where on the genome, and how many copies does a person have there?
//!
//! Contigs and their aliases ([`canonical_contig`]), places ([`Position`], [`Region`]), the
//! reference genomes with their contig lengths and pseudoautosomal regions ([`ReferenceGenome`]),
//! and how many copies a sex karyotype has at a place ([`expected_copies`]).
//!
//! Nothing here knows a file format, Arrow or SQL.

mod assembly;
mod contig;
mod detection;
mod error;
mod naming;
mod ploidy;
mod position;
mod reference_genome;
mod region;

pub use contig::{OTHER_CONTIG_RANK, PRIMARY_CONTIGS, canonical_contig, contig_rank};
pub use detection::{Contradiction, Detection, Evidence};
pub use error::Error;
pub use naming::NamedGenome;
pub use ploidy::{ExpectedCopies, PloidyClass, SexKaryotype, expected_copies};
pub use position::{MAX_POSITION, Position};
pub use reference_genome::ReferenceGenome;
pub use region::{ContigForm, Region};
