//! Moran's I.

use super::weights::{WeightSums, weight};
use super::{Neighbours, Weighting};
use crate::distribution::normal_cdf;
use crate::{Error, Estimate, Status};

/// What a measure of autocorrelation is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Chance {
    /// The same values, dealt out over the areas by chance.
    #[default]
    Randomisation,
    /// Values of a normal distribution.
    Normality,
}

impl Chance {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Randomisation => "randomisation",
            Self::Normality => "normality",
        }
    }
}

impl std::str::FromStr for Chance {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Randomisation, Self::Normality];
        let found = all.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| Error::argument("method", "randomisation or normality", text))
    }
}

/// How much neighbours are alike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Autocorrelation {
    /// The measure as value, and the standard error that chance gives it.
    pub estimate: Estimate,
    /// What chance makes of it on average.
    pub expected: Option<f64>,
    /// How many standard errors neighbours are more alike than by chance.
    pub z: Option<f64>,
    /// How often chance would make neighbours as alike or more.
    pub p_value: Option<f64>,
    /// How many areas have no neighbours.
    pub n_isolates: usize,
}

impl Autocorrelation {
    /// The measure from its value, what chance makes of it, and the sign of likeness.
    pub(super) fn of(
        estimate: Estimate,
        (expected, variance): (f64, f64),
        n_isolates: usize,
        likeness: f64,
    ) -> Self {
        let se = Some(variance.sqrt()).filter(|se| se.is_finite() && *se > 0.0);
        let off = estimate.value.map(|value| likeness * (value - expected));
        let z = off.zip(se).map(|(off, se)| off / se);
        Self {
            estimate: Estimate { se, ..estimate },
            expected: Some(expected),
            z,
            p_value: z.map(|z| normal_cdf(-z)),
            n_isolates,
        }
    }

    /// No measure, and why.
    pub(super) fn missing(status: Status, chance: Chance, neighbours: &Neighbours) -> Self {
        Self {
            estimate: Estimate::missing(status, chance.as_str()),
            n_isolates: neighbours.n_isolates(),
            ..Self::default()
        }
    }
}

/// Estimates how much the values of neighbours are alike.
///
/// # Definition
/// With values `z` less their mean, weights `w` of the neighbours of each area, `n` areas and
/// `S0 = Σw`: `I = n/S0 Σ w_ij z_i z_j / Σ z²`. By chance it is `-1/(n - 1)` on average, with the
/// variance of Cliff and Ord by randomisation (which uses the kurtosis of the values) or by
/// normality.
///
/// # Arguments
/// A value per area: a rate, best one that has been smoothed (see
/// [`assuncao_reis`](super::assuncao_reis)), or a residual. Neighbours by name; those of an area
/// weigh 1 together (`row_standardised`) or each (`binary`).
///
/// # Returns
/// `I` with the standard error that chance gives it, its expectation, `z`, a one-sided p-value for
/// neighbours being alike (`1 - p` for unlike), the number of areas as n, and how many of them have
/// no neighbours.
///
/// # Nulls
/// `incomplete_strata` when a value is NULL, or for what [`Neighbours`] names. `undefined` when all
/// values are equal, nobody has a neighbour, or a value is NaN or infinite. With fewer than four
/// areas there is no test by randomisation.
///
/// # Interpretation
/// Near 0 (just below): neighbours are as any two areas. Towards 1: high beside high and low beside
/// low. Below 0: a chessboard.
///
/// # Limits
/// Areas without neighbours (Gotland by land) have no weight, and count among the `n` areas and in
/// the mean: islands draw `I` towards chance. Raw rates of areas of different sizes break the test:
/// small areas vary more, wherever they lie. 21 regions give little power.
///
/// # References
/// Moran, 1950, "Notes on continuous stochastic phenomena", Biometrika,
/// doi:10.1093/biomet/37.1-2.17. Cliff & Ord, 1981, "Spatial Processes: Models and Applications",
/// Pion, chapter 2.
///
/// # Errors
/// Another number of values than of areas.
pub fn morans_i(
    values: &[Option<f64>],
    neighbours: &Neighbours,
    weighting: Weighting,
    chance: Chance,
) -> Result<Autocorrelation, Error> {
    let values = match Centred::of(values, neighbours)? {
        Ok(values) => values,
        Err(status) => return Ok(Autocorrelation::missing(status, chance, neighbours)),
    };
    let sums = WeightSums::of(neighbours, weighting);
    if sums.s0 <= 0.0 {
        return Ok(Autocorrelation::missing(
            Status::Undefined,
            chance,
            neighbours,
        ));
    }
    let n = values.n;
    let mut products = 0.0;
    for (list, z) in neighbours.lists().iter().zip(&values.z) {
        let beside: f64 = list.iter().map(|&index| values.z[index]).sum();
        if !list.is_empty() {
            products += weight(list, weighting) * z * beside;
        }
    }
    let index = n / sums.s0 * products / values.squares;
    let expected = -1.0 / (n - 1.0);
    let variance = match chance {
        Chance::Randomisation => by_randomisation(n, sums, values.kurtosis),
        Chance::Normality => by_normality(n, sums),
    } - expected * expected;
    let estimate = Estimate::of(index, chance.as_str()).with_counts(None, Some(n));
    let moments = (expected, variance);
    Ok(Autocorrelation::of(
        estimate,
        moments,
        neighbours.n_isolates(),
        1.0,
    ))
}

/// The mean square of Moran's I over all ways to deal out the values; NaN below four areas.
fn by_randomisation(n: f64, sums: WeightSums, kurtosis: f64) -> f64 {
    if n < 4.0 {
        return f64::NAN;
    }
    let WeightSums { s0, s1, s2 } = sums;
    let dealt = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0);
    let peaked = kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0);
    (dealt - peaked) / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0)
}

/// The mean square of Moran's I over normal values.
fn by_normality(n: f64, sums: WeightSums) -> f64 {
    let WeightSums { s0, s1, s2 } = sums;
    (n * n * s1 - n * s2 + 3.0 * s0 * s0) / (s0 * s0 * (n * n - 1.0))
}

/// Values less their mean, in the order of the names of their areas.
#[derive(Debug)]
pub(super) struct Centred {
    /// The values, less their mean.
    pub(super) z: Vec<f64>,
    /// How many there are.
    pub(super) n: f64,
    /// The sum of their squares, above 0.
    pub(super) squares: f64,
    /// Their kurtosis: 3 when they are normal.
    pub(super) kurtosis: f64,
}

impl Centred {
    /// The values, or why there is no answer.
    pub(super) fn of(
        values: &[Option<f64>],
        neighbours: &Neighbours,
    ) -> Result<Result<Self, Status>, Error> {
        neighbours.check(values.len())?;
        let Some(values) = values.iter().copied().collect::<Option<Vec<f64>>>() else {
            return Ok(Err(Status::IncompleteStrata));
        };
        let values = neighbours.arrange(&values);
        #[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let z: Vec<f64> = values.iter().map(|value| value - mean).collect();
        let squares: f64 = z.iter().map(|z| z * z).sum();
        // Equal values may differ from their mean by rounding.
        let differ = values.iter().any(|value| *value != values[0]);
        if !(squares.is_finite() && squares > 0.0 && differ) {
            return Ok(Err(Status::Undefined));
        }
        let fourths: f64 = z.iter().map(|z| z.powi(4)).sum();
        Ok(Ok(Self {
            kurtosis: n * fourths / (squares * squares),
            z,
            n,
            squares,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::neighbours;
    use super::*;

    const LINE: [&str; 4] = ["a: b", "b: a c", "c: b d", "d: c"];

    fn of(values: &[f64], lines: &[&'static str], weighting: Weighting) -> Autocorrelation {
        let values: Vec<_> = values.iter().copied().map(Some).collect();
        let chance = Chance::default();
        morans_i(&values, &neighbours(lines), weighting, chance).unwrap()
    }

    #[test]
    fn alike_neighbours_are_above_chance_and_a_chessboard_below() {
        let slope = of(&[1.0, 2.0, 3.0, 4.0], &LINE, Weighting::Binary);
        // z = -1.5 to 1.5; products .75 - .25 + .75 both ways.
        let expected = 4.0 / 6.0 * 2.5 / 5.0;
        assert!((slope.estimate.value.unwrap() - expected).abs() < 1e-12);
        assert_eq!(slope.expected, Some(-1.0 / 3.0));
        assert!(slope.z > Some(1.0) && slope.p_value < Some(0.2));
        let board = of(&[1.0, 2.0, 1.0, 2.0], &LINE, Weighting::RowStandardised);
        assert_eq!(board.estimate.value, Some(-1.0));
        assert!(board.z < Some(0.0) && board.p_value > Some(0.5));
    }

    #[test]
    fn variance_by_randomisation_is_that_of_all_permutations() {
        let values = [1.0, 2.0, 4.0, 9.0];
        let lines = ["a: b c", "b: a", "c: a d", "d:"];
        let found = of(&values, &lines, Weighting::RowStandardised);
        let mut indices = Vec::new();
        for code in 0..256_usize {
            let deal = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
            let mut sorted = deal;
            sorted.sort_unstable();
            if sorted == [0, 1, 2, 3] {
                let dealt = deal.map(|index| values[index]);
                let dealt = of(&dealt, &lines, Weighting::RowStandardised);
                indices.push(dealt.estimate.value.unwrap());
            }
        }
        assert_eq!(indices.len(), 24);
        let mean = indices.iter().sum::<f64>() / 24.0;
        let variance = indices
            .iter()
            .map(|index| (index - mean).powi(2))
            .sum::<f64>()
            / 24.0;
        assert!((mean - found.expected.unwrap()).abs() < 1e-12);
        assert!((variance.sqrt() - found.estimate.se.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn islands_count_among_the_areas_and_are_told() {
        let found = of(
            &[1.0, 2.0, 3.0],
            &["a: b", "b: a", "island:"],
            Weighting::Binary,
        );
        assert_eq!((found.n_isolates, found.estimate.n), (1, Some(3.0)));
        // Fewer than four areas have no test by randomisation.
        assert_eq!((found.estimate.se, found.p_value), (None, None));
        assert!(found.estimate.value.is_some());
    }

    #[test]
    fn equal_values_and_areas_without_neighbours_are_undefined() {
        let equal = of(&[0.1; 4], &LINE, Weighting::Binary);
        assert_eq!(equal.estimate.status, Status::Undefined);
        let islands = of(&[1.0, 2.0], &["a:", "b:"], Weighting::Binary);
        assert_eq!(islands.estimate.status, Status::Undefined);
        assert_eq!(of(&[], &[], Weighting::Binary).estimate.value, None);
        let nan = of(&[1.0, f64::NAN, 2.0, 3.0], &LINE, Weighting::Binary);
        assert_eq!(nan.estimate.status, Status::Undefined);
    }

    #[test]
    fn a_missing_value_is_incomplete_and_a_wrong_number_of_them_an_error() {
        let line = neighbours(&LINE);
        let mut values = [1.0, 2.0, 3.0, 5.0].map(Some);
        let (weighting, chance) = (Weighting::default(), Chance::Normality);
        assert!(morans_i(&values[1..], &line, weighting, chance).is_err());
        values[3] = None;
        let found = morans_i(&values, &line, weighting, chance).unwrap();
        assert_eq!(found.estimate.status, Status::IncompleteStrata);
        assert_eq!("normality".parse(), Ok(Chance::Normality));
        assert!("".parse::<Chance>().is_err());
    }
}
