//! A set of samples that are counted together.

use std::ops::{BitAnd, BitOr, Sub};

use roaring::RoaringBitmap;

use crate::Error;
use crate::directory::SampleDirectory;

/// A set of sample indices: a roaring bitmap, stored in the portable format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cohort(RoaringBitmap);

impl Cohort {
    /// The empty cohort.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every sample of the directory.
    pub fn all(directory: &SampleDirectory) -> Self {
        let mut members = RoaringBitmap::new();
        for block in directory.iter() {
            members.insert_range(block.base()..block.end());
        }
        Self(members)
    }

    /// Reads the portable roaring format.
    ///
    /// # Errors
    /// [`Error::InvalidCohort`] where the bytes are anything else, or go on after the bitmap.
    pub fn deserialize(bytes: &[u8]) -> Result<Self, Error> {
        let mut rest = bytes;
        let members =
            RoaringBitmap::deserialize_from(&mut rest).map_err(|error| Error::InvalidCohort {
                reason: error.to_string(),
            })?;
        if !rest.is_empty() {
            return Err(Error::InvalidCohort {
                reason: format!("{} bytes after the bitmap", rest.len()),
            });
        }
        Ok(Self(members))
    }

    /// Writes the portable roaring format.
    pub fn serialize(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.serialized_size());
        // Writing into memory cannot fail.
        self.0.serialize_into(&mut bytes).unwrap_or_default();
        bytes
    }

    /// Adds a sample; false if it was there.
    pub fn insert(&mut self, sample_index: u32) -> bool {
        self.0.insert(sample_index)
    }

    /// Whether the sample is in the cohort.
    pub fn contains(&self, sample_index: u32) -> bool {
        self.0.contains(sample_index)
    }

    /// The number of samples.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sample indices in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter()
    }

    /// The sample indices in `start..end` in ascending order.
    pub fn range(&self, start: u32, end: u32) -> impl Iterator<Item = u32> + '_ {
        self.0.range(start..end)
    }

    /// Whether all of `start..end` is in the cohort.
    pub fn contains_range(&self, start: u32, end: u32) -> bool {
        self.0.contains_range(start..end)
    }

    /// Adds the other's samples in place.
    pub fn union_with(&mut self, other: &Self) {
        self.0 |= &other.0;
    }

    /// The bitmap itself.
    pub const fn as_roaring(&self) -> &RoaringBitmap {
        &self.0
    }
}

impl From<RoaringBitmap> for Cohort {
    fn from(members: RoaringBitmap) -> Self {
        Self(members)
    }
}

impl FromIterator<u32> for Cohort {
    fn from_iter<I: IntoIterator<Item = u32>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

impl BitOr for &Cohort {
    type Output = Cohort;

    fn bitor(self, other: Self) -> Cohort {
        Cohort(&self.0 | &other.0)
    }
}

impl BitAnd for &Cohort {
    type Output = Cohort;

    fn bitand(self, other: Self) -> Cohort {
        Cohort(&self.0 & &other.0)
    }
}

impl Sub for &Cohort {
    type Output = Cohort;

    fn sub(self, other: Self) -> Cohort {
        Cohort(&self.0 - &other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_survives_its_serialisation_and_garbage_is_refused() {
        let cohort: Cohort = [1, 5, 70_000, u32::MAX].into_iter().collect();
        let bytes = cohort.serialize();
        assert_eq!(Cohort::deserialize(&bytes), Ok(cohort));
        let trailing = [bytes.as_slice(), b"x"].concat();
        for garbage in [&b""[..], b"garbage", &bytes[..bytes.len() - 1], &trailing] {
            assert!(matches!(
                Cohort::deserialize(garbage),
                Err(Error::InvalidCohort { .. })
            ));
        }
    }

    #[test]
    fn cohorts_are_sets() {
        let a: Cohort = [1, 2, 3].into_iter().collect();
        let b: Cohort = [3, 4].into_iter().collect();
        let list = |cohort: Cohort| cohort.iter().collect::<Vec<_>>();
        assert_eq!(list(&a | &b), [1, 2, 3, 4]);
        assert_eq!(list(&a & &b), [3]);
        assert_eq!(list(&a - &b), [1, 2]);
        assert!(a.contains(2) && !b.contains(2));
    }
}
