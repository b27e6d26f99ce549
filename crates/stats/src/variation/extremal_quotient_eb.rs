//! The extremal quotient of smoothed rates.

use super::extremal_quotient::quotient;
use super::{Area, Areas, Quantiles};
use crate::smoothing::gamma_mean1;
use crate::{Error, Estimate, Status};

/// Estimates how many times the rate of a high area is that of a low one, with chance taken out of
/// the rates first.
///
/// # Definition
/// The [`extremal_quotient`](super::extremal_quotient) of the empirical Bayes ratios
/// `(O + α)/(E + α)`, with `α` of [`eb_gamma_alpha`](super::eb_gamma_alpha).
///
/// # Arguments
/// Observed and expected events per area; by custom the quantiles 0.8 and 0.2.
///
/// # Returns
/// A number of at least 1; all events, and the number of areas as n.
///
/// # Nulls
/// `incomplete_strata` when a count is NULL. `undefined` with fewer than two areas, when nothing is
/// expected in one of them, without any events, or when a number is NaN or infinite.
/// `too_few_events` when fewer than [`fewest_expected`](Quantiles::fewest_expected) events were
/// expected in an area.
///
/// # Interpretation
/// As the plain quotient, but about the risks of areas rather than about their luck: comparable
/// between maps of small and large areas. Exactly 1 when areas differ no more than by chance.
///
/// # Limits
/// Smoothed rates differ less than risks do; quantiles of few areas remain unstable.
///
/// # References
/// Coory & Gibberd, 1998, "New measures for reporting the magnitude of small-area variation in
/// rates", Statistics in Medicine 17:2625.
///
/// # Errors
/// A negative number; quantiles outside 0 to 1, or the lower one not below the upper one.
pub fn extremal_quotient_eb(areas: &[Area], quantiles: &Quantiles) -> Result<Estimate, Error> {
    const METHOD: &str = "gamma_mean1";
    quantiles.check()?;
    let areas = match Areas::of(areas, METHOD)? {
        Ok(areas) => areas,
        Err(estimate) => return Ok(estimate),
    };
    let Some(prior) = gamma_mean1(&areas) else {
        return Ok(areas.counts(Estimate::missing(Status::Undefined, METHOD)));
    };
    let rows = areas.rows.iter();
    let mut rates: Vec<f64> = rows
        .map(|&(observed, expected)| prior.smooth(observed, expected))
        .collect();
    rates.sort_by(f64::total_cmp);
    // The rows begin with the least that was expected.
    let least = areas.rows.first().map(|(_, expected)| *expected);
    Ok(areas.counts(quotient(&rates, least, quantiles, METHOD)))
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{areas, keeps_the_rules};
    use super::*;

    fn extremes(areas: &[Area]) -> Estimate {
        extremal_quotient_eb(areas, &Quantiles::new(1.0, 0.0)).unwrap()
    }

    #[test]
    fn areas_that_differ_by_chance_alone_have_a_quotient_of_one() {
        let found = extremes(&areas(&[(9.0, 10.0), (11.0, 10.0)]));
        assert_eq!(found.value, Some(1.0));
    }

    #[test]
    fn smoothed_areas_differ_less_than_raw_ones() {
        let spread = areas(&[(10.0, 30.0), (60.0, 30.0), (25.0, 30.0), (40.0, 45.0)]);
        let found = extremes(&spread);
        assert!(
            found.value > Some(1.5) && found.value < Some(6.0),
            "{found:?}"
        );
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(|areas| extremal_quotient_eb(areas, &Quantiles::new(0.8, 0.2)));
        assert!(extremal_quotient_eb(&[], &Quantiles::new(0.2, 0.8)).is_err());
    }

    #[test]
    fn where_few_events_are_expected_there_is_no_quotient() {
        let small = areas(&[(9.0, 10.0), (11.0, 4.0)]);
        let found = extremes(&small);
        assert_eq!((found.status, found.value), (Status::TooFewEvents, None));
        assert_eq!((found.events, found.n), (Some(20.0), Some(2.0)));
        let quantiles = Quantiles {
            fewest_expected: 4.0,
            ..Quantiles::new(1.0, 0.0)
        };
        let found = extremal_quotient_eb(&small, &quantiles).unwrap();
        assert_eq!(found.status, Status::Ok);
    }
}
