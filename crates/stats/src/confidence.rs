//! How sure an interval is to hold the truth.

use crate::Error;
use crate::distribution::normal_quantile;

/// A confidence, between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 0.95, as in `faf95`.
    pub const P95: Self = Self(0.95);
    /// 0.99, as in `faf99`.
    pub const P99: Self = Self(0.99);
    /// 0.998: the outer limits of a funnel plot.
    pub const P998: Self = Self(0.998);

    /// Makes a confidence from a number between 0 and 1, both excluded.
    ///
    /// # Errors
    /// Any other number, NaN included.
    pub fn try_new(value: f64) -> Result<Self, Error> {
        if value > 0.0 && value < 1.0 {
            Ok(Self(value))
        } else {
            Err(Error::InvalidConfidence { found: value })
        }
    }

    /// The number.
    pub const fn value(self) -> f64 {
        self.0
    }

    /// What is left on each side of a two-sided interval: 0.025 for 0.95.
    pub const fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }

    /// The standard normal quantile of a two-sided interval: 1.959963984540054 for 0.95.
    pub fn z(self) -> f64 {
        -normal_quantile(self.tail())
    }
}

impl Default for Confidence {
    fn default() -> Self {
        Self::P95
    }
}
