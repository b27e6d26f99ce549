//! Rates with a mean and a variance, and no distribution.

use crate::variation::Areas;

/// The mean and variance of the true rates of areas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MarshallPrior {
    /// The pooled rate.
    pub(super) mean: f64,
    /// The variance of rates beyond chance, of at least 0.
    pub(super) variance: f64,
}

impl MarshallPrior {
    /// The mean and variance around it of rates whose weighted mean square off the mean is given,
    /// in areas of a mean population.
    pub(super) fn of(mean: f64, mean_square: f64, mean_population: f64) -> Self {
        Self {
            mean,
            variance: (mean_square - mean / mean_population).max(0.0),
        }
    }

    /// The smoothed rate of an area.
    pub(super) fn smooth(&self, events: f64, population: f64) -> f64 {
        if self.variance <= 0.0 {
            return self.mean;
        }
        let weight = self.variance / (self.variance + self.mean / population);
        self.mean + (events / population - self.mean) * weight
    }
}

/// Estimates the mean and variance of rates by moments: with pooled rate `b`, the
/// population-weighted mean of `(r - b)²` less `b` by the mean population.
///
/// # References
/// Marshall, 1991, "Mapping disease and mortality rates using empirical Bayes estimators", Applied
/// Statistics, doi:10.2307/2347593.
pub(super) fn marshall(areas: &Areas) -> MarshallPrior {
    let mean = areas.observed / areas.expected;
    let squares = areas.sum(|events, population| {
        let off = events / population - mean;
        population * off * off
    });
    MarshallPrior::of(mean, squares / areas.expected, areas.expected / areas.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_areas_keep_their_rate_and_small_ones_lose_it() {
        let areas = Areas::sorted(vec![(4.0, 100.0), (600.0, 10_000.0), (300.0, 10_000.0)]);
        let prior = marshall(&areas);
        let kept = |events: f64, population: f64| {
            let smoothed = prior.smooth(events, population);
            (smoothed - prior.mean) / (events / population - prior.mean)
        };
        assert!(kept(600.0, 10_000.0) > 0.9 && kept(4.0, 100.0) < 0.4);
    }

    #[test]
    fn areas_that_differ_little_have_the_pooled_rate() {
        let areas = Areas::sorted(vec![(10.0, 100.0), (9.0, 100.0), (11.0, 100.0)]);
        let prior = marshall(&areas);
        assert_eq!((prior.mean, prior.variance), (0.1, 0.0));
        assert_eq!(prior.smooth(9.0, 100.0), 0.1);
        let none = marshall(&Areas::sorted(vec![(0.0, 100.0); 2]));
        assert_eq!(none.smooth(0.0, 100.0), 0.0);
    }
}
