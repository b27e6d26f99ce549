//! The indirectly standardised ratio and rate.

use super::Standardisation;
use super::strata::all_known;
use crate::rates::{Known, Limits, PoissonMethod, check_multiplier, known};
use crate::{Error, Estimate, Status};

/// A stratum of an indirectly standardised measure, beside the same stratum of a reference. `None`
/// is NULL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IndirectStratum {
    /// What happened in the stratum.
    pub events: Option<f64>,
    /// The people, or person-time, that it could happen to.
    pub population: Option<f64>,
    /// What happened in this stratum of the reference.
    pub reference_events: Option<f64>,
    /// The people, or person-time, in this stratum of the reference.
    pub reference_population: Option<f64>,
}

/// How the limits of an indirectly standardised measure are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndirectMethod {
    /// Limits of the number of events: exact below 10, Byar's from 10 on.
    #[default]
    Byar,
    /// The logarithm of the ratio is normal, with variance `1/O`.
    Lognormal,
}

impl IndirectMethod {
    /// All methods, in the order of their documentation.
    pub const ALL: [Self; 2] = [Self::Byar, Self::Lognormal];

    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Byar => "byar",
            Self::Lognormal => "lognormal",
        }
    }
}

impl std::str::FromStr for IndirectMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| Error::argument("method", "byar or lognormal", text))
    }
}

/// Estimates how many times more often something happened than the rates of a reference let
/// expect: the standardised mortality ratio when events are deaths.
///
/// # Definition
/// `O/E` times the multiplier, with events `O` and `E = Σ n O'/n'` expected: the population `n` of
/// each stratum times the rate `O'/n'` of the same stratum of the reference. The limits take `E`
/// for known:
/// - `byar` (the default): limits of `O` divided by `E`; exact Poisson limits below 10 events,
///   Byar's from 10 on. The method of the result says which, `exact` or `byar`.
/// - `lognormal`: `O/E exp(±z/√O)`.
///
/// # Arguments
/// One stratum per age band, or per age band and sex. The reference may contain the area itself
/// (then the ratio is drawn towards 1).
///
/// # Returns
/// The ratio times `multiplier`, its standard error `√O/E`, `O` as events and the population as n.
/// [`indirect_reference`] gives `E`.
///
/// # Nulls
/// - `incomplete_strata`: anything is NULL, or a reference population is 0. A NULL count is not 0,
///   in the reference neither.
/// - `undefined`: nothing is expected, there are no strata, or a number is NaN or infinite.
/// - With no events there is no standard error (0 would claim certainty), and `lognormal` has no
///   limits.
///
/// # Interpretation
/// 1 (times the multiplier) is as often as in the reference. An "access ratio" of 0.8: a fifth
/// fewer tests than people of those ages got in the reference.
///
/// # Limits
/// Each area is weighted by its own ages, so ratios of two areas are *not* comparable with each
/// other, only with the reference; to compare areas use a directly standardised rate.
///
/// # References
/// Breslow & Day, 1987, "Statistical Methods in Cancer Research, volume II", IARC Scientific
/// Publications 82, chapter 2. Eayres, 2008, "Commonly used public health statistics and their
/// confidence intervals", Association of Public Health Observatories, technical briefing 3.
///
/// # Errors
/// A negative number, or a multiplier that is not above 0.
pub fn indirectly_standardised_ratio(
    strata: &[IndirectStratum],
    options: Standardisation<IndirectMethod>,
) -> Result<Estimate, Error> {
    check_multiplier(options.multiplier)?;
    Ok(match Totals::of(strata)? {
        Ok(totals) => totals.ratio(options),
        Err(status) => Estimate::missing(status, options.method.as_str()),
    })
}

/// Estimates an indirectly standardised rate: the rate of a reference times the indirectly
/// standardised ratio.
///
/// # Definition
/// `O/E` (see [`indirectly_standardised_ratio`]) times the crude rate `ΣO'/Σn'` of the reference
/// times the multiplier; its limits are scaled alike.
///
/// # Arguments
/// As [`indirectly_standardised_ratio`]. The crude rate is that of the strata given.
///
/// # Returns
/// The rate per `multiplier`, its standard error, `O` as events and the population as n.
///
/// # Nulls
/// As [`indirectly_standardised_ratio`].
///
/// # Interpretation
/// The ratio in units of a rate, nothing else: not the rate of anyone, and no more comparable
/// between areas than the ratio is.
///
/// # Limits
/// As [`indirectly_standardised_ratio`].
///
/// # References
/// As [`indirectly_standardised_ratio`].
///
/// # Errors
/// A negative number, or a multiplier that is not above 0.
pub fn indirectly_standardised_rate(
    strata: &[IndirectStratum],
    options: Standardisation<IndirectMethod>,
) -> Result<Estimate, Error> {
    check_multiplier(options.multiplier)?;
    let totals = match Totals::of(strata)? {
        Ok(totals) => totals,
        Err(status) => return Ok(Estimate::missing(status, options.method.as_str())),
    };
    let crude = totals.reference_events / totals.reference_population;
    Ok(totals.ratio(Standardisation {
        multiplier: options.multiplier * crude,
        ..options
    }))
}

/// What an indirectly standardised measure rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IndirectReference {
    /// The events that the rates of the reference let expect; as
    /// [`expected_count`](super::expected_count).
    pub expected: Option<f64>,
    /// The crude rate of the reference, per person.
    pub rate: Option<f64>,
}

/// Gives what [`indirectly_standardised_ratio`] and [`indirectly_standardised_rate`] rest on: `E`
/// and the crude rate `ΣO'/Σn'` of the reference. Both are none where anything is not known or no
/// number.
///
/// # Errors
/// A negative number.
pub fn indirect_reference(strata: &[IndirectStratum]) -> Result<IndirectReference, Error> {
    Ok(match Totals::of(strata)? {
        Ok(totals) if totals.reference_population > 0.0 => IndirectReference {
            expected: Some(totals.expected),
            rate: Some(totals.reference_events / totals.reference_population),
        },
        _ => IndirectReference::default(),
    })
}

impl IndirectStratum {
    /// The numbers, if they are; a reference without people is incomplete.
    fn known(&self) -> Result<Known<4>, Error> {
        let numbers = known([
            ("events", self.events),
            ("population", self.population),
            ("reference_events", self.reference_events),
            ("reference_population", self.reference_population),
        ])?;
        Ok(match numbers {
            Known::All([.., 0.0]) => Known::Not(Status::IncompleteStrata),
            numbers => numbers,
        })
    }
}

/// The sums over strata.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) events: f64,
    pub(super) population: f64,
    pub(super) expected: f64,
    reference_events: f64,
    reference_population: f64,
}

impl Totals {
    /// The sums, or why there are none.
    pub(super) fn of(strata: &[IndirectStratum]) -> Result<Result<Self, Status>, Error> {
        let rows = all_known(strata.iter().map(IndirectStratum::known))?;
        Ok(rows.map(|rows| {
            let mut totals = Self::default();
            rows.into_iter().for_each(|numbers| totals.add(numbers));
            totals
        }))
    }

    /// Adds a stratum.
    fn add(&mut self, numbers: [f64; 4]) {
        let [events, population, reference_events, reference_population] = numbers;
        self.events += events;
        self.population += population;
        self.expected += population * (reference_events / reference_population);
        self.reference_events += reference_events;
        self.reference_population += reference_population;
    }

    /// Observed by expected, with limits.
    fn ratio(&self, options: Standardisation<IndirectMethod>) -> Estimate {
        let (events, scale) = (self.events, options.multiplier / self.expected);
        if self.expected <= 0.0 {
            return Estimate::missing(Status::Undefined, options.method.as_str())
                .with_counts(Some(events), Some(self.population));
        }
        let confidence = options.confidence;
        let (method, limits) = match options.method {
            IndirectMethod::Byar => {
                let method = PoissonMethod::Auto.resolve(events);
                (method.as_str(), method.limits(events, confidence))
            }
            IndirectMethod::Lognormal if events > 0.0 => {
                let factor = (confidence.z() / events.sqrt()).exp();
                ("lognormal", Limits::new(events / factor, events * factor))
            }
            IndirectMethod::Lognormal => ("lognormal", Limits::NONE),
        };
        let Limits { lower, upper } = limits.map(|limit| limit * scale);
        let ratio = Estimate::of(events * scale, method)
            .with_limits(confidence, lower, upper)
            .with_counts(Some(events), Some(self.population));
        Estimate {
            se: (events > 0.0).then(|| events.sqrt() * scale),
            ..ratio
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Confidence;

    fn stratum(numbers: [f64; 4]) -> IndirectStratum {
        let [events, population, reference_events, reference_population] = numbers.map(Some);
        IndirectStratum {
            events,
            population,
            reference_events,
            reference_population,
        }
    }

    fn options(method: IndirectMethod) -> Standardisation<IndirectMethod> {
        Standardisation {
            multiplier: 100.0,
            confidence: Confidence::P95,
            method,
        }
    }

    fn ratio(strata: &[IndirectStratum]) -> Estimate {
        indirectly_standardised_ratio(strata, options(IndirectMethod::Byar)).unwrap()
    }

    /// 10 + 20 expected, 36 seen.
    const TWO: [[f64; 4]; 2] = [[6.0, 1000.0, 100.0, 10_000.0], [30.0, 200.0, 500.0, 5000.0]];

    #[test]
    fn observed_is_divided_by_what_the_reference_lets_expect() {
        let strata = [
            stratum([6.0, 1000.0, 100.0, 10_000.0]),
            stratum([30.0, 200.0, 500.0, 5000.0]),
        ];
        let found = ratio(&strata);
        assert!((found.value.unwrap() - 120.0).abs() < 1e-12);
        assert!((found.se.unwrap() - 20.0).abs() < 1e-12);
        assert_eq!((found.events, found.n), (Some(36.0), Some(1200.0)));
        assert_eq!(found.method, "byar");
        let rate = indirectly_standardised_rate(&strata, options(IndirectMethod::Byar)).unwrap();
        // 600 of 15,000 in the reference.
        assert!((rate.value.unwrap() - 4.8).abs() < 1e-12);
        let scale = rate.value.unwrap() / found.value.unwrap();
        let upper = found.upper_cl.unwrap() * scale;
        assert!((rate.upper_cl.unwrap() - upper).abs() < 1e-12);
    }

    #[test]
    fn a_reference_beside_itself_is_as_often_as_expected() {
        let strata = TWO.map(|[.., events, people]| stratum([events, people, events, people]));
        assert!((ratio(&strata).value.unwrap() - 100.0).abs() < 1e-12);
    }

    #[test]
    fn few_events_have_exact_limits_and_none_has_an_upper_one() {
        let found = ratio(&[stratum([0.0, 100.0, 10.0, 1000.0])]);
        assert_eq!((found.value, found.lower_cl), (Some(0.0), Some(0.0)));
        assert!((found.upper_cl.unwrap() - 368.887_945_411_393_6).abs() < 1e-9);
        assert_eq!(found.method, "exact");
        let strata = [stratum([0.0, 100.0, 10.0, 1000.0])];
        let lognormal = options(IndirectMethod::Lognormal);
        let found = indirectly_standardised_ratio(&strata, lognormal).unwrap();
        assert_eq!((found.value, found.status), (Some(0.0), Status::Ok));
        assert_eq!((found.lower_cl, found.upper_cl), (None, None));
    }

    #[test]
    fn anything_unknown_and_an_empty_reference_are_incomplete() {
        for hide in [
            |stratum: &mut IndirectStratum| stratum.events = None,
            |stratum: &mut IndirectStratum| stratum.population = None,
            |stratum: &mut IndirectStratum| stratum.reference_events = None,
            |stratum: &mut IndirectStratum| stratum.reference_population = None,
            |stratum: &mut IndirectStratum| stratum.reference_population = Some(0.0),
        ] {
            let mut strata = TWO.map(stratum);
            hide(&mut strata[0]);
            assert_eq!(ratio(&strata).status, Status::IncompleteStrata);
            let rate = indirectly_standardised_rate(&strata, options(IndirectMethod::Byar));
            assert_eq!(rate.unwrap().value, None);
        }
    }

    #[test]
    fn nothing_expected_is_undefined() {
        for strata in [&[][..], &[stratum([3.0, 100.0, 0.0, 1000.0])]] {
            assert_eq!(ratio(strata).status, Status::Undefined);
            let rate = indirectly_standardised_rate(strata, options(IndirectMethod::Byar));
            assert_eq!(rate.unwrap().status, Status::Undefined);
        }
    }

    #[test]
    fn negative_counts_are_errors() {
        for index in 0..4 {
            let mut numbers = TWO[0];
            numbers[index] = -1.0;
            let byar = options(IndirectMethod::Byar);
            assert!(indirectly_standardised_ratio(&[stratum(numbers)], byar).is_err());
        }
    }
}
