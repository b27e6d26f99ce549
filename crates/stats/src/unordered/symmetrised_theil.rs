//! The mean of Theil's two indices.

use super::group::Group;
use super::{mean_log_deviation, theil_index};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "delta";

/// Estimates the mean of Theil's index T and the mean log deviation between groups.
///
/// # Definition
/// `scale · (T + L) / 2 = scale · ½ Σ f (r - 1) ln r`, where `f` is the share of all people that a
/// group has and `r = y / μ` its value relative to the mean over people. Standard error by the
/// delta method, with the mean of the slopes of [`theil_index`](super::theil_index) and
/// [`mean_log_deviation`](super::mean_log_deviation).
///
/// # Arguments
/// Of each group `value`, at least 0; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted. `scale` as of the two indices.
///
/// # Returns
/// The index times the scale, with normal limits; `n` is the number of groups. Infinity when a
/// group with people has the value 0 and another has not.
///
/// # Nulls
/// As of the two indices.
///
/// # Errors
/// A population or standard error that is negative; a scale that is not above 0.
///
/// # Interpretation
/// 0 is no difference; it is never below 0. Relative, weighted by people; groups with little and
/// groups with much count alike.
///
/// # Limits
/// Chance alone makes it larger than 0.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, symmetrised_theil};
/// let regions = [1.0, 1.0, 2.0].map(|y| Group {
///     value: Some(y),
///     population: Some(100.0),
///     ..Group::default()
/// });
/// let index = symmetrised_theil(&regions, 1.0, Default::default()).unwrap().value.unwrap();
/// assert!((index - (0.5 * 1.5_f64.ln() - 0.5 * 0.75_f64.ln()) / 6.0).abs() < 1e-12);
/// ```
///
/// # References
/// Borrell & Talih, 2011, "A symmetrized Theil index measure of health disparities: an example
/// using dental caries in U.S. children and adolescents", Statistics in Medicine,
/// doi:10.1002/sim.4114.
pub fn symmetrised_theil(
    groups: &[Group],
    scale: f64,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    theil_index::checked_scale(scale)?;
    theil_index::entropy(groups, METHOD, |setting| {
        let half = 0.5 * scale;
        let value = half * (theil_index::theil(setting) + mean_log_deviation::deviation(setting));
        let slopes = (
            theil_index::slope(setting),
            mean_log_deviation::slope(setting),
        );
        let se = setting.delta_se(|group| half * (slopes.0(group) + slopes.1(group)));
        Estimate::of(value, METHOD).with_normal_limits(confidence, se)
    })
}
