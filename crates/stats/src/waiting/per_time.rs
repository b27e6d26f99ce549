//! Something per distinct time, put in order when it is asked for. Of many people few times differ,
//! and each person is looked up: a whole number of days in a row of days, any other time by its
//! bits.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::counts::Time;

/// Days from here on are looked up like any other time: some twenty years.
const MOST_DAYS: usize = 1 << 13;

/// So many people are looked up before there is a row of days, and so many days there may be for
/// each: the row stays small beside the people in it.
const FIRST_LOOKS: usize = 16;
const DAYS_PER_LOOK: usize = 8;

/// Something per distinct time, which is there where it differs from the default.
#[derive(Clone, Debug, Default)]
pub(super) struct PerTime<C> {
    /// At 0, 1, 2 and so on.
    days: Vec<C>,
    /// At other times.
    others: HashMap<Time, C, BuildHasherDefault<TimeHasher>>,
    /// How many times were looked up among the others, though they are whole numbers.
    looked_up: usize,
}

impl<C: Copy + Default + Eq> PerTime<C> {
    /// That of a time, made if the time is new.
    #[inline]
    pub(super) fn at(&mut self, time: Time) -> &mut C {
        let day = whole(time);
        match day < self.days.len() {
            true => &mut self.days[day],
            false => self.beyond(time, day),
        }
    }

    fn beyond(&mut self, time: Time, day: usize) -> &mut C {
        if day >= MOST_DAYS {
            return self.others.entry(time).or_default();
        }
        self.looked_up += 1;
        if self.looked_up < FIRST_LOOKS || day >= DAYS_PER_LOOK * self.looked_up {
            return self.others.entry(time).or_default();
        }
        self.grow((day + 1).next_power_of_two());
        &mut self.days[day]
    }

    /// Makes room for more days, and moves those there that were looked up before.
    #[cold]
    fn grow(&mut self, days: usize) {
        self.days.resize(days, C::default());
        let row = &mut self.days;
        self.others.retain(|time, of_time| {
            let day = whole(*time);
            if day < row.len() {
                row[day] = *of_time;
            }
            day >= row.len()
        });
    }

    /// All, in any order.
    pub(super) fn unordered(&self) -> impl Iterator<Item = (Time, &C)> {
        let days = self.days.iter().zip(0_u32..);
        let days = days.filter_map(|(of_day, day)| Some((Time::try_new(day.into()).ok()?, of_day)));
        let others = self.others.iter().map(|(time, of_time)| (*time, of_time));
        days.chain(others)
            .filter(|(_, of_time)| **of_time != C::default())
    }

    /// All, in ascending order of time.
    pub(super) fn ordered(&self) -> Vec<(Time, C)> {
        let mut all: Vec<(Time, C)> = self.unordered().map(|(time, c)| (time, *c)).collect();
        all.sort_unstable_by_key(|(time, _)| *time);
        all
    }

    /// How many distinct times there are.
    pub(super) fn len(&self) -> usize {
        self.unordered().count()
    }

    /// The latest time.
    pub(super) fn last(&self) -> Option<Time> {
        self.unordered().map(|(time, _)| time).max()
    }

    /// Bytes on the heap, about.
    pub(super) fn heap_bytes(&self) -> usize {
        self.days.capacity() * size_of::<C>()
            // A byte of the table beside each entry.
            + self.others.capacity() * (size_of::<(Time, C)>() + 1)
    }
}

impl<C: Copy + Default + Eq> PartialEq for PerTime<C> {
    fn eq(&self, other: &Self) -> bool {
        self.ordered() == other.ordered()
    }
}

impl<C: Copy + Default + Eq> Eq for PerTime<C> {}

/// The number of a time that is whole, or else one that no day has.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time is 0 or more; one that is large or not whole does not come back the same"
)]
#[inline]
fn whole(time: Time) -> usize {
    let day = time.value() as u32;
    match f64::from(day) == time.value() {
        true => day as usize,
        false => usize::MAX,
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

    use proptest::prelude::*;

    use super::*;

    fn at(value: f64) -> Time {
        Time::try_new(value).unwrap()
    }

    #[test]
    fn times_come_in_order_and_once() {
        let mut counts = PerTime::<u64>::default();
        for time in [3.5, 0.0, 700.0, 3.5, -0.0, 1e-9, 1e300] {
            *counts.at(at(time)) += 1;
        }
        let ordered: Vec<(f64, u64)> = counts
            .ordered()
            .iter()
            .map(|(time, n)| (time.value(), *n))
            .collect();
        assert_eq!(
            ordered,
            [(0.0, 2), (1e-9, 1), (3.5, 2), (700.0, 1), (1e300, 1)]
        );
        assert_eq!(counts.last().map(Time::value), Some(1e300));
        assert_eq!(counts.len(), 5);
    }

    #[test]
    fn one_person_who_waits_for_years_does_not_make_room_for_thousands_of_days() {
        let mut counts = PerTime::<u64>::default();
        *counts.at(at(4000.0)) += 1;
        *counts.at(at(3.0)) += 1;
        assert!(counts.heap_bytes() < 200, "{}", counts.heap_bytes());
        for day in 0..4001_u32 {
            *counts.at(at(f64::from(day))) += 1;
        }
        assert_eq!((counts.len(), counts.others.len()), (4001, 0));
        assert_eq!((*counts.at(at(4000.0)), *counts.at(at(3.0))), (2, 2));
    }

    #[test]
    fn days_fall_into_different_places() {
        let hash = |day: u32| {
            let mut hasher = TimeHasher::default();
            at(f64::from(day)).hash(&mut hasher);
            hasher.finish()
        };
        let lower: HashSet<u64> = (0..4096).map(|day| hash(day) % 4096).collect();
        let upper: HashSet<u64> = (0..4096).map(|day| hash(day) >> 57).collect();
        // Thrown at random, 4,096 balls leave 63 % of as many places filled.
        assert!(lower.len() > 2000, "{}", lower.len());
        assert_eq!(upper.len(), 128);
    }

    proptest! {
        #[test]
        fn every_look_finds_what_was_left_there(
            times in proptest::collection::vec(0..40_000_u32, 0..400),
            grain in prop::sample::select(vec![0.25, 0.5, 1.0, 8.0]),
        ) {
            let mut counts = PerTime::<u64>::default();
            let mut expected = std::collections::BTreeMap::<u32, u64>::new();
            for time in times.iter().map(|time| time % 1000 * (time % 40)) {
                *counts.at(at(f64::from(time) * grain)) += 1;
                *expected.entry(time).or_default() += 1;
            }
            let found: Vec<(f64, u64)> =
                counts.ordered().into_iter().map(|(time, n)| (time.value(), n)).collect();
            let expected: Vec<(f64, u64)> =
                expected.into_iter().map(|(time, n)| (f64::from(time) * grain, n)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
