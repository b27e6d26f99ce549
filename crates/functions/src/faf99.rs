//! `faf99(ac, an)`: the filtering allele frequency at 99 % confidence.

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};
use kohort_stats::Confidence;

use crate::args::coerce_counts_or_struct;
use crate::context::FunctionContext;
use crate::faf;
use crate::scalar::Kernel;

/// The filtering allele frequency at 99 % confidence.
#[derive(Debug)]
pub(crate) struct Faf99;

impl Kernel for Faf99 {
    const NAME: &'static str = "faf99";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        coerce_counts_or_struct("faf99(ac, an) or faf99(stats)", 2, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        faf::invoke(Self::NAME, args, Confidence::P99)
    }

    fn documentation() -> Documentation {
        faf::documentation(Self::NAME, "99")
    }
}
