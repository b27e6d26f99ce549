//! What a strategy is worth beside another, when an outcome is worth so much.

use super::CostEffect;
use crate::distribution::normal_cdf;
use crate::{Confidence, Error, Estimate, Status};

/// How it is made.
const METHOD: &str = "normal";

/// What a strategy is worth beside another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetBenefit {
    /// The benefit, in money per person.
    pub estimate: Estimate,
    /// The probability that it is above 0: a point of the acceptability curve.
    pub acceptability: Option<f64>,
}

/// Estimates the net monetary benefit of one strategy beside another.
///
/// # Definition
/// `lambda ΔE - ΔC`, the differences in mean effect and mean cost, where one outcome is worth
/// `lambda`. Its variance is `lambda^2 V(E) + V(C) - 2 lambda Cov(C, E)`, its limits are normal,
/// and its acceptability is the normal probability of a benefit above 0.
///
/// # Arguments
/// Costs and effects of the people of the strategy, and of those of the reference: different
/// people; `lambda`, 0 or more.
///
/// # Returns
/// Money per person; `events` is the sum of effects and `n` the people, of both.
///
/// # Nulls
/// `incomplete_strata` when a cost or an effect is not known; `undefined` when a strategy has
/// nobody. Limits and acceptability are missing with fewer than two people in a strategy;
/// acceptability also without any variance.
///
/// # Errors
/// `lambda` is below 0 or not a number.
///
/// # Interpretation
/// 0: as good as the reference. Above 0: worth its price. It adds up, and has a sign that can be
/// trusted in every quadrant, unlike the ratio.
///
/// # Limits
/// What an outcome is worth is a decision and not an estimate: show several.
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::cost::{CostEffect, incremental_net_monetary_benefit};
/// let (mut genome, mut panel) = (CostEffect::new(), CostEffect::new());
/// for (cost, diagnosed) in [(20_000.0, 1.0), (22_000.0, 0.0)] {
///     genome.add(Some(cost), Some(diagnosed));
/// }
/// for (cost, diagnosed) in [(8_000.0, 0.0), (10_000.0, 0.0)] {
///     panel.add(Some(cost), Some(diagnosed));
/// }
/// let benefit =
///     incremental_net_monetary_benefit(&genome, &panel, 50_000.0, Confidence::P95).unwrap();
/// assert_eq!(benefit.estimate.value, Some(13_000.0));
/// ```
///
/// # References
/// Stinnett and Mullahy, 1998, "Net health benefits: a new framework for the analysis of
/// uncertainty in cost-effectiveness analysis", Medical Decision Making,
/// doi:10.1177/0272989X98018002S09. For acceptability: van Hout and others, 1994, "Costs, effects
/// and C/E-ratios alongside a clinical trial", Health Economics, doi:10.1002/hec.4730030505.
pub fn incremental_net_monetary_benefit(
    strategy: &CostEffect,
    reference: &CostEffect,
    lambda: f64,
    confidence: Confidence,
) -> Result<NetBenefit, Error> {
    if !(lambda.is_finite() && lambda >= 0.0) {
        return Err(Error::argument("lambda", "a number of 0 or more", lambda));
    }
    let events = Some(strategy.effect() + reference.effect());
    let n = Some(strategy.people() + reference.people());
    let missing = |status| NetBenefit {
        estimate: Estimate::missing(status, METHOD).with_counts(events, n),
        acceptability: None,
    };
    if let Some(status) = strategy.refusal_beside(reference) {
        return Ok(missing(status));
    }
    let (Some(means), Some(of_reference)) = (strategy.means(), reference.means()) else {
        return Ok(missing(Status::Undefined));
    };
    let more = means.minus(of_reference);
    let benefit = lambda * more.effect - more.cost;
    let se = more.errors.map(|errors| {
        let variance = lambda * lambda * errors.effect + errors.cost - 2.0 * lambda * errors.both;
        variance.max(0.0).sqrt()
    });
    Ok(NetBenefit {
        estimate: Estimate::of(benefit, METHOD)
            .with_normal_limits(confidence, se)
            .with_counts(events, n),
        acceptability: se.filter(|se| *se > 0.0).map(|se| normal_cdf(benefit / se)),
    })
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

    #[test]
    fn acceptability_is_a_half_where_the_benefit_is_nothing() {
        let strategy = people(&[(19.0, 1.0), (21.0, 3.0)]);
        let reference = people(&[(9.0, 1.0), (11.0, 1.0)]);
        let found =
            incremental_net_monetary_benefit(&strategy, &reference, 10.0, Confidence::P95).unwrap();
        assert_eq!(found.estimate.value, Some(0.0));
        assert_eq!(found.acceptability, Some(0.5));
        // Variances of the means: effect 1 and 0, cost 1 and 1, covariance 1 and 0.
        assert!((found.estimate.se.unwrap() - (100.0 + 2.0 - 20.0_f64).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_worth_below_zero_is_refused_and_nobody_is_undefined() {
        let some = people(&[(1.0, 1.0), (2.0, 0.0)]);
        for lambda in [-1.0, f64::NAN, f64::INFINITY] {
            let found = incremental_net_monetary_benefit(&some, &some, lambda, Confidence::P95);
            assert!(found.is_err());
        }
        let nobody = CostEffect::new();
        let found = incremental_net_monetary_benefit(&some, &nobody, 1.0, Confidence::P95).unwrap();
        assert_eq!(found.estimate.status, Status::Undefined);
        let same = people(&[(1.0, 1.0), (1.0, 1.0)]);
        let found = incremental_net_monetary_benefit(&same, &same, 1.0, Confidence::P95).unwrap();
        assert_eq!((found.estimate.se, found.acceptability), (Some(0.0), None));
    }
}
