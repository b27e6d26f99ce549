//! What the tests of all rooms share: where their data lie, and what they skipped.
//!
//! Data that may be shipped lie in `datasets/`; the rest is read in `../shared`, beside the
//! repository, where that folder exists. No room depends on this crate but in its tests.

mod data;
mod skips;

pub use data::{Collection, beside, collection, shared, shipped, version};
pub use skips::{Skip, forget, skip, skips};
