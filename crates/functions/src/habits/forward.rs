//! A call handed on to a function of DataFusion.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};

/// What another function gives for some arguments.
pub(super) fn forward(
    function: &ScalarUDF,
    values: Vec<ColumnarValue>,
    returned: DataType,
    given: &ScalarFunctionArgs,
) -> Result<ColumnarValue> {
    let fields = values
        .iter()
        .map(|value| Arc::new(Field::new("", value.data_type(), true)));
    function.invoke_with_args(ScalarFunctionArgs {
        arg_fields: fields.collect(),
        args: values,
        number_rows: given.number_rows,
        return_field: Arc::new(Field::new("", returned, true)),
        config_options: Arc::clone(&given.config_options),
    })
}

/// Whether values of a type are days or times.
pub(super) fn is_time(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)
    )
}
