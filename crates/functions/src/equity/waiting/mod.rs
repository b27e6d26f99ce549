//! Waiting times, when some still wait.

use super::Entry;
use super::aggregate::aggregate;
use super::scalar::scalar;

mod cumulative_incidence;
mod kaplan_meier_curve;
mod kaplan_meier_quantile;
mod kaplan_meier_survival;
mod logrank_test;
mod over_waits;
mod restricted_mean_difference;
mod restricted_mean_ratio;
mod restricted_mean_survival_time;
mod share_within;
#[cfg(test)]
mod tests;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        share_within::entry(),
        kaplan_meier_quantile::entry(),
        kaplan_meier_survival::entry(),
        kaplan_meier_curve::entry(),
        restricted_mean_survival_time::entry(),
        scalar::<restricted_mean_difference::RestrictedMeanDifference>(),
        scalar::<restricted_mean_ratio::RestrictedMeanRatio>(),
        aggregate::<cumulative_incidence::CumulativeIncidence>(),
        aggregate::<logrank_test::LogrankTest>(),
    ]
}
