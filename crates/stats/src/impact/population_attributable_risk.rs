//! What would be gained if everyone had what the best-off group has.

use super::BestOff;
use crate::unordered::{Better, Group};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "walter";

/// Estimates what would be gained if everyone had what the best-off group has.
///
/// # Definition
/// `y_best - μ`, where `μ = Σ f y` is the mean over people; 0 where that is no gain. Standard error
/// `μ · SE(fraction)`, with that of the
/// [`population_attributable_fraction`](super::population_attributable_fraction).
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `order` for [`BestOff::ByOrder`].
/// `scale` is the value that all people would give (100 for percentages, 100 000 for rates per
/// 100 000), where an interval is wanted: values are shares of it, and populations are numbers of
/// people who were asked, not of people they stand for.
///
/// # Returns
/// The difference in the unit of the values, with normal limits; `n` is the number of groups. At
/// least 0 for [`Better::High`], at most 0 for [`Better::Low`].
///
/// # Nulls
/// `incomplete_strata` when a value, a population, or an order that is asked for is NULL;
/// `undefined` with fewer than two groups, no people, or two groups at the end of the order. No
/// interval without a scale, or where the value was set to 0.
///
/// # Errors
/// A population that is negative; a scale that is not above 0; with a scale, values
/// outside 0 to it.
///
/// # Interpretation
/// 0 means that nothing would be gained. Absolute, weighted by people. Below 0 it is what would be
/// avoided, of something bad. Beside it give the fraction.
///
/// # Limits
/// It supposes that the best-off could be reached by all, and that they cause what they have. With
/// [`BestOff::ByValue`] the best is chosen by the data, which the interval does not know. The name
/// is WHO's; to epidemiologists an attributable risk is of something bad: see
/// [`attributable_fraction`](super::attributable_fraction).
///
/// # Example
/// ```
/// use kohort_stats::impact::{BestOff, population_attributable_risk};
/// use kohort_stats::unordered::{Better, Group};
/// let regions = [(40.0, 300.0), (60.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let gain = population_attributable_risk(
///     &regions, BestOff::ByValue, Better::High, Some(100.0), Default::default(),
/// );
/// assert_eq!(gain.unwrap().value, Some(15.0));
/// ```
///
/// # References
/// Walter, 1976, "The estimation and interpretation of attributable risk in health research",
/// Biometrics, doi:10.2307/2529268. WHO, 2024, "Health inequality monitoring: harnessing data to
/// advance health equity".
pub fn population_attributable_risk(
    groups: &[Group],
    best_off: BestOff,
    better: Better,
    scale: Option<f64>,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    best_off.measure(groups, better, METHOD, |levels| {
        let se = scale.map(|scale| levels.walter_se(scale)).transpose()?;
        let gain = levels.gain(better);
        let se = se.flatten().filter(|_| gain != 0.0);
        let se = se.map(|se| levels.setting.mean * se);
        Ok(Estimate::of(gain, METHOD).with_normal_limits(confidence, se))
    })
}
