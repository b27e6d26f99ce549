//! How often: rates, proportions, means.

use super::Entry;
use super::aggregate::aggregate;
use super::scalar::scalar;

mod byar_limits;
mod crude_rate;
mod mean_interval;
mod poisson_limits;
mod poisson_rate_limits;
mod proportion;
mod wilson_limits;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        scalar::<crude_rate::CrudeRate>(),
        scalar::<proportion::Proportion>(),
        aggregate::<mean_interval::MeanInterval>(),
        scalar::<poisson_limits::PoissonLimits>(),
        scalar::<poisson_rate_limits::PoissonRateLimits>(),
        scalar::<byar_limits::ByarLimits>(),
        scalar::<wilson_limits::WilsonLimits>(),
    ]
}
