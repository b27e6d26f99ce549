//! How long do people wait, when some still wait?
//!
//! Everyone who still waits on the day of the count has waited at least so long: their time is
//! censored. They stay among those at risk until then; leaving them out, or counting only tests
//! that were answered, makes a backlog look short.
//!
//! What the measures take is the number of people per distinct time ([`WaitingTimes`] and
//! [`CompetingTimes`]). Such counts add up, whatever the order of rows, and a national register is
//! a few thousand of them.

mod competing;
mod counts;
mod cumulative_incidence;
mod curve;
mod kaplan_meier_quantile;
mod kaplan_meier_survival;
mod log_rank;
mod per_time;
mod restricted_mean;
mod restricted_mean_difference;
mod restricted_mean_ratio;
mod share_within;

pub use competing::{CompetingCounts, CompetingEvent, CompetingTimes};
pub use counts::{Time, WaitingCounts, WaitingTimes};
pub use cumulative_incidence::cumulative_incidence;
pub use curve::{Curve, Limits, Step};
pub use kaplan_meier_quantile::kaplan_meier_quantile;
pub use kaplan_meier_survival::kaplan_meier_survival;
pub use log_rank::{GroupEvents, LogRank, logrank_test};
pub use restricted_mean::restricted_mean_survival_time;
pub use restricted_mean_difference::{Contrast, restricted_mean_difference};
pub use restricted_mean_ratio::restricted_mean_ratio;
pub use share_within::share_within;
