//! Given counts, what is the estimate and how sure are we?
//!
//! One measure per file, with its paper. Each is a pure function of counts: `n_…` counts people,
//! `ac` and `an` count alleles. What cannot be estimated from the counts is `None`, and the
//! documentation of the measure says when; a ratio with nothing below the line is never 0.
//!
//! Nothing here knows genomes, Arrow or SQL.

pub mod comparison;
mod confidence;
pub mod cost;
mod counts;
pub mod disclosure;
pub mod distribution;
mod error;
mod estimate;
mod exact_sum;
mod filtering_allele_frequency;
mod fst;
pub mod funnel;
pub mod grouping;
mod hardy_weinberg;
pub mod impact;
mod inbreeding;
pub mod matching;
pub mod ordered;
pub mod person;
pub mod rates;
pub mod smoothing;
mod sort;
pub mod standardisation;
pub mod unordered;
pub mod variation;
pub mod waiting;

pub use confidence::Confidence;
pub use counts::{AlleleCounts, DiploidCounts, HemizygousCounts};
pub use error::Error;
pub use estimate::{Estimate, Status};
pub use exact_sum::ExactSum;
pub use filtering_allele_frequency::filtering_allele_frequency;
pub use fst::{FstTerms, fst_hudson};
pub use hardy_weinberg::{
    MOST_PEOPLE, MOST_PEOPLE_X, PValue, hardy_weinberg_p, hardy_weinberg_p_x,
};
pub use inbreeding::inbreeding_coefficient;
