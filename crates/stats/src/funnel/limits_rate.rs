//! The lines of a funnel of rates.

use super::limits_ratio::lines;
use super::target::FunnelStatistic;
use crate::{Confidence, Error, Estimate, Status};

/// The lines of a funnel plot of rates, where `events` lie on them.
///
/// # Definition
/// The target times the lines of [`funnel_limits_ratio`](super::funnel_limits_ratio): `t O / U` and
/// `t O / L`, where `L` and `U` are the exact limits of `O` events.
///
/// # Arguments
/// `events`: a number of at least 0. `target`: the rate that areas are held against, above 0, in
/// any unit (per 100 000, say); the lines are in the same.
///
/// # Returns
/// The target as `value` and the lines as its limits.
///
/// # Nulls
/// `incomplete_strata` where an argument is NULL, `undefined` where the target is 0. Without events
/// the lower line is at 0 and there is no upper one.
///
/// # Interpretation
/// In the unit of the target. The points to draw have events across; where person-time is across,
/// a line that `O` events lie on is there at `U` or `L` over the target.
///
/// # Limits
/// Chance only. Rates that are standardised directly are no counts: use their ratio of observed to
/// expected events instead.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, funnel::funnel_limits_rate};
/// let lines = funnel_limits_rate(Some(10.0), Some(200.0), Confidence::P95).unwrap();
/// assert!((lines.lower_cl.unwrap() - 200.0 * 10.0 / 18.390).abs() < 1e-2);
/// ```
///
/// # References
/// As of [`funnel_limits_ratio`](super::funnel_limits_ratio).
///
/// # Errors
/// A negative count; a negative target.
pub fn funnel_limits_rate(
    events: Option<f64>,
    target: Option<f64>,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    const METHOD: &str = "exact";
    if let Some(target) = target {
        FunnelStatistic::Rate.check_target(target)?;
    }
    let of_events = lines(events, target.unwrap_or(1.0), confidence)?;
    Ok(match target {
        None => Estimate::missing(Status::IncompleteStrata, METHOD),
        Some(0.0) => Estimate::missing(Status::Undefined, METHOD),
        Some(_) => of_events,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_given_and_not_negative() {
        let of = |target| funnel_limits_rate(Some(3.0), target, Confidence::P95);
        assert_eq!(of(None).unwrap().status, Status::IncompleteStrata);
        assert_eq!(of(Some(0.0)).unwrap().status, Status::Undefined);
        assert!(of(Some(-1.0)).is_err() && of(Some(f64::NAN)).is_err());
        let twice = of(Some(2.0)).unwrap().upper_cl.unwrap();
        assert!((twice - 2.0 * of(Some(1.0)).unwrap().upper_cl.unwrap()).abs() < 1e-12);
    }
}
