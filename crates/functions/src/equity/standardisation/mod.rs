//! Rates as if groups were equally old.

use super::Entry;
use super::aggregate::aggregate;

mod directly_standardised_rate;
mod directly_standardised_rate_repeat_events;
mod expected_count;
mod indirectly_standardised_rate;
mod indirectly_standardised_ratio;
mod life_expectancy;
mod strata;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<directly_standardised_rate::DirectlyStandardisedRate>(),
        aggregate::<directly_standardised_rate_repeat_events::RepeatEvents>(),
        aggregate::<indirectly_standardised_ratio::IndirectlyStandardisedRatio>(),
        aggregate::<indirectly_standardised_rate::IndirectlyStandardisedRate>(),
        aggregate::<expected_count::ExpectedCount>(),
        aggregate::<life_expectancy::LifeExpectancy>(),
    ]
}
