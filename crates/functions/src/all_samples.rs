//! `all_samples()`: the cohort of everyone in the lake.

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, Volatility};

use crate::args::wrong_count;
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// Every visible sample, as a cohort.
#[derive(Debug)]
pub(crate) struct AllSamples;

impl Kernel for AllSamples {
    const NAME: &'static str = "all_samples";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [] => Ok(vec![]),
            _ => wrong_count("all_samples()", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke(context: &FunctionContext, _: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let bytes = crate::cohort::serialize(context.samples()?.indices().collect())?;
        Ok(ColumnarValue::Scalar(ScalarValue::Binary(Some(bytes))))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The cohort of every sample of every visible callset. Never NULL.",
            "all_samples()",
        )
        .with_sql_example("SELECT cohort_size(all_samples()) AS n;")
        .with_related_udf("cohort")
        .build()
    }
}
