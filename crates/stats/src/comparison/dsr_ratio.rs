//! The ratio of two standardised rates.

use crate::{Confidence, Error, Estimate, Status};

/// Compares two directly standardised rates by their ratio.
///
/// # Definition
/// `r1 / r0`, with limits that are normal on the scale of logarithms:
/// `exp(ln ratio -+ z sqrt(V1 / r1^2 + V0 / r0^2))`, where `V` is the squared standard error of a
/// rate. The standard error is the ratio times that root.
///
/// # Arguments
/// Two rates with their standard errors, by the same standard population and multiplier. Any two
/// independent estimates above 0 will do.
///
/// # Returns
/// The ratio; `events` and `n` are those of both rates together. `method` is `lognormal`.
///
/// # Nulls
/// Where a rate is missing, so is the ratio, with the status of that rate (the first's first).
/// `undefined` for 0 / 0 and for a negative rate. No limits where a rate is 0 or has no standard
/// error.
///
/// # Interpretation
/// Relative; 1 is no difference. A rate of 0 in the reference gives infinity.
///
/// # Limits
/// Two rates by other standard populations do not compare, and nothing here can see that. The
/// rates must be independent: a region and the country that it is part of are not, quite.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, Estimate, comparison::dsr_ratio};
/// let rate = |value, se| Estimate { se: Some(se), ..Estimate::of(value, "dobson") };
/// let ratio = dsr_ratio(&rate(30.0, 3.0), &rate(20.0, 2.0), Confidence::P95).unwrap();
/// assert_eq!(ratio.value, Some(1.5));
/// assert!((ratio.lower_cl.unwrap() - 1.1369).abs() < 1e-4);
/// ```
///
/// # References
/// Breslow and Day, 1987, "Statistical methods in cancer research, volume II", IARC, chapter
/// 2. The interval that the R package `dsr` calls log-normal is symmetric around the ratio; this
/// one is not.
///
/// # Errors
/// None; a `Result` as all measures have it.
pub fn dsr_ratio(
    rate: &Estimate,
    reference: &Estimate,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    const METHOD: &str = "lognormal";
    let (one, zero) = match both(rate, reference) {
        Ok(values) => values,
        Err(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    if one < 0.0 || zero < 0.0 || (one == 0.0 && zero == 0.0) {
        return Ok(Estimate::missing(Status::Undefined, METHOD));
    }
    let ratio = one / zero;
    let relative = |estimate: &Estimate, value: f64| Some(estimate.se? / value);
    let error = relative(rate, one).zip(relative(reference, zero));
    let error = error.map(|(one, zero)| one.hypot(zero));
    let error = error.filter(|error| error.is_finite() && *error > 0.0);
    let factor = error.map(|error| (confidence.z() * error).exp());
    let estimate = Estimate::of(ratio, METHOD).with_limits(
        confidence,
        factor.map(|factor| ratio / factor),
        factor.map(|factor| ratio * factor),
    );
    Ok(Estimate {
        se: error.map(|error| ratio * error),
        ..counted(estimate, rate, reference)
    })
}

/// The values of both rates, or why one is missing.
pub(super) fn both(rate: &Estimate, reference: &Estimate) -> Result<(f64, f64), Status> {
    let value = |estimate: &Estimate| match (estimate.status, estimate.value) {
        (Status::Ok, Some(value)) if value.is_finite() => Ok(value),
        (Status::Ok, _) => Err(Status::Undefined),
        (status, _) => Err(status),
    };
    Ok((value(rate)?, value(reference)?))
}

/// With the events and the people of both.
pub(super) fn counted(estimate: Estimate, rate: &Estimate, reference: &Estimate) -> Estimate {
    let sum = |one: Option<f64>, zero: Option<f64>| Some(one? + zero?);
    estimate.with_counts(sum(rate.events, reference.events), sum(rate.n, reference.n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(value: f64, se: Option<f64>) -> Estimate {
        let rate = Estimate::of(value, "dobson").with_counts(Some(12.0), Some(100.0));
        Estimate { se, ..rate }
    }

    fn ratio(one: &Estimate, zero: &Estimate) -> Estimate {
        dsr_ratio(one, zero, Confidence::P95).unwrap()
    }

    #[test]
    fn limits_are_symmetric_on_the_scale_of_logarithms() {
        let found = ratio(&rate(30.0, Some(3.0)), &rate(20.0, Some(2.0)));
        let product = found.lower_cl.unwrap() * found.upper_cl.unwrap();
        assert!((product - 1.5 * 1.5).abs() < 1e-12);
        assert_eq!((found.events, found.n), (Some(24.0), Some(200.0)));
        assert!((found.se.unwrap() - 1.5 * 0.02f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_rate_of_zero_gives_no_limits() {
        let (some, zero) = (rate(3.0, Some(1.0)), rate(0.0, None));
        let infinite = ratio(&some, &zero);
        assert_eq!(
            (infinite.value, infinite.upper_cl),
            (Some(f64::INFINITY), None)
        );
        let none = ratio(&rate(0.0, Some(0.0)), &some);
        assert_eq!((none.value, none.upper_cl), (Some(0.0), None));
        assert_eq!(ratio(&zero, &zero).status, Status::Undefined);
    }

    #[test]
    fn a_missing_rate_says_why() {
        let few = Estimate::missing(Status::TooFewEvents, "dobson");
        let some = rate(3.0, Some(1.0));
        assert_eq!(ratio(&some, &few).status, Status::TooFewEvents);
        let incomplete = Estimate::missing(Status::IncompleteStrata, "dobson");
        assert_eq!(ratio(&incomplete, &few).status, Status::IncompleteStrata);
        let suppressed = Estimate::missing(Status::Suppressed, "dobson");
        assert_eq!(ratio(&some, &suppressed).value, None);
    }
}
