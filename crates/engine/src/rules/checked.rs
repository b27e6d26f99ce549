//! Integers that overflow are an error, and a division is not done for rows that a condition before
//! it leaves out.
//!
//! The planner of operators (`kohort_functions`) knows the types of columns; this rule finds what
//! became two integers by type coercion, and plans that were not made from SQL.

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    BinaryExpr, Case, Expr, ExprSchemable, LogicalPlan, Operator, cast, lit, not,
};
use datafusion::optimizer::AnalyzerRule;
use kohort_functions::{checked_binary, checked_negative, checked_operand, is_division};

/// See the module.
#[derive(Debug)]
pub(super) struct CheckedArithmetic;

impl AnalyzerRule for CheckedArithmetic {
    fn name(&self) -> &str {
        "checked_arithmetic"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let done = plan.transform_up_with_subqueries(|plan| {
            let schema = merge_schema(&plan.inputs());
            let names = NamePreserver::new(&plan);
            plan.map_expressions(|expr| {
                let name = names.save(&expr);
                let checked = expr.transform_up(|expr| checked(expr, &schema))?;
                Ok(checked.update_data(|expr| name.restore(expr)))
            })
        })?;
        Ok(done.data)
    }
}

fn checked(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let is_integer = |mut expr: &Expr| {
        while let Some(operand) = checked_operand(expr) {
            expr = operand;
        }
        expr.get_type(schema)
            .is_ok_and(|data_type| data_type.is_integer())
    };
    Ok(match expr {
        Expr::Negative(value) if is_integer(&value) => Transformed::yes(checked_negative(&value)),
        Expr::BinaryExpr(BinaryExpr { left, op, right })
            if matches!(op, Operator::And | Operator::Or) && divides(&right)? =>
        {
            let guarded = guarded(&left, op, *right);
            Transformed::yes(Expr::BinaryExpr(BinaryExpr::new(
                left,
                op,
                Box::new(guarded),
            )))
        }
        Expr::BinaryExpr(binary)
            if is_checked(binary.op) && is_integer(&binary.right) && is_integer(&binary.left) =>
        {
            match checked_binary(&binary.left, binary.op, &binary.right) {
                Some(checked) => Transformed::yes(checked),
                None => Transformed::no(Expr::BinaryExpr(binary)),
            }
        }
        Expr::Case(case) => conditional(case, schema)?,
        other => Transformed::no(other),
    })
}

fn is_checked(op: Operator) -> bool {
    use Operator::{BitwiseShiftLeft, BitwiseShiftRight, Minus, Multiply, Plus};
    matches!(
        op,
        Plus | Minus | Multiply | BitwiseShiftLeft | BitwiseShiftRight
    )
}

/// Whether an expression divides by something that may be 0.
fn divides(expr: &Expr) -> Result<bool> {
    let may_be_zero = |divisor: &Expr| match divisor {
        Expr::Literal(value, _) => value
            .cast_to(&DataType::Float64)
            .is_ok_and(|value| value == ScalarValue::Float64(Some(0.0))),
        _ => true,
    };
    let mut found = false;
    expr.apply(|expr| {
        found = found
            || match expr {
                Expr::BinaryExpr(BinaryExpr { op, right, .. }) => {
                    matches!(op, Operator::Modulo | Operator::Divide) && may_be_zero(right)
                }
                Expr::ScalarFunction(call) if is_division(&call.func) => {
                    call.args.get(1).is_none_or(may_be_zero)
                }
                _ => false,
            };
        Ok(match found {
            true => TreeNodeRecursion::Stop,
            false => TreeNodeRecursion::Continue,
        })
    })?;
    Ok(found)
}

/// The right side of AND or OR, worked out where the left does not decide. DataFusion works both
/// sides out for all rows of a batch unless the left is the same for them all, and makes CASE with
/// truth values into AND and OR: hence the detour over numbers.
fn guarded(left: &Expr, op: Operator, right: Expr) -> Expr {
    let (decides, value) = match op {
        Operator::And => (not(left.clone()), 0_i8),
        _ => (left.clone(), 1_i8),
    };
    let case = Case::new(
        None,
        vec![(Box::new(decides), Box::new(lit(value)))],
        Some(Box::new(cast(right, DataType::Int8))),
    );
    Expr::Case(case).eq(lit(1_i8))
}

/// A CASE that gives truth values and divides: by numbers too, or it would be made into AND and OR.
fn conditional(case: Case, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let mut branches = case.when_then_expr.iter().map(|(_, then)| then);
    let is_truth = branches.all(|then| {
        matches!(
            then.get_type(schema),
            Ok(DataType::Boolean | DataType::Null)
        )
    });
    let mut divides_somewhere = false;
    for (_, then) in &case.when_then_expr {
        divides_somewhere |= divides(then)?;
    }
    if let Some(other) = &case.else_expr {
        divides_somewhere |= divides(other)?;
    }
    if !is_truth || !divides_somewhere {
        return Ok(Transformed::no(Expr::Case(case)));
    }
    let number = |branch: Box<Expr>| Box::new(cast(*branch, DataType::Int8));
    let branches = case.when_then_expr.into_iter();
    let numbers = Case::new(
        case.expr,
        branches.map(|(when, then)| (when, number(then))).collect(),
        case.else_expr.map(number),
    );
    Ok(Transformed::yes(Expr::Case(numbers).eq(lit(1_i8))))
}
