//! The variance of risks between areas, by moments.

use super::{Area, Areas};
use crate::{Error, Estimate};

/// Estimates the variance of relative risks between areas, weighted by their size.
///
/// # Definition
/// `(Σ (O - E)²/E - k) / ΣE` over `k` areas, raised to 0 where it is below.
///
/// # Arguments
/// Observed and expected events per area.
///
/// # Returns
/// A number of at least 0; all events, and the number of areas as n. Where the formula gives less
/// than 0 the value is 0, and the method is `marshall_truncated`.
///
/// # Nulls
/// `incomplete_strata` when a count is NULL. `undefined` with fewer than two areas, when nothing is
/// expected in one of them, or a number is NaN or infinite.
///
/// # Interpretation
/// As the [systematic component of variation](super::systematic_component_of_variation), with large
/// areas weighing more and therefore steadier. 0: no more than chance.
///
/// # Limits
/// It takes expected events for known, and is the variance that Marshall's smoothing shrinks by.
///
/// # References
/// Marshall, 1991, "Mapping disease and mortality rates using empirical Bayes estimators", Applied
/// Statistics, doi:10.2307/2347593.
///
/// # Errors
/// A negative number.
pub fn tau2_marshall(areas: &[Area]) -> Result<Estimate, Error> {
    const METHOD: &str = "marshall";
    let areas = match Areas::of(areas, METHOD)? {
        Ok(areas) => areas,
        Err(estimate) => return Ok(estimate),
    };
    let statistic = areas.sum(|observed, expected| (observed - expected).powi(2) / expected);
    let variance = (statistic - areas.len()) / areas.expected;
    Ok(areas.counts(match variance < 0.0 {
        true => Estimate::of(0.0, "marshall_truncated"),
        false => Estimate::of(variance, METHOD),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{areas, keeps_the_rules};
    use super::*;

    #[test]
    fn what_chance_does_not_explain_is_variance() {
        let found = tau2_marshall(&areas(&[(30.0, 20.0), (10.0, 20.0)])).unwrap();
        assert_eq!((found.value, found.method), (Some(0.2), "marshall"));
        let none = tau2_marshall(&areas(&[(20.0, 20.0), (20.0, 20.0)])).unwrap();
        assert_eq!((none.value, none.method), (Some(0.0), "marshall_truncated"));
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(tau2_marshall);
    }
}
