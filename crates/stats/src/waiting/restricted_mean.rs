//! The mean wait within a horizon.

use super::counts::people;
use super::{Curve, WaitingTimes};
use crate::{Confidence, Error, Estimate, Status};

/// How it is made.
const METHOD: &str = "kaplan_meier";

/// Estimates the mean time waited within a horizon: the restricted mean survival time.
///
/// # Definition
/// The area under the Kaplan-Meier curve from 0 to `tau`. Its variance is the sum over the times of
/// events up to `tau` of `A^2 d / (n (n - d))`, where `A` is the area from that time to `tau`.
///
/// # Arguments
/// People per distinct time; the horizon, above 0, in the same unit.
///
/// # Returns
/// A time from 0 to `tau`, with limits at `± z·se`; `events` are the waits that ended no later than
/// `tau`, `n` everyone.
///
/// # Nulls
/// `not_reached` when `tau` is later than the last time that anyone was seen, and someone waits
/// then. `incomplete_strata` when a time or an event is not known, `undefined` without people. The
/// standard error and the limits alone are missing where no wait ended before `tau`, and where all
/// ended at once: nothing says there how far chance goes.
///
/// # Errors
/// `tau` is not above 0.
///
/// # Interpretation
/// The mean number of days waited of the first `tau` days, in the unit of the times. It is defined
/// where a median is not reached, and adds up: a difference of 5 means five days more per person.
///
/// # Limits
/// Compare only values with the same `tau`. See also
/// [`kaplan_meier_survival`](super::kaplan_meier_survival).
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::waiting::{WaitingTimes, restricted_mean_survival_time};
/// let mut waits = WaitingTimes::new();
/// for days in [10.0, 50.0] {
///     waits.add(Some(days), Some(true)).unwrap();
/// }
/// let mean = restricted_mean_survival_time(&waits, 40.0, Confidence::P95).unwrap();
/// assert_eq!(mean.value, Some(25.0));
/// ```
///
/// # References
/// Royston and Parmar, 2013, "Restricted mean survival time: an alternative to the hazard ratio for
/// the design and analysis of randomized trials with a time-to-event outcome", BMC Medical Research
/// Methodology, doi:10.1186/1471-2288-13-152.
pub fn restricted_mean_survival_time(
    times: &WaitingTimes,
    tau: f64,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    if !(tau.is_finite() && tau > 0.0) {
        return Err(Error::argument("tau", "a number above 0", tau));
    }
    let curve = Curve::of(times);
    let events = Some(people(curve.events_until(tau)));
    let n = Some(people(curve.people()));
    let missing = |status| Estimate::missing(status, METHOD).with_counts(events, n);
    if let Some(status) = times.refusal() {
        return Ok(missing(status));
    }
    if curve.people() == 0 {
        return Ok(missing(Status::Undefined));
    }
    if !curve.reaches(tau) {
        return Ok(missing(Status::NotReached));
    }
    let (area, variance) = area_and_variance(&curve, tau);
    let se = (variance > 0.0).then(|| variance.sqrt());
    Ok(Estimate::of(area, METHOD)
        .with_normal_limits(confidence, se)
        .with_counts(events, n))
}

/// The area under the curve up to a horizon, and its variance: from the last step to the first, so
/// that the area after each is at hand.
fn area_and_variance(curve: &Curve, tau: f64) -> (f64, f64) {
    let (mut after, mut variance, mut end) = (0.0, 0.0, tau);
    for step in curve.until(tau).iter().rev() {
        after += step.survival * (end - step.time);
        end = step.time;
        let (n, d) = (people(step.at_risk), people(step.events));
        // Once nobody waits there is no area left, and no variance.
        if step.events > 0 && step.events < step.at_risk {
            variance += after * after * d / (n * (n - d));
        }
    }
    (after + end, variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(rows: &[(f64, u64, u64)], tau: f64) -> Estimate {
        let mut times = WaitingTimes::new();
        for (time, events, censored) in rows {
            times.add_counts(*time, *events, *censored).unwrap();
        }
        restricted_mean_survival_time(&times, tau, Confidence::P95).unwrap()
    }

    #[test]
    fn without_censoring_it_is_the_mean_of_times_cut_at_the_horizon() {
        let found = mean(&[(1.0, 1, 0), (2.0, 1, 0), (3.0, 1, 0), (9.0, 1, 0)], 4.0);
        // 1, 2, 3, 4: mean 2.5, and a variance of 1.25 / 4 with the sample size below the line.
        assert!((found.value.unwrap() - 2.5).abs() < 1e-12);
        assert!((found.se.unwrap() - (1.25_f64 / 4.0).sqrt()).abs() < 1e-12);
        assert_eq!((found.events, found.n), (Some(3.0), Some(4.0)));
    }

    #[test]
    fn a_horizon_beyond_what_was_seen_is_not_reached() {
        assert_eq!(mean(&[(5.0, 3, 1)], 6.0).status, Status::NotReached);
        // Nobody waits after 5: the rest of the area is known to be 0.
        assert_eq!(mean(&[(5.0, 4, 0)], 6.0).value, Some(5.0));
        assert_eq!(mean(&[], 6.0).status, Status::Undefined);
    }

    #[test]
    fn without_an_end_before_the_horizon_there_is_no_error_and_not_0() {
        for rows in [[(90.0, 0, 5)], [(60.0, 5, 0)]] {
            let found = mean(&rows, 60.0);
            assert_eq!((found.value, found.status), (Some(60.0), Status::Ok));
            assert_eq!(
                (found.se, found.lower_cl, found.upper_cl),
                (None, None, None)
            );
        }
    }

    #[test]
    fn a_horizon_must_be_above_zero() {
        let times = WaitingTimes::new();
        for tau in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(restricted_mean_survival_time(&times, tau, Confidence::P95).is_err());
        }
    }
}
