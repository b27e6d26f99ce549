//! A gamma distribution of rates, by moments.

use super::gamma::{GammaPrior, turns};
use crate::variation::Areas;

/// Estimates by moments the mean of rates and how much they vary around it. `None` without any
/// events.
///
/// The two equations of Clayton and Kaldor hold between the smoothed rates `t = (O + ν)/(E + α)`
/// of `k` areas: their mean is `ν/α`, and `Σ (1 + α/E)(t - ν/α)²/(k - 1)` is `ν/α²`. Given `α` the
/// first one is solved by `m = ν/α = Σ O/(E + α) / Σ E/(E + α)`, and `t - m = (O - mE)/(E + α)`
/// makes the second one an equation in `α` alone; its root is where their iteration stops.
///
/// # References
/// Clayton & Kaldor, 1987, "Empirical Bayes estimates of age-standardized relative risks for use in
/// disease mapping", Biometrics, doi:10.2307/2532003.
pub(super) fn gamma_moments(areas: &Areas) -> Option<GammaPrior> {
    if areas.observed <= 0.0 {
        return None;
    }
    let degrees = areas.len() - 1.0;
    // In units of the mean expected events of an area, so that people do as well as cases.
    let unit = areas.expected / areas.len();
    let mean = |alpha: f64| {
        let part = |count: f64, expected: f64| count / (expected + alpha);
        let observed = areas.sum(part);
        observed / areas.sum(|_, expected| part(expected, expected))
    };
    // Above 0 while the areas differ less than rates of this variance would.
    let missing = |alpha: f64| {
        let alpha = alpha * unit;
        let mean = mean(alpha);
        let spread = areas.sum(|observed, expected| {
            let off = observed - mean * expected;
            off * off / (expected * (expected + alpha))
        });
        mean * degrees - alpha * spread
    };
    let alpha = turns(missing, -9, 9).last().map(|alpha| alpha * unit);
    Some(match alpha {
        Some(alpha) => GammaPrior {
            mean: mean(alpha),
            shape: mean(alpha) * alpha,
        },
        None => GammaPrior {
            mean: areas.observed / areas.expected,
            shape: f64::INFINITY,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_equations_hold() {
        let rows = vec![(9.0, 10.0), (31.0, 10.0), (21.0, 20.0), (4.0, 11.0)];
        let areas = Areas::sorted(rows);
        let prior = gamma_moments(&areas).unwrap();
        let alpha = prior.rate();
        let smooth = |observed, expected| prior.smooth(observed, expected);
        assert!((areas.sum(smooth) / 4.0 - prior.mean).abs() < 1e-12);
        let variance = areas.sum(|observed, expected| {
            (1.0 + alpha / expected) * (smooth(observed, expected) - prior.mean).powi(2)
        });
        assert!((variance / 3.0 - prior.variance()).abs() < 1e-12);
    }

    #[test]
    fn areas_that_differ_little_have_the_pooled_rate() {
        let areas = Areas::sorted(vec![(9.0, 10.0), (11.0, 10.0), (25.0, 25.0)]);
        let prior = gamma_moments(&areas).unwrap();
        assert_eq!((prior.mean, prior.shape), (1.0, f64::INFINITY));
        assert_eq!(gamma_moments(&Areas::sorted(vec![(0.0, 10.0); 2])), None);
    }
}
