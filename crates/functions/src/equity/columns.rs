//! The arguments of a batch, read by their place: `None` is NULL, and a default is filled in.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, ListArray, StringViewArray, StructArray,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{cast, nullif};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use kohort_stats::{Confidence, Estimate, Status};

use super::argument::{Argument, Fallback, Kind, coerce};
use super::state::{Reader, write_number, write_text};

#[derive(Debug)]
enum Column {
    Number(Float64Array),
    Text(StringViewArray),
    Flag(BooleanArray),
    Keys(ListArray),
    Struct(StructArray),
    Covariates(ArrayRef),
}

/// Casts an array. A dictionary may hold NULL among its values, which a cast to text overlooks.
pub(crate) fn cast_with_nulls(array: &ArrayRef, target: &DataType) -> Result<ArrayRef> {
    let cast = cast(array, target)?;
    match array.logical_nulls() {
        Some(nulls) if nulls.null_count() > cast.null_count() => {
            let is_null = BooleanArray::new(!nulls.inner(), None);
            Ok(nullif(&cast, &is_null)?)
        }
        _ => Ok(cast),
    }
}

/// The numbers of a column, NaN for NULL, in the form in which they are quick to read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Numbers<'a> {
    /// None is NULL.
    Dense(&'a [f64]),
    /// Some are NULL, which means this number.
    Sparse(&'a Float64Array, f64),
    /// All are the same.
    Same(f64),
}

impl Numbers<'_> {
    /// That of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> f64 {
        match self {
            Self::Dense(numbers) => numbers[row],
            Self::Sparse(array, _) if array.is_valid(row) => array.value(row),
            Self::Sparse(_, fallback) => *fallback,
            Self::Same(number) => *number,
        }
    }
}

/// The arguments of one batch of rows.
#[derive(Debug)]
pub(crate) struct Columns {
    function: &'static str,
    arguments: &'static [Argument],
    columns: Vec<Column>,
    /// How many rows there are.
    pub rows: usize,
}

impl Columns {
    /// Reads arrays, which are cast where SQL's planner has not done so.
    pub(crate) fn of(
        function: &'static str,
        arguments: &'static [Argument],
        arrays: &[ArrayRef],
        rows: usize,
    ) -> Result<Self> {
        let types: Vec<DataType> = arrays.iter().map(|a| a.data_type().clone()).collect();
        let targets = coerce(function, arguments, &types)?;
        let mut columns = Vec::with_capacity(arrays.len());
        for ((array, target), argument) in arrays.iter().zip(&targets).zip(arguments) {
            let array = match array.data_type() == target {
                true => ArrayRef::clone(array),
                false => cast_with_nulls(array, target)?,
            };
            columns.push(match argument.kind {
                Kind::Number => Column::Number(array.as_primitive::<Float64Type>().clone()),
                Kind::Key | Kind::Choice(_) => Column::Text(array.as_string_view().clone()),
                Kind::Code => Column::Text(codes(function, argument, &array)?),
                Kind::Flag => Column::Flag(flags(function, argument, &array)?),
                Kind::Keys => Column::Keys(array.as_list::<i32>().clone()),
                Kind::Estimate => Column::Struct(array.as_struct().clone()),
                Kind::Covariates => Column::Covariates(array),
            });
        }
        Ok(Self {
            function,
            arguments,
            columns,
            rows,
        })
    }

    /// Without the last arguments, of which it is said that they are NULL for everyone.
    pub(crate) fn without_last(mut self, is_null: &[bool]) -> Self {
        let given = is_null.iter().rposition(|is_null| !is_null);
        self.columns.truncate(given.map_or(0, |last| last + 1));
        self
    }

    fn fallback(&self, at: usize) -> Fallback {
        self.arguments
            .get(at)
            .map_or(Fallback::Absent, |argument| argument.fallback)
    }

    /// A number.
    #[inline]
    pub(crate) fn number(&self, at: usize, row: usize) -> Option<f64> {
        match self.columns.get(at) {
            Some(Column::Number(array)) if array.is_valid(row) => Some(array.value(row)),
            _ => match self.fallback(at) {
                Fallback::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// The numbers of a column.
    pub(crate) fn numbers(&self, at: usize) -> Numbers<'_> {
        let fallback = match self.fallback(at) {
            Fallback::Number(number) => number,
            _ => f64::NAN,
        };
        match (self.dense(at), self.columns.get(at)) {
            (Some(numbers), _) => Numbers::Dense(numbers),
            (None, Some(Column::Number(array))) => Numbers::Sparse(array, fallback),
            _ => Numbers::Same(fallback),
        }
    }

    /// The numbers of a column without NULLs, for loops that must be quick.
    pub(crate) fn dense(&self, at: usize) -> Option<&[f64]> {
        match self.columns.get(at) {
            Some(Column::Number(array)) if array.null_count() == 0 => Some(array.values()),
            _ => None,
        }
    }

    /// The flags of a column without NULLs.
    pub(crate) fn dense_flags(&self, at: usize) -> Option<&BooleanBuffer> {
        match self.columns.get(at) {
            Some(Column::Flag(array)) if array.null_count() == 0 => Some(array.values()),
            _ => None,
        }
    }

    /// A key, or the word of a choice.
    #[inline]
    pub(crate) fn text(&self, at: usize, row: usize) -> Option<&str> {
        match self.columns.get(at) {
            Some(Column::Text(array)) if array.is_valid(row) => Some(array.value(row)),
            _ => match self.fallback(at) {
                Fallback::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// True or false.
    #[inline]
    pub(crate) fn flag(&self, at: usize, row: usize) -> Option<bool> {
        match self.columns.get(at) {
            Some(Column::Flag(array)) if array.is_valid(row) => Some(array.value(row)),
            _ => match self.fallback(at) {
                Fallback::Flag(flag) => Some(flag),
                _ => None,
            },
        }
    }

    /// A list of keys; NULLs in it are left out.
    pub(crate) fn keys(&self, at: usize, row: usize) -> Option<Vec<String>> {
        match self.columns.get(at) {
            Some(Column::Keys(array)) if array.is_valid(row) => {
                let list = array.value(row);
                let texts = list.as_string_view();
                Some(texts.iter().flatten().map(str::to_owned).collect())
            }
            _ => None,
        }
    }

    /// The struct of another measure; of its words, the status. Where that is not there, a missing
    /// value is undefined.
    pub(crate) fn estimate(&self, at: usize, row: usize) -> Result<Option<Estimate>> {
        let Some(Column::Struct(array)) = self.columns.get(at) else {
            return Ok(None);
        };
        if array.is_null(row) {
            return Ok(None);
        }
        let number = |field: &str| -> Result<Option<f64>> {
            let Some(column) = array.column_by_name(field) else {
                return exec_err!("{}: the struct has no field `{field}`", self.function);
            };
            let column = cast(column, &DataType::Float64)?;
            let column = column.as_primitive::<Float64Type>();
            Ok(column.is_valid(row).then(|| column.value(row)))
        };
        let value = number("value")?;
        Ok(Some(Estimate {
            value,
            lower_cl: number("lower_cl")?,
            upper_cl: number("upper_cl")?,
            se: number("se")?,
            confidence: number("confidence")?,
            method: "",
            events: number("events")?,
            n: number("n")?,
            status: self.status(array, row)?.unwrap_or(match value {
                Some(_) => Status::Ok,
                None => Status::Undefined,
            }),
        }))
    }

    fn status(&self, array: &StructArray, row: usize) -> Result<Option<Status>> {
        let Some(column) = array.column_by_name("status") else {
            return Ok(None);
        };
        let words = cast(column, &DataType::Utf8View)?;
        let words = words.as_string_view();
        let word = words.is_valid(row).then(|| words.value(row));
        match word.map(|word| (word, Status::of_word(word))) {
            Some((word, None)) => exec_err!("{}: no status is `{word}`", self.function),
            known => Ok(known.and_then(|(_, status)| status)),
        }
    }

    /// Whether a row has a key; where none has, all are of the key that is NULL.
    pub(crate) fn has_keys(&self, at: usize) -> bool {
        match self.columns.get(at) {
            Some(Column::Text(array)) => array.null_count() < array.len(),
            _ => false,
        }
    }

    /// Whether an argument is given at all, if only as NULL.
    #[inline]
    pub(crate) fn is_given(&self, at: usize) -> bool {
        at < self.columns.len()
    }

    /// What use may depend on, as it is given; `None` where it is not, or is NULL.
    pub(crate) fn covariates(&self, at: usize) -> Option<&ArrayRef> {
        match self.columns.get(at) {
            Some(Column::Covariates(array)) if *array.data_type() != DataType::Null => Some(array),
            _ => None,
        }
    }

    /// The options of a row: arguments by name.
    pub(crate) fn options(&self, row: usize) -> Result<Options> {
        let values = (0..self.arguments.len()).map(|at| self.option(at, row));
        Ok(Options {
            function: self.function,
            arguments: self.arguments,
            varies: vec![true; self.columns.len()],
            values: values.collect::<Result<_>>()?,
        })
    }

    /// The argument at a place as an option of a row.
    pub(crate) fn option(&self, at: usize, row: usize) -> Result<OptionValue> {
        let argument = &self.arguments[at];
        Ok(match argument.kind {
            Kind::Number => OptionValue::Number(self.number(at, row)),
            Kind::Flag => OptionValue::Flag(self.flag(at, row)),
            Kind::Choice(choices) => OptionValue::Text(choose(
                self.function,
                argument,
                choices,
                self.text(at, row),
            )?),
            Kind::Key | Kind::Code => OptionValue::Key(self.text(at, row).map(str::to_owned)),
            Kind::Keys | Kind::Estimate | Kind::Covariates => OptionValue::Number(None),
        })
    }
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OptionValue {
    /// A number.
    Number(Option<f64>),
    /// True or false.
    Flag(Option<bool>),
    /// A word of a choice.
    Text(&'static str),
    /// A key or code.
    Key(Option<String>),
}

impl OptionValue {
    /// Writes it as part of a state.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        let present = |bytes: &mut Vec<u8>, is_there: bool| bytes.push(u8::from(is_there));
        match self {
            Self::Number(number) => {
                present(bytes, number.is_some());
                write_number(bytes, number.unwrap_or_default());
            }
            Self::Flag(flag) => {
                present(bytes, flag.is_some());
                present(bytes, flag.unwrap_or_default());
            }
            Self::Text(text) => write_text(bytes, text),
            Self::Key(key) => {
                present(bytes, key.is_some());
                write_text(bytes, key.as_deref().unwrap_or_default());
            }
        }
    }

    /// Reads what was written of an argument.
    pub(crate) fn read(
        function: &str,
        argument: &Argument,
        bytes: &mut Reader<'_>,
    ) -> Result<Self> {
        Ok(match argument.kind {
            Kind::Flag => {
                let (is_there, flag) = (bytes.byte()?, bytes.byte()?);
                Self::Flag((is_there > 0).then_some(flag > 0))
            }
            Kind::Choice(choices) => {
                Self::Text(choose(function, argument, choices, Some(bytes.text()?))?)
            }
            Kind::Key | Kind::Code => {
                let is_there = bytes.byte()?;
                let key = bytes.text()?;
                Self::Key((is_there > 0).then(|| key.to_owned()))
            }
            Kind::Number | Kind::Keys | Kind::Estimate | Kind::Covariates => {
                let is_there = bytes.byte()?;
                let number = bytes.number()?;
                Self::Number((is_there > 0).then_some(number))
            }
        })
    }
}

impl std::fmt::Display for OptionValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(Some(number)) => write!(f, "{number}"),
            Self::Flag(Some(flag)) => write!(f, "{flag}"),
            Self::Text(text) => f.write_str(text),
            Self::Key(Some(key)) => f.write_str(key),
            Self::Number(None) | Self::Flag(None) | Self::Key(None) => f.write_str("NULL"),
        }
    }
}

/// The constant arguments of a call, by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    function: &'static str,
    arguments: &'static [Argument],
    values: Vec<OptionValue>,
    /// Whether each argument was given as something that may differ between rows.
    varies: Vec<bool>,
}

impl Options {
    /// The options of an aggregate, from its literals; `None` stands for a column, of which an
    /// option has its value in each group (see [`Options::of_group`]).
    pub(crate) fn of_literals(
        function: &'static str,
        arguments: &'static [Argument],
        literals: &[Option<ScalarValue>],
    ) -> Result<Self> {
        let mut values = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let literal = literals.get(at).cloned().flatten();
            values.push(literal_value(function, argument, literal.as_ref())?);
        }
        Ok(Self {
            function,
            arguments,
            values,
            varies: literals.iter().map(Option::is_none).collect(),
        })
    }

    /// The places of the options that were given as a column: each group has its own.
    pub(crate) fn of_groups(&self) -> Vec<usize> {
        let arguments = self.arguments.iter().zip(&self.varies).enumerate();
        arguments
            .filter(|(_, (argument, varies))| argument.is_constant && **varies)
            .map(|(at, _)| at)
            .collect()
    }

    /// The options of a group, with its own values at these places.
    pub(crate) fn of_group(&self, places: &[usize], values: &[OptionValue]) -> Self {
        let mut options = self.clone();
        for (at, value) in places.iter().zip(values) {
            options.values[*at] = value.clone();
        }
        options
    }

    /// Whether an argument was given as a column. A NULL in a column of weights is a weight that
    /// is not known, while a NULL in its place means that there are none.
    pub(crate) fn is_column(&self, name: &str) -> bool {
        let at = self.arguments.iter().position(|a| a.name == name);
        at.is_some_and(|at| self.varies.get(at) == Some(&true))
    }

    fn value(&self, name: &str) -> Option<&OptionValue> {
        let at = self.arguments.iter().position(|a| a.name == name)?;
        self.values.get(at)
    }

    /// A number; `None` when NULL and without default.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.value(name) {
            Some(OptionValue::Number(number)) => *number,
            _ => None,
        }
    }

    /// A word of a choice.
    pub(crate) fn text(&self, name: &str) -> &'static str {
        match self.value(name) {
            Some(OptionValue::Text(text)) => text,
            _ => "",
        }
    }

    /// A key given as a constant.
    pub(crate) fn key(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Some(OptionValue::Key(key)) => key.as_deref(),
            _ => None,
        }
    }

    /// True or false; false when NULL and without default.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(OptionValue::Flag(Some(true))))
    }

    /// Whether the interval has to hold the truth for certain: a confidence of 1, or 100 per cent.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(self.number("confidence"), Some(1.0 | 100.0))
    }

    /// The argument `confidence`: above 1 it is per cent.
    pub(crate) fn confidence(&self) -> Result<Confidence> {
        confidence(self.function, self.number("confidence").unwrap_or(0.95))
    }
}

/// A confidence as a person writes it: 0.95, 95 or 99.8. Nobody means a little over one per cent by
/// 1.5.
///
/// # Errors
/// Any other number, and one between 1 and 50.
pub(crate) fn confidence(function: &str, number: f64) -> Result<Confidence> {
    if number > 1.0 && number < 50.0 {
        return exec_err!(
            "{function}: confidence: expected a number between 0 and 1, or a percentage of at \
             least 50, got `{number}`"
        );
    }
    let share = if number > 1.0 { number / 100.0 } else { number };
    Confidence::try_new(share).or_else(|_| {
        exec_err!(
            "{function}: confidence: expected a number between 0 and 1, or a percentage below \
             100, got `{number}`"
        )
    })
}

/// Booleans, or the numbers 0 and 1 for them.
fn flags(function: &str, argument: &Argument, array: &ArrayRef) -> Result<BooleanArray> {
    let Some(numbers) = array.as_primitive_opt::<Float64Type>() else {
        return Ok(array.as_boolean().clone());
    };
    let flag = |number: Option<f64>| number.map(|number| flag(function, argument, number));
    numbers
        .iter()
        .map(|number| flag(number).transpose())
        .collect()
}

fn flag(function: &str, argument: &Argument, number: f64) -> Result<bool> {
    match number {
        0.0 => Ok(false),
        1.0 => Ok(true),
        _ => exec_err!(
            "{function}: {}: expected true or false, or 1 or 0, got `{number}`",
            argument.name
        ),
    }
}

/// Words, or whole numbers as integers are written.
fn codes(function: &str, argument: &Argument, array: &ArrayRef) -> Result<StringViewArray> {
    let Some(numbers) = array.as_primitive_opt::<Float64Type>() else {
        return Ok(array.as_string_view().clone());
    };
    let code = |number: f64| match number.fract() == 0.0 {
        // A zero below zero is zero.
        true => Ok(format!("{}", number + 0.0)),
        false => exec_err!(
            "{function}: {}: expected a word or a whole number, got `{number}`",
            argument.name
        ),
    };
    numbers
        .iter()
        .map(|number| number.map(code).transpose())
        .collect()
}

fn choose(
    function: &str,
    argument: &Argument,
    choices: &'static [&'static str],
    text: Option<&str>,
) -> Result<&'static str> {
    let Some(text) = text else {
        return exec_err!(
            "{function}: `{}` is NULL; expected one of {}",
            argument.name,
            choices.join(", ")
        );
    };
    match choices.iter().find(|choice| **choice == text) {
        Some(choice) => Ok(choice),
        None => exec_err!(
            "{function}: `{}`: expected one of {}, got `{text}`",
            argument.name,
            choices.join(", ")
        ),
    }
}

fn literal_value(
    function: &'static str,
    argument: &Argument,
    literal: Option<&ScalarValue>,
) -> Result<OptionValue> {
    let literal = literal.filter(|literal| !literal.is_null());
    Ok(match argument.kind {
        Kind::Number => OptionValue::Number(match literal {
            Some(literal) => match literal.cast_to(&DataType::Float64)? {
                ScalarValue::Float64(number) => number,
                _ => None,
            },
            None => match argument.fallback {
                Fallback::Number(number) => Some(number),
                _ => None,
            },
        }),
        Kind::Flag => OptionValue::Flag(match literal {
            Some(ScalarValue::Boolean(flag)) => *flag,
            Some(literal) => match literal.cast_to(&DataType::Float64)? {
                ScalarValue::Float64(Some(number)) => Some(flag(function, argument, number)?),
                _ => None,
            },
            None => match argument.fallback {
                Fallback::Flag(flag) => Some(flag),
                _ => None,
            },
        }),
        Kind::Choice(choices) => {
            let fallback = match argument.fallback {
                Fallback::Text(text) => Some(text),
                _ => None,
            };
            let given = literal.and_then(|literal| literal.try_as_str().flatten());
            OptionValue::Text(choose(function, argument, choices, given.or(fallback))?)
        }
        Kind::Key | Kind::Code => OptionValue::Key(match literal {
            Some(literal) => match literal.cast_to(&DataType::Utf8)? {
                ScalarValue::Utf8(text) => text,
                _ => None,
            },
            None => None,
        }),
        Kind::Keys | Kind::Estimate | Kind::Covariates => OptionValue::Number(None),
    })
}
