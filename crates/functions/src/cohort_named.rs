//! `cohort('name')`: a cohort that was made by CREATE COHORT.

use std::any::Any;

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawAggregateExpr};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ScalarFunctionArgs, Volatility,
};

use crate::args::{constant_text, is_text, wrong_count};
use crate::cohort::CohortAggregate;
use crate::context::FunctionContext;
use crate::scalar::{Kernel, call};

/// Looks a cohort up by its name.
#[derive(Debug)]
pub(crate) struct CohortNamed;

impl Kernel for CohortNamed {
    const NAME: &'static str = "cohort_named";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [name] if is_text(name) => Ok(vec![DataType::Utf8]),
            _ => wrong_count("cohort('name')", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = constant_text(Self::NAME, "name", &args.args[0])?;
        let members = name.map(|name| context.cohort(&name)).transpose()?;
        Ok(ColumnarValue::Scalar(ScalarValue::Binary(members)))
    }

    fn documentation() -> Documentation {
        crate::cohort::CohortAggregate::reference()
    }
}

/// Tells `cohort('name')`, a look-up, from `cohort(sample_id)`, an aggregate: SQL knows only one
/// function of a name, so that the planner hands every `cohort(…)` over as an aggregate first.
#[derive(Debug)]
pub(crate) struct CohortPlanner;

impl ExprPlanner for CohortPlanner {
    fn plan_aggregate(&self, expr: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        let function: &dyn Any = expr.func.inner().as_ref();
        let Some(aggregate) = function.downcast_ref::<CohortAggregate>() else {
            return Ok(PlannerResult::Original(expr));
        };
        match expr.args.as_slice() {
            [Expr::Literal(name, _)] if name.try_as_str().is_some() => {
                let context = aggregate.context();
                Ok(PlannerResult::Planned(call::<CohortNamed>(
                    &context, expr.args,
                )))
            }
            _ => Ok(PlannerResult::Original(expr)),
        }
    }
}
