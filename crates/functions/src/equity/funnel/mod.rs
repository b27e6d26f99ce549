//! Funnel plots: limits and flags.

use super::Entry;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    Vec::new()
}
