//! Every measure with numbers that nobody means: each call ends, with an answer or an error that
//! names the function, and limits lie around their value.
//!
//! Each function runs in a thread of its own. Calls are not timed; a call that has not ended after
//! minutes never will, and is named.

use std::sync::mpsc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef, AsArray, StructArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::prelude::SessionContext;

use super::argument::{Argument, Kind};
use super::{Entry, Function, entries};

/// Numbers that nobody means, as SQL.
const NUMBERS: [&str; 16] = [
    "0",
    "-0.0",
    "CAST('NaN' AS DOUBLE)",
    "CAST('inf' AS DOUBLE)",
    "CAST('-inf' AS DOUBLE)",
    "1e300",
    "1e-300",
    "1.7e308",
    "5e-324",
    "9223372036854775807",
    "18446744073709551615",
    "-1",
    "1",
    "0.5",
    "1e15",
    "CAST(NULL AS DOUBLE)",
];

/// Confidences that nobody means, and some that people do.
const CONFIDENCES: [&str; 9] = [
    "0",
    "1",
    "0.5",
    "0.9999999999999999",
    "99.9999",
    "1e-12",
    "1.5",
    "CAST('NaN' AS DOUBLE)",
    "CAST(NULL AS DOUBLE)",
];

/// How long a call may be waited for: forever, for a person.
const FOREVER: Duration = Duration::from_secs(300);

/// What is tried of an argument: plain values for three rows, and odd ones.
fn plain(argument: &Argument) -> [String; 3] {
    let three = |values: [&str; 3]| values.map(str::to_owned);
    match (argument.kind, argument.name) {
        (Kind::Number, "confidence") => three(["0.95"; 3]),
        (Kind::Number, "population" | "denominator" | "n" | "expected") => {
            three(["100.0", "200.0", "450.0"])
        }
        (Kind::Number, "population_1" | "population_2" | "person_years_1" | "person_years_2") => {
            three(["100.0", "200.0", "450.0"])
        }
        (Kind::Number, "reference_events") => three(["10.0", "21.0", "45.0"]),
        (Kind::Number, "reference_population") => three(["1000.0", "2100.0", "4000.0"]),
        (Kind::Number, "p" | "upper" | "lower" | "level") => three(["0.9"; 3]),
        (Kind::Number, "groups" | "scale" | "multiplier" | "base" | "threshold") => three(["3"; 3]),
        (Kind::Number, "age") => three(["0", "1", "5"]),
        (Kind::Number, "value" | "rate") => three(["0.2", "0.4", "0.7"]),
        (Kind::Number, _) if argument.is_constant => three(["2.0"; 3]),
        (Kind::Number, _) => three(["3.0", "8.0", "12.0"]),
        (Kind::Key | Kind::Code, _) => match argument.is_constant {
            true => three(["'a'"; 3]),
            false => three(["'a'", "'b'", "'c'"]),
        },
        (Kind::Choice(words), _) => [(); 3].map(|()| format!("'{}'", words[0])),
        (Kind::Flag, _) => three(["true"; 3]),
        (Kind::Keys, _) => three([
            "make_array('b')",
            "make_array('a', 'c')",
            "make_array('b', 'x')",
        ]),
        (Kind::Estimate, _) => three([
            "crude_rate(3, 100)",
            "crude_rate(8, 200)",
            "crude_rate(12, 450)",
        ]),
        (Kind::Covariates, _) => three(["1.0", "4.0", "2.0"]),
    }
}

fn odd(argument: &Argument) -> Vec<String> {
    let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match (argument.kind, argument.name) {
        (Kind::Number, "confidence") => own(&CONFIDENCES),
        (Kind::Number | Kind::Covariates, _) => own(&NUMBERS),
        (Kind::Flag, _) => own(&["false", "0.5", "1", "CAST(NULL AS BOOLEAN)"]),
        (Kind::Choice(words), _) => words.iter().map(|word| format!("'{word}'")).collect(),
        (Kind::Key, _) => own(&["''", "CAST(NULL AS VARCHAR)", "'a'"]),
        (Kind::Code, _) => own(&["''", "CAST(NULL AS VARCHAR)", "1", "1e300", "0.5"]),
        (Kind::Keys, _) => own(&["make_array()", "make_array('a', 'a')", "NULL"]),
        (Kind::Estimate, _) => own(&[
            "crude_rate(0, 100)",
            "crude_rate(1e300, 1e-300)",
            "crude_rate(1, 0)",
            "crude_rate(NULL, 1)",
            "crude_rate(1e300, 1)",
            "crude_rate(1e-300, 1e300)",
        ]),
    }
}

/// A query that calls a function with columns of three rows: `rows[row][argument]`.
fn sql(entry: &Entry, columns: &[[String; 3]]) -> String {
    let name = entry.doc.name;
    let is_constant = |at: usize| entry.arguments[at].is_constant;
    let call: Vec<String> = (0..columns.len())
        .map(|at| match is_constant(at) {
            true => columns[at][0].clone(),
            false => format!("c{at}"),
        })
        .collect();
    let over = match entry.function {
        Function::Window(_) => " OVER ()",
        _ => "",
    };
    let row = |row: usize| {
        let values: Vec<&str> = columns.iter().map(|column| column[row].as_str()).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..3).map(row).collect();
    let names: Vec<String> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    format!(
        "SELECT {name}({}){over} AS answer FROM (VALUES {}) AS t({})",
        call.join(", "),
        rows.join(", "),
        names.join(", ")
    )
}

/// The queries that a function is tried with.
fn queries(entry: &Entry) -> Vec<String> {
    let base: Vec<[String; 3]> = entry.arguments.iter().map(plain).collect();
    let mut queries = Vec::new();
    for (at, argument) in entry.arguments.iter().enumerate() {
        for value in odd(argument) {
            // In all rows, and in one of them.
            let mut columns = base.clone();
            columns[at] = [(); 3].map(|()| value.clone());
            queries.push(sql(entry, &columns));
            // A column of flags or codes has no rows with numbers.
            let is_number = value.parse::<f64>().is_ok();
            let has_none = matches!(argument.kind, Kind::Flag | Kind::Code);
            if !(argument.is_constant || has_none && is_number) {
                columns[at] = base[at].clone();
                columns[at][1] = value;
                queries.push(sql(entry, &columns));
            }
        }
    }
    let numbers: Vec<usize> = (0..base.len())
        .filter(|at| entry.arguments[*at].kind == Kind::Number)
        .filter(|at| entry.arguments[*at].name != "confidence")
        .collect();
    // Two at a time, and all at once.
    for value in NUMBERS {
        let set = |columns: &mut Vec<[String; 3]>, at: usize, value: &str| {
            columns[at] = [(); 3].map(|()| value.to_owned());
        };
        let mut all = base.clone();
        for (index, at) in numbers.iter().enumerate() {
            set(&mut all, *at, value);
            if !["0", "1e300", "1e-300"].contains(&value) {
                continue;
            }
            for other in &numbers[index + 1..] {
                let mut columns = base.clone();
                set(&mut columns, *at, value);
                set(&mut columns, *other, "1e300");
                queries.push(sql(entry, &columns));
            }
        }
        queries.push(sql(entry, &all));
    }
    queries.push(sql(entry, &base) + " WHERE false");
    queries
}

/// What is wrong with an answer.
fn fault(answer: &ArrayRef) -> Option<String> {
    let DataType::Struct(_) = answer.data_type() else {
        return None;
    };
    let answer = answer.as_struct();
    (0..answer.len()).find_map(|row| fault_of_row(answer, row))
}

fn fault_of_row(answer: &StructArray, row: usize) -> Option<String> {
    let number = |name: &str| {
        let column = answer.column_by_name(name)?;
        let column = column.as_primitive_opt::<Float64Type>()?;
        column.is_valid(row).then(|| column.value(row))
    };
    let (value, lower, upper) = (number("value"), number("lower_cl"), number("upper_cl"));
    let nan = [value, lower, upper].into_iter().flatten().any(f64::is_nan);
    if nan {
        return Some(format!("NaN in {value:?} ({lower:?}, {upper:?})"));
    }
    // The last digits of a limit may be off where it is the value itself.
    let above = |a: f64, b: f64| {
        let digits = 1e-9 * (a.abs() + b.abs());
        a > b && (a - b > digits || digits.is_infinite())
    };
    let is_crossed = value
        .zip(lower)
        .is_some_and(|(value, lower)| above(lower, value))
        || value
            .zip(upper)
            .is_some_and(|(value, upper)| above(value, upper))
        || lower
            .zip(upper)
            .is_some_and(|(lower, upper)| above(lower, upper));
    is_crossed.then(|| format!("{value:?} is not within {lower:?} and {upper:?}"))
}

/// Tries a function with all of its queries; what each of the wrong ones did.
fn faults(name: &'static str) -> Vec<String> {
    let all = entries();
    let Some(entry) = all.iter().find(|entry| entry.doc.name == name) else {
        return vec![format!("{name}: not found")];
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let context = super::testing::context(1, 8192);
    let (called, calls) = mpsc::channel::<String>();
    let queries = queries(entry);
    let watched = std::thread::spawn(move || {
        let mut faults = Vec::new();
        for query in queries {
            called.send(query.clone()).unwrap();
            let run = std::panic::AssertUnwindSafe(|| runtime.block_on(run(&context, &query)));
            match std::panic::catch_unwind(run) {
                Err(_) => faults.push(format!("{query}: panic")),
                Ok(Err(error)) if !error.contains(name) => faults.push(format!("{query}: {error}")),
                Ok(Err(_)) => {}
                Ok(Ok(answers)) => {
                    let found = answers.iter().find_map(fault);
                    faults.extend(found.map(|fault| format!("{query}: {fault}")));
                }
            }
        }
        faults
    });
    let mut last = String::new();
    loop {
        match calls.recv_timeout(FOREVER) {
            Ok(call) => last = call,
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("{last}: has not ended"),
        }
    }
    watched.join().unwrap()
}

async fn run(context: &SessionContext, sql: &str) -> Result<Vec<ArrayRef>, String> {
    let frame = context.sql(sql).await.map_err(|error| error.to_string())?;
    let batches = frame.collect().await.map_err(|error| error.to_string())?;
    Ok(batches
        .iter()
        .map(|batch| ArrayRef::clone(batch.column(0)))
        .collect())
}

#[test]
fn every_measure_ends_with_an_answer_or_an_error_of_its_own() {
    let names: Vec<&'static str> = entries().iter().map(|entry| entry.doc.name).collect();
    assert!(names.len() > 80, "{}", names.len());
    let (even, odd): (Vec<_>, Vec<_>) = (0..names.len()).partition(|at| at % 2 == 0);
    let of =
        |half: &[usize]| -> Vec<String> { half.iter().flat_map(|at| faults(names[*at])).collect() };
    let all: Vec<String> = std::thread::scope(|scope| {
        let one = scope.spawn(|| of(&even));
        [of(&odd), one.join().unwrap()].concat()
    });
    assert!(all.is_empty(), "{} faults:\n{}", all.len(), all.join("\n"));
}

#[test]
fn numbers_that_never_ended_end() {
    for (sql, lower) in [
        (
            "SELECT poisson_limits(1e15, 0.95, 'exact')['lower_cl'] FROM t",
            999_999_938_020_497.8,
        ),
        (
            "SELECT funnel_limits_rate(1e300, 1.5)['lower_cl'] FROM t",
            1.5,
        ),
    ] {
        let found = super::testing::number("SELECT 1 AS one", sql);
        assert!((found / lower - 1.0).abs() < 1e-11, "{sql}: {found}");
    }
}
