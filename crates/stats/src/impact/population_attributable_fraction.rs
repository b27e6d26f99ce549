//! What would be gained if everyone had what the best-off group has, as a percentage of the mean.

use super::BestOff;
use crate::unordered::{Better, Group};
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "walter";

/// Estimates what would be gained if everyone had what the best-off group has, as a percentage.
///
/// # Definition
/// `100 · (y_best - μ) / μ`, where `μ = Σ f y` is the mean over people; 0 where that is no gain.
/// Standard error after Walter: with `c` cases and `d` others in the best-off group, `a` and `b` of
/// them elsewhere, of `N` people,
/// `100 · √(c N (a d (N - c) + b c²) / ((a + c)³ (c + d)³))`.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `order` for [`BestOff::ByOrder`].
/// `scale` is the value that all people would give (100 for percentages, 100 000 for rates per
/// 100 000), where an interval is wanted: values are shares of it, and populations are numbers of
/// people who were asked, not of people they stand for.
///
/// # Returns
/// A percentage of the mean, with normal limits; `n` is the number of groups. At least 0 for
/// [`Better::High`], at most 0 for [`Better::Low`].
///
/// # Nulls
/// `incomplete_strata` when a value, a population, or an order that is asked for is NULL;
/// `undefined` with fewer than two groups, no people, a mean that is not above 0, or two groups at
/// the end of the order. No interval without a scale, or where the value was set to 0.
///
/// # Errors
/// A population that is negative; a scale that is not above 0; with a scale, values
/// outside 0 to it.
///
/// # Interpretation
/// 0 means that nothing would be gained; 10 that a tenth of what there is would come on top.
/// Relative, weighted by people. Below 0 it is the share that would be avoided, of something bad.
///
/// # Limits
/// It supposes that the best-off could be reached by all. With [`BestOff::ByValue`] the best is
/// chosen by the data, which the interval does not know. The R package healthequal 1.0.1 gives the
/// percentage with the standard error of the fraction: its intervals are 100 times narrower.
///
/// # Example
/// ```
/// use kohort_stats::impact::{BestOff, population_attributable_fraction};
/// use kohort_stats::unordered::{Better, Group};
/// let regions = [(40.0, 300.0), (80.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let gain = population_attributable_fraction(
///     &regions, BestOff::ByValue, Better::High, None, Default::default(),
/// );
/// assert_eq!(gain.unwrap().value, Some(60.0));
/// ```
///
/// # References
/// Walter, 1976, "The estimation and interpretation of attributable risk in health research",
/// Biometrics, doi:10.2307/2529268. WHO, 2024, "Health inequality monitoring: harnessing data to
/// advance health equity".
pub fn population_attributable_fraction(
    groups: &[Group],
    best_off: BestOff,
    better: Better,
    scale: Option<f64>,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    best_off.measure(groups, better, METHOD, |levels| {
        let se = scale.map(|scale| levels.walter_se(scale)).transpose()?;
        if levels.setting.mean <= 0.0 {
            return Ok(Estimate::missing(Status::Undefined, METHOD));
        }
        let fraction = levels.gain(better) / levels.setting.mean;
        let se = se.flatten().filter(|_| fraction != 0.0);
        let estimate = Estimate::of(100.0 * fraction, METHOD);
        Ok(estimate.with_normal_limits(confidence, se.map(|se| 100.0 * se)))
    })
}
