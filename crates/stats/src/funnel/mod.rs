//! Is an area further from the target than chance takes it?

mod flag;
mod limits_proportion;
mod limits_rate;
mod limits_ratio;
mod overdispersion;
mod target;
mod widened;

pub use flag::{FunnelFlag, FunnelOptions, funnel_flags};
pub use limits_proportion::funnel_limits_proportion;
pub use limits_rate::funnel_limits_rate;
pub use limits_ratio::funnel_limits_ratio;
pub use overdispersion::{Dispersion, Overdispersion, Scored, dispersion};
pub use target::{Area, FunnelStatistic, funnel_target};
pub use widened::{Widening, widened_limits_proportion, widened_limits_rate};
