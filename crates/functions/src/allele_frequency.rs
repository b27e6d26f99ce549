//! `allele_frequency(genotypes [, cohort])`: copies of this ALT over called alleles.

use std::sync::Arc;

use arrow::array::Float64Array;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ScalarFunctionArgs, Volatility,
};

use crate::context::FunctionContext;
use crate::counts;
use crate::scalar::Kernel;

/// Copies of this ALT over called alleles.
#[derive(Debug)]
pub(crate) struct AlleleFrequency;

impl Kernel for AlleleFrequency {
    const NAME: &'static str = "allele_frequency";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        counts::coerce(Self::NAME, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut values: Vec<Option<f64>> = Vec::with_capacity(args.number_rows);
        counts::count_rows(Self::NAME, context, args, |counts| {
            values.push(counts.and_then(|counts| counts.af()))
        })?;
        Ok(ColumnarValue::Array(Arc::new(Float64Array::from(values))))
    }

    fn simplify(
        context: &Arc<FunctionContext>,
        args: Vec<Expr>,
        info: &SimplifyContext,
    ) -> Result<ExprSimplifyResult> {
        counts::simplify::<Self>(context, args, info)
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "Copies of this ALT over the called alleles of a cohort. NULL when no allele is \
             called, and when the genotypes or the cohort are NULL; never 0 for want of data.",
            "allele_frequency(genotypes [, cohort])",
        )
        .with_argument(
            "genotypes",
            "packed genotypes of one ALT: the column `genotypes`",
        )
        .with_argument("cohort", "whose calls count; everyone's when left out")
        .with_sql_example(
            "SELECT chrom, pos, ref, alt, allele_frequency(genotypes, cohort('cases')) AS x FROM \
             variants;",
        )
        .with_related_udf("allele_stats")
        .build()
    }
}
