//! How long until a share of people are served.

use std::collections::HashSet;

use super::counts::people;
use super::{Curve, Limits, Step, WaitingTimes};
use crate::{Confidence, Error, Estimate, Status};

/// How near a share counts as equal to the one that is asked for, as in R's `survival`: the square
/// root of the spacing of numbers around 1.
const SAME: f64 = 1.490_116_119_384_765_6e-8;

/// Estimates how long until a share `p` of people are served: the median wait for 0.5.
///
/// # Definition
/// The first time at which the Kaplan-Meier curve is `1 - p` or below. Where the curve is exactly
/// `1 - p` over an interval, its middle (for the last interval, the middle between its start and
/// the last time that anyone was seen). The limits are where the band around the curve is `1 - p`
/// or below, by the same rule; where an edge of the band rises again, as the upper one does when
/// few are left, the time at which it is nearest below. All as `quantile` of R's `survfit` has it.
///
/// # Arguments
/// People per distinct time; `p` above 0 and below 1.
///
/// # Returns
/// A time in the unit of the times; `events` are all waits that ended, `n` everyone, `method` the
/// scale of the band.
///
/// # Nulls
/// `not_reached` when fewer than `p` are served by the last time. The lower limit is there all the
/// same where the lower edge of the band comes down so far: "not reached, 95 % limits 475 to –". A
/// limit alone is missing when its edge of the band does not come down so far. `incomplete_strata`
/// when a time or an event is not known, `undefined` without people.
///
/// # Errors
/// `p` is not between 0 and 1.
///
/// # Interpretation
/// In the unit of the times. Half of people wait at least the median. A missing upper limit says
/// that the wait may be longer than anyone has been followed; a median that is not reached with a
/// lower limit of 475, that it is longer than that.
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
    let served = |share: &dyn Fn(&Step) -> Option<f64>| {
        let of_step = |step: &Step| (step.time, share(step).map(|share| 1.0 - share));
        first_at_least(curve.steps().iter().map(of_step), p, last)
    };
    let value = served(&|step| Some(step.survival));
    let lower = served(&|step| step.band(limits, confidence).map(|band| band.0));
    let upper = served(&|step| step.band(limits, confidence).map(|band| band.1));
    let estimate = match value {
        Some(value) => Estimate::of(value, limits.as_str()),
        None => Estimate::missing(Status::NotReached, limits.as_str()),
    };
    Ok(estimate
        .with_limits(confidence, lower, upper)
        .with_counts(events, n))
}

/// The first time at which a rising curve is at `level` or above, or the middle of the interval
/// over which it is exactly there.
///
/// The rule of `quantile.survfit` in R's `survival`, with what it makes of edges of a band: they
/// may fall again (then the value that is nearest above counts, at its first time), and may have no
/// value at some times.
fn first_at_least(
    curve: impl Iterator<Item = (f64, Option<f64>)>,
    level: f64,
    last: f64,
) -> Option<f64> {
    let (mut at_least, mut above) = (None::<(f64, f64)>, None::<(f64, f64)>);
    let mut end = (0.0, Some(0.0));
    let mut seen = HashSet::from([end.1.map(f64::to_bits)]);
    let nearest = |found: &mut Option<(f64, f64)>, new: (f64, f64)| {
        if found.is_none_or(|(_, share)| new.1 < share) {
            *found = Some(new);
        }
    };
    for (time, share) in curve {
        // A time at which the curve does not move adds nothing.
        if !seen.insert(share.map(|share| (share + 0.0).to_bits())) {
            continue;
        }
        end = (time, share);
        let Some(share) = share else { continue };
        if share + SAME >= level {
            nearest(&mut at_least, (time, share));
        }
        if share - SAME >= level {
            nearest(&mut above, (time, share));
        }
    }
    let (first, _) = at_least?;
    match end.1 {
        Some(share) if (share - level).abs() < SAME => Some(0.5 * (first + last)),
        _ => Some(0.5 * (first + above?.0)),
    }
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
    fn a_quantile_that_is_not_reached_keeps_its_lower_limit() {
        // R's `survival` 3.5: `quantile(survfit(Surv(t, d) ~ 1, conf.type = …), 0.5)`.
        let mut times = WaitingTimes::new();
        for (time, events, censored) in [(10.0, 12, 0), (20.0, 5, 3), (30.0, 4, 0), (40.0, 0, 21)] {
            times.add_counts(time, events, censored).unwrap();
        }
        for (limits, lower) in [
            (Limits::Log, Some(20.0)),
            (Limits::LogLog, Some(20.0)),
            (Limits::Plain, Some(20.0)),
        ] {
            let wait = kaplan_meier_quantile(&times, 0.5, limits, Confidence::P95).unwrap();
            assert_eq!((wait.value, wait.status), (None, Status::NotReached));
            assert_eq!((wait.lower_cl, wait.upper_cl), (lower, None), "{limits:?}");
            assert_eq!(wait.confidence, Some(0.95));
        }
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
