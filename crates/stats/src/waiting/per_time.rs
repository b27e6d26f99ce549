//! Something per distinct time: found by the bits of the time, and put in order when it is asked
//! for. Of many people few times differ, and each person is looked up.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::counts::Time;

/// Something per distinct time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PerTime<C: Eq>(HashMap<Time, C, BuildHasherDefault<TimeHasher>>);

impl<C: Copy + Default + Eq> PerTime<C> {
    /// That of a time, made if the time is new.
    #[inline]
    pub(super) fn at(&mut self, time: Time) -> &mut C {
        self.0.entry(time).or_default()
    }

    /// All, in any order.
    pub(super) fn unordered(&self) -> impl Iterator<Item = (Time, &C)> {
        self.0.iter().map(|(time, counts)| (*time, counts))
    }

    /// All, in ascending order of time.
    pub(super) fn ordered(&self) -> Vec<(Time, C)> {
        let mut all: Vec<(Time, C)> = self.0.iter().map(|(time, c)| (*time, *c)).collect();
        all.sort_unstable_by_key(|(time, _)| *time);
        all
    }

    /// How many distinct times there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The latest time.
    pub(super) fn last(&self) -> Option<Time> {
        self.0.keys().max().copied()
    }
}

impl Hash for Time {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.value().to_bits());
    }
}

/// Mixes the bits of a time: whole numbers differ in the upper ones only, and tables look at the
/// lower ones too.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TimeHasher(u64);

impl Hasher for TimeHasher {
    #[inline]
    fn write_u64(&mut self, bits: u64) {
        // 2^64 over the golden ratio, as of Fibonacci hashing.
        let mixed = (self.0 ^ bits ^ (bits >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn times_come_in_order_and_once() {
        let mut counts = PerTime::<u64>::default();
        for time in [3.5, 0.0, 700.0, 3.5, -0.0, 1e-9] {
            *counts.at(Time::try_new(time).unwrap()) += 1;
        }
        let ordered: Vec<(f64, u64)> = counts
            .ordered()
            .iter()
            .map(|(time, n)| (time.value(), *n))
            .collect();
        assert_eq!(ordered, [(0.0, 2), (1e-9, 1), (3.5, 2), (700.0, 1)]);
        assert_eq!(counts.last().map(Time::value), Some(700.0));
        assert_eq!(counts.len(), 4);
    }

    #[test]
    fn days_fall_into_different_places() {
        let hash = |day: u32| {
            let mut hasher = TimeHasher::default();
            Time::try_new(f64::from(day)).unwrap().hash(&mut hasher);
            hasher.finish()
        };
        let lower: HashSet<u64> = (0..4096).map(|day| hash(day) % 4096).collect();
        let upper: HashSet<u64> = (0..4096).map(|day| hash(day) >> 57).collect();
        // Thrown at random, 4,096 balls leave 63 % of as many places filled.
        assert!(lower.len() > 2000, "{}", lower.len());
        assert_eq!(upper.len(), 128);
    }
}
