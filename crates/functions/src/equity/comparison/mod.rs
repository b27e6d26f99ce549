//! Two groups beside one another: ratios and differences.

use super::Entry;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    Vec::new()
}
