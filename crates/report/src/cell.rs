//! How is a value written on the page?

use crate::Language;
use crate::definition::{Column, Kind};
use crate::format::fitting_decimals;
use crate::rows::{Estimate, SUPPRESSED, Value};
use crate::words::mark;

/// The methods of intervals around a Kaplan-Meier curve.
const CURVE_METHODS: [&str; 3] = ["log-log", "log", "plain"];

/// A value as the page writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// The value, or the mark that stands for it.
    pub(crate) text: String,
    /// Why there is no value: the status that the mark is of.
    pub(crate) status: Option<String>,
    /// The interval.
    pub(crate) interval: Option<String>,
    /// What it rests on: events and people.
    pub(crate) basis: Option<String>,
}

/// Writes a number of a column.
pub(crate) fn number(column: &Column, number: f64, language: Language) -> String {
    let decimals = decimals(column, number);
    match column.kind {
        Kind::Percent => language.percent(number, decimals),
        Kind::Year => format!("{number:.0}"),
        _ => language.decimal(number, decimals),
    }
}

/// The decimals that a number of a column is written with.
pub(crate) fn decimals(column: &Column, number: f64) -> usize {
    match column.kind {
        Kind::Year => 0,
        Kind::Percent => column.decimals.unwrap_or(1),
        Kind::Money | Kind::Count | Kind::Days => column.decimals.unwrap_or(0),
        Kind::Ratio => column.decimals.unwrap_or(2),
        _ => column.decimals.unwrap_or_else(|| fitting_decimals(number)),
    }
}

/// Writes a value of a column.
pub(crate) fn write(column: &Column, value: &Value, language: Language) -> Written {
    let plain = |text: String| Written {
        text,
        ..Written::default()
    };
    match value {
        Value::Missing => marked("missing", language),
        Value::Withheld => marked(SUPPRESSED, language),
        Value::Text(code) => plain(column.values.name(code, language).to_owned()),
        Value::Date(date) => plain(language.date(*date)),
        Value::Whole(whole) if column.kind == Kind::Text => plain(whole.to_string()),
        Value::Whole(whole) if column.kind == Kind::Year => plain(whole.to_string()),
        Value::Whole(whole) if column.kind == Kind::Count => plain(language.whole(*whole)),
        Value::Whole(_) | Value::Number(_) => match value.number() {
            Some(n) => plain(number(column, n, language)),
            None => marked("missing", language),
        },
        Value::Estimate(estimate) => write_estimate(column, estimate, language),
    }
}

fn marked(status: &str, language: Language) -> Written {
    Written {
        text: mark(status, language).0.to_owned(),
        status: Some(status.to_owned()),
        ..Written::default()
    }
}

fn write_estimate(column: &Column, estimate: &Estimate, language: Language) -> Written {
    let Some(value) = estimate.value else {
        let mut written = marked(&estimate.status, language);
        if !estimate.is_withheld() {
            // A quantile that is not reached lies at its lower limit or beyond.
            let limit = estimate.lower_cl.or(estimate.upper_cl);
            let with_decimals = limit.map(|limit| with_decimals_of(column, limit));
            written.interval = with_decimals.and_then(|c| interval(&c, estimate, language));
            written.basis = basis(column, estimate, language);
        }
        return written;
    };
    let column_of_value = with_decimals_of(column, value);
    Written {
        text: number(&column_of_value, value, language),
        status: None,
        interval: interval(&column_of_value, estimate, language),
        basis: basis(column, estimate, language),
    }
}

/// The interval of an estimate: `1.2–3.4`, or `≥ 475` without an upper limit.
fn interval(column: &Column, estimate: &Estimate, language: Language) -> Option<String> {
    let write = |n: f64| number(column, n, language);
    match (estimate.lower_cl, estimate.upper_cl) {
        (Some(lower), Some(upper)) => Some(language.range(&write(lower), &write(upper))),
        (Some(lower), None) => Some(format!("≥ {}", write(lower))),
        (None, Some(upper)) => Some(format!("≤ {}", write(upper))),
        (None, None) => None,
    }
}

/// The column with the decimals of an estimate's value, which its limits are written with too.
pub(crate) fn with_decimals_of(column: &Column, value: f64) -> Column {
    let mut column = column.clone();
    column.decimals = column.decimals.or(match column.kind {
        Kind::Number | Kind::Rate => Some(fitting_decimals(value)),
        _ => None,
    });
    column
}

/// What an interval is called: `95 % KI`, `95% CI`.
pub(crate) fn interval_name(value: &Value, language: Language) -> String {
    let confidence = match value {
        Value::Estimate(estimate) => estimate.confidence,
        _ => None,
    };
    let name = language.pick("KI", "CI");
    match confidence {
        Some(confidence) => format!("{}\u{a0}{name}", language.confidence(confidence)),
        None => name.to_owned(),
    }
}

/// What an estimate rests on: `123 / 4 567`, or `n = 21`.
fn basis(column: &Column, estimate: &Estimate, language: Language) -> Option<String> {
    if !column.basis {
        return None;
    }
    // A share of a Kaplan-Meier curve is not events over people: those who wait count in part.
    let is_of_curve = CURVE_METHODS.contains(&estimate.method.as_str());
    let events = estimate.events.filter(|_| !is_of_curve);
    let amount = |n: f64| match n.fract() == 0.0 {
        true => language.decimal(n, 0),
        false => language.decimal(n, fitting_decimals(n).min(1)),
    };
    match (events, estimate.n) {
        (Some(events), Some(n)) => Some(format!("{}\u{a0}/\u{a0}{}", amount(events), amount(n))),
        (None, Some(n)) => Some(format!("n\u{a0}=\u{a0}{}", amount(n))),
        (Some(events), None) => Some(amount(events)),
        (None, None) => None,
    }
}
