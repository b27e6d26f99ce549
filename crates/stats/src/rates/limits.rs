//! The two ends of an interval.

/// The two ends of an interval; `None` where an end cannot be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The lower end.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: Option<f64>,
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self {
        lower: None,
        upper: None,
    };

    /// Both limits.
    pub const fn new(lower: f64, upper: f64) -> Self {
        Self {
            lower: Some(lower),
            upper: Some(upper),
        }
    }

    /// Limits that hold a value: one that lies on the wrong side of it, by rounding or because a
    /// confidence near 0 leaves nothing around a median, is the value.
    #[must_use]
    pub fn holding(self, value: f64) -> Self {
        Self {
            lower: self.lower.map(|lower| lower.min(value)),
            upper: self.upper.map(|upper| upper.max(value)),
        }
    }

    /// Both limits through an increasing function.
    #[must_use]
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self {
            lower: self.lower.map(&function),
            upper: self.upper.map(&function),
        }
    }
}
