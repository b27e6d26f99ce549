//! How much do small areas differ beyond chance?
//!
//! The measures take areas with what was observed in them and what was expected there
//! ([`expected_count`](crate::standardisation::expected_count)), or their rates. Each sorts its
//! areas, so that none depends on their order.

mod areas;
mod chi_square_heterogeneity;
mod coefficient_of_variation;
mod eb_gamma_alpha;
mod extremal_quotient;
mod extremal_quotient_eb;
mod quantile;
mod systematic_component;
mod tau2_marshall;
mod weighted_coefficient_of_variation;

pub use areas::Area;
pub(crate) use areas::Areas;
pub use chi_square_heterogeneity::{Heterogeneity, chi_square_heterogeneity};
pub use coefficient_of_variation::coefficient_of_variation;
pub use eb_gamma_alpha::{GammaAlpha, eb_gamma_alpha};
pub use extremal_quotient::{Quantiles, extremal_quotient};
pub use extremal_quotient_eb::extremal_quotient_eb;
pub use quantile::quantile;
pub use systematic_component::{ScvDefinition, systematic_component_of_variation};
pub use tau2_marshall::tau2_marshall;
pub use weighted_coefficient_of_variation::weighted_coefficient_of_variation;
