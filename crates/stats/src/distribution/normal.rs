//! The standard normal distribution.

use statrs::distribution::{ContinuousCDF, Normal};

/// The standard normal distribution function, `P(Z <= x)`.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal quantile: `x` with `P(Z <= x) = p`; infinite at 0 and 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p.is_nan() || p < 0.0 {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let mut x = Normal::standard().inverse_cdf(p);
    for _ in 0..4 {
        let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = (normal_cdf(x) - p) / density;
        // Halley's step: the second derivative of the distribution function is -x times the first.
        let next = x - step / (1.0 + 0.5 * x * step);
        if !next.is_finite() || next == x {
            break;
        }
        x = next;
    }
    x
}
