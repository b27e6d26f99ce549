//! A share.

use super::crude_rate::check_multiplier;
use super::{Known, Limits, known, wilson_limits};
use crate::distribution::{beta_quantile, beta_quantile_upper};
use crate::{Confidence, Error, Estimate, Status};

/// How the limits of a share are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProportionMethod {
    /// The score limits; see [`wilson_limits`].
    #[default]
    Wilson,
    /// The score limits with continuity correction.
    WilsonCorrected,
    /// The exact limits: each tail holds at most its share.
    ClopperPearson,
    /// Normal limits after `z^2 / 2` events and as many non-events were added.
    AgrestiCoull,
    /// The quantiles of a beta distribution with half an event and half a non-event added.
    Jeffreys,
}

impl ProportionMethod {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wilson => "wilson",
            Self::WilsonCorrected => "wilson_cc",
            Self::ClopperPearson => "clopper_pearson",
            Self::AgrestiCoull => "agresti_coull",
            Self::Jeffreys => "jeffreys",
        }
    }

    /// The limits of a share; `events` is from 0 to `n`, `n` is above 0.
    fn limits(self, events: f64, n: f64, confidence: Confidence) -> Limits {
        match self {
            Self::Wilson => wilson_limits(events, n, confidence),
            Self::WilsonCorrected => corrected(events, n, confidence),
            Self::ClopperPearson => betas(events, n, confidence, 0.0, 1.0),
            Self::Jeffreys => betas(events, n, confidence, 0.5, 0.5),
            Self::AgrestiCoull => {
                let z = confidence.z();
                let n = n + z * z;
                let p = (events + z * z / 2.0) / n;
                let half = z * (p * (1.0 - p) / n).sqrt();
                Limits::new(p - half, p + half)
            }
        }
    }
}

impl std::str::FromStr for ProportionMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [
            Self::Wilson,
            Self::WilsonCorrected,
            Self::ClopperPearson,
            Self::AgrestiCoull,
            Self::Jeffreys,
        ];
        let found = all.into_iter().find(|method| method.as_str() == text);
        let expected = "wilson, wilson_cc, clopper_pearson, agresti_coull or jeffreys";
        found.ok_or_else(|| Error::argument("method", expected, text))
    }
}

/// Wilson's limits with continuity correction.
fn corrected(events: f64, n: f64, confidence: Confidence) -> Limits {
    let (z, p) = (confidence.z(), events / n);
    let limit = |sign: f64| {
        let inner = z * z - 1.0 / n + 4.0 * events * (1.0 - p) - sign * (4.0 * p - 2.0);
        let half = 1.0 + z * inner.max(0.0).sqrt();
        (events + 0.5 * z * z + sign * 0.5 * half) / (n + z * z)
    };
    let lower = match events == 0.0 {
        true => 0.0,
        false => limit(-1.0).max(0.0),
    };
    let upper = match events == n {
        true => 1.0,
        false => limit(1.0).min(1.0),
    };
    Limits::new(lower, upper)
}

/// Beta quantiles: `low` is added to both counts of the lower limit's distribution as events and
/// `high` as non-events, and the other way round for the upper one.
fn betas(events: f64, n: f64, confidence: Confidence, low: f64, high: f64) -> Limits {
    let tail = confidence.tail();
    let (a, b) = (events, n - events);
    let lower = match a == 0.0 {
        true => 0.0,
        false => beta_quantile(tail, a + low, b + high),
    };
    let upper = match b == 0.0 {
        true => 1.0,
        false => beta_quantile_upper(tail, a + high, b + low),
    };
    Limits::new(lower, upper)
}

/// Estimates a share: how many of those who could.
///
/// # Definition
/// `multiplier * events / n`, with limits by [`ProportionMethod`]. The standard error is
/// `multiplier * sqrt(p (1 - p) / n)`.
///
/// # Arguments
/// `events` from 0 to `n`; fractions are taken as they are. `multiplier`: 1, or 100 for per cent.
///
/// # Returns
/// The share, with the events and `n`.
///
/// # Nulls
/// `incomplete_strata` where a count is NULL; `undefined` where `n` is 0. The standard error is
/// none when no one or everyone is an event, since 0 would claim certainty.
///
/// # Interpretation
/// Absolute. The diagnostic yield has those tested below the line; access to a test has those
/// *eligible* there. The two answer different questions.
///
/// # Limits
/// `agresti_coull` may leave 0 to 1 and is given as it is. `clopper_pearson` and `wilson_cc` are
/// wide on purpose; `wilson` and `jeffreys` cover what they say on average.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, rates::{ProportionMethod, proportion}};
/// let (confidence, wilson) = (Confidence::P95, ProportionMethod::Wilson);
/// let share = proportion(Some(81.0), Some(263.0), 1.0, confidence, wilson).unwrap();
/// assert!((share.lower_cl.unwrap() - 0.2553).abs() < 1e-4);
/// ```
///
/// # References
/// Newcombe, 1998, "Two-sided confidence intervals for the single proportion", Statistics in
/// Medicine, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E. Clopper and
/// Pearson, 1934, Biometrika, doi:10.1093/biomet/26.4.404. Agresti and Coull, 1998, The American
/// Statistician, doi:10.1080/00031305.1998.10480550. Brown, Cai and DasGupta, 2001, "Interval
/// estimation for a binomial proportion", Statistical Science, doi:10.1214/ss/1009213286
/// (Jeffreys).
///
/// # Errors
/// A negative count; more events than `n`; a multiplier that is not above 0.
pub fn proportion(
    events: Option<f64>,
    n: Option<f64>,
    multiplier: f64,
    confidence: Confidence,
    method: ProportionMethod,
) -> Result<Estimate, Error> {
    check_multiplier(multiplier)?;
    let [events, n] = match known([("events", events), ("n", n)])? {
        Known::Not(status) => return Ok(Estimate::missing(status, method.as_str())),
        Known::All(counts) => counts,
    };
    if events > n {
        return Err(Error::argument("events", "at most `n` events", events));
    }
    if n == 0.0 {
        return Ok(Estimate::missing(Status::Undefined, method.as_str()));
    }
    let p = events / n;
    let scale = |share: f64| multiplier * share;
    let Limits { lower, upper } = method.limits(events, n, confidence).holding(p).map(scale);
    let share = Estimate::of(scale(p), method.as_str()).with_limits(confidence, lower, upper);
    Ok(Estimate {
        se: (events > 0.0 && events < n).then(|| scale((p * (1.0 - p) / n).sqrt())),
        ..share.with_counts(Some(events), Some(n))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(events: f64, n: f64, method: &str) -> (f64, f64) {
        let method = method.parse().unwrap();
        let confidence = Confidence::P95;
        let share = proportion(Some(events), Some(n), 1.0, confidence, method).unwrap();
        (share.lower_cl.unwrap(), share.upper_cl.unwrap())
    }

    #[test]
    fn limits_are_those_that_newcombe_printed() {
        // Newcombe, 1998, table I: methods 3, 4 and 5.
        for (events, n, method, lower, upper) in [
            (81.0, 263.0, "wilson", 0.2553, 0.3662),
            (81.0, 263.0, "wilson_cc", 0.2535, 0.3682),
            (81.0, 263.0, "clopper_pearson", 0.2527, 0.3676),
            (15.0, 148.0, "wilson_cc", 0.0598, 0.1644),
            (15.0, 148.0, "clopper_pearson", 0.0578, 0.1617),
            (0.0, 20.0, "wilson_cc", 0.0, 0.2005),
            (0.0, 20.0, "clopper_pearson", 0.0, 0.1684),
            (1.0, 29.0, "wilson_cc", 0.0018, 0.1963),
            (1.0, 29.0, "clopper_pearson", 0.0009, 0.1776),
        ] {
            let found = limits(events, n, method);
            let off = (found.0 - lower).abs().max((found.1 - upper).abs());
            assert!(off < 5e-5, "{method} {events}/{n}: {found:?}");
        }
    }

    #[test]
    fn events_and_non_events_mirror_each_other() {
        for method in [
            "wilson",
            "wilson_cc",
            "clopper_pearson",
            "agresti_coull",
            "jeffreys",
        ] {
            for events in [0.0, 1.0, 7.5, 20.0] {
                let (lower, upper) = limits(events, 20.0, method);
                let (lower_of_rest, upper_of_rest) = limits(20.0 - events, 20.0, method);
                assert!((lower - (1.0 - upper_of_rest)).abs() < 1e-12, "{method}");
                assert!((upper - (1.0 - lower_of_rest)).abs() < 1e-12, "{method}");
                assert!(lower <= events / 20.0 && events / 20.0 <= upper, "{method}");
            }
        }
    }

    #[test]
    fn more_events_than_people_are_an_error_and_no_people_are_undefined() {
        let of = |events, n| {
            let method = ProportionMethod::Wilson;
            proportion(events, n, 1.0, Confidence::P95, method)
        };
        let message = "events: expected at most `n` events, got `3`";
        assert_eq!(of(Some(3.0), Some(2.0)).unwrap_err().to_string(), message);
        assert_eq!(of(Some(0.0), Some(0.0)).unwrap().status, Status::Undefined);
        assert_eq!(
            of(None, Some(2.0)).unwrap().status,
            Status::IncompleteStrata
        );
        assert_eq!(of(Some(0.0), Some(9.0)).unwrap().se, None);
        assert!("cp".parse::<ProportionMethod>().is_err());
    }
}
