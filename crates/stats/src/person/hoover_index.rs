//! The Hoover index, or Robin Hood index.

use super::people::{Person, Spread};
use crate::{Error, Estimate};

const METHOD: &str = "";

/// Gives the Hoover index.
///
/// # Definition
/// `½ Σ f |x / μ - 1|`, where `f` is the share of all weight and `μ = Σ f x`.
///
/// # Arguments
/// Of each person `value`, at least 0, and `weight`, at least 0. Groups with their populations as
/// weights give the grouped index.
///
/// # Returns
/// A number from 0 to 1, no interval; `n` is the number of rows with weight.
///
/// # Nulls
/// `incomplete_strata` when a value or a weight is NULL. `undefined` when a value is negative or
/// infinite, when all are 0, and with no weight at all.
///
/// # Errors
/// A weight that is negative.
///
/// # Interpretation
/// 0 means that everyone has the same. It is the share of all there is that would have to change
/// hands to make it so. Relative. Over groups it is a two-hundredth of the weighted
/// [`index_of_disparity`](crate::unordered::index_of_disparity).
///
/// # Limits
/// What changes hands on one side of the mean does not count: it cannot tell poor from poorest.
///
/// # Example
/// ```
/// use kohort_stats::person::{Person, hoover_index};
/// let people = [0.0, 0.0, 0.0, 8.0].map(|x| Person::alone(Some(x)));
/// assert_eq!(hoover_index(&people).unwrap().value, Some(0.75));
/// ```
///
/// # References
/// Hoover, 1936, "The measurement of industrial localization", Review of Economics and Statistics,
/// doi:10.2307/1927875.
pub fn hoover_index(people: &[Person]) -> Result<Estimate, Error> {
    Spread::index(people, METHOD, |spread| {
        Some(0.5 * spread.mean_of(|relative| (relative - 1.0).abs()))
    })
}
