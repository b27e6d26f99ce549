//! Rates that autocorrelation may be asked of although areas differ in size.

use super::eb_smooth::known_areas;
use crate::variation::{Area, Areas};
use crate::{Error, Status};

/// Standardises the rates of areas by what chance does to each, for Moran's I of rates (the
/// empirical Bayes index, EBI).
///
/// # Definition
/// With pooled rate `b` and Marshall's variance `a` (which may be below 0 here): `(r - b)/√(a +
/// b/n)` for an area of `n` people; `b/n` alone where the sum is not above 0. See
/// [`morans_i`](super::morans_i) for what to do with it.
///
/// # Arguments
/// Events as `observed`, people as `expected`.
///
/// # Returns
/// A number per area, in the order given: about standard normal if areas differ by no more than the
/// variance explains.
///
/// # Nulls
/// `incomplete_strata` when a count is NULL. `undefined` with fewer than two areas, without any
/// events, when nobody lives in an area, or a number is NaN or infinite.
///
/// # Interpretation
/// Raw rates of small areas lie far out by chance, and where small areas lie together so does
/// chance: Moran's I of raw rates finds patterns of size. Of these numbers it finds patterns of
/// risk.
///
/// # Limits
/// It takes `a` and `b` for known.
///
/// # References
/// Assunção & Reis, 1999, "A new proposal to adjust Moran's I for population density", Statistics
/// in Medicine, doi:10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I.
///
/// # Errors
/// A negative number.
pub fn assuncao_reis(areas: &[Area]) -> Result<Result<Vec<f64>, Status>, Error> {
    let rows = match known_areas(areas)? {
        Ok(rows) => rows,
        Err(status) => return Ok(Err(status)),
    };
    let all = Areas::sorted(rows.clone());
    let inhabited = rows.iter().all(|(_, people)| *people > 0.0);
    if rows.len() < 2 || !inhabited || all.observed <= 0.0 {
        return Ok(Err(Status::Undefined));
    }
    let mean = all.observed / all.expected;
    let squares = all.sum(|events, people| people * (events / people - mean).powi(2));
    let variance = squares / all.expected - mean * all.len() / all.expected;
    let standardise = |&(events, people): &(f64, f64)| {
        let chance = mean / people;
        let both = Some(variance + chance).filter(|both| *both > 0.0);
        (events / people - mean) / both.unwrap_or(chance).sqrt()
    };
    Ok(Ok(rows.iter().map(standardise).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(f64, f64)]) -> Result<Vec<f64>, Status> {
        let area = |&(observed, expected): &(f64, f64)| Area {
            observed: Some(observed),
            expected: Some(expected),
        };
        assuncao_reis(&rows.iter().map(area).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn small_areas_lie_less_far_out() {
        let found = of(&[(2.0, 10.0), (200.0, 1000.0), (90.0, 1000.0)]).unwrap();
        assert!(
            found[0] > 0.0 && found[0] < found[1] && found[2] < 0.0,
            "{found:?}"
        );
    }

    #[test]
    fn chance_alone_is_divided_by_where_areas_differ_less() {
        // b = 0.1, and no spread at all: a is -0.001, less than the 0.001 of chance in the small
        // one.
        let found = of(&[(10.0, 100.0), (10.0, 100.0)]).unwrap();
        assert_eq!(found, [0.0, 0.0]);
        // b = 0.1: chance gives the large area less than the spread takes away.
        let found = of(&[(101.0, 1000.0), (9.0, 100.0)]).unwrap();
        assert!(
            (found[0] - 0.001 / 0.0001_f64.sqrt()).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn what_is_unknown_is_incomplete_and_nobody_undefined() {
        assert_eq!(of(&[(1.0, 0.0), (1.0, 1.0)]), Err(Status::Undefined));
        assert_eq!(of(&[(0.0, 1.0), (0.0, 1.0)]), Err(Status::Undefined));
        assert_eq!(of(&[(1.0, 1.0)]), Err(Status::Undefined));
        let unknown = assuncao_reis(&[Area::default()]).unwrap();
        assert_eq!(unknown, Err(Status::IncompleteStrata));
    }
}
