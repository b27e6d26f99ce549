//! The directly standardised rate.

use super::Standardisation;
use super::strata::all_known;
use crate::distribution::{Tail, gamma_quantile, gamma_quantile_upper};
use crate::rates::{Known, Limits, byar_limits, check_multiplier, known};
use crate::{Confidence, Error, Estimate, Status};

/// A stratum of a directly standardised rate. `None` is NULL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DirectStratum {
    /// What happened in the stratum.
    pub events: Option<f64>,
    /// The people, or person-time, that it could happen to.
    pub population: Option<f64>,
    /// People in this stratum of the standard population, or any multiple of their share.
    pub weight: Option<f64>,
}

/// How the limits of a directly standardised rate are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DirectMethod {
    /// Byar's limits of the number of events, carried over to the rate by its variance.
    #[default]
    Dobson,
    /// A gamma distribution, conservative: holds its confidence even when events are few.
    FayFeuer,
    /// The gamma distribution of Fay and Feuer, less conservative.
    Tiwari,
    /// A gamma distribution with one event more at the upper limit.
    GammaApprox,
    /// The logarithm of the rate is normal.
    Lognormal,
    /// The rate is normal.
    Normal,
}

impl DirectMethod {
    /// All methods, in the order of their documentation.
    pub const ALL: [Self; 6] = [
        Self::Dobson,
        Self::FayFeuer,
        Self::Tiwari,
        Self::GammaApprox,
        Self::Lognormal,
        Self::Normal,
    ];

    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dobson => "dobson",
            Self::FayFeuer => "fay_feuer",
            Self::Tiwari => "tiwari",
            Self::GammaApprox => "gamma_approx",
            Self::Lognormal => "lognormal",
            Self::Normal => "normal",
        }
    }

    /// How many events it takes at least: 10 where limits rest on a large number of them.
    const fn minimum_events(self) -> f64 {
        match self {
            Self::Dobson | Self::Lognormal | Self::Normal => 10.0,
            Self::FayFeuer | Self::Tiwari | Self::GammaApprox => 0.0,
        }
    }
}

impl std::str::FromStr for DirectMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        let expected = "dobson, fay_feuer, tiwari, gamma_approx, lognormal or normal";
        found.ok_or_else(|| Error::argument("method", expected, text))
    }
}

/// Estimates a rate as it would be if the ages (or other strata) were those of a standard
/// population.
///
/// # Definition
/// With events `O`, population `n` and share `w` of the standard population per stratum: the rate
/// is `r = Σ w O/n`, its variance `V = Σ w² O/n²`, both times the multiplier. The limits:
/// - `dobson` (the default): `r + √(V/ΣO) (L - ΣO)` with Byar's lower limit `L` of `ΣO`, and the
///   same with his upper limit.
/// - `fay_feuer`: lower `V/2r` times the chi-squared quantile with `2r²/V` degrees of freedom;
///   upper the same with `r + m` and `V + m²`, where `m` is the largest `w/n`.
/// - `tiwari`: as `fay_feuer`, with the means of `w/n` and `(w/n)²` for `m` and `m²`.
/// - `gamma_approx`: `V/r` times the gamma quantile with shape `r²/V`, and `r²/V + 1` at the upper
///   limit.
/// - `lognormal`: `r exp(±z √V / r)`. `normal`: `r ± z √V`.
///
/// # Arguments
/// One stratum per age band, or per age band and sex: the two standardise for different things and
/// give different rates. Weights need not sum to 1. Events may exceed the population when that is
/// person-time.
///
/// # Returns
/// The rate per `multiplier`, its standard error `√V`, the sum of events and of the population.
///
/// # Nulls
/// - `incomplete_strata`: a count, population or weight is NULL. A NULL count is not 0: the rate
///   would be too low.
/// - `too_few_events`: `dobson`, `lognormal` or `normal` with fewer than 10 events. The gamma
///   methods hold for any number.
/// - `undefined`: a population is 0, all weights are 0, there are no strata, or a number is NaN or
///   infinite.
/// - With no events there is no standard error (0 would claim certainty), and `gamma_approx` has no
///   upper limit.
///
/// # Interpretation
/// Comparable between areas, years and groups standardised to the same population, and with them
/// only: it is not a rate of anyone. The ratio of two such rates is adjusted for the strata, for
/// nothing else.
///
/// # Limits
/// A stratum that is absent cannot be seen: with the weights given the rest is a rate for the
/// standard population *of those strata*. Start from the standard population and join the counts to
/// it, so that an absent stratum has a weight and a NULL population. The variance takes events for
/// independent; see [`directly_standardised_rate_repeat_events`] for events that repeat in people.
/// Rates that rise with age in one area and fall in another cannot be summed up in one number.
///
/// # References
/// Dobson, 1991, "Confidence intervals for weighted sums of Poisson parameters", Statistics in
/// Medicine, doi:10.1002/sim.4780100317. Fay & Feuer, 1997, "Confidence intervals for directly
/// standardized rates: a method based on the gamma distribution", Statistics in Medicine,
/// doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#. Tiwari, 2006, "Efficient
/// interval estimation for age-adjusted cancer rates", Statistical Methods in Medical Research,
/// doi:10.1177/0962280206070621.
///
/// # Errors
/// A negative number, or a multiplier that is not above 0.
///
/// [`directly_standardised_rate_repeat_events`]: super::directly_standardised_rate_repeat_events
pub fn directly_standardised_rate(
    strata: &[DirectStratum],
    options: Standardisation<DirectMethod>,
) -> Result<Estimate, Error> {
    let (multiplier, confidence) = (options.multiplier, options.confidence);
    check_multiplier(multiplier)?;
    let method = options.method;
    let rows = match all_known(strata.iter().map(DirectStratum::known))? {
        Ok(rows) => rows,
        Err(status) => return Ok(Estimate::missing(status, method.as_str())),
    };
    // The variance of a Poisson count is the count.
    let rows = rows
        .into_iter()
        .map(|[events, population, weight]| [events, events, population, weight]);
    let terms = Terms::sum(&rows.collect::<Vec<_>>());
    Ok(match terms.status(method.minimum_events()) {
        Status::Ok => {
            let limits = terms.limits(method, confidence);
            terms.estimate(multiplier, confidence, method.as_str(), limits)
        }
        status => terms.missing(status, method.as_str()),
    })
}

impl DirectStratum {
    /// The numbers, if they are.
    fn known(&self) -> Result<Known<3>, Error> {
        known([
            ("events", self.events),
            ("population", self.population),
            ("standard_weight", self.weight),
        ])
    }
}

/// The sums that a rate and its limits are made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    /// The rate.
    pub(super) rate: f64,
    /// Its variance.
    pub(super) variance: f64,
    /// All events.
    pub(super) events: f64,
    /// All people.
    pub(super) population: f64,
    /// Whether each stratum has a population, and any of them a weight.
    pub(super) defined: bool,
    /// The largest weight of one event.
    largest: f64,
    /// The mean weight of one event over strata, and of its square.
    mean: f64,
    mean_of_squares: f64,
}

impl Terms {
    /// The sums over strata of events, their variance, the population and the weight.
    #[expect(clippy::cast_precision_loss, reason = "strata are far fewer than 2^53")]
    pub(super) fn sum(strata: &[[f64; 4]]) -> Self {
        let weights: f64 = strata.iter().map(|[.., weight]| weight).sum();
        let mut terms = Self {
            defined: weights > 0.0 && weights.is_finite(),
            ..Self::default()
        };
        for &[events, variance, population, weight] in strata {
            let per_event = weight / weights / population;
            terms.rate += per_event * events;
            terms.variance += per_event * per_event * variance;
            terms.events += events;
            terms.population += population;
            terms.defined &= population > 0.0;
            terms.largest = terms.largest.max(per_event);
            terms.mean += per_event / strata.len() as f64;
            terms.mean_of_squares += per_event * per_event / strata.len() as f64;
        }
        terms
    }

    /// Whether there is a rate. Too few events are said first: they are what people can mend.
    pub(super) fn status(&self, minimum_events: f64) -> Status {
        let is_number = self.rate.is_finite() && self.variance.is_finite();
        match self.defined && is_number {
            false => Status::Undefined,
            true if self.events < minimum_events => Status::TooFewEvents,
            true => Status::Ok,
        }
    }

    /// No rate, and why.
    pub(super) fn missing(&self, status: Status, method: &'static str) -> Estimate {
        Estimate::missing(status, method).with_counts(Some(self.events), Some(self.population))
    }

    /// The rate with its limits, per multiplier.
    pub(super) fn estimate(
        &self,
        multiplier: f64,
        confidence: Confidence,
        method: &'static str,
        limits: Limits,
    ) -> Estimate {
        let Limits { lower, upper } = limits.map(|limit| limit * multiplier);
        let rate = Estimate::of(self.rate * multiplier, method)
            .with_limits(confidence, lower, upper)
            .with_counts(Some(self.events), Some(self.population));
        let se = self.variance.sqrt() * multiplier;
        Estimate {
            se: (self.events > 0.0).then_some(se),
            ..rate
        }
    }

    /// The two limits of a rate per person.
    fn limits(&self, method: DirectMethod, confidence: Confidence) -> Limits {
        let (rate, variance) = (self.rate, self.variance);
        let tail = confidence.tail();
        let gamma = |one: f64, squared: f64| {
            let upper = gamma_limit(Tail::Upper(tail), rate + one, variance + squared);
            Limits::new(gamma_limit(Tail::Lower(tail), rate, variance), upper)
        };
        match method {
            DirectMethod::Dobson => self.dobson(confidence),
            DirectMethod::FayFeuer => gamma(self.largest, self.largest * self.largest),
            DirectMethod::Tiwari => gamma(self.mean, self.mean_of_squares),
            DirectMethod::GammaApprox if rate == 0.0 => Limits {
                lower: Some(0.0),
                upper: None,
            },
            DirectMethod::GammaApprox => {
                let (shape, scale) = (rate * rate / variance, variance / rate);
                let (lower, upper) = (
                    gamma_quantile(tail, shape),
                    gamma_quantile_upper(tail, shape + 1.0),
                );
                Limits::new(lower, upper).map(|quantile| scale * quantile)
            }
            DirectMethod::Lognormal => {
                let factor = (confidence.z() * variance.sqrt() / rate).exp();
                Limits::new(rate / factor, rate * factor)
            }
            DirectMethod::Normal => {
                let half = confidence.z() * variance.sqrt();
                Limits::new(rate - half, rate + half)
            }
        }
    }

    /// Dobson's limits.
    pub(super) fn dobson(&self, confidence: Confidence) -> Limits {
        let scale = (self.variance / self.events).sqrt();
        let around = |limit: f64| self.rate + scale * (limit - self.events);
        byar_limits(self.events, confidence).map(around)
    }
}

/// The quantile of a gamma distribution with this mean and variance; 0 when both are.
fn gamma_limit(tail: Tail, mean: f64, variance: f64) -> f64 {
    if mean == 0.0 {
        return 0.0;
    }
    let shape = mean / variance * mean;
    let quantile = match tail {
        Tail::Lower(p) => gamma_quantile(p, shape),
        Tail::Upper(q) => gamma_quantile_upper(q, shape),
    };
    variance / mean * quantile
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::chi_squared_quantile;

    fn stratum(events: f64, population: f64, weight: f64) -> DirectStratum {
        DirectStratum {
            events: Some(events),
            population: Some(population),
            weight: Some(weight),
        }
    }

    fn options(method: DirectMethod) -> Standardisation<DirectMethod> {
        Standardisation {
            multiplier: 1000.0,
            confidence: Confidence::P95,
            method,
        }
    }

    fn rate(strata: &[DirectStratum], method: DirectMethod) -> Estimate {
        directly_standardised_rate(strata, options(method)).unwrap()
    }

    const YOUNG_AND_OLD: [DirectStratum; 2] = [
        DirectStratum {
            events: Some(10.0),
            population: Some(1000.0),
            weight: Some(3.0),
        },
        DirectStratum {
            events: Some(30.0),
            population: Some(500.0),
            weight: Some(1.0),
        },
    ];

    #[test]
    fn rates_of_strata_are_weighted_by_the_standard_population() {
        let found = rate(&YOUNG_AND_OLD, DirectMethod::Normal);
        // 10 per 1000 three times, 60 per 1000 once.
        assert!((found.value.unwrap() - 22.5).abs() < 1e-12);
        let variance: f64 = 0.75 * 0.75 * 10.0 / 1e6 + 0.25 * 0.25 * 30.0 / 25e4;
        assert!((found.se.unwrap() - 1000.0 * variance.sqrt()).abs() < 1e-12);
        assert_eq!((found.events, found.n), (Some(40.0), Some(1500.0)));
        assert_eq!(found.status, Status::Ok);
    }

    #[test]
    fn anything_unknown_makes_the_strata_incomplete() {
        for hide in [
            |stratum: &mut DirectStratum| stratum.events = None,
            |stratum: &mut DirectStratum| stratum.population = None,
            |stratum: &mut DirectStratum| stratum.weight = None,
        ] {
            let mut strata = YOUNG_AND_OLD;
            hide(&mut strata[1]);
            for method in DirectMethod::ALL {
                let found = rate(&strata, method);
                assert_eq!(found.status, Status::IncompleteStrata);
                assert_eq!((found.value, found.lower_cl), (None, None));
            }
        }
    }

    #[test]
    fn nobody_in_a_stratum_and_no_weight_at_all_are_undefined() {
        for strata in [
            &[][..],
            &[stratum(0.0, 0.0, 1.0), stratum(20.0, 10.0, 1.0)],
            &[stratum(20.0, 10.0, 0.0), stratum(20.0, 10.0, 0.0)],
        ] {
            for method in DirectMethod::ALL {
                let found = rate(strata, method);
                assert_eq!((found.status, found.value), (Status::Undefined, None));
            }
        }
    }

    #[test]
    fn few_events_are_enough_for_gamma_limits_only() {
        let strata = [stratum(4.0, 1000.0, 1.0), stratum(5.0, 1000.0, 1.0)];
        for method in DirectMethod::ALL {
            let expected = match method.minimum_events() > 0.0 {
                true => (Status::TooFewEvents, false, Some(9.0)),
                false => (Status::Ok, true, Some(9.0)),
            };
            let found = rate(&strata, method);
            let there = found.value.is_some();
            assert_eq!((found.status, there, found.events), expected);
        }
        let enough = [stratum(5.0, 1000.0, 1.0), stratum(5.0, 1000.0, 1.0)];
        for method in DirectMethod::ALL {
            assert_eq!(rate(&enough, method).status, Status::Ok);
        }
    }

    #[test]
    fn no_events_have_an_upper_limit_by_the_weight_of_one() {
        let strata = [stratum(0.0, 1000.0, 1.0), stratum(0.0, 1000.0, 1.0)];
        let found = rate(&strata, DirectMethod::FayFeuer);
        assert_eq!((found.value, found.lower_cl), (Some(0.0), Some(0.0)));
        // One event would weigh 1 / 2000; the limit of none is 3.688879454113936 events.
        let upper = found.upper_cl.unwrap();
        assert!((upper - 3.688_879_454_113_936 / 2.0).abs() < 1e-9);
        let found = rate(&strata, DirectMethod::GammaApprox);
        assert_eq!((found.lower_cl, found.upper_cl), (Some(0.0), None));
    }

    #[test]
    fn one_stratum_has_the_limits_of_a_poisson_count() {
        let found = rate(&[stratum(12.0, 1000.0, 7.0)], DirectMethod::FayFeuer);
        let near = |got: Option<f64>, expected: f64| (got.unwrap() - expected).abs() < 1e-9;
        assert!(near(found.value, 12.0));
        assert!(near(
            found.lower_cl,
            chi_squared_quantile(0.025, 24.0) / 2.0
        ));
        assert!(near(
            found.upper_cl,
            chi_squared_quantile(0.975, 26.0) / 2.0
        ));
        assert!(
            [DirectMethod::Tiwari, DirectMethod::GammaApprox]
                .iter()
                .all(|&method| {
                    let other = rate(&[stratum(12.0, 1000.0, 7.0)], method);
                    near(other.upper_cl, found.upper_cl.unwrap())
                })
        );
    }

    #[test]
    fn numbers_that_cannot_be_are_errors() {
        for strata in [
            [stratum(-1.0, 10.0, 1.0)],
            [stratum(1.0, -10.0, 1.0)],
            [stratum(1.0, 10.0, -1.0)],
        ] {
            let found = directly_standardised_rate(&strata, options(DirectMethod::Dobson));
            assert!(found.is_err(), "{strata:?}");
        }
        for number in [f64::NAN, f64::INFINITY] {
            let found = rate(&[stratum(1.0, number, 1.0)], DirectMethod::Dobson);
            assert_eq!((found.status, found.value), (Status::Undefined, None));
        }
        let mut options = options(DirectMethod::Dobson);
        options.multiplier = 0.0;
        assert!(directly_standardised_rate(&YOUNG_AND_OLD, options).is_err());
    }
}
