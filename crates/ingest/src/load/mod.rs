//! How do the files of a registry become a version of a table?
//!
//! A thread reads the files into batches of rows; this side encodes them and puts them into the
//! lake, and commits everything at once. Nothing is visible before, and nothing of a load that
//! fails.

mod reference;
mod request;
mod run;
mod set_aside;

pub use reference::is_replaceable;
pub use request::{Aside, LoadRequest, LoadSummary, LoadedColumn, OnBadRow, OnDuplicateKey};
pub use run::load;
