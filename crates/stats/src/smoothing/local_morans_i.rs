//! Local Moran's I.

use super::morans_i::Centred;
use super::weights::weight;
use super::{Neighbours, Weighting};
use crate::distribution::normal_cdf;
use crate::{Error, Status};

/// Where an area and its neighbours lie, beside the mean of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quadrant {
    /// High beside high.
    HighHigh,
    /// High beside low.
    HighLow,
    /// Low beside high.
    LowHigh,
    /// Low beside low.
    LowLow,
}

impl Quadrant {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HighHigh => "high_high",
            Self::HighLow => "high_low",
            Self::LowHigh => "low_high",
            Self::LowLow => "low_low",
        }
    }
}

/// How much an area is like its neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LocalMoran {
    /// The measure.
    pub value: Option<f64>,
    /// What chance makes of it on average.
    pub expected: Option<f64>,
    /// The variance that chance gives it.
    pub variance: Option<f64>,
    /// How many standard errors the area is more like its neighbours than by chance.
    pub z: Option<f64>,
    /// How often chance would put it as far from what is expected, on either side.
    pub p_value: Option<f64>,
    /// Where the area and its neighbours lie; none exactly at the mean.
    pub quadrant: Option<Quadrant>,
    /// Why there is no value, or that there is.
    pub status: Status,
}

/// Says of each area how much it is like its neighbours.
///
/// # Definition
/// With values `z` less their mean, their mean square `m`, and weights `w` of the neighbours of
/// area `i`: `I_i = z_i Σ w_j z_j / m`. By chance, when the value of the area is kept and the
/// others are dealt out (Sokal's conditional randomisation), it is `-z_i² W/((n - 1) m)` on
/// average, with variance `(z_i/m)² n/(n - 2) (W₂ - W²/(n - 1)) (m - z_i²/(n - 1))`; `W` and `W₂`
/// are the sums of its weights and of their squares.
///
/// # Arguments
/// As [`morans_i`](super::morans_i).
///
/// # Returns
/// For each area, in the order given: `I_i`, its expectation and variance by chance, `z`, a
/// two-sided p-value, and the quadrant: `high_high`, `low_low`, `high_low` or `low_high`.
///
/// # Nulls
/// An area without neighbours gets `undefined`. All areas get `incomplete_strata` when a value is
/// NULL, and `undefined` when all values are equal or one is NaN or infinite.
///
/// # Interpretation
/// Above 0: the area is like its neighbours, part of a cluster when `high_high` or `low_low`.
/// Below 0: it stands out among them. With row-standardised weights the values add up to `n` times
/// Moran's I when no area is alone.
///
/// # Limits
/// One test per area: of 290 areas of no pattern, 15 fall below 0.05. Neighbouring tests depend on
/// each other. The normal approximation is rough for areas with few neighbours.
///
/// # References
/// Anselin, 1995, "Local indicators of spatial association: LISA", Geographical Analysis,
/// doi:10.1111/j.1538-4632.1995.tb00338.x. Sokal, Oden & Thomson, 1998, "Local spatial
/// autocorrelation in a biological model", Geographical Analysis,
/// doi:10.1111/j.1538-4632.1998.tb00406.x.
///
/// # Errors
/// Another number of values than of areas.
pub fn local_morans_i(
    values: &[Option<f64>],
    neighbours: &Neighbours,
    weighting: Weighting,
) -> Result<Vec<LocalMoran>, Error> {
    let values = match Centred::of(values, neighbours)? {
        Ok(values) => values,
        Err(status) => return Ok(vec![missing(status); neighbours.len()]),
    };
    let lists = neighbours.lists().iter();
    let areas: Vec<LocalMoran> = lists
        .zip(&values.z)
        .map(|(list, z)| local(*z, list, &values, weighting))
        .collect();
    Ok(neighbours.restore(&areas))
}

/// No measure, and why.
fn missing(status: Status) -> LocalMoran {
    LocalMoran {
        status,
        ..LocalMoran::default()
    }
}

/// The measure of one area.
fn local(z: f64, list: &[usize], values: &Centred, weighting: Weighting) -> LocalMoran {
    if list.is_empty() {
        return missing(Status::Undefined);
    }
    let n = values.n;
    let mean_square = values.squares / n;
    let each = weight(list, weighting);
    #[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
    let count = list.len() as f64;
    let (sum, squares) = (count * each, count * each * each);
    let beside: f64 = list.iter().map(|&index| each * values.z[index]).sum();
    let value = z * beside / mean_square;
    let expected = -z * z * sum / ((n - 1.0) * mean_square);
    let variance = (z / mean_square).powi(2)
        * (n / (n - 2.0))
        * (squares - sum * sum / (n - 1.0))
        * (mean_square - z * z / (n - 1.0));
    let variance = Some(variance).filter(|variance| variance.is_finite() && *variance > 0.0);
    let score = variance.map(|variance| (value - expected) / variance.sqrt());
    let quadrant = match (z > 0.0, beside > 0.0) {
        _ if z == 0.0 || beside == 0.0 => None,
        (true, true) => Some(Quadrant::HighHigh),
        (true, false) => Some(Quadrant::HighLow),
        (false, true) => Some(Quadrant::LowHigh),
        (false, false) => Some(Quadrant::LowLow),
    };
    LocalMoran {
        value: Some(value),
        expected: Some(expected),
        variance,
        z: score,
        p_value: score.map(|score| 2.0 * normal_cdf(-score.abs())),
        quadrant,
        status: Status::Ok,
    }
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::neighbours;
    use super::super::{Chance, morans_i};
    use super::*;

    const LINE: [&str; 5] = ["e: d", "b: a c", "c: b d", "d: c e", "a: b"];

    #[test]
    fn the_mean_of_all_areas_is_that_of_the_map() {
        let (line, weighting) = (neighbours(&LINE), Weighting::RowStandardised);
        let values = [9.0, 2.0, 3.0, 7.0, 1.0].map(Some);
        let local = local_morans_i(&values, &line, weighting).unwrap();
        let mean = local.iter().map(|area| area.value.unwrap()).sum::<f64>() / 5.0;
        let whole = morans_i(&values, &line, weighting, Chance::Normality).unwrap();
        assert!((mean - whole.estimate.value.unwrap()).abs() < 1e-12);
        let quadrants = local.iter().map(|area| area.quadrant.unwrap().as_str());
        let expected = ["high_high", "low_low", "low_high", "high_high", "low_low"];
        assert!(quadrants.eq(expected), "{local:?}");
    }

    #[test]
    fn moments_are_those_of_dealing_out_the_other_values() {
        let values = [9.0, 2.0, 3.0, 7.0, 1.0];
        let line = neighbours(&LINE);
        let of = |values: [f64; 5]| {
            local_morans_i(&values.map(Some), &line, Weighting::Binary).unwrap()[2]
        };
        let (found, mut dealt) = (of(values), Vec::new());
        for code in 0..3125_usize {
            let deal = [1, 5, 25, 125, 625].map(|unit| code / unit % 5);
            let mut sorted = deal;
            sorted.sort_unstable();
            if sorted == [0, 1, 2, 3, 4] && deal[2] == 2 {
                dealt.push(of(deal.map(|index| values[index])).value.unwrap());
            }
        }
        assert_eq!(dealt.len(), 24);
        let mean = dealt.iter().sum::<f64>() / 24.0;
        let variance = dealt.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 24.0;
        assert!((found.expected.unwrap() - mean).abs() < 1e-12);
        assert!(
            (found.variance.unwrap() - variance).abs() < 1e-12,
            "{found:?} {variance}"
        );
    }

    #[test]
    fn an_island_has_no_neighbours_to_be_like() {
        let map = neighbours(&["a: b", "b: a", "island:", "c: a"]);
        let found = local_morans_i(&[1.0, 2.0, 9.0, 4.0].map(Some), &map, Weighting::Binary);
        let status: Vec<_> = found.unwrap().iter().map(|area| area.status).collect();
        assert_eq!(
            status,
            [Status::Ok, Status::Ok, Status::Undefined, Status::Ok]
        );
    }

    #[test]
    fn one_unknown_area_makes_all_incomplete() {
        let line = neighbours(&LINE);
        let mut values = [Some(1.0); 5];
        let equal = local_morans_i(&values, &line, Weighting::Binary).unwrap();
        assert!(equal.iter().all(|area| area.status == Status::Undefined));
        values[0] = None;
        let found = local_morans_i(&values, &line, Weighting::Binary).unwrap();
        assert!(
            found
                .iter()
                .all(|area| area.status == Status::IncompleteStrata)
        );
        assert!(local_morans_i(&values[1..], &line, Weighting::Binary).is_err());
    }
}
