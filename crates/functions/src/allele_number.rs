//! `allele_number(genotypes [, cohort])`: called alleles, whatever they are.

use std::sync::Arc;

use arrow::array::Int64Array;
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

/// Called alleles.
#[derive(Debug)]
pub(crate) struct AlleleNumber;

impl Kernel for AlleleNumber {
    const NAME: &'static str = "allele_number";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        counts::coerce(Self::NAME, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut values: Vec<Option<i64>> = Vec::with_capacity(args.number_rows);
        counts::count_rows(Self::NAME, context, args, |counts| {
            values.push(counts.map(|counts| counts.an.cast_signed()))
        })?;
        Ok(ColumnarValue::Array(Arc::new(Int64Array::from(values))))
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
            "Called alleles of a cohort at this site, under the session's rules: not twice the \
             samples, as calls may be missing, partial or haploid. NULL when the genotypes or the \
             cohort are NULL.",
            "allele_number(genotypes [, cohort])",
        )
        .with_argument(
            "genotypes",
            "packed genotypes of one ALT: the column `genotypes`",
        )
        .with_argument("cohort", "whose calls count; everyone's when left out")
        .with_sql_example(
            "SELECT chrom, pos, ref, alt, allele_number(genotypes, cohort('cases')) AS x FROM \
             variants;",
        )
        .with_related_udf("allele_stats")
        .build()
    }
}
