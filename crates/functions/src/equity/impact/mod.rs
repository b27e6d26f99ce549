//! What would change if everyone had what the best-off have.

use super::Entry;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    Vec::new()
}
