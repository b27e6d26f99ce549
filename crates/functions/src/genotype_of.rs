//! `genotype_of(genotypes, sample_id)`: one sample's genotype, as GT writes it.

use std::sync::Arc;

use arrow::array::{Array, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, Volatility};
use kohort_genotype::PackedGenotypes;

use crate::args::{binary_column, is_binary, is_text, text_column, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::counts::external;
use crate::scalar::Kernel;

/// The genotype of one sample.
#[derive(Debug)]
pub(crate) struct GenotypeOf;

impl Kernel for GenotypeOf {
    const NAME: &'static str = "genotype_of";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        let [genotypes, sample] = types else {
            return wrong_count("genotype_of(genotypes, sample_id)", types.len());
        };
        if !is_binary(genotypes) {
            return wrong_type(Self::NAME, "genotypes", "packed genotypes", genotypes);
        }
        if !is_text(sample) {
            return wrong_type(Self::NAME, "sample_id", "text", sample);
        }
        Ok(vec![DataType::BinaryView, DataType::Utf8View])
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let samples = context.samples()?;
        let genotypes = binary_column(&args.args[0], args.number_rows)?;
        let wanted = text_column(&args.args[1], args.number_rows)?;
        let mut calls = StringViewBuilder::with_capacity(args.number_rows);
        let mut sample: (Option<&str>, &[u32]) = (None, &[]);
        for (row, value) in genotypes.iter().enumerate() {
            let (Some(bytes), true) = (value, wanted.is_valid(row)) else {
                calls.append_null();
                continue;
            };
            let id = wanted.value(row);
            if sample.0 != Some(id) {
                sample = (Some(id), samples.find(id)?);
            }
            let packed = PackedGenotypes::parse(bytes, samples.directory()).map_err(external)?;
            let call = sample.1.iter().find_map(|index| packed.genotype_of(*index));
            calls.append_option(call.map(|call| call.call.to_string()));
        }
        Ok(ColumnarValue::Array(Arc::new(calls.finish())))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "One sample's genotype as the VCF writes it, seen from this row: `0` is REF, `1` this \
             ALT, `2` another ALT of the site, `.` missing; `/` and `|` are kept. NULL when the \
             genotypes or the identifier are NULL, or the row does not cover the sample's callset. \
             An identifier that no sample has is an error.",
            "genotype_of(genotypes, sample_id)",
        )
        .with_argument(
            "genotypes",
            "packed genotypes of one ALT: the column `genotypes`",
        )
        .with_argument("sample_id", "a sample, as in the table `samples`")
        .with_sql_example(
            "SELECT chrom, pos, ref, alt, genotype_of(genotypes, 'NA12878') AS gt FROM variants;",
        )
        .with_related_udf("carriers")
        .build()
    }
}
