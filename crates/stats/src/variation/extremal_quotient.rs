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
/// One rate, or ratio of observed to expected, per area; no area weighs more than another. What was
/// expected in each, in the same order; nothing at all where it is not known. `lower` below
/// `upper`, both from 0 to 1.
///
/// # Returns
/// A number of at least 1, infinite when only the lower quantile is 0; the number of areas as n.
///
/// # Nulls
/// `incomplete_strata` when a rate is NULL, or one of the expected numbers. `undefined` with fewer
/// than two areas, when both quantiles are 0, or a number is NaN or infinite. `too_few_events` when
/// fewer than [`fewest_expected`](Quantiles::fewest_expected) events were expected in an area.
///
/// # Interpretation
/// 1.5: half as many again in the highest area. Easy to say, and the first number that a reader
/// asks for.
///
/// # Limits
/// It grows with the number of areas and with smallness: among 290 municipalities of equal risk it
/// is large by chance alone, and one area without events makes it infinite. Without the expected
/// numbers it cannot see how many events a rate rests on, and refuses nothing. Never compare it
/// between maps of different areas; see [`extremal_quotient_eb`](super::extremal_quotient_eb).
///
/// # References
/// Diehr, 1990, "What is too much variation? The null hypothesis in small-area analysis", Health
/// Services Research 24:741. Hyndman & Fan, 1996, "Sample quantiles in statistical packages", The
/// American Statistician, doi:10.1080/00031305.1996.10473566.
///
/// # Errors
/// A negative number; quantiles outside 0 to 1, or the lower one not below the upper one.
pub fn extremal_quotient(
    rates: &[Option<f64>],
    expected: &[Option<f64>],
    quantiles: &Quantiles,
) -> Result<Estimate, Error> {
    const METHOD: &str = "quantiles_type_7";
    quantiles.check()?;
    let rates = known_numbers("rate", rates)?;
    let expected = known_numbers("expected", expected)?;
    let (rates, expected) = match (rates, expected) {
        (Ok(rates), Ok(expected)) => (rates, expected),
        (Err(Status::IncompleteStrata), _) | (_, Err(Status::IncompleteStrata)) => {
            return Ok(Estimate::missing(Status::IncompleteStrata, METHOD));
        }
        (Err(status), _) | (_, Err(status)) => return Ok(Estimate::missing(status, METHOD)),
    };
    let least = expected.first().copied();
    Ok(quotient(&rates, least, quantiles, METHOD))
}

/// Which two quantiles are divided, and from how many events on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    /// That above the line, up to 1.
    pub upper: f64,
    /// That below the line, from 0 to below the other.
    pub lower: f64,
    /// The fewest events that have to be expected in each area: of fewer, chance makes the
    /// extremes.
    pub fewest_expected: f64,
}

impl Quantiles {
    /// How many events have to be expected unless one says otherwise.
    pub const FEWEST_EXPECTED: f64 = 5.0;

    /// Two quantiles of areas with at least 5 events expected in each.
    pub const fn new(upper: f64, lower: f64) -> Self {
        Self {
            upper,
            lower,
            fewest_expected: Self::FEWEST_EXPECTED,
        }
    }

    /// Refuses what are no two quantiles.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Self { upper, lower, .. } = *self;
        if !(0.0..=1.0).contains(&upper) {
            return Err(Error::argument("upper", "a number from 0 to 1", upper));
        }
        if !(0.0..upper).contains(&lower) {
            let expected = "a number from 0 to below `upper`";
            return Err(Error::argument("lower", expected, lower));
        }
        let fewest = self.fewest_expected;
        if !(fewest >= 0.0 && fewest.is_finite()) {
            let expected = "a number of at least 0";
            return Err(Error::argument("fewest_expected", expected, fewest));
        }
        Ok(())
    }
}

/// The quotient of two quantiles of rates that are sorted and known, where the least number that
/// was expected is enough.
pub(super) fn quotient(
    rates: &[f64],
    least_expected: Option<f64>,
    quantiles: &Quantiles,
    method: &'static str,
) -> Estimate {
    let (high, low) = match rates.len() {
        0 | 1 => (None, None),
        _ => (
            quantile(rates, quantiles.upper),
            quantile(rates, quantiles.lower),
        ),
    };
    let too_few = least_expected.is_some_and(|least| least < quantiles.fewest_expected);
    let quotient = match (high, low) {
        (Some(_), Some(_)) if too_few => Estimate::missing(Status::TooFewEvents, method),
        (Some(high), Some(low)) if high > 0.0 => Estimate::of(high / low, method),
        _ => Estimate::missing(Status::Undefined, method),
    };
    #[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
    let areas = rates.len() as f64;
    quotient.with_counts(None, Some(areas))
}

/// Rates that are all known, sorted; or why there is no answer.
pub(super) fn known_rates(rates: &[Option<f64>]) -> Result<Result<Vec<f64>, Status>, Error> {
    known_numbers("rate", rates)
}

fn known_numbers(
    argument: &'static str,
    numbers: &[Option<f64>],
) -> Result<Result<Vec<f64>, Status>, Error> {
    if let Some(number) = numbers.iter().flatten().find(|number| **number < 0.0) {
        return Err(Error::argument(argument, "a number of at least 0", number));
    }
    let Some(mut known) = numbers.iter().copied().collect::<Option<Vec<f64>>>() else {
        return Ok(Err(Status::IncompleteStrata));
    };
    if known.iter().any(|number| !number.is_finite()) {
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
        extremal_quotient(&rates, &[], &Quantiles::new(upper, lower)).unwrap()
    }

    fn extremes(rates: &[Option<f64>]) -> Result<Estimate, Error> {
        extremal_quotient(rates, &[], &Quantiles::new(1.0, 0.0))
    }

    #[test]
    fn where_few_events_are_expected_there_is_no_quotient() {
        let rates = [Some(1.0), Some(2.0)];
        let status = |expected: &[Option<f64>], fewest_expected| {
            let quantiles = Quantiles {
                fewest_expected,
                ..Quantiles::new(1.0, 0.0)
            };
            let found = extremal_quotient(&rates, expected, &quantiles).unwrap();
            assert_eq!(found.value.is_some(), found.status == Status::Ok);
            found.status
        };
        assert_eq!(status(&[Some(5.0), Some(9.0)], 5.0), Status::Ok);
        assert_eq!(status(&[Some(9.0), Some(4.9)], 5.0), Status::TooFewEvents);
        assert_eq!(status(&[Some(9.0), Some(4.9)], 0.0), Status::Ok);
        assert_eq!(status(&[Some(1.0), None], 5.0), Status::IncompleteStrata);
        let quantiles = Quantiles::new(1.0, 0.0);
        assert!(extremal_quotient(&rates, &[Some(-1.0), None], &quantiles).is_err());
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
        let unknown = extremes(&[Some(1.0), None]).unwrap();
        assert_eq!(unknown.status, Status::IncompleteStrata);
        assert_eq!(
            of(&[1.0, f64::INFINITY], 1.0, 0.0).status,
            Status::Undefined
        );
        assert!(extremes(&[Some(-1.0), None]).is_err());
    }

    #[test]
    fn quantiles_have_an_order() {
        for (upper, lower) in [(0.2, 0.8), (0.5, 0.5), (1.1, 0.0), (1.0, -0.1)] {
            let quantiles = Quantiles::new(upper, lower);
            assert!(extremal_quotient(&[Some(1.0)], &[], &quantiles).is_err());
        }
        for (upper, lower) in [(f64::NAN, 0.0), (1.0, f64::NAN)] {
            assert!(extremal_quotient(&[], &[], &Quantiles::new(upper, lower)).is_err());
        }
    }
}
