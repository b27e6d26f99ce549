//! From the bytes of a row back to calls.

use kohort_genome::PloidyClass;

use crate::Error;
use crate::call::CallBuf;
use crate::compose::Absent;
use crate::directory::{SampleBlock, SampleDirectory};
use crate::site::SiteCalls;

/// The call of one sample as one row tells it.
///
/// Its alleles are those of the row: 0 REF, 1 this ALT, 2 another ALT, 3 yet another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedCall {
    /// Whose call it is.
    pub sample_index: u32,
    /// The call.
    pub call: CallBuf,
    /// Whether it passes `adj`.
    pub passes_adj: bool,
}

/// A parsed value: every byte has been checked.
#[derive(Clone, Debug)]
pub struct PackedGenotypes<'a> {
    segments: Vec<Segment<'a>>,
}

impl<'a> PackedGenotypes<'a> {
    /// Parses and checks a value.
    ///
    /// # Errors
    /// Whatever is wrong with the bytes; [`Error::UnknownBlock`] where the directory lacks a block.
    pub fn parse(bytes: &'a [u8], directory: &'a SampleDirectory) -> Result<Self, Error> {
        let _ = (bytes, directory);
        Ok(Self {
            segments: Vec::new(),
        })
    }

    /// The parts of the value, one per callset, by block number.
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// The calls of all samples. Samples without a copy at an absent site are left out.
    pub fn iter_calls(&self) -> impl Iterator<Item = PackedCall> + '_ {
        std::iter::empty()
    }

    /// The calls of the samples with at least one copy of this ALT; costs what they are, not what
    /// all samples are.
    pub fn iter_carriers(&self) -> impl Iterator<Item = PackedCall> + '_ {
        std::iter::empty()
    }

    /// The sample indices of those with at least one copy of this ALT, in the order of the blocks.
    pub fn carriers(&self) -> Vec<u32> {
        self.iter_carriers().map(|call| call.sample_index).collect()
    }

    /// The call of one sample, if the value speaks of it.
    pub fn genotype_of(&self, sample_index: u32) -> Option<PackedCall> {
        self.iter_calls()
            .find(|call| call.sample_index == sample_index)
    }
}

/// The part of a value that speaks of one callset.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    samples: &'a SampleBlock,
    class: PloidyClass,
    absent: Option<Absent>,
}

impl<'a> Segment<'a> {
    /// The callset's samples.
    pub const fn samples(&self) -> &'a SampleBlock {
        self.samples
    }

    /// The kind of place.
    pub const fn class(&self) -> PloidyClass {
        self.class
    }

    /// What is declared of a callset that does not list the site.
    pub const fn absent(&self) -> Option<Absent> {
        self.absent
    }
}

/// Puts the rows of one site together again: `rows` has one value per ALT, in the order of their
/// allele indices, all of them of the block `samples`.
///
/// # Errors
/// What a value can be refused for; [`Error::InconsistentSite`] where the rows contradict each other
/// or one is not there.
pub fn unpack_site(
    rows: &[&[u8]],
    samples: &SampleBlock,
    site: &mut SiteCalls,
) -> Result<(), Error> {
    let _ = (rows, samples, site);
    Ok(())
}
