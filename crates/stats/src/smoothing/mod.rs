//! What is left of a map when chance is taken out of it, and are neighbours alike?
//!
//! Empirical Bayes methods draw the rate of each area towards the mean of all, the more the smaller
//! the area; the methods differ in how they estimate how much true rates vary. Measures of
//! autocorrelation ask whether neighbours are more alike than areas far apart. All sort their
//! areas, so that none depends on their order.

mod assuncao_reis;
mod choynowski;
mod digamma;
mod eb_smooth;
mod eb_smooth_local;
mod gamma;
mod gamma_mean1;
mod gamma_ml;
mod gamma_moments;
mod gearys_c;
mod local_morans_i;
mod lognormal;
mod marshall;
mod morans_i;
mod negative_binomial;
mod neighbours;
mod weights;

pub use assuncao_reis::assuncao_reis;
pub use choynowski::{Choynowski, choynowski};
pub use eb_smooth::{Smoothed, Smoothing, SmoothingMethod, eb_smooth};
pub use eb_smooth_local::{LocalVariance, eb_smooth_local};
pub use gamma::GammaPrior;
pub(crate) use gamma_mean1::gamma_mean1;
pub use gearys_c::gearys_c;
pub use local_morans_i::{LocalMoran, Quadrant, local_morans_i};
pub use morans_i::{Autocorrelation, Chance, morans_i};
pub use neighbours::{Neighbours, Place};
pub use weights::Weighting;
