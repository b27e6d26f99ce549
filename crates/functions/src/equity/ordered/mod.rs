//! Inequality along an order, such as income.

mod absolute_concentration_index;
mod extended_concentration_index;
mod kunst_mackenbach_index;
mod relative_concentration_index;
mod relative_index_of_inequality;
mod rii_mean;
pub(super) mod rows;
mod slope_index_of_inequality;
#[cfg(test)]
mod tests;

use super::Entry;
use super::aggregate::aggregate;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<slope_index_of_inequality::SlopeIndexOfInequality>(),
        aggregate::<relative_index_of_inequality::RelativeIndexOfInequality>(),
        aggregate::<rii_mean::RiiMean>(),
        aggregate::<kunst_mackenbach_index::KunstMackenbachIndex>(),
        aggregate::<absolute_concentration_index::AbsoluteConcentrationIndex>(),
        aggregate::<relative_concentration_index::RelativeConcentrationIndex>(),
        aggregate::<extended_concentration_index::ExtendedConcentrationIndex>(),
    ]
}
