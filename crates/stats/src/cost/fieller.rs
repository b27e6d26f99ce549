//! Limits of a ratio of two means.

use super::moments::Means;
use crate::Confidence;

/// Fieller's limits of mean cost over mean effect: all ratios `r` for which `cost - r effect` is
/// within `z` standard errors of 0.
///
/// # Nulls
/// When the mean effect is itself within `z` standard errors of 0: the ratios are then not an
/// interval.
///
/// # References
/// Fieller, 1954, "Some problems in interval estimation", Journal of the Royal Statistical Society
/// B, doi:10.1111/j.2517-6161.1954.tb00159.x. Willan and O'Brien, 1996, "Confidence intervals for
/// cost-effectiveness ratios: an application of Fieller's theorem", Health Economics 5.
pub(super) fn limits(means: &Means, confidence: Confidence) -> Option<(f64, f64)> {
    let errors = means.errors?;
    let z2 = confidence.z() * confidence.z();
    // a r^2 - 2 b r + c = 0.
    let a = means.effect * means.effect - z2 * errors.effect;
    let b = means.cost * means.effect - z2 * errors.both;
    let c = means.cost * means.cost - z2 * errors.cost;
    if a <= 0.0 {
        return None;
    }
    let root = (b * b - a * c).max(0.0).sqrt();
    Some(((b - root) / a, (b + root) / a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::moments::Errors;

    fn means(effect: f64) -> Means {
        Means {
            cost: 10.0,
            effect,
            errors: Some(Errors {
                cost: 1.0,
                effect: 0.25,
                both: 0.1,
            }),
        }
    }

    #[test]
    fn at_each_limit_the_numerator_is_z_errors_from_nothing() {
        let found = means(2.0);
        let (low, high) = limits(&found, Confidence::P95).unwrap();
        assert!(low < 5.0 && high > 5.0);
        for r in [low, high] {
            let variance: f64 = 1.0 - 2.0 * r * 0.1 + r * r * 0.25;
            let distance = (10.0 - r * 2.0).abs() / variance.sqrt();
            assert!((distance - Confidence::P95.z()).abs() < 1e-9);
        }
    }

    #[test]
    fn an_effect_that_may_be_nothing_has_no_limits() {
        assert_eq!(limits(&means(0.9), Confidence::P95), None);
        assert!(limits(&means(-2.0), Confidence::P95).is_some());
    }
}
