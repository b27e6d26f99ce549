//! The two tails of a distribution at a point, and the point at which a tail has a given size.

use std::f64::consts::LN_2;

/// The part of a distribution on one side of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tail {
    /// `P(X <= x)`.
    Lower(f64),
    /// `P(X > x)`.
    Upper(f64),
}

impl Tail {
    /// The same point by the smaller of its two tails: that one has all its digits.
    fn smaller(self) -> Self {
        match self {
            Self::Lower(p) if p > 0.5 => Self::Upper(1.0 - p),
            Self::Upper(q) if q > 0.5 => Self::Lower(1.0 - q),
            other => other,
        }
    }

    /// The same as seen from the other end of the distribution.
    fn mirrored(self) -> Self {
        match self {
            Self::Lower(p) => Self::Upper(p),
            Self::Upper(q) => Self::Lower(q),
        }
    }

    /// How large it is.
    pub(super) const fn size(self) -> f64 {
        match self {
            Self::Lower(p) | Self::Upper(p) => p,
        }
    }
}

/// The logarithms of both tails and of the density at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tails {
    pub(super) ln_lower: f64,
    pub(super) ln_upper: f64,
    pub(super) ln_density: f64,
}

impl Tails {
    /// All of the distribution lies above.
    pub(super) const BELOW_ALL: Self = Self {
        ln_lower: f64::NEG_INFINITY,
        ln_upper: 0.0,
        ln_density: f64::NEG_INFINITY,
    };

    /// From the lower tail and the density.
    pub(super) fn of_lower(ln_lower: f64, ln_density: f64) -> Self {
        Self {
            ln_lower,
            ln_upper: ln_of_rest(ln_lower),
            ln_density,
        }
    }

    /// The same as seen from the other end of the distribution.
    pub(super) fn mirrored(self) -> Self {
        Self {
            ln_lower: self.ln_upper,
            ln_upper: self.ln_lower,
            ln_density: self.ln_density,
        }
    }

    /// Those of a mixture of two distributions in equal parts.
    pub(crate) fn mixed(self, other: Self) -> Self {
        Self {
            ln_lower: ln_of_mean(self.ln_lower, other.ln_lower),
            ln_upper: ln_of_mean(self.ln_upper, other.ln_upper),
            ln_density: ln_of_mean(self.ln_density, other.ln_density),
        }
    }

    /// How far the logarithm of a tail is above what is asked for, and its slope over `ln x`.
    fn off(self, asked: Tail, x: f64) -> (f64, f64) {
        let (tail, sign) = match asked {
            Tail::Lower(_) => (self.ln_lower, 1.0),
            Tail::Upper(_) => (self.ln_upper, -1.0),
        };
        let slope = (self.ln_density + x.ln() - tail).exp();
        (tail - asked.size().ln(), sign * slope)
    }
}

/// `ln(1 - e^x)` for `x` up to 0.
fn ln_of_rest(x: f64) -> f64 {
    match x > -LN_2 {
        true => (-x.min(0.0).exp_m1()).ln(),
        false => (-x.exp()).ln_1p(),
    }
}

/// `ln((e^a + e^b) / 2)`.
fn ln_of_mean(a: f64, b: f64) -> f64 {
    let (low, high) = (a.min(b), a.max(b));
    match low == f64::NEG_INFINITY {
        true => high - LN_2,
        false => high + (0.5 * (low - high).exp_m1()).ln_1p(),
    }
}

/// More steps than any quantile has been seen to take; a root that has not settled by then is
/// given as it is.
const MOST_STEPS: usize = 200;

/// How near the logarithm of the tail comes before one more step of Newton's, which squares the
/// error, is the last.
const NEAR: f64 = 1e-9;

/// The point above 0 that has a tail of this size: Newton's steps in the logarithms of both, which
/// are nearly straight far out in a tail, kept between points that are known to be too low and too
/// high. The logarithm of a tail is concave for all distributions here, so that the steps arrive.
///
/// `tails` gives both tails at a point; `start` and `most` are above 0, and the answer is at most
/// `most`.
pub(crate) fn quantile(tail: Tail, start: f64, most: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    let tail = tail.smaller();
    let (mut low, mut high) = (0.0, most);
    let mut x = match start > low && start < high {
        true => start,
        false => between(low, high, 1.0),
    };
    for _ in 0..MOST_STEPS {
        let (off, slope) = tails(x).off(tail, x);
        let step = -off / slope;
        // The next number that can be written is farther than the step.
        if step.abs() < 0.25 * f64::EPSILON {
            return x;
        }
        match (off > 0.0) == matches!(tail, Tail::Lower(_)) {
            true => high = x,
            false => low = x,
        }
        let newton = x * step.exp();
        if newton < f64::MIN_POSITIVE && low == 0.0 {
            let (off, _) = tails(f64::MIN_POSITIVE).off(tail, f64::MIN_POSITIVE);
            if (off > 0.0) == matches!(tail, Tail::Lower(_)) {
                return 0.0;
            }
            low = f64::MIN_POSITIVE;
        }
        let is_inside = newton > low && newton < high;
        if is_inside && off.abs() < NEAR {
            return newton;
        }
        let next = match is_inside {
            true => newton,
            false => between(low, high, x),
        };
        if next == low || next == high {
            return next;
        }
        x = next;
    }
    x
}

/// A point between two, in the middle on the scale of logarithms where both have one.
fn between(low: f64, high: f64, x: f64) -> f64 {
    match (low > 0.0, high.is_finite()) {
        (true, true) => low.sqrt() * high.sqrt(),
        (false, true) => 0.1 * high,
        (_, false) => 2.0 * x,
    }
}

/// The point between 0 and 1 that has a tail of this size, and its distance from 1: the smaller of
/// the two has all its digits.
///
/// `tails` gives both tails at a point, which is given with its distance from 1, as `start` is.
pub(crate) fn unit_quantile(
    tail: Tail,
    start: (f64, f64),
    tails: impl Fn(f64, f64) -> Tails,
) -> (f64, f64) {
    let tail = tail.smaller();
    let (off, _) = tails(0.5, 0.5).off(tail, 0.5);
    let is_low = match tail {
        Tail::Lower(_) => off >= 0.0,
        Tail::Upper(_) => off <= 0.0,
    };
    match is_low {
        true => {
            let x = quantile(tail, start.0, 0.5, |x| tails(x, 1.0 - x));
            (x, 1.0 - x)
        }
        false => {
            let of_rest = |y: f64| tails(1.0 - y, y).mirrored();
            let y = quantile(tail.mirrored(), start.1, 0.5, of_rest);
            (1.0 - y, y)
        }
    }
}
