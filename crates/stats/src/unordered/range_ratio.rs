//! The range of groups, as a ratio.

use super::contrast::Contrast;
use super::group::{Better, Group};
use crate::{Error, Estimate, Status};

const METHOD: &str = "range";

/// Gives the range of groups as a ratio: the highest estimate over the lowest.
///
/// # Definition
/// `max y / min y`.
///
/// # Arguments
/// Of each group `value`, at least 0.
///
/// # Returns
/// The ratio, no interval; `n` is the number of groups. Infinity when only the lowest value is 0.
///
/// # Nulls
/// `incomplete_strata` when a value is NULL; `undefined` with fewer than two groups, when all
/// values are 0, and when one is negative.
///
/// # Interpretation
/// 1 is no difference; it is never below 1. Relative: give the
/// [`range_difference`](super::range_difference) beside it. Groups do not weigh by their size.
///
/// # Limits
/// Chance alone spreads the extremes, the more the more groups there are and the smaller they are:
/// with more than about ten groups look at [`index_of_disparity`](super::index_of_disparity)
/// instead.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, range_ratio};
/// let regions = [60.0, 90.0, 70.0].map(|y| Group { value: Some(y), ..Group::default() });
/// assert_eq!(range_ratio(&regions).unwrap().value, Some(1.5));
/// ```
///
/// # References
/// Harper & Lynch, 2005, "Methods for measuring cancer disparities: using data relevant to Healthy
/// People 2010 cancer-related objectives", NCI Cancer Surveillance Monograph 6.
pub fn range_ratio(groups: &[Group]) -> Result<Estimate, Error> {
    let values = super::group::values_only(groups);
    Contrast::Extremes.measure(&values, Better::High, METHOD, |pair| {
        match (pair.more.value, pair.less.value) {
            (more, less) if less < 0.0 || more == 0.0 => {
                Estimate::missing(Status::Undefined, METHOD)
            }
            (more, less) => Estimate::of(more / less, METHOD),
        }
    })
}
