//! Whom to compare cases with.

mod match_controls;

use super::Entry;
use super::aggregate::aggregate;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![aggregate::<match_controls::MatchControls>()]
}
