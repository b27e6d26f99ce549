//! `year(date)` and its siblings: one field of a date.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::functions::datetime::date_part;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_DATETIME;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{ColumnarValue, Documentation, Expr, ScalarFunctionArgs, lit};

use super::forward::{forward, is_time};
use crate::args::{is_text, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

fn types_of(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [time] if is_time(time) => Ok(vec![time.clone()]),
        [text] if is_text(text) => Ok(vec![DataType::Date32]),
        [other] => wrong_type(name, "date", "a date or a timestamp", other),
        types => wrong_count(&format!("{name}(date)"), types.len()),
    }
}

fn reference() -> Documentation {
    Documentation::builder(
        DOC_SECTION_DATETIME,
        "One field of a date or timestamp: short for `date_part('year', date)`. `week` is the ISO \
         week, `dayofweek` counts from Sunday (0) and `isodow` from Monday (1).",
        "year(date)",
    )
    .with_alternative_syntax("quarter(date)")
    .with_alternative_syntax("month(date)")
    .with_alternative_syntax("week(date)")
    .with_alternative_syntax("day(date)")
    .with_alternative_syntax("dayofyear(date)")
    .with_alternative_syntax("dayofweek(date)")
    .with_alternative_syntax("isodow(date)")
    .with_alternative_syntax("hour(timestamp)")
    .with_alternative_syntax("minute(timestamp)")
    .with_alternative_syntax("second(timestamp)")
    .with_argument("date", "a date, a timestamp, or a date as text")
    .with_sql_example("SELECT year(DATE '2024-05-17'), month(DATE '2024-05-17');")
    .build()
}

macro_rules! date_field {
    ($kernel:ident, $name:literal, $part:literal) => {
        #[doc = concat!("`", $name, "(date)`.")]
        #[derive(Debug)]
        pub(super) struct $kernel;

        impl Kernel for $kernel {
            const NAME: &'static str = $name;

            fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
                types_of($name, types)
            }

            fn returns(_: &[DataType]) -> Result<DataType> {
                Ok(DataType::Int32)
            }

            fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
                let part = ColumnarValue::Scalar(ScalarValue::from($part));
                let values = vec![part, args.args[0].clone()];
                forward(&date_part(), values, DataType::Int32, args)
            }

            fn simplify(
                _: &Arc<FunctionContext>,
                args: Vec<Expr>,
                _: &SimplifyContext,
            ) -> Result<ExprSimplifyResult> {
                // By its own name DataFusion prunes files by it.
                match args.as_slice() {
                    [date] => Ok(ExprSimplifyResult::Simplified(
                        date_part().call(vec![lit($part), date.clone()]),
                    )),
                    _ => Ok(ExprSimplifyResult::Original(args)),
                }
            }

            fn documentation() -> Documentation {
                reference()
            }
        }
    };
}

date_field!(Year, "year", "year");
date_field!(Quarter, "quarter", "quarter");
date_field!(Month, "month", "month");
date_field!(Week, "week", "week");
date_field!(Day, "day", "day");
date_field!(DayOfYear, "dayofyear", "doy");
date_field!(DayOfWeek, "dayofweek", "dow");
date_field!(IsoDayOfWeek, "isodow", "isodow");
date_field!(Hour, "hour", "hour");
date_field!(Minute, "minute", "minute");
date_field!(Second, "second", "second");
