//! The share of something bad that would not be, if everyone were as well off as the best.

use super::BestOff;
use crate::unordered::{Better, Group};
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "walter";

/// Estimates the share of something bad that would not be, if everyone were as well off as the
/// best-off group.
///
/// # Definition
/// `1 - y_best / μ`, where `μ = Σ f y` is the mean over people and the best-off group is that with
/// the lowest value, or the most advantaged. Standard error as of the
/// [`population_attributable_fraction`](super::population_attributable_fraction), as a fraction.
///
/// # Arguments
/// Of each group `value`, the rate of something bad, at least 0; `population`, at least 0; `order`
/// for [`BestOff::ByOrder`]. `scale` is the value that all people would give, where an interval is
/// wanted.
///
/// # Returns
/// A fraction, at most 1, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value, a population, or an order that is asked for is NULL;
/// `undefined` with fewer than two groups, no people, a mean that is not above 0, or two groups at
/// the end of the order. No interval without a scale.
///
/// # Errors
/// A population that is negative; a scale that is not above 0; with a scale, values
/// outside 0 to it.
///
/// # Interpretation
/// 0 means that nothing would be avoided; 0.3 that three tenths of all cases would. Relative,
/// weighted by people. Below 0 the most advantaged are worse off than the mean; it is not cut off.
///
/// # Limits
/// This is what epidemiologists call the population attributable fraction. WHO's of that name is
/// the same with the sign turned and in percent, and it is cut off at 0. It supposes that the
/// difference between groups is caused by what makes them groups.
///
/// # Example
/// ```
/// use kohort_stats::impact::{BestOff, attributable_fraction};
/// use kohort_stats::unordered::Group;
/// let regions = [(40.0, 300.0), (20.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let avoidable =
///     attributable_fraction(&regions, BestOff::ByValue, Some(1000.0), Default::default());
/// assert!((avoidable.unwrap().value.unwrap() - 15.0 / 35.0).abs() < 1e-12);
/// ```
///
/// # References
/// Walter, 1976, "The estimation and interpretation of attributable risk in health research",
/// Biometrics, doi:10.2307/2529268.
pub fn attributable_fraction(
    groups: &[Group],
    best_off: BestOff,
    scale: Option<f64>,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    best_off.measure(groups, Better::Low, METHOD, |levels| {
        let se = scale.map(|scale| levels.walter_se(scale)).transpose()?;
        let mean = levels.setting.mean;
        if mean <= 0.0 {
            return Ok(Estimate::missing(Status::Undefined, METHOD));
        }
        let estimate = Estimate::of(1.0 - levels.best.value / mean, METHOD);
        Ok(estimate.with_normal_limits(confidence, se.flatten()))
    })
}
