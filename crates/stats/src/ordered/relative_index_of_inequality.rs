//! The relative index of inequality, as a ratio and as a share of the mean.

use crate::ordered::line::{Line, LineModel};
use crate::ordered::ranked::{Ranked, Refusal};
use crate::ordered::row::OrderedRow;
use crate::ordered::slope_index_of_inequality::{LineOptions, OnLine};
use crate::{Error, Estimate, Status};

/// Estimates the relative index of inequality: how many times higher the value is at the top of the
/// order than at its bottom.
///
/// # Definition
/// `f(1) / f(0)`, where `f` is the line of
/// [`slope_index_of_inequality`](crate::ordered::slope_index_of_inequality()).
///
/// # Arguments
/// As for the slope index.
///
/// # Returns
/// The ratio, with an interval that is normal on the logarithm of the ratio; `se` is on the scale
/// of the ratio (the standard error of the logarithm is `se / value`). `n` is the number of rows.
///
/// # Nulls
/// As for the slope index; also `undefined` where the line is at or below 0 at the bottom, or below
/// 0 at the top. All values equal give 1, all zero give nothing.
///
/// # Errors
/// As for the slope index.
///
/// # Interpretation
/// Relative, and weighted by population. 1 is no gradient, above 1 the value is higher among the
/// advantaged. Other measures carry this name: Pamuk's is [`rii_mean`], and some authors print
/// `f(0) / f(1)`.
///
/// # Limits
/// A ratio favours whatever is rare: the same gap is a larger ratio of the untested than of the
/// tested.
///
/// # Example
/// ```
/// use kohort_stats::ordered::{LineOptions, OrderedRow, relative_index_of_inequality};
/// let mut groups = [(1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]
///     .map(|(rank, value)| OrderedRow::group(Some(rank), Some(value), Some(1.0)));
/// let ratio = relative_index_of_inequality(&mut groups, &LineOptions::default()).unwrap();
/// assert!((ratio.value.unwrap() - 7.0).abs() < 1e-9); // 35 at the top, 5 at the bottom.
/// ```
///
/// # References
/// Mackenbach and Kunst, 1997, "Measuring the magnitude of socio-economic inequalities in health",
/// Social Science & Medicine, doi:10.1016/S0277-9536(96)00073-1. Moreno-Betancur and others, 2015,
/// "Relative index of inequality and slope index of inequality", Epidemiology,
/// doi:10.1097/EDE.0000000000000311.
pub fn relative_index_of_inequality(
    rows: &mut [OrderedRow],
    options: &LineOptions,
) -> Result<Estimate, Error> {
    Ok(relative_index_with_line(rows, options)?.estimate)
}

/// The same as [`relative_index_of_inequality`], with the line that it is taken from.
///
/// # Errors
/// As [`relative_index_of_inequality`].
pub fn relative_index_with_line(
    rows: &mut [OrderedRow],
    options: &LineOptions,
) -> Result<OnLine, Error> {
    OnLine::of(rows, options, ratio)
}

fn ratio(line: &Line, ranked: &Ranked<'_>, options: &LineOptions) -> Result<Estimate, Refusal> {
    let (top, bottom) = (line.at(1.0), line.at(0.0));
    if bottom <= 0.0 || top < 0.0 {
        return Err(Status::Undefined.into());
    }
    let value = top / bottom;
    let (at_top, at_bottom) = (line.gradient_at(1.0), line.gradient_at(0.0));
    let of_log = |index: usize| at_top[index] / top - at_bottom[index] / bottom;
    let log_se = match top > 0.0 {
        true => line.variance([of_log(0), of_log(1)]).map(f64::sqrt),
        false => None,
    };
    let limit = |sign: f64| Some(value * (sign * options.confidence.z() * log_se?).exp());
    let mut estimate = Estimate::of(value, options.method(ranked))
        .with_limits(options.confidence, limit(-1.0), limit(1.0))
        .with_counts(None, Some(ranked.n));
    estimate.se = log_se.map(|se| se * value);
    Ok(estimate)
}

/// Estimates the Kunst–Mackenbach index: the relative index of inequality of a straight line.
///
/// # Definition
/// `f(1) / f(0)` of the population-weighted linear line, whatever model the options name. The top
/// of the order is above the line: some tables print the inverse.
///
/// # Returns
/// As [`relative_index_of_inequality`].
///
/// # Interpretation
/// As [`relative_index_of_inequality`]: 1 is no gradient.
///
/// # References
/// Kunst and Mackenbach, 1995, "Measuring socioeconomic inequalities in health", World Health
/// Organization Regional Office for Europe.
pub fn kunst_mackenbach_index(
    rows: &mut [OrderedRow],
    options: &LineOptions,
) -> Result<Estimate, Error> {
    let model = LineModel::Linear;
    relative_index_of_inequality(rows, &LineOptions { model, ..*options })
}

/// Estimates the slope index as a share of the mean: Pamuk's relative index of inequality.
///
/// # Definition
/// `slope / mean` of the population-weighted linear line, whatever model the options name.
///
/// # Arguments
/// As for the slope index.
///
/// # Returns
/// A share of the mean (0.2: a fifth of the mean between bottom and top), with a normal interval
/// that allows for the error of the mean. `n` is the number of rows.
///
/// # Nulls
/// As for the slope index; also `undefined` for a mean of 0.
///
/// # Interpretation
/// Relative, and weighted by population. 0 is no gradient, above 0 the value is higher among the
/// advantaged. Below a mean of 0 the sign has no meaning.
///
/// # References
/// Pamuk, 1985, "Social class inequality in mortality from 1921 to 1972 in England and Wales",
/// Population Studies, doi:10.1080/0032472031000141256.
pub fn rii_mean(rows: &mut [OrderedRow], options: &LineOptions) -> Result<Estimate, Error> {
    Ok(rii_mean_with_line(rows, options)?.estimate)
}

/// The same as [`rii_mean`], with the line that it is taken from.
///
/// # Errors
/// As [`rii_mean`].
pub fn rii_mean_with_line(rows: &mut [OrderedRow], options: &LineOptions) -> Result<OnLine, Error> {
    let model = LineModel::Linear;
    OnLine::of(rows, &LineOptions { model, ..*options }, share_of_mean)
}

fn share_of_mean(
    line: &Line,
    ranked: &Ranked<'_>,
    options: &LineOptions,
) -> Result<Estimate, Refusal> {
    let mean = line.level;
    if mean == 0.0 {
        return Err(Status::Undefined.into());
    }
    let value = line.slope / mean;
    let variance = line.variance([-value / mean, 1.0 / mean]);
    Ok(Estimate::of(value, options.method(ranked))
        .with_normal_limits(options.confidence, variance.map(f64::sqrt))
        .with_counts(None, Some(ranked.n)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordered::LineError;

    fn rows(values: &[f64]) -> Vec<OrderedRow> {
        let row = |(value, rank): (&f64, u32)| {
            OrderedRow::group(Some(f64::from(rank)), Some(*value), Some(10.0))
        };
        values.iter().zip(1..).map(row).collect()
    }

    #[test]
    fn no_gradient_is_a_ratio_of_one_and_a_share_of_nought() {
        let options = LineOptions::default();
        let ratio = relative_index_of_inequality(&mut rows(&[4.0; 4]), &options).unwrap();
        assert_eq!((ratio.value, ratio.se), (Some(1.0), Some(0.0)));
        assert_eq!(
            rii_mean(&mut rows(&[4.0; 4]), &options).unwrap().value,
            Some(0.0)
        );
    }

    #[test]
    fn a_line_that_reaches_zero_has_no_ratio() {
        let options = LineOptions::default();
        for values in [[0.0, 0.0, 9.0], [9.0, 0.0, 0.0], [0.0; 3]] {
            let ratio = relative_index_of_inequality(&mut rows(&values), &options).unwrap();
            assert_eq!(
                (ratio.value, ratio.status),
                (None, Status::Undefined),
                "{values:?}"
            );
        }
        let mean = rii_mean(&mut rows(&[-1.0, 0.0, 1.0]), &options).unwrap();
        assert_eq!((mean.value, mean.status), (None, Status::Undefined));
    }

    #[test]
    fn all_zero_or_all_one_is_no_gradient_of_a_logit_either() {
        let model = LineModel::Logit { scale: 100.0 };
        let options = LineOptions {
            model,
            ..LineOptions::default()
        };
        let ones = relative_index_of_inequality(&mut rows(&[100.0; 3]), &options).unwrap();
        assert_eq!((ones.value, ones.se), (Some(1.0), None));
        let zeros = relative_index_of_inequality(&mut rows(&[0.0; 3]), &options).unwrap();
        assert_eq!(zeros.status, Status::Undefined);
    }

    #[test]
    fn the_kunst_mackenbach_index_is_always_linear() {
        let model = LineModel::LogTransformed;
        let options = LineOptions {
            model,
            ..LineOptions::default()
        };
        let index = kunst_mackenbach_index(&mut rows(&[1.0, 2.0, 3.0]), &options).unwrap();
        assert!((index.value.unwrap() - 7.0).abs() < 1e-12);
        assert_eq!(index.method, "linear_hc1");
    }

    #[test]
    fn the_ratio_of_a_log_line_has_the_error_of_its_slope() {
        // On a log line the ratio is exp(slope): its analytic error is exact.
        let mut groups = rows(&[1.0, 2.0, 4.0, 8.0]);
        for row in &mut groups {
            row.se = 0.1 * row.value;
        }
        let model = LineModel::LogTransformed;
        let options = LineOptions {
            model,
            error: LineError::Analytic,
            ..LineOptions::default()
        };
        let ratio = relative_index_of_inequality(&mut groups, &options).unwrap();
        assert!((ratio.value.unwrap() - 16.0).abs() < 1e-12);
        // Equal weights at 1/8, 3/8, 5/8, 7/8: the slope has variance 0.01 / 0.3125.
        let log_se = ratio.se.unwrap() / 16.0;
        assert!(
            (log_se - (0.01_f64 / 0.3125).sqrt()).abs() < 1e-12,
            "{log_se}"
        );
    }
}
