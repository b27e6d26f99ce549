//! Whom should a case be compared with?

mod match_controls;

pub use match_controls::{Candidate, MatchOptions, MatchedPair, NEAREST, match_controls};
