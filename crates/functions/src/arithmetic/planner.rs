//! What `+`, `-`, `*`, `/`, `//`, `<<` and `>>` mean, by the types of their sides.

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::{Expr, ExprSchemable, Operator};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::operation::{Checked, Operation, checked_binary, is_float_quotient};

/// Plans the operators whose sense is ours. Overflow is the business of a rule after type coercion,
/// but for constants, which may be worked out while planning; a quotient needs its type from the
/// start.
#[derive(Debug)]
pub(super) struct Operators;

/// What a side of an operator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Integer,
    Float,
    /// Text, which is read as a number.
    Text,
    /// NULL, or a placeholder.
    Unknown,
    Other,
}

impl Side {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Null => Self::Unknown,
            DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => Self::Text,
            DataType::Dictionary(_, values) => Self::of(values),
            integer if integer.is_integer() => Self::Integer,
            float if float.is_floating() => Self::Float,
            _ => Self::Other,
        }
    }
}

fn type_of(expr: &Expr, schema: &DFSchema) -> Option<DataType> {
    match expr {
        Expr::Placeholder(placeholder) if placeholder.field.is_none() => Some(DataType::Null),
        quotient if is_float_quotient(quotient) => Some(DataType::Float64),
        expr => expr.get_type(schema).ok(),
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(..) => true,
        Expr::Negative(inner) => is_constant(inner),
        Expr::Cast(cast) => is_constant(&cast.expr),
        _ => false,
    }
}

fn division(left: Side, right: Side) -> Option<Operation> {
    use Side::{Float, Integer, Text, Unknown};
    match (left, right) {
        (Integer, Integer | Text | Unknown) | (Text | Unknown, Integer) => {
            Some(Operation::DivideIntegers)
        }
        (Unknown, Unknown) => Some(Operation::DivideIntegers),
        (Float, Float | Integer | Text | Unknown) | (Integer | Text | Unknown, Float) => {
            Some(Operation::DivideFloats)
        }
        _ => None,
    }
}

/// Whether DataFusion would bring both sides to one type of integers.
fn both_integers(left: &DataType, op: Operator, right: &DataType) -> bool {
    left.is_integer()
        && right.is_integer()
        && BinaryTypeCoercer::new(left, &op, right)
            .get_input_types()
            .is_ok_and(|(left, right)| left.is_integer() && right.is_integer())
}

impl ExprPlanner for Operators {
    fn plan_binary_op(
        &self,
        expr: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        let op = match expr.op {
            BinaryOperator::Plus => Operator::Plus,
            BinaryOperator::Minus => Operator::Minus,
            BinaryOperator::Multiply => Operator::Multiply,
            BinaryOperator::Divide => Operator::Divide,
            BinaryOperator::DuckIntegerDivide | BinaryOperator::MyIntegerDivide => {
                let args = vec![expr.left, expr.right];
                let quotient = Checked::call(Operation::IntegerDivide, args);
                return Ok(PlannerResult::Planned(quotient));
            }
            BinaryOperator::PGBitwiseShiftLeft => Operator::BitwiseShiftLeft,
            BinaryOperator::PGBitwiseShiftRight => Operator::BitwiseShiftRight,
            _ => return Ok(PlannerResult::Original(expr)),
        };
        if op != Operator::Divide && !(is_constant(&expr.left) && is_constant(&expr.right)) {
            return Ok(PlannerResult::Original(expr));
        }
        let types = (type_of(&expr.left, schema), type_of(&expr.right, schema));
        let (Some(left), Some(right)) = types else {
            return Ok(PlannerResult::Original(expr));
        };
        let planned = match op {
            Operator::Divide => division(Side::of(&left), Side::of(&right)).map(|operation| {
                Checked::call(operation, vec![expr.left.clone(), expr.right.clone()])
            }),
            op if both_integers(&left, op, &right) => checked_binary(&expr.left, op, &expr.right),
            _ => None,
        };
        Ok(match planned {
            Some(planned) => PlannerResult::Planned(planned),
            None => PlannerResult::Original(expr),
        })
    }
}
