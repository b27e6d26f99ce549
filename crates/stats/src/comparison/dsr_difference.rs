//! The difference of two standardised rates.

use super::dsr_ratio::{both, counted};
use crate::{Confidence, Error, Estimate};

/// Compares two directly standardised rates by their difference.
///
/// # Definition
/// `r1 - r0`, with limits at `-+ z sqrt(V1 + V0)`, where `V` is the squared standard error of a
/// rate; that root is the standard error.
///
/// # Arguments
/// Two rates with their standard errors, by the same standard population and multiplier. Any two
/// independent estimates will do.
///
/// # Returns
/// The difference in the unit of the rates; `events` and `n` are those of both rates together.
/// `method` is `normal`.
///
/// # Nulls
/// Where a rate is missing, so is the difference, with the status of that rate (the first's first).
/// No limits where a rate has no standard error.
///
/// # Interpretation
/// Absolute; 0 is no difference, above 0 the first rate is higher.
///
/// # Limits
/// Two rates by other standard populations or multipliers do not compare, and nothing here can see
/// that. The rates must be independent.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, Estimate, comparison::dsr_difference};
/// let rate = |value, se| Estimate { se: Some(se), ..Estimate::of(value, "dobson") };
/// let difference = dsr_difference(&rate(30.0, 3.0), &rate(20.0, 4.0), Confidence::P95).unwrap();
/// assert_eq!((difference.value, difference.se), (Some(10.0), Some(5.0)));
/// ```
///
/// # References
/// Breslow and Day, 1987, "Statistical methods in cancer research, volume II", IARC, chapter
/// 2.
///
/// # Errors
/// None; a `Result` as all measures have it.
pub fn dsr_difference(
    rate: &Estimate,
    reference: &Estimate,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    const METHOD: &str = "normal";
    let (one, zero) = match both(rate, reference) {
        Ok(values) => values,
        Err(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    let error = rate.se.zip(reference.se);
    let error = error.map(|(one, zero)| one.hypot(zero));
    let estimate = Estimate::of(one - zero, METHOD)
        .with_normal_limits(confidence, error.filter(|error| *error > 0.0));
    Ok(counted(estimate, rate, reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    #[test]
    fn a_missing_rate_says_why_and_a_missing_error_has_no_limits() {
        let some = Estimate::of(3.0, "dobson");
        let few = Estimate::missing(Status::TooFewEvents, "dobson");
        let of = |one, zero| dsr_difference(one, zero, Confidence::P95).unwrap();
        assert_eq!(of(&few, &some).status, Status::TooFewEvents);
        let found = of(&some, &some);
        assert_eq!(
            (found.value, found.lower_cl, found.se),
            (Some(0.0), None, None)
        );
    }
}
