//! Rates of areas, drawn towards those of their neighbours.

use super::Neighbours;
use super::eb_smooth::{Smoothed, known_areas};
use super::marshall::MarshallPrior;
use crate::variation::Area;
use crate::{Error, Status};

/// From which mean the variance of neighbours is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LocalVariance {
    /// The rate of each neighbour from the mean of *its own* neighbourhood, as spdep does.
    #[default]
    Own,
    /// The rate of each neighbour from the mean of the area's neighbourhood, as GeoDa does.
    Centre,
}

impl LocalVariance {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Centre => "centre",
        }
    }
}

impl std::str::FromStr for LocalVariance {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Own, Self::Centre];
        let found = all.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| Error::argument("variance", "own or centre", text))
    }
}

/// Estimates the rate of each area, drawn towards the mean of the area and its neighbours (local
/// empirical Bayes).
///
/// # Definition
/// Marshall's smoothing (see [`eb_smooth`](super::eb_smooth)) within the neighbourhood of each
/// area, the area itself included: its pooled rate `b`, and the variance `a` of rates in it, the
/// weighted mean of squares less `b` by the mean population, at least 0. The squares are of each
/// neighbour's rate from the mean of *its own* neighbourhood (`own`, the default), or from `b`
/// (`centre`). Both are called local empirical Bayes, and differ.
///
/// # Arguments
/// Events as `observed`, people or expected events as `expected`; neighbours by name.
///
/// # Returns
/// The smoothed and the raw rate of each area, in the order given.
///
/// # Nulls
/// A NULL in any area gives every area `incomplete_strata`. An area without people gets
/// `undefined`, and adds nothing to others; all get it when a number is NaN or infinite.
///
/// # Interpretation
/// As the global one, with an island of high rates kept high: what is drawn together is what lies
/// together.
///
/// # Limits
/// A neighbourhood of few areas gives a rough variance, often 0: then the answer is its pooled
/// rate. An area without neighbours is its own neighbourhood and keeps its raw rate, chance and
/// all.
///
/// # References
/// Marshall, 1991, "Mapping disease and mortality rates using empirical Bayes estimators", Applied
/// Statistics, doi:10.2307/2347593.
///
/// # Errors
/// A negative number, or another number of areas than of lists of neighbours.
pub fn eb_smooth_local(
    areas: &[Area],
    neighbours: &Neighbours,
    variance: LocalVariance,
) -> Result<Vec<Smoothed>, Error> {
    neighbours.check(areas.len())?;
    let rows = match known_areas(areas)? {
        Ok(rows) => neighbours.arrange(&rows),
        Err(status) => return Ok(vec![Smoothed::missing(status); areas.len()]),
    };
    let around = |area: usize| {
        let list = neighbours.lists()[area].iter().copied();
        // An area without people has no rate, and is nobody's neighbour.
        list.chain([area]).filter(|&index| rows[index].1 > 0.0)
    };
    let means: Vec<f64> = (0..rows.len())
        .map(|area| {
            let sum = |part: fn(&(f64, f64)) -> f64| around(area).map(|one| part(&rows[one])).sum();
            let (events, people): (f64, f64) = (sum(|row| row.0), sum(|row| row.1));
            events / people
        })
        .collect();
    let smooth = |area: usize| {
        let (events, people) = rows[area];
        if people <= 0.0 {
            return Smoothed::missing(Status::Undefined);
        }
        let (mut squares, mut population, mut count) = (0.0, 0.0, 0.0);
        for one in around(area) {
            let (events, people) = rows[one];
            let mean = match variance {
                LocalVariance::Own => means[one],
                LocalVariance::Centre => means[area],
            };
            squares += people * (events / people - mean).powi(2);
            population += people;
            count += 1.0;
        }
        let prior = MarshallPrior::of(means[area], squares / population, population / count);
        Smoothed {
            value: Some(prior.smooth(events, people)),
            median: None,
            raw: Some(events / people),
            status: Status::Ok,
        }
    };
    let smoothed: Vec<Smoothed> = (0..rows.len()).map(smooth).collect();
    Ok(neighbours.restore(&smoothed))
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::neighbours;
    use super::super::{SmoothingMethod, eb_smooth};
    use super::*;

    fn areas(rows: &[(f64, f64)]) -> Vec<Area> {
        let area = |&(observed, expected): &(f64, f64)| Area {
            observed: Some(observed),
            expected: Some(expected),
        };
        rows.iter().map(area).collect()
    }

    const ROWS: [(f64, f64); 4] = [(2.0, 40.0), (60.0, 200.0), (9.0, 90.0), (5.0, 10.0)];

    #[test]
    fn where_all_are_neighbours_it_is_the_global_one() {
        let all = neighbours(&["d: a b c", "a: b c d", "c: a b d", "b: a c d"]);
        let global = eb_smooth(&areas(&ROWS), SmoothingMethod::Marshall).unwrap();
        for variance in [LocalVariance::Own, LocalVariance::Centre] {
            let local = eb_smooth_local(&areas(&ROWS), &all, variance).unwrap();
            for (local, global) in local.iter().zip(&global.areas) {
                let off = local.value.unwrap() - global.value.unwrap();
                assert!(off.abs() < 1e-15 && local.raw == global.raw);
            }
        }
    }

    #[test]
    fn the_two_variances_differ_where_neighbourhoods_do() {
        let line = neighbours(&["a: b", "b: a c", "c: b d", "d: c"]);
        let own = eb_smooth_local(&areas(&ROWS), &line, LocalVariance::Own).unwrap();
        let centre = eb_smooth_local(&areas(&ROWS), &line, LocalVariance::Centre).unwrap();
        assert_ne!(own[1].value, centre[1].value);
        assert_eq!("centre".parse(), Ok(LocalVariance::Centre));
        assert!("geoda".parse::<LocalVariance>().is_err());
    }

    #[test]
    fn an_island_keeps_its_rate() {
        let map = neighbours(&["a: b", "b: a", "c: b", "island:"]);
        let found = eb_smooth_local(&areas(&ROWS), &map, LocalVariance::Own).unwrap();
        assert_eq!(found[3].value, Some(0.5));
    }

    #[test]
    fn an_area_without_people_adds_nothing_to_its_neighbours() {
        let mut rows = areas(&ROWS);
        rows[2].expected = Some(0.0);
        let map = neighbours(&["a: b c", "b: a c", "c: a b", "d:"]);
        let with = eb_smooth_local(&rows, &map, LocalVariance::Own).unwrap();
        assert_eq!(with[2].status, Status::Undefined);
        rows.remove(2);
        let map = neighbours(&["a: b", "b: a", "d:"]);
        let without = eb_smooth_local(&rows, &map, LocalVariance::Own).unwrap();
        assert_eq!(with[..2], without[..2]);
    }

    #[test]
    fn one_unknown_area_makes_all_incomplete() {
        let mut rows = areas(&ROWS);
        let map = neighbours(&["a:", "b:", "c:", "d:"]);
        assert!(eb_smooth_local(&rows[1..], &map, LocalVariance::Own).is_err());
        rows[0].expected = None;
        let found = eb_smooth_local(&rows, &map, LocalVariance::Own).unwrap();
        assert!(
            found
                .iter()
                .all(|area| area.status == Status::IncompleteStrata)
        );
    }
}
