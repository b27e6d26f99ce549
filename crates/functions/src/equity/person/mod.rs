//! Inequality between people.

mod atkinson;
mod concentration_index;
mod generalised_entropy;
mod gini;
mod hoover_index;
mod horizontal_inequity_index;
mod need_expected;
mod over_people;
#[cfg(test)]
mod ranked_tests;
#[cfg(test)]
mod tests;
mod theil_decomposition;

use over_people::Over;

use super::Entry;
use super::aggregate::aggregate;
use super::window::window;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<Over<gini::Gini>>(),
        aggregate::<Over<hoover_index::HooverIndex>>(),
        aggregate::<Over<atkinson::Atkinson>>(),
        aggregate::<Over<generalised_entropy::GeneralisedEntropy>>(),
        aggregate::<theil_decomposition::TheilDecomposition>(),
        aggregate::<concentration_index::ConcentrationIndex>(),
        aggregate::<horizontal_inequity_index::HorizontalInequityIndex>(),
        window::<need_expected::NeedExpected>(),
    ]
}
