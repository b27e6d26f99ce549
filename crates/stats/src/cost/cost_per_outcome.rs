//! What one outcome cost.

use super::{CostEffect, fieller};
use crate::{Confidence, Estimate, Status};

/// How limits of a ratio are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RatioLimits {
    /// Fieller's: uneven, as a ratio is.
    #[default]
    Fieller,
    /// The delta method: even, and too short above when outcomes are few.
    Delta,
}

impl RatioLimits {
    /// Reads `fieller` or `delta`.
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(word: &str) -> Result<Self, crate::Error> {
        match word {
            "fieller" => Ok(Self::Fieller),
            "delta" => Ok(Self::Delta),
            _ => Err(crate::Error::argument(
                "method",
                "`fieller` or `delta`",
                word,
            )),
        }
    }

    /// The word that SQL takes and shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fieller => "fieller",
            Self::Delta => "delta",
        }
    }
}

/// Estimates what one outcome cost, such as one diagnosis.
///
/// # Definition
/// The sum of costs over the sum of outcomes, over everyone who was tested, with an outcome or
/// without. Standard error by the delta method: `sqrt(v / n) / mean outcome`, where `v` is the
/// variance of `cost - ratio outcome`.
///
/// # Arguments
/// Costs and outcomes of people: 1 for an outcome and 0 for none, or a number of them.
///
/// # Returns
/// A cost per outcome in the unit of the costs; `events` is the sum of outcomes, `n` the people.
///
/// # Nulls
/// `incomplete_strata` when a cost or an outcome is not known. Infinite when there is cost but no
/// outcome; `undefined` when there is neither. The limits alone are missing with fewer than two
/// people, without outcomes, and, of Fieller's, where the mean outcome is not above chance.
///
/// # Interpretation
/// Absolute, in money. It is what the outcomes have cost on average, not what one more would cost:
/// that is [`incremental_cost_effectiveness_ratio`](super::incremental_cost_effectiveness_ratio).
///
/// # Limits
/// As crude as a crude rate: a region that tests the likely cases first is cheap per diagnosis.
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::cost::{CostEffect, RatioLimits, cost_per_outcome};
/// let mut people = CostEffect::new();
/// for (cost, diagnosed) in [(9000.0, 1.0), (11000.0, 0.0), (10000.0, 1.0), (10000.0, 0.0)] {
///     people.add(Some(cost), Some(diagnosed));
/// }
/// let cost = cost_per_outcome(&people, RatioLimits::Fieller, Confidence::P95);
/// assert_eq!(cost.value, Some(20_000.0));
/// ```
///
/// # References
/// Fieller, 1954, doi:10.1111/j.2517-6161.1954.tb00159.x. For the delta method: Cochran, 1977,
/// "Sampling techniques", third edition, chapter 6.
pub fn cost_per_outcome(
    people: &CostEffect,
    limits: RatioLimits,
    confidence: Confidence,
) -> Estimate {
    let (events, n) = (Some(people.effect()), Some(people.people()));
    let missing = |status| Estimate::missing(status, limits.as_str()).with_counts(events, n);
    if let Some(status) = people.refusal() {
        return missing(status);
    }
    let Some(means) = people.means() else {
        return missing(Status::Undefined);
    };
    if means.effect == 0.0 {
        return match means.cost == 0.0 {
            true => missing(Status::Undefined),
            false => Estimate::of(f64::INFINITY.copysign(means.cost), limits.as_str())
                .with_limits(confidence, None, None)
                .with_counts(events, n),
        };
    }
    let ratio = people.cost() / people.effect();
    let se = means.errors.map(|errors| {
        let variance = errors.cost - 2.0 * ratio * errors.both + ratio * ratio * errors.effect;
        variance.max(0.0).sqrt() / means.effect.abs()
    });
    let estimate = Estimate::of(ratio, limits.as_str())
        .with_normal_limits(confidence, se)
        .with_counts(events, n);
    match limits {
        RatioLimits::Delta => estimate,
        RatioLimits::Fieller => {
            let around = fieller::limits(&means, confidence);
            estimate.with_limits(confidence, around.map(|l| l.0), around.map(|l| l.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(rows: &[(Option<f64>, Option<f64>)]) -> Estimate {
        let mut people = CostEffect::new();
        for (cost, outcome) in rows {
            people.add(*cost, *outcome);
        }
        cost_per_outcome(&people, RatioLimits::Fieller, Confidence::P95)
    }

    #[test]
    fn cost_without_outcome_is_infinite() {
        let found = cost(&[(Some(100.0), Some(0.0)), (Some(50.0), Some(0.0))]);
        assert_eq!(found.value, Some(f64::INFINITY));
        assert_eq!(
            (found.lower_cl, found.upper_cl, found.se),
            (None, None, None)
        );
        assert_eq!((found.events, found.n), (Some(0.0), Some(2.0)));
        assert_eq!(found.status, Status::Ok);
    }

    #[test]
    fn edges_have_their_reasons() {
        assert_eq!(cost(&[]).status, Status::Undefined);
        assert_eq!(cost(&[(Some(0.0), Some(0.0))]).status, Status::Undefined);
        let unknown = cost(&[(Some(100.0), Some(1.0)), (None, Some(1.0))]);
        assert_eq!(
            (unknown.value, unknown.status),
            (None, Status::IncompleteStrata)
        );
        let one = cost(&[(Some(100.0), Some(1.0))]);
        assert_eq!((one.value, one.se, one.lower_cl), (Some(100.0), None, None));
    }
}
