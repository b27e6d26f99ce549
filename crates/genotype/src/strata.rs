//! Counting all strata of a partition in one pass.

use crate::Error;
use crate::counts::GenotypeCounts;
use crate::directory::SampleDirectory;
use crate::rules::CountRules;

/// The label of a sample that is in no stratum.
pub const NO_STRATUM: u16 = u16::MAX;

/// The most strata that one pass can count.
pub const MAX_STRATA: usize = 16_383;

/// `ac` and `an` alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AlleleCounts {
    /// Copies of this ALT among the called alleles.
    pub ac: u64,
    /// Called alleles.
    pub an: u64,
}

/// Counts the strata of a partition, row after row: one pass over a row's carriers for all of them.
#[derive(Clone, Debug)]
pub struct StrataCounter {
    n_strata: usize,
    rules: CountRules,
}

impl StrataCounter {
    /// A counter of `n_strata` strata: `labels[sample_index]` is a sample's stratum, or
    /// [`NO_STRATUM`], as it is for sample indices beyond the slice.
    ///
    /// # Errors
    /// [`Error::TooManyStrata`]; [`Error::UnknownStratum`] where a label is not below `n_strata`.
    pub fn new(
        directory: &SampleDirectory,
        labels: &[u16],
        n_strata: usize,
        rules: CountRules,
    ) -> Result<Self, Error> {
        let _ = (directory, labels);
        Ok(Self { n_strata, rules })
    }

    /// The number of strata.
    pub const fn n_strata(&self) -> usize {
        self.n_strata
    }

    /// The rules that it counts by.
    pub const fn rules(&self) -> CountRules {
        self.rules
    }

    /// Counts one value; `out` has one place per stratum and is overwritten.
    ///
    /// # Errors
    /// What the bytes can be refused for; [`Error::WrongLength`].
    pub fn count_into(&mut self, bytes: &[u8], out: &mut [GenotypeCounts]) -> Result<(), Error> {
        let _ = (bytes, out);
        Ok(())
    }

    /// As [`count_into`](Self::count_into), for `ac` and `an` alone: cheaper with many strata.
    ///
    /// # Errors
    /// As there.
    pub fn count_alleles_into(
        &mut self,
        bytes: &[u8],
        out: &mut [AlleleCounts],
    ) -> Result<(), Error> {
        let _ = (bytes, out);
        Ok(())
    }

    /// Adds one value to the running totals: the cheapest way to sum many rows.
    ///
    /// # Errors
    /// What the bytes can be refused for; the totals are then as before.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let _ = bytes;
        Ok(())
    }

    /// The running totals, one per stratum, over all values given to [`add`](Self::add).
    pub fn totals(&self) -> Vec<GenotypeCounts> {
        vec![GenotypeCounts::default(); self.n_strata]
    }

    /// Sets the running totals to nothing.
    pub fn reset_totals(&mut self) {}
}
