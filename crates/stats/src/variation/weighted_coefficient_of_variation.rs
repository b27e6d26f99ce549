//! The coefficient of variation of rates, with large areas weighing more.

use super::{Area, Areas};
use crate::{Error, Estimate, Status};

/// Estimates how much rates vary relative to their mean, with large areas weighing more.
///
/// # Definition
/// With rate `r` and weight `w` per area, the weights summing to 1: the mean is `m = Σ w r`, and
/// the answer `√(Σ w (r - m)²) / m`.
///
/// # Arguments
/// A rate (or ratio of observed to expected) per area as `observed`, and its weight as `expected`:
/// expected events, or people.
///
/// # Returns
/// A number of at least 0, not in per cent; the number of areas as n.
///
/// # Nulls
/// `incomplete_strata` when a rate or weight is NULL. `undefined` with fewer than two areas, a
/// weight of 0, a mean of 0, or a number that is NaN or infinite.
///
/// # Interpretation
/// As the unweighted one, but of the people rather than of the areas: it asks how differently
/// people are treated, not how differently areas act.
///
/// # Limits
/// Chance is in it, though less than in the unweighted one.
///
/// # References
/// Diehr, 1990, "What is too much variation? The null hypothesis in small-area analysis", Health
/// Services Research 24:741.
///
/// # Errors
/// A negative number.
pub fn weighted_coefficient_of_variation(areas: &[Area]) -> Result<Estimate, Error> {
    const METHOD: &str = "weighted";
    let areas = match Areas::of(areas, METHOD)? {
        Ok(areas) => areas,
        Err(missing) => {
            return Ok(Estimate {
                events: None,
                ..missing
            });
        }
    };
    let mean = areas.sum(|rate, weight| weight * rate) / areas.expected;
    let squares = areas.sum(|rate, weight| weight * (rate - mean).powi(2));
    let estimate = match mean > 0.0 {
        true => Estimate::of((squares / areas.expected).sqrt() / mean, METHOD),
        false => Estimate::missing(Status::Undefined, METHOD),
    };
    Ok(estimate.with_counts(None, Some(areas.len())))
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{areas, keeps_the_rules};
    use super::*;

    #[test]
    fn large_areas_weigh_more() {
        // Mean 4; a deviation of 2 for three quarters, of 6 for one.
        let found = weighted_coefficient_of_variation(&areas(&[(2.0, 3.0), (10.0, 1.0)]));
        assert!((found.unwrap().value.unwrap() - 12.0_f64.sqrt() / 4.0).abs() < 1e-12);
        let none = weighted_coefficient_of_variation(&areas(&[(0.0, 3.0), (0.0, 1.0)]));
        assert_eq!(none.unwrap().status, Status::Undefined);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(|areas| {
            let found = weighted_coefficient_of_variation(areas)?;
            assert_eq!(found.events, None);
            let events = (found.n == Some(4.0)).then_some(59.0);
            Ok(Estimate { events, ..found })
        });
    }
}
