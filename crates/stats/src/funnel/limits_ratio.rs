//! The lines of a funnel of ratios.

use crate::rates::{Known, Limits, exact_poisson_limits, known};
use crate::{Confidence, Error, Estimate};

/// The lines of a funnel plot of observed over expected counts, where `observed` events lie on
/// them.
///
/// # Definition
/// The lower line is at `O / U` and the upper one at `O / L`, where `L` and `U` are the exact
/// limits of `O` events (see [`exact_poisson_limits`]). The points to draw are `(U, O / U)` and
/// `(L, O / L)`, with the expected count across, for a run of `O`.
///
/// # Arguments
/// `observed`: a number of at least 0. The target is 1; multiply by 100 for a ratio per cent.
///
/// # Returns
/// 1 as `value` and the lines as its limits.
///
/// # Nulls
/// `incomplete_strata` where the count is NULL. Without events the lower line is at 0 and there is
/// no upper one.
///
/// # Interpretation
/// As of [`funnel_limits_proportion`](super::funnel_limits_proportion): chance alone takes an area
/// outside with what the confidence leaves.
///
/// # Limits
/// Chance only; and the expected count is taken as known.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, funnel::funnel_limits_ratio};
/// let lines = funnel_limits_ratio(Some(10.0), Confidence::P95).unwrap();
/// assert!((lines.lower_cl.unwrap() - 10.0 / 18.390).abs() < 1e-4);
/// ```
///
/// # References
/// Spiegelhalter, 2005, "Funnel plots for comparing institutional performance", Statistics in
/// Medicine, doi:10.1002/sim.1970. Dover and Schopflocher, 2011, "Using funnel plots in public
/// health surveillance", Population Health Metrics, doi:10.1186/1478-7954-9-58.
///
/// # Errors
/// A negative count.
pub fn funnel_limits_ratio(
    observed: Option<f64>,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    lines(observed, 1.0, confidence)
}

/// The lines around a target above 0.
pub(super) fn lines(
    observed: Option<f64>,
    target: f64,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    const METHOD: &str = "exact";
    let [observed] = match known([("events", observed)])? {
        Known::All(numbers) => numbers,
        Known::Not(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    let Limits { lower, upper } = exact_poisson_limits(observed, confidence);
    let line = |expected: f64| target * (observed / expected);
    let above = lower.filter(|expected| *expected > 0.0).map(line);
    Ok(Estimate::of(target, METHOD)
        .with_limits(confidence, upper.map(line), above)
        .with_counts(Some(observed), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    #[test]
    fn lines_close_in_with_the_count_and_none_lies_above_no_events() {
        let of = |observed| funnel_limits_ratio(observed, Confidence::P998).unwrap();
        let (few, many) = (of(Some(5.0)), of(Some(500.0)));
        assert!(few.lower_cl < many.lower_cl && many.upper_cl < few.upper_cl);
        let none = of(Some(0.0));
        assert_eq!((none.lower_cl, none.upper_cl), (Some(0.0), None));
        assert_eq!(of(None).status, Status::IncompleteStrata);
        assert!(funnel_limits_ratio(Some(-1.0), Confidence::P95).is_err());
    }
}
