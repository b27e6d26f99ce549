//! How far groups lie from the best one, on average.

use super::contrast::highest;
use super::group::{Better, FEWEST_GROUPS, Group, Setting, Weighting};
use super::mean_difference_from_reference::mean_distance_from;
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "delta";

/// Estimates how far groups lie from the best one, on average.
///
/// # Definition
/// `Σ w |y - y_best|`, where `y_best` is the highest estimate, or the lowest for [`Better::Low`],
/// and `w` is `1/n` for each of `n` groups or, weighted by population, the share of all people. The
/// standard error is that of the delta method, `√(Σ w² s² + W² s_best²)` over the other groups,
/// whose weights sum to `W`.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted.
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
/// 0 is no difference: everyone has what the best group has. Absolute. Weighted by population it is
/// the absolute
/// [`population_attributable_risk`](crate::impact::population_attributable_risk). Where the best is
/// named in advance, [`mean_difference_from_reference`](super::mean_difference_from_reference) is
/// fairer.
///
/// # Limits
/// The best is chosen by the data, often because it is small and lucky: the value is too large, the
/// more groups there are, and the interval does not know it.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Better, Group, Weighting, mean_difference_from_best};
/// let regions = [(40.0, 200.0), (50.0, 100.0), (60.0, 100.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let gap = mean_difference_from_best(
///     &regions, Better::High, Weighting::Population, Default::default(),
/// );
/// assert_eq!(gap.unwrap().value, Some(12.5));
/// ```
///
/// # References
/// WHO, 2024, "Health inequality monitoring: harnessing data to advance health equity".
pub fn mean_difference_from_best(
    groups: &[Group],
    better: Better,
    weighting: Weighting,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, METHOD, |setting| {
        match highest(&setting.groups, better) {
            Some(best) => mean_distance_from(setting, &best, weighting, confidence),
            None => Estimate::missing(Status::Undefined, METHOD),
        }
    })
}
