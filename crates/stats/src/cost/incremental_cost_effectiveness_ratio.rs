//! What one more outcome costs.

use super::{CostEffect, fieller};
use crate::{Confidence, Estimate, Status};

/// How it is made.
const METHOD: &str = "fieller";

/// Where a strategy lies beside its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quadrant {
    /// Does more and costs less, or one of the two and the other the same.
    Dominant,
    /// Does less and costs more, or one of the two and the other the same.
    Dominated,
    /// Does more and costs more: the ratio is the price of one more outcome.
    MoreForMore,
    /// Does less and costs less: the ratio is what is saved for each outcome that is lost.
    LessForLess,
    /// Does and costs the same.
    Equal,
}

impl Quadrant {
    fn of(cost: f64, effect: f64) -> Self {
        if cost == 0.0 && effect == 0.0 {
            Self::Equal
        } else if effect >= 0.0 && cost <= 0.0 {
            Self::Dominant
        } else if effect <= 0.0 && cost >= 0.0 {
            Self::Dominated
        } else if effect > 0.0 {
            Self::MoreForMore
        } else {
            Self::LessForLess
        }
    }

    /// The word that SQL shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dominant => "dominant",
            Self::Dominated => "dominated",
            Self::MoreForMore => "more_for_more",
            Self::LessForLess => "less_for_less",
            Self::Equal => "equal",
        }
    }
}

/// A strategy beside its reference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostEffectiveness {
    /// Read this first: it says what the ratio means, and whether there is one.
    pub quadrant: Option<Quadrant>,
    /// Mean cost of the strategy less that of the reference.
    pub delta_cost: Option<f64>,
    /// Mean effect of the strategy less that of the reference.
    pub delta_effect: Option<f64>,
    /// Cost per one more outcome.
    pub ratio: Estimate,
}

/// Estimates what one more outcome costs with one strategy than with another.
///
/// # Definition
/// Difference in mean cost over difference in mean effect (ICER), with Fieller's limits from the
/// variances and the covariance of cost and effect within each strategy.
///
/// # Arguments
/// Costs and effects of the people of the strategy, and of those of the reference: different
/// people.
///
/// # Returns
/// The quadrant, both differences, and the ratio in money per unit of effect; `events` is the sum
/// of effects and `n` the people, of both.
///
/// # Nulls
/// `incomplete_strata` when a cost or an effect is not known; `undefined` when a strategy has
/// nobody. The ratio is `undefined`, while quadrant and differences are there, when one strategy
/// dominates or both do the same. The limits alone are missing when the difference in effect is not
/// significant, and with fewer than two people in a strategy.
///
/// # Interpretation
/// Read the quadrant first. A negative ratio would be the same for a strategy that saves and heals
/// and for one that costs and harms, so there is none. Of `more_for_more`, a low ratio is good; of
/// `less_for_less`, a high one.
///
/// # Limits
/// Limits within one quadrant can hide that others are possible:
/// [`incremental_net_monetary_benefit`](super::incremental_net_monetary_benefit) has no such
/// trouble.
///
/// # References
/// Willan and O'Brien, 1996, "Confidence intervals for cost-effectiveness ratios: an application of
/// Fieller's theorem", Health Economics 5. Briggs, O'Brien and Blackhouse, 2002, "Thinking outside
/// the box: recent advances in the analysis and presentation of uncertainty in cost-effectiveness
/// studies", Annual Review of Public Health, doi:10.1146/annurev.publhealth.23.100901.140534.
pub fn incremental_cost_effectiveness_ratio(
    strategy: &CostEffect,
    reference: &CostEffect,
    confidence: Confidence,
) -> CostEffectiveness {
    let events = Some(strategy.effect() + reference.effect());
    let n = Some(strategy.people() + reference.people());
    let missing = |status| Estimate::missing(status, METHOD).with_counts(events, n);
    let without = |status| CostEffectiveness {
        quadrant: None,
        delta_cost: None,
        delta_effect: None,
        ratio: missing(status),
    };
    if let Some(status) = strategy.refusal_beside(reference) {
        return without(status);
    }
    let (Some(means), Some(of_reference)) = (strategy.means(), reference.means()) else {
        return without(Status::Undefined);
    };
    let more = means.minus(of_reference);
    let quadrant = Quadrant::of(more.cost, more.effect);
    let ratio = match quadrant {
        Quadrant::MoreForMore | Quadrant::LessForLess => {
            let ratio = more.cost / more.effect;
            let around = fieller::limits(&more, confidence);
            let mut estimate = Estimate::of(ratio, METHOD)
                .with_limits(confidence, around.map(|l| l.0), around.map(|l| l.1))
                .with_counts(events, n);
            estimate.se = more.errors.map(|errors| {
                let both = 2.0 * ratio * errors.both;
                let variance = errors.cost - both + ratio * ratio * errors.effect;
                variance.max(0.0).sqrt() / more.effect.abs()
            });
            estimate
        }
        Quadrant::Dominant | Quadrant::Dominated | Quadrant::Equal => missing(Status::Undefined),
    };
    CostEffectiveness {
        quadrant: Some(quadrant),
        delta_cost: Some(more.cost),
        delta_effect: Some(more.effect),
        ratio,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(rows: &[(f64, f64)]) -> CostEffect {
        let mut sums = CostEffect::new();
        for (cost, effect) in rows {
            sums.add(Some(*cost), Some(*effect));
        }
        sums
    }

    fn beside(cost: f64, effect: f64) -> CostEffectiveness {
        let reference = people(&[(90.0, 4.0), (110.0, 6.0)]);
        let strategy = people(&[(cost - 10.0, effect + 1.0), (cost + 10.0, effect - 1.0)]);
        incremental_cost_effectiveness_ratio(&strategy, &reference, Confidence::P95)
    }

    #[test]
    fn the_quadrant_says_whether_there_is_a_ratio() {
        for ((cost, effect), quadrant, ratio) in [
            ((150.0, 10.0), Quadrant::MoreForMore, Some(10.0)),
            ((50.0, 1.0), Quadrant::LessForLess, Some(12.5)),
            ((50.0, 10.0), Quadrant::Dominant, None),
            ((100.0, 10.0), Quadrant::Dominant, None),
            ((50.0, 5.0), Quadrant::Dominant, None),
            ((150.0, 1.0), Quadrant::Dominated, None),
            ((150.0, 5.0), Quadrant::Dominated, None),
            ((100.0, 1.0), Quadrant::Dominated, None),
            ((100.0, 5.0), Quadrant::Equal, None),
        ] {
            let found = beside(cost, effect);
            assert_eq!(found.quadrant, Some(quadrant), "{cost} {effect}");
            assert_eq!(found.ratio.value, ratio, "{cost} {effect}");
            assert_eq!(found.delta_cost, Some(cost - 100.0));
            assert_eq!(found.delta_effect, Some(effect - 5.0));
        }
    }

    #[test]
    fn a_strategy_without_people_is_undefined() {
        let some = people(&[(1.0, 1.0)]);
        let found =
            incremental_cost_effectiveness_ratio(&some, &CostEffect::new(), Confidence::P95);
        assert_eq!(
            (found.quadrant, found.ratio.status),
            (None, Status::Undefined)
        );
        let mut unknown = some.clone();
        unknown.add(None, None);
        let found = incremental_cost_effectiveness_ratio(&unknown, &some, Confidence::P95);
        assert_eq!(found.ratio.status, Status::IncompleteStrata);
    }
}
