//! `variants`: the plan that it stands for.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, Result, ScalarValue, internal_err};
use datafusion::datasource::provider_as_source;
use datafusion::functions::core::get_field;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};
use kohort_functions::{FunctionContext, KohortOptions, scalar_functions, stats_columns};
use kohort_schema::tables::VARIANTS;

use crate::merge::DIFFER;

/// A column by its exact name.
pub(crate) fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// Rows of one allele each. Where the session's rules are those that the stored counts were made
/// under, they are the stored ones; otherwise they are counted from the genotypes.
pub(crate) fn variants_plan(
    source: Arc<dyn TableProvider>,
    options: KohortOptions,
    functions: &Arc<FunctionContext>,
) -> Result<LogicalPlan> {
    let schema = source.schema();
    let names: Vec<&str> = VARIANTS
        .columns
        .iter()
        .map(|column| column.name)
        .filter(|name| *name == DIFFER || schema.field_with_name(name).is_ok())
        .collect();
    // A single callset agrees with itself: it has no such column.
    let column = |name: &str| match schema.field_with_name(name) {
        Err(_) if name == DIFFER => nothing_differs(),
        _ => column(name),
    };
    let mut plan = LogicalPlanBuilder::scan("callset_variants", provider_as_source(source), None)?;
    if !options.show_spanning_deletions {
        plan = plan.filter(column("alt").not_eq(lit("*")))?;
    }
    if options.stored_counts_hold() {
        return plan.project(names.into_iter().map(&column))?.build();
    }
    let counted = |name: &str| stats_columns().iter().any(|column| column.name == name);
    let stats = allele_stats(functions)?.alias(STATS);
    let kept = names
        .iter()
        .filter(|name| !counted(name))
        .map(|name| column(name));
    let plan = plan.project(kept.chain([stats]))?;
    let outer = names.into_iter().map(|name| match counted(name) {
        true => get_field().call(vec![column(STATS), lit(name)]).alias(name),
        false => self::column(name),
    });
    plan.project(outer)?.build()
}

fn nothing_differs() -> Expr {
    lit(ScalarValue::new_null_list(DataType::Utf8, true, 1)).alias(DIFFER)
}

const STATS: &str = "__kohort_stats";

/// `allele_stats(genotypes)`; the function itself writes the session's rules into the call.
fn allele_stats(functions: &Arc<FunctionContext>) -> Result<Expr> {
    let found = scalar_functions(functions)
        .into_iter()
        .find(|f| f.name() == "allele_stats");
    match found {
        Some(function) => Ok(function.call(vec![column("genotypes")])),
        None => internal_err!("there is no function `allele_stats`"),
    }
}
