//! `IN (SELECT …)` and `EXISTS (SELECT …)` wherever an expression may stand, with SQL's three truth
//! values.
//!
//! DataFusion answers them by joins where they are conditions of WHERE by themselves, and there
//! with NULLs. Below an OR or in a comparison its join tells true from false alone: a NULL in the
//! list, for which `NOT IN` is never true, counted as "not there". In SELECT, CASE and the like it
//! answers them not at all. There they are written out here, as counts of matching rows.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, ScalarValue, plan_err};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, merge_schema, split_conjunction_owned};
use datafusion::logical_expr::{
    Expr, Filter, Join, LogicalPlan, LogicalPlanBuilder, Subquery, lit, not, scalar_subquery, when,
};
use datafusion::optimizer::AnalyzerRule;

/// See the module.
#[derive(Debug)]
pub(super) struct Membership;

impl AnalyzerRule for Membership {
    fn name(&self) -> &str {
        "membership"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let done = plan.transform_up_with_subqueries(|plan| match plan {
            LogicalPlan::Filter(filter) => in_filter(filter),
            LogicalPlan::Join(join) => in_join(join),
            plan if plan.inputs().is_empty() => Ok(Transformed::no(plan)),
            plan => {
                let schema = merge_schema(&plan.inputs());
                let names = NamePreserver::new(&plan);
                let done = plan.map_expressions(|expr| {
                    let name = names.save(&expr);
                    let written = written_out(expr, &schema, Place::Elsewhere)?;
                    Ok(written.update_data(|expr| name.restore(expr)))
                })?;
                done.map_data(LogicalPlan::recompute_schema)
            }
        })?;
        Ok(done.data)
    }
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Within a condition of WHERE or HAVING, where DataFusion answers EXISTS.
    Condition,
    Elsewhere,
}

fn in_filter(filter: Filter) -> Result<Transformed<LogicalPlan>> {
    let schema = Arc::clone(filter.input.schema());
    let done = in_condition(filter.predicate, &schema)?;
    let (is_new, predicate) = (done.transformed, done.data);
    let filter = LogicalPlan::Filter(Filter::try_new(predicate, filter.input)?);
    Ok(match is_new {
        true => Transformed::yes(filter),
        false => Transformed::no(filter),
    })
}

fn in_join(mut join: Join) -> Result<Transformed<LogicalPlan>> {
    let Some(condition) = join.filter.take() else {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    };
    let schema = merge_schema(&[&*join.left, &*join.right]);
    let done = in_condition(condition, &schema)?;
    join.filter = Some(done.data);
    let join = LogicalPlan::Join(join);
    Ok(match done.transformed {
        true => Transformed::yes(join),
        false => Transformed::no(join),
    })
}

/// A condition, but for those of its terms that DataFusion answers by joins.
fn in_condition(condition: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let mut is_new = false;
    let mut terms = Vec::new();
    for term in split_conjunction_owned(condition) {
        let term = without_not(term);
        if is_answered(&term) {
            terms.push(term);
            continue;
        }
        let written = written_out(term, schema, Place::Condition)?;
        is_new |= written.transformed;
        terms.push(written.data);
    }
    let condition = conjunction(terms).unwrap_or_else(|| lit(true));
    Ok(match is_new {
        true => Transformed::yes(condition),
        false => Transformed::no(condition),
    })
}

/// `NOT (a IN …)` is `a NOT IN …`.
fn without_not(condition: Expr) -> Expr {
    match condition {
        Expr::Not(inner) => match *inner {
            Expr::InSubquery(member) => Expr::InSubquery(InSubquery {
                negated: !member.negated,
                ..member
            }),
            Expr::Exists(exists) => Expr::Exists(Exists {
                negated: !exists.negated,
                ..exists
            }),
            other => not(other),
        },
        other => other,
    }
}

/// Whether DataFusion answers a whole condition, and rightly.
fn is_answered(condition: &Expr) -> bool {
    match condition {
        Expr::Exists(_) => true,
        Expr::InSubquery(member) => !member.negated || member.subquery.outer_ref_columns.is_empty(),
        _ => false,
    }
}

fn written_out(expr: Expr, schema: &DFSchema, place: Place) -> Result<Transformed<Expr>> {
    expr.transform_up(|expr| match expr {
        Expr::InSubquery(member) => is_member(&member, schema).map(Transformed::yes),
        Expr::Exists(exists) if place == Place::Elsewhere => {
            let some = scalar(counted(subplan(&exists.subquery))?).gt(lit(0_i64));
            Ok(Transformed::yes(negated_if(exists.negated, some)))
        }
        other => Ok(Transformed::no(other)),
    })
}

fn negated_if(negated: bool, expr: Expr) -> Expr {
    match negated {
        true => not(expr),
        false => expr,
    }
}

fn subplan(subquery: &Subquery) -> LogicalPlanBuilder {
    LogicalPlanBuilder::from(subquery.subquery.as_ref().clone())
}

fn counted(rows: LogicalPlanBuilder) -> Result<LogicalPlan> {
    let none: [Expr; 0] = [];
    rows.aggregate(none, [count(lit(1_i64))])?.build()
}

fn scalar(plan: LogicalPlan) -> Expr {
    scalar_subquery(Arc::new(plan))
}

/// `a IN (SELECT x …)`: true where a row matches, NULL where none does but a NULL might, else
/// false.
fn is_member(member: &InSubquery, schema: &DFSchema) -> Result<Expr> {
    let list = member.subquery.subquery.schema();
    let [(qualifier, field)] = list.iter().collect::<Vec<_>>()[..] else {
        return plan_err!(
            "IN (SELECT …): expected one column, got {}",
            list.fields().len()
        );
    };
    let element = Expr::from((qualifier, field));
    let asked = (*member.expr).clone();
    let outer = asked.clone().transform_up(|expr| match expr {
        Expr::Column(column) => {
            let (_, field) = schema.qualified_field_from_column(&column)?;
            let field = Arc::clone(field);
            Ok(Transformed::yes(Expr::OuterReferenceColumn(field, column)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    let rows = || subplan(&member.subquery);
    let matches = scalar(counted(rows().filter(element.clone().eq(outer.data))?)?);
    let nulls = scalar(counted(rows().filter(element.is_null())?)?);
    let all = scalar(counted(rows())?);
    let none = || lit(0_i64);
    let unknown = Expr::Literal(ScalarValue::Boolean(None), None);
    let might = nulls.gt(none()).or(asked.is_null().and(all.gt(none())));
    let answer = when(matches.gt(none()), lit(true))
        .when(might, unknown)
        .otherwise(lit(false))?;
    Ok(negated_if(member.negated, answer))
}
