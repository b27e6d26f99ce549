//! Inequality between groups without an order, such as regions.

use super::Entry;
use super::aggregate::aggregate;

mod between_group_sd;
mod between_group_variance;
mod coefficient_of_variation;
mod equity_difference;
mod equity_ratio;
mod index_of_disparity;
mod index_of_disparity_weighted;
mod mean_difference_from_best;
mod mean_difference_from_best_weighted;
mod mean_difference_from_mean;
mod mean_difference_from_mean_weighted;
mod mean_difference_from_reference;
mod mean_difference_from_reference_weighted;
mod mean_log_deviation;
pub(super) mod over_groups;
mod range_difference;
mod range_ratio;
mod symmetrised_theil;
#[cfg(test)]
mod tests;
mod theil_index;
mod weighted_mean;

use over_groups::Over;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<Over<weighted_mean::WeightedMean>>(),
        aggregate::<Over<equity_difference::EquityDifference>>(),
        aggregate::<Over<equity_ratio::EquityRatio>>(),
        aggregate::<Over<range_difference::RangeDifference>>(),
        aggregate::<Over<range_ratio::RangeRatio>>(),
        aggregate::<Over<between_group_variance::BetweenGroupVariance>>(),
        aggregate::<Over<between_group_sd::BetweenGroupSd>>(),
        aggregate::<Over<coefficient_of_variation::CoefficientOfVariation>>(),
        aggregate::<Over<mean_difference_from_mean::MeanDifferenceFromMean>>(),
        aggregate::<Over<mean_difference_from_mean_weighted::MeanDifferenceFromMeanWeighted>>(),
        aggregate::<Over<mean_difference_from_best::MeanDifferenceFromBest>>(),
        aggregate::<Over<mean_difference_from_best_weighted::MeanDifferenceFromBestWeighted>>(),
        aggregate::<Over<mean_difference_from_reference::MeanDifferenceFromReference>>(),
        aggregate::<
            Over<mean_difference_from_reference_weighted::MeanDifferenceFromReferenceWeighted>,
        >(),
        aggregate::<Over<index_of_disparity::IndexOfDisparity>>(),
        aggregate::<Over<index_of_disparity_weighted::IndexOfDisparityWeighted>>(),
        aggregate::<Over<theil_index::TheilIndex>>(),
        aggregate::<Over<mean_log_deviation::MeanLogDeviation>>(),
        aggregate::<Over<symmetrised_theil::SymmetrisedTheil>>(),
    ]
}
