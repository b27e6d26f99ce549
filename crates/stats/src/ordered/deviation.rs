//! The covariance of a fitted line, from what each row pulls at it.

use std::collections::BTreeMap;

use crate::ordered::line::LineError;
use crate::ordered::row::OrderedRow;
use crate::ordered::sum::Sum;

/// What a row pulls at level and slope.
#[derive(Debug)]
pub(crate) struct Score<'a> {
    pub(crate) row: &'a OrderedRow,
    /// How level and slope move the fitted value.
    pub(crate) at: [f64; 2],
    /// The weight of one such row.
    pub(crate) weight: f64,
    pub(crate) residual: f64,
    /// The standard error that the row brings.
    pub(crate) noise: f64,
    /// The variance of a residual that the model implies, up to a factor.
    pub(crate) spread: f64,
}

/// How the middle of the sandwich is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deviation {
    /// Rows are independent, with the errors that they bring.
    Noise,
    /// Rows are independent, with errors like their residuals.
    Residuals,
    /// Residuals have one variance.
    Common,
    /// Units of strata are independent; the flag says whether they are clusters of a regression.
    Units { clusters: bool },
}

impl Deviation {
    /// The one that an error means.
    pub(crate) fn of(error: LineError) -> Self {
        match error {
            LineError::Analytic | LineError::Auto => Self::Noise,
            LineError::Hc1 => Self::Residuals,
            LineError::Ols => Self::Common,
            LineError::Cluster => Self::Units { clusters: true },
            LineError::Survey => Self::Units { clusters: false },
        }
    }

    /// The covariance of level and slope for `n` rows, given the inverse of their information.
    /// `None` where rows are too few, or do not all bring an error.
    pub(crate) fn covariance<'a>(
        self,
        scores: impl Iterator<Item = Score<'a>>,
        n: f64,
        bread: [f64; 3],
    ) -> Option<[f64; 3]> {
        let free = n - 2.0;
        let covariance = match self {
            Self::Noise => sandwich(bread, squares(scores.map(|s| (s.noise * s.weight, s)))),
            Self::Residuals => {
                let middle = squares(scores.map(|s| (s.residual * s.weight, s)));
                sandwich(bread, middle).map(|entry| entry * n / free)
            }
            Self::Common => {
                let square =
                    |s: Score<'_>| s.weight * s.row.times * s.residual * s.residual / s.spread;
                let variance = Sum::of(scores.map(square)) / free;
                bread.map(|entry| entry * variance)
            }
            Self::Units { clusters } => {
                let (middle, units) = between_units(scores, clusters)?;
                let factor = match clusters {
                    true => units / (units - 1.0) * (n - 1.0) / free,
                    false => 1.0,
                };
                sandwich(bread, middle).map(|entry| entry * factor)
            }
        };
        let needs_rows = !matches!(self, Self::Noise);
        let known = covariance.iter().all(|entry| entry.is_finite());
        (known && (free > 0.0 || !needs_rows)).then_some(covariance)
    }
}

/// The sum of squares of what rows pull.
fn squares<'a>(scores: impl Iterator<Item = (f64, Score<'a>)>) -> [f64; 3] {
    let mut sums = [Sum::default(); 3];
    for (pull, score) in scores {
        let [a, b] = score.at.map(|entry| entry * pull);
        let times = score.row.times;
        sums[0].add(times * a * a);
        sums[1].add(times * a * b);
        sums[2].add(times * b * b);
    }
    sums.map(Sum::value)
}

/// The sum of squares of what units pull, around the mean of their stratum where they are drawn
/// from it, and the number of units. `None` for fewer than two units.
fn between_units<'a>(
    scores: impl Iterator<Item = Score<'a>>,
    clusters: bool,
) -> Option<([f64; 3], f64)> {
    let units = Unit::of(scores);
    let n_units = count(&units);
    if n_units < 2.0 {
        return None;
    }
    let overall = mean(&units);
    let mut sums = [Sum::default(); 3];
    for stratum in units.chunk_by(|a, b| a.stratum == b.stratum) {
        let n = count(stratum);
        let (centre, factor) = match n > 1.0 {
            _ if clusters => ([0.0; 2], 1.0),
            false => (overall, 1.0),
            true => (mean(stratum), n / (n - 1.0)),
        };
        for unit in stratum {
            let [a, b] = [unit.pulls[0] - centre[0], unit.pulls[1] - centre[1]];
            let factor = factor * unit.times;
            sums[0].add(factor * a * a);
            sums[1].add(factor * a * b);
            sums[2].add(factor * b * b);
        }
    }
    Some((sums.map(Sum::value), n_units))
}

/// A unit of a stratum.
struct Unit {
    stratum: u32,
    /// What it pulls at level and slope.
    pulls: [f64; 2],
    /// How many units pull exactly so.
    times: f64,
}

impl Unit {
    /// The units of rows, by stratum.
    fn of<'a>(scores: impl Iterator<Item = Score<'a>>) -> Vec<Self> {
        let mut drawn: BTreeMap<(u32, u32), [Sum; 2]> = BTreeMap::new();
        let mut units = Vec::new();
        for score in scores.filter(|score| score.row.times > 0.0) {
            let pulls = score.at.map(|at| at * score.weight * score.residual);
            let OrderedRow {
                stratum,
                psu,
                times,
                ..
            } = *score.row;
            if psu == OrderedRow::ALONE {
                units.push(Self {
                    stratum,
                    pulls,
                    times,
                });
                continue;
            }
            let unit = drawn.entry((stratum, psu)).or_default();
            unit[0].add(times * pulls[0]);
            unit[1].add(times * pulls[1]);
        }
        units.extend(drawn.into_iter().map(|((stratum, _), pulls)| Self {
            stratum,
            pulls: pulls.map(Sum::value),
            times: 1.0,
        }));
        units.sort_by_key(|unit| unit.stratum);
        units
    }
}

fn mean(units: &[Unit]) -> [f64; 2] {
    let mean = |index: usize| {
        let pulls = units.iter().map(|unit| unit.times * unit.pulls[index]);
        Sum::of(pulls) / count(units)
    };
    [mean(0), mean(1)]
}

fn count(units: &[Unit]) -> f64 {
    Sum::of(units.iter().map(|unit| unit.times))
}

/// `bread * middle * bread`, all symmetric.
fn sandwich(bread: [f64; 3], middle: [f64; 3]) -> [f64; 3] {
    let [a, b, c] = bread;
    let form = |[x, y]: [f64; 2], [u, v]: [f64; 2]| {
        x * (u * middle[0] + v * middle[1]) + y * (u * middle[1] + v * middle[2])
    };
    [
        form([a, b], [a, b]),
        form([a, b], [b, c]),
        form([b, c], [b, c]),
    ]
}
