//! Does a measure rise or fall along an order, such as income?
//!
//! Rows are groups in an order (quintiles of income, levels of education), or people ranked by
//! something. Each row gets its *midpoint rank*: the share of the population below the middle of
//! its place, from 0 for the least to 1 for the most advantaged; rows of one place share it, so
//! that no result depends on the order in which rows come.
//!
//! Absolute and relative measures come in pairs, and belong together:
//!
//! | absolute | relative |
//! |---|---|
//! | [`slope_index_of_inequality()`] | [`relative_index_of_inequality()`], [`rii_mean`] |
//! | [`absolute_concentration_index`] | [`relative_concentration_index`] |

mod concentration;
mod concentration_index;
mod deviation;
mod extended_concentration_index;
mod line;
mod ranked;
mod relative_index_of_inequality;
mod row;
mod slope_index_of_inequality;
mod sum;

pub use concentration::{Bounds, ConcentrationError, ConcentrationOptions, ConcentrationVariant};
pub use concentration_index::{absolute_concentration_index, relative_concentration_index};
pub use extended_concentration_index::{
    ExtendedError, ExtendedOptions, RankWeights, extended_concentration_index,
};
pub use line::{LineError, LineModel, LineWeights};
pub use ranked::midpoint_ranks;
pub use relative_index_of_inequality::{
    kunst_mackenbach_index, relative_index_of_inequality, relative_index_with_line, rii_mean,
    rii_mean_with_line,
};
pub use row::OrderedRow;
pub use slope_index_of_inequality::{
    LineOptions, OnLine, slope_index_of_inequality, slope_index_with_line,
};

pub(crate) use concentration::{Unit, concentration};
pub(crate) use ranked::{Ranked, Refusal};
pub(crate) use sum::Sum;
