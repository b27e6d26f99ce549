//! How much small areas differ beyond chance.

use super::Entry;
use super::aggregate::aggregate;

mod area_coefficient_of_variation;
mod area_coefficient_of_variation_weighted;
mod areas;
mod chi_square_heterogeneity;
mod eb_gamma_alpha;
mod extremal_quotient;
mod extremal_quotient_eb;
mod systematic_component_of_variation;
mod tau2_marshall;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        aggregate::<systematic_component_of_variation::SystematicComponent>(),
        aggregate::<chi_square_heterogeneity::ChiSquareHeterogeneity>(),
        aggregate::<tau2_marshall::Tau2Marshall>(),
        aggregate::<eb_gamma_alpha::EbGammaAlpha>(),
        aggregate::<extremal_quotient::ExtremalQuotient>(),
        aggregate::<extremal_quotient_eb::ExtremalQuotientEb>(),
        aggregate::<area_coefficient_of_variation::AreaCoefficientOfVariation>(),
        aggregate::<area_coefficient_of_variation_weighted::Weighted>(),
    ]
}
