//! What does a person carry, and how are a million of them packed and counted?
//!
//! A parser fills [`SiteCalls`]; [`SiteCalls::pack`] turns them into one value per ALT; [`Counter`]
//! counts a cohort, and [`StrataCounter`] all strata of a partition, straight from the bytes;
//! [`PackedGenotypes`] and [`unpack_site`] give the calls back. The bytes are described in
//! `docs/genotypes.md`.

mod call;
mod cohort;
mod compose;
mod counter;
mod counts;
mod directory;
mod error;
mod kernel;
mod labelled;
mod layout;
mod pack;
mod rules;
mod set;
mod simd;
mod site;
mod site_reader;
mod strata;
mod tally;
mod unpack;
mod walk;

pub use call::{CallBuf, MISSING, Phase};
pub use cohort::Cohort;
pub use compose::{Absent, absent, compose};
pub use counter::Counter;
pub use counts::{AlleleCounts, GenotypeCounts};
pub use directory::{SampleBlock, SampleDirectory};
pub use error::Error;
pub use rules::{CountRules, GenotypeFilter, UnknownSex};
pub use site::{DefaultCall, SiteCalls};
pub use site_reader::unpack_site;
pub use strata::{MAX_STRATA, NO_STRATUM, StrataCounter};
pub use unpack::{PackedCall, PackedGenotypes, Segment};
