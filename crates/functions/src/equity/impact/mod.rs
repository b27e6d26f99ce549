//! What would change if everyone had what the best-off have.

use kohort_stats::impact::BestOff;

use super::Entry;
use super::aggregate::aggregate;
use super::argument::Argument;
use super::columns::Options;
use super::unordered::over_groups::{Over, RANK, is_given};

mod attributable_fraction;
mod population_attributable_fraction;
mod population_attributable_risk;
#[cfg(test)]
mod tests;
mod tests_to_level_up;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<Over<population_attributable_risk::PopulationAttributableRisk>>(),
        aggregate::<Over<population_attributable_fraction::PopulationAttributableFraction>>(),
        aggregate::<Over<attributable_fraction::AttributableFraction>>(),
        aggregate::<Over<tests_to_level_up::TestsToLevelUp>>(),
    ]
}

/// The value that all people would give.
const SCALE: Argument = Argument::number(
    "scale",
    "the value if all people were cases: 100 for percentages, 100000 for rates per 100000; \
     without it there is no interval",
)
.optional()
.constant();

/// Which group is the best-off one: the last by rank where that is given.
fn best_off(options: &Options) -> BestOff {
    match is_given(options, RANK.name) {
        true => BestOff::ByOrder,
        false => BestOff::ByValue,
    }
}
