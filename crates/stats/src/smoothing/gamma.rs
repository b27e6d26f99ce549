//! A gamma distribution of rates.

use crate::distribution::gamma_quantile;

/// The gamma distribution that the rates of areas are taken to come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaPrior {
    /// Its mean.
    pub mean: f64,
    /// Its shape; infinite when rates do not vary beyond chance.
    pub shape: f64,
}

impl GammaPrior {
    /// Its variance.
    pub fn variance(&self) -> f64 {
        self.mean * self.mean / self.shape
    }

    /// Its rate parameter: the shape by the mean.
    pub fn rate(&self) -> f64 {
        self.shape / self.mean
    }

    /// The mean of what the rate of an area may be.
    pub fn smooth(&self, observed: f64, expected: f64) -> f64 {
        match self.shape.is_finite() {
            true => (observed + self.shape) / (expected + self.rate()),
            false => self.mean,
        }
    }

    /// The median of what the rate of an area may be.
    pub fn median(&self, observed: f64, expected: f64) -> f64 {
        match self.shape.is_finite() {
            true => gamma_quantile(0.5, observed + self.shape) / (expected + self.rate()),
            false => self.mean,
        }
    }
}

/// The `x` above 0 at which a function turns from positive to not positive, between two such
/// places, to all digits.
pub(super) fn turn(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..200 {
        let middle = (low * high).sqrt();
        if middle <= low || middle >= high {
            break;
        }
        match function(middle) > 0.0 {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

/// The places where a function turns from positive to not positive, from `10^first` to `10^last`,
/// four steps per power of ten.
pub(super) fn turns(function: impl Fn(f64) -> f64, first: i32, last: i32) -> Vec<f64> {
    let at = |step: i32| 10_f64.powf(f64::from(step) / 4.0);
    let mut found = Vec::new();
    let mut before = function(at(4 * first));
    for step in 4 * first + 1..=4 * last {
        let here = function(at(step));
        if before > 0.0 && here <= 0.0 {
            found.push(turn(&function, at(step - 1), at(step)));
        }
        before = here;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_turn_from_above_to_below_is_found() {
        // Positive below 2, between 50 and 700.
        let function = |x: f64| (2.0 - x) * (x - 50.0) * (x - 700.0);
        let found = turns(function, -3, 5);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!((found[0] - 2.0).abs() < 1e-14 && (found[1] - 700.0).abs() < 1e-11);
        assert!(turns(|_| 1.0, -3, 5).is_empty());
    }

    #[test]
    fn a_prior_without_variance_is_all_there_is() {
        let prior = GammaPrior {
            mean: 0.9,
            shape: f64::INFINITY,
        };
        assert_eq!(prior.smooth(30.0, 10.0), 0.9);
        assert_eq!(prior.median(30.0, 10.0), 0.9);
        assert_eq!(prior.variance(), 0.0);
    }
}
