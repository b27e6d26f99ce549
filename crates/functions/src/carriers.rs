//! `carriers(genotypes [, cohort])`: who carries this ALT.

use std::sync::Arc;

use arrow::array::{Array, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, Volatility};
use kohort_genotype::{Cohort, PackedGenotypes};

use crate::args::{binary_column, is_binary, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::counts::{external, read_cohort};
use crate::scalar::Kernel;

/// The samples with a copy of this ALT.
#[derive(Debug)]
pub(crate) struct Carriers;

impl Kernel for Carriers {
    const NAME: &'static str = "carriers";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [genotypes] if is_binary(genotypes) => Ok(vec![DataType::BinaryView]),
            [genotypes, cohort] if is_binary(genotypes) && is_binary(cohort) => {
                Ok(vec![DataType::BinaryView, DataType::BinaryView])
            }
            [genotypes] | [genotypes, _] => {
                wrong_type(Self::NAME, "genotypes", "packed genotypes", genotypes)
            }
            _ => wrong_count("carriers(genotypes [, cohort])", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(Arc::new(Field::new_list_field(
            DataType::Utf8,
            true,
        ))))
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let samples = context.samples()?;
        let genotypes = binary_column(&args.args[0], args.number_rows)?;
        let cohorts = args
            .args
            .get(1)
            .map(|arg| binary_column(arg, args.number_rows))
            .transpose()?;
        let mut lists = ListBuilder::new(StringBuilder::new());
        let mut cohort: Option<(&[u8], Cohort)> = None;
        for (row, value) in genotypes.iter().enumerate() {
            let members = cohorts
                .as_ref()
                .map(|c| c.is_valid(row).then(|| c.value(row)));
            let (Some(bytes), None | Some(Some(_))) = (value, members) else {
                lists.append_null();
                continue;
            };
            if let Some(members) = members.flatten()
                && cohort.as_ref().is_none_or(|(known, _)| *known != members)
            {
                cohort = Some((members, read_cohort(members)?));
            }
            let packed = PackedGenotypes::parse(bytes, samples.directory()).map_err(external)?;
            for sample in packed.carriers() {
                if cohort
                    .as_ref()
                    .is_none_or(|(_, cohort)| cohort.contains(sample))
                {
                    lists.values().append_option(samples.id_of(sample));
                }
            }
            lists.append(true);
        }
        Ok(ColumnarValue::Array(Arc::new(lists.finish())))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The `sample_id` of every sample whose genotype has a copy of this ALT, hemizygous and \
             partial calls included, as a list in the order of `sample_index`. Calls are taken as \
             written: neither sex nor quality leaves one out. NULL when the genotypes or the \
             cohort are NULL; empty when nobody carries it.",
            "carriers(genotypes [, cohort])",
        )
        .with_argument(
            "genotypes",
            "packed genotypes of one ALT: the column `genotypes`",
        )
        .with_argument("cohort", "among whom to look; everyone when left out")
        .with_sql_example(
            "SELECT chrom, pos, ref, alt, carriers(genotypes) AS who FROM variants WHERE ac = 1;",
        )
        .with_related_udf("genotype_of")
        .build()
    }
}
