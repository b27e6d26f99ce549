//! How often does something happen, and how sure is that?

mod crude_rate;
mod given;
mod limits;
mod mean;
mod poisson_limits;
mod proportion;
mod wilson_limits;

pub(crate) use crude_rate::check_multiplier;
pub use crude_rate::crude_rate;
pub(crate) use given::{Known, known};
pub use limits::Limits;
pub use mean::{MeanSums, mean};
pub use poisson_limits::{
    PoissonMethod, byar_limits, exact_poisson_limits, mid_p_poisson_limits, poisson_limits,
};
pub use proportion::{ProportionMethod, proportion};
pub use wilson_limits::wilson_limits;
