//! Groups, and what the measures over them have in common: shares, the mean of all, and standard
//! errors that follow from those of the groups.

use std::cmp::Ordering;

use crate::sort::sort_unstable_by;
use crate::{Error, Estimate, Status};

/// The fewest groups that a spread between groups is measured over.
pub(crate) const FEWEST_GROUPS: f64 = 3.0;

/// A group, such as a region: what was estimated for it, and how many people it has.
///
/// A measure reads the fields that it names, and no other. In those, `None` is NULL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// The estimate: a rate, a share, a mean.
    pub value: Option<f64>,
    /// Its people, or another weight that is not negative.
    pub population: Option<f64>,
    /// The standard error of the estimate.
    pub se: Option<f64>,
    /// Its place in an order, from the most disadvantaged upwards.
    pub order: Option<f64>,
    /// Whether it is the group that the others are compared with.
    pub is_reference: Option<bool>,
    /// How many rows are exactly like this one, itself included: people of one income. Each of them
    /// is a group with this population and this standard error.
    pub times: f64,
}

impl Default for Group {
    /// One row of which nothing is known.
    fn default() -> Self {
        Self {
            value: None,
            population: None,
            se: None,
            order: None,
            is_reference: None,
            times: 1.0,
        }
    }
}

/// Which estimates are good news.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Better {
    /// High ones, as of people tested in time: the best group is the one with the highest.
    #[default]
    High,
    /// Low ones, as of deaths: the best group is the one with the lowest.
    Low,
}

impl Better {
    /// Orders estimates so that the best is the greatest.
    pub(crate) fn rank(self, value: f64) -> f64 {
        match self {
            Self::High => value,
            Self::Low => -value,
        }
    }
}

/// How much each group counts in a mean over groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weighting {
    /// Every group alike: a small region counts as much as a large one.
    #[default]
    Equal,
    /// By its population: every person counts alike.
    Population,
}

/// A group with a value; the rest as the measure needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) value: f64,
    /// Of each row; NaN where it is not known.
    pub(crate) population: f64,
    /// Of each row in the people of all groups; NaN outside a [`Setting`].
    pub(crate) share: f64,
    /// The rows.
    pub(crate) times: f64,
    pub(crate) se: Option<f64>,
    pub(crate) order: Option<f64>,
    pub(crate) is_reference: Option<bool>,
}

impl Known {
    /// A total order, so that neither sums nor ties depend on how the rows came.
    fn cmp(&self, other: &Self) -> Ordering {
        let least = |field: Option<f64>| field.unwrap_or(f64::NEG_INFINITY);
        // What is not known is not the least number.
        let compare = |left: Option<f64>, right: Option<f64>| {
            let known = left.is_some().cmp(&right.is_some());
            known.then(least(left).total_cmp(&least(right)))
        };
        // Nearly always the values differ already.
        self.value.total_cmp(&other.value).then_with(|| {
            let by_number = self.numbers().zip(other.numbers());
            let by_number = by_number.map(|(left, right)| compare(left, right));
            let first = by_number.fold(Ordering::Equal, Ordering::then);
            first.then_with(|| self.is_reference.cmp(&other.is_reference))
        })
    }

    fn numbers(&self) -> impl Iterator<Item = Option<f64>> {
        let known = [Some(self.population), self.se, self.order];
        known.into_iter()
    }
}

/// The groups with their values, in an order that does not depend on how the rows came. Where
/// nobody lives is no group, whatever its value.
///
/// A NULL or NaN value gives [`Status::IncompleteStrata`]: an estimate that is missing for a group
/// must not be passed over. An infinite one, or an infinite population, gives
/// [`Status::Undefined`]. An infinite standard error is none.
///
/// # Errors
/// Negative standard errors and populations, and rows that are none.
pub(crate) fn known_groups(groups: &[Group]) -> Result<Result<Vec<Known>, Status>, Error> {
    if let Some(group) = groups
        .iter()
        .find(|group| group.times.is_nan() || group.times < 1.0)
    {
        return Err(Error::argument("times", "at least 1", group.times));
    }
    // Ten million people may be groups of one: room for them is made once.
    let mut known = Vec::with_capacity(groups.len());
    for group in groups {
        known.push(Known {
            value: group.value.unwrap_or(f64::NAN),
            population: at_least_0("population", group.population)?.unwrap_or(f64::NAN),
            share: f64::NAN,
            times: group.times,
            se: at_least_0("se", group.se)?.filter(|se| se.is_finite()),
            order: group.order.filter(|order| !order.is_nan()),
            is_reference: group.is_reference,
        });
    }
    known.retain(|group| group.population != 0.0);
    if known.iter().any(|group| group.value.is_nan()) {
        return Ok(Err(Status::IncompleteStrata));
    }
    let is_infinite = |group: &Known| group.value.is_infinite() || group.population.is_infinite();
    if known.iter().any(is_infinite) {
        return Ok(Err(Status::Undefined));
    }
    sort_unstable_by(&mut known, Known::cmp);
    // It does not matter which rows were counted together before.
    known.dedup_by(|next, kept| {
        let alike = next.cmp(kept).is_eq();
        kept.times += if alike { next.times } else { 0.0 };
        alike
    });
    Ok(Ok(known))
}

/// A number that cannot be negative; `None` where it is NULL or not a number.
pub(crate) fn at_least_0(argument: &'static str, field: Option<f64>) -> Result<Option<f64>, Error> {
    match field {
        Some(found) if found < 0.0 => {
            Err(Error::argument(argument, "a number of at least 0", found))
        }
        field => Ok(field.filter(|number| !number.is_nan())),
    }
}

/// Groups that together are everyone: the shares sum to 1.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) groups: Vec<Known>,
    /// The mean over people, `μ = Σ f y`.
    pub(crate) mean: f64,
    /// All people.
    pub(crate) population: f64,
    /// The rows: how many groups there are.
    pub(crate) rows: f64,
}

impl Setting {
    /// Computes a measure over groups with populations, of which there have to be `fewest`; or says
    /// why there is none.
    ///
    /// # Errors
    /// Negative populations or standard errors.
    pub(crate) fn measure(
        groups: &[Group],
        fewest: f64,
        method: &'static str,
        measure: impl FnOnce(&Self) -> Estimate,
    ) -> Result<Estimate, Error> {
        let estimate = match Self::try_new(groups)? {
            Ok(setting) if setting.rows >= fewest => measure(&setting),
            Ok(_) => Estimate::missing(Status::Undefined, method),
            Err(status) => Estimate::missing(status, method),
        };
        Ok(estimate.with_counts(None, Some(peopled(groups))))
    }

    fn try_new(groups: &[Group]) -> Result<Result<Self, Status>, Error> {
        let mut known = match known_groups(groups)? {
            Ok(known) => known,
            Err(status) => return Ok(Err(status)),
        };
        let population: f64 = known
            .iter()
            .map(|group| group.population * group.times)
            .sum();
        if population.is_nan() {
            return Ok(Err(Status::IncompleteStrata));
        }
        if known.is_empty() {
            return Ok(Err(Status::Undefined));
        }
        for group in &mut known {
            group.share = group.population / population;
        }
        // From the least value upwards, so that groups that are alike are exactly at their mean.
        let least = known.first().map_or(0.0, |group| group.value);
        let above = |group: &Known| group.share * group.times * (group.value - least);
        let mean = least + known.iter().map(above).sum::<f64>();
        Ok(Ok(Self {
            rows: rows(&known),
            groups: known,
            mean,
            population,
        }))
    }

    /// How much each row of a group counts; the weights sum to 1.
    pub(crate) fn weight(&self, weighting: Weighting, group: &Known) -> f64 {
        match weighting {
            Weighting::Equal => 1.0 / self.rows,
            Weighting::Population => group.share,
        }
    }

    /// Sums a term over groups. A share that is too small for a number adds nothing, though its
    /// term may be infinite.
    pub(crate) fn sum_shares(&self, term: impl Fn(&Known) -> f64) -> f64 {
        let peopled = self.groups.iter().filter(|group| group.share > 0.0);
        let sum = peopled.map(|group| group.share * group.times * term(group));
        sum.sum()
    }

    /// The standard error of a measure by the delta method, from its slopes in the value of each
    /// group; see [`delta_se`].
    pub(crate) fn delta_se(&self, slope: impl Fn(&Known) -> f64) -> Option<f64> {
        let terms = self.groups.iter();
        delta_se(terms.map(|group| (slope(group), group.se, group.times)))
    }
}

/// The standard error `√Σ(slope · se)²` of a function of independent estimates: slopes, errors, and
/// how many estimates have them.
///
/// `None` when a standard error is missing or a slope is infinite, and when all slopes vanish: at
/// an extreme, such as no spread at all, the delta method says nothing.
pub(crate) fn delta_se(terms: impl Iterator<Item = (f64, Option<f64>, f64)>) -> Option<f64> {
    let (mut variance, mut any_error) = (0.0, false);
    for (slope, se, times) in terms {
        // An infinite slope is one even where a standard error is 0: infinity times 0 is no number.
        let se = se?;
        any_error |= se > 0.0;
        variance += (slope * se).powi(2) * times;
    }
    let se = f64::sqrt(variance);
    (se.is_finite() && (se > 0.0 || !any_error)).then_some(se)
}

/// The groups without anything but their values.
pub(crate) fn values_only(groups: &[Group]) -> Vec<Group> {
    let only = |group: &Group| Group {
        value: group.value,
        times: group.times,
        ..Group::default()
    };
    groups.iter().map(only).collect()
}

/// How many groups have people, or may have.
pub(crate) fn peopled(groups: &[Group]) -> f64 {
    let peopled = groups.iter().filter(|group| group.population != Some(0.0));
    peopled.map(|group| group.times).sum::<f64>() + 0.0
}

/// How many rows there are.
pub(crate) fn rows(groups: &[Known]) -> f64 {
    groups.iter().map(|group| group.times).sum::<f64>() + 0.0
}
