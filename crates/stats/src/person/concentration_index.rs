//! The concentration index of people.

use crate::ordered::{ConcentrationOptions, OrderedRow, Ranked, Refusal, Unit, concentration};
use crate::{Error, Estimate};

/// Estimates the concentration index of people ranked by something, such as income.
///
/// # Definition
/// `2 * sum of f * y * R / mean - 1`, with `y` the outcome of a person, `f` the share of the
/// weights, and `R` the midpoint rank; or the variant of the options.
///
/// # Arguments
/// Rows are people ([`OrderedRow::person`]); they are sorted in place. People of equal rank share
/// its midpoint, so that the order in which they come does not matter. A person whose weight is 0
/// does not count.
///
/// # Returns
/// The index, from -1 to 1 for outcomes of at least 0, with a normal interval, by the delta method
/// unless the options say otherwise; `n` is the number of people.
///
/// # Nulls
/// `incomplete_strata` for a NULL in outcome, rank or weight: leave such people out in the query,
/// where it can be seen. `undefined` where the mean is not above 0 (but for the absolute index and
/// Erreygers' variant), where it is a bound (Wagstaff), and where all people are of one rank. The
/// interval is absent for fewer than three people.
///
/// # Errors
/// A negative weight; bounds that are none, and outcomes beyond them.
///
/// # Interpretation
/// Relative (absolute for [`Absolute`](crate::ordered::ConcentrationVariant::Absolute) and
/// Erreygers' variant). Above 0 the outcome is concentrated among those of high rank, below 0 among
/// those of low rank. 0 is no gradient, or one that crosses over. Of a yes and no the standard
/// index reaches `1 - mean` at most.
///
/// # Limits
/// The errors by regression take ranks as known. The delta errors of the other variants are those
/// of the standard one, scaled: their mean is fixed. With weights, `n` still counts people.
///
/// # Example
/// ```
/// use kohort_stats::ordered::{ConcentrationOptions, OrderedRow};
/// use kohort_stats::person::concentration_index;
/// let mut people = [(0.0, 180_000.0), (1.0, 320_000.0), (1.0, 560_000.0)]
///     .map(|(tested, income)| OrderedRow::person(Some(tested), Some(income), Some(1.0)));
/// let index = concentration_index(&mut people, &ConcentrationOptions::default()).unwrap();
/// assert!((index.value.unwrap() - 1.0 / 3.0).abs() < 1e-12);
/// ```
///
/// # References
/// Kakwani, Wagstaff and van Doorslaer, 1997, "Socioeconomic inequalities in health: measurement,
/// computation, and statistical inference", Journal of Econometrics,
/// doi:10.1016/S0304-4076(96)01807-6. O'Donnell, O'Neill, Van Ourti and Walsh, 2016, "conindex:
/// estimation of concentration indices", Stata Journal, doi:10.1177/1536867X1601600112.
pub fn concentration_index(
    people: &mut [OrderedRow],
    options: &ConcentrationOptions,
) -> Result<Estimate, Error> {
    let of_people = |people: &mut [OrderedRow]| -> Result<Estimate, Refusal> {
        let ranked = Ranked::sort(people)?;
        concentration(&ranked, options, Unit::Person)
    };
    of_people(people).or_else(|refusal| refusal.settle(options.error.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;
    use crate::ordered::ConcentrationError;

    fn people(outcomes: &[f64], ranks: &[f64]) -> Vec<OrderedRow> {
        let person = |(outcome, rank): (&f64, &f64)| {
            OrderedRow::person(Some(*outcome), Some(*rank), Some(1.0))
        };
        outcomes.iter().zip(ranks).map(person).collect()
    }

    #[test]
    fn everything_at_the_top_is_near_one_and_at_the_bottom_near_minus_one() {
        let ranks: Vec<f64> = (0..1000).map(f64::from).collect();
        let mut top = vec![0.0; 1000];
        top[999] = 1.0;
        let options = ConcentrationOptions::default();
        let found = concentration_index(&mut people(&top, &ranks), &options).unwrap();
        assert!((found.value.unwrap() - 0.999).abs() < 1e-12);
        top.reverse();
        let found = concentration_index(&mut people(&top, &ranks), &options).unwrap();
        assert!((found.value.unwrap() + 0.999).abs() < 1e-12);
    }

    #[test]
    fn the_kakwani_error_of_ties_does_not_depend_on_their_order() {
        let (outcomes, ranks) = ([3.0, 0.0, 5.0, 1.0, 2.0], [1.0, 1.0, 2.0, 2.0, 2.0]);
        let error = ConcentrationError::Kakwani;
        let options = ConcentrationOptions {
            error,
            ..ConcentrationOptions::default()
        };
        let one = concentration_index(&mut people(&outcomes, &ranks), &options).unwrap();
        let (mut outcomes, mut ranks) = (outcomes, ranks);
        outcomes.reverse();
        ranks.reverse();
        let other = concentration_index(&mut people(&outcomes, &ranks), &options).unwrap();
        assert_eq!(one, other);
        assert!(one.se.unwrap() > 0.0);
    }

    #[test]
    fn a_null_is_not_skipped() {
        let options = ConcentrationOptions::default();
        let mut rows = people(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]);
        rows[1] = OrderedRow::person(None, Some(2.0), Some(1.0));
        let found = concentration_index(&mut rows, &options).unwrap();
        assert_eq!(
            (found.value, found.status),
            (None, Status::IncompleteStrata)
        );
    }

    #[test]
    fn two_people_have_an_index_without_an_error() {
        let options = ConcentrationOptions::default();
        let found = concentration_index(&mut people(&[1.0, 3.0], &[1.0, 2.0]), &options).unwrap();
        assert_eq!(
            (found.value, found.se, found.n),
            (Some(0.25), None, Some(2.0))
        );
    }
}
