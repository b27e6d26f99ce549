//! How many more tests every region needs to reach the best.

use super::BestOff;
use crate::unordered::{Better, Group};
use crate::{Error, Estimate};

const METHOD: &str = "best";

/// Gives how many more tests (or other events) it takes for every group to reach the best.
///
/// # Definition
/// `Σ p (y_best - y) / scale`, where `p` is the population of a group and `y_best` the highest
/// value, or the lowest for [`Better::Low`].
///
/// # Arguments
/// Of each group `value`, a rate; `population`, at least 0, in people. `scale` is what the rate is
/// per: 1 for tests per person, 100 000 for tests per 100 000.
///
/// # Returns
/// A number of tests, no interval; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than two
/// groups, or no people.
///
/// # Errors
/// A population that is negative; a scale that is not above 0.
///
/// # Interpretation
/// 0 means that all are alike. It is the plain-language twin of the
/// [`population_attributable_risk`](super::population_attributable_risk): that times all people.
/// For [`Better::Low`] it is below 0: so many fewer events.
///
/// # Limits
/// The best is chosen by the data, often because it is small and lucky, so that the number is too
/// high; smooth the rates of small regions first. Nothing says that the best has enough, or not too
/// much.
///
/// # Example
/// ```
/// use kohort_stats::impact::tests_to_level_up;
/// use kohort_stats::unordered::{Better, Group};
/// // Tests per 100 000.
/// let regions = [(40.0, 300_000.0), (60.0, 100_000.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let tests = tests_to_level_up(&regions, Better::High, 100_000.0).unwrap();
/// assert_eq!(tests.value, Some(60.0));
/// ```
///
/// # References
/// WHO, 2024, "Health inequality monitoring: harnessing data to advance health equity" (the
/// population attributable risk).
pub fn tests_to_level_up(groups: &[Group], better: Better, scale: f64) -> Result<Estimate, Error> {
    if !(scale > 0.0 && scale.is_finite()) {
        return Err(Error::argument("scale", "a number above 0", scale));
    }
    BestOff::ByValue.measure(groups, better, METHOD, |levels| {
        let lacking = levels.setting.groups.iter();
        let lacking =
            lacking.map(|group| group.population * group.times * (levels.best.value - group.value));
        Ok(Estimate::of(lacking.sum::<f64>() / scale, METHOD))
    })
}
