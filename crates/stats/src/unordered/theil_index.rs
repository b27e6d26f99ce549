//! Theil's index T between groups.

use super::group::{FEWEST_GROUPS, Group, Known, Setting};
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "delta";

/// What entropies between groups are multiplied by, as WHO and HD*Calc print them.
pub const DEFAULT_THEIL_SCALE: f64 = 1000.0;

/// Estimates Theil's index T between groups.
///
/// # Definition
/// `scale · Σ f r ln r`, where `f` is the share of all people that a group has and `r = y / μ` its
/// value relative to the mean over people. A value of 0 adds 0, the limit of `r ln r`. Standard
/// error by the delta method: `scale · √(Σ f² s²/μ² · (1 + ln r - Σ f r (1 + ln r))²)`.
///
/// # Arguments
/// Of each group `value`, at least 0; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted. `scale` is 1000 by custom; 1 gives the index as economists have it.
///
/// # Returns
/// The index times the scale, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups, no people, a negative value, or when all values are 0. No interval when a standard error
/// is NULL, when a value is 0, or when all values are equal.
///
/// # Errors
/// A population or standard error that is negative; a scale that is not above 0.
///
/// # Interpretation
/// 0 is no difference; it is never below 0. Relative, weighted by people; groups with much count
/// more than those with little, the reverse of
/// [`mean_log_deviation`](super::mean_log_deviation).
///
/// # Limits
/// Chance alone makes it larger than 0. The interval is centred on the estimate, and its lower
/// limit may be below 0. The R package healthequal 1.0.1 leaves the scale out of its standard
/// error: its intervals are 1000 times narrower.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, theil_index};
/// let regions = [1.0, 1.0, 2.0].map(|y| Group {
///     value: Some(y),
///     population: Some(100.0),
///     ..Group::default()
/// });
/// let theil = theil_index(&regions, 1.0, Default::default()).unwrap().value.unwrap();
/// assert!((theil - (1.5 * 0.75_f64.ln() + 1.5 * 1.5_f64.ln()) / 3.0).abs() < 1e-12);
/// ```
///
/// # References
/// Theil, 1967, "Economics and information theory", North-Holland. Ahn, Harper, Yu, Feuer, Liu &
/// Luta, 2018, "Variance estimation and confidence intervals for 11 commonly used health disparity
/// measures", JCO Clinical Cancer Informatics, doi:10.1200/CCI.18.00031.
pub fn theil_index(
    groups: &[Group],
    scale: f64,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    checked_scale(scale)?;
    entropy(groups, METHOD, |setting| {
        let slope = slope(setting);
        let se = setting.delta_se(|group| scale * slope(group));
        Estimate::of(scale * theil(setting), METHOD).with_normal_limits(confidence, se)
    })
}

/// Computes an entropy over groups, which all have to have at least 0, and one of them more.
pub(super) fn entropy(
    groups: &[Group],
    method: &'static str,
    measure: impl FnOnce(&Setting) -> Estimate,
) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, method, |setting| {
        let negative = setting.groups.iter().any(|group| group.value < 0.0);
        match negative || setting.mean <= 0.0 {
            true => Estimate::missing(Status::Undefined, method),
            false => measure(setting),
        }
    })
}

/// A scale has to be above 0.
pub(super) fn checked_scale(scale: f64) -> Result<(), Error> {
    match scale > 0.0 && scale.is_finite() {
        true => Ok(()),
        false => Err(Error::argument("scale", "a number above 0", scale)),
    }
}

/// `Σ f r ln r`.
pub(super) fn theil(setting: &Setting) -> f64 {
    let sum = setting.sum_shares(|group| {
        let relative = group.value / setting.mean;
        match relative > 0.0 {
            true => relative * relative.ln(),
            false => 0.0,
        }
    });
    sum.max(0.0) + 0.0
}

/// The slope of [`theil`] in the value of a group; infinite at 0.
pub(super) fn slope(setting: &Setting) -> impl Fn(&Known) -> f64 {
    // Σ f r (1 + ln r) is 1 + T.
    let mean_term = 1.0 + theil(setting);
    move |group| {
        let relative = group.value / setting.mean;
        match group.share > 0.0 {
            true => group.share / setting.mean * (1.0 + relative.ln() - mean_term),
            false => 0.0,
        }
    }
}
