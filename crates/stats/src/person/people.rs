//! People, and how something is spread over them.

use crate::sort::sort_unstable_by;
use crate::unordered::at_least_0;
use crate::{Error, Estimate, Status};

/// A person, or a group of people who are alike, such as a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Person {
    /// What they have, at least 0: an income, a number of tests.
    pub value: Option<f64>,
    /// How many people they stand for, at least 0.
    pub weight: Option<f64>,
    /// How many rows are exactly like this one; each of them has this weight.
    pub times: f64,
}

impl Person {
    /// A person who stands for themselves.
    pub const fn alone(value: Option<f64>) -> Self {
        Self::weighted(value, Some(1.0))
    }

    /// A person who stands for others too.
    pub const fn weighted(value: Option<f64>, weight: Option<f64>) -> Self {
        Self {
            value,
            weight,
            times: 1.0,
        }
    }

    /// Standing for several rows that are the same.
    #[must_use]
    pub const fn repeated(mut self, times: f64) -> Self {
        self.times = times;
        self
    }
}

/// A value, and those who have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) value: f64,
    /// The weight of each row.
    weight: f64,
    /// The rows.
    times: f64,
    /// The share of all people; NaN outside a [`Spread`].
    pub(crate) share: f64,
}

impl Held {
    /// Those who have something: people who are alike as one, from the least value upwards, so
    /// that sums do not depend on how the rows came. People without weight are left out.
    ///
    /// A value or a weight that is NULL or NaN gives [`Status::IncompleteStrata`], an infinite
    /// weight [`Status::Undefined`].
    ///
    /// # Errors
    /// Negative weights.
    pub(crate) fn of<'a>(
        people: impl Iterator<Item = &'a Person>,
    ) -> Result<Result<Vec<Self>, Status>, Error> {
        let mut all = Vec::with_capacity(people.size_hint().0);
        let (mut complete, mut finite) = (true, true);
        for person in people {
            let weight = at_least_0("weight", person.weight)?;
            match (person.value.filter(|value| !value.is_nan()), weight) {
                (Some(_), Some(f64::INFINITY)) => finite = false,
                (Some(value), Some(weight)) if weight > 0.0 => all.push(Self {
                    // A zero below zero is zero.
                    value: value + 0.0,
                    weight,
                    times: person.times,
                    share: f64::NAN,
                }),
                (Some(_), Some(_)) => {}
                _ => complete = false,
            }
        }
        if !complete {
            return Ok(Err(Status::IncompleteStrata));
        }
        if !finite {
            return Ok(Err(Status::Undefined));
        }
        sort_unstable_by(&mut all, |left, right| {
            let value = left.value.total_cmp(&right.value);
            value.then(left.weight.total_cmp(&right.weight))
        });
        all.dedup_by(|next, kept| {
            let alike = next.value == kept.value && next.weight == kept.weight;
            kept.times += if alike { next.times } else { 0.0 };
            alike
        });
        Ok(Ok(all))
    }

    /// All the weight that people have.
    pub(crate) fn weight(people: &[Self]) -> f64 {
        people.iter().map(|held| held.weight * held.times).sum()
    }
}

/// How something that nobody has less than 0 of is spread over people.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    /// From the least value to the greatest.
    pub(crate) people: Vec<Held>,
    /// The mean over people, above 0.
    pub(crate) mean: f64,
    /// The rows with weight.
    pub(crate) rows: f64,
    /// All weight: the people that the rows stand for.
    pub(crate) weight: f64,
}

impl Spread {
    /// Computes an index that has no interval over people, or says why there is none. `None` from
    /// `index` is undefined.
    ///
    /// # Errors
    /// Negative weights.
    pub(crate) fn index(
        people: &[Person],
        method: &'static str,
        index: impl FnOnce(&Self) -> Option<f64>,
    ) -> Result<Estimate, Error> {
        let all = people.iter().map(|person| person.times).sum();
        let (value, n) = match Held::of(people.iter())?.and_then(Self::of) {
            Ok(spread) => (index(&spread).ok_or(Status::Undefined), spread.rows),
            Err(status) => (Err(status), all),
        };
        let estimate = match value {
            Ok(value) => Estimate::of(value, method),
            Err(status) => Estimate::missing(status, method),
        };
        Ok(estimate.with_counts(None, Some(n)))
    }

    /// The spread over people who have something.
    ///
    /// A negative or infinite value, nobody at all, or nothing to be spread gives
    /// [`Status::Undefined`].
    pub(crate) fn of(mut people: Vec<Held>) -> Result<Self, Status> {
        let weight = Held::weight(&people);
        for held in &mut people {
            held.share = held.weight * held.times / weight;
        }
        // From the least value upwards, so that people who are alike are exactly at their mean.
        let least = people.first().map_or(0.0, |held| held.value);
        let above = |held: &Held| held.share * (held.value - least);
        let mean = least + people.iter().map(above).sum::<f64>();
        let negative = people.first().is_none_or(|held| held.value < 0.0);
        let rows = people.iter().map(|held| held.times).sum();
        match negative || mean <= 0.0 || !f64::is_finite(mean) {
            true => Err(Status::Undefined),
            false => Ok(Self {
                people,
                mean,
                rows,
                weight,
            }),
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
