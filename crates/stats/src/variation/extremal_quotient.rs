//! The extremal quotient: the highest rate by the lowest.

use super::quantile;
use crate::{Error, Estimate, Status};

/// Estimates how many times the rate of the highest area is that of the lowest.
///
/// # Definition
/// The `upper` quantile of the rates divided by the `lower` one: 1 and 0 for the highest by the
/// lowest, 0.95 and 0.05, 0.8 and 0.2, or 0.75 and 0.25 for what outliers do not decide. Quantiles
/// lie on the line between neighbouring rates ([`quantile`], type 7 of R).
///
/// # Arguments
/// One rate, or ratio of observed to expected, per area; no area weighs more than another. `lower`
/// below `upper`, both from 0 to 1.
///
/// # Returns
/// A number of at least 1, infinite when only the lower quantile is 0; the number of areas as n.
///
/// # Nulls
/// `incomplete_strata` when a rate is NULL. `undefined` with fewer than two areas, when both
/// quantiles are 0, or a rate is NaN or infinite.
///
/// # Interpretation
/// 1.5: half as many again in the highest area. Easy to say, and the first number that a reader
/// asks for.
///
/// # Limits
/// It grows with the number of areas and with smallness: among 290 municipalities of equal risk it
/// is large by chance alone, and one area without events makes it infinite. It cannot see how many
/// events a rate rests on: do not use it where fewer than 5 are expected in an area. Never compare
/// it between maps of different areas; see [`extremal_quotient_eb`](super::extremal_quotient_eb).
///
/// # References
/// Diehr, 1990, "What is too much variation? The null hypothesis in small-area analysis", Health
/// Services Research 24:741. Hyndman & Fan, 1996, "Sample quantiles in statistical packages", The
/// American Statistician, doi:10.1080/00031305.1996.10473566.
///
/// # Errors
/// A negative rate; quantiles outside 0 to 1, or the lower one not below the upper one.
pub fn extremal_quotient(rates: &[Option<f64>], upper: f64, lower: f64) -> Result<Estimate, Error> {
    const METHOD: &str = "quantiles_type_7";
    check_quantiles(upper, lower)?;
    let rates = match known_rates(rates)? {
        Ok(rates) => rates,
        Err(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    Ok(quotient(&rates, upper, lower, METHOD))
}

/// Refuses what are no two quantiles.
pub(super) fn check_quantiles(upper: f64, lower: f64) -> Result<(), Error> {
    if !(0.0..=1.0).contains(&upper) {
        return Err(Error::argument("upper", "a number from 0 to 1", upper));
    }
    if !(0.0..upper).contains(&lower) {
        let expected = "a number from 0 to below `upper`";
        return Err(Error::argument("lower", expected, lower));
    }
    Ok(())
}

/// The quotient of two quantiles of rates that are sorted and known.
pub(super) fn quotient(rates: &[f64], upper: f64, lower: f64, method: &'static str) -> Estimate {
    let (high, low) = match rates.len() {
        0 | 1 => (None, None),
        _ => (quantile(rates, upper), quantile(rates, lower)),
    };
    let quotient = match (high, low) {
        (Some(high), Some(low)) if high > 0.0 => Estimate::of(high / low, method),
        _ => Estimate::missing(Status::Undefined, method),
    };
    #[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
    let areas = rates.len() as f64;
    quotient.with_counts(None, Some(areas))
}

/// Rates that are all known, sorted; or why there is no answer.
pub(super) fn known_rates(rates: &[Option<f64>]) -> Result<Result<Vec<f64>, Status>, Error> {
    if let Some(rate) = rates.iter().flatten().find(|rate| **rate < 0.0) {
        return Err(Error::argument("rate", "a number of at least 0", rate));
    }
    let Some(mut known) = rates.iter().copied().collect::<Option<Vec<f64>>>() else {
        return Ok(Err(Status::IncompleteStrata));
    };
    if known.iter().any(|rate| !rate.is_finite()) {
        return Ok(Err(Status::Undefined));
    }
    known.sort_by(f64::total_cmp);
    Ok(Ok(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rates: &[f64], upper: f64, lower: f64) -> Estimate {
        let rates: Vec<_> = rates.iter().copied().map(Some).collect();
        extremal_quotient(&rates, upper, lower).unwrap()
    }

    #[test]
    fn the_highest_is_divided_by_the_lowest() {
        let found = of(&[3.0, 1.5, 6.0], 1.0, 0.0);
        assert_eq!((found.value, found.n), (Some(4.0), Some(3.0)));
        // The quartiles of 1 to 5 are 2 and 4.
        let quartiles = of(&[5.0, 4.0, 3.0, 2.0, 1.0], 0.75, 0.25);
        assert_eq!(quartiles.value, Some(2.0));
    }

    #[test]
    fn a_lowest_of_zero_is_infinite_and_all_zero_is_undefined() {
        assert_eq!(of(&[0.0, 1.0], 1.0, 0.0).value, Some(f64::INFINITY));
        assert_eq!(of(&[0.0, 1.0], 1.0, 0.0).status, Status::Ok);
        for rates in [&[0.0, 0.0][..], &[1.0], &[]] {
            assert_eq!(of(rates, 1.0, 0.0).status, Status::Undefined);
        }
    }

    #[test]
    fn rates_that_are_unknown_or_negative_give_no_quotient() {
        let unknown = extremal_quotient(&[Some(1.0), None], 1.0, 0.0).unwrap();
        assert_eq!(unknown.status, Status::IncompleteStrata);
        assert_eq!(
            of(&[1.0, f64::INFINITY], 1.0, 0.0).status,
            Status::Undefined
        );
        assert!(extremal_quotient(&[Some(-1.0), None], 1.0, 0.0).is_err());
    }

    #[test]
    fn quantiles_have_an_order() {
        for (upper, lower) in [(0.2, 0.8), (0.5, 0.5), (1.1, 0.0), (1.0, -0.1)] {
            assert!(extremal_quotient(&[Some(1.0)], upper, lower).is_err());
        }
        assert!(extremal_quotient(&[], f64::NAN, 0.0).is_err());
        assert!(extremal_quotient(&[], 1.0, f64::NAN).is_err());
    }
}
