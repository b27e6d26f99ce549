//! Grouping helpers: quantile groups, ranks, age groups.

use super::Entry;
use super::scalar::scalar;
use super::window::window;

mod age_group;
mod quantile_group;
mod rank_position;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        scalar::<age_group::AgeGroup>(),
        window::<quantile_group::QuantileGroup>(),
        window::<rank_position::RankPosition>(),
    ]
}
