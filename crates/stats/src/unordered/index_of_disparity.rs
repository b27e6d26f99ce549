//! How far groups lie from the mean, as a percentage of it.

use super::group::{FEWEST_GROUPS, Group, Setting, Weighting};
use super::mean_difference_from_mean::{mean_distance, slope};
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "delta";

/// Estimates how far groups lie from the mean, as a percentage of it.
///
/// # Definition
/// `100 · Σ w |y - μ| / μ`, where `μ = Σ f y` is the mean over people and `w` is `1/n` for each of
/// `n` groups or, weighted by population, the share `f` of all people. The standard error is that
/// of the delta method, which follows the mean as it moves.
///
/// # Arguments
/// Of each group `value`; `population`, at least 0 (the mean needs it in either weighting); `se` in
/// the unit of the values, where an interval is wanted.
///
/// # Returns
/// A percentage, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups, no people, or a mean that is not above 0. No interval when a standard error is NULL, or
/// when all values are equal.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// 0 is no difference; 10 means that groups lie a tenth of the mean away from it, on average.
/// Relative; beside it give the absolute
/// [`mean_difference_from_mean`](super::mean_difference_from_mean).
///
/// # Limits
/// As of the mean difference. The index of Pearcy and Keppel compares with a reference and divides
/// by `n - 1`; this is the form of WHO, around the mean.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, Weighting, index_of_disparity};
/// let regions = [(40.0, 200.0), (60.0, 100.0), (60.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let gap = index_of_disparity(&regions, Weighting::Population, Default::default());
/// assert_eq!(gap.unwrap().value, Some(20.0));
/// ```
///
/// # References
/// Pearcy & Keppel, 2002, "A summary measure of health disparity", Public Health Reports,
/// doi:10.1093/phr/117.3.273. WHO, 2024, "Health inequality monitoring: harnessing data to advance
/// health equity".
pub fn index_of_disparity(
    groups: &[Group],
    weighting: Weighting,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, METHOD, |setting| {
        if setting.mean <= 0.0 {
            return Estimate::missing(Status::Undefined, METHOD);
        }
        let distance = mean_distance(setting, weighting);
        let slope = slope(setting, weighting);
        let relative = distance / setting.mean;
        let percent = 100.0 / setting.mean;
        let se = setting.delta_se(|group| percent * (slope(group) - relative * group.share));
        Estimate::of(percent * distance, METHOD).with_normal_limits(confidence, se)
    })
}
