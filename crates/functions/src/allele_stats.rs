//! `allele_stats(genotypes [, cohort])`: all counts of one row.

use std::sync::Arc;

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
use crate::stats_struct::{StatsBuilder, stats_columns, stats_type};

/// All counts of one row.
#[derive(Debug)]
pub(crate) struct AlleleStats;

impl Kernel for AlleleStats {
    const NAME: &'static str = "allele_stats";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        counts::coerce(Self::NAME, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(stats_type())
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut builder = StatsBuilder::with_capacity(args.number_rows);
        counts::count_rows(Self::NAME, context, args, |counts| builder.push(counts))?;
        Ok(ColumnarValue::Array(Arc::new(builder.finish())))
    }

    fn simplify(
        context: &Arc<FunctionContext>,
        args: Vec<Expr>,
        info: &SimplifyContext,
    ) -> Result<ExprSimplifyResult> {
        counts::simplify::<Self>(context, args, info)
    }

    fn documentation() -> Documentation {
        let fields = stats_columns()
            .iter()
            .map(|column| format!("- `{}`: {}", column.name, column.description))
            .collect::<Vec<_>>()
            .join("\n");
        Documentation::builder(
            DOC_SECTION_OTHER,
            format!(
                "Counts the calls of a cohort at one ALT, under the session's rules \
                 (`kohort.genotype_filter`, `kohort.unknown_sex`). NULL when the genotypes or the \
                 cohort are NULL.\n\nIn a query with GROUP BY, or beside another aggregate, the \
                 same name adds the counts up over rows, as `allele_stats_agg` does.\n\nFields, of \
                 which `n_…` count people, and `ac` and `an` alleles:\n\n{fields}\n\n`n_called + \
                 n_partial + n_missing + n_unknown_sex + n_unexpected + n_no_copy = n_samples`."
            ),
            "allele_stats(genotypes [, cohort])",
        )
        .with_argument(
            "genotypes",
            "packed genotypes of one ALT: the column `genotypes`",
        )
        .with_argument("cohort", "whose calls count; everyone's when left out")
        .with_sql_example(
            "SELECT chrom, pos, ref, alt, s['ac'] AS ac, s['an'] AS an, s['af'] AS af\n\
             FROM (SELECT *, allele_stats(genotypes, cohort('cases')) AS s FROM variants);",
        )
        .with_related_udf("allele_frequency")
        .build()
    }
}
