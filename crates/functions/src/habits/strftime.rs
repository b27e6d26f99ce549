//! `strftime(date, format)` and `strptime(text, format)`.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;
use datafusion::functions::datetime::{to_char, to_timestamp};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_DATETIME;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};

use super::forward::{forward, is_time};
use crate::args::{is_text, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// A date as text.
#[derive(Debug)]
pub(super) struct Strftime;

impl Kernel for Strftime {
    const NAME: &'static str = "strftime";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [time, format] if is_time(time) && is_text(format) => {
                Ok(vec![time.clone(), DataType::Utf8])
            }
            [format, time] if is_time(time) && is_text(format) => {
                Ok(vec![DataType::Utf8, time.clone()])
            }
            [other, _] => wrong_type(Self::NAME, "date", "a date or a timestamp", other),
            types => wrong_count("strftime(date, '%Y-%m-%d')", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut values = args.args.clone();
        if is_text(&values[0].data_type()) {
            values.reverse();
        }
        forward(&to_char(), values, DataType::Utf8, args)
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_DATETIME,
            "A date or timestamp as text, by a format of `%Y` (year), `%m` (month), `%d` (day), \
             `%V` (ISO week), `%B` (name of the month), `%H`, `%M`, `%S` and so on. The same as \
             `to_char`.",
            "strftime(date, format)",
        )
        .with_argument("date", "a date or a timestamp")
        .with_argument("format", "text with the fields of the date")
        .with_sql_example("SELECT strftime(DATE '2024-05-17', '%Y-%m');")
        .build()
    }
}

/// A text as a timestamp.
#[derive(Debug)]
pub(super) struct Strptime;

impl Kernel for Strptime {
    const NAME: &'static str = "strptime";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [text, format] if is_text(text) && is_text(format) => Ok(vec![DataType::Utf8; 2]),
            [other, _] if !is_text(other) => wrong_type(Self::NAME, "text", "text", other),
            [_, other] => wrong_type(Self::NAME, "format", "text", other),
            types => wrong_count("strptime(text, '%d/%m/%Y')", types.len()),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Timestamp(TimeUnit::Nanosecond, None))
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let function = to_timestamp(&args.config_options);
        let returned = DataType::Timestamp(TimeUnit::Nanosecond, None);
        forward(&function, args.args.clone(), returned, args)
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_DATETIME,
            "A text as a timestamp, read by a format as of `strftime`. A text that does not fit is \
             an error. The same as `to_timestamp` with a format.",
            "strptime(text, format)",
        )
        .with_argument("text", "a date as text")
        .with_argument("format", "where the fields of the date are in it")
        .with_sql_example("SELECT strptime('17/05/2024 12:30', '%d/%m/%Y %H:%M');")
        .build()
    }
}
