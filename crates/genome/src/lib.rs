//! genome
