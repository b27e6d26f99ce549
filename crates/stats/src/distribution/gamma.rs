//! The gamma distribution with rate 1, and with it the Poisson and the chi-squared distribution.
//!
//! # References
//! Gautschi, 1979, "A computational procedure for incomplete gamma functions", ACM Transactions on
//! Mathematical Software, doi:10.1145/355972.355973 (the series and the continued fraction, here by
//! Lentz's method). Loader, 2000 (see [`density`](super::density)).

use super::density::{ln_1p_minus, ln_poisson};
use super::normal::normal_quantile;
use super::outward::{LARGE, integral};
use super::tails::{Tail, Tails, quantile};

/// More terms than a series or fraction takes for a shape up to [`LARGE`].
const MOST_TERMS: u32 = 2000;
/// Keeps a part of a continued fraction away from 0.
const TINY: f64 = 1e-300;

/// Both tails of a gamma distribution, for a shape above 0.
pub(crate) fn gamma_tails(shape: f64, x: f64) -> Tails {
    if x.is_nan() || x <= 0.0 {
        return Tails::BELOW_ALL;
    }
    if x == f64::INFINITY {
        return Tails::BELOW_ALL.mirrored();
    }
    let ln_term = ln_poisson(shape, x);
    let ln_shape = shape.ln();
    let ln_density = ln_term + ln_shape - x.ln();
    let lower = |ln_ratio: f64| Tails::of_lower(ln_term + ln_ratio, ln_density);
    let more = shape - 1.0;
    // The slope of the density, so that a tail is never integrated across the mode.
    let falling = (x - shape) + 1.0;
    match (shape > LARGE, falling >= 0.0) {
        (true, true) => {
            let outward = |v: f64| more * ln_1p_minus(v) - falling * v;
            lower(ln_shape + integral(falling, more, outward).ln()).mirrored()
        }
        (true, false) => {
            let outward = |v: f64| more * ln_1p_minus(-v) + falling * v;
            lower(ln_shape + integral(-falling, more, outward).ln())
        }
        (false, _) if x < shape + 1.0 => lower(series(shape, x).ln()),
        (false, _) => lower(ln_shape + fraction(shape, x).ln()).mirrored(),
    }
}

/// `1 + x/(a + 1) + x²/((a + 1)(a + 2)) + …`: the lower tail over its first term.
fn series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut above) = (1.0, 1.0, shape);
    for _ in 0..MOST_TERMS {
        above += 1.0;
        term *= x / above;
        sum += term;
        if term < sum * 0.1 * f64::EPSILON {
            break;
        }
    }
    sum
}

/// `1/(x + 1 - a - 1(1 - a)/(x + 3 - a - …))`: the upper tail over `x^a e^-x / Γ(a)`.
fn fraction(shape: f64, x: f64) -> f64 {
    let mut below = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / below;
    let mut value = d;
    for k in 1..MOST_TERMS {
        let k = f64::from(k);
        let above = -k * (k - shape);
        below += 2.0;
        d = 1.0 / away_from_zero(above * d + below);
        c = away_from_zero(below + above / c);
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

pub(super) fn away_from_zero(x: f64) -> f64 {
    match x.abs() < TINY {
        true => TINY,
        false => x,
    }
}

/// The probability of at most `x`: of a gamma distribution with rate 1.
///
/// NaN for a shape that is not above 0 and finite, or an `x` that is NaN.
pub fn gamma_lower(shape: f64, x: f64) -> f64 {
    match is_shape(shape) && !x.is_nan() {
        true => gamma_tails(shape, x).ln_lower.exp(),
        false => f64::NAN,
    }
}

/// The probability of more than `x`: of a gamma distribution with rate 1.
///
/// NaN for a shape that is not above 0 and finite, or an `x` that is NaN.
pub fn gamma_upper(shape: f64, x: f64) -> f64 {
    match is_shape(shape) && !x.is_nan() {
        true => gamma_tails(shape, x).ln_upper.exp(),
        false => f64::NAN,
    }
}

fn is_shape(shape: f64) -> bool {
    shape > 0.0 && shape.is_finite()
}

/// The quantile of a gamma distribution with rate 1: `x` with `P(X <= x) = p`.
///
/// 0 at `p = 0`, infinite at `p = 1`, NaN for a shape that is not above 0 and finite or `p` outside
/// 0 to 1.
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    of_tail(Tail::Lower(p), shape)
}

/// The quantile of a gamma distribution with rate 1 by its upper tail: `x` with `P(X > x) = q`. A
/// `q` that is too small for `1 - q` to differ from 1 has its quantile.
///
/// Infinite at `q = 0`, 0 at `q = 1`, NaN as [`gamma_quantile`].
pub fn gamma_quantile_upper(q: f64, shape: f64) -> f64 {
    of_tail(Tail::Upper(q), shape)
}

fn of_tail(tail: Tail, shape: f64) -> f64 {
    let size = tail.size();
    if !is_shape(shape) || !(0.0..=1.0).contains(&size) {
        return f64::NAN;
    }
    match (tail, size) {
        (Tail::Lower(_), 0.0) | (Tail::Upper(_), 1.0) => 0.0,
        (Tail::Lower(_), 1.0) | (Tail::Upper(_), 0.0) => f64::INFINITY,
        _ => {
            let start = wilson_hilferty(tail, shape);
            quantile(tail, start, f64::INFINITY, |x| gamma_tails(shape, x))
        }
    }
}

/// The quantile of a mixture in equal parts of two gamma distributions with rate 1, of this shape
/// and of one more: the mean of a Poisson count by its mid-p tail.
pub(crate) fn mid_gamma_quantile(tail: Tail, shape: f64) -> f64 {
    let tails = |x: f64| gamma_tails(shape, x).mixed(gamma_tails(shape + 1.0, x));
    quantile(tail, wilson_hilferty(tail, shape), f64::INFINITY, tails)
}

/// Where a gamma quantile is about, by the cube root that is nearly normal; never 0.
fn wilson_hilferty(tail: Tail, shape: f64) -> f64 {
    let z = match tail {
        Tail::Lower(p) => normal_quantile(p),
        Tail::Upper(q) => -normal_quantile(q),
    };
    let root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt());
    match root > 0.1 {
        true => shape * root.powi(3),
        false => shape * 1e-3,
    }
}

/// The quantile of a chi-squared distribution: `x` with `P(X <= x) = p`.
pub fn chi_squared_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    2.0 * gamma_quantile(p, degrees_of_freedom / 2.0)
}

/// The quantile of a chi-squared distribution by its upper tail: `x` with `P(X > x) = q`.
pub fn chi_squared_quantile_upper(q: f64, degrees_of_freedom: f64) -> f64 {
    2.0 * gamma_quantile_upper(q, degrees_of_freedom / 2.0)
}

/// The upper tail of a chi-squared distribution, `P(X > x)`: the p-value of a test.
pub fn chi_squared_upper(x: f64, degrees_of_freedom: f64) -> f64 {
    gamma_upper(degrees_of_freedom / 2.0, x / 2.0)
}
