//! `cohort_union(a, b, …)`: who is in any of them.

use std::sync::Arc;

use arrow::array::{Array, BinaryBuilder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};
use roaring::RoaringBitmap;

use crate::args::{binary_column, is_binary, wrong_type};
use crate::cohort::{deserialize, serialize};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// The samples that are in any of the cohorts.
#[derive(Debug)]
pub(crate) struct CohortUnion;

impl Kernel for CohortUnion {
    const NAME: &'static str = "cohort_union";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        coerce_cohorts(Self::NAME, types)
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        fold_cohorts(args, |all, other| *all |= other)
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The samples that are in at least one of the cohorts. NULL when an argument is NULL.",
            "cohort_union(a, b [, …])",
        )
        .with_argument("a, b, …", "cohorts")
        .with_sql_example(
            "SELECT cohort_size(cohort_union(cohort('cases'), cohort('women'))) AS n;",
        )
        .build()
    }
}

/// The types of the set operations.
pub(crate) fn coerce_cohorts(function: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    if types.is_empty() {
        return plan_err!("expected {function}(a, b [, …]), got no arguments");
    }
    if let Some(other) = types.iter().find(|data_type| !is_binary(data_type)) {
        return wrong_type(function, "a, b, …", "cohorts, as of cohort('name')", other);
    }
    Ok(vec![DataType::BinaryView; types.len()])
}

/// Folds the cohorts of each row into one.
pub(crate) fn fold_cohorts(
    args: &ScalarFunctionArgs,
    fold: impl Fn(&mut RoaringBitmap, RoaringBitmap),
) -> Result<ColumnarValue> {
    let constant = args
        .args
        .iter()
        .all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
    let rows = if constant { 1 } else { args.number_rows };
    let columns = args
        .args
        .iter()
        .map(|arg| binary_column(arg, rows))
        .collect::<Result<Vec<_>>>()?;
    let mut folded = BinaryBuilder::new();
    for row in 0..rows {
        if columns.iter().any(|column| column.is_null(row)) {
            folded.append_null();
            continue;
        }
        let mut sets = columns.iter().map(|column| deserialize(column.value(row)));
        let mut all = sets.next().transpose()?.unwrap_or_default();
        for set in sets {
            fold(&mut all, set?);
        }
        folded.append_value(serialize(all)?);
    }
    let folded = folded.finish();
    if constant {
        return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
            &folded, 0,
        )?));
    }
    Ok(ColumnarValue::Array(Arc::new(folded)))
}
