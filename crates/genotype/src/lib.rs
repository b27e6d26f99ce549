//! genotype
