//! `len(text)`, `len(list)`: characters or elements.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_STRING;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};

use crate::args::{is_text, text_column, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// See the module.
#[derive(Debug)]
pub(super) struct Len;

impl Kernel for Len {
    const NAME: &'static str = "len";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [text] if is_text(text) => Ok(vec![DataType::Utf8View]),
            [list] => match list {
                DataType::List(item)
                | DataType::LargeList(item)
                | DataType::ListView(item)
                | DataType::FixedSizeList(item, _) => {
                    Ok(vec![DataType::LargeList(Arc::clone(item))])
                }
                other => wrong_type(Self::NAME, "value", "text or a list", other),
            },
            types => wrong_count("len(text) or len(list)", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let value = &args.args[0];
        let lengths: Int64Array = match value.data_type() {
            DataType::LargeList(_) => {
                let array = value.to_array(args.number_rows)?;
                let list = array.as_list::<i64>();
                let length = |row: usize| list.is_valid(row).then(|| list.value_length(row));
                (0..list.len()).map(length).collect()
            }
            _ => {
                let texts = text_column(value, args.number_rows)?;
                let characters = texts.iter().map(|text| {
                    text.map(|text| i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
                });
                characters.collect()
            }
        };
        let lengths = cast(&lengths, &DataType::Int64)?;
        Ok(ColumnarValue::Array(lengths))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_STRING,
            "How many characters a text has, or how many elements a list.",
            "len(value)",
        )
        .with_argument("value", "a text or a list; NULL gives NULL")
        .with_sql_example("SELECT len('läkare'), len([1, 2, 3]);")
        .build()
    }
}
