//! The mean log deviation between groups: Theil's index L.

use super::group::{Group, Known, Setting};
use super::theil_index::{checked_scale, entropy};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "delta";

/// Estimates the mean log deviation between groups, Theil's index L.
///
/// # Definition
/// `-scale · Σ f ln r`, where `f` is the share of all people that a group has and `r = y / μ` its
/// value relative to the mean over people. Standard error by the delta method:
/// `scale · √(Σ f² s²/μ² · (1 - 1/r)²)`.
///
/// # Arguments
/// Of each group `value`, at least 0; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted. `scale` is 1000 by custom; 1 gives the index as economists have it.
///
/// # Returns
/// The index times the scale, with normal limits; `n` is the number of groups. Infinity when a
/// group with people has the value 0 and another has not.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups, no people, a negative value, or when all values are 0. No interval when a standard error
/// is NULL, when a value is 0, or when all values are equal.
///
/// # Errors
/// A population or standard error that is negative; a scale that is not above 0.
///
/// # Interpretation
/// 0 is no difference; it is never below 0. Relative, weighted by people; groups with little count
/// more than those with much, the reverse of [`theil_index`](super::theil_index).
///
/// # Limits
/// Chance alone makes it larger than 0. The R package healthequal puts 0.000001 for a value of 0,
/// and leaves the scale out of its standard error.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, mean_log_deviation};
/// let regions = [1.0, 1.0, 2.0].map(|y| Group {
///     value: Some(y),
///     population: Some(100.0),
///     ..Group::default()
/// });
/// let mld = mean_log_deviation(&regions, 1.0, Default::default()).unwrap().value.unwrap();
/// assert!((mld + (2.0 * 0.75_f64.ln() + 1.5_f64.ln()) / 3.0).abs() < 1e-12);
/// ```
///
/// # References
/// Theil, 1967, "Economics and information theory", North-Holland. Ahn, Harper, Yu, Feuer, Liu &
/// Luta, 2018, "Variance estimation and confidence intervals for 11 commonly used health disparity
/// measures", JCO Clinical Cancer Informatics, doi:10.1200/CCI.18.00031.
pub fn mean_log_deviation(
    groups: &[Group],
    scale: f64,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    checked_scale(scale)?;
    entropy(groups, METHOD, |setting| {
        let slope = slope(setting);
        let se = setting.delta_se(|group| scale * slope(group));
        Estimate::of(scale * deviation(setting), METHOD).with_normal_limits(confidence, se)
    })
}

/// `-Σ f ln r`.
pub(super) fn deviation(setting: &Setting) -> f64 {
    let sum = setting.sum_shares(|group| -(group.value / setting.mean).ln());
    sum.max(0.0) + 0.0
}

/// The slope of [`deviation`] in the value of a group; infinite at 0.
pub(super) fn slope(setting: &Setting) -> impl Fn(&Known) -> f64 {
    |group| match group.share > 0.0 {
        true => group.share / setting.mean * (1.0 - setting.mean / group.value),
        false => 0.0,
    }
}
