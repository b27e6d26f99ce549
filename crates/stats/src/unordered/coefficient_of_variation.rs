//! The standard deviation between groups as a percentage of their mean.

use super::between_group_sd::sd_se;
use super::between_group_variance::variance;
use super::group::{FEWEST_GROUPS, Group, Setting};
use crate::{Confidence, Error, Estimate, Status};

const METHOD: &str = "delta";

/// Estimates the coefficient of variation between groups.
///
/// # Definition
/// `100 · SD / μ`, where `SD` is the [`between_group_sd`](super::between_group_sd) and `μ = Σ f y`
/// the mean over people. Its standard error, relative to it, is
/// `√(Var(SD)/SD² + Var(μ)/μ² - 2 Cov(SD, μ)/(SD · μ))`, with `Var(μ) = Σ f² s²` and
/// `Cov(SD, μ) = Σ f² s² (y - μ)/SD`.
///
/// # Arguments
/// Of each group `value`, in any unit; `population`, at least 0; `se` in the unit of the values,
/// where an interval is wanted.
///
/// # Returns
/// A percentage, with normal limits; `n` is the number of groups.
///
/// # Nulls
/// `incomplete_strata` when a value or a population is NULL; `undefined` with fewer than three
/// groups, no people, or a mean that is not above 0. No interval when a standard error is NULL, or
/// when all values are equal.
///
/// # Errors
/// A population or standard error that is negative.
///
/// # Interpretation
/// 0 is no difference; 10 means that groups typically lie a tenth of the mean away from it.
/// Relative, weighted by people. Beside it give the [`between_group_sd`](super::between_group_sd).
///
/// # Limits
/// As of the standard deviation. It divides by the number of people, not by one less: over people
/// of equal weight it is the coefficient of the population, not of a sample.
///
/// # Example
/// ```
/// use kohort_stats::unordered::{Group, coefficient_of_variation};
/// let regions = [(40.0, 100.0), (40.0, 100.0), (60.0, 200.0)].map(|(y, people)| Group {
///     value: Some(y),
///     population: Some(people),
///     ..Group::default()
/// });
/// let spread = coefficient_of_variation(&regions, Default::default()).unwrap();
/// assert_eq!(spread.value, Some(20.0));
/// ```
///
/// # References
/// Ahn, Harper, Yu, Feuer, Liu & Luta, 2018, "Variance estimation and confidence intervals for 11
/// commonly used health disparity measures", JCO Clinical Cancer Informatics,
/// doi:10.1200/CCI.18.00031 (the variance); WHO, 2024, "Health inequality monitoring: harnessing
/// data to advance health equity" (the measure).
pub fn coefficient_of_variation(
    groups: &[Group],
    confidence: Confidence,
) -> Result<Estimate, Error> {
    Setting::measure(groups, FEWEST_GROUPS, METHOD, |setting| {
        if setting.mean <= 0.0 {
            return Estimate::missing(Status::Undefined, METHOD);
        }
        let value = 100.0 * variance(setting).sqrt() / setting.mean;
        let se = relative_se(setting).map(|relative| value * relative);
        Estimate::of(value, METHOD).with_normal_limits(confidence, se)
    })
}

fn relative_se(setting: &Setting) -> Option<f64> {
    let (mean, sd) = (setting.mean, variance(setting).sqrt());
    let sd_se = sd_se(setting, sd)?;
    let (mut mean_variance, mut covariance) = (0.0, 0.0);
    for group in &setting.groups {
        let term = group.times * (group.share * group.se?).powi(2);
        mean_variance += term;
        covariance += term * (group.value - mean) / sd;
    }
    let variance =
        (sd_se / sd).powi(2) + mean_variance / mean.powi(2) - 2.0 * covariance / (sd * mean);
    Some(variance.max(0.0).sqrt())
}
