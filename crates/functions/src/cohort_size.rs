//! `cohort_size(cohort)`: how many samples a cohort has.

use std::sync::Arc;

use arrow::array::Int64Array;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};

use crate::args::{binary_column, is_binary, wrong_count};
use crate::cohort::deserialize;
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// The number of samples in a cohort.
#[derive(Debug)]
pub(crate) struct CohortSize;

impl Kernel for CohortSize {
    const NAME: &'static str = "cohort_size";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [cohort] if is_binary(cohort) => Ok(vec![DataType::BinaryView]),
            _ => wrong_count("cohort_size(cohort)", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let cohorts = binary_column(&args.args[0], args.number_rows)?;
        let sizes = cohorts
            .iter()
            .map(|bytes| {
                bytes
                    .map(|b| Ok(deserialize(b)?.len().cast_signed()))
                    .transpose()
            })
            .collect::<Result<Int64Array>>()?;
        Ok(ColumnarValue::Array(Arc::new(sizes)))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The number of samples in a cohort. NULL when the cohort is NULL.",
            "cohort_size(cohort)",
        )
        .with_argument("cohort", "a cohort")
        .with_sql_example("SELECT cohort_size(cohort('cases')) AS n;")
        .build()
    }
}
