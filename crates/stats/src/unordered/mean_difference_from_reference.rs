//! How far groups lie from a named one, on average.

use super::contrast::only_reference;
use super::group::{FEWEST_GROUPS, Group, Known, Setting, Weighting, delta_se};
use super::mean_difference_from_mean::sign;
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "delta";

/// Estimates how far groups lie from a named one, on average.
///
/// # Definition
/// `Σ w |y - y_ref|`, where `y_ref` is the estimate of the reference and `w` is `1/n` for each of
/// `n` groups (the reference is one of them) or, weighted by population, the share of all people.
/// The standard error is that of the delta method, `√(Σ w² s² + (Σ w sign(y - y_ref))² s_ref²)`,
/// summed over the other groups.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `is_reference`; `se` in the unit
/// of the values, where an interval is wanted.
///
/// # Returns
/// The mean difference in the unit of the values, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value, a population or a mark is NULL; `undefined` with fewer than
/// three groups, no people, or when not exactly one group is the reference. No interval when a
/// standard error is NULL, or when all values are equal.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// 0 is no difference. Absolute. Groups above and below the reference add up, they do not cancel.
///
/// # Limits
/// Chance alone makes it larger than 0. The interval takes it as certain on which side of the
/// reference a group lies.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, Weighting, mean_difference_from_reference};
/// let regions = [(40.0, false), (50.0, true), (70.0, false)].map(|(y, is_reference)| Group {
///     value: Some(y),
///     population: Some(100.0),
///     is_reference: Some(is_reference),
///     ..Group::default()
/// });
/// let gap = mean_difference_from_reference(&regions, Weighting::Equal, Default::default());
/// assert_eq!(gap.unwrap().value, Some(10.0));
/// ```
///
/// # References
/// WHO, 2024, "Health inequality monitoring: harnessing data to advance health equity".
pub fn mean_difference_from_reference(
    groups: &[Group],
    weighting: Weighting,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    Setting::measure(
        groups,
        FEWEST_GROUPS,
        METHOD,
        |setting| match only_reference(&setting.groups) {
            Ok(reference) => mean_distance_from(setting, &reference, weighting, confidence),
            Err(status) => Estimate::missing(status, METHOD),
        },
    )
}

/// `Σ w |y - y_from|` with its interval.
pub(super) fn mean_distance_from(
    setting: &Setting,
    from: &Known,
    weighting: Weighting,
    confidence: Confidence,
) -> Estimate {
    let (mut value, mut slope_of_from) = (0.0, 0.0);
    let mut slopes = Vec::with_capacity(setting.groups.len() + 1);
    // The group itself is at distance 0, and so has slope 0 here.
    for group in &setting.groups {
        let weight = setting.weight(weighting, group);
        let distance = group.value - from.value;
        value += weight * group.times * distance.abs();
        slopes.push((weight * sign(distance), group.se, group.times));
        slope_of_from -= weight * group.times * sign(distance);
    }
    slopes.push((slope_of_from, from.se, 1.0));
    let se = delta_se(slopes.into_iter());
    Estimate::of(value, METHOD).with_normal_limits(confidence, se)
}
