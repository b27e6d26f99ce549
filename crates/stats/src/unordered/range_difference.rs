//! The range of groups.

use super::contrast::Contrast;
use super::group::{Better, Group};
use crate::{Error, Estimate};

const METHOD: &str = "range";

/// Gives the range of groups: the highest estimate less the lowest.
///
/// # Definition
/// `max y - min y`.
///
/// # Arguments
/// Of each group `value`, in any unit.
///
/// # Returns
/// The range in the unit of the values, no interval; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value is NULL; `undefined` with fewer than two groups.
///
/// # Interpretation
/// 0 is no difference; it is never below 0. Absolute, and groups do not weigh by their size.
///
/// # Limits
/// Chance alone spreads the extremes, the more the more groups there are and the smaller they are:
/// with more than about ten groups look at
/// [`mean_difference_from_mean`](super::mean_difference_from_mean) instead.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, range_difference};
/// let regions = [61.0, 84.0, 70.0].map(|y| Group { value: Some(y), ..Group::default() });
/// assert_eq!(range_difference(&regions).unwrap().value, Some(23.0));
/// ```
///
/// # References
/// Harper & Lynch, 2005, "Methods for measuring cancer disparities: using data relevant to Healthy
/// People 2010 cancer-related objectives", NCI Cancer Surveillance Monograph 6.
pub fn range_difference(groups: &[Group]) -> Result<Estimate, Error> {
    let values = super::group::values_only(groups);
    Contrast::Extremes.measure(&values, Better::High, METHOD, |pair| {
        Estimate::of(pair.more.value - pair.less.value, METHOD)
    })
}
