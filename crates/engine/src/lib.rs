//! What does a query see? The one place that builds a DataFusion session: the tables of a lake, the
//! scans behind them, the functions, the settings, and the statements of our own.
//!
//! ```no_run
//! # async fn example(lake: &kohort_lake::Lake) -> Result<(), kohort_engine::Error> {
//! use kohort_engine::{Outcome, Session, SessionOptions};
//!
//! let session = Session::open(lake, SessionOptions::default()).await?;
//! for outcome in session.execute("SELECT chrom, pos, ref, alt, af FROM variants").await? {
//!     if let Outcome::Rows { schema, .. } = outcome {
//!         assert_eq!(schema.fields().len(), 5);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod calls;
mod catalog;
mod cohorts;
mod error;
mod explain;
mod file_pruning;
mod file_scan;
mod file_table;
mod limits;
mod location;
mod merge;
mod operator;
mod planner;
mod reference;
#[cfg(test)]
mod reference_tests;
mod registry;
mod resources;
mod rewrite;
mod rules;
mod session;
mod shorthand;
mod statement;
mod strata;
mod suggest;
mod variants;
mod views;
mod waiting;
mod widened;
mod wrong_types;

pub use error::{Blame, Error};
pub use limits::STACK_BYTES;
pub use location::{Location, StatementText};
pub use resources::Resources;
pub use session::{
    FunctionInfo, Outcome, Session, SessionOptions, TableInfo, functions_documentation,
};
pub use statement::{split_statements, statements_of};
pub use views::views_read_by;
