//! The variance between groups.

use super::group::{FEWEST_GROUPS, Group, Setting};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "ahn";

/// Estimates the variance between groups.
///
/// # Definition
/// `Σ f (y - μ)²`, where `f` is the share of all people that a group has and `μ = Σ f y`.
/// Standard error, with `s` the standard error of a group:
/// `√(4 Σ f² s² (y - μ)² + 2 [(Σ f² s²)² - Σ f⁴ s⁴ + Σ f² (1 - f)² s⁴])`.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted.
///
/// # Returns
/// The variance in the squared unit of the values, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups or no people. No interval when a standard error is NULL.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// 0 is no difference; it is never below 0, though its lower limit may be. Absolute, weighted by
/// people; groups far from the mean count most. Beside it give a relative measure, such as the
/// [`coefficient_of_variation`](super::coefficient_of_variation).
///
/// # Limits
/// Chance alone makes it larger than 0: about `Σ f (1 - f) s²` of it is noise.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, between_group_variance};
/// let regions = [50.0, 60.0, 70.0].map(|y| Group {
///     value: Some(y),
///     population: Some(100.0),
///     ..Group::default()
/// });
/// let variance = between_group_variance(&regions, Default::default()).unwrap();
/// assert!((variance.value.unwrap() - 200.0 / 3.0).abs() < 1e-12);
/// ```
///
/// # References
/// Ahn, Harper, Yu, Feuer, Liu & Luta, 2018, "Variance estimation and confidence intervals for 11
/// commonly used health disparity measures", JCO Clinical Cancer Informatics,
/// doi:10.1200/CCI.18.00031.
pub fn between_group_variance(groups: &[Group], confidence: Confidence) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, METHOD, |setting| {
        Estimate::of(variance(setting), METHOD).with_normal_limits(confidence, variance_se(setting))
    })
}

/// `Σ f (y - μ)²`.
pub(super) fn variance(setting: &Setting) -> f64 {
    setting.sum_shares(|group| (group.value - setting.mean).powi(2))
}

/// The standard error of [`variance`].
pub(super) fn variance_se(setting: &Setting) -> Option<f64> {
    let (mut by_distance, mut squared, mut fourth, mut own) = (0.0, 0.0, 0.0, 0.0);
    for group in &setting.groups {
        let (share, se) = (group.share, group.se?);
        let times = group.times;
        let term = (share * se).powi(2);
        by_distance += times * term * (group.value - setting.mean).powi(2);
        squared += times * term;
        fourth += times * term.powi(2);
        own += times * (share * (1.0 - share) * se.powi(2)).powi(2);
    }
    let variance = 4.0 * by_distance + 2.0 * (squared.powi(2) - fourth + own);
    Some(variance.max(0.0).sqrt())
}
