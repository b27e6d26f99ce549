//! A line through values over their midpoint ranks, and how sure it is.

use crate::ordered::deviation::{Deviation, Score};
use crate::ordered::ranked::{Known, Ranked, Refusal, Tie};
use crate::ordered::row::OrderedRow;
use crate::ordered::sum::Sum;
use crate::{Error, Status};

/// What is a straight line over the rank.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum LineModel {
    /// The value itself, by weighted least squares.
    #[default]
    Linear,
    /// The logit of the expected value, by quasi-likelihood, for proportions between 0 and `scale`
    /// (100 for percentages). Values of 0 and `scale` are possible.
    Logit {
        /// The value of a proportion of one.
        scale: f64,
    },
    /// The logarithm of the value, by weighted least squares, for rates.
    LogTransformed,
    /// The logit of the value, by weighted least squares, for proportions.
    LogitTransformed {
        /// The value of a proportion of one.
        scale: f64,
    },
}

/// What a row weighs when the line is fitted; ranks always go by population.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineWeights {
    /// Its population.
    #[default]
    Population,
    /// The square of its population: what the logit model of healthequal 1.0.1 amounts to, where
    /// the population is both the size of a binomial and a prior weight. For repeating its numbers
    /// only.
    PopulationSquared,
}

/// How the standard error of a line is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineError {
    /// [`Analytic`](Self::Analytic) where the rows have standard errors,
    /// [`Hc1`](Self::Hc1) where none has.
    #[default]
    Auto,
    /// From the standard errors of the rows, which are taken as independent. The line need not
    /// hold: this asks how far chance in the rows moves it.
    Analytic,
    /// Robust to unequal variance, by the residuals: the sandwich with factor `n / (n - 2)`.
    Hc1,
    /// By the residuals, taken as of equal variance but for the weights.
    Ols,
    /// By the residuals, summed within clusters (`psu`), with the factor
    /// `g / (g - 1) * (n - 1) / (n - 2)` for `g` clusters.
    Cluster,
    /// By Taylor linearisation for strata and primary sampling units drawn with replacement; a
    /// stratum with a single unit is centred at the mean of all units.
    Survey,
}

impl LineError {
    /// What `Auto` means for these rows.
    pub(crate) fn resolve(self, ranked: &Ranked<'_>) -> Self {
        match (self, ranked.standard_errors()) {
            (Self::Auto, Known::None) => Self::Hc1,
            (Self::Auto, _) => Self::Analytic,
            (chosen, _) => chosen,
        }
    }
}

/// A fitted line, with the level taken at the mean rank.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    model: LineModel,
    /// The mean rank under the weights of the fit.
    centre: f64,
    pub(crate) level: f64,
    pub(crate) slope: f64,
    /// The variances of level and slope, and between them their covariance.
    covariance: Option<[f64; 3]>,
}

impl Line {
    /// Fits a line.
    ///
    /// # Errors
    /// A scale that is not above 0, a value outside the model's range. A value that has no
    /// logarithm, or an order that separates zeros from ones, leaves nothing to estimate.
    pub(crate) fn fit(
        ranked: &Ranked<'_>,
        model: LineModel,
        weights: LineWeights,
        error: LineError,
    ) -> Result<Self, Refusal> {
        model.check(ranked)?;
        let cells = Cells::of(ranked, model, weights)?;
        let line = match model {
            LineModel::Logit { .. } => cells.logistic(model)?,
            _ => cells.straight(model),
        };
        let Some(line) = line else {
            return Ok(cells.flat());
        };
        let covariance = line.covariance(ranked, weights, error.resolve(ranked));
        Ok(Self { covariance, ..line })
    }

    /// The value at a rank.
    pub(crate) fn at(&self, position: f64) -> f64 {
        self.model.inverse(self.linear(position))
    }

    /// How the value at a rank moves with level and slope.
    pub(crate) fn gradient_at(&self, position: f64) -> [f64; 2] {
        let steep = self.model.steepness(self.linear(position));
        [steep, steep * (position - self.centre)]
    }

    /// The variance of something that moves with level and slope as said.
    pub(crate) fn variance(&self, gradient: [f64; 2]) -> Option<f64> {
        let [level, both, slope] = self.covariance?;
        let [a, b] = gradient;
        let variance = a * a * level + 2.0 * a * b * both + b * b * slope;
        variance.is_finite().then(|| variance.max(0.0))
    }

    /// The line itself at a rank, on the scale of the model.
    pub(crate) fn linear(&self, position: f64) -> f64 {
        self.level + self.slope * (position - self.centre)
    }

    /// The covariance of level and slope.
    fn covariance(
        &self,
        ranked: &Ranked<'_>,
        weights: LineWeights,
        error: LineError,
    ) -> Option<[f64; 3]> {
        let mut information = [Sum::default(); 3];
        for (row, position) in ranked.iter() {
            let (weight, off) = (weights.of(row) * row.times, position - self.centre);
            let steep = self.information(position) * weight;
            information[0].add(steep);
            information[1].add(steep * off);
            information[2].add(steep * off * off);
        }
        let bread = inverse(information.map(Sum::value))?;
        let scores = ranked.iter().map(|(row, position)| {
            let (fitted, value) = self.residual_of(row, position);
            Score {
                row,
                at: [1.0, position - self.centre],
                weight: weights.of(row),
                residual: value - fitted,
                noise: self.model.noise(row),
                spread: self.information(position),
            }
        });
        Deviation::of(error).covariance(scores, ranked.n, bread)
    }

    /// What is fitted to a row, and what the row has, on the scale that residuals are taken on.
    fn residual_of(&self, row: &OrderedRow, position: f64) -> (f64, f64) {
        let linear = self.linear(position);
        match self.model {
            LineModel::Logit { scale } => (expit(linear), row.value / scale),
            model => (linear, model.transform(row.value)),
        }
    }

    /// The information of a unit of weight at a rank.
    fn information(&self, position: f64) -> f64 {
        match self.model {
            LineModel::Logit { .. } => {
                let share = expit(self.linear(position));
                share * (1.0 - share)
            }
            _ => 1.0,
        }
    }
}

impl LineWeights {
    fn of(self, row: &OrderedRow) -> f64 {
        match self {
            Self::Population => row.population,
            Self::PopulationSquared => row.population * row.population,
        }
    }
}

impl LineModel {
    /// The value of a proportion of one.
    fn scale(self) -> Option<f64> {
        match self {
            Self::Logit { scale } | Self::LogitTransformed { scale } => Some(scale),
            Self::Linear | Self::LogTransformed => None,
        }
    }

    /// Refuses values that the model is not for.
    fn check(self, ranked: &Ranked<'_>) -> Result<(), Refusal> {
        let out_of = |lowest: f64, highest: f64| {
            let values = ranked.iter().map(|(row, _)| row.value);
            values
                .filter(|value| *value < lowest || *value > highest)
                .reduce(f64::min)
        };
        let found = match self.scale() {
            Some(scale) if scale.is_nan() || scale <= 0.0 => {
                return Err(Error::argument("scale", "a number above 0", scale).into());
            }
            Some(scale) => out_of(0.0, scale),
            None if self == Self::LogTransformed => out_of(0.0, f64::INFINITY),
            None => None,
        };
        match (found, self.scale()) {
            (None, _) => Ok(()),
            (Some(found), None) => {
                Err(Error::argument("value", "a rate of at least 0", found).into())
            }
            (Some(found), Some(_)) => {
                Err(Error::argument("value", "a proportion from 0 to `scale`", found).into())
            }
        }
    }

    /// The scale on which a line is fitted by least squares.
    fn transform(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::LogTransformed => value.ln(),
            Self::Logit { scale } | Self::LogitTransformed { scale } => {
                (value / (scale - value)).ln()
            }
        }
    }

    /// From the line to the value.
    fn inverse(self, linear: f64) -> f64 {
        match self {
            Self::Linear => linear,
            Self::LogTransformed => linear.exp(),
            Self::Logit { scale } | Self::LogitTransformed { scale } => scale * expit(linear),
        }
    }

    /// The derivative of [`inverse`](Self::inverse).
    fn steepness(self, linear: f64) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::LogTransformed => linear.exp(),
            Self::Logit { scale } | Self::LogitTransformed { scale } => {
                let share = expit(linear);
                scale * share * (1.0 - share)
            }
        }
    }

    /// The standard error of a row on the scale that its residual is taken on.
    fn noise(self, row: &OrderedRow) -> f64 {
        match self {
            Self::Linear => row.se,
            Self::Logit { scale } => row.se / scale,
            Self::LogTransformed => row.se / row.value,
            Self::LogitTransformed { scale } => row.se * scale / (row.value * (scale - row.value)),
        }
    }
}

/// Per tie: rank, weight, and mean of what the line goes through.
struct Cells {
    cells: Vec<[f64; 3]>,
    centre: f64,
    level: f64,
}

impl Cells {
    fn of(ranked: &Ranked<'_>, model: LineModel, weights: LineWeights) -> Result<Self, Refusal> {
        let goes_through = |row: &OrderedRow| match model {
            LineModel::Logit { scale } => row.value / scale,
            model => model.transform(row.value),
        };
        let cell = |tie: Tie<'_>| {
            let rows = || tie.rows.iter().filter(|row| row.population > 0.0);
            let weight = Sum::of(rows().map(|row| weights.of(row) * row.times));
            let values = rows().map(|row| weights.of(row) * row.times * goes_through(row));
            [tie.position, weight, Sum::of(values) / weight]
        };
        let cells: Vec<[f64; 3]> = ranked.ties().map(cell).collect();
        let total = Sum::of(cells.iter().map(|[_, weight, _]| *weight));
        let centre = Sum::of(cells.iter().map(|[at, weight, _]| at * weight)) / total;
        let level = Sum::of(cells.iter().map(|[_, weight, mean]| mean * weight)) / total;
        match level.is_finite() && total.is_finite() {
            true => Ok(Self {
                cells,
                centre,
                level,
            }),
            // The logarithm of zero.
            false => Err(Status::Undefined.into()),
        }
    }

    /// By weighted least squares.
    fn straight(&self, model: LineModel) -> Option<Line> {
        let moment =
            |[at, weight, mean]: &[f64; 3]| weight * (at - self.centre) * (mean - self.level);
        let square = |[at, weight, _]: &[f64; 3]| weight * (at - self.centre).powi(2);
        let slope = Sum::of(self.cells.iter().map(moment)) / Sum::of(self.cells.iter().map(square));
        Some(Line {
            model,
            centre: self.centre,
            level: self.level,
            slope,
            covariance: None,
        })
    }

    /// By quasi-likelihood; `None` where all values are zero, or all are one.
    fn logistic(&self, model: LineModel) -> Result<Option<Line>, Refusal> {
        if self.level <= 0.0 || self.level >= 1.0 {
            return Ok(None);
        }
        let start = (self.level / (1.0 - self.level)).ln();
        let mut line = Line {
            model,
            centre: self.centre,
            level: start,
            slope: 0.0,
            covariance: None,
        };
        for _ in 0..NEWTON_STEPS {
            let Some([level, slope]) = self.newton_step(&line) else {
                break;
            };
            line.level += level;
            line.slope += slope;
            let still = |step: f64, of: f64| step.abs() <= 1e-13 * (1.0 + of.abs());
            if still(level, line.level) && still(slope, line.slope) {
                return Ok(Some(line));
            }
        }
        // The steps never end where the order separates zeros from ones.
        Err(Status::Undefined.into())
    }

    /// A Newton step, cut short so that no fitted logit moves by more than 4.
    fn newton_step(&self, line: &Line) -> Option<[f64; 2]> {
        let (mut score, mut information) = ([Sum::default(); 2], [Sum::default(); 3]);
        for &[at, weight, mean] in &self.cells {
            let (off, share) = (at - self.centre, expit(line.linear(at)));
            let (pull, steep) = (weight * (mean - share), weight * share * (1.0 - share));
            score[0].add(pull);
            score[1].add(pull * off);
            information[0].add(steep);
            information[1].add(steep * off);
            information[2].add(steep * off * off);
        }
        let [a, b, c] = inverse(information.map(Sum::value))?;
        let [up, tilt] = score.map(Sum::value);
        let step = [a * up + b * tilt, b * up + c * tilt];
        let largest = step[0].abs() + step[1].abs();
        Some(step.map(|part| part * (4.0 / largest).min(1.0)))
    }

    /// The line of values that are all zero, or all one.
    fn flat(&self) -> Line {
        Line {
            model: LineModel::Linear,
            centre: self.centre,
            level: self.level,
            slope: 0.0,
            covariance: None,
        }
    }
}

/// The most steps of a logistic fit; about six are needed.
const NEWTON_STEPS: usize = 100;

/// The inverse of a symmetric matrix, written as its first row and last entry.
fn inverse([a, b, c]: [f64; 3]) -> Option<[f64; 3]> {
    let determinant = a * c - b * b;
    // Below this the two columns are the same to the last digit.
    (determinant > 1e-300 && determinant > 1e-14 * a * c)
        .then(|| [c / determinant, -b / determinant, a / determinant])
}

fn expit(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}
