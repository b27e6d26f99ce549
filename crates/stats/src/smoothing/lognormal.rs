//! A log-normal distribution of rates.

use super::gamma::turns;
use crate::variation::Areas;

/// The normal distribution that the logarithms of the rates of areas are taken to come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LognormalPrior {
    /// The mean of the logarithms.
    pub(super) mean: f64,
    /// Their variance; 0 when rates do not vary beyond chance.
    pub(super) variance: f64,
}

impl LognormalPrior {
    /// The logarithm of the smoothed rate of an area.
    pub(super) fn smooth_log(&self, observed: f64, expected: f64) -> f64 {
        let events = observed + 0.5;
        let own = (events / expected).ln();
        let variance = self.variance;
        (self.mean + events * variance * own - variance / 2.0) / (1.0 + events * variance)
    }
}

/// Estimates the mean and variance of the logarithms of rates.
///
/// Clayton and Kaldor approximate the likelihood of an area by a parabola around `ln((O + ½)/E)`,
/// from which `b`, the smoothed logarithm, and its variance `σ²/(1 + σ²(O + ½))` follow; the mean
/// of the `b` is `φ`, and `σ²` is the mean of that variance and `(b - φ)²`. Given `σ²` the
/// equation for `φ` is linear, and what is left is one in `σ²`; its largest root is where their
/// iteration stops.
///
/// # References
/// Clayton & Kaldor, 1987, "Empirical Bayes estimates of age-standardized relative risks for use in
/// disease mapping", Biometrics, doi:10.2307/2532003.
pub(super) fn lognormal(areas: &Areas) -> LognormalPrior {
    let mean = |variance: f64| {
        let weight = |events: f64| 1.0 / (1.0 + events * variance);
        let above = areas.sum(|observed, expected| {
            let events = observed + 0.5;
            (events * (events / expected).ln() - 0.5) * weight(events)
        });
        let below = areas.sum(|observed, _| {
            let events = observed + 0.5;
            events * weight(events)
        });
        above / below
    };
    let prior = |variance: f64| LognormalPrior {
        mean: mean(variance),
        variance,
    };
    // Above 0 while the areas differ more than logarithms of this variance would.
    let more = |variance: f64| {
        let prior = prior(variance);
        let sum = areas.sum(|observed, expected| {
            let own = variance / (1.0 + variance * (observed + 0.5));
            own + (prior.smooth_log(observed, expected) - prior.mean).powi(2)
        });
        sum / areas.len() - variance
    };
    prior(turns(more, -9, 4).last().copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_iteration_changes_nothing() {
        let rows = vec![(9.0, 10.0), (31.0, 10.0), (21.0, 20.0), (0.0, 11.0)];
        let areas = Areas::sorted(rows);
        let prior = lognormal(&areas);
        assert!(prior.variance > 0.1, "{prior:?}");
        let smooth = |observed, expected| prior.smooth_log(observed, expected);
        assert!((areas.sum(smooth) / 4.0 - prior.mean).abs() < 1e-12);
        let variance = areas.sum(|observed, expected| {
            let own = prior.variance / (1.0 + prior.variance * (observed + 0.5));
            own + (smooth(observed, expected) - prior.mean).powi(2)
        });
        assert!((variance / 4.0 - prior.variance).abs() < 1e-12);
    }

    #[test]
    fn areas_that_differ_little_have_one_rate() {
        let areas = Areas::sorted(vec![(99.0, 100.0), (101.0, 100.0), (250.0, 250.0)]);
        let prior = lognormal(&areas);
        assert_eq!(prior.variance, 0.0);
        assert_eq!(prior.smooth_log(99.0, 100.0), prior.mean);
        assert!(prior.mean.abs() < 0.01);
    }
}
