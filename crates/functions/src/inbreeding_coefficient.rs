//! `inbreeding_coefficient(stats)`: how far heterozygotes fall short of what is expected.

use std::sync::Arc;

use arrow::array::Float64Array;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};

use crate::args::{coerce_counts_or_struct, counts_or_struct};
use crate::context::FunctionContext;
use crate::hwe_exact::{diploid, value};
use crate::scalar::Kernel;

const SYNTAX: &str =
    "inbreeding_coefficient(stats) or inbreeding_coefficient(n_hom_ref, n_het, n_hom_alt)";

/// One minus observed over expected heterozygotes.
#[derive(Debug)]
pub(crate) struct InbreedingCoefficient;

impl Kernel for InbreedingCoefficient {
    const NAME: &'static str = "inbreeding_coefficient";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        coerce_counts_or_struct(SYNTAX, 3, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut fields = vec!["n_hom_ref", "n_het", "n_hom_alt"];
        if args.args.len() == 1 {
            fields.push("n_other_alt");
        }
        let columns = counts_or_struct(Self::NAME, &args.args, &fields, args.number_rows)?;
        let coefficients = (0..args.number_rows).map(|row| {
            let mut people = diploid(&columns, row)?;
            if let Some(others) = columns.get(3) {
                people.n_hom_ref = people.n_hom_ref.saturating_add(value(others, row)?);
            }
            kohort_stats::inbreeding_coefficient(people)
        });
        Ok(ColumnarValue::Array(Arc::new(
            coefficients.collect::<Float64Array>(),
        )))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "One minus the observed heterozygotes over those expected from the allele frequency, \
             among people with two called copies, this ALT against all other alleles. 0 is what \
             random mating gives, 1 no heterozygote at all, and below 0 there are more than \
             expected. NULL when a count is NULL, and when nothing varies.",
            "inbreeding_coefficient(stats)",
        )
        .with_alternative_syntax("inbreeding_coefficient(n_hom_ref, n_het, n_hom_alt)")
        .with_argument("stats", "the struct of `allele_stats`")
        .with_argument("n_hom_ref, n_het, n_hom_alt", "people per genotype")
        .with_sql_example(
            "SELECT inbreeding_coefficient(n_hom_ref, n_het, n_hom_alt) AS f FROM variants;",
        )
        .with_related_udf("hwe_exact")
        .build()
    }
}
