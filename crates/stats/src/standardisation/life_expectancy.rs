//! Life expectancy from an abridged life table.

use super::strata::all_known;
use crate::rates::{Known, known};
use crate::{Confidence, Error, Estimate, Status};

/// An age band of a life table: from its first year up to that of the next band. `None` is NULL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AgeBand {
    /// The first year of age in it.
    pub start_age: Option<f64>,
    /// The people, or person-years, in it.
    pub population: Option<f64>,
    /// Who of them died.
    pub deaths: Option<f64>,
}

/// Estimates how many years a person of a given age would live at today's death rates.
///
/// # Definition
/// Chiang's abridged life table (his second method). With death rate `M` and width `w` of a band,
/// who reaches it dies in it with probability `q = wM/(1 + wM(1 - a))`, having lived `a` of it: 0.1
/// in the band that starts at birth, 0.5 in all others. The last band is open: `q = 1`, and `1/M`
/// years are lived in it. The years lived from `at_age` on are summed over the survivors.
///
/// The variance is Silcocks': `q²(1 - q)/D` for the probability of a band with `D` deaths, 0 where
/// there are none, and that of the last band's `1/M` is `1/(DM²)`. Limits are `± z` standard
/// errors.
///
/// # Arguments
/// One band per age, in any order; the last is taken for open. `at_age` is the start of a band.
///
/// # Returns
/// Years, with the deaths and people of all bands as events and n.
///
/// # Nulls
/// - `incomplete_strata`: an age, a population or a count of deaths is NULL.
/// - `undefined`: nobody lives in a band, nobody died in the last one, more died in a band than
///   lived in it, there are fewer than two bands, or a number is NaN or infinite. Neither is there
///   an answer where the formula makes the probability of dying in a band more than 1: above a rate
///   of 0.4 a year in five years.
/// - `too_few_events`: 5,000 people or fewer in all, or limits more than 20 years apart. The value
///   is withheld as unreliable.
///
/// # Interpretation
/// A summary of today's death rates at all ages, adjusted for ages by its making. Not a forecast:
/// nobody will live through today's rates.
///
/// # Limits
/// Bands that are absent cannot be seen: the band before a gap is taken for wider. The 0.1 holds
/// for a first band of one year, and roughly for one of five. Any bands will do, from two on, where
/// PHEindicatormethods takes its 20 (under 1, 1 to 4, by five years to 90 and over) and no others.
///
/// # References
/// Chiang, 1968, "Introduction to Stochastic Processes in Biostatistics", Wiley, chapter 9.
/// Silcocks, 2001, "Life expectancy as a summary of mortality in a population", Journal of
/// Epidemiology and Community Health, doi:10.1136/jech.55.1.38. Eayres & Williams, 2004,
/// "Evaluation of methodologies for small area life expectancy estimation", Journal of
/// Epidemiology and Community Health, doi:10.1136/jech.2003.009654 (5,000 people).
///
/// # Errors
/// A negative number, an age given twice, or `at_age` that starts no band.
pub fn life_expectancy(
    bands: &[AgeBand],
    at_age: f64,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    let mut known = match all_known(bands.iter().map(AgeBand::known))? {
        Ok(known) => known,
        Err(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    known.sort_by(|[one, ..], [other, ..]| one.total_cmp(other));
    if let Some(twice) = known.windows(2).find(|pair| pair[0][0] == pair[1][0]) {
        return Err(Error::argument(
            "start_age",
            "one band per age",
            format_args!("{} twice", twice[0][0]),
        ));
    }
    if !known.is_empty() && known.iter().all(|[start, ..]| *start != at_age) {
        return Err(Error::argument("at_age", "the start of a band", at_age));
    }
    Ok(expectancy(&known, at_age, confidence))
}

impl AgeBand {
    /// The numbers, if they are.
    fn known(&self) -> Result<Known<3>, Error> {
        known([
            ("start_age", self.start_age),
            ("population", self.population),
            ("deaths", self.deaths),
        ])
    }
}

/// Chiang's second method, Silcocks' variance.
const METHOD: &str = "chiang_silcocks";

/// Fewer people than this, or as many, have no life expectancy that means anything.
const PEOPLE: f64 = 5000.0;

/// Nor have limits that are further apart, in years.
const WIDEST: f64 = 20.0;

/// The estimate from bands (start, people, deaths) that are sorted and known.
fn expectancy(bands: &[[f64; 3]], at_age: f64, confidence: Confidence) -> Estimate {
    let people: f64 = bands.iter().map(|[_, people, _]| people).sum();
    let deaths: f64 = bands.iter().map(|[.., deaths]| deaths).sum();
    let missing =
        |status| Estimate::missing(status, METHOD).with_counts(Some(deaths), Some(people));
    let impossible = |[_, people, deaths]: &[f64; 3]| *people <= 0.0 || deaths > people;
    let nobody_dies = bands.last().is_none_or(|[.., deaths]| *deaths <= 0.0);
    if bands.len() < 2 || nobody_dies || bands.iter().any(impossible) {
        return missing(Status::Undefined);
    }
    if people <= PEOPLE {
        return missing(Status::TooFewEvents);
    }
    let Some((years, variance)) = life_table(bands, at_age) else {
        return missing(Status::Undefined);
    };
    let se = variance.sqrt();
    if 2.0 * confidence.z() * se > WIDEST {
        return missing(Status::TooFewEvents);
    }
    Estimate::of(years, METHOD)
        .with_normal_limits(confidence, Some(se))
        .with_counts(Some(deaths), Some(people))
}

/// The years still lived at an age, and their variance: from the last band back to that age. `None`
/// where more than all would die in a band.
fn life_table(bands: &[[f64; 3]], at_age: f64) -> Option<(f64, f64)> {
    let (mut years, mut variance) = (0.0, 0.0);
    let mut next = None;
    for &[start, people, deaths] in bands.iter().rev() {
        let rate = deaths / people;
        match next {
            None => {
                years = 1.0 / rate;
                variance = 1.0 / (deaths * rate * rate);
            }
            Some(next) => {
                let width: f64 = next - start;
                let lived = if start == 0.0 { 0.1 } else { 0.5 };
                let dies = width * rate / (1.0 + width * rate * (1.0 - lived));
                if dies > 1.0 {
                    return None;
                }
                // A death in this band costs the rest of it and the years that would follow.
                let cost = (1.0 - lived) * width + years;
                let of_dying = match deaths > 0.0 {
                    true => dies * dies * (1.0 - dies) / deaths,
                    false => 0.0,
                };
                variance = variance * (1.0 - dies).powi(2) + cost * cost * of_dying;
                years = width * (lived * dies + (1.0 - dies)) + (1.0 - dies) * years;
            }
        }
        if start == at_age {
            break;
        }
        next = Some(start);
    }
    Some((years, variance))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bands(rows: &[(f64, f64, f64)]) -> Vec<AgeBand> {
        let band = |&(start_age, population, deaths): &(f64, f64, f64)| AgeBand {
            start_age: Some(start_age),
            population: Some(population),
            deaths: Some(deaths),
        };
        rows.iter().map(band).collect()
    }

    fn at(age: f64, bands: &[AgeBand]) -> Estimate {
        life_expectancy(bands, age, Confidence::P95).unwrap()
    }

    const THREE: [(f64, f64, f64); 3] = [
        (0.0, 10_000.0, 10.0),
        (40.0, 10_000.0, 50.0),
        (80.0, 2000.0, 200.0),
    ];

    #[test]
    fn years_are_summed_over_survivors() {
        let found = at(80.0, &bands(&THREE));
        assert!((found.value.unwrap() - 10.0).abs() < 1e-12);
        assert!((found.se.unwrap() - 10.0 / 200.0_f64.sqrt()).abs() < 1e-12);
        let found = at(40.0, &bands(&THREE));
        // q = 40 x 0.005 / (1 + 20 x 0.005).
        let dies: f64 = 0.2 / 1.1;
        let expected = 40.0 * (0.5 * dies + 1.0 - dies) + (1.0 - dies) * 10.0;
        assert!((found.value.unwrap() - expected).abs() < 1e-12);
        assert_eq!((found.events, found.n), (Some(260.0), Some(22_000.0)));
    }

    #[test]
    fn the_order_of_bands_is_that_of_ages() {
        let mut backwards = bands(&THREE);
        backwards.reverse();
        assert_eq!(at(0.0, &backwards), at(0.0, &bands(&THREE)));
    }

    #[test]
    fn bands_without_people_and_a_last_one_without_deaths_are_undefined() {
        for (index, change) in [(0, (0.0, 0.0)), (2, (2000.0, 0.0)), (1, (10.0, 11.0))] {
            let mut rows = THREE;
            (rows[index].1, rows[index].2) = change;
            assert_eq!(at(0.0, &bands(&rows)).status, Status::Undefined);
        }
        assert_eq!(at(0.0, &[]).status, Status::Undefined);
        assert_eq!(at(0.0, &bands(&THREE[..1])).status, Status::Undefined);
    }

    #[test]
    fn more_than_all_cannot_die_in_a_band() {
        // 40 years at a rate of 0.06: q = 2.4 / (1 + 1.2), which is above 1.
        let mut rows = THREE;
        rows[1].2 = 600.0;
        for age in [0.0, 40.0] {
            let found = at(age, &bands(&rows));
            assert_eq!((found.status, found.value), (Status::Undefined, None));
        }
        // Who is 80 has that behind them.
        assert_eq!(at(80.0, &bands(&rows)).status, Status::Ok);
        // At a rate of 0.05 all die, and no more.
        rows[1].2 = 500.0;
        assert_eq!(at(40.0, &bands(&rows)).value, Some(20.0));
    }

    #[test]
    fn nobody_dead_in_an_inner_band_is_no_obstacle() {
        let mut rows = THREE;
        rows[1].2 = 0.0;
        assert!((at(40.0, &bands(&rows)).value.unwrap() - 50.0).abs() < 1e-12);
    }

    #[test]
    fn few_people_and_wide_limits_are_withheld() {
        let few = THREE.map(|(age, people, deaths)| (age, people / 5.0, deaths / 5.0));
        assert_eq!(at(0.0, &bands(&few)).status, Status::TooFewEvents);
        let mut rows = THREE;
        rows[2] = (80.0, 20.0, 1.0);
        let found = at(80.0, &bands(&rows));
        assert_eq!((found.status, found.value), (Status::TooFewEvents, None));
    }

    #[test]
    fn a_count_that_is_missing_is_incomplete() {
        let mut missing = bands(&THREE);
        missing[1].deaths = None;
        assert_eq!(at(0.0, &missing).status, Status::IncompleteStrata);
    }

    #[test]
    fn ages_that_make_no_table_are_errors() {
        let of =
            |rows: &[(f64, f64, f64)], age| life_expectancy(&bands(rows), age, Confidence::P95);
        assert!(of(&THREE, 41.0).is_err());
        assert!(of(&[THREE[0], THREE[0]], 0.0).is_err());
        assert!(of(&[(-1.0, 1.0, 1.0)], -1.0).is_err());
        assert!(of(&[(0.0, 1.0, -1.0)], 0.0).is_err());
    }
}
