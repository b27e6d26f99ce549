//! Measures of equity as SQL functions: thin skins over `kohort_stats`.
//!
//! A measure declares its [`Argument`]s once; from them come the types that SQL accepts, the
//! defaults, named arguments (`confidence => 0.9`) and the syntax line of the reference. Then it is
//! one of
//!
//! - a [`Scalar`]: one answer per row, from counts ([`scalar`]);
//! - an [`Aggregate`]: one answer per group of rows, with a [`State`] that merges ([`aggregate`]);
//! - a [`Window`]: one answer per row that needs all rows of its partition ([`window`]).
//!
//! NULL for an optional argument means its default. NULL for a required one reaches the measure as
//! `None`, and the measure says by its `status` what that means. A weight is optional, yet a NULL
//! among weights is not 1: it is declared without a default, and [`columns::Options::is_column`]
//! tells a column of weights from none. A wrong argument (a negative count,
//! an unknown method) is an error that names the function and the argument.
//!
//! Each family of measures is a folder with a `mod.rs` that lists its [`Entry`]s; [`entries`] is
//! the table of contents.

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use crate::docs::FunctionDoc;

pub(crate) mod aggregate;
pub(crate) mod alike;
pub(crate) mod argument;
pub(crate) mod columns;
mod comparison;
mod cost;
mod disclosure;
pub(crate) mod doc;
mod funnel;
pub(crate) mod group_options;
mod grouping;
#[cfg(test)]
mod hostile_tests;
mod impact;
mod matching;
pub(crate) mod named;
mod ordered;
pub(crate) mod output;
mod person;
mod rates;
pub(crate) mod scalar;
mod smoothing;
mod standardisation;
pub(crate) mod state;
#[cfg(test)]
pub(crate) mod testing;
mod unordered;
mod variation;
mod waiting;
pub(crate) mod window;

/// One function, however it is called.
#[derive(Debug)]
pub(crate) enum Function {
    /// One answer per row.
    Scalar(Arc<ScalarUDF>),
    /// One answer per group.
    Aggregate(Arc<AggregateUDF>),
    /// One answer per row of a partition.
    Window(Arc<WindowUDF>),
}

/// A function and its entry in the reference.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The function.
    pub function: Function,
    /// Its reference.
    pub doc: FunctionDoc,
    /// The names of its arguments, in order.
    pub arguments: &'static [argument::Argument],
    /// Other names it goes by.
    pub aliases: &'static [&'static str],
}

/// Every measure.
pub(crate) fn entries() -> Vec<Entry> {
    let families = [
        rates::entries(),
        comparison::entries(),
        standardisation::entries(),
        funnel::entries(),
        ordered::entries(),
        matching::entries(),
        unordered::entries(),
        person::entries(),
        impact::entries(),
        variation::entries(),
        smoothing::entries(),
        waiting::entries(),
        cost::entries(),
        grouping::entries(),
        disclosure::entries(),
        #[cfg(test)]
        testing::own_entries(),
    ];
    families.into_iter().flatten().collect()
}

/// What a measure takes, for those who rewrite calls of it.
#[derive(Debug)]
pub struct CallOfMeasure {
    /// The names of its arguments, in order.
    pub names: Vec<&'static str>,
    /// Of each argument, whether it must be given.
    pub required: Vec<bool>,
    /// Of each argument, whether it is an option, of which several values may be asked for at once.
    pub is_option: Vec<bool>,
    /// How it is called, as the reference has it.
    pub syntax: String,
    /// Why it is not called with `DISTINCT`.
    pub no_distinct: String,
    /// Whether it is called with `OVER`.
    pub is_window: bool,
}

/// What a measure takes, by its name or an alias of it.
pub fn call_of_measure(function: &str) -> Option<&'static CallOfMeasure> {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    static CALLS: OnceLock<HashMap<&'static str, CallOfMeasure>> = OnceLock::new();
    let calls = CALLS.get_or_init(|| {
        let mut calls = HashMap::new();
        for entry in entries() {
            let name = entry.doc.name;
            for by in entry.aliases.iter().copied().chain([name]) {
                let call = CallOfMeasure {
                    names: entry.arguments.iter().map(|a| a.name).collect(),
                    required: entry.arguments.iter().map(|a| a.is_required()).collect(),
                    is_option: entry.arguments.iter().map(|a| a.is_constant).collect(),
                    syntax: argument::syntax(name, entry.arguments),
                    no_distinct: no_distinct(name),
                    is_window: matches!(entry.function, Function::Window(_)),
                };
                calls.insert(by, call);
            }
        }
        calls
    });
    calls.get(function)
}

/// Why a measure is not called with `DISTINCT`.
fn no_distinct(function: &str) -> String {
    format!(
        "{function}: DISTINCT would drop people who are alike; select distinct rows in a subquery \
         if that is meant"
    )
}
