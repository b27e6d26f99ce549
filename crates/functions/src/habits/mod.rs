//! Functions under the names that people bring from DuckDB and other databases.

mod count_if;
mod date_diff;
mod date_field;
mod forward;
mod len;
mod mode;
mod strftime;

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF};

use crate::context::FunctionContext;
use crate::docs::{FunctionDoc, FunctionKind};
use crate::scalar::{Kernel, scalar};

/// Names of functions that DataFusion has under another one.
const ALIASES: [(&str, &[&str]); 5] = [
    ("regexp_like", &["regexp_matches"]),
    ("string_to_array", &["str_split", "string_split"]),
    ("current_date", &["today"]),
    ("starts_with", &["prefix"]),
    ("ends_with", &["suffix"]),
];

/// Makes the functions known to a session.
pub(crate) fn register(
    registry: &mut dyn FunctionRegistry,
    context: &Arc<FunctionContext>,
) -> Result<()> {
    for function in scalars(context) {
        registry.register_udf(function)?;
    }
    for (name, aliases) in ALIASES {
        if let Ok(function) = registry.udf(name) {
            let also = function
                .as_ref()
                .clone()
                .with_aliases(aliases.iter().copied());
            registry.register_udf(Arc::new(also))?;
        }
    }
    if let Ok(function) = registry.udaf("array_agg") {
        let also = function.as_ref().clone().with_aliases(["list"]);
        registry.register_udaf(Arc::new(also))?;
    }
    registry.register_udaf(Arc::new(AggregateUDF::new_from_impl(
        count_if::CountIf::default(),
    )))?;
    registry.register_udaf(Arc::new(AggregateUDF::new_from_impl(mode::Mode::default())))?;
    Ok(())
}

fn scalars(context: &Arc<FunctionContext>) -> Vec<Arc<ScalarUDF>> {
    use date_field::{
        Day, DayOfWeek, DayOfYear, Hour, IsoDayOfWeek, Minute, Month, Quarter, Second, Week, Year,
    };
    vec![
        scalar::<date_diff::DateDiff>(context),
        scalar::<date_diff::DateDiffShort>(context),
        scalar::<date_diff::DateSub>(context),
        scalar::<len::Len>(context),
        scalar::<strftime::Strftime>(context),
        scalar::<strftime::Strptime>(context),
        scalar::<Year>(context),
        scalar::<Quarter>(context),
        scalar::<Month>(context),
        scalar::<Week>(context),
        scalar::<Day>(context),
        scalar::<DayOfYear>(context),
        scalar::<DayOfWeek>(context),
        scalar::<IsoDayOfWeek>(context),
        scalar::<Hour>(context),
        scalar::<Minute>(context),
        scalar::<Second>(context),
    ]
}

/// The reference of the functions.
pub(crate) fn documentation() -> Vec<FunctionDoc> {
    fn entry<K: Kernel>() -> FunctionDoc {
        FunctionDoc {
            name: K::NAME,
            kind: FunctionKind::Scalar,
            entry: K::documentation(),
        }
    }
    let aggregate = |name, entry| FunctionDoc {
        name,
        kind: FunctionKind::Aggregate,
        entry,
    };
    vec![
        aggregate("count_if", count_if::reference()),
        aggregate("mode", mode::reference()),
        entry::<date_diff::DateDiff>(),
        entry::<date_diff::DateSub>(),
        entry::<strftime::Strftime>(),
        entry::<strftime::Strptime>(),
        entry::<date_field::Year>(),
        entry::<len::Len>(),
    ]
}
