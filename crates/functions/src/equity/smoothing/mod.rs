//! What is left of a map when chance is taken out of it, and whether neighbours are alike.

use super::Entry;
use super::aggregate::aggregate;
use super::window::window;

mod choynowski_p;
mod eb_smooth;
mod eb_smooth_local;
mod gearys_c;
mod local_morans_i;
mod map;
mod morans_i;
mod morans_i_empirical_bayes;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        window::<eb_smooth::EbSmooth>(),
        window::<eb_smooth_local::EbSmoothLocal>(),
        window::<choynowski_p::ChoynowskiP>(),
        aggregate::<morans_i::MoransI>(),
        aggregate::<morans_i_empirical_bayes::MoransIEmpiricalBayes>(),
        aggregate::<gearys_c::GearysC>(),
        window::<local_morans_i::LocalMoransI>(),
    ]
}
