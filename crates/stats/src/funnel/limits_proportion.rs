//! The lines of a funnel of shares.

use super::target::FunnelStatistic;
use crate::rates::{Known, known};
use crate::{Confidence, Error, Estimate, Status};

/// The lines of a funnel plot of shares, for an area of `n` people.
///
/// # Definition
/// `t -+ z sqrt(t (1 - t) / n)`, cut at 0 and 1, where `t` is the target. These are the shares
/// whose Wilson limits end at the target: an area outside the lines has its whole interval on one
/// side of it.
///
/// # Arguments
/// `n`: the people of the area, above 0; fractions are taken as they are. `target`: from 0 to 1.
///
/// # Returns
/// The target as `value` and the lines as its limits.
///
/// # Nulls
/// `incomplete_strata` where an argument is NULL, `undefined` where `n` is 0.
///
/// # Interpretation
/// In the unit of a share. By custom a plot has two pairs of lines, at confidence 0.95 and 0.998:
/// of 1000 areas at the target, 50 lie outside the first and 2 outside the second.
///
/// # Limits
/// Chance only. With many people per area, everything lies outside, since areas differ for more
/// than chance; see [`Overdispersion`](super::Overdispersion).
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, funnel::funnel_limits_proportion};
/// let lines = funnel_limits_proportion(Some(100.0), Some(0.5), Confidence::P95).unwrap();
/// assert!((lines.upper_cl.unwrap() - 0.598).abs() < 1e-3);
/// ```
///
/// # References
/// Spiegelhalter, 2005, "Funnel plots for comparing institutional performance", Statistics in
/// Medicine, doi:10.1002/sim.1970. Wilson, 1927, Journal of the American Statistical Association,
/// doi:10.1080/01621459.1927.10502953.
///
/// # Errors
/// A negative `n`; a target outside 0 to 1.
pub fn funnel_limits_proportion(
    n: Option<f64>,
    target: Option<f64>,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    const METHOD: &str = "inverse_wilson";
    let [n, target] = match known([("n", n), ("target", target)])? {
        Known::All([0.0, _]) => return Ok(Estimate::missing(Status::Undefined, METHOD)),
        Known::All(numbers) => numbers,
        Known::Not(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    FunnelStatistic::Proportion.check_target(target)?;
    let half = confidence.z() * (target * (1.0 - target) / n).sqrt();
    let (lower, upper) = ((target - half).max(0.0), (target + half).min(1.0));
    Ok(Estimate::of(target, METHOD)
        .with_limits(confidence, Some(lower), Some(upper))
        .with_counts(None, Some(n)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::wilson_limits;

    #[test]
    fn an_area_on_a_line_has_a_wilson_limit_at_the_target() {
        for (n, target) in [(20.0, 0.4), (333.3, 0.81), (5000.0, 0.02)] {
            let lines = funnel_limits_proportion(Some(n), Some(target), Confidence::P998);
            let lines = lines.unwrap();
            let events = |line: Option<f64>| line.unwrap() * n;
            let above = wilson_limits(events(lines.upper_cl), n, Confidence::P998);
            let below = wilson_limits(events(lines.lower_cl), n, Confidence::P998);
            assert!((above.lower.unwrap() - target).abs() < 1e-12, "{n}");
            assert!(lines.lower_cl == Some(0.0) || (below.upper.unwrap() - target).abs() < 1e-12);
        }
    }

    #[test]
    fn no_people_have_no_lines_and_a_target_is_a_share() {
        let of = |n, target| funnel_limits_proportion(n, target, Confidence::P95);
        assert_eq!(of(Some(0.0), Some(0.5)).unwrap().status, Status::Undefined);
        assert_eq!(
            of(None, Some(0.5)).unwrap().status,
            Status::IncompleteStrata
        );
        let message = "target: expected a number from 0 to 1, got `1.5`";
        assert_eq!(of(Some(9.0), Some(1.5)).unwrap_err().to_string(), message);
    }
}
