//! The difference between two groups.

use super::contrast::Contrast;
use super::group::{Better, Group, delta_se};
use crate::{Confidence, Error, Estimate};

const METHOD: &str = "normal";

/// Estimates the difference between two groups.
///
/// # Definition
/// `y₁ - y₂`, standard error `√(s₁² + s₂²)`. The two groups are, by [`Contrast`],
/// the highest and the lowest; the most advantaged and the least; or the reference and the worst
/// of the others. With [`Better::Low`] the last two are turned round.
///
/// # Arguments
/// Of each group `value`, in any unit; `se` in that unit, where an interval is wanted; `order`
/// or `is_reference` as the contrast asks.
///
/// # Returns
/// The difference in the unit of the values, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value, or an order or reference mark that the contrast asks for, is
/// NULL. `undefined` with fewer than two groups, when two groups share an end of the order, and
/// when not exactly one group is the reference. No interval without the standard errors of the two.
///
/// # Errors
/// A standard error that is negative.
///
/// # Interpretation
/// 0 is no difference. Absolute: give the [`equity_ratio`](super::equity_ratio) beside it. Above 0
/// the better-off have more of what is good, or the worse-off more of what is bad; extremes are
/// never below 0. Groups do not weigh by their size.
///
/// # Limits
/// Only two groups are looked at. Extremes grow with the number of groups, and they are chosen by
/// the data, which the interval does not know: it is too narrow, and sits too high.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Better, Contrast, Group, equity_difference};
/// let region = |value, se| Group { value: Some(value), se: Some(se), ..Group::default() };
/// let regions = [region(61.0, 3.0), region(84.0, 4.0), region(70.0, 2.0)];
/// let gap = equity_difference(&regions, Contrast::Extremes, Better::High, Default::default());
/// let gap = gap.unwrap();
/// assert_eq!(gap.value, Some(23.0));
/// assert_eq!(gap.se, Some(5.0));
/// ```
///
/// # References
/// WHO, 2013, "Handbook on health inequality monitoring with a special focus on low- and
/// middle-income countries", ISBN 9789241548632, section 3.
pub fn equity_difference(
    groups: &[Group],
    contrast: Contrast,
    better: Better,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    contrast.measure(groups, better, METHOD, |pair| {
        let se = delta_se([(1.0, pair.more.se, 1.0), (1.0, pair.less.se, 1.0)].into_iter());
        Estimate::of(pair.more.value - pair.less.value, METHOD).with_normal_limits(confidence, se)
    })
}
