//! Theil's index, split into what lies within groups and what lies between them.

use std::collections::BTreeMap;

use super::generalised_entropy::{checked_alpha, entropy};
use super::people::{Held, Person, Spread};
use crate::{Error, Status};

/// A generalised entropy, split into two parts that add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decomposition {
    /// The entropy over all people.
    pub total: Option<f64>,
    /// What is left within groups, if their means were equal.
    pub within: Option<f64>,
    /// What lies between groups, if everyone had the mean of their group.
    pub between: Option<f64>,
    /// The rows with a group.
    pub n: f64,
    /// The rows without a group, which are left out.
    pub n_without_group: f64,
    /// Why the parts are missing, or that they are not.
    pub status: Status,
}

/// Splits a generalised entropy into what lies within groups and what lies between them.
///
/// # Definition
/// With `GE` the [`generalised_entropy`](super::generalised_entropy) for `α`, `f_g` the share of
/// all weight in a group, and `r_g` its mean relative to that of all people: within is
/// `Σ f_g r_g^α GE_g`, between is the `GE` of the group means with weights `f_g`, and total their
/// sum, which is the `GE` of all people. For `α = 1` (Theil's T) groups weigh by their share of all
/// there is, for `α = 0` (the mean log deviation) by their share of people.
///
/// # Arguments
/// Of each person `value`, at least 0; `weight`, at least 0; and a group. `alpha` is any number; 0
/// and 1 are usual.
///
/// # Returns
/// The total and its two parts, each at least 0; the number of rows with a group, and without.
///
/// # Nulls
/// A row whose group is NULL is left out, and counted in `n_without_group`. In the rows that are
/// left, `incomplete_strata` when a value or a weight is NULL. `undefined` when a value is negative
/// or infinite, when all are 0, with no weight at all, and when a value is 0 with `alpha` of at
/// most 0.
///
/// # Errors
/// A weight that is negative; an `alpha` that is not a finite number.
///
/// # Interpretation
/// Between over total is the share of inequality that goes with the groups. For `α = 0` only, it is
/// also the share that would vanish if the means were made equal.
///
/// # Limits
/// The share between grows with the number of groups, by chance alone. Not scaled by 1000, unlike
/// [`theil_index`](crate::unordered::theil_index) of groups.
///
/// # Example
/// ```
/// use kohort_stats::person::{Person, theil_decomposition};
/// let people = [("north", 1.0), ("north", 1.0), ("south", 3.0), ("south", 3.0)];
/// let people = people.map(|(group, x)| (Some(group), Person::alone(Some(x))));
/// let parts = theil_decomposition(&people, 1.0).unwrap();
/// assert_eq!(parts.within, Some(0.0));
/// assert_eq!(parts.between, parts.total);
/// ```
///
/// # References
/// Shorrocks, 1980, "The class of additively decomposable inequality measures", Econometrica,
/// doi:10.2307/1913126.
pub fn theil_decomposition<G: Ord>(
    people: &[(Option<G>, Person)],
    alpha: f64,
) -> Result<Decomposition, Error> {
    checked_alpha(alpha)?;
    let mut groups: BTreeMap<&G, Vec<&Person>> = BTreeMap::new();
    let (mut n, mut n_without_group) = (0.0, 0.0);
    for (group, person) in people {
        match group {
            Some(group) => {
                groups.entry(group).or_default().push(person);
                n += person.times;
            }
            None => n_without_group += person.times,
        }
    }
    let groups: Vec<Vec<&Person>> = groups.into_values().collect();
    let (parts, status) = match split(&groups, alpha)? {
        Ok(parts) => (Some(parts), Status::Ok),
        Err(status) => (None, status),
    };
    Ok(Decomposition {
        total: parts.map(|(total, _, _)| total),
        within: parts.map(|(_, within, _)| within),
        between: parts.map(|(_, _, between)| between),
        n,
        n_without_group,
        status,
    })
}

/// Total, within and between.
fn split(groups: &[Vec<&Person>], alpha: f64) -> Result<Result<(f64, f64, f64), Status>, Error> {
    let everyone = Held::of(groups.iter().flatten().copied())?;
    let all_weight = everyone.as_deref().map_or(0.0, Held::weight);
    let all = match everyone.and_then(Spread::of) {
        Ok(all) => all,
        Err(status) => return Ok(Err(status)),
    };
    let mut within = 0.0;
    let mut means = Vec::with_capacity(groups.len());
    for group in groups {
        let Ok(people) = Held::of(group.iter().copied())? else {
            return Ok(Err(Status::IncompleteStrata));
        };
        let weight = Held::weight(&people);
        // A group in which everyone has nothing, or that has no weight, has no spread of its own.
        let (mean, own) = match Spread::of(people) {
            Ok(spread) => (spread.mean, entropy(&spread, alpha)),
            Err(_) => (0.0, Some(0.0)),
        };
        let Some(own) = own else {
            return Ok(Err(Status::Undefined));
        };
        if own > 0.0 {
            within += weight / all_weight * (mean / all.mean).powf(alpha) * own;
        }
        means.push(Person::weighted(Some(mean), Some(weight)));
    }
    let between = match Held::of(means.iter())?.and_then(Spread::of) {
        Ok(spread) => entropy(&spread, alpha),
        Err(status) => return Ok(Err(status)),
    };
    let parts = entropy(&all, alpha).zip(between);
    let parts = parts.map(|(total, between)| (total, within, between));
    Ok(parts.ok_or(Status::Undefined))
}
