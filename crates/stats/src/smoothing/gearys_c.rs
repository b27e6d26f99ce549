//! Geary's C.

use super::morans_i::Centred;
use super::weights::{WeightSums, weight};
use super::{Autocorrelation, Chance, Neighbours, Weighting};
use crate::{Error, Estimate, Status};

/// Estimates how much the values of neighbours differ.
///
/// # Definition
/// With values `y`, the same less their mean `z`, weights `w` of the neighbours of each area, `n`
/// areas and `S0 = Σw`: `C = (n - 1)/(2 S0) Σ w_ij (y_i - y_j)² / Σ z²`. By chance it is 1 on
/// average, with the variance of Cliff and Ord by randomisation or by normality.
///
/// # Arguments
/// As [`morans_i`](super::morans_i).
///
/// # Returns
/// `C` with the standard error that chance gives it, its expectation of 1, `z` (above 0 when
/// neighbours are alike: `(1 - C)` by the standard error), a one-sided p-value for neighbours being
/// alike, the number of areas as n, and how many of them have no neighbours.
///
/// # Nulls
/// As [`morans_i`](super::morans_i).
///
/// # Interpretation
/// 1: neighbours differ as any two areas do. Towards 0: they are alike. Above 1: a chessboard. It
/// sees differences between single neighbours where Moran's I sees whole tracts.
///
/// # Limits
/// As [`morans_i`](super::morans_i); it leans more on single outliers.
///
/// # References
/// Geary, 1954, "The contiguity ratio and statistical mapping", The Incorporated Statistician,
/// doi:10.2307/2986645. Cliff & Ord, 1981, "Spatial Processes: Models and Applications", Pion,
/// chapter 2.
///
/// # Errors
/// Another number of values than of areas.
pub fn gearys_c(
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
    let mut squares = 0.0;
    for (list, z) in neighbours.lists().iter().zip(&values.z) {
        for &index in list {
            squares += weight(list, weighting) * (z - values.z[index]).powi(2);
        }
    }
    let ratio = (values.n - 1.0) / (2.0 * sums.s0) * squares / values.squares;
    let variance = match chance {
        Chance::Randomisation => by_randomisation(values.n, sums, values.kurtosis),
        Chance::Normality => by_normality(values.n, sums),
    };
    let estimate = Estimate::of(ratio, chance.as_str()).with_counts(None, Some(values.n));
    let n_isolates = neighbours.n_isolates();
    Ok(Autocorrelation::of(
        estimate,
        (1.0, variance),
        n_isolates,
        -1.0,
    ))
}

/// The variance of Geary's C over all ways to deal out the values; NaN below four areas.
fn by_randomisation(n: f64, sums: WeightSums, kurtosis: f64) -> f64 {
    if n < 4.0 {
        return f64::NAN;
    }
    let WeightSums { s0, s1, s2 } = sums;
    let one = (n - 1.0) * s1 * (n * n - 3.0 * n + 3.0 - kurtosis * (n - 1.0));
    let two = 0.25 * (n - 1.0) * s2 * (n * n + 3.0 * n - 6.0 - kurtosis * (n * n - n + 2.0));
    let all = s0 * s0 * (n * n - 3.0 - kurtosis * (n - 1.0).powi(2));
    (one - two + all) / (n * (n - 2.0) * (n - 3.0) * s0 * s0)
}

/// The variance of Geary's C over normal values.
fn by_normality(n: f64, sums: WeightSums) -> f64 {
    let WeightSums { s0, s1, s2 } = sums;
    ((2.0 * s1 + s2) * (n - 1.0) - 4.0 * s0 * s0) / (2.0 * (n + 1.0) * s0 * s0)
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::neighbours;
    use super::*;

    const LINES: [&str; 5] = ["a: b c", "b: a d", "c: a d", "d: b", "e:"];

    fn of(values: [f64; 5], chance: Chance) -> Autocorrelation {
        let weighting = Weighting::RowStandardised;
        gearys_c(&values.map(Some), &neighbours(&LINES), weighting, chance).unwrap()
    }

    #[test]
    fn neighbours_that_are_alike_differ_little() {
        let line = neighbours(&["a: b", "b: a c", "c: b"]);
        let values = [1.0, 2.0, 3.0].map(Some);
        let found = gearys_c(&values, &line, Weighting::Binary, Chance::Normality).unwrap();
        // Four differences of 1 over twice the weights: 2 / 8 x 4 / 2.
        assert_eq!(found.estimate.value, Some(0.5));
        assert!(found.z > Some(0.0) && found.expected == Some(1.0));
    }

    #[test]
    fn variance_by_randomisation_is_that_of_all_permutations() {
        let values = [1.0, 2.0, 4.0, 9.0, 2.5];
        let found = of(values, Chance::Randomisation);
        let mut ratios = Vec::new();
        for code in 0..3125_usize {
            let deal = [1, 5, 25, 125, 625].map(|unit| code / unit % 5);
            let mut sorted = deal;
            sorted.sort_unstable();
            if sorted == [0, 1, 2, 3, 4] {
                let dealt = of(deal.map(|index| values[index]), Chance::Randomisation);
                ratios.push(dealt.estimate.value.unwrap());
            }
        }
        assert_eq!(ratios.len(), 120);
        let mean = ratios.iter().sum::<f64>() / 120.0;
        let variance = ratios
            .iter()
            .map(|ratio| (ratio - mean).powi(2))
            .sum::<f64>()
            / 120.0;
        assert!((mean - 1.0).abs() < 1e-12);
        assert!((variance.sqrt() - found.estimate.se.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn it_has_no_answer_where_morans_i_has_none() {
        assert_eq!(
            of([2.0; 5], Chance::Normality).estimate.status,
            Status::Undefined
        );
        let islands = neighbours(&["a:", "b:"]);
        let values = [1.0, 2.0].map(Some);
        let found = gearys_c(&values, &islands, Weighting::Binary, Chance::Normality).unwrap();
        assert_eq!(
            (found.estimate.status, found.n_isolates),
            (Status::Undefined, 2)
        );
        let values = [Some(1.0), None];
        let found = gearys_c(&values, &islands, Weighting::Binary, Chance::Normality).unwrap();
        assert_eq!(found.estimate.status, Status::IncompleteStrata);
    }
}
