//! How often would it happen if the groups were equally old?
//!
//! Each measure takes strata, one per age band (or age band and sex), already summed: two rows of
//! one stratum are one stratum before anything is divided, since the variance is per stratum.
//! [`StratumNumber`] sums them.

mod direct;
mod expected;
mod indirect;
mod life_expectancy;
mod repeat_events;
mod strata;

pub use direct::{DirectMethod, DirectStratum, directly_standardised_rate};
pub use expected::expected_count;
pub use indirect::{
    IndirectMethod, IndirectReference, IndirectStratum, indirect_reference,
    indirectly_standardised_rate, indirectly_standardised_ratio,
};
pub use life_expectancy::{AgeBand, life_expectancy};
pub use repeat_events::{RepeatStratum, directly_standardised_rate_repeat_events};
pub use strata::{Denominators, Standardisation, StratumNumber};
