//! How far apart are groups that have no order, such as regions?

mod between_group_sd;
mod between_group_variance;
mod coefficient_of_variation;
mod contrast;
mod equity_difference;
mod equity_ratio;
mod group;
mod index_of_disparity;
mod mean_difference_from_best;
mod mean_difference_from_mean;
mod mean_difference_from_reference;
mod mean_log_deviation;
mod range_difference;
mod range_ratio;
mod symmetrised_theil;
#[cfg(test)]
mod tests;
mod theil_index;
mod weighted_mean;

pub use between_group_sd::between_group_sd;
pub use between_group_variance::between_group_variance;
pub use coefficient_of_variation::coefficient_of_variation;
pub use contrast::Contrast;
pub(crate) use contrast::{at_end, highest};
pub use equity_difference::equity_difference;
pub use equity_ratio::equity_ratio;
pub use group::{Better, Group, Weighting};
pub(crate) use group::{Known, Setting, at_least_0};
pub use index_of_disparity::index_of_disparity;
pub use mean_difference_from_best::mean_difference_from_best;
pub use mean_difference_from_mean::mean_difference_from_mean;
pub use mean_difference_from_reference::mean_difference_from_reference;
pub use mean_log_deviation::mean_log_deviation;
pub use range_difference::range_difference;
pub use range_ratio::range_ratio;
pub use symmetrised_theil::symmetrised_theil;
pub use theil_index::{DEFAULT_THEIL_SCALE, theil_index};
pub use weighted_mean::weighted_mean;
