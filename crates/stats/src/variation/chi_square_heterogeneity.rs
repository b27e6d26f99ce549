//! Whether areas differ more than chance lets expect.

use super::{Area, Areas};
use crate::distribution::chi_squared_upper;
use crate::{Error, Estimate, Status};

/// A test of whether areas differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heterogeneity {
    /// The statistic as value, without limits.
    pub estimate: Estimate,
    /// Its degrees of freedom.
    pub degrees_of_freedom: Option<f64>,
    /// How often chance alone would give a statistic as large or larger.
    pub p_value: Option<f64>,
}

/// Tests whether areas differ more than chance lets expect.
///
/// # Definition
/// `Σ (O - E)²/E` over `k` areas, compared with a chi-squared distribution with `k - 1` degrees of
/// freedom.
///
/// # Arguments
/// Observed and expected events per area. The expected ones are taken for made from the areas
/// themselves, so that both have one sum; with an outside reference it would be `k` degrees, and
/// the test would ask whether they are *like the reference*.
///
/// # Returns
/// The statistic, its degrees of freedom, the p-value, all events, and the number of areas as n.
///
/// # Nulls
/// `incomplete_strata` when a count is NULL. `undefined` with fewer than two areas, when nothing is
/// expected in one of them, or a number is NaN or infinite.
///
/// # Interpretation
/// A p-value near 0: the spread is not chance alone. It says nothing of how wide it is, which large
/// counts make significant at any width: read it beside the systematic component of variation.
///
/// # Limits
/// The approximation wants 5 events expected in most areas. Events that cluster (epidemics, repeat
/// admissions) are not Poisson, and look like differences between areas.
///
/// # References
/// Pearson, 1900, Philosophical Magazine, doi:10.1080/14786440009463897. Diehr, 1990, "What is too
/// much variation? The null hypothesis in small-area analysis", Health Services Research 24:741.
///
/// # Errors
/// A negative number.
pub fn chi_square_heterogeneity(areas: &[Area]) -> Result<Heterogeneity, Error> {
    const METHOD: &str = "pearson";
    let areas = match Areas::of(areas, METHOD)? {
        Ok(areas) => areas,
        Err(estimate) => {
            return Ok(Heterogeneity {
                estimate,
                ..Heterogeneity::default()
            });
        }
    };
    let statistic = areas.sum(|observed, expected| (observed - expected).powi(2) / expected);
    let degrees = areas.len() - 1.0;
    if !statistic.is_finite() {
        return Ok(Heterogeneity {
            estimate: areas.counts(Estimate::missing(Status::Undefined, METHOD)),
            ..Heterogeneity::default()
        });
    }
    Ok(Heterogeneity {
        estimate: areas.counts(Estimate::of(statistic, METHOD)),
        degrees_of_freedom: Some(degrees),
        p_value: Some(chi_squared_upper(statistic, degrees)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{areas, keeps_the_rules};
    use super::*;

    #[test]
    fn areas_as_expected_do_not_differ() {
        let same = chi_square_heterogeneity(&areas(&[(10.0, 10.0), (20.0, 20.0)])).unwrap();
        assert_eq!((same.estimate.value, same.p_value), (Some(0.0), Some(1.0)));
        let differ = chi_square_heterogeneity(&areas(&[(30.0, 20.0), (10.0, 20.0)])).unwrap();
        assert_eq!(differ.estimate.value, Some(10.0));
        assert_eq!(differ.degrees_of_freedom, Some(1.0));
        // Two normal tails at the square root of 10.
        assert!((differ.p_value.unwrap() - 0.001_565_402_258_002_549_6).abs() < 1e-12);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(|areas| Ok(chi_square_heterogeneity(areas)?.estimate));
    }
}
