//! What functions look up is read between planning and running: neither can wait.

use datafusion::common::Result;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::catalog::Catalog;

/// Functions that know the lake's samples.
const ABOUT_SAMPLES: [&str; 8] = [
    "allele_stats",
    "allele_stats_agg",
    "allele_count",
    "allele_number",
    "allele_frequency",
    "carriers",
    "genotype_of",
    "all_samples",
];

/// Functions that know cohorts or make them.
const ABOUT_COHORTS: [&str; 3] = ["cohort", "cohort_named", "cohort_contains"];

/// Reads what the functions of a plan will look up. Whatever is not read here is read where it is
/// missed, which only takes longer.
pub(super) async fn load(plan: &LogicalPlan, catalog: &Catalog) -> Result<()> {
    let (mut samples, mut cohorts) = (false, false);
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                let name = match expr {
                    Expr::ScalarFunction(call) => call.name(),
                    Expr::AggregateFunction(call) => call.func.name(),
                    _ => return Ok(TreeNodeRecursion::Continue),
                };
                let is_about_cohorts = ABOUT_COHORTS.contains(&name);
                cohorts |= is_about_cohorts;
                samples |= is_about_cohorts || ABOUT_SAMPLES.contains(&name);
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    if samples {
        catalog.samples().await?;
    }
    if cohorts {
        catalog.members().await?;
    }
    Ok(())
}
