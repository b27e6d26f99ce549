//! People per distinct waiting time.

use std::cmp::Ordering;

use super::per_time::PerTime;
use crate::{Error, Status};

/// A waiting time: 0 or more, finite, in any unit that is the same for everyone.
#[derive(Clone, Copy, Debug)]
pub struct Time(f64);

impl Time {
    /// Makes a time.
    ///
    /// # Errors
    /// A number below 0, infinite, or NaN: nobody is answered before being asked for.
    pub fn try_new(value: f64) -> Result<Self, Error> {
        if value.is_finite() && value >= 0.0 {
            // `+ 0.0` makes one zero of the two.
            Ok(Self(value + 0.0))
        } else {
            Err(Error::argument("time", "a number of 0 or more", value))
        }
    }

    /// The number.
    pub const fn value(self) -> f64 {
        self.0
    }
}

/// Whether a time is NaN or infinite, and not below 0 either.
pub(super) fn is_no_number(time: f64) -> bool {
    time.is_nan() || time == f64::INFINITY
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// How many people ended at one time, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingCounts {
    /// Those whose waiting ended then: tested, answered, treated.
    pub events: u64,
    /// Those last seen waiting then.
    pub censored: u64,
}

/// People per distinct waiting time, and how many have none, or one that is no number.
///
/// Adding and merging are sums, so the order of rows and of partitions is nowhere in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitingTimes {
    counts: PerTime<WaitingCounts>,
    missing: u64,
    undefined: u64,
}

impl WaitingTimes {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one person: how long they waited, and whether that ended the wait.
    ///
    /// A person without a time, or of whom it is not known whether they still wait, makes every
    /// answer missing; so does one whose time is NaN or infinite.
    ///
    /// # Errors
    /// A time below 0.
    pub fn add(&mut self, time: Option<f64>, event: Option<bool>) -> Result<(), Error> {
        match (time, event) {
            (Some(time), Some(_)) if is_no_number(time) => self.undefined += 1,
            (Some(time), Some(true)) => self.add_counts(time, 1, 0)?,
            (Some(time), Some(false)) => self.add_counts(time, 0, 1)?,
            _ => self.missing += 1,
        }
        Ok(())
    }

    /// Adds people who share a time.
    ///
    /// # Errors
    /// A time that is not a number of 0 or more.
    pub fn add_counts(&mut self, time: f64, events: u64, censored: u64) -> Result<(), Error> {
        let at = self.counts.at(Time::try_new(time)?);
        at.events += events;
        at.censored += censored;
        Ok(())
    }

    /// Adds people whose time or event is not known.
    pub fn add_missing(&mut self, people: u64) {
        self.missing += people;
    }

    /// Adds people whose time is NaN or infinite.
    pub fn add_undefined(&mut self, people: u64) {
        self.undefined += people;
    }

    /// Adds the people of another part.
    pub fn merge(&mut self, other: &Self) {
        for (time, counts) in other.counts.unordered() {
            let at = self.counts.at(time);
            at.events += counts.events;
            at.censored += counts.censored;
        }
        self.missing += other.missing;
        self.undefined += other.undefined;
    }

    /// The distinct times in ascending order, with their people.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (f64, WaitingCounts)> + '_ {
        let ordered = self.counts.ordered().into_iter();
        ordered.map(|(time, n)| (time.value(), n))
    }

    /// The same, with times that are in order.
    pub(super) fn times(&self) -> impl Iterator<Item = (Time, WaitingCounts)> + '_ {
        self.counts.ordered().into_iter()
    }

    /// How many distinct times there are.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// Bytes on the heap, about.
    pub fn heap_bytes(&self) -> usize {
        self.counts.heap_bytes()
    }

    /// People whose time or event is not known.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// People whose time is NaN or infinite.
    pub fn undefined(&self) -> u64 {
        self.undefined
    }

    /// Why nothing can be said of these people, if so: of one of them a time or an event is not
    /// known, or a time is no number.
    pub fn refusal(&self) -> Option<Status> {
        match (self.missing, self.undefined) {
            (0, 0) => None,
            (0, _) => Some(Status::Undefined),
            _ => Some(Status::IncompleteStrata),
        }
    }

    /// Everyone with a time.
    pub fn people(&self) -> u64 {
        let counts = self.counts.unordered();
        counts.map(|(_, n)| n.events + n.censored).sum()
    }

    /// The longest time that anyone was seen for.
    pub fn last(&self) -> Option<f64> {
        self.counts.last().map(Time::value)
    }
}

/// Numbers of people as numbers to calculate with.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub(crate) fn people(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_zero_or_more() {
        let mut times = WaitingTimes::new();
        for wrong in [-1.0, f64::NEG_INFINITY] {
            assert!(times.add(Some(wrong), Some(true)).is_err(), "{wrong}");
        }
        assert_eq!(times, WaitingTimes::new());
        times.add(Some(0.0), Some(true)).unwrap();
        times.add(Some(-0.0), Some(false)).unwrap();
        assert_eq!(times.iter().count(), 1);
    }

    #[test]
    fn a_time_that_is_no_number_leaves_its_group_undefined() {
        for wrong in [f64::NAN, f64::INFINITY] {
            assert!(Time::try_new(wrong).is_err());
            let mut times = WaitingTimes::new();
            times.add(Some(1.0), Some(true)).unwrap();
            assert_eq!(times.refusal(), None);
            let mut other = WaitingTimes::new();
            other.add(Some(wrong), Some(true)).unwrap();
            times.merge(&other);
            assert_eq!((times.undefined(), times.people()), (1, 1));
            assert_eq!(times.refusal(), Some(Status::Undefined));
            times.add(Some(wrong), None).unwrap();
            assert_eq!(times.refusal(), Some(Status::IncompleteStrata));
        }
    }

    #[test]
    fn parts_merge_to_the_whole_in_any_order() {
        let rows = [
            (Some(3.0), Some(true)),
            (Some(1.0), Some(false)),
            (None, Some(true)),
            (Some(3.0), Some(false)),
            (Some(2.0), None),
        ];
        let of = |rows: &[(Option<f64>, Option<bool>)]| {
            let mut times = WaitingTimes::new();
            for (time, event) in rows {
                times.add(*time, *event).unwrap();
            }
            times
        };
        let whole = of(&rows);
        for cut in 0..=rows.len() {
            let (mut left, right) = (of(&rows[..cut]), of(&rows[cut..]));
            let mut back = right.clone();
            back.merge(&left);
            left.merge(&right);
            assert_eq!(left, whole);
            assert_eq!(back, whole);
        }
        assert_eq!((whole.people(), whole.missing()), (3, 2));
        assert_eq!(whole.last(), Some(3.0));
    }
}
