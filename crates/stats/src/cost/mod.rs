//! What does an outcome cost, and what does one more of them cost?
//!
//! Costs and effects are sums over people ([`CostEffect`]), one per strategy where strategies are
//! compared. The sums are exact, so that neither large costs with small differences nor the order
//! of rows is seen in an answer.

mod cost_per_outcome;
mod fieller;
mod frontier;
mod incremental_cost_effectiveness_ratio;
mod incremental_net_monetary_benefit;
mod moments;
mod whole_sums;

pub use cost_per_outcome::{RatioLimits, cost_per_outcome};
pub use frontier::{FrontierRow, Place, Strategy, cost_effectiveness_frontier};
pub use incremental_cost_effectiveness_ratio::{
    CostEffectiveness, Quadrant, incremental_cost_effectiveness_ratio,
};
pub use incremental_net_monetary_benefit::{NetBenefit, incremental_net_monetary_benefit};
pub use moments::{CostEffect, SUMS};
