//! The Gini coefficient.

use super::people::{Person, Spread};
use crate::{Error, Estimate};

/// Whether a Gini coefficient is that of the people themselves, or an estimate from a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GiniCorrection {
    /// Of the people as they are.
    #[default]
    None,
    /// Times `n / (n - 1)`, which takes off most of the bias of a small sample of `n` people.
    SmallSample,
}

/// Gives the Gini coefficient.
///
/// # Definition
/// `2 Σ f x R / μ - 1 = 2 Σ f (x - μ) (R - ½) / μ`, over people from the least value to the
/// greatest, where `f` is the share of all weight, `μ = Σ f x`, and `R` the share of weight below
/// plus half of the own. [`GiniCorrection::SmallSample`] multiplies by `n / (n - 1)`, where `n` is
/// the sum of the weights: the number of people, who are rows where each weighs 1.
///
/// # Arguments
/// Of each person `value`, at least 0, and `weight`, at least 0. Groups with their populations as
/// weights give the grouped coefficient.
///
/// # Returns
/// A number from 0 to 1, no interval; `n` is the number of rows with weight.
///
/// # Nulls
/// `incomplete_strata` when a value or a weight is NULL. `undefined` when a value is negative or
/// infinite, when all are 0, with no weight at all, and for a corrected coefficient of one person
/// or less, such as of weights that are shares.
///
/// # Errors
/// A weight that is negative.
///
/// # Interpretation
/// 0 means that everyone has the same, 1 that one person of very many has it all. Relative:
/// doubling everything changes nothing. It is half the mean difference between two people, over the
/// mean. It weighs the middle most.
///
/// # Limits
/// Over groups it knows nothing of differences within them and is too small for people.
///
/// # Example
/// ```
/// use kohort_stats::person::{GiniCorrection, Person, gini};
/// let people = [0.0, 0.0, 0.0, 8.0].map(|x| Person::alone(Some(x)));
/// assert_eq!(gini(&people, GiniCorrection::None).unwrap().value, Some(0.75));
/// assert_eq!(gini(&people, GiniCorrection::SmallSample).unwrap().value, Some(1.0));
/// ```
///
/// # References
/// Lerman & Yitzhaki, 1989, "Improving the accuracy of estimates of Gini coefficients", Journal of
/// Econometrics, doi:10.1016/0304-4076(89)90074-2. Deltas, 2003, "The small-sample bias of the Gini
/// coefficient", Review of Economics and Statistics, doi:10.1162/rest.2003.85.1.226.
pub fn gini(people: &[Person], correction: GiniCorrection) -> Result<Estimate, Error> {
    let method = match correction {
        GiniCorrection::None => "uncorrected",
        GiniCorrection::SmallSample => "small_sample",
    };
    Spread::index(people, method, |spread| {
        let (mut below, mut sum) = (0.0, 0.0);
        for held in &spread.people {
            // The mean of R is a half: as a covariance the sum loses no digits.
            let rank = below + held.share / 2.0 - 0.5;
            sum += held.share * (held.value - spread.mean) * rank;
            below += held.share;
        }
        let value = (2.0 * sum / spread.mean).max(0.0) + 0.0;
        let n = spread.weight;
        match correction {
            GiniCorrection::None => Some(value),
            GiniCorrection::SmallSample => (n > 1.0).then(|| value * n / (n - 1.0)),
        }
    })
}
