//! Rates of areas, drawn towards their mean.

use super::gamma::GammaPrior;
use super::gamma_mean1::gamma_mean1;
use super::gamma_ml::gamma_ml;
use super::gamma_moments::gamma_moments;
use super::lognormal::{LognormalPrior, lognormal};
use super::marshall::{MarshallPrior, marshall};
use crate::rates::Known;
use crate::variation::{Area, Areas};
use crate::{Error, Status};

/// How the distribution of true rates is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SmoothingMethod {
    /// Its mean and variance by moments, no distribution assumed.
    #[default]
    Marshall,
    /// A gamma distribution, by moments.
    GammaMoments,
    /// A gamma distribution, by likelihood.
    GammaMl,
    /// A gamma distribution with mean 1, by likelihood.
    GammaMean1,
    /// A log-normal distribution, by an approximate likelihood.
    Lognormal,
}

impl SmoothingMethod {
    /// All methods, in the order of their documentation.
    pub const ALL: [Self; 5] = [
        Self::Marshall,
        Self::GammaMoments,
        Self::GammaMl,
        Self::GammaMean1,
        Self::Lognormal,
    ];

    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Marshall => "marshall",
            Self::GammaMoments => "gamma_moments",
            Self::GammaMl => "gamma_ml",
            Self::GammaMean1 => "gamma_mean1",
            Self::Lognormal => "lognormal",
        }
    }
}

impl std::str::FromStr for SmoothingMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        let expected = "marshall, gamma_moments, gamma_ml, gamma_mean1 or lognormal";
        found.ok_or_else(|| Error::argument("method", expected, text))
    }
}

/// The smoothed rate of an area.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Smoothed {
    /// The smoothed rate.
    pub value: Option<f64>,
    /// The median of what the rate may be, where a distribution was assumed.
    pub median: Option<f64>,
    /// The rate as it was.
    pub raw: Option<f64>,
    /// Why there is no value, or that there is.
    pub status: Status,
}

impl Smoothed {
    /// No rate, and why.
    pub(super) fn missing(status: Status) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }
}

/// The smoothed rates of areas, and what they were smoothed by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Smoothing {
    /// One per area, in the order given.
    pub areas: Vec<Smoothed>,
    /// The mean of the true rates; for `lognormal` that of their logarithms.
    pub mean: Option<f64>,
    /// The variance of the true rates; for `lognormal` that of their logarithms.
    pub variance: Option<f64>,
}

/// Estimates the rate of each area, drawn towards the mean of all areas the more, the less can be
/// known from its own events (global empirical Bayes).
///
/// # Definition
/// True rates come from one distribution, which is estimated from all areas; given its rate, an
/// area's events are Poisson. With events `O` and people (or expected events) `n`:
/// - `marshall` (the default): pooled rate `b = ΣO/Σn`; variance `a`, the weighted mean of `(O/n -
///   b)²` less `b` by the mean of `n`, at least 0. The answer is `b + (O/n - b) a/(a + b/n)`.
/// - `gamma_moments`, `gamma_ml`, `gamma_mean1`: a gamma distribution of shape `ν` and rate `α`, by
///   the moments of Clayton and Kaldor, by likelihood, or by likelihood with mean 1 (`ν = α`). The
///   answer is the posterior mean `(O + ν)/(n + α)`, beside the posterior median.
/// - `lognormal`: logarithms of rates are normal with mean `φ` and variance `σ²`, by the quadratic
///   approximation of Clayton and Kaldor. The answer is `exp(b)` with
///   `b = (φ + (O + ½) σ² ln((O + ½)/n) - σ²/2) / (1 + (O + ½) σ²)`.
///
/// # Arguments
/// Events as `observed`; as `expected` people or expected events, which makes the answer a rate or
/// a relative risk. `gamma_mean1` wants expected events.
///
/// # Returns
/// The smoothed and the raw rate of each area, and the mean and variance of the true rates. With a
/// variance of 0 all areas get one rate.
///
/// # Nulls
/// A NULL in any area gives every area `incomplete_strata`, since each answer rests on all areas.
/// An area without people gets `undefined`, and is left out of the others. All get `undefined`
/// with fewer than two areas, when a number is NaN or infinite, or by a gamma method without any
/// events.
///
/// # Interpretation
/// A map that shows risk more than luck, on the scale of the raw rate. Rank and colour by these
/// rather than by raw rates; test with the raw counts.
///
/// # Limits
/// What is drawn to the mean is the *overall* mean: a real island of high rates is drawn down too
/// (see [`eb_smooth_local`](super::eb_smooth_local)). Smoothed rates together vary less than true
/// ones do. The answer takes the distribution for known, so it is surer than it should be with few
/// areas.
///
/// # References
/// Marshall, 1991, "Mapping disease and mortality rates using empirical Bayes estimators", Applied
/// Statistics, doi:10.2307/2347593. Clayton & Kaldor, 1987, "Empirical Bayes estimates of
/// age-standardized relative risks for use in disease mapping", Biometrics, doi:10.2307/2532003.
/// Martuzzi & Hills, 1995, "Estimating the degree of heterogeneity between event rates using
/// likelihood", American Journal of Epidemiology 141:369.
///
/// # Errors
/// A negative number.
pub fn eb_smooth(areas: &[Area], method: SmoothingMethod) -> Result<Smoothing, Error> {
    let rows = match known_areas(areas)? {
        Ok(rows) => rows,
        Err(status) => return Ok(nothing(areas, status)),
    };
    let inhabited = rows.iter().copied().filter(|(_, people)| *people > 0.0);
    let inhabited = Areas::sorted(inhabited.collect());
    let prior = match inhabited.rows.len() {
        0 | 1 => None,
        _ => Prior::of(&inhabited, method),
    };
    let Some(prior) = prior else {
        return Ok(nothing(areas, Status::Undefined));
    };
    let (mean, variance) = prior.moments();
    let smoothed = rows
        .iter()
        .map(|&(events, people)| prior.smoothed(events, people));
    let smoothed: Vec<Smoothed> = smoothed.collect();
    // Of numbers beyond all counts the sums overflow, and no rate is left.
    if smoothed
        .iter()
        .any(|area| area.value.is_some_and(f64::is_nan))
    {
        return Ok(nothing(areas, Status::Undefined));
    }
    Ok(Smoothing {
        areas: smoothed,
        mean: Some(mean),
        variance: Some(variance),
    })
}

/// The numbers of all areas, or why there is no answer.
pub(super) fn known_areas(areas: &[Area]) -> Result<Result<Vec<(f64, f64)>, Status>, Error> {
    let mut rows = Vec::with_capacity(areas.len());
    let mut missing = Status::Ok;
    for area in areas {
        match area.known()? {
            Known::All([events, people]) => rows.push((events, people)),
            Known::Not(Status::IncompleteStrata) => missing = Status::IncompleteStrata,
            Known::Not(status) if missing == Status::Ok => missing = status,
            Known::Not(_) => {}
        }
    }
    Ok(match missing {
        Status::Ok => Ok(rows),
        status => Err(status),
    })
}

/// No rate for any area, and why.
fn nothing(areas: &[Area], status: Status) -> Smoothing {
    Smoothing {
        areas: vec![Smoothed::missing(status); areas.len()],
        ..Smoothing::default()
    }
}

/// The distribution of true rates.
enum Prior {
    Marshall(MarshallPrior),
    Gamma(GammaPrior),
    Lognormal(LognormalPrior),
}

impl Prior {
    fn of(areas: &Areas, method: SmoothingMethod) -> Option<Self> {
        Some(match method {
            SmoothingMethod::Marshall => Self::Marshall(marshall(areas)),
            SmoothingMethod::GammaMoments => Self::Gamma(gamma_moments(areas)?),
            SmoothingMethod::GammaMl => Self::Gamma(gamma_ml(areas)?),
            SmoothingMethod::GammaMean1 => Self::Gamma(gamma_mean1(areas)?),
            SmoothingMethod::Lognormal => Self::Lognormal(lognormal(areas)),
        })
    }

    /// Its mean and variance.
    fn moments(&self) -> (f64, f64) {
        match self {
            Self::Marshall(prior) => (prior.mean, prior.variance),
            Self::Gamma(prior) => (prior.mean, prior.variance()),
            Self::Lognormal(prior) => (prior.mean, prior.variance),
        }
    }

    /// The rate of an area.
    fn smoothed(&self, events: f64, people: f64) -> Smoothed {
        if people <= 0.0 {
            return Smoothed::missing(Status::Undefined);
        }
        let (value, median) = match self {
            Self::Marshall(prior) => (prior.smooth(events, people), None),
            Self::Gamma(prior) => {
                let median = prior.median(events, people);
                (prior.smooth(events, people), Some(median))
            }
            // The exponential of a normal variable has that of its mean as median.
            Self::Lognormal(prior) => {
                let rate = prior.smooth_log(events, people).exp();
                (rate, Some(rate))
            }
        };
        Smoothed {
            value: Some(value),
            median,
            raw: Some(events / people),
            status: Status::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_beyond_all_counts_have_no_rate() {
        let areas = [100.0, 200.0, 450.0].map(|people| Area {
            observed: Some(1e300),
            expected: Some(people),
        });
        let found = eb_smooth(&areas, SmoothingMethod::Marshall).unwrap();
        let undefined = |area: &Smoothed| area.status == Status::Undefined && area.value.is_none();
        assert!(found.areas.iter().all(undefined), "{found:?}");
    }

    fn areas(rows: &[(f64, f64)]) -> Vec<Area> {
        let area = |&(observed, expected): &(f64, f64)| Area {
            observed: Some(observed),
            expected: Some(expected),
        };
        rows.iter().map(area).collect()
    }

    const ROWS: [(f64, f64); 5] = [
        (2.0, 10.3),
        (41.0, 20.7),
        (7.0, 15.1),
        (9.0, 9.9),
        (30.0, 29.0),
    ];

    #[test]
    fn smoothed_rates_lie_between_their_own_and_the_mean() {
        for method in SmoothingMethod::ALL {
            let found = eb_smooth(&areas(&ROWS), method).unwrap();
            let mean = match method {
                SmoothingMethod::Lognormal => found.mean.unwrap().exp(),
                _ => found.mean.unwrap(),
            };
            assert!(found.variance.unwrap() > 0.0);
            for (area, (events, people)) in found.areas.iter().zip(ROWS) {
                let (raw, value) = (area.raw.unwrap(), area.value.unwrap());
                assert_eq!(raw, events / people);
                let drawn = (value - mean) / (raw - mean);
                // The half of an event and of a variance move logarithms a little.
                let slack = if method == SmoothingMethod::Lognormal {
                    0.4
                } else {
                    0.0
                };
                let near = (raw - mean).abs() < 0.1;
                assert!(
                    near || (drawn > 0.0 && drawn < 1.0 + slack),
                    "{method:?} {raw} {value}"
                );
            }
        }
    }

    #[test]
    fn the_order_of_areas_does_not_matter() {
        for method in SmoothingMethod::ALL {
            let whole = eb_smooth(&areas(&ROWS), method).unwrap();
            let mut turned = ROWS;
            turned.rotate_left(2);
            let mut turned = eb_smooth(&areas(&turned), method).unwrap();
            turned.areas.rotate_right(2);
            assert_eq!(turned, whole);
        }
    }

    #[test]
    fn one_unknown_area_makes_all_incomplete() {
        for method in SmoothingMethod::ALL {
            let mut unknown = areas(&ROWS);
            unknown[2].observed = None;
            let found = eb_smooth(&unknown, method).unwrap();
            assert_eq!((found.mean, found.variance), (None, None));
            assert_eq!(found.areas.len(), 5);
            let is_incomplete = |area: &Smoothed| area.status == Status::IncompleteStrata;
            assert!(found.areas.iter().all(is_incomplete));
        }
    }

    #[test]
    fn an_area_without_people_has_no_rate_and_changes_no_other() {
        for method in SmoothingMethod::ALL {
            let mut with = areas(&ROWS);
            with.insert(1, areas(&[(0.0, 0.0)])[0]);
            let mut with = eb_smooth(&with, method).unwrap();
            assert_eq!(with.areas.remove(1).status, Status::Undefined);
            assert_eq!(with, eb_smooth(&areas(&ROWS), method).unwrap());
        }
    }

    #[test]
    fn one_area_and_no_events_have_no_distribution() {
        for method in SmoothingMethod::ALL {
            let one = eb_smooth(&areas(&ROWS[..1]), method).unwrap();
            assert_eq!(one.areas[0].status, Status::Undefined);
            assert!(eb_smooth(&[], method).unwrap().areas.is_empty());
            assert!(eb_smooth(&areas(&[(-1.0, 1.0)]), method).is_err());
            assert_eq!(method.as_str().parse(), Ok(method));
        }
        let none = areas(&[(0.0, 10.0), (0.0, 20.0)]);
        for method in [SmoothingMethod::GammaMl, SmoothingMethod::GammaMean1] {
            let found = eb_smooth(&none, method).unwrap();
            assert_eq!(found.areas[0].status, Status::Undefined);
        }
        let found = eb_smooth(&none, SmoothingMethod::Marshall).unwrap();
        assert_eq!(found.areas[0].value, Some(0.0));
        assert!("eb".parse::<SmoothingMethod>().is_err());
    }
}
