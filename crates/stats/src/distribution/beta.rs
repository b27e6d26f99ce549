//! The beta distribution, and with it the binomial distribution and Student's t.
//!
//! # References
//! DiDonato and Morris, 1992, "Algorithm 708: significant digit computation of the incomplete beta
//! function ratios", ACM Transactions on Mathematical Software, doi:10.1145/131766.131776: which
//! tail to take, and the continued fraction. Lentz, 1976, Applied Optics,
//! doi:10.1364/AO.15.000668 (how a fraction is evaluated from its front). Loader, 2000 (see
//! [`density`](super::density)).

use super::density::{ln_1p_minus, ln_binomial};
use super::gamma::away_from_zero;
use super::normal::normal_quantile;
use super::outward::{LARGE, integral};
use super::tails::{Tail, Tails, unit_quantile};

/// More steps than the fraction takes where the smaller parameter is at most [`LARGE`].
const MOST_STEPS: u32 = 2000;

/// Both tails of a beta distribution at `x`, where `y = 1 - x`; `a`, `b` and their sum are above 0
/// and finite.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 {
        return Tails::BELOW_ALL;
    }
    if y <= 0.0 {
        return Tails::BELOW_ALL.mirrored();
    }
    let n = a + b;
    // How far the point is from the mean, times n, from the smaller of x and y.
    let off = match x <= y {
        true => n.mul_add(x, -a),
        false => -n.mul_add(y, -b),
    };
    let ln_term = ln_binomial((a, x), (b, y), off);
    let ln_density = ln_term + a.ln() + b.ln() - n.ln() - x.ln() - y.ln();
    if a.min(b) > LARGE {
        // The slope of the density, so that a tail is never integrated across the mode.
        let rising = (x - y) - off;
        return match rising >= 0.0 {
            true => {
                let ln_lower = ln_density + x.ln() + outward((a, x), (b, y), rising).ln();
                Tails::of_lower(ln_lower, ln_density)
            }
            false => {
                let ln_upper = ln_density + y.ln() + outward((b, y), (a, x), -rising).ln();
                Tails::of_lower(ln_upper, ln_density).mirrored()
            }
        };
    }
    let ln_power = ln_density + x.ln() + y.ln();
    match x <= (a + 1.0) / (n + 2.0) {
        true => Tails::of_lower(ln_power - fraction(a, b, x, off).ln(), ln_density),
        false => {
            let ln_upper = ln_power - fraction(b, a, y, -off).ln();
            Tails::of_lower(ln_upper, ln_density).mirrored()
        }
    }
}

/// The tail towards 0 of the first variable, over that variable and the density at the point.
fn outward((a, x): (f64, f64), (b, y): (f64, f64), rising: f64) -> f64 {
    let odds = x / y;
    let curvature = (a - 1.0) + (b - 1.0) * odds * odds;
    let slope = rising / y;
    integral(slope, curvature, |v| {
        (a - 1.0) * ln_1p_minus(-v) + (b - 1.0) * ln_1p_minus(v * odds) - slope * v
    })
}

/// The continued fraction of which `x^a (1 - x)^b / B(a, b)` is so many times the lower tail, where
/// `off = (a + b) x - a`. In this form nothing cancels where `x` is near 1 (DiDonato and Morris).
fn fraction(a: f64, b: f64, x: f64, off: f64) -> f64 {
    let n = a + b;
    let mut value = away_from_zero(a * (1.0 - off) / (a + 1.0));
    let (mut c, mut d) = (value, 0.0);
    for step in 1..MOST_STEPS {
        let m = f64::from(step);
        let (before, after) = (a + 2.0 * m - 1.0, a + 2.0 * m + 1.0);
        let above = (a + m - 1.0) / before * ((n + m - 1.0) * x) * m * ((b - m) * x) / before;
        let below =
            m + m * ((b - m) * x) / before + (a + m) * ((1.0 - off) + m * (2.0 - x)) / after;
        d = 1.0 / away_from_zero(below + above * d);
        c = away_from_zero(below + above / c);
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// The probability of at most `x` of a beta distribution.
///
/// NaN for a parameter that is not above 0, a sum of parameters that is not finite, or an `x` that
/// is NaN.
pub fn beta_lower(a: f64, b: f64, x: f64) -> f64 {
    match are_parameters(a, b) && !x.is_nan() {
        true => beta_tails(a, b, x, 1.0 - x).ln_lower.exp(),
        false => f64::NAN,
    }
}

fn are_parameters(a: f64, b: f64) -> bool {
    a > 0.0 && b > 0.0 && (a + b).is_finite()
}

/// The quantile of a beta distribution: `x` with `P(X <= x) = p`.
///
/// NaN for a parameter that is not above 0, a sum of parameters that is not finite, or a `p`
/// outside 0 to 1.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    beta_quantile_of(Tail::Lower(p), a, b).0
}

/// The quantile of a beta distribution by its upper tail: `x` with `P(X > x) = q`.
///
/// NaN as [`beta_quantile`].
pub fn beta_quantile_upper(q: f64, a: f64, b: f64) -> f64 {
    beta_quantile_of(Tail::Upper(q), a, b).0
}

/// The quantile of a beta distribution, and its distance from 1.
pub(crate) fn beta_quantile_of(tail: Tail, a: f64, b: f64) -> (f64, f64) {
    let size = tail.size();
    if !are_parameters(a, b) || !(0.0..=1.0).contains(&size) {
        return (f64::NAN, f64::NAN);
    }
    match (tail, size) {
        (Tail::Lower(_), 0.0) | (Tail::Upper(_), 1.0) => (0.0, 1.0),
        (Tail::Lower(_), 1.0) | (Tail::Upper(_), 0.0) => (1.0, 0.0),
        _ => unit_quantile(tail, near(tail, a, b), |x, y| beta_tails(a, b, x, y)),
    }
}

/// The quantile of a mixture in equal parts of two beta distributions, of `a` and `b + 1` and of
/// `a + 1` and `b`, and its distance from 1: a share by its mid-p tail.
pub(crate) fn mid_beta_quantile(tail: Tail, a: f64, b: f64) -> (f64, f64) {
    if !are_parameters(a, b) || !(a + b + 1.0).is_finite() {
        return (f64::NAN, f64::NAN);
    }
    unit_quantile(tail, near(tail, a, b), |x, y| {
        beta_tails(a, b + 1.0, x, y).mixed(beta_tails(a + 1.0, b, x, y))
    })
}

/// Where a beta quantile is about, and its distance from 1: Abramowitz and Stegun, 1964, formula
/// 26.5.22, where that is made for.
fn near(tail: Tail, a: f64, b: f64) -> (f64, f64) {
    let of_odds = |factor: f64| {
        let (x, y) = (a, b * factor);
        (x / (x + y), y / (x + y))
    };
    if a.min(b) <= 1.0 {
        return of_odds(1.0);
    }
    let z = match tail {
        Tail::Lower(p) => -normal_quantile(p),
        Tail::Upper(q) => normal_quantile(q),
    };
    let (s, t) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let (h, r) = (2.0 / (s + t), (z * z - 3.0) / 6.0);
    let w = z * (h + r).max(0.0).sqrt() / h - (t - s) * (r + 5.0 / 6.0 - 2.0 / (3.0 * h));
    match (2.0 * w).exp() {
        factor if factor > 0.0 && (b * factor).is_finite() => of_odds(factor),
        _ => of_odds(1.0),
    }
}

/// The quantile of Student's t: `x` with `P(T <= x) = p`.
///
/// NaN for degrees of freedom that are not above 0 and finite, or a `p` outside 0 to 1.
pub fn student_t_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    if p > 0.5 {
        return -student_t_quantile(1.0 - p, degrees_of_freedom);
    }
    let half = degrees_of_freedom / 2.0;
    // P(T <= -t) is half of the lower tail at df / (df + t²) of a beta distribution.
    let (x, y) = beta_quantile_of(Tail::Lower(2.0 * p), half, 0.5);
    -(degrees_of_freedom * y / x).sqrt()
}
