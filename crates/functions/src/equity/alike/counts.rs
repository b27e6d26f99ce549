//! How often each key came.

use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::HashMap;

use super::dictionary::hash;

/// Counts of keys that are numbers below a power of two.
#[derive(Debug, Clone)]
pub(super) enum Counts {
    /// By key, where the keys are few.
    Dense { counts: Vec<u64>, kinds: usize },
    /// Of the keys that came.
    Hashed(HashMap<u64, u64, BuildHasherDefault<KeyHasher>>),
}

/// Keys of more bits than this are hashed: a table of 32 MiB is larger than most caches.
const MOST_BITS: u32 = 22;

impl Default for Counts {
    fn default() -> Self {
        Self::Hashed(HashMap::default())
    }
}

impl Counts {
    /// Counts for keys of so many bits, of which so many rows have been seen: dense ones take at
    /// most 16 bytes a row.
    pub(super) fn new(width: u32, seen: u64) -> Self {
        match Self::is_dense(width, seen) {
            true => Self::Dense {
                counts: vec![0; 1 << width],
                kinds: 0,
            },
            false => Self::default(),
        }
    }

    /// Whether [`new`](Self::new) would make what this is.
    pub(super) fn fits(&self, width: u32, seen: u64) -> bool {
        match self {
            Self::Dense { counts, .. } => {
                counts.len() == 1_usize.checked_shl(width).unwrap_or_default()
            }
            Self::Hashed(_) => !Self::is_dense(width, seen),
        }
    }

    fn is_dense(width: u32, seen: u64) -> bool {
        width <= MOST_BITS && (1 << width) <= 2 * seen
    }

    /// Adds to the counts of keys.
    pub(super) fn add(&mut self, keys: impl Iterator<Item = (u64, u64)>) {
        match self {
            Self::Dense { counts, kinds } => {
                for (key, times) in keys {
                    #[expect(clippy::cast_possible_truncation, reason = "a place in memory")]
                    let count = &mut counts[key as usize];
                    *kinds += usize::from(*count == 0);
                    *count += times;
                }
            }
            Self::Hashed(counts) => {
                for (key, times) in keys {
                    *counts.entry(key).or_default() += times;
                }
            }
        }
    }

    /// How many keys have come.
    pub(super) fn kinds(&self) -> usize {
        match self {
            Self::Dense { kinds, .. } => *kinds,
            Self::Hashed(counts) => counts.len(),
        }
    }

    /// Every key that has come, with its count.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let (dense, hashed) = match self {
            Self::Dense { counts, .. } => (Some(counts), None),
            Self::Hashed(counts) => (None, Some(counts)),
        };
        let dense = dense.into_iter().flat_map(|counts| (0..).zip(counts));
        let dense = dense.map(|(key, count)| (key, *count));
        let hashed = hashed.into_iter().flatten();
        let hashed = hashed.map(|(key, count)| (*key, *count));
        dense.filter(|(_, count)| *count > 0).chain(hashed)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Dense { counts, .. } => counts.capacity() * 8,
            // A byte of the table beside each entry.
            Self::Hashed(counts) => counts.capacity() * 17,
        }
    }
}

/// Hashes keys as numbers are hashed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    #[inline]
    fn write_u64(&mut self, key: u64) {
        self.0 = hash(self.0 ^ key) as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_and_hashed_counts_say_the_same() {
        let (mut dense, mut hashed) = (Counts::new(10, 1 << 10), Counts::new(10, 3));
        assert!(matches!(dense, Counts::Dense { .. }) && matches!(hashed, Counts::Hashed(_)));
        for counts in [&mut dense, &mut hashed] {
            counts.add((0..5000).map(|i| (i * i % 1000, 1 + i % 3)));
        }
        let mut pairs: Vec<_> = hashed.iter().collect();
        pairs.sort_unstable();
        assert_eq!(dense.iter().collect::<Vec<_>>(), pairs);
        assert_eq!(dense.kinds(), hashed.kinds());
    }

    #[test]
    fn dense_counts_are_for_keys_that_are_few_beside_the_rows() {
        assert!(Counts::new(0, 1).fits(0, 1));
        assert!(Counts::default().fits(20, 1000));
        assert!(!Counts::default().fits(20, 1 << 20));
        assert!(!Counts::new(12, 1 << 20).fits(13, 1 << 20));
        assert!(Counts::default().fits(64, u64::MAX / 4));
    }
}
