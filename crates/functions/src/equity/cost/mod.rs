//! Costs and what they buy.

use super::Entry;
use super::aggregate::aggregate;
use super::window::window;

mod cost_effectiveness_frontier;
mod cost_per_outcome;
mod incremental_cost_effectiveness_ratio;
mod incremental_net_monetary_benefit;
mod strategies;
#[cfg(test)]
mod tests;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<cost_per_outcome::CostPerOutcome>(),
        aggregate::<incremental_cost_effectiveness_ratio::IncrementalCostEffectivenessRatio>(),
        aggregate::<incremental_net_monetary_benefit::IncrementalNetMonetaryBenefit>(),
        window::<cost_effectiveness_frontier::CostEffectivenessFrontier>(),
    ]
}
