//! What a measure answers: a value, how sure it is, what it rests on, and why it may be missing.

use crate::Confidence;

/// Whether a value is there, and why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The value is there.
    #[default]
    Ok,
    /// Too few events for the method; the value is withheld as unreliable, not as confidential.
    TooFewEvents,
    /// The definition gives no number: a zero denominator, too few groups, a logarithm of zero.
    Undefined,
    /// A stratum, weight, order or denominator is NULL or missing.
    IncompleteStrata,
    /// A quantile of a waiting time lies beyond what was observed.
    NotReached,
    /// Withheld to keep people unrecognisable.
    Suppressed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::TooFewEvents,
        Self::Undefined,
        Self::IncompleteStrata,
        Self::NotReached,
        Self::Suppressed,
    ];

    /// The status of a word that SQL showed.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// The word that SQL shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::TooFewEvents => "too_few_events",
            Self::Undefined => "undefined",
            Self::IncompleteStrata => "incomplete_strata",
            Self::NotReached => "not_reached",
            Self::Suppressed => "suppressed",
        }
    }
}

/// An estimate with its interval.
///
/// `None` in an interval with `value` present means that the interval cannot be computed; the value
/// itself is missing exactly when `status` is not [`Status::Ok`]. A quantile that is not reached
/// may have a lower limit all the same: it lies there or beyond. Infinity is a value (a ratio with
/// nothing below the line, where the catalogue of measures says so).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: Option<f64>,
    /// Lower confidence limit.
    pub lower_cl: Option<f64>,
    /// Upper confidence limit.
    pub upper_cl: Option<f64>,
    /// Standard error, on the scale of the value.
    pub se: Option<f64>,
    /// The confidence of the two limits together.
    pub confidence: Option<f64>,
    /// How the interval was made, or the value where several definitions exist.
    pub method: &'static str,
    /// The events that it rests on.
    pub events: Option<f64>,
    /// The people, person-time or groups that it rests on.
    pub n: Option<f64>,
    /// Why the value is missing, or that it is not.
    pub status: Status,
}

impl Estimate {
    /// A value without an interval. A value that is NaN, as infinity less infinity where numbers
    /// are larger than any count, is undefined.
    pub fn of(value: f64, method: &'static str) -> Self {
        if value.is_nan() {
            return Self::missing(Status::Undefined, method);
        }
        Self {
            value: Some(value),
            method,
            ..Self::default()
        }
    }

    /// No value, and why.
    pub fn missing(status: Status, method: &'static str) -> Self {
        Self {
            status,
            method,
            ..Self::default()
        }
    }

    /// With limits. One that is NaN, where a number is too large for the method, is none.
    #[must_use]
    pub fn with_limits(
        mut self,
        confidence: Confidence,
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> Self {
        let is_undefined = self.status == Status::Undefined;
        let number = |limit: Option<f64>| limit.filter(|limit| !limit.is_nan() && !is_undefined);
        self.confidence = Some(confidence.value()).filter(|_| !is_undefined);
        self.lower_cl = number(lower);
        self.upper_cl = number(upper);
        self
    }

    /// With a standard error, and limits at `value ± z·se`.
    #[must_use]
    pub fn with_normal_limits(mut self, confidence: Confidence, se: Option<f64>) -> Self {
        let half = se.map(|se| confidence.z() * se);
        let at = |sign: f64| Some(self.value? + sign * half?);
        let (lower, upper) = (at(-1.0), at(1.0));
        self.se = se.filter(|se| !se.is_nan() && self.value.is_some());
        self.with_limits(confidence, lower, upper)
    }

    /// With what it rests on.
    #[must_use]
    pub fn with_counts(mut self, events: Option<f64>, n: Option<f64>) -> Self {
        self.events = events;
        self.n = n;
        self
    }
}
