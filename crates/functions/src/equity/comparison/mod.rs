//! Two groups beside one another: ratios and differences.

use super::Entry;
use super::columns::Columns;
use super::scalar::scalar;
use kohort_stats::comparison::GroupCounts;

mod dsr_difference;
mod dsr_ratio;
mod rate_difference;
mod rate_ratio;
mod risk_difference;
mod risk_ratio;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        scalar::<rate_ratio::RateRatio>(),
        scalar::<rate_difference::RateDifference>(),
        scalar::<risk_ratio::RiskRatio>(),
        scalar::<risk_difference::RiskDifference>(),
        scalar::<dsr_ratio::DsrRatio>(),
        scalar::<dsr_difference::DsrDifference>(),
    ]
}

/// The counts of the group and of the reference: the first four arguments.
fn groups(columns: &Columns, row: usize) -> [GroupCounts; 2] {
    [0, 2].map(|at| GroupCounts {
        events: columns.number(at, row),
        denominator: columns.number(at + 1, row),
    })
}
