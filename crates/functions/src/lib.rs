//! What can a query compute? One file per SQL function: a thin Arrow skin over `genotype` and
//! `stats`.
//!
//! [`register`](register::register) is the table of contents. Functions take what they need from a
//! [`FunctionContext`]; the rules they count under come from the session's [`KohortOptions`] and
//! are written into the plan as arguments, so that `EXPLAIN` shows them.

mod all_samples;
mod allele_count;
mod allele_frequency;
mod allele_number;
mod allele_stats;
mod allele_stats_agg;
mod args;
mod arithmetic;
mod carriers;
mod cohort;
mod cohort_contains;
mod cohort_difference;
mod cohort_intersection;
mod cohort_named;
mod cohort_size;
mod cohort_union;
mod context;
mod counts;
mod docs;
mod equity;
mod faf;
mod faf95;
mod faf99;
mod fst_hudson;
mod genotype_of;
mod habits;
mod hwe_exact;
mod in_region;
mod inbreeding_coefficient;
mod options;
mod register;
mod scalar;
mod stats_struct;
mod wrapped;

pub use arithmetic::{checked_binary, checked_negative, checked_operand, is_division};
pub use context::{Cohorts, ContextKey, FunctionContext, IdBlock, LakeFacts, Places, Samples};
pub use docs::{FunctionDoc, FunctionKind, functions_markdown};
pub use equity::{CallOfMeasure, call_of_measure};
pub use in_region::{parse_regions, regions_predicate};
pub use options::{KohortOptions, duration_text, parse_duration};
pub use register::{documentation, register, register_of_lake, scalar_functions};
pub use stats_struct::{StatsBuilder, StatsColumn, stats_columns, stats_type};
