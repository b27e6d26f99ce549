//! The ratio of two risks.

use super::GroupCounts;
use super::group_counts::risks;
use crate::rates::Known;
use crate::{Confidence, Error, Estimate, Status};

/// Compares two risks, or shares, by their ratio.
///
/// # Definition
/// `(x1 / n1) / (x0 / n0)`, with the limits of Katz:
/// `exp(ln ratio -+ z sqrt(1/x1 - 1/n1 + 1/x0 - 1/n0))`. The standard error is the ratio times that
/// root.
///
/// # Arguments
/// The events and the people of the group, and those of the reference; at most as many events as
/// people.
///
/// # Returns
/// The ratio; `events` and `n` are the events and the people of both groups. `method` is `katz`.
///
/// # Nulls
/// `incomplete_strata` where a count is NULL. `undefined` without people in a group, or without
/// events in both. No limits when a group has no events, or when everyone in both is an event.
///
/// # Interpretation
/// Relative; 1 is no difference. Without events in the reference it is infinite. The ratio of
/// those who got a test is not the inverse of the ratio of those who did not: say which it is.
///
/// # Limits
/// The limits are rough for few events; those of the difference are not
/// (see [`risk_difference`](super::risk_difference)).
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, comparison::{GroupCounts, risk_ratio}};
/// let (group, reference) = (GroupCounts::new(56.0, 70.0), GroupCounts::new(48.0, 80.0));
/// let ratio = risk_ratio(group, reference, Confidence::P95).unwrap();
/// assert!((ratio.value.unwrap() - 4.0 / 3.0).abs() < 1e-12);
/// ```
///
/// # References
/// Katz, Baptista, Azen and Pike, 1978, "Obtaining confidence intervals for the risk ratio in
/// cohort studies", Biometrics, doi:10.2307/2530610.
///
/// # Errors
/// A negative count; more events than people.
pub fn risk_ratio(
    group: GroupCounts,
    reference: GroupCounts,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    const METHOD: &str = "katz";
    let [x1, n1, x0, n0] = match risks(group, reference)? {
        Known::Not(status) => return Ok(Estimate::missing(status, METHOD)),
        Known::All([0.0, _, 0.0, _]) => {
            return Ok(Estimate::missing(Status::Undefined, METHOD));
        }
        Known::All(counts) => counts,
    };
    let ratio = (x1 / n1) / (x0 / n0);
    let variance = (1.0 - x1 / n1) / x1 + (1.0 - x0 / n0) / x0;
    let error = Some(variance.sqrt()).filter(|error| *error > 0.0 && error.is_finite());
    let factor = error.map(|error| (confidence.z() * error).exp());
    let estimate = Estimate::of(ratio, METHOD).with_limits(
        confidence,
        factor.map(|factor| ratio / factor),
        factor.map(|factor| ratio * factor),
    );
    Ok(Estimate {
        se: error.map(|error| ratio * error),
        ..estimate.with_counts(Some(x1 + x0), Some(n1 + n0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(group: (f64, f64), reference: (f64, f64)) -> Estimate {
        let of = |(events, n)| GroupCounts::new(events, n);
        risk_ratio(of(group), of(reference), Confidence::P95).unwrap()
    }

    #[test]
    fn a_zero_has_no_limits() {
        let infinite = ratio((3.0, 10.0), (0.0, 10.0));
        assert_eq!(infinite.value, Some(f64::INFINITY));
        let zero = ratio((0.0, 10.0), (3.0, 10.0));
        assert_eq!(zero.value, Some(0.0));
        let everyone = ratio((10.0, 10.0), (5.0, 5.0));
        assert_eq!(everyone.value, Some(1.0));
        for none in [infinite, zero, everyone] {
            assert_eq!((none.lower_cl, none.upper_cl, none.se), (None, None, None));
            assert_eq!(none.status, Status::Ok);
        }
        assert_eq!(ratio((0.0, 10.0), (0.0, 10.0)).status, Status::Undefined);
        assert_eq!(ratio((0.0, 0.0), (1.0, 10.0)).status, Status::Undefined);
    }

    #[test]
    fn more_events_than_people_are_an_error() {
        let (group, reference) = (GroupCounts::new(3.0, 10.0), GroupCounts::new(4.0, 3.0));
        let error = risk_ratio(group, reference, Confidence::P95).unwrap_err();
        let message = "events_0: expected at most `n_0` events, got `4`";
        assert_eq!(error.to_string(), message);
    }
}
