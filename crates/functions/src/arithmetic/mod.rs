//! Arithmetic that never gives a silent wrong answer.
//!
//! DataFusion divides integers by cutting the fraction off, lets `+`, `-`, `*`, `<<` and `sum` wrap
//! around, and compares NaN by the order of rows. Here `/` divides as DuckDB, R and Stata do, `//`
//! and `div` cut the fraction off, what does not fit its type is an error, and NaN is the largest
//! number, as in PostgreSQL.

mod div;
mod extremes;
mod operation;
mod ordered;
mod planner;
mod sum;
mod wide;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{AggregateUDF, Documentation, Expr, ScalarUDF};

pub use operation::{checked_binary, checked_negative, checked_operand, is_division};

use crate::docs::{FunctionDoc, FunctionKind};

/// Makes the functions and the planner of operators known to a session.
pub(crate) fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    registry.register_udf(Arc::new(ScalarUDF::new_from_impl(div::Div::new())))?;
    registry.register_udaf(Arc::new(AggregateUDF::new_from_impl(
        sum::CheckedSum::default(),
    )))?;
    for extreme in [extremes::Extreme::min(), extremes::Extreme::max()] {
        registry.register_udaf(Arc::new(AggregateUDF::new_from_impl(extreme)))?;
    }
    registry.register_expr_planner(Arc::new(planner::Operators))
}

/// The reference of the functions.
pub(crate) fn documentation() -> Vec<FunctionDoc> {
    let entry = |name, entry: Documentation| FunctionDoc {
        name,
        kind: FunctionKind::Scalar,
        entry,
    };
    vec![entry("div", div::documentation())]
}

/// A type as SQL names it.
pub(crate) fn sql_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Int8 => "TINYINT".to_owned(),
        DataType::Int16 => "SMALLINT".to_owned(),
        DataType::Int32 => "INTEGER".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::UInt8 => "TINYINT UNSIGNED".to_owned(),
        DataType::UInt16 => "SMALLINT UNSIGNED".to_owned(),
        DataType::UInt32 => "INTEGER UNSIGNED".to_owned(),
        DataType::UInt64 => "BIGINT UNSIGNED".to_owned(),
        DataType::Float32 => "REAL".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Decimal128(precision, scale) => format!("DECIMAL({precision}, {scale})"),
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "TEXT".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}

/// A call of one of our functions with two arguments.
fn call(function: ScalarUDF, args: Vec<Expr>) -> Expr {
    use datafusion::logical_expr::expr::ScalarFunction;
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), args))
}
