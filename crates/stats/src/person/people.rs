//! People, and how something is spread over them.

use std::cmp::Ordering;

use crate::unordered::count;
use crate::{Error, Estimate, Status};

/// A person, or a group of people who are alike, such as a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    /// What they have, at least 0: an income, a number of tests.
    pub value: Option<f64>,
    /// How many people they stand for, at least 0.
    pub weight: Option<f64>,
}

impl Person {
    /// A person who stands for themselves.
    pub const fn alone(value: Option<f64>) -> Self {
        Self {
            value,
            weight: Some(1.0),
        }
    }

    /// A total order.
    pub(crate) fn cmp(&self, other: &Self) -> Ordering {
        let or_nan = |field: Option<f64>| field.unwrap_or(f64::NAN);
        let value = or_nan(self.value).total_cmp(&or_nan(other.value));
        value.then(or_nan(self.weight).total_cmp(&or_nan(other.weight)))
    }
}

/// A value, and the share of all people who have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) value: f64,
    pub(crate) share: f64,
}

/// How something that nobody has less than 0 of is spread over people.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    /// From the least value to the greatest; people without weight are left out.
    pub(crate) people: Vec<Held>,
    /// The mean over people, above 0.
    pub(crate) mean: f64,
}

impl Spread {
    /// Computes an index that has no interval over people, or says why there is none. `None` from
    /// `index` is undefined.
    ///
    /// # Errors
    /// Negative or infinite weights.
    pub(crate) fn index(
        people: &[Person],
        method: &'static str,
        index: impl FnOnce(&Self) -> Option<f64>,
    ) -> Result<Estimate, Error> {
        let (value, n) = match Self::try_new(people)? {
            Ok(spread) => (index(&spread).ok_or(Status::Undefined), spread.people.len()),
            Err(status) => (Err(status), people.len()),
        };
        let estimate = match value {
            Ok(value) => Estimate::of(value, method),
            Err(status) => Estimate::missing(status, method),
        };
        Ok(estimate.with_counts(None, Some(count(n))))
    }

    /// The spread over people.
    ///
    /// A value or a weight that is NULL or NaN gives [`Status::IncompleteStrata`]; a negative or
    /// infinite value, no weight at all, or nothing to be spread gives [`Status::Undefined`].
    ///
    /// # Errors
    /// Negative or infinite weights.
    pub(crate) fn try_new(people: &[Person]) -> Result<Result<Self, Status>, Error> {
        let mut held = Vec::with_capacity(people.len());
        let mut complete = true;
        for person in people {
            let weight = person.weight.filter(|weight| !weight.is_nan());
            if let Some(found) = weight.filter(|weight| *weight < 0.0 || weight.is_infinite()) {
                return Err(Error::argument("weight", "a number of at least 0", found));
            }
            match (person.value.filter(|value| !value.is_nan()), weight) {
                (Some(value), Some(share)) if share > 0.0 => held.push(Held { value, share }),
                (Some(_), Some(_)) => {}
                _ => complete = false,
            }
        }
        Ok(match complete {
            true => Self::of(held),
            false => Err(Status::IncompleteStrata),
        })
    }

    /// The spread over people whose shares are still weights.
    fn of(mut people: Vec<Held>) -> Result<Self, Status> {
        people.sort_unstable_by(|left, right| {
            let value = left.value.total_cmp(&right.value);
            value.then(left.share.total_cmp(&right.share))
        });
        let weight: f64 = people.iter().map(|held| held.share).sum();
        for held in &mut people {
            held.share /= weight;
        }
        let mean = people.iter().map(|held| held.share * held.value).sum();
        let negative = people.first().is_none_or(|held| held.value < 0.0);
        match negative || mean <= 0.0 || f64::is_infinite(mean) {
            true => Err(Status::Undefined),
            false => Ok(Self { people, mean }),
        }
    }

    /// The mean over people of a term of the value relative to the mean.
    pub(crate) fn mean_of(&self, term: impl Fn(f64) -> f64) -> f64 {
        let people = self.people.iter();
        people
            .map(|held| held.share * term(held.value / self.mean))
            .sum()
    }

    /// Whether somebody has nothing.
    pub(crate) fn has_zero(&self) -> bool {
        self.people.first().is_some_and(|held| held.value == 0.0)
    }
}
