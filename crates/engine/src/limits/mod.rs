//! How much a statement may ask for: its depth, its size, and its time.
//!
//! DataFusion and its parser walk through expressions and plans by recursion, and a stack that
//! overflows ends the whole process. Statements are therefore planned on a thread with a large
//! stack ([`stack`]), long chains of AND, OR and UNION are made into shallow trees ([`balance`]),
//! and what is still deeper than the stack allows is refused ([`text`], [`named`], [`plan`]).

mod balance;
mod named;
mod plan;
mod stack;
mod text;

pub(crate) use balance::balance;
pub(crate) use plan::check_plan;
pub use stack::STACK_BYTES;
pub(crate) use stack::{Deadline, on_large_stack, streamed};
pub(crate) use text::check_text;

/// How deep expressions, subqueries and plans may be nested.
pub(crate) const MAX_DEPTH: usize = 250;
/// How many SELECTs a statement may have.
const MAX_SELECTS: usize = 10_000;
/// How many steps a plan may have.
const MAX_STEPS: usize = 20_000;
/// How many queries WITH may name: planning looks through those before each.
const MAX_NAMED: usize = 200;
/// How many terms AND and OR may join in a statement.
const MAX_TERMS: usize = 100_000;
/// How deep subqueries within expressions may be nested: DataFusion's work doubles with each level.
const MAX_SUBQUERIES: usize = 12;
/// How many tables one FROM may join.
const MAX_JOINS: usize = 200;
