//! The share served within a time.

use super::{Limits, WaitingTimes, kaplan_meier_survival};
use crate::{Confidence, Error, Estimate};

/// Estimates the share of people served within a time, such as the 90 days of a care guarantee.
///
/// # Definition
/// `1 - S(t)` with the Kaplan-Meier curve `S`, and the limits of `S` taken from 1.
///
/// # Arguments
/// People per distinct time; the time, 0 or more, in the same unit.
///
/// # Returns
/// A share from 0 to 1; `events` are the waits that ended no later than `t`, `n` everyone.
///
/// # Nulls
/// As [`kaplan_meier_survival`].
///
/// # Errors
/// `t` is below 0 or not a number.
///
/// # Interpretation
/// 1: everyone is served within the time. The plain share among completed tests is not this: it
/// leaves out everyone who still waits, and so a growing backlog makes it better.
///
/// # Limits
/// See [`kaplan_meier_survival`].
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::waiting::{Limits, WaitingTimes, share_within};
/// let mut waits = WaitingTimes::new();
/// for (days, tested) in [(30.0, true), (60.0, true), (100.0, false), (120.0, false)] {
///     waits.add(Some(days), Some(tested)).unwrap();
/// }
/// let share = share_within(&waits, 90.0, Limits::LogLog, Confidence::P95).unwrap();
/// assert!((share.value.unwrap() - 0.5).abs() < 1e-12);
/// ```
///
/// # References
/// Kaplan and Meier, 1958, doi:10.1080/01621459.1958.10501452.
pub fn share_within(
    times: &WaitingTimes,
    t: f64,
    limits: Limits,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    let longer = kaplan_meier_survival(times, t, limits, confidence)?;
    Ok(Estimate {
        value: longer.value.map(|share| 1.0 - share),
        lower_cl: longer.upper_cl.map(|share| 1.0 - share),
        upper_cl: longer.lower_cl.map(|share| 1.0 - share),
        ..longer
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_change_places() {
        let mut waits = WaitingTimes::new();
        waits.add_counts(30.0, 20, 0).unwrap();
        waits.add_counts(100.0, 0, 60).unwrap();
        let share = share_within(&waits, 90.0, Limits::LogLog, Confidence::P95).unwrap();
        assert!((share.value.unwrap() - 0.25).abs() < 1e-15);
        assert!(share.lower_cl.unwrap() < 0.25 && share.upper_cl.unwrap() > 0.25);
        assert_eq!((share.events, share.n), (Some(20.0), Some(80.0)));
    }
}
