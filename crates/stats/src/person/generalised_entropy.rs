//! The generalised entropy.

use super::people::{Person, Spread};
use crate::{Error, Estimate};

const METHOD: &str = "";

/// Gives the generalised entropy.
///
/// # Definition
/// With `r = x / μ` the value of a person relative to the mean and `f` their share of all weight:
/// `(Σ f r^α - 1) / (α (α - 1))`; for `α = 1` its limit `Σ f r ln r` (Theil's T), for `α = 0` its
/// limit `-Σ f ln r` (Theil's L, the mean log deviation). `0 ln 0` is 0.
///
/// # Arguments
/// Of each person `value`, at least 0, and `weight`, at least 0. `alpha` is any number; 0, 1 and 2
/// are usual.
///
/// # Returns
/// A number of at least 0, no interval; `n` is the number of rows with weight.
///
/// # Nulls
/// `incomplete_strata` when a value or a weight is NULL. `undefined` when a value is negative or
/// infinite, when all are 0, with no weight at all, and when a value is 0 with `alpha` of at most
/// 0.
///
/// # Errors
/// A weight that is negative; an `alpha` that is not a finite number.
///
/// # Interpretation
/// 0 means that everyone has the same; there is no common maximum. Relative. The larger `alpha`,
/// the more it is about those who have much; the smaller, about those who have little. For `α = 2`
/// it is half the squared coefficient of variation.
///
/// # Limits
/// Not scaled by 1000, unlike [`theil_index`](crate::unordered::theil_index) of groups.
///
/// # Example
/// ```
/// use kohort_stats::person::{Person, generalised_entropy};
/// let people = [1.0, 3.0].map(|x| Person::alone(Some(x)));
/// assert_eq!(generalised_entropy(&people, 2.0).unwrap().value, Some(0.125));
/// ```
///
/// # References
/// Shorrocks, 1980, "The class of additively decomposable inequality measures", Econometrica,
/// doi:10.2307/1913126.
pub fn generalised_entropy(people: &[Person], alpha: f64) -> Result<Estimate, Error> {
    checked_alpha(alpha)?;
    Spread::index(people, METHOD, |spread| entropy(spread, alpha))
}

/// An alpha has to be a number.
pub(super) fn checked_alpha(alpha: f64) -> Result<(), Error> {
    match alpha.is_finite() {
        true => Ok(()),
        false => Err(Error::argument("alpha", "a finite number", alpha)),
    }
}

/// The generalised entropy of a spread; `None` where it is infinite.
pub(super) fn entropy(spread: &Spread, alpha: f64) -> Option<f64> {
    let log = |relative: f64| match relative > 0.0 {
        true => relative.ln(),
        false => 0.0,
    };
    let value = if alpha <= 0.0 && spread.has_zero() {
        return None;
    } else if alpha == 0.0 {
        -spread.mean_of(log)
    } else if alpha == 1.0 {
        spread.mean_of(|relative| relative * log(relative))
    } else {
        (spread.mean_of(|relative| relative.powf(alpha)) - 1.0) / (alpha * (alpha - 1.0))
    };
    // Not -0, which a sum of nothing can be.
    value.is_finite().then_some(value.max(0.0) + 0.0)
}
