//! How a value is concentrated along an order: one kernel for groups and people.

use crate::ordered::line::{Line, LineError, LineModel, LineWeights};
use crate::ordered::ranked::{Known, Ranked, Refusal};
use crate::ordered::sum::Sum;
use crate::{Confidence, Error, Estimate, Status};

/// How a concentration index is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConcentrationOptions {
    /// What it is related to.
    pub variant: ConcentrationVariant,
    /// How its standard error is estimated.
    pub error: ConcentrationError,
    /// The confidence of the interval.
    pub confidence: Confidence,
}

/// What the covariance of value and rank is related to.
///
/// With `mean` the weighted mean, `absolute` twice the covariance of value and midpoint rank, and
/// `lower` and `upper` the bounds of the value:
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ConcentrationVariant {
    /// `absolute / mean`, from -1 to 1 for values of at least 0.
    #[default]
    Standard,
    /// `absolute` itself, also called generalised, in the unit of the value.
    Absolute,
    /// `absolute * (upper - lower) / ((upper - mean) * (mean - lower))`: what is possible for a
    /// bounded value with this mean is -1 to 1, and counting the untested changes the sign only.
    Wagstaff(Bounds),
    /// `4 * absolute / (upper - lower)`: the absolute index of a bounded value, from -1 to 1.
    Erreygers(Bounds),
}

/// The lowest and the highest value that there can be, seen or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The lowest.
    pub lower: f64,
    /// The highest.
    pub upper: f64,
}

impl Default for Bounds {
    /// A proportion, or yes and no: 0 and 1.
    fn default() -> Self {
        Self {
            lower: 0.0,
            upper: 1.0,
        }
    }
}

/// How the standard error of a concentration index is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConcentrationError {
    /// For groups [`Analytic`](Self::Analytic) where they have standard errors,
    /// [`Convenient`](Self::Convenient) where none has; for people [`Delta`](Self::Delta).
    #[default]
    Auto,
    /// From the standard errors of the rows, taken as independent; ranks are fixed.
    Analytic,
    /// From the convenient regression of the scaled value on the rank; the mean is fixed.
    Convenient,
    /// As [`Convenient`](Self::Convenient), robust to unequal variance (HC1).
    ConvenientHc1,
    /// As [`Convenient`](Self::Convenient), for strata and primary sampling units.
    ConvenientSurvey,
    /// From the regression of the value on the rank by the delta method, so that the mean is
    /// estimated too; residuals of equal variance.
    Delta,
    /// As [`Delta`](Self::Delta), robust to unequal variance (HC1).
    DeltaHc1,
    /// As [`Delta`](Self::Delta), for clusters (`psu`).
    DeltaCluster,
    /// Kakwani's: ranks are estimated as well.
    Kakwani,
}

impl ConcentrationError {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Auto,
        Self::Analytic,
        Self::Convenient,
        Self::ConvenientHc1,
        Self::ConvenientSurvey,
        Self::Delta,
        Self::DeltaHc1,
        Self::DeltaCluster,
        Self::Kakwani,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Analytic => "analytic",
            Self::Convenient => "convenient",
            Self::ConvenientHc1 => "convenient_hc1",
            Self::ConvenientSurvey => "survey",
            Self::Delta => "delta",
            Self::DeltaHc1 => "delta_hc1",
            Self::DeltaCluster => "delta_cluster",
            Self::Kakwani => "kakwani",
        }
    }

    /// What `Auto` means for these rows.
    fn resolve(self, ranked: &Ranked<'_>, unit: Unit) -> Self {
        match (self, unit) {
            (Self::Auto, Unit::Person) => Self::Delta,
            (Self::Auto, Unit::Group) if ranked.standard_errors() == Known::None => {
                Self::Convenient
            }
            (Self::Auto, Unit::Group) => Self::Analytic,
            (chosen, _) => chosen,
        }
    }

    /// The error of the regression that it rests on.
    fn of_line(self) -> Option<LineError> {
        Some(match self {
            Self::Convenient | Self::Delta => LineError::Ols,
            Self::ConvenientHc1 | Self::DeltaHc1 => LineError::Hc1,
            Self::ConvenientSurvey => LineError::Survey,
            Self::DeltaCluster => LineError::Cluster,
            Self::Auto | Self::Analytic | Self::Kakwani => return None,
        })
    }
}

/// An index as a function of the mean and of twice the covariance of value and rank.
struct Index {
    lower: f64,
    mean: f64,
    absolute: f64,
    value: f64,
    /// How the value moves with `absolute`.
    by_absolute: f64,
    /// How the value moves with `mean`.
    by_mean: f64,
}

impl Index {
    fn of(ranked: &Ranked<'_>, variant: ConcentrationVariant) -> Result<Self, Refusal> {
        let mean = ranked.mean();
        let moment =
            |(row, at): (&super::OrderedRow, f64)| row.weight() * (row.value - mean) * (at - 0.5);
        let absolute = 2.0 * Sum::of(ranked.iter().map(moment)) / ranked.total;
        let (lower, by_absolute, by_mean) = match variant {
            ConcentrationVariant::Standard => {
                let usable = mean > 0.0 && mean.is_finite();
                usable.then_some(()).ok_or(Status::Undefined)?;
                (0.0, 1.0 / mean, -absolute / (mean * mean))
            }
            ConcentrationVariant::Absolute => (0.0, 1.0, 0.0),
            ConcentrationVariant::Wagstaff(bounds) => {
                bounds.check(ranked)?;
                let (above, below) = (bounds.upper - mean, mean - bounds.lower);
                let usable = above > 0.0 && below > 0.0;
                usable.then_some(()).ok_or(Status::Undefined)?;
                let factor = (bounds.upper - bounds.lower) / (above * below);
                (
                    bounds.lower,
                    factor,
                    factor * absolute * (1.0 / above - 1.0 / below),
                )
            }
            ConcentrationVariant::Erreygers(bounds) => {
                bounds.check(ranked)?;
                (bounds.lower, 4.0 / (bounds.upper - bounds.lower), 0.0)
            }
        };
        let value = by_absolute * absolute;
        Ok(Self {
            lower,
            mean,
            absolute,
            value,
            by_absolute,
            by_mean,
        })
    }

    /// The mean above the lower bound.
    fn mean_above(&self) -> f64 {
        self.mean - self.lower
    }
}

impl Bounds {
    /// Refuses bounds that are none, and values beyond them.
    fn check(self, ranked: &Ranked<'_>) -> Result<(), Refusal> {
        if !(self.lower < self.upper && (self.upper - self.lower).is_finite()) {
            let found = format!("{} and {}", self.lower, self.upper);
            return Err(Error::argument("bounds", "a lower and a higher number", found).into());
        }
        let values = ranked.iter().map(|(row, _)| row.value);
        let beyond = values.filter(|value| *value < self.lower || *value > self.upper);
        match beyond.reduce(f64::min) {
            Some(found) => Err(Error::argument("value", "a value within the bounds", found).into()),
            None => Ok(()),
        }
    }
}

/// What rows are, as far as errors go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Groups: errors by regression take the variance of the rank over all of them.
    Group,
    /// People, who are a sample: there it has `n - 1` below the line.
    Person,
}

impl Unit {
    /// What the variance of the rank is multiplied by in errors.
    fn correction(self, n: f64) -> f64 {
        match self {
            Self::Group => 1.0,
            Self::Person => n / (n - 1.0),
        }
    }
}

/// The index of ranked rows, and its error.
pub(crate) fn concentration(
    ranked: &Ranked<'_>,
    options: &ConcentrationOptions,
    unit: Unit,
) -> Result<Estimate, Refusal> {
    ranked.at_least(2)?;
    let index = Index::of(ranked, options.variant)?;
    let error = options.error.resolve(ranked, unit);
    let variance = match error {
        ConcentrationError::Analytic => Some(analytic(ranked, &index)),
        ConcentrationError::Kakwani => kakwani(ranked, &index),
        error => by_regression(ranked, &index, error, unit)?,
    };
    let se = variance
        .filter(|variance| variance.is_finite())
        .map(|v| v.max(0.0).sqrt());
    Ok(Estimate::of(index.value, error.name())
        .with_normal_limits(options.confidence, se)
        .with_counts(None, Some(ranked.n)))
}

/// From the errors of the rows: NaN where one has none.
fn analytic(ranked: &Ranked<'_>, index: &Index) -> f64 {
    let square = |(row, at): (&super::OrderedRow, f64)| {
        let share = row.population / ranked.total;
        let pull = 2.0 * (at - 0.5) * index.by_absolute + index.by_mean;
        row.times * (share * pull * row.se).powi(2)
    };
    Sum::of(ranked.iter().map(square))
}

/// From the regression of the value on the rank, whose slope is `absolute` over twice the variance
/// of the rank.
fn by_regression(
    ranked: &Ranked<'_>,
    index: &Index,
    error: ConcentrationError,
    unit: Unit,
) -> Result<Option<f64>, Refusal> {
    let Some(of_line) = error.of_line() else {
        return Ok(None);
    };
    let line = Line::fit(ranked, LineModel::Linear, LineWeights::Population, of_line)?;
    let spread = 2.0 * ranked.rank_variance() * unit.correction(ranked.n);
    if error.is_convenient() {
        return Ok(line.variance([0.0, spread * index.by_absolute]));
    }
    // The index that is absolute is the mean times the relative one: the mean in front is fixed.
    let mean = index.mean_above();
    let relative = index.absolute / mean;
    let to_variant = index.by_absolute * mean;
    // The level goes with the correction too, as if the variance of the rank were what it says.
    let correction = unit.correction(ranked.n);
    let gradient = [-relative * correction / mean, spread / mean].map(|part| part * to_variant);
    Ok(line.variance(gradient))
}

impl ConcentrationError {
    fn is_convenient(self) -> bool {
        matches!(
            self,
            Self::Convenient | Self::ConvenientHc1 | Self::ConvenientSurvey
        )
    }
}

/// Kakwani's variance, with the curve of shares taken at the ends of ties.
fn kakwani(ranked: &Ranked<'_>, index: &Index) -> Option<f64> {
    let mean = index.mean_above();
    let relative = index.absolute / mean;
    let (mut below, mut squares) = (Sum::default(), Sum::default());
    for tie in ranked.ties() {
        let before = below.value();
        below.add((tie.values - index.lower * tie.weight) / (ranked.total * mean));
        let slope = 2.0 * tie.position - 1.0 - relative;
        let offset = 2.0 - before - below.value();
        for row in tie.rows {
            let pull = (row.value - index.lower) / mean * slope + offset;
            if row.population > 0.0 {
                squares.add(row.weight() * pull * pull);
            }
        }
    }
    let variance = (squares.value() / ranked.total - (1.0 + relative).powi(2)) / ranked.n;
    let to_variant = index.by_absolute * mean;
    (ranked.n > 1.0).then_some(variance * to_variant * to_variant)
}
