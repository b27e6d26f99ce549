//! The crude rate.

use super::{Known, Limits, PoissonMethod, known};
use crate::{Confidence, Error, Estimate, Status};

/// Estimates a crude rate: events per so many people or years.
///
/// # Definition
/// `multiplier * events / population`, with the limits of the events (see
/// [`poisson_limits`](super::poisson_limits)) scaled alike. The standard error is
/// `multiplier * sqrt(events) / population`.
///
/// # Arguments
/// `events`: a number of at least 0. `population`: people or person-time, at least 0; there may be
/// more events than people. `multiplier`: above 0, 100 000 by custom.
///
/// # Returns
/// The rate, with the events, and the population as `n`. `method` says how the limits were made
/// (`exact` or `byar` for `auto`).
///
/// # Nulls
/// `incomplete_strata` where a count is NULL; `undefined` where the population is 0. The standard
/// error is none for 0 events, since 0 would claim certainty.
///
/// # Interpretation
/// Absolute. Its denominator decides what it means: per inhabitant, per person eligible, per year.
/// It mixes ages: compare groups of other ages by a standardised rate.
///
/// # Limits
/// The population is taken as known. Events must be independent.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, rates::{PoissonMethod, crude_rate}};
/// let confidence = Confidence::P95;
/// let rate = crude_rate(Some(5.0), Some(1e4), 1e5, confidence, PoissonMethod::Auto).unwrap();
/// assert_eq!(rate.value, Some(50.0));
/// assert_eq!(rate.method, "exact");
/// ```
///
/// # References
/// As of [`poisson_limits`](super::poisson_limits). `auto` is the rule of Public Health England,
/// "Technical guide: confidence intervals", 2018.
///
/// # Errors
/// A negative count; a multiplier that is not above 0.
pub fn crude_rate(
    events: Option<f64>,
    population: Option<f64>,
    multiplier: f64,
    confidence: Confidence,
    method: PoissonMethod,
) -> Result<Estimate, Error> {
    check_multiplier(multiplier)?;
    let known = known([("events", events), ("population", population)])?;
    let [count, population] = match known {
        Known::All([_, 0.0]) => return Ok(Estimate::missing(Status::Undefined, method.as_str())),
        Known::All(counts) => counts,
        Known::Not(status) => return Ok(Estimate::missing(status, method.as_str())),
    };
    let method = method.resolve(count);
    let scale = |events: f64| multiplier * events / population;
    let Limits { lower, upper } = method.limits(count, confidence).map(scale);
    let rate = Estimate::of(scale(count), method.as_str()).with_limits(confidence, lower, upper);
    Ok(Estimate {
        se: (count > 0.0).then(|| scale(count.sqrt())),
        ..rate.with_counts(Some(count), Some(population))
    })
}

/// Refuses what no rate can be multiplied by.
pub(crate) fn check_multiplier(multiplier: f64) -> Result<(), Error> {
    match multiplier > 0.0 && multiplier.is_finite() {
        true => Ok(()),
        false => Err(Error::argument(
            "multiplier",
            "a number above 0",
            multiplier,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(events: Option<f64>, population: Option<f64>) -> Estimate {
        let (per, confidence) = (1e5, Confidence::P95);
        crude_rate(events, population, per, confidence, PoissonMethod::Auto).unwrap()
    }

    #[test]
    fn no_events_have_an_upper_limit_and_no_people_have_no_rate() {
        let none = rate(Some(0.0), Some(1e5));
        assert_eq!((none.value, none.lower_cl), (Some(0.0), Some(0.0)));
        assert!((none.upper_cl.unwrap() - 3.689).abs() < 1e-3);
        assert_eq!(none.se, None);
        assert_eq!(rate(Some(3.0), Some(0.0)).status, Status::Undefined);
        assert_eq!(rate(None, Some(1.0)).status, Status::IncompleteStrata);
        assert_eq!(rate(Some(1.0), None).status, Status::IncompleteStrata);
    }

    #[test]
    fn there_may_be_more_events_than_people() {
        assert_eq!(rate(Some(30.0), Some(20.0)).value, Some(150_000.0));
    }

    #[test]
    fn a_negative_count_and_a_multiplier_of_zero_are_errors() {
        let of = |events, per| {
            let (confidence, method) = (Confidence::P95, PoissonMethod::Auto);
            crude_rate(Some(events), Some(1.0), per, confidence, method)
        };
        assert!(of(-1.0, 1.0).is_err());
        assert!(of(1.0, 0.0).is_err());
        assert!(of(1.0, f64::INFINITY).is_err());
    }
}
