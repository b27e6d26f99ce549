//! The limits of a count of events.

use super::{Known, Limits, known};
use crate::distribution::{Tail, gamma_quantile, gamma_quantile_upper, mid_gamma_quantile};
use crate::{Confidence, Error, Estimate};

/// How the limits of a count are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PoissonMethod {
    /// Exact below 10 events, Byar from there on.
    #[default]
    Auto,
    /// Garwood's: each tail holds at most its share.
    Exact,
    /// Byar's approximation.
    Byar,
    /// Half of the probability of the observed count goes to each tail.
    MidP,
}

impl PoissonMethod {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Exact => "exact",
            Self::Byar => "byar",
            Self::MidP => "mid_p",
        }
    }

    /// What `Auto` means for a count.
    #[must_use]
    pub fn resolve(self, events: f64) -> Self {
        match self {
            Self::Auto if events < 10.0 => Self::Exact,
            Self::Auto => Self::Byar,
            other => other,
        }
    }

    /// The limits of a count.
    pub fn limits(self, events: f64, confidence: Confidence) -> Limits {
        let limits = match self.resolve(events) {
            Self::Byar => byar_limits(events, confidence),
            Self::MidP => mid_p_poisson_limits(events, confidence),
            Self::Auto | Self::Exact => exact_poisson_limits(events, confidence),
        };
        limits.holding(events)
    }
}

impl std::str::FromStr for PoissonMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Auto, Self::Exact, Self::Byar, Self::MidP];
        let found = all.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| Error::argument("method", "auto, exact, byar or mid_p", text))
    }
}

/// Estimates how many events are to be expected where some were counted: the count with limits.
///
/// # Definition
/// The events are a Poisson count `O`; its mean lies between the limits. `exact`: half of the
/// chi-squared quantiles with `2O` and `2O + 2` degrees of freedom. `byar`:
/// `O (1 - 1/(9O) - z/(3 sqrt O))^3`, and upwards the same with `O + 1` and `+ z`. `mid_p`: the
/// means at which `P(X > O) + P(X = O)/2` and `P(X < O) + P(X = O)/2` are what is left on a side.
/// `auto`: `exact` below 10 events, else `byar`.
///
/// # Arguments
/// Events: a number of at least 0; fractions (weighted events) are taken as they are.
///
/// # Returns
/// The count, its limits, and `sqrt(O)` as its standard error (none for 0 events).
///
/// # Nulls
/// `incomplete_strata` where the count is NULL. The lower limit of `byar` is none for 0 events, and
/// where the formula gives a negative number (1 event at 0.998).
///
/// # Interpretation
/// Absolute. For a rate, divide the limits by the person-time (see
/// [`crude_rate`](super::crude_rate)).
///
/// # Limits
/// Events must be independent: repeated events of one person make the limits too narrow. `exact`
/// covers at least what it says, usually more; `mid_p` about what it says on average.
///
/// # References
/// Garwood, 1936, "Fiducial limits for the Poisson distribution", Biometrika,
/// doi:10.1093/biomet/28.3-4.437. Breslow and Day, 1987, "Statistical methods in cancer research,
/// volume II", IARC, page 69 (Byar). Cohen and Yang, 1994, "Mid-P confidence intervals for the
/// Poisson expectation", Statistics in Medicine, doi:10.1002/sim.4780132102.
///
/// # Errors
/// A negative count.
pub fn poisson_limits(
    events: Option<f64>,
    confidence: Confidence,
    method: PoissonMethod,
) -> Result<Estimate, Error> {
    let [count] = match known([("events", events)])? {
        Known::All(counts) => counts,
        Known::Not(status) => return Ok(Estimate::missing(status, method.as_str())),
    };
    let method = method.resolve(count);
    let Limits { lower, upper } = method.limits(count, confidence);
    let estimate = Estimate::of(count, method.as_str()).with_limits(confidence, lower, upper);
    Ok(Estimate {
        se: (count > 0.0).then(|| count.sqrt()),
        ..estimate.with_counts(Some(count), None)
    })
}

/// Byar's limits of a count; see [`poisson_limits`].
///
/// No lower limit for 0 events or where it would be negative; none at all for a negative count.
pub fn byar_limits(events: f64, confidence: Confidence) -> Limits {
    if events.is_nan() || events < 0.0 {
        return Limits::NONE;
    }
    let z = confidence.z();
    let limit = |count: f64, sign: f64| {
        count * (1.0 - 1.0 / (9.0 * count) + sign * z / (3.0 * count.sqrt())).powi(3)
    };
    let lower = Some(limit(events, -1.0)).filter(|lower| *lower >= 0.0);
    Limits {
        lower,
        upper: Some(limit(events + 1.0, 1.0)),
    }
}

/// Garwood's exact limits of a count; see [`poisson_limits`]. None for a negative count.
pub fn exact_poisson_limits(events: f64, confidence: Confidence) -> Limits {
    if events.is_nan() || events < 0.0 {
        return Limits::NONE;
    }
    let tail = confidence.tail();
    let lower = match events > 0.0 {
        true => gamma_quantile(tail, events),
        false => 0.0,
    };
    Limits::new(lower, gamma_quantile_upper(tail, events + 1.0))
}

/// Mid-p limits of a count; see [`poisson_limits`]. None for a negative count.
pub fn mid_p_poisson_limits(events: f64, confidence: Confidence) -> Limits {
    if !(events >= 0.0 && events.is_finite()) {
        return Limits::NONE;
    }
    let tail = confidence.tail();
    if events == 0.0 {
        // P(X = 0) / 2 is what is left on the side.
        return Limits::new(0.0, -(2.0 * tail).ln());
    }
    Limits::new(
        mid_gamma_quantile(Tail::Lower(tail), events),
        mid_gamma_quantile(Tail::Upper(tail), events),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::gamma_upper as gamma_ur;

    fn near(got: Option<f64>, expected: f64) {
        let got = got.unwrap();
        let off = (got - expected).abs();
        assert!(off <= 1e-3 * expected, "{got} is not {expected}");
    }

    #[test]
    fn limits_are_those_of_the_printed_tables() {
        // Exact 95 % limits of a Poisson mean: Garwood, 1936, table; Breslow and Day, appendix.
        for (events, lower, upper) in [
            (1.0, 0.0253, 5.572),
            (5.0, 1.623, 11.67),
            (10.0, 4.795, 18.39),
            (50.0, 37.11, 65.92),
        ] {
            let limits = exact_poisson_limits(events, Confidence::P95);
            near(limits.lower, lower);
            near(limits.upper, upper);
        }
        let none = exact_poisson_limits(0.0, Confidence::P95);
        assert_eq!(none.lower, Some(0.0));
        near(none.upper, 3.689);
    }

    #[test]
    fn mid_p_limits_lie_inside_the_exact_ones_and_share_the_observed_count() {
        for events in [0.0, 1.0, 2.5, 7.0, 40.0, 2000.0] {
            let exact = exact_poisson_limits(events, Confidence::P998);
            let mid = mid_p_poisson_limits(events, Confidence::P998);
            assert!(
                mid.lower >= exact.lower && mid.upper < exact.upper,
                "{events}"
            );
            let upper = mid.upper.unwrap();
            let at_least = match events > 0.0 {
                true => gamma_ur(events, upper),
                false => 0.0,
            };
            let p = 0.5 * (at_least + gamma_ur(events + 1.0, upper));
            assert!((p - 0.001).abs() < 1e-12, "{events}: {p}");
        }
    }

    #[test]
    fn byar_has_no_negative_limit() {
        assert_eq!(byar_limits(0.0, Confidence::P95).lower, None);
        assert_eq!(byar_limits(1.0, Confidence::P998).lower, None);
        assert!(byar_limits(1.0, Confidence::P95).lower > Some(0.0));
        assert_eq!(byar_limits(-1.0, Confidence::P95), Limits::NONE);
    }

    #[test]
    fn auto_is_exact_below_ten_events() {
        for (events, method) in [(0.0, "exact"), (9.0, "exact"), (10.0, "byar")] {
            let found = poisson_limits(Some(events), Confidence::P95, PoissonMethod::Auto);
            assert_eq!(found.unwrap().method, method);
        }
        assert!("Exact".parse::<PoissonMethod>().is_err());
        assert_eq!("mid_p".parse(), Ok(PoissonMethod::MidP));
    }
}
