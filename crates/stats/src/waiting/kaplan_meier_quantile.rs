//! How long until a share of people are served.

use super::counts::people;
use super::{Curve, Limits, WaitingTimes};
use crate::{Confidence, Error, Estimate, Status};

/// How near a share counts as equal to the one that is asked for: rounding of a product of a few
/// thousand factors, and far less than one person in a hundred million.
const SAME: f64 = 1e-11;

/// Estimates how long until a share `p` of people are served: the median wait for 0.5.
///
/// # Definition
/// The first time at which the Kaplan-Meier curve is `1 - p` or below. Where the curve is exactly
/// `1 - p` over an interval, its middle (for the last interval, the middle between its start and
/// the last time that anyone was seen). The limits are where the band around the curve is `1 - p`
/// or below, by the same rule.
///
/// # Arguments
/// People per distinct time; `p` above 0 and below 1.
///
/// # Returns
/// A time in the unit of the times; `events` are all waits that ended, `n` everyone, `method` the
/// scale of the band.
///
/// # Nulls
/// `not_reached` when fewer than `p` are served by the last time; a limit alone is missing when its
/// edge of the band does not come down so far. `incomplete_strata` when a time or an event is not
/// known, `undefined` without people.
///
/// # Errors
/// `p` is not between 0 and 1.
///
/// # Interpretation
/// In the unit of the times. Half of people wait at least the median. A missing upper limit says
/// that the wait may be longer than anyone has been followed.
///
/// # Limits
/// See [`kaplan_meier_survival`](super::kaplan_meier_survival).
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::waiting::{Limits, WaitingTimes, kaplan_meier_quantile};
/// let mut waits = WaitingTimes::new();
/// for days in [10.0, 20.0, 30.0] {
///     waits.add(Some(days), Some(true)).unwrap();
/// }
/// let median = kaplan_meier_quantile(&waits, 0.5, Limits::LogLog, Confidence::P95).unwrap();
/// assert_eq!(median.value, Some(20.0));
/// ```
///
/// # References
/// Brookmeyer and Crowley, 1982, "A confidence interval for the median survival time", Biometrics,
/// doi:10.2307/2530286.
pub fn kaplan_meier_quantile(
    times: &WaitingTimes,
    p: f64,
    limits: Limits,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::argument("p", "a number between 0 and 1", p));
    }
    let curve = Curve::of(times);
    let events = curve.steps().iter().map(|step| step.events).sum();
    let (events, n) = (Some(people(events)), Some(people(curve.people())));
    let missing = |status| Estimate::missing(status, limits.as_str()).with_counts(events, n);
    if let Some(status) = times.refusal() {
        return Ok(missing(status));
    }
    let Some(last) = times.last() else {
        return Ok(missing(Status::Undefined));
    };
    let steps = curve.steps();
    let survival = steps.iter().map(|step| (step.time, step.survival));
    let Some(value) = first_at_most(survival, 1.0 - p, last) else {
        return Ok(missing(Status::NotReached));
    };
    let edge = |pick: fn((f64, f64)) -> f64| {
        // A curve that has no band yet is at 1, and cannot be at `1 - p`.
        let band = steps.iter().filter_map(|step| {
            let around = step.limits(limits, confidence)?;
            Some((step.time, pick(around)))
        });
        first_at_most(band, 1.0 - p, last)
    };
    Ok(Estimate::of(value, limits.as_str())
        .with_limits(confidence, edge(|band| band.0), edge(|band| band.1))
        .with_counts(events, n))
}

/// The first time at which a falling curve is at `level` or below, or the middle of the interval
/// over which it is exactly there.
fn first_at_most(
    curve: impl Iterator<Item = (f64, f64)> + Clone,
    level: f64,
    last: f64,
) -> Option<f64> {
    let (first, share) = curve.clone().find(|(_, share)| *share <= level + SAME)?;
    if share < level - SAME {
        return Some(first);
    }
    let below = curve.clone().find(|(_, share)| *share < level - SAME);
    Some(0.5 * (first + below.map_or(last, |(time, _)| time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn median(rows: &[(f64, bool)]) -> Estimate {
        let mut times = WaitingTimes::new();
        for (time, event) in rows {
            times.add(Some(*time), Some(*event)).unwrap();
        }
        kaplan_meier_quantile(&times, 0.5, Limits::LogLog, Confidence::P95).unwrap()
    }

    #[test]
    fn a_curve_that_rests_at_the_share_gives_the_middle() {
        let rows = [(1.0, true), (2.0, true), (6.0, true), (9.0, true)];
        assert_eq!(median(&rows).value, Some(4.0));
        // Nobody else is served: the middle of the last interval, as R has it.
        let rows = [(1.0, true), (2.0, true), (6.0, false), (10.0, false)];
        assert_eq!(median(&rows).value, Some(6.0));
    }

    #[test]
    fn a_share_that_is_not_served_is_not_reached() {
        let wait = median(&[(1.0, true), (5.0, false), (5.0, false)]);
        assert_eq!((wait.value, wait.status), (None, Status::NotReached));
        assert_eq!((wait.events, wait.n), (Some(1.0), Some(3.0)));
        assert_eq!(median(&[]).status, Status::Undefined);
    }

    #[test]
    fn an_upper_limit_beyond_what_was_seen_is_missing_alone() {
        let wait = median(&[(1.0, true), (2.0, true), (3.0, true), (4.0, false)]);
        assert_eq!(wait.value, Some(2.5));
        assert_eq!(wait.upper_cl, None);
    }

    #[test]
    fn shares_outside_zero_and_one_are_refused() {
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
            let times = WaitingTimes::new();
            assert!(kaplan_meier_quantile(&times, p, Limits::Log, Confidence::P95).is_err());
        }
    }
}
