//! Arguments: what types a function takes, and how they are read from a batch.

use arrow::array::{
    Array, ArrayRef, BinaryViewArray, Float64Array, Int64Array, StringViewArray, StructArray,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::cast::{as_binary_view_array, as_string_view_array};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::ColumnarValue;

/// Whether a value of this type can be read as bytes.
pub(crate) fn is_binary(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Binary | DataType::BinaryView | DataType::LargeBinary | DataType::Null
    )
}

/// Whether a value of this type can be read as text.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// Whether a value of this type can be read as a number.
pub(crate) fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::Null)
}

/// The error of an argument of the wrong type.
pub(crate) fn wrong_type<T>(
    function: &str,
    argument: &str,
    expected: &str,
    got: &DataType,
) -> Result<T> {
    plan_err!("{function}: `{argument}` must be {expected}, got {got}")
}

/// The error of a wrong number of arguments.
pub(crate) fn wrong_count<T>(syntax: &str, got: usize) -> Result<T> {
    plan_err!("expected {syntax}, got {got} arguments")
}

/// An argument as bytes.
pub(crate) fn binary_column(value: &ColumnarValue, rows: usize) -> Result<BinaryViewArray> {
    let array = value.to_array(rows)?;
    Ok(as_binary_view_array(&cast(&array, &DataType::BinaryView)?)?.clone())
}

/// An argument as text.
pub(crate) fn text_column(value: &ColumnarValue, rows: usize) -> Result<StringViewArray> {
    let array = value.to_array(rows)?;
    Ok(as_string_view_array(&cast(&array, &DataType::Utf8View)?)?.clone())
}

/// A constant text argument; `None` when it is NULL.
pub(crate) fn constant_text(
    function: &str,
    argument: &str,
    value: &ColumnarValue,
) -> Result<Option<String>> {
    match value {
        ColumnarValue::Scalar(scalar) if scalar.is_null() => Ok(None),
        ColumnarValue::Scalar(scalar) => match scalar.try_as_str() {
            Some(text) => Ok(text.map(str::to_string)),
            None => exec_err!(
                "{function}: `{argument}` must be text, got {}",
                scalar.data_type()
            ),
        },
        ColumnarValue::Array(_) => {
            exec_err!("{function}: `{argument}` must be the same for all rows")
        }
    }
}

/// The bytes of a scalar of any binary type.
pub(crate) fn scalar_bytes(scalar: &ScalarValue) -> Option<&[u8]> {
    match scalar {
        ScalarValue::Binary(bytes)
        | ScalarValue::BinaryView(bytes)
        | ScalarValue::LargeBinary(bytes) => bytes.as_deref(),
        _ => None,
    }
}

/// An argument as numbers.
pub(crate) fn float_column(array: &ArrayRef) -> Result<Float64Array> {
    let array = cast(array, &DataType::Float64)?;
    Ok(datafusion::common::cast::as_float64_array(&array)?.clone())
}

/// An argument as integers.
pub(crate) fn integer_column(array: &ArrayRef) -> Result<Int64Array> {
    let array = cast(array, &DataType::Int64)?;
    Ok(datafusion::common::cast::as_int64_array(&array)?.clone())
}

/// A field of a struct of counts, as integers.
pub(crate) fn count_field(function: &str, counts: &StructArray, field: &str) -> Result<Int64Array> {
    match counts.column_by_name(field) {
        Some(column) => integer_column(column),
        None => exec_err!("{function}: the struct has no field `{field}`"),
    }
}

/// Integers from either separate arguments or the fields of one struct of counts, one column each.
/// A NULL struct makes every field NULL.
pub(crate) fn counts_or_struct(
    function: &str,
    args: &[ColumnarValue],
    fields: &[&str],
    rows: usize,
) -> Result<Vec<Int64Array>> {
    if args.len() == fields.len() && !matches!(args[0].data_type(), DataType::Struct(_)) {
        return args
            .iter()
            .map(|arg| integer_column(&arg.to_array(rows)?))
            .collect();
    }
    let array = args[0].to_array(rows)?;
    let counts = datafusion::common::cast::as_struct_array(&array)?;
    fields
        .iter()
        .map(|field| {
            let column = count_field(function, counts, field)?;
            let nulls = arrow::buffer::NullBuffer::union(column.nulls(), counts.nulls());
            Ok(Int64Array::new(column.values().clone(), nulls))
        })
        .collect()
}

/// The types of a function that takes integers, or one struct of counts.
pub(crate) fn coerce_counts_or_struct(
    syntax: &str,
    fields: usize,
    types: &[DataType],
) -> Result<Vec<DataType>> {
    match types {
        [data_type @ DataType::Struct(_)] => Ok(vec![data_type.clone()]),
        types if types.len() == fields && types.iter().all(is_number) => {
            Ok(vec![DataType::Int64; fields])
        }
        types => plan_err!(
            "expected {syntax}, got ({})",
            types
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}
