//! Who could live in Sweden, and how would they be cared for?
//!
//! A register of synthetic people, and what happens to them over ten years: referrals, genomic
//! tests, diagnoses, and a study. Nobody in it is real. Regions have the people that they have by
//! sex and age; all else is drawn from a seed.
//!
//! Inequalities are in it only where they are planted ([`Planted`]), each with its size, so that a
//! method can be tried on what is known to be there, and on what is known not to be.
//!
//! Every person is drawn from the seed and their own number, by counting and not in turn
//! ([`random`]): the same seed gives the same bytes on any number of threads, and memory does not
//! grow with people.

mod calendar;
mod care;
mod condition;
mod error;
mod geography;
mod identifier;
mod person;
mod planted;
mod population;
pub mod random;
mod simulation;
mod study;
mod tables;

pub use error::Error;
pub use planted::{Effect, Planted, Switch};
pub use simulation::{Simulation, SimulationProgress, Summary};

/// How many people a register has when nothing else is asked for: those who lived in Sweden at the
/// end of 2019.
pub const DEFAULT_PEOPLE: u64 = 10_327_589;
