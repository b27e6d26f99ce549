//! Inequality along an order, such as income.

use super::Entry;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    Vec::new()
}
