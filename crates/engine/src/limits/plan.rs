//! The depth and size of a plan, in which views and WITH have been written out.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::text::too_much;
use super::{MAX_DEPTH, MAX_STEPS, MAX_SUBQUERIES};
use crate::Error;

/// The deepest plan: each nested SELECT is some steps.
const MAX_PLAN_DEPTH: usize = 4 * MAX_DEPTH;

/// Refuses a plan that is too deep or too large to be optimised.
pub(crate) fn check_plan(plan: &LogicalPlan) -> Result<(), Error> {
    let mut n_steps = 0;
    check(plan, 1, 0, &mut n_steps)
}

/// Walks by a list of its own: a plan that is too deep for recursion must not be walked by it.
fn check(
    plan: &LogicalPlan,
    depth: usize,
    n_outer: usize,
    n_steps: &mut usize,
) -> Result<(), Error> {
    if n_outer > MAX_SUBQUERIES {
        return Err(too_much(MAX_SUBQUERIES, "subqueries within each other"));
    }
    let mut open = vec![(plan, depth)];
    while let Some((plan, depth)) = open.pop() {
        *n_steps += 1;
        if depth > MAX_PLAN_DEPTH {
            let what = "steps of its plan on top of each other";
            return Err(too_much(MAX_PLAN_DEPTH, what));
        }
        if *n_steps > MAX_STEPS {
            return Err(too_much(MAX_STEPS, "steps in its plan"));
        }
        open.extend(plan.inputs().into_iter().map(|input| (input, depth + 1)));
        for subquery in subqueries(plan)? {
            check(&subquery, depth + 1, n_outer + 1, n_steps)?;
        }
    }
    Ok(())
}

/// The plans of the subqueries in a step's expressions, which are no deeper than the statement's
/// text.
fn subqueries(plan: &LogicalPlan) -> Result<Vec<Arc<LogicalPlan>>, Error> {
    let mut found = Vec::new();
    plan.apply_expressions(|expr| {
        expr.apply(|expr| {
            found.extend(match expr {
                Expr::ScalarSubquery(subquery) => Some(Arc::clone(&subquery.subquery)),
                Expr::Exists(exists) => Some(Arc::clone(&exists.subquery.subquery)),
                Expr::InSubquery(member) => Some(Arc::clone(&member.subquery.subquery)),
                Expr::SetComparison(compared) => Some(Arc::clone(&compared.subquery.subquery)),
                _ => None,
            });
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    Ok(found)
}
