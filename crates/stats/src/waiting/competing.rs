//! People per distinct time, when something else can end the wait.

use super::counts::{Time, is_no_number};
use super::per_time::PerTime;
use crate::{Error, Status};

/// How a person's time ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompetingEvent {
    /// What is asked about, such as a test.
    Cause,
    /// What makes it impossible from then on, such as death or a move abroad.
    Other,
    /// Neither yet: still waiting when last seen.
    Censored,
}

/// How many people ended at one time, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompetingCounts {
    /// What is asked about.
    pub cause: u64,
    /// What makes it impossible.
    pub other: u64,
    /// Last seen waiting.
    pub censored: u64,
}

impl CompetingCounts {
    /// One person.
    pub fn one(event: CompetingEvent) -> Self {
        let mut counts = Self::default();
        match event {
            CompetingEvent::Cause => counts.cause = 1,
            CompetingEvent::Other => counts.other = 1,
            CompetingEvent::Censored => counts.censored = 1,
        }
        counts
    }

    /// All of them.
    pub fn people(&self) -> u64 {
        self.cause + self.other + self.censored
    }

    fn add(&mut self, other: &Self) {
        self.cause += other.cause;
        self.other += other.other;
        self.censored += other.censored;
    }
}

/// People per distinct time with competing events, and how many have no time or event, or a time
/// that is no number.
///
/// Adding and merging are sums, so the order of rows and of partitions is nowhere in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompetingTimes {
    counts: PerTime<CompetingCounts>,
    missing: u64,
    undefined: u64,
}

impl CompetingTimes {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one person. Without a time or an event, or with a time that is NaN or infinite, they
    /// make every answer missing.
    ///
    /// # Errors
    /// A time below 0.
    pub fn add(&mut self, time: Option<f64>, event: Option<CompetingEvent>) -> Result<(), Error> {
        match (time, event) {
            (Some(time), Some(_)) if is_no_number(time) => self.undefined += 1,
            (Some(time), Some(event)) => self.add_counts(time, CompetingCounts::one(event))?,
            _ => self.missing += 1,
        }
        Ok(())
    }

    /// Adds people who share a time.
    ///
    /// # Errors
    /// A time that is not a number of 0 or more.
    pub fn add_counts(&mut self, time: f64, counts: CompetingCounts) -> Result<(), Error> {
        let at = self.counts.at(Time::try_new(time)?);
        at.add(&counts);
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
            self.counts.at(time).add(counts);
        }
        self.missing += other.missing;
        self.undefined += other.undefined;
    }

    /// The distinct times in ascending order, with their people.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (f64, CompetingCounts)> + '_ {
        let ordered = self.counts.ordered().into_iter();
        ordered.map(|(time, n)| (time.value(), n))
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
        counts.map(|(_, n)| n.people()).sum()
    }
}
