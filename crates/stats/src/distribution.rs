//! Quantiles and tails of the distributions that limits are made of, to full precision.
//!
//! The special functions are those of `statrs`, but for the error function, which it has to eleven
//! digits only and `libm` to all. The inverses of `statrs` stop early, so each quantile here is
//! polished by Newton steps, kept in a bracket, until it no longer moves.

use statrs::distribution::{Beta, Continuous, ContinuousCDF, Gamma, Normal};
use statrs::function::beta::beta_reg;
use statrs::function::gamma::{gamma_lr, gamma_ur};

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

/// The quantile of a gamma distribution with rate 1: `x` with `P(X <= x) = p`.
///
/// 0 at `p = 0`, infinite at `p = 1`, NaN for a shape that is not positive or `p` outside 0 to 1.
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if shape.is_nan() || shape <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let Ok(gamma) = Gamma::new(shape, 1.0) else {
        return f64::NAN;
    };
    // The smaller tail keeps its digits.
    let error = |x: f64| match p <= 0.5 {
        true => gamma_lr(shape, x) - p,
        false => (1.0 - p) - gamma_ur(shape, x),
    };
    let mut high = shape.max(1.0) * 2.0;
    while error(high) < 0.0 {
        high *= 2.0;
    }
    polish(wilson_hilferty(p, shape), 0.0, high, error, |x| {
        gamma.pdf(x)
    })
}

/// Where a gamma quantile is about, by the cube root that is nearly normal.
fn wilson_hilferty(p: f64, shape: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * shape) + normal_quantile(p) / (3.0 * shape.sqrt());
    shape * root.powi(3)
}

/// The quantile of a chi-squared distribution: `x` with `P(X <= x) = p`.
pub fn chi_squared_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    2.0 * gamma_quantile(p, degrees_of_freedom / 2.0)
}

/// The upper tail of a chi-squared distribution, `P(X > x)`: the p-value of a test.
pub fn chi_squared_upper(x: f64, degrees_of_freedom: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    gamma_ur(degrees_of_freedom / 2.0, x / 2.0)
}

/// The quantile of a beta distribution: `x` with `P(X <= x) = p`.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if a.min(b).is_nan() || a.min(b) <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let Ok(beta) = Beta::new(a, b) else {
        return f64::NAN;
    };
    let error = |x: f64| beta_reg(a, b, x) - p;
    polish(a / (a + b), 0.0, 1.0, error, |x| beta.pdf(x))
}

/// The quantile of Student's t: `x` with `P(T <= x) = p`.
pub fn student_t_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    if p > 0.5 {
        return -student_t_quantile(1.0 - p, degrees_of_freedom);
    }
    let half = degrees_of_freedom / 2.0;
    // P(T <= -t) is half of the beta tail at df / (df + t^2).
    let x = beta_quantile(2.0 * p, half, 0.5);
    -(degrees_of_freedom * (1.0 - x) / x).sqrt()
}

/// The root of an increasing function: Newton's steps from `start`, halving the bracket wherever a
/// step leaves it.
pub(crate) fn polish(
    start: f64,
    mut low: f64,
    mut high: f64,
    error: impl Fn(f64) -> f64,
    slope: impl Fn(f64) -> f64,
) -> f64 {
    let mut x = match start > low && start < high {
        true => start,
        false => 0.5 * (low + high),
    };
    for _ in 0..200 {
        let off = error(x);
        if off == 0.0 {
            return x;
        }
        match off > 0.0 {
            true => high = x,
            false => low = x,
        }
        let newton = x - off / slope(x);
        let next = match newton > low && newton < high {
            true => newton,
            false => 0.5 * (low + high),
        };
        if next == x || (next - x).abs() <= 1e-16 * x.abs() {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64) {
        assert!(
            (got - expected).abs() <= 1e-10 * expected.abs(),
            "{got} is not {expected}"
        );
    }

    #[test]
    fn quantiles_are_those_of_scipy() {
        // scipy 1.11, `stats.norm.ppf`, `chi2.ppf`, `beta.ppf`, `t.ppf`.
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(0.999), 3.090_232_306_167_813_5);
        near(normal_quantile(1e-10), -6.361_340_902_404_056);
        near(chi_squared_quantile(0.025, 22.0), 10.982_320_734_473_68);
        near(chi_squared_quantile(0.999, 3.0), 16.266_236_196_238_13);
        near(beta_quantile(0.025, 3.0, 8.0), 0.066_739_511_177_734_47);
        near(beta_quantile(0.975, 1.0, 1000.0), 0.003_682_083_896_865_671);
        near(student_t_quantile(0.975, 7.0), 2.364_624_251_592_784);
        near(student_t_quantile(0.999, 1.0), 318.308_838_985_550_15);
    }

    #[test]
    fn quantiles_and_tails_are_inverse() {
        for df in [0.5, 1.0, 2.0, 7.0, 30.0, 401.0, 20_000.0] {
            for p in [1e-8, 0.001, 0.025, 0.5, 0.8, 0.975, 0.999] {
                let x = chi_squared_quantile(p, df);
                match p <= 0.5 {
                    true => near(gamma_lr(df / 2.0, x / 2.0), p),
                    false => near(chi_squared_upper(x, df), 1.0 - p),
                }
            }
        }
    }
}
