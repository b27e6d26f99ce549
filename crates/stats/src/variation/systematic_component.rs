//! The systematic component of variation.

use super::{Area, Areas};
use crate::{Error, Estimate, Status};

/// Which definition of the systematic component of variation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScvDefinition {
    /// Relative differences, defined for areas without events.
    #[default]
    Diehr,
    /// Differences of logarithms, the original.
    Mcpherson,
}

impl ScvDefinition {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Diehr => "diehr",
            Self::Mcpherson => "mcpherson",
        }
    }

    /// The word for an answer below 0 that was raised to it.
    const fn truncated(self) -> &'static str {
        match self {
            Self::Diehr => "diehr_truncated",
            Self::Mcpherson => "mcpherson_truncated",
        }
    }
}

impl std::str::FromStr for ScvDefinition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Diehr, Self::Mcpherson];
        let found = all.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| Error::argument("definition", "diehr or mcpherson", text))
    }
}

/// Estimates how much areas vary beyond chance.
///
/// # Definition
/// The mean over areas of `((O - E)/E)² - 1/E`, times a scale: the variance of relative risks, less
/// what Poisson chance adds to it. `mcpherson` takes `(ln O - ln E)²` for the first term.
///
/// # Arguments
/// Observed and expected events per area. Atlases print it times 10 or 100: say which `scale`.
///
/// # Returns
/// A number of at least 0; all events, and the number of areas as n. Where the formula gives less
/// than 0 the value is 0, and the method says so: `diehr_truncated`, `mcpherson_truncated`.
///
/// # Nulls
/// `incomplete_strata` when a count is NULL. `undefined` with fewer than two areas, when nothing is
/// expected in one of them, a number is NaN or infinite, or (`mcpherson`) an area has no events.
///
/// # Interpretation
/// About the squared coefficient of variation of the true risks: 0.04 is risks that typically lie
/// 20 per cent around 1. Atlases often call 0.05 (5 when times 100) high and
/// 0.1 very high. Comparable between procedures that are common and rare.
///
/// # Limits
/// All areas weigh alike, and the correction subtracts noise without removing it: with few expected
/// events in many areas the answer swings. Its sampling error is not given.
///
/// # References
/// McPherson, 1982, "Small-area variations in the use of common surgical procedures", New England
/// Journal of Medicine, doi:10.1056/NEJM198211183072104. Diehr, 1990, "What is too much variation?
/// The null hypothesis in small-area analysis", Health Services Research 24:741.
///
/// # Errors
/// A negative number, or a scale that is not above 0.
pub fn systematic_component_of_variation(
    areas: &[Area],
    definition: ScvDefinition,
    scale: f64,
) -> Result<Estimate, Error> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Error::argument("scale", "a number above 0", scale));
    }
    let method = definition.as_str();
    let areas = match Areas::of(areas, method)? {
        Ok(areas) => areas,
        Err(estimate) => return Ok(estimate),
    };
    let difference = |observed: f64, expected: f64| match definition {
        ScvDefinition::Diehr => (observed - expected) / expected,
        ScvDefinition::Mcpherson => (observed / expected).ln(),
    };
    let sum =
        areas.sum(|observed, expected| difference(observed, expected).powi(2) - 1.0 / expected);
    let mean = sum / areas.len();
    let estimate = match mean {
        mean if !mean.is_finite() => Estimate::missing(Status::Undefined, method),
        mean if mean < 0.0 => Estimate::of(0.0, definition.truncated()),
        mean => Estimate::of(mean * scale, method),
    };
    Ok(areas.counts(estimate))
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{areas, keeps_the_rules};
    use super::*;

    fn scv(rows: &[(f64, f64)], definition: ScvDefinition) -> Estimate {
        systematic_component_of_variation(&areas(rows), definition, 1.0).unwrap()
    }

    #[test]
    fn chance_is_subtracted_from_the_spread() {
        let found = scv(&[(150.0, 100.0), (50.0, 100.0)], ScvDefinition::Diehr);
        assert!((found.value.unwrap() - 0.24).abs() < 1e-12);
        let scaled = areas(&[(150.0, 100.0), (50.0, 100.0)]);
        let scaled = systematic_component_of_variation(&scaled, ScvDefinition::Diehr, 100.0);
        assert!((scaled.unwrap().value.unwrap() - 24.0).abs() < 1e-12);
    }

    #[test]
    fn less_than_chance_is_zero_and_says_so() {
        for (definition, method) in [
            (ScvDefinition::Diehr, "diehr_truncated"),
            (ScvDefinition::Mcpherson, "mcpherson_truncated"),
        ] {
            let found = scv(&[(10.0, 10.0), (21.0, 20.0)], definition);
            assert_eq!((found.value, found.method), (Some(0.0), method));
        }
    }

    #[test]
    fn no_events_have_no_logarithm() {
        let rows = [(0.0, 10.0), (20.0, 10.0)];
        assert_eq!(
            scv(&rows, ScvDefinition::Mcpherson).status,
            Status::Undefined
        );
        assert_eq!(scv(&rows, ScvDefinition::Diehr).value, Some(0.9));
    }

    #[test]
    fn it_keeps_the_rules() {
        for definition in [ScvDefinition::Diehr, ScvDefinition::Mcpherson] {
            keeps_the_rules(|areas| systematic_component_of_variation(areas, definition, 1.0));
            assert_eq!(definition.as_str().parse(), Ok(definition));
        }
        assert!("Diehr".parse::<ScvDefinition>().is_err());
        for scale in [0.0, -1.0, f64::NAN] {
            assert!(systematic_component_of_variation(&[], ScvDefinition::Diehr, scale).is_err());
        }
    }
}
