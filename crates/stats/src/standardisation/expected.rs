//! How many events the rates of a reference let expect.

use super::IndirectStratum;
use super::indirect::Totals;
use crate::{Error, Estimate, Status};

/// Counts how many events a population would have at the rates of a reference.
///
/// # Definition
/// `E = Σ n O'/n'`: the population `n` of each stratum times the rate `O'/n'` of the same stratum
/// of the reference.
///
/// # Arguments
/// As [`indirectly_standardised_ratio`](super::indirectly_standardised_ratio); events are not used.
///
/// # Returns
/// `E`, with the population as n. No limits: the reference is taken for known.
///
/// # Nulls
/// `incomplete_strata` when a population, reference count or reference population is NULL, or a
/// reference population is 0. `undefined` when there are no strata, or a number is NaN or
/// infinite.
///
/// # Interpretation
/// What the area would have had, at its ages, if it were like the reference. The denominator of
/// funnel plots, of small-area variation and of smoothing.
///
/// # Limits
/// A stratum that is absent is not expected anything of.
///
/// # References
/// Breslow & Day, 1987, "Statistical Methods in Cancer Research, volume II", IARC Scientific
/// Publications 82, chapter 2.
///
/// # Errors
/// A negative number.
pub fn expected_count(strata: &[IndirectStratum]) -> Result<Estimate, Error> {
    const METHOD: &str = "indirect";
    let without_events = |stratum: &IndirectStratum| IndirectStratum {
        events: Some(0.0),
        ..*stratum
    };
    let strata: Vec<_> = strata.iter().map(without_events).collect();
    Ok(match Totals::of(&strata)? {
        Err(status) => Estimate::missing(status, METHOD),
        Ok(_) if strata.is_empty() => Estimate::missing(Status::Undefined, METHOD),
        Ok(totals) => {
            Estimate::of(totals.expected, METHOD).with_counts(None, Some(totals.population))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(population: f64, reference: (f64, f64)) -> IndirectStratum {
        IndirectStratum {
            events: None,
            population: Some(population),
            reference_events: Some(reference.0),
            reference_population: Some(reference.1),
        }
    }

    #[test]
    fn rates_of_the_reference_are_applied_to_the_population() {
        let strata = [stratum(1000.0, (1.0, 100.0)), stratum(50.0, (3.0, 10.0))];
        let found = expected_count(&strata).unwrap();
        assert_eq!((found.value, found.n), (Some(25.0), Some(1050.0)));
        assert_eq!((found.events, found.lower_cl), (None, None));
        // Nothing expected is an answer.
        let none = expected_count(&[stratum(1000.0, (0.0, 100.0))]).unwrap();
        assert_eq!((none.value, none.status), (Some(0.0), Status::Ok));
    }

    #[test]
    fn what_is_unknown_is_incomplete_and_no_strata_undefined() {
        let empty = expected_count(&[stratum(1000.0, (0.0, 0.0))]).unwrap();
        assert_eq!(empty.status, Status::IncompleteStrata);
        let mut unknown = stratum(1000.0, (1.0, 10.0));
        unknown.population = None;
        let unknown = expected_count(&[unknown]).unwrap();
        assert_eq!(unknown.status, Status::IncompleteStrata);
        assert_eq!(expected_count(&[]).unwrap().status, Status::Undefined);
        assert!(expected_count(&[stratum(-1.0, (1.0, 10.0))]).is_err());
    }
}
