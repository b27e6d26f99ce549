//! What a measure takes: declared once, used for types, defaults and the reference.

use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, plan_err};
use std::sync::Arc;

use crate::args::{is_number, is_text};

/// What kind of value an argument is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// A number: any numeric type, or a boolean as 0 and 1.
    Number,
    /// Anything that has equality: a stratum, a group, an area. Compared as text.
    Key,
    /// What became of somebody: a word or a whole number, which is the same in every numeric type.
    /// Compared as text.
    Code,
    /// One word of these.
    Choice(&'static [&'static str]),
    /// True or false, or 1 and 0; any other number is an error.
    Flag,
    /// A list of keys.
    Keys,
    /// The struct that another measure returned.
    Estimate,
    /// What use may depend on: a number, a flag or a text, or several as a struct or a list.
    Covariates,
}

/// What is used when an argument is absent or NULL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fallback {
    /// It must be given; NULL reaches the measure as `None`.
    Required,
    /// Nothing: `None`.
    Absent,
    /// A number.
    Number(f64),
    /// A word.
    Text(&'static str),
    /// True or false.
    Flag(bool),
}

/// One argument of a measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Argument {
    /// Its name in SQL.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is when not given.
    pub fallback: Fallback,
    /// Whether it must be the same for all rows of an aggregate.
    pub is_constant: bool,
    /// One sentence: unit, range, what NULL means.
    pub doc: &'static str,
}

impl Argument {
    const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            fallback: Fallback::Required,
            is_constant: false,
            doc,
        }
    }

    /// A required number.
    pub(crate) const fn number(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Number, doc)
    }

    /// A required key.
    pub(crate) const fn key(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Key, doc)
    }

    /// A required word or whole number.
    pub(crate) const fn code(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Code, doc)
    }

    /// A required list of keys.
    pub(crate) const fn keys(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Keys, doc)
    }

    /// A required flag.
    pub(crate) const fn flag(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Flag, doc)
    }

    /// A required struct of another measure.
    pub(crate) const fn estimate(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Estimate, doc)
    }

    /// Required covariates.
    pub(crate) const fn covariates(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Covariates, doc)
    }

    /// A constant word of a list; the first is the default.
    pub(crate) const fn choice(
        name: &'static str,
        choices: &'static [&'static str],
        doc: &'static str,
    ) -> Self {
        let mut argument = Self::new(name, Kind::Choice(choices), doc);
        argument.fallback = Fallback::Text(choices[0]);
        argument.is_constant = true;
        argument
    }

    /// The two-sided confidence of an interval: 0.95 unless given; from 50 on it is per cent.
    pub(crate) const fn confidence() -> Self {
        Self::number(
            "confidence",
            "of the interval, two-sided, between 0 and 1 (from 50 to below 100 it is per cent: 95, \
             99.8); several in an array, `[95, 99.8]`, give an array of answers",
        )
        .or(0.95)
        .constant()
    }

    /// With a number as its default.
    pub(crate) const fn or(mut self, number: f64) -> Self {
        self.fallback = Fallback::Number(number);
        self
    }

    /// With a flag as its default.
    pub(crate) const fn or_flag(mut self, flag: bool) -> Self {
        self.fallback = Fallback::Flag(flag);
        self
    }

    /// Not required; NULL when absent.
    pub(crate) const fn optional(mut self) -> Self {
        self.fallback = Fallback::Absent;
        self
    }

    /// The same for all rows of an aggregate: a literal.
    pub(crate) const fn constant(mut self) -> Self {
        self.is_constant = true;
        self
    }

    pub(crate) const fn is_required(&self) -> bool {
        matches!(self.fallback, Fallback::Required)
    }
}

/// `crude_rate(events, population [, multiplier = 100000 [, confidence = 0.95]])`
pub(crate) fn syntax(function: &str, arguments: &[Argument]) -> String {
    let mut text = format!("{function}(");
    let mut open = 0;
    for (at, argument) in arguments.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        if argument.is_required() {
            text.push_str(comma);
            text.push_str(argument.name);
            continue;
        }
        open += 1;
        let space = if at == 0 { "" } else { " " };
        text.push_str(&format!("{space}[{comma}{}", argument.name));
        match argument.fallback {
            Fallback::Number(number) => text.push_str(&format!(" = {number}")),
            Fallback::Text(word) => text.push_str(&format!(" = '{word}'")),
            Fallback::Flag(flag) => text.push_str(&format!(" = {flag}")),
            Fallback::Required | Fallback::Absent => {}
        }
    }
    text.push_str(&"]".repeat(open));
    text.push(')');
    text
}

/// The types that arguments are brought to, or an error that shows the syntax.
pub(crate) fn coerce(
    function: &str,
    arguments: &[Argument],
    types: &[DataType],
) -> Result<Vec<DataType>> {
    let required = arguments.iter().filter(|a| a.is_required()).count();
    if types.len() < required || types.len() > arguments.len() {
        return plan_err!(
            "expected {}, got {} arguments",
            syntax(function, arguments),
            types.len()
        );
    }
    let pairs = arguments.iter().zip(types);
    pairs
        .map(|(argument, data_type)| coerce_one(function, argument, data_type))
        .collect()
}

fn coerce_one(function: &str, argument: &Argument, data_type: &DataType) -> Result<DataType> {
    let is_boolean = matches!(data_type, DataType::Boolean);
    let (fits, target, expected) = match argument.kind {
        Kind::Number => (
            is_number(data_type) || is_boolean,
            DataType::Float64,
            "a number",
        ),
        // Numbers stay what they are, for those that are neither 0 nor 1 to be refused.
        Kind::Flag => (
            is_number(data_type) || is_boolean,
            if data_type.is_numeric() {
                DataType::Float64
            } else {
                DataType::Boolean
            },
            "true or false",
        ),
        Kind::Code => (
            is_number(data_type) || is_text(data_type),
            if data_type.is_numeric() && !data_type.is_integer() {
                DataType::Float64
            } else {
                DataType::Utf8View
            },
            "a word or a whole number",
        ),
        Kind::Choice(_) => (is_text(data_type), DataType::Utf8View, "a word"),
        Kind::Key => (
            !data_type.is_nested(),
            DataType::Utf8View,
            "a text, number or date",
        ),
        Kind::Keys => (
            matches!(
                data_type,
                DataType::List(_) | DataType::LargeList(_) | DataType::Null
            ),
            DataType::List(Arc::new(Field::new_list_field(DataType::Utf8View, true))),
            "a list, as make_array gives",
        ),
        Kind::Estimate => (
            matches!(data_type, DataType::Struct(_)),
            data_type.clone(),
            "the result of another measure",
        ),
        Kind::Covariates => (
            is_covariates(data_type),
            data_type.clone(),
            "a number, true or false, or a text, or several of them as struct(…) or a list",
        ),
    };
    if fits {
        return Ok(target);
    }
    plan_err!(
        "{function}: `{}` must be {expected}, got {data_type}",
        argument.name
    )
}

fn is_covariates(data_type: &DataType) -> bool {
    match data_type {
        DataType::Struct(fields) => fields.iter().all(|field| is_covariate(field.data_type())),
        DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
            is_covariate(field.data_type())
        }
        one => is_covariate(one),
    }
}

fn is_covariate(data_type: &DataType) -> bool {
    is_number(data_type) || is_text(data_type) || matches!(data_type, DataType::Boolean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_syntax_shows_what_is_optional() {
        let arguments = [
            Argument::number("events", ""),
            Argument::number("multiplier", "").or(100_000.0),
            Argument::choice("method", &["auto", "byar"], ""),
        ];
        assert_eq!(
            syntax("f", &arguments),
            "f(events [, multiplier = 100000 [, method = 'auto']])"
        );
    }

    #[test]
    fn text_is_no_number() {
        let arguments = [Argument::number("events", "")];
        let error = coerce("f", &arguments, &[DataType::Utf8]).unwrap_err();
        assert!(
            error.to_string().contains("`events` must be a number"),
            "{error}"
        );
    }
}
