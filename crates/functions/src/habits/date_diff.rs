//! `date_diff('month', a, b)` and `date_sub('month', a, b)`: time between two dates.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, plan_datafusion_err};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_DATETIME;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};

use super::forward::is_time;
use crate::args::{is_text, text_column, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What is counted.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Months(i64),
    Weeks,
    Microseconds(i64),
}

impl Unit {
    fn of(text: &str) -> Result<Self> {
        let lower = text.trim().to_lowercase();
        Ok(match lower.strip_suffix('s').unwrap_or(&lower) {
            "year" | "yr" | "y" => Self::Months(12),
            "quarter" => Self::Months(3),
            "month" | "mon" => Self::Months(1),
            "week" | "w" => Self::Weeks,
            "day" | "d" => Self::Microseconds(DAY),
            "hour" | "hr" | "h" => Self::Microseconds(3600 * SECOND),
            "minute" | "min" | "m" => Self::Microseconds(60 * SECOND),
            "second" | "sec" => Self::Microseconds(SECOND),
            "millisecond" => Self::Microseconds(1000),
            "microsecond" => Self::Microseconds(1),
            _ => {
                return Err(plan_datafusion_err!(
                    "date_diff: expected year, quarter, month, week, day, hour, minute or second, \
                     got `{text}`"
                ));
            }
        })
    }

    /// How many begin after `start` and not after `end`.
    fn boundaries(self, start: i64, end: i64) -> i64 {
        let index = |time: i64| match self {
            Self::Months(n) => months(time).div_euclid(n),
            Self::Weeks => time.div_euclid(DAY),
            Self::Microseconds(n) => time.div_euclid(n),
        };
        match self {
            // DuckDB counts no Mondays, but sevens of days.
            Self::Weeks => (index(end) - index(start)) / 7,
            _ => index(end) - index(start),
        }
    }

    /// How many fit between `start` and `end`.
    fn whole(self, start: i64, end: i64) -> i64 {
        match self {
            Self::Months(n) => {
                let (from, to) = (start.min(end), start.max(end));
                let (mut day, time) = within_month(from);
                if is_last_of_month(to) {
                    // The last day of a shorter month is as good as the 31st.
                    day = day.min(within_month(to).0);
                }
                let unfinished = i64::from(within_month(to) < (day, time));
                let whole = (months(to) - months(from) - unfinished) / n;
                if end < start { -whole } else { whole }
            }
            Self::Weeks => end.saturating_sub(start) / (7 * DAY),
            Self::Microseconds(n) => end.saturating_sub(start) / n,
        }
    }
}

/// Year, month from 0, and day of a day counted from 1970-01-01 (Hinnant, "chrono-compatible
/// low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 2 } else { month - 10 };
    let year = year + era * 400 + i64::from(month < 2);
    (year, month, day)
}

fn months(time: i64) -> i64 {
    let (year, month, _) = civil(time.div_euclid(DAY));
    year * 12 + month
}

/// Day and time within the month.
fn within_month(time: i64) -> (i64, i64) {
    let (_, _, day) = civil(time.div_euclid(DAY));
    (day, time.rem_euclid(DAY))
}

fn is_last_of_month(time: i64) -> bool {
    months(time) != months(time.saturating_add(DAY))
}

fn coerce(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    let time = DataType::Timestamp(TimeUnit::Microsecond, None);
    let [unit, start, end] = types else {
        return wrong_count(&format!("{name}('day', start, end)"), types.len());
    };
    if !is_text(unit) {
        return wrong_type(name, "unit", "text such as 'day'", unit);
    }
    for (argument, given) in [("start", start), ("end", end)] {
        if !is_time(given) && !is_text(given) {
            return wrong_type(name, argument, "a date or a timestamp", given);
        }
    }
    Ok(vec![DataType::Utf8View, time.clone(), time])
}

fn invoke(args: &ScalarFunctionArgs, count: fn(Unit, i64, i64) -> i64) -> Result<ColumnarValue> {
    let rows = args.number_rows;
    let units = text_column(&args.args[0], rows)?;
    let time = DataType::Timestamp(TimeUnit::Microsecond, None);
    let starts = cast(&args.args[1].to_array(rows)?, &time)?;
    let ends = cast(&args.args[2].to_array(rows)?, &time)?;
    let starts = starts.as_primitive::<TimestampMicrosecondType>();
    let ends = ends.as_primitive::<TimestampMicrosecondType>();
    let counted = (0..rows).map(|row| {
        if units.is_null(row) || starts.is_null(row) || ends.is_null(row) {
            return Ok(None);
        }
        let unit = Unit::of(units.value(row))?;
        Ok(Some(count(unit, starts.value(row), ends.value(row))))
    });
    let counted = counted.collect::<Result<Int64Array>>()?;
    Ok(ColumnarValue::Array(Arc::new(counted)))
}

fn reference(text: &str, name: &str, example: &str) -> Documentation {
    let builder = Documentation::builder(
        DOC_SECTION_DATETIME,
        text,
        format!("{name}(unit, start, end)"),
    );
    let builder = match name {
        "date_diff" => builder.with_alternative_syntax("datediff(unit, start, end)"),
        _ => builder,
    };
    builder
        .with_argument(
            "unit",
            "year, quarter, month, week, day, hour, minute or second",
        )
        .with_argument("start", "a date or a timestamp")
        .with_argument(
            "end",
            "a date or a timestamp; before `start`, the number is negative",
        )
        .with_sql_example(example)
        .build()
}

macro_rules! difference {
    ($kernel:ident, $name:literal, $count:expr, $reference:expr) => {
        #[doc = concat!("`", $name, "(unit, start, end)`.")]
        #[derive(Debug)]
        pub(super) struct $kernel;

        impl Kernel for $kernel {
            const NAME: &'static str = $name;

            fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
                coerce($name, types)
            }

            fn returns(_: &[DataType]) -> Result<DataType> {
                Ok(DataType::Int64)
            }

            fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
                invoke(args, $count)
            }

            fn documentation() -> Documentation {
                $reference
            }
        }
    };
}

const DIFF: &str = "How many borders of years, months, days and so on lie between two dates: \
     `date_diff('year', DATE '2023-12-31', DATE '2024-01-01')` is 1; weeks are sevens of days. For \
     the whole years between them, such as an age, use `date_sub`.";
const SUB: &str = "How many whole years, months, days and so on lie between two dates, such as an \
     age in years: `date_sub('year', DATE '2023-12-31', DATE '2024-01-01')` is 0.";

difference!(
    DateDiff,
    "date_diff",
    Unit::boundaries,
    reference(
        DIFF,
        "date_diff",
        "SELECT date_diff('day', DATE '2024-01-30', DATE '2024-03-01');"
    )
);
difference!(
    DateDiffShort,
    "datediff",
    Unit::boundaries,
    reference(DIFF, "date_diff", "")
);
difference!(
    DateSub,
    "date_sub",
    Unit::whole,
    reference(
        SUB,
        "date_sub",
        "SELECT date_sub('year', DATE '1980-05-18', DATE '2024-05-17');"
    )
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        assert_eq!(civil(0), (1970, 0, 1));
        assert_eq!(civil(-1), (1969, 11, 31));
        assert_eq!(civil(19_782), (2024, 1, 29));
        assert_eq!(civil(-719_468), (0, 2, 1));
    }

    #[test]
    fn an_age_counts_birthdays() {
        let day = |days: i64| days * DAY;
        let year = Unit::of("year").unwrap();
        // 2000-02-29 and the days around its 24th anniversary.
        let born = day(11_016);
        assert_eq!(year.whole(born, day(19_781)), 23);
        assert_eq!(year.whole(born, day(19_782)), 24);
        assert_eq!(year.boundaries(born, day(19_781)), 24);
        assert_eq!(year.whole(day(19_781), born), -23);
        assert!(Unit::of("fortnight").is_err());
    }
}
