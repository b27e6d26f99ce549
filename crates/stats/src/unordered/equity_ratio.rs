//! The ratio of two groups.

use super::contrast::Contrast;
use super::group::{Better, Group, delta_se};
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "lognormal";

/// Estimates the ratio of two groups.
///
/// # Definition
/// `y₁ / y₂`; the standard error of its logarithm is `√((s₁/y₁)² + (s₂/y₂)²)`, and the limits are
/// `exp(ln ratio ± z · se)`. The two groups are those of
/// [`equity_difference`](super::equity_difference).
///
/// # Arguments
/// Of each group `value`, at least 0; `se` in the unit of the values, where an interval is wanted;
/// `order` or `is_reference` as the contrast asks.
///
/// # Returns
/// The ratio, with log-normal limits; `se` is on the scale of the ratio (the ratio times that of
/// its logarithm); `n` is the number of groups. Infinity when only the lower value is 0.
///
/// # Nulls
/// `incomplete_strata` when a value, or an order or reference mark that the contrast asks for, is
/// NULL. `undefined` with fewer than two groups, when two groups share an end of the order, when
/// not exactly one group is the reference, when both values are 0, and when one is negative.
/// No interval without the standard errors of the two, or when either value is 0.
///
/// # Errors
/// A standard error that is negative.
///
/// # Interpretation
/// 1 is no difference. Relative: give the [`equity_difference`](super::equity_difference) beside
/// it, since a large ratio of two small shares may concern few people. Above 1 the better-off have
/// more of what is good, or the worse-off more of what is bad.
///
/// # Limits
/// As of the difference: only two groups, and extremes that are chosen by the data. It changes when
/// the share of those who lack something is looked at instead of the share of those who have it.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Better, Contrast, Group, equity_ratio};
/// let quintile = |order: u8, value| Group {
///     value: Some(value),
///     order: Some(f64::from(order)),
///     ..Group::default()
/// };
/// let quintiles = [quintile(1, 20.0), quintile(2, 30.0), quintile(3, 60.0)];
/// let ratio = equity_ratio(&quintiles, Contrast::Order, Better::High, Default::default());
/// assert_eq!(ratio.unwrap().value, Some(3.0));
/// ```
///
/// # References
/// WHO, 2013, "Handbook on health inequality monitoring with a special focus on low- and
/// middle-income countries", ISBN 9789241548632, section 3.
pub fn equity_ratio(
    groups: &[Group],
    contrast: Contrast,
    better: Better,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    contrast.measure(groups, better, METHOD, |pair| {
        let (more, less) = (pair.more.value, pair.less.value);
        if more.min(less) < 0.0 || more.max(less) == 0.0 {
            return Estimate::missing(Status::Undefined, METHOD);
        }
        let ratio = more / less;
        let slopes = [
            (1.0 / more, pair.more.se, 1.0),
            (1.0 / less, pair.less.se, 1.0),
        ];
        let log_se = match more.min(less) > 0.0 {
            true => delta_se(slopes.into_iter()),
            false => None,
        };
        let limit = |sign: f64| Some(ratio * (sign * confidence.z() * log_se?).exp());
        let mut estimate =
            Estimate::of(ratio, METHOD).with_limits(confidence, limit(-1.0), limit(1.0));
        estimate.se = log_se.map(|se| ratio * se);
        estimate
    })
}
