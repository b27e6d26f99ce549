//! The share who wait longer than a time.

use super::counts::people;
use super::{Curve, Limits, WaitingTimes};
use crate::{Confidence, Error, Estimate, Status};

/// Estimates the share who wait longer than a time.
///
/// # Definition
/// The Kaplan-Meier curve at `at`: see [`Curve`].
///
/// # Arguments
/// People per distinct time; the time asked about, 0 or more, in the same unit.
///
/// # Returns
/// A share from 0 to 1, with Greenwood's standard error; `events` are the waits that ended no later
/// than `at`, `n` everyone, `method` the scale of the limits.
///
/// # Nulls
/// `incomplete_strata` when a time or an event is not known. `not_reached` when someone still waits
/// after the last time that anyone was seen, and `at` is later. `undefined` without people. The
/// standard error and the limits alone are missing where the share is 0 or 1: Greenwood's formula
/// knows no error there.
///
/// # Errors
/// `at` is below 0 or not a number.
///
/// # Interpretation
/// 1: everyone still waits. 0: nobody does.
///
/// # Limits
/// Those who are censored must be like those who still wait. Who dies or moves before the test is
/// not: see [`cumulative_incidence`](super::cumulative_incidence).
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::waiting::{Limits, WaitingTimes, kaplan_meier_survival};
/// let mut waits = WaitingTimes::new();
/// for (days, tested) in [(10.0, true), (20.0, true), (20.0, false), (40.0, true)] {
///     waits.add(Some(days), Some(tested)).unwrap();
/// }
/// let longer = kaplan_meier_survival(&waits, 30.0, Limits::LogLog, Confidence::P95).unwrap();
/// assert!((longer.value.unwrap() - 0.5).abs() < 1e-12);
/// ```
///
/// # References
/// Kaplan and Meier, 1958, doi:10.1080/01621459.1958.10501452. For the limits: Borgan and Liestøl,
/// 1990, "A note on confidence intervals and bands for the survival function based on
/// transformations", Scandinavian Journal of Statistics 17.
pub fn kaplan_meier_survival(
    times: &WaitingTimes,
    at: f64,
    limits: Limits,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    if !(at.is_finite() && at >= 0.0) {
        return Err(Error::argument("t", "a number of 0 or more", at));
    }
    let curve = Curve::of(times);
    let missing = |status| {
        Estimate::missing(status, limits.as_str()).with_counts(
            Some(people(curve.events_until(at))),
            Some(people(curve.people())),
        )
    };
    if let Some(status) = times.refusal() {
        return Ok(missing(status));
    }
    if curve.people() == 0 {
        return Ok(missing(Status::Undefined));
    }
    if !curve.reaches(at) {
        return Ok(missing(Status::NotReached));
    }
    let last = curve.until(at).last();
    let mut estimate = Estimate::of(last.map_or(1.0, |step| step.survival), limits.as_str());
    estimate.se = last.and_then(|step| step.se);
    let around = last.and_then(|step| step.limits(limits, confidence));
    Ok(estimate
        .with_limits(confidence, around.map(|l| l.0), around.map(|l| l.1))
        .with_counts(
            Some(people(curve.events_until(at))),
            Some(people(curve.people())),
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(rows: &[(f64, bool)]) -> WaitingTimes {
        let mut times = WaitingTimes::new();
        for (time, event) in rows {
            times.add(Some(*time), Some(*event)).unwrap();
        }
        times
    }

    fn at(times: &WaitingTimes, t: f64) -> Estimate {
        kaplan_meier_survival(times, t, Limits::LogLog, Confidence::P95).unwrap()
    }

    #[test]
    fn who_still_waits_stays_at_risk() {
        // Two of three answered tests took at most 30 days, yet of six people four still wait.
        let backlog = waits(&[
            (10.0, true),
            (30.0, true),
            (60.0, true),
            (90.0, false),
            (90.0, false),
            (90.0, false),
        ]);
        let longer = at(&backlog, 30.0);
        assert!((longer.value.unwrap() - 4.0 / 6.0).abs() < 1e-15);
        assert_eq!((longer.events, longer.n), (Some(2.0), Some(6.0)));
        assert!(longer.lower_cl.unwrap() < 4.0 / 6.0 && longer.upper_cl.unwrap() > 4.0 / 6.0);
    }

    #[test]
    fn beyond_the_last_time_nothing_is_known_unless_nobody_waits() {
        let open = waits(&[(10.0, true), (20.0, false)]);
        assert_eq!(at(&open, 20.0).status, Status::Ok);
        assert_eq!(at(&open, 20.5).status, Status::NotReached);
        assert_eq!(at(&open, 20.5).value, None);
        let closed = waits(&[(10.0, false), (20.0, true)]);
        let nobody = at(&closed, 365.0);
        assert_eq!((nobody.value, nobody.lower_cl), (Some(0.0), None));
    }

    #[test]
    fn before_the_first_event_everyone_waits_and_limits_are_not_made_up() {
        let late = at(&waits(&[(10.0, true), (20.0, false)]), 5.0);
        assert_eq!((late.value, late.se), (Some(1.0), None));
        assert_eq!((late.lower_cl, late.upper_cl), (None, None));
        // Someone was last seen by then, and still nobody served.
        let seen = at(&waits(&[(5.0, false), (10.0, true), (20.0, false)]), 6.0);
        assert_eq!((seen.value, seen.se), (Some(1.0), None));
    }

    #[test]
    fn a_missing_time_makes_the_answer_missing() {
        let mut times = waits(&[(10.0, true)]);
        times.add(None, Some(true)).unwrap();
        assert_eq!(at(&times, 5.0).status, Status::IncompleteStrata);
        assert_eq!(at(&WaitingTimes::new(), 5.0).status, Status::Undefined);
    }

    #[test]
    fn a_time_below_zero_is_refused() {
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            let asked =
                kaplan_meier_survival(&waits(&[(1.0, true)]), wrong, Limits::Log, Confidence::P95);
            assert!(asked.is_err(), "{wrong}");
        }
    }
}
