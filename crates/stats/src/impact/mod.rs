//! How much would change if everyone had what the best-off have?

mod attributable_fraction;
mod best_off;
mod population_attributable_fraction;
mod population_attributable_risk;
#[cfg(test)]
mod tests;
mod tests_to_level_up;

pub use attributable_fraction::attributable_fraction;
pub use best_off::BestOff;
pub use population_attributable_fraction::population_attributable_fraction;
pub use population_attributable_risk::population_attributable_risk;
pub use tests_to_level_up::tests_to_level_up;
