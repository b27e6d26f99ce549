//! How unequally is something spread over people?

mod atkinson;
mod concentration_index;
mod generalised_entropy;
mod gini;
mod hoover_index;
mod horizontal_inequity_index;
mod need_expected;
mod people;
#[cfg(test)]
mod tests;
mod theil_decomposition;

pub use atkinson::atkinson;
pub use concentration_index::concentration_index;
pub use generalised_entropy::generalised_entropy;
pub use gini::{GiniCorrection, gini};
pub use hoover_index::hoover_index;
pub use horizontal_inequity_index::{HorizontalInequity, NeedRow, horizontal_inequity_index};
pub use need_expected::{Covariate, need_expected};
pub use people::Person;
pub use theil_decomposition::{Decomposition, theil_decomposition};
