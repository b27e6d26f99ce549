//! The rows of a table, read from what its query gave.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use chrono::{Days, NaiveDate};

use crate::definition::{Column, Kind, Table};
use crate::{Error, Literal};

/// The status of a value that is withheld to keep people unrecognisable.
pub(crate) const SUPPRESSED: &str = "suppressed";
/// The status of a value that is there.
const OK: &str = "ok";

/// A measure with its interval, as the functions of SQL give it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: Option<f64>,
    /// Lower confidence limit.
    pub lower_cl: Option<f64>,
    /// Upper confidence limit.
    pub upper_cl: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// The confidence of the two limits together.
    pub confidence: Option<f64>,
    /// How the interval was made.
    pub method: String,
    /// The events that it rests on.
    pub events: Option<f64>,
    /// The people, time or groups that it rests on.
    pub n: Option<f64>,
    /// Why the value is missing, or `ok`.
    pub status: String,
}

impl Estimate {
    /// What is left of an estimate that is withheld: nothing. A method that depends on the number
    /// of events would tell small counts from those that protect them.
    pub(crate) fn withheld() -> Self {
        Self {
            status: SUPPRESSED.to_owned(),
            ..Self::default()
        }
    }

    /// Whether it is withheld.
    pub(crate) fn is_withheld(&self) -> bool {
        self.status == SUPPRESSED
    }
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: NULL.
    Missing,
    /// A count that is withheld to keep people unrecognisable.
    Withheld,
    /// A text or code.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// A measure.
    Estimate(Box<Estimate>),
}

impl Value {
    /// A name for the value, to group rows by.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Missing | Self::Withheld => String::new(),
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.format("%Y-%m-%d").to_string(),
            Self::Estimate(estimate) => estimate.value.map(|v| v.to_string()).unwrap_or_default(),
        }
    }

    /// The number in it, where it has one.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Number(number) => Some(*number),
            Self::Estimate(estimate) => estimate.value,
            _ => None,
        }
    }

    /// The limits of its interval, where it has one.
    pub(crate) fn limits(&self) -> Option<(f64, f64)> {
        match self {
            Self::Estimate(estimate) => Some((estimate.lower_cl?, estimate.upper_cl?)),
            _ => None,
        }
    }

    /// Whether it is withheld to keep people unrecognisable.
    pub(crate) fn is_withheld(&self) -> bool {
        match self {
            Self::Withheld => true,
            Self::Estimate(estimate) => estimate.is_withheld(),
            _ => false,
        }
    }
}

/// The rows of a table, with its declared columns in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    names: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// What files hold at a row and column, where more digits than the page has would be rounded
    /// to another number than the page shows.
    in_files: BTreeMap<(usize, usize), Value>,
}

impl Rows {
    /// Reads the declared columns of a table from what its query gave.
    ///
    /// # Errors
    /// A declared column that the query does not give, or whose values no report shows.
    pub fn read(table: &Table, batches: &[RecordBatch]) -> Result<Self, Error> {
        let names = table.columns.iter().map(|c| c.name.clone()).collect();
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for batch in batches {
            let mut columns = Vec::with_capacity(table.columns.len());
            for column in &table.columns {
                let Some(array) = batch.column_by_name(&column.name) else {
                    let schema = batch.schema();
                    let found: Vec<&str> =
                        schema.fields().iter().map(|f| f.name().as_str()).collect();
                    let name = &column.name;
                    let message = format!(
                        "the query gives no column `{name}`; it gives {}",
                        found.join(", ")
                    );
                    return Err(Error::data(&table.id, message));
                };
                columns.push(values(table, column, array)?.into_iter());
            }
            for _ in 0..batch.num_rows() {
                let row = columns
                    .iter_mut()
                    .map(|c| c.next().unwrap_or(Value::Missing));
                rows.push(row.collect());
            }
        }
        Ok(Self {
            names,
            rows,
            in_files: BTreeMap::new(),
        })
    }

    /// Where a column is.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// A cell; nothing where there is none.
    pub(crate) fn value(&self, row: usize, column: usize) -> &Value {
        const NOTHING: &Value = &Value::Missing;
        self.rows
            .get(row)
            .and_then(|r| r.get(column))
            .unwrap_or(NOTHING)
    }

    /// A cell as files hold it.
    pub(crate) fn value_in_files(&self, row: usize, column: usize) -> &Value {
        let in_files = self.in_files.get(&(row, column));
        in_files.unwrap_or_else(|| self.value(row, column))
    }

    /// Sets what files hold in a cell.
    pub(crate) fn set_in_files(&mut self, row: usize, column: usize, value: Value) {
        self.in_files.insert((row, column), value);
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The values of some columns of a batch, none of them estimates.
///
/// # Errors
/// A column that is not there, or whose values no report shows.
pub(crate) fn plain_columns(
    place: &str,
    names: &[&String],
    batch: &RecordBatch,
) -> Result<Vec<Vec<Value>>, Error> {
    let column = |name: &&String| {
        let array = batch.column_by_name(name);
        let array = array.ok_or_else(|| Error::data(place, format!("no column `{name}`")))?;
        plain_values(array).ok_or_else(|| Error::Type {
            table: place.to_owned(),
            column: (*name).clone(),
            found: array.data_type().to_string(),
        })
    };
    names.iter().map(column).collect()
}

/// The single value of a lookup: the first column of the first row; nothing where there is no row.
///
/// # Errors
/// A value that is no text, number or date.
pub fn read_lookup(name: &str, batches: &[RecordBatch]) -> Result<Literal, Error> {
    let Some(batch) = batches
        .iter()
        .find(|b| b.num_rows() > 0 && b.num_columns() > 0)
    else {
        return Ok(Literal::Missing);
    };
    let array = batch.column(0).slice(0, 1);
    let value = plain_values(&array).and_then(|values| values.into_iter().next());
    Ok(match value {
        Some(Value::Missing) => Literal::Missing,
        Some(Value::Text(text)) => Literal::Text(text),
        Some(Value::Whole(number)) => Literal::Integer(number),
        Some(Value::Number(number)) => Literal::Number(number),
        Some(Value::Date(date)) => Literal::Date(date),
        _ => {
            return Err(Error::Type {
                table: format!("lookup `{name}`"),
                column: batch.schema().field(0).name().clone(),
                found: array.data_type().to_string(),
            });
        }
    })
}

fn values(table: &Table, column: &Column, array: &ArrayRef) -> Result<Vec<Value>, Error> {
    let wrong_type = || Error::Type {
        table: table.id.clone(),
        column: column.name.clone(),
        found: array.data_type().to_string(),
    };
    let mut values = match array.data_type() {
        DataType::Struct(_) => estimates(array.as_struct()),
        _ => plain_values(array),
    }
    .ok_or_else(wrong_type)?;
    if column.kind == Kind::Count {
        for value in &mut values {
            *value = counted(value).ok_or_else(|| {
                let message = format!(
                    "column `{}`: expected counts, got `{}`",
                    column.name,
                    value.key()
                );
                Error::data(&table.id, message)
            })?;
        }
    }
    Ok(values)
}

/// A value of a column of counts: a whole number that is not negative, or nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "asserted to be whole and small"
)]
fn counted(value: &Value) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Missing => Some(Value::Missing),
        Value::Whole(number) if *number >= 0 => Some(Value::Whole(*number)),
        Value::Number(number) if number.fract() == 0.0 && (0.0..EXACT).contains(number) => {
            Some(Value::Whole(*number as i64))
        }
        _ => None,
    }
}

/// The values of an array without fields; `None` for a type that no report shows.
fn plain_values(array: &ArrayRef) -> Option<Vec<Value>> {
    let as_type = |kind: &DataType| cast(array, kind).ok();
    match array.data_type() {
        DataType::Null => Some(vec![Value::Missing; array.len()]),
        DataType::Dictionary(_, inner) => plain_values(&as_type(inner)?),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean => {
            let array = as_type(&DataType::Utf8)?;
            let text = |text: Option<&str>| text.map_or(Value::Missing, |t| Value::Text(t.into()));
            Some(array.as_string::<i32>().iter().map(text).collect())
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _) => {
            let array = as_type(&DataType::Date32)?;
            let array = array.as_primitive::<Date32Type>();
            let day = |days: Option<i32>| days.and_then(date).map_or(Value::Missing, Value::Date);
            Some(array.iter().map(day).collect())
        }
        kind if kind.is_integer() => {
            let array = as_type(&DataType::Int64)?;
            let whole = |n: Option<i64>| n.map_or(Value::Missing, Value::Whole);
            Some(
                array
                    .as_primitive::<Int64Type>()
                    .iter()
                    .map(whole)
                    .collect(),
            )
        }
        kind if kind.is_numeric() => {
            let array = as_type(&DataType::Float64)?;
            let number = |n: Option<f64>| n.map_or(Value::Missing, Value::Number);
            Some(
                array
                    .as_primitive::<Float64Type>()
                    .iter()
                    .map(number)
                    .collect(),
            )
        }
        _ => None,
    }
}

/// The day so many days after 1 January 1970.
fn date(days: i32) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let distance = Days::new(u64::from(days.unsigned_abs()));
    match days < 0 {
        true => epoch.checked_sub_days(distance),
        false => epoch.checked_add_days(distance),
    }
}

/// The estimates of an array of structs with at least a value.
fn estimates(array: &StructArray) -> Option<Vec<Value>> {
    let numbers = |name: &str| -> Option<Vec<Option<f64>>> {
        let column = cast(array.column_by_name(name)?, &DataType::Float64).ok()?;
        Some(column.as_primitive::<Float64Type>().iter().collect())
    };
    let texts = |name: &str| -> Option<Vec<String>> {
        let column = cast(array.column_by_name(name)?, &DataType::Utf8).ok()?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Some(column.as_string::<i32>().iter().map(text).collect())
    };
    let value = numbers("value")?;
    let [lower, upper, se, confidence, events, n] =
        ["lower_cl", "upper_cl", "se", "confidence", "events", "n"].map(numbers);
    let (method, status) = (texts("method"), texts("status"));
    let at = |column: &Option<Vec<Option<f64>>>, row: usize| column.as_ref().and_then(|c| c[row]);
    let word = |column: &Option<Vec<String>>, row: usize| {
        column.as_ref().map(|c| c[row].clone()).unwrap_or_default()
    };
    let estimate = |row: usize| {
        let status = word(&status, row);
        Value::Estimate(Box::new(Estimate {
            value: value[row],
            lower_cl: at(&lower, row),
            upper_cl: at(&upper, row),
            se: at(&se, row),
            confidence: at(&confidence, row),
            method: word(&method, row),
            events: at(&events, row),
            n: at(&n, row),
            status: match status.is_empty() {
                true => (if value[row].is_some() {
                    OK
                } else {
                    "undefined"
                })
                .to_owned(),
                false => status,
            },
        }))
    };
    let rows = 0..array.len();
    Some(
        rows.map(|row| match array.is_null(row) {
            true => Value::Missing,
            false => estimate(row),
        })
        .collect(),
    )
}
/// The texts of the first column of a query's rows.
///
/// # Errors
/// A column that is no text, number or date.
pub fn read_texts(place: &str, batches: &[RecordBatch]) -> Result<Vec<String>, Error> {
    let mut texts = Vec::new();
    for batch in batches.iter().filter(|batch| batch.num_columns() > 0) {
        let column = batch.column(0);
        let values = plain_values(column).ok_or_else(|| Error::Type {
            table: place.to_owned(),
            column: batch.schema().field(0).name().clone(),
            found: column.data_type().to_string(),
        })?;
        texts.extend(values.iter().map(Value::key));
    }
    Ok(texts)
}
