//! `cohort_contains(cohort, sample_id)`: whether a sample is in a cohort.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, Volatility};
use roaring::RoaringBitmap;

use crate::args::{binary_column, is_binary, is_text, text_column, wrong_count, wrong_type};
use crate::cohort::deserialize;
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// Tells of a row's sample whether it is in a cohort; `None` when it is NULL.
type Membership<'a> = Box<dyn Fn(usize, &RoaringBitmap) -> Option<bool> + 'a>;

/// Whether a sample is in a cohort.
#[derive(Debug)]
pub(crate) struct CohortContains;

impl Kernel for CohortContains {
    const NAME: &'static str = "cohort_contains";
    const VOLATILITY: Volatility = Volatility::Stable;

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        let [cohort, sample] = types else {
            return wrong_count("cohort_contains(cohort, sample_id)", types.len());
        };
        if !is_binary(cohort) {
            return wrong_type(
                Self::NAME,
                "cohort",
                "a cohort, as of cohort('name')",
                cohort,
            );
        }
        match sample {
            text if is_text(text) => Ok(vec![DataType::BinaryView, DataType::Utf8View]),
            number if number.is_integer() => Ok(vec![DataType::BinaryView, DataType::Int64]),
            other => wrong_type(Self::NAME, "sample_id", "text", other),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let cohorts = binary_column(&args.args[0], rows)?;
        let samples = context.samples()?;
        let members: Membership<'_> = if args.args[1].data_type() == DataType::Int64 {
            let indices = args.args[1].to_array(rows)?;
            Box::new(move |row, cohort| {
                let indices = indices.as_primitive::<Int64Type>();
                indices
                    .is_valid(row)
                    .then(|| u32::try_from(indices.value(row)).is_ok_and(|i| cohort.contains(i)))
            })
        } else {
            let ids = text_column(&args.args[1], rows)?;
            Box::new(move |row, cohort| {
                ids.is_valid(row).then(|| {
                    samples
                        .indices_of(ids.value(row))
                        .iter()
                        .any(|i| cohort.contains(*i))
                })
            })
        };
        let mut cohort = (None, RoaringBitmap::new());
        let mut contained = Vec::with_capacity(rows);
        for (row, bytes) in cohorts.iter().enumerate() {
            if bytes.is_some() && cohort.0 != bytes {
                cohort = (
                    bytes,
                    bytes.map(deserialize).transpose()?.unwrap_or_default(),
                );
            }
            contained.push(bytes.and_then(|_| members(row, &cohort.1)));
        }
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::from(
            contained,
        ))))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "Whether a sample is in a cohort; false for an identifier that no sample has. NULL \
             when an argument is NULL.",
            "cohort_contains(cohort, sample_id)",
        )
        .with_argument("cohort", "a cohort")
        .with_argument("sample_id", "a sample's identifier, or its `sample_index`")
        .with_sql_example(
            "SELECT sample_id FROM samples WHERE cohort_contains(cohort('cases'), sample_id);",
        )
        .build()
    }
}
