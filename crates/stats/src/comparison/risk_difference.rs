//! The difference of two risks.

use super::GroupCounts;
use super::group_counts::risks;
use super::rate_difference::mover;
use crate::rates::{Known, Limits, wilson_limits};
use crate::{Confidence, Error, Estimate};

/// How the limits of a difference of risks are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RiskDifferenceMethod {
    /// Recovered from the score limits of both risks.
    #[default]
    Newcombe,
    /// Normal limits.
    Wald,
}

impl RiskDifferenceMethod {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newcombe => "newcombe",
            Self::Wald => "wald",
        }
    }
}

impl std::str::FromStr for RiskDifferenceMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Newcombe, Self::Wald];
        let found = all.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| Error::argument("method", "newcombe or wald", text))
    }
}

/// Compares two risks, or shares, by their difference.
///
/// # Definition
/// `d = x1 / n1 - x0 / n0`. `newcombe`: from the score limits `l`, `u` of each share `p`, the lower
/// limit is `d - sqrt((p1 - l1)^2 + (u0 - p0)^2)`, the upper one
/// `d + sqrt((u1 - p1)^2 + (p0 - l0)^2)`. `wald`: `d -+ z se`. The standard error is
/// `sqrt(p1 (1 - p1) / n1 + p0 (1 - p0) / n0)`.
///
/// # Arguments
/// The events and the people of the group, and those of the reference; at most as many events as
/// people.
///
/// # Returns
/// The difference, from -1 to 1; `events` and `n` are the events and the people of both groups.
///
/// # Nulls
/// `incomplete_strata` where a count is NULL, `undefined` without people in a group. Where each
/// group has no or only events, the standard error is none, and so are the limits of `wald`.
///
/// # Interpretation
/// Absolute; 0 is no difference, above 0 the group has more. 1 over it is the number of people of
/// whom one more is an event.
///
/// # Limits
/// Crude: groups that differ otherwise differ for that alone. `wald` is too narrow for small
/// groups and shares near 0 or 1.
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::comparison::{GroupCounts, RiskDifferenceMethod, risk_difference};
/// let (group, reference) = (GroupCounts::new(56.0, 70.0), GroupCounts::new(48.0, 80.0));
/// let newcombe = RiskDifferenceMethod::Newcombe;
/// let difference = risk_difference(group, reference, Confidence::P95, newcombe).unwrap();
/// assert!((difference.lower_cl.unwrap() - 0.0524).abs() < 1e-4);
/// ```
///
/// # References
/// Newcombe, 1998, "Interval estimation for the difference between independent proportions",
/// Statistics in Medicine, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
/// (method 10).
///
/// # Errors
/// A negative count; more events than people.
pub fn risk_difference(
    group: GroupCounts,
    reference: GroupCounts,
    confidence: Confidence,
    method: RiskDifferenceMethod,
) -> Result<Estimate, Error> {
    let name = method.as_str();
    let [x1, n1, x0, n0] = match risks(group, reference)? {
        Known::Not(status) => return Ok(Estimate::missing(status, name)),
        Known::All(counts) => counts,
    };
    let (p1, p0) = (x1 / n1, x0 / n0);
    let variance = p1 * (1.0 - p1) / n1 + p0 * (1.0 - p0) / n0;
    let error = (variance > 0.0).then(|| variance.sqrt());
    let estimate = Estimate::of(p1 - p0, name)
        .with_counts(Some(x1 + x0), Some(n1 + n0))
        .with_normal_limits(confidence, error);
    if method == RiskDifferenceMethod::Wald {
        return Ok(estimate);
    }
    let of = |events: f64, n: f64| wilson_limits(events, n, confidence);
    let Limits { lower, upper } = mover((p1, of(x1, n1)), (p0, of(x0, n0)));
    Ok(estimate.with_limits(confidence, lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    #[test]
    fn limits_are_those_that_newcombe_printed() {
        // Newcombe, 1998, table II, method 10 and, at the end, method 1.
        for (x1, n1, x0, n0, method, lower, upper) in [
            (56.0, 70.0, 48.0, 80.0, "newcombe", 0.0524, 0.3339),
            (9.0, 10.0, 3.0, 10.0, "newcombe", 0.1705, 0.8090),
            (5.0, 56.0, 0.0, 29.0, "newcombe", -0.0381, 0.1926),
            (0.0, 10.0, 0.0, 20.0, "newcombe", -0.1611, 0.2775),
            (10.0, 10.0, 0.0, 20.0, "newcombe", 0.6791, 1.0),
            (56.0, 70.0, 48.0, 80.0, "wald", 0.0575, 0.3425),
            (9.0, 10.0, 3.0, 10.0, "wald", 0.2605, 0.9395),
        ] {
            let of = |events, n| GroupCounts::new(events, n);
            let method = method.parse().unwrap();
            let found = risk_difference(of(x1, n1), of(x0, n0), Confidence::P95, method).unwrap();
            let (low, high) = (found.lower_cl.unwrap(), found.upper_cl.unwrap());
            let off = (low - lower).abs().max((high - upper).abs());
            assert!(off < 6e-5, "{x1}/{n1}, {x0}/{n0}: {low} {high}");
        }
    }

    #[test]
    fn certainty_is_not_claimed_and_no_people_are_undefined() {
        let of = |x1, n1, method| {
            let (group, reference) = (GroupCounts::new(x1, n1), GroupCounts::new(0.0, 20.0));
            risk_difference(group, reference, Confidence::P95, method).unwrap()
        };
        let wald = of(10.0, 10.0, RiskDifferenceMethod::Wald);
        assert_eq!(
            (wald.value, wald.se, wald.lower_cl),
            (Some(1.0), None, None)
        );
        let none = of(0.0, 0.0, RiskDifferenceMethod::Newcombe);
        assert_eq!(none.status, Status::Undefined);
    }
}
