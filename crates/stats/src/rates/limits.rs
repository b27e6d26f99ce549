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

    /// Both limits through an increasing function.
    #[must_use]
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self {
            lower: self.lower.map(&function),
            upper: self.upper.map(&function),
        }
    }
}
