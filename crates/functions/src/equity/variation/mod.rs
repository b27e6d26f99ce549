//! Differences between small areas beyond chance.

use super::Entry;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    Vec::new()
}
