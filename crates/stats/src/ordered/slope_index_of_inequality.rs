//! The slope index of inequality.

use crate::ordered::line::{Line, LineError, LineModel, LineWeights};
use crate::ordered::ranked::{Ranked, Refusal};
use crate::ordered::row::OrderedRow;
use crate::{Confidence, Error, Estimate};

/// How a line is laid through the groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LineOptions {
    /// What is straight.
    pub model: LineModel,
    /// What rows weigh.
    pub weights: LineWeights,
    /// How the standard error is estimated.
    pub error: LineError,
    /// The confidence of the interval.
    pub confidence: Confidence,
}

/// The fewest places in the order that a line is laid through.
pub(crate) const FEWEST_PLACES: usize = 3;

/// Estimates the slope index of inequality: how much higher the value is at the top of the order
/// than at its bottom.
///
/// # Definition
/// `f(1) - f(0)`, where `f` is the line through the values over the midpoint ranks, weighted by
/// population. Under [`LineModel::Linear`] that is the slope itself.
///
/// # Arguments
/// Rows are groups with their population, or people with their weight; they are sorted in place.
/// Rows of one rank share its midpoint. A row without population does not count.
///
/// # Returns
/// The index in the unit of the values, with a normal interval; `n` is the number of rows.
///
/// # Nulls
/// `incomplete_strata` for a NULL in rank, value or population. `undefined` for fewer than three
/// places in the order, for a value that has no logarithm under a transformed model, and where a
/// logistic line does not exist because the order separates zeros from ones. The interval is
/// absent where some, but not all, rows have a standard error, and for fewer than three rows when
/// it rests on residuals. All values equal give 0.
///
/// # Errors
/// A negative population or standard error; a value outside 0 to `scale` of a logit model or below
/// 0 of a logarithmic one.
///
/// # Interpretation
/// Absolute, and weighted by population. Above 0 the value is higher among the advantaged, below 0
/// among the disadvantaged, 0 is no gradient. Whether that is good depends on the value. Never
/// report it without its relative twin,
/// [`relative_index_of_inequality`](crate::ordered::relative_index_of_inequality()).
///
/// # Limits
/// It assumes that the gradient is monotonous; a line through a U says 0. With few groups,
/// intervals from residuals ([`LineError::Hc1`], [`LineError::Ols`]) rest on few degrees of
/// freedom and are taken as normal all the same; where groups have standard errors, take
/// [`LineError::Analytic`].
///
/// # Example
/// ```
/// use kohort_stats::ordered::{LineOptions, OrderedRow, slope_index_of_inequality};
/// let mut quintiles: Vec<OrderedRow> = [61.0, 64.0, 70.0, 71.0, 79.0]
///     .iter()
///     .zip(1..)
///     .map(|(share, q)| OrderedRow::group(Some(f64::from(q)), Some(*share), Some(100.0)))
///     .collect();
/// let index = slope_index_of_inequality(&mut quintiles, &LineOptions::default()).unwrap();
/// assert!((index.value.unwrap() - 21.5).abs() < 1e-9);
/// ```
///
/// # References
/// Pamuk, 1985, "Social class inequality in mortality from 1921 to 1972 in England and Wales",
/// Population Studies, doi:10.1080/0032472031000141256. Wagstaff, Paci and van Doorslaer, 1991,
/// "On the measurement of inequalities in health", Social Science & Medicine,
/// doi:10.1016/0277-9536(91)90212-U.
pub fn slope_index_of_inequality(
    rows: &mut [OrderedRow],
    options: &LineOptions,
) -> Result<Estimate, Error> {
    Ok(slope_index_with_line(rows, options)?.estimate)
}

/// The same as [`slope_index_of_inequality`], with the line that it is taken from.
///
/// # Errors
/// As [`slope_index_of_inequality`].
pub fn slope_index_with_line(
    rows: &mut [OrderedRow],
    options: &LineOptions,
) -> Result<OnLine, Error> {
    OnLine::of(rows, options, slope)
}

/// A measure with the line through the values that it is taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OnLine {
    /// The measure.
    pub estimate: Estimate,
    /// The line itself at the bottom of the order, at rank 0: in the unit of the value for a linear
    /// model, a logarithm or logit for the others.
    pub intercept: Option<f64>,
    /// The fitted value at the bottom of the order, at rank 0.
    pub fitted_bottom: Option<f64>,
    /// The fitted value at the top of the order, at rank 1.
    pub fitted_top: Option<f64>,
}

impl OnLine {
    /// A measure of the line through rows. A line may be there though its measure is not.
    pub(crate) fn of(
        rows: &mut [OrderedRow],
        options: &LineOptions,
        measure: impl Fn(&Line, &Ranked<'_>, &LineOptions) -> Result<Estimate, Refusal>,
    ) -> Result<Self, Error> {
        let missing = |refusal: Refusal| refusal.settle(options.model.name());
        let of_line = |estimate| Self {
            estimate,
            ..Self::default()
        };
        let fitted = Ranked::sort(rows).and_then(|ranked| {
            ranked.at_least(FEWEST_PLACES)?;
            let line = Line::fit(&ranked, options.model, options.weights, options.error)?;
            Ok((line, ranked))
        });
        let (line, ranked) = match fitted {
            Ok(fitted) => fitted,
            Err(refusal) => return missing(refusal).map(of_line),
        };
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        Ok(Self {
            estimate: measure(&line, &ranked, options).or_else(missing)?,
            intercept: finite(line.linear(0.0)),
            fitted_bottom: finite(line.at(0.0)),
            fitted_top: finite(line.at(1.0)),
        })
    }
}

fn slope(line: &Line, ranked: &Ranked<'_>, options: &LineOptions) -> Result<Estimate, Refusal> {
    let [top, bottom] = [line.gradient_at(1.0), line.gradient_at(0.0)];
    let variance = line.variance([top[0] - bottom[0], top[1] - bottom[1]]);
    Ok(
        Estimate::of(line.at(1.0) - line.at(0.0), options.method(ranked))
            .with_normal_limits(options.confidence, variance.map(f64::sqrt))
            .with_counts(None, Some(ranked.n)),
    )
}

impl LineOptions {
    /// Model and interval in a word, as `method` shows them.
    pub(crate) fn method(&self, ranked: &Ranked<'_>) -> &'static str {
        let error = self.error.resolve(ranked);
        macro_rules! with_error {
            ($model:literal) => {
                match error {
                    LineError::Auto | LineError::Analytic => concat!($model, "_analytic"),
                    LineError::Hc1 => concat!($model, "_hc1"),
                    LineError::Ols => concat!($model, "_ols"),
                    LineError::Cluster => concat!($model, "_cluster"),
                    LineError::Survey => concat!($model, "_survey"),
                }
            };
        }
        match self.model {
            LineModel::Linear => with_error!("linear"),
            LineModel::Logit { .. } => with_error!("logit"),
            LineModel::LogTransformed => with_error!("log_transformed"),
            LineModel::LogitTransformed { .. } => with_error!("logit_transformed"),
        }
    }
}

impl LineModel {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Logit { .. } => "logit",
            Self::LogTransformed => "log_transformed",
            Self::LogitTransformed { .. } => "logit_transformed",
        }
    }
}

#[cfg(test)]
mod tests;
