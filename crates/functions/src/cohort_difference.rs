//! `cohort_difference(a, b, …)`: who is in the first and in none of the others.

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};

use crate::cohort_union::{coerce_cohorts, fold_cohorts};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// The samples of the first cohort that are in no other.
#[derive(Debug)]
pub(crate) struct CohortDifference;

impl Kernel for CohortDifference {
    const NAME: &'static str = "cohort_difference";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        coerce_cohorts(Self::NAME, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        fold_cohorts(args, |all, other| *all -= other)
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The samples of the first cohort that are in none of the others. NULL when an argument \
             is NULL.",
            "cohort_difference(a, b [, …])",
        )
        .with_argument("a, b, …", "cohorts")
        .with_sql_example(
            "SELECT cohort_size(cohort_difference(cohort('cases'), cohort('women'))) AS n;",
        )
        .build()
    }
}
