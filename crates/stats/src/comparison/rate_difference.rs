//! The difference of two rates.

use super::GroupCounts;
use super::group_counts::rates;
use crate::rates::{Known, Limits, check_multiplier, exact_poisson_limits};
use crate::{Confidence, Error, Estimate};

/// How the limits of a difference of rates are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateDifferenceMethod {
    /// Recovered from the exact limits of both rates.
    #[default]
    Mover,
    /// Normal limits.
    Wald,
}

impl RateDifferenceMethod {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mover => "mover",
            Self::Wald => "wald",
        }
    }
}

impl std::str::FromStr for RateDifferenceMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Mover, Self::Wald];
        let found = all.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| Error::argument("method", "mover or wald", text))
    }
}

/// Compares two rates by their difference.
///
/// # Definition
/// `multiplier * (a / t1 - b / t0)`. `mover`: from the exact limits `l`, `u` of each rate `r`, the
/// lower limit is `d - sqrt((r1 - l1)^2 + (u0 - r0)^2)`, the upper one
/// `d + sqrt((u1 - r1)^2 + (r0 - l0)^2)`. `wald`: `d -+ z sqrt(a / t1^2 + b / t0^2)`; that root is
/// the standard error.
///
/// # Arguments
/// The events and the person-time of the group, and those of the reference. `multiplier`: above 0.
///
/// # Returns
/// The difference; `events` and `n` are the events and the person-time of both groups.
///
/// # Nulls
/// `incomplete_strata` where a count is NULL, `undefined` without person-time in a group. Without
/// any event, the standard error is none, and so are the limits of `wald`.
///
/// # Interpretation
/// Absolute; 0 is no difference, above 0 the group has more. Times the person-time of the group it
/// is the number of events too many.
///
/// # Limits
/// Crude: groups of other ages differ for that alone. Events must be independent.
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::comparison::{GroupCounts, RateDifferenceMethod, rate_difference};
/// let (group, reference) = (GroupCounts::new(30.0, 100.0), GroupCounts::new(10.0, 100.0));
/// let (confidence, mover) = (Confidence::P95, RateDifferenceMethod::Mover);
/// let difference = rate_difference(group, reference, 100.0, confidence, mover).unwrap();
/// assert!((difference.value.unwrap() - 20.0).abs() < 1e-9);
/// ```
///
/// # References
/// Zou and Donner, 2008, "Construction of confidence limits about effect measures: a general
/// approach", Statistics in Medicine, doi:10.1002/sim.3095 (the method of variance estimates
/// recovery).
///
/// # Errors
/// A negative count; a multiplier that is not above 0.
pub fn rate_difference(
    group: GroupCounts,
    reference: GroupCounts,
    multiplier: f64,
    confidence: Confidence,
    method: RateDifferenceMethod,
) -> Result<Estimate, Error> {
    check_multiplier(multiplier)?;
    let name = method.as_str();
    let [a, time_1, b, time_0] = match rates(group, reference)? {
        Known::Not(status) => return Ok(Estimate::missing(status, name)),
        Known::All(counts) => counts,
    };
    let (rate_1, rate_0) = (a / time_1, b / time_0);
    let difference = rate_1 - rate_0;
    let variance = a / time_1.powi(2) + b / time_0.powi(2);
    let error = (variance > 0.0).then(|| multiplier * variance.sqrt());
    let estimate = Estimate::of(multiplier * difference, name)
        .with_counts(Some(a + b), Some(time_1 + time_0))
        .with_normal_limits(confidence, error);
    if method == RateDifferenceMethod::Wald {
        return Ok(estimate);
    }
    let of = |events: f64, time: f64| {
        exact_poisson_limits(events, confidence).map(|events| events / time)
    };
    let limits = mover((rate_1, of(a, time_1)), (rate_0, of(b, time_0)));
    let Limits { lower, upper } = limits.map(|limit| multiplier * limit);
    Ok(estimate.with_limits(confidence, lower, upper))
}

/// The limits of a difference, recovered from two estimates and their limits.
pub(super) fn mover((one, of_one): (f64, Limits), (zero, of_zero): (f64, Limits)) -> Limits {
    let away = |one_limit: Option<f64>, zero_limit: Option<f64>| {
        Some((one_limit? - one).hypot(zero_limit? - zero))
    };
    Limits {
        lower: away(of_one.lower, of_zero.upper).map(|half| one - zero - half),
        upper: away(of_one.upper, of_zero.lower).map(|half| one - zero + half),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    fn difference(group: GroupCounts, reference: GroupCounts, method: &str) -> Estimate {
        let method = method.parse().unwrap();
        rate_difference(group, reference, 1.0, Confidence::P95, method).unwrap()
    }

    #[test]
    fn no_events_at_all_still_have_limits() {
        let none = GroupCounts::new(0.0, 100.0);
        let mover = difference(none, none, "mover");
        assert_eq!(mover.value, Some(0.0));
        let upper = mover.upper_cl.unwrap();
        assert!((upper - 0.036_888).abs() < 1e-6 && mover.lower_cl == Some(-upper));
        let wald = difference(none, none, "wald");
        assert_eq!(
            (wald.value, wald.upper_cl, wald.se),
            (Some(0.0), None, None)
        );
    }

    #[test]
    fn against_a_reference_without_limits_of_its_own_it_is_the_interval_of_the_rate() {
        // A vast reference adds nothing to the uncertainty.
        let (group, vast) = (GroupCounts::new(7.0, 10.0), GroupCounts::new(0.0, 1e12));
        let found = difference(group, vast, "mover");
        let limits = exact_poisson_limits(7.0, Confidence::P95).map(|events| events / 10.0);
        assert!((found.lower_cl.unwrap() - limits.lower.unwrap()).abs() < 1e-9);
        assert!((found.upper_cl.unwrap() - limits.upper.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn swapping_the_groups_changes_the_sign() {
        let (one, zero) = (GroupCounts::new(7.0, 10.0), GroupCounts::new(3.0, 20.0));
        for method in ["mover", "wald"] {
            let there = difference(one, zero, method);
            let back = difference(zero, one, method);
            let sum = there.lower_cl.unwrap() + back.upper_cl.unwrap();
            assert!(sum.abs() < 1e-15, "{method}: {sum}");
        }
    }

    #[test]
    fn no_person_time_is_undefined_and_null_is_incomplete() {
        let (some, none) = (GroupCounts::new(7.0, 10.0), GroupCounts::new(0.0, 0.0));
        assert_eq!(difference(some, none, "mover").status, Status::Undefined);
        let null = GroupCounts::default();
        assert_eq!(
            difference(null, some, "wald").status,
            Status::IncompleteStrata
        );
        let (method, confidence) = (RateDifferenceMethod::Mover, Confidence::P95);
        assert!(rate_difference(some, some, -1.0, confidence, method).is_err());
    }
}
