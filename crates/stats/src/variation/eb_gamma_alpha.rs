//! The variance of risks between areas, by likelihood.

use super::{Area, Areas};
use crate::smoothing::gamma_mean1;
use crate::{Error, Estimate, Status};

/// The gamma distribution of risks with mean 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GammaAlpha {
    /// Its parameter as value; infinite when areas differ no more than by chance.
    pub estimate: Estimate,
    /// Its variance, `1/α`; 0 when areas differ no more than by chance.
    pub variance: Option<f64>,
}

/// Estimates the gamma distribution that the relative risks of areas come from.
///
/// # Definition
/// Risks are gamma with shape and rate `α`, so with mean 1 and variance `1/α`; given its risk, an
/// area's events are Poisson. Observed events then are negative binomial with mean `E` and size
/// `α`, and `α` is what makes them most likely.
///
/// # Arguments
/// Observed and expected events per area, with sums that are about the same: the mean of the risks
/// is not estimated, it is 1.
///
/// # Returns
/// `α`, its variance `1/α`, all events, and the number of areas as n. An `α` of infinity and a
/// variance of 0 where the likelihood only grows with `α`.
///
/// # Nulls
/// `incomplete_strata` when a count is NULL. `undefined` with fewer than two areas, when nothing is
/// expected in one of them, without any events, or when a number is NaN or infinite.
///
/// # Interpretation
/// The variance is that of true risks beyond chance, as the [systematic component of
/// variation](super::systematic_component_of_variation), and steadier. `α` itself is the number of
/// expected events at which an area's own rate weighs as much as the mean of all.
///
/// # Limits
/// Its own uncertainty is not given. Risks that are not gamma (a few areas far off) are pressed
/// into one.
///
/// # References
/// Martuzzi & Hills, 1995, "Estimating the degree of heterogeneity between event rates using
/// likelihood", American Journal of Epidemiology 141:369.
///
/// # Errors
/// A negative number.
pub fn eb_gamma_alpha(areas: &[Area]) -> Result<GammaAlpha, Error> {
    const METHOD: &str = "gamma_mean1";
    let areas = match Areas::of(areas, METHOD)? {
        Ok(areas) => areas,
        Err(estimate) => {
            return Ok(GammaAlpha {
                estimate,
                variance: None,
            });
        }
    };
    let shape = gamma_mean1(&areas).map(|prior| prior.shape);
    let estimate = match shape {
        Some(shape) => Estimate::of(shape, METHOD),
        None => Estimate::missing(Status::Undefined, METHOD),
    };
    Ok(GammaAlpha {
        estimate: areas.counts(estimate),
        variance: shape.map(|shape| 1.0 / shape),
    })
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{areas, keeps_the_rules};
    use super::*;

    #[test]
    fn areas_that_differ_by_chance_alone_have_no_variance() {
        let found = eb_gamma_alpha(&areas(&[(9.0, 10.0), (11.0, 10.0)])).unwrap();
        assert_eq!(found.estimate.value, Some(f64::INFINITY));
        assert_eq!(found.variance, Some(0.0));
        let none = eb_gamma_alpha(&areas(&[(0.0, 10.0), (0.0, 10.0)])).unwrap();
        assert_eq!(
            (none.estimate.status, none.variance),
            (Status::Undefined, None)
        );
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(|areas| Ok(eb_gamma_alpha(areas)?.estimate));
    }
}
