//! The Atkinson index.

use super::people::{Person, Spread};
use crate::{Error, Estimate};

const METHOD: &str = "";

/// Gives the Atkinson index.
///
/// # Definition
/// With `r = x / μ` the value of a person relative to the mean and `f` their share of all weight:
/// `1 - (Σ f r^(1-ε))^(1/(1-ε))`, and for `ε = 1` its limit `1 - exp(Σ f ln r)`.
///
/// # Arguments
/// Of each person `value`, at least 0, and `weight`, at least 0. `epsilon`, at least 0, is how much
/// inequality is minded; 0.5, 1 and 2 are usual. Groups with their populations as weights give the
/// grouped index.
///
/// # Returns
/// A number from 0 to 1, no interval; `n` is the number of rows with weight. 1 when somebody has
/// nothing and `epsilon` is at least 1.
///
/// # Nulls
/// `incomplete_strata` when a value or a weight is NULL. `undefined` when a value is negative or
/// infinite, when all are 0, and with no weight at all.
///
/// # Errors
/// A weight that is negative; an `epsilon` that is negative or not finite.
///
/// # Interpretation
/// 0 means that everyone has the same. 0.3 means that seven tenths of what there is, shared alike,
/// would be as good, to someone who minds inequality so much. Relative. The larger `epsilon`, the
/// more it is about those who have least; at 0 nobody minds and it is 0.
///
/// # Limits
/// With `epsilon` of at least 1 a single person with nothing makes it 1.
///
/// # Example
/// ```
/// use kohort_stats::person::{Person, atkinson};
/// let people = [1.0, 4.0].map(|x| Person::alone(Some(x)));
/// let index = atkinson(&people, 1.0).unwrap().value.unwrap();
/// assert!((index - 0.2).abs() < 1e-12);
/// ```
///
/// # References
/// Atkinson, 1970, "On the measurement of inequality", Journal of Economic Theory,
/// doi:10.1016/0022-0531(70)90039-6.
pub fn atkinson(people: &[Person], epsilon: f64) -> Result<Estimate, Error> {
    if !(epsilon >= 0.0 && epsilon.is_finite()) {
        let expected = "a number of at least 0";
        return Err(Error::argument("epsilon", expected, epsilon));
    }
    Spread::index(people, METHOD, |spread| {
        let equal = log_equal_share(spread, epsilon);
        // Not -0, which nothing less nothing can be.
        Some((-equal.exp_m1()).clamp(0.0, 1.0) + 0.0)
    })
}

/// The logarithm of the value that would be as good if everyone had it, relative to the mean.
fn log_equal_share(spread: &Spread, epsilon: f64) -> f64 {
    let power = 1.0 - epsilon;
    if epsilon >= 1.0 && spread.has_zero() {
        return f64::NEG_INFINITY;
    }
    if power == 0.0 {
        return spread.mean_of(f64::ln);
    }
    // The sum of powers, relative to its largest, so that it neither overflows nor vanishes.
    let log = |value: f64| power * (value / spread.mean).ln();
    let logs = spread.people.iter().map(|held| log(held.value));
    let largest = logs.fold(f64::NEG_INFINITY, f64::max);
    let sum = spread.mean_of(|relative| (power * relative.ln() - largest).exp());
    (largest + sum.ln()) / power
}
