//! `fst_hudson(ac1, an1, ac2, an2)`: how far two groups have grown apart.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, Signature, Volatility,
};
use kohort_stats::{AlleleCounts, FstTerms, fst_hudson};

use crate::args::{count_field, float_column, integer_column, is_number};
use crate::hwe_exact::value;

/// Hudson's Fst over the variants of a group of rows.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct FstHudson {
    signature: Signature,
}

impl FstHudson {
    pub(crate) fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    pub(crate) fn reference() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "Hudson's Fst between two groups of samples, over the variants of a group of rows: a \
             ratio of averages (Bhatia 2013, equation 10). 0 is no difference, 1 is complete \
             separation, and slightly below 0 is chance. Variants with fewer than two called \
             alleles in either group are passed over. NULL when nothing varies.",
            "fst_hudson(ac1, an1, ac2, an2)",
        )
        .with_alternative_syntax("fst_hudson(stats1, stats2)")
        .with_argument(
            "ac1, an1",
            "copies of the ALT and called alleles in the first group",
        )
        .with_argument("ac2, an2", "the same in the second")
        .with_argument("stats1, stats2", "structs of `allele_stats`")
        .with_sql_example(
            "SELECT fst_hudson(allele_stats(genotypes, cohort('north')),\n\
             \u{20}                 allele_stats(genotypes, cohort('south'))) AS fst\n\
             FROM variants;",
        )
        .build()
    }
}

impl AggregateUDFImpl for FstHudson {
    fn name(&self) -> &str {
        "fst_hudson"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [DataType::Struct(_), DataType::Struct(_)] => Ok(types.to_vec()),
            [_, _, _, _] if types.iter().all(is_number) => Ok(vec![DataType::Int64; 4]),
            _ => plan_err!(
                "expected fst_hudson(ac1, an1, ac2, an2) or fst_hudson(stats1, stats2), got ({})",
                types
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Terms(FstTerms::default())))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(["numerator", "denominator"]
            .map(|part| {
                Arc::new(Field::new(
                    format!("{}[{part}]", args.name),
                    DataType::Float64,
                    true,
                ))
            })
            .to_vec())
    }
}

#[derive(Debug)]
struct Terms(FstTerms);

impl Accumulator for Terms {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let columns: Vec<Int64Array> = if values.len() == 2 {
            let mut columns = Vec::with_capacity(4);
            for stats in values.iter().filter_map(|value| value.as_struct_opt()) {
                columns.push(count_field("fst_hudson", stats, "ac")?);
                columns.push(count_field("fst_hudson", stats, "an")?);
            }
            columns
        } else {
            values.iter().map(integer_column).collect::<Result<_>>()?
        };
        for row in 0..values[0].len() {
            let group = |at: usize| {
                Some(AlleleCounts {
                    ac: value(&columns[at], row)?,
                    an: value(&columns[at + 1], row)?,
                })
            };
            if let (Some(first), Some(second)) = (group(0), group(2))
                && let Some(terms) = fst_hudson(first, second)
            {
                self.0 += terms;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.0.value()))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![
            ScalarValue::Float64(Some(self.0.numerator)),
            ScalarValue::Float64(Some(self.0.denominator)),
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let parts = states
            .iter()
            .map(float_column)
            .collect::<Result<Vec<Float64Array>>>()?;
        for row in 0..parts[0].len() {
            self.0 += FstTerms {
                numerator: parts[0].value(row),
                denominator: parts[1].value(row),
            };
        }
        Ok(())
    }
}
