//! Where a query only sums counts by stratum, they are summed while they are counted, and no row
//! per variant is ever made.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, Partitioning};
use kohort_functions::stats_columns;

use super::Strata;
use crate::operator::OperatorExec;

/// Rewrites `SELECT stratum, sum(ac), sum(an) FROM allele_frequency_by(…) GROUP BY stratum`.
#[derive(Debug)]
pub(crate) struct SumStrata;

impl PhysicalOptimizerRule for SumStrata {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let rewritten = plan.transform_down(|plan| {
            let Some(aggregate) = plan.downcast_ref::<AggregateExec>() else {
                return Ok(Transformed::no(plan));
            };
            if !only_sums(aggregate) {
                return Ok(Transformed::no(plan));
            }
            match with_totals(aggregate.input())? {
                Some(input) => {
                    let aggregate = replaced(&plan, input)?;
                    Ok(Transformed::yes(aggregate))
                }
                None => Ok(Transformed::no(plan)),
            }
        })?;
        Ok(rewritten.data)
    }

    fn name(&self) -> &str {
        "sum_strata"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether an aggregation of raw rows groups by plain columns and sums plain columns.
fn only_sums(aggregate: &AggregateExec) -> bool {
    use datafusion::physical_plan::aggregates::AggregateMode;
    let reads_rows = matches!(
        aggregate.mode(),
        AggregateMode::Partial | AggregateMode::Single | AggregateMode::SinglePartitioned
    );
    let groups = aggregate.group_expr();
    reads_rows
        && groups.is_single()
        && groups.expr().iter().all(|(expr, _)| is_column(expr))
        && aggregate.filter_expr().iter().all(Option::is_none)
        && aggregate.aggr_expr().iter().all(|sum| {
            sum.fun().name() == "sum"
                && !sum.is_distinct()
                && sum.expressions().iter().all(is_column)
        })
}

fn is_column(expr: &Arc<dyn PhysicalExpr>) -> bool {
    expr.downcast_ref::<Column>().is_some()
}

/// The same input with sums in place of rows, where it is the counting of strata and gives strata
/// and counts alone.
fn with_totals(input: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(exec) = input.downcast_ref::<OperatorExec<Strata>>() {
        let strata = exec.operator.as_ref();
        let summable = |name: &String| {
            strata.names.contains(name)
                || stats_columns().iter().any(|column| {
                    column.name == name && column.data_type() == arrow::datatypes::DataType::Int64
                })
        };
        if !strata
            .schema
            .fields()
            .iter()
            .all(|field| summable(field.name()))
        {
            return Ok(None);
        }
        let summed = Strata {
            totals: true,
            ..strata.clone()
        };
        let children: Vec<_> = exec.children().into_iter().cloned().collect();
        let partitions = exec.properties().partitioning.partition_count();
        return Ok(Some(Arc::new(OperatorExec::new(
            summed, children, partitions,
        ))));
    }
    let passes_rows_on = match input.downcast_ref::<ProjectionExec>() {
        Some(projection) => projection
            .expr()
            .iter()
            .all(|column| is_column(&column.expr)),
        None => input
            .downcast_ref::<RepartitionExec>()
            .is_some_and(|exchange| {
                matches!(exchange.partitioning(), Partitioning::RoundRobinBatch(_))
            }),
    };
    let children = input.children();
    let ([child], true) = (children.as_slice(), passes_rows_on) else {
        return Ok(None);
    };
    match with_totals(child)? {
        Some(child) => Ok(Some(replaced(input, child)?)),
        None => Ok(None),
    }
}

fn replaced(
    plan: &Arc<dyn ExecutionPlan>,
    child: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    Arc::clone(plan).replace_children(vec![child], options)
}
