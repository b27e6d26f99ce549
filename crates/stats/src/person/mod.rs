//! How unequally is something spread over people?

mod atkinson;
mod generalised_entropy;
mod gini;
mod hoover_index;
mod people;
#[cfg(test)]
mod tests;
mod theil_decomposition;

pub use atkinson::atkinson;
pub use generalised_entropy::generalised_entropy;
pub use gini::{GiniCorrection, gini};
pub use hoover_index::hoover_index;
pub use people::Person;
pub use theil_decomposition::{Decomposition, theil_decomposition};
