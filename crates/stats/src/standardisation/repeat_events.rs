//! The directly standardised rate of events that repeat in people.

use super::Standardisation;
use super::direct::Terms;
use super::strata::all_known;
use crate::rates::{Known, check_multiplier, known};
use crate::{Error, Estimate, Status};

/// A stratum of people who each had a number of events. `None` is NULL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RepeatStratum {
    /// All events in the stratum: each number of events times its people, summed.
    pub events: Option<f64>,
    /// The squares: each number of events, squared, times its people, summed.
    pub squares: Option<f64>,
    /// The people, or person-time, that it could happen to.
    pub population: Option<f64>,
    /// People in this stratum of the standard population, or any multiple of their share.
    pub weight: Option<f64>,
}

impl RepeatStratum {
    /// What `persons` people with `event_frequency` events each add to the events of a stratum and
    /// to their squares. `None` is NULL.
    ///
    /// # Errors
    /// A number of events that is not whole or is negative, or fewer people than none.
    pub fn people(
        event_frequency: Option<f64>,
        persons: Option<f64>,
    ) -> Result<(Option<f64>, Option<f64>), Error> {
        let whole = |frequency: &f64| frequency.fract() == 0.0 && *frequency >= 0.0;
        if let Some(frequency) = event_frequency.filter(|frequency| !whole(frequency)) {
            let expected = "a whole number of events per person";
            return Err(Error::argument("event_frequency", expected, frequency));
        }
        known([("persons", persons)])?;
        let (frequency, persons) = match (event_frequency, persons) {
            (Some(frequency), Some(persons)) => (frequency, persons),
            _ => return Ok((None, None)),
        };
        let events = frequency * persons;
        Ok((Some(events), Some(frequency * events)))
    }

    /// The numbers, if they are.
    fn known(&self) -> Result<Known<4>, Error> {
        known([
            ("events", self.events),
            ("squares", self.squares),
            ("population", self.population),
            ("standard_weight", self.weight),
        ])
    }
}

/// Estimates a directly standardised rate of events that the same person can have several times.
///
/// # Definition
/// The rate is that of [`directly_standardised_rate`]: `r = Σ w O/n`. People, not events, are taken
/// for independent: who had `j` events adds `j²` to the variance, not `j`, so that
/// `V = Σ w²/n² Σ j² c` with `c` people who had exactly `j` events. The limits are Dobson's with
/// that variance.
///
/// # Arguments
/// One stratum per age band, made of the people with 1, 2, 3, … events in it. People without events
/// may be left out.
///
/// # Returns
/// The rate per `multiplier`, its standard error, the sum of events and of the population.
///
/// # Nulls
/// As [`directly_standardised_rate`] by Dobson: `incomplete_strata` when anything is NULL,
/// `too_few_events` below 10 events, `undefined` when a population or all weights are 0, or a
/// number is NaN or infinite.
///
/// # Interpretation
/// The same rate, with a wider interval the more people have several events: hospital stays,
/// repeated tests, prescriptions.
///
/// # Limits
/// Events of one person in several strata (a birthday between them) are taken for those of several
/// people.
///
/// # References
/// Dobson, 1991, "Confidence intervals for weighted sums of Poisson parameters", Statistics in
/// Medicine, doi:10.1002/sim.4780100317. Public Health England, 2018, "Technical Guide: Confidence
/// Intervals", section on events that are not independent.
///
/// # Errors
/// A negative number, or a multiplier that is not above 0.
///
/// [`directly_standardised_rate`]: super::directly_standardised_rate
pub fn directly_standardised_rate_repeat_events(
    strata: &[RepeatStratum],
    options: Standardisation<()>,
) -> Result<Estimate, Error> {
    const METHOD: &str = "dobson";
    check_multiplier(options.multiplier)?;
    let rows = match all_known(strata.iter().map(RepeatStratum::known))? {
        Ok(rows) => rows,
        Err(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    let terms = Terms::sum(&rows);
    let (multiplier, confidence) = (options.multiplier, options.confidence);
    Ok(match terms.status(10.0) {
        Status::Ok => terms.estimate(multiplier, confidence, METHOD, terms.dobson(confidence)),
        status => terms.missing(status, METHOD),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Confidence;
    use crate::standardisation::{DirectMethod, DirectStratum, directly_standardised_rate};

    const OPTIONS: Standardisation<()> = Standardisation {
        multiplier: 1000.0,
        confidence: Confidence::P95,
        method: (),
    };

    /// A stratum of 500 people, some of whom had events: how many, and how many people.
    fn stratum(people: &[(f64, f64)]) -> RepeatStratum {
        let mut sums = (0.0, 0.0);
        for &(frequency, persons) in people {
            let (events, squares) = RepeatStratum::people(Some(frequency), Some(persons)).unwrap();
            sums = (sums.0 + events.unwrap(), sums.1 + squares.unwrap());
        }
        RepeatStratum {
            events: Some(sums.0),
            squares: Some(sums.1),
            population: Some(500.0),
            weight: Some(2.0),
        }
    }

    fn rate(stratum: RepeatStratum) -> Estimate {
        directly_standardised_rate_repeat_events(&[stratum], OPTIONS).unwrap()
    }

    #[test]
    fn without_repeated_events_it_is_the_plain_rate() {
        let plain = DirectStratum {
            events: Some(20.0),
            population: Some(500.0),
            weight: Some(2.0),
        };
        let options = Standardisation {
            multiplier: OPTIONS.multiplier,
            confidence: OPTIONS.confidence,
            method: DirectMethod::Dobson,
        };
        let expected = directly_standardised_rate(&[plain], options).unwrap();
        assert_eq!(rate(stratum(&[(1.0, 20.0)])), expected);
    }

    #[test]
    fn events_that_repeat_widen_the_interval_and_keep_the_rate() {
        let once = rate(stratum(&[(1.0, 20.0)]));
        let twice = rate(stratum(&[(1.0, 10.0), (2.0, 5.0)]));
        assert_eq!((twice.value, twice.events), (once.value, once.events));
        // Five people with two events: 5 x 4 + 10 in place of 20.
        assert!((twice.se.unwrap() / once.se.unwrap() - 1.5_f64.sqrt()).abs() < 1e-12);
        assert!(twice.lower_cl < once.lower_cl && twice.upper_cl > once.upper_cl);
    }

    #[test]
    fn people_without_events_change_nothing() {
        let (with, without) = (stratum(&[(0.0, 400.0), (3.0, 7.0)]), stratum(&[(3.0, 7.0)]));
        assert_eq!(with, without);
    }

    #[test]
    fn missing_parts_are_incomplete_and_few_events_too_few() {
        assert_eq!(rate(stratum(&[(3.0, 3.0)])).status, Status::TooFewEvents);
        let unknown = rate(RepeatStratum::default());
        assert_eq!(unknown.status, Status::IncompleteStrata);
        let nobody = RepeatStratum {
            population: Some(0.0),
            ..stratum(&[(3.0, 30.0)])
        };
        assert_eq!(rate(nobody).status, Status::Undefined);
        assert_eq!(RepeatStratum::people(None, Some(2.0)), Ok((None, None)));
        assert_eq!(RepeatStratum::people(Some(2.0), None), Ok((None, None)));
    }

    #[test]
    fn half_an_event_is_an_error() {
        let error = RepeatStratum::people(Some(0.5), Some(5.0)).unwrap_err();
        let message = "event_frequency: expected a whole number of events per person, got `0.5`";
        assert_eq!(error.to_string(), message);
        assert!(RepeatStratum::people(Some(-1.0), Some(1.0)).is_err());
        assert!(RepeatStratum::people(Some(1.0), Some(-1.0)).is_err());
    }
}
