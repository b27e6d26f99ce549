//! Inequality between people.

mod concentration_index;
mod horizontal_inequity_index;
#[cfg(test)]
mod ranked_tests;

use super::Entry;
use super::aggregate::aggregate;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<concentration_index::ConcentrationIndex>(),
        aggregate::<horizontal_inequity_index::HorizontalInequityIndex>(),
    ]
}
