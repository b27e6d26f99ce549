//! How likely the events of an area are if all areas have one rate.

use super::eb_smooth::known_areas;
use crate::distribution::{gamma_lower, gamma_upper};
use crate::variation::{Area, Areas};
use crate::{Error, Status};

/// How likely the events of an area are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Choynowski {
    /// The probability of as many events or more when there are more than expected, of as many or
    /// fewer when there are not.
    pub value: Option<f64>,
    /// The events that the area would have at the rate of all areas.
    pub expected: Option<f64>,
    /// Why there is no value, or that there is.
    pub status: Status,
}

/// Says how likely the events of each area are if all areas have the rate of all of them together.
///
/// # Definition
/// An area with `n` people has `E = n ΣO/Σn` events expected. The answer is the Poisson probability
/// of `O` events or more if `O` is above `E`, else of `O` or fewer: one tail, on the side where the
/// area lies.
///
/// # Arguments
/// Events as `observed`; people or expected events as `expected`.
///
/// # Returns
/// A probability and the events expected, per area.
///
/// # Nulls
/// A NULL in any area gives every area `incomplete_strata`, since the rate of all rests on it. An
/// area without people gets `undefined`, and is left out of the others; all get it without any
/// people, or when a number is NaN or infinite.
///
/// # Interpretation
/// Small: the area is unlike the others. The map of these shows where to look first.
///
/// # Limits
/// No correction for looking at many areas: of 290 alike, about 15 fall below 0.025 on either side.
/// Large areas reach small probabilities by small differences; a funnel plot shows both.
///
/// # References
/// Choynowski, 1959, "Maps based on probabilities", Journal of the American Statistical
/// Association 54:385.
///
/// # Errors
/// A negative number.
pub fn choynowski(areas: &[Area]) -> Result<Vec<Choynowski>, Error> {
    let missing = |status| Choynowski {
        status,
        ..Choynowski::default()
    };
    let rows = match known_areas(areas)? {
        Ok(rows) => rows,
        Err(status) => return Ok(vec![missing(status); areas.len()]),
    };
    let inhabited = rows.iter().copied().filter(|(_, people)| *people > 0.0);
    let all = Areas::sorted(inhabited.collect());
    let rate = all.observed / all.expected;
    if rate.is_nan() {
        return Ok(vec![missing(Status::Undefined); areas.len()]);
    }
    let of = |&(events, people): &(f64, f64)| {
        if people <= 0.0 {
            return missing(Status::Undefined);
        }
        let expected = people * rate;
        if !expected.is_finite() {
            return missing(Status::Undefined);
        }
        Choynowski {
            value: Some(tail(events, expected)),
            expected: Some(expected),
            status: Status::Ok,
        }
    };
    Ok(rows.iter().map(of).collect())
}

/// The tail of a Poisson distribution on the side where the events lie.
fn tail(events: f64, expected: f64) -> f64 {
    if expected == 0.0 {
        return 1.0;
    }
    match events > expected {
        true => gamma_lower(events, expected),
        false => gamma_upper(events + 1.0, expected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(f64, f64)]) -> Vec<Choynowski> {
        let area = |&(observed, expected): &(f64, f64)| Area {
            observed: Some(observed),
            expected: Some(expected),
        };
        choynowski(&rows.iter().map(area).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_tail_is_that_of_the_side_of_the_area() {
        let found = of(&[(0.0, 100.0), (4.0, 100.0)]);
        assert_eq!(found[0].expected, Some(2.0));
        // e^-2; and 1 less the probabilities of 0 to 3 events.
        let none = (-2.0_f64).exp();
        assert!((found[0].value.unwrap() - none).abs() < 1e-12);
        let four = 1.0 - none * (1.0 + 2.0 + 2.0 + 8.0 / 6.0);
        assert!((found[1].value.unwrap() - four).abs() < 1e-12);
    }

    #[test]
    fn numbers_beyond_all_counts_have_no_probability() {
        for area in of(&[(1.7e308, 1.7e308), (1.7e308, 1.7e308)]) {
            assert_eq!((area.value, area.status), (None, Status::Undefined));
        }
    }

    #[test]
    fn nothing_anywhere_is_certain_and_nobody_is_undefined() {
        let found = of(&[(0.0, 100.0), (0.0, 0.0)]);
        assert_eq!(found[0].value, Some(1.0));
        assert_eq!(found[1].status, Status::Undefined);
    }

    #[test]
    fn one_unknown_area_makes_all_incomplete() {
        let [known, unknown] = [Some(1.0), None].map(|observed| Area {
            observed,
            expected: Some(10.0),
        });
        let found = choynowski(&[known, unknown]).unwrap();
        assert!(
            found
                .iter()
                .all(|area| area.status == Status::IncompleteStrata)
        );
        assert!(
            choynowski(&[Area {
                observed: Some(-1.0),
                ..known
            }])
            .is_err()
        );
    }
}
