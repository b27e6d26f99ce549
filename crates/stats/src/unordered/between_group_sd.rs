//! The standard deviation between groups.

use super::between_group_variance::{variance, variance_se};
use super::group::{FEWEST_GROUPS, Group, Setting};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "delta";

/// Estimates the standard deviation between groups.
///
/// # Definition
/// The square root of the [`between_group_variance`](super::between_group_variance), and the
/// standard error of that divided by twice the standard deviation.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted.
///
/// # Returns
/// The standard deviation in the unit of the values, with normal limits; `n` is the number of
/// groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups or no people. No interval when a standard error is NULL, or when all values are equal.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// 0 is no difference. Absolute, weighted by people. Beside it give a relative measure, such as the
/// [`coefficient_of_variation`](super::coefficient_of_variation).
///
/// # Limits
/// Chance alone makes it larger than 0. The interval is centred on the estimate and is poor where
/// the estimate is less than about twice its standard error; its lower limit may be below 0.
/// Intervals that simulate the groups anew add their noise once more and sit higher.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, between_group_sd};
/// let regions = [(50.0, 100.0), (60.0, 200.0), (80.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let spread = between_group_sd(&regions, Default::default()).unwrap();
/// assert!((spread.value.unwrap() - 118.75_f64.sqrt()).abs() < 1e-12);
/// ```
///
/// # References
/// Ahn, Harper, Yu, Feuer, Liu & Luta, 2018, "Variance estimation and confidence intervals for 11
/// commonly used health disparity measures", JCO Clinical Cancer Informatics,
/// doi:10.1200/CCI.18.00031.
pub fn between_group_sd(groups: &[Group], confidence: Confidence) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, METHOD, |setting| {
        let sd = variance(setting).sqrt();
        Estimate::of(sd, METHOD).with_normal_limits(confidence, sd_se(setting, sd))
    })
}

/// The standard error of the standard deviation; `None` at 0, where it has no slope.
pub(super) fn sd_se(setting: &Setting, sd: f64) -> Option<f64> {
    variance_se(setting)
        .filter(|_| sd > 0.0)
        .map(|se| se / (2.0 * sd))
}
