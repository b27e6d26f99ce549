//! How much more, or more often, does one group get than another?

mod dsr_difference;
mod dsr_ratio;
mod group_counts;
mod rate_difference;
mod rate_ratio;
mod risk_difference;
mod risk_ratio;

pub use dsr_difference::dsr_difference;
pub use dsr_ratio::dsr_ratio;
pub use group_counts::GroupCounts;
pub use rate_difference::{RateDifferenceMethod, rate_difference};
pub use rate_ratio::{RateRatioMethod, rate_ratio};
pub use risk_difference::{RiskDifferenceMethod, risk_difference};
pub use risk_ratio::risk_ratio;
