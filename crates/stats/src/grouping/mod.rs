//! Which group does a value fall in, and which rank does a group have?

mod age_group;
mod quantile_group;
mod rank_position;

pub use age_group::{AgeScheme, age_group};
pub use quantile_group::quantile_groups;
pub use rank_position::{Ranked, rank_positions};
