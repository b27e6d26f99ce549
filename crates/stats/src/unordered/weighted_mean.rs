//! The mean of groups, by their people.

use super::group::{Group, Setting};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "normal";

/// Estimates the mean over the people of all groups: the setting average.
///
/// # Definition
/// `μ = Σ f y`, where `f` is the share of all people that a group has. Standard error `√Σ f² s²`.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted.
///
/// # Returns
/// The mean in the unit of the values, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` when there are no people.
/// No interval when a standard error is NULL.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// What one would find without looking at groups. The measures of spread compare with it.
///
/// # Limits
/// The groups are taken to be all groups, estimated independently, with known populations. For
/// rates the weight is the denominator of the rate.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, weighted_mean};
/// let region = |value, population| Group {
///     value: Some(value),
///     population: Some(population),
///     ..Group::default()
/// };
/// let regions = [region(60.0, 300.0), region(80.0, 100.0)];
/// assert_eq!(weighted_mean(&regions, Default::default()).unwrap().value, Some(65.0));
/// ```
///
/// # References
/// WHO, 2013, "Handbook on health inequality monitoring with a special focus on low- and
/// middle-income countries", ISBN 9789241548632, section 3.
pub fn weighted_mean(groups: &[Group], confidence: Confidence) -> Result<Estimate, Error> {
    Setting::measure(groups, 1.0, METHOD, |setting| {
        let se = setting.delta_se(|group| group.share);
        Estimate::of(setting.mean, METHOD).with_normal_limits(confidence, se)
    })
}
