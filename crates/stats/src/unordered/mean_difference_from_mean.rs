//! How far groups lie from the mean, on average.

use super::group::{FEWEST_GROUPS, Group, Known, Setting, Weighting};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "delta";

/// Estimates how far groups lie from the mean, on average.
///
/// # Definition
/// `Σ w |y - μ|`, where `μ = Σ f y` is the mean over people and `w` is `1/n` for each of `n` groups
/// or, weighted by population, the share `f` of all people. The standard error is that of the delta
/// method, `√Σ (g s)²` with slopes `g = w · sign(y - μ) - f · Σ w sign(y - μ)`.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0 (the mean needs it in either
/// weighting); `se` in the unit of the values, where an interval is wanted.
///
/// # Returns
/// The mean difference in the unit of the values, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups or no people. No interval when a standard error is NULL, or when all values are equal.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// 0 is no difference. Absolute; beside it give the relative
/// [`index_of_disparity`](super::index_of_disparity).
///
/// # Limits
/// Chance alone makes it larger than 0. The interval takes it as certain on which side of the mean
/// a group lies; where groups lie within their standard error of the mean it is too narrow. WHO's
/// simulated interval instead adds the noise of the groups once more, and sits too high.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, Weighting, mean_difference_from_mean};
/// let regions = [(40.0, 200.0), (60.0, 100.0), (60.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let gap = mean_difference_from_mean(&regions, Weighting::Equal, Default::default());
/// assert_eq!(gap.unwrap().value, Some(10.0));
/// ```
///
/// # References
/// WHO, 2024, "Health inequality monitoring: harnessing data to advance health equity". Pearcy &
/// Keppel, 2002, "A summary measure of health disparity", Public Health Reports,
/// doi:10.1093/phr/117.3.273 (the relative form).
pub fn mean_difference_from_mean(
    groups: &[Group],
    weighting: Weighting,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, METHOD, |setting| {
        let value = mean_distance(setting, weighting);
        let se = setting.delta_se(slope(setting, weighting));
        Estimate::of(value, METHOD).with_normal_limits(confidence, se)
    })
}

/// `Σ w |y - μ|`.
pub(super) fn mean_distance(setting: &Setting, weighting: Weighting) -> f64 {
    let distance = |group: &Known| (group.value - setting.mean).abs();
    let terms = setting.groups.iter();
    terms
        .map(|group| setting.weight(weighting, group) * group.times * distance(group))
        .sum()
}

/// The slope of [`mean_distance`] in the value of a group.
pub(super) fn slope(setting: &Setting, weighting: Weighting) -> impl Fn(&Known) -> f64 {
    let side = |group: &Known| sign(group.value - setting.mean);
    let signed = move |group: &Known| setting.weight(weighting, group) * side(group);
    let sides: f64 = setting
        .groups
        .iter()
        .map(|group| group.times * signed(group))
        .sum();
    move |group| signed(group) - group.share * sides
}

/// The sign of a number: 0 at 0, unlike `signum`.
pub(super) fn sign(number: f64) -> f64 {
    match number == 0.0 {
        true => 0.0,
        false => number.signum(),
    }
}
