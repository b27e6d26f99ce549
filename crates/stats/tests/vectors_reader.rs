//! The reader of the test vectors fails where it has to.

mod vectors;

use std::panic::{AssertUnwindSafe, catch_unwind};
use vectors::{Case, Fields, Value, Vectors};

fn fails(vectors: &Vectors, compute: impl Fn(&Case) -> Option<Value>) -> bool {
    let check = || vectors.check(&["poisson_byar"], &compute);
    catch_unwind(AssertUnwindSafe(check)).is_err()
}

#[test]
fn a_value_that_differs_or_is_not_handled_fails() {
    let vectors = Vectors::open("rates_proportions");
    let right = |case: &Case| Some(case.expected.clone());
    assert_eq!(vectors.check(&["poisson_byar"], right), 32);
    assert!(fails(&vectors, |_| None));
    assert!(fails(&vectors, |_| Some(Value::Null)));
    let off = |case: &Case| match case.expected {
        Value::Number(number) => Some(Value::Number(number * (1.0 + 3e-9))),
        _ => Some(case.expected.clone()),
    };
    assert!(fails(&vectors, off));
    let unknown = || vectors.check(&["poisson_bya"], right);
    assert!(catch_unwind(AssertUnwindSafe(unknown)).is_err());
}

#[test]
fn a_group_names_rows_of_the_input() {
    let vectors = Vectors::open("rates_proportions");
    let deaths = vectors.table("in_sweden_deaths_2014.csv");
    let women = deaths.select(&Fields::parse("lan_code=01;sex=K;age_group=5-9"));
    assert_eq!(women.known("population"), [68009.0]);
    assert_eq!(deaths.distinct("sex"), ["K", "M"]);
    // `row` counts from 0; a number is equal however it is written.
    if !vectors.has("in_phe_byar_wilson.csv") {
        return;
    }
    let pairs = vectors.table("in_phe_byar_wilson.csv");
    let row = pairs.select(&Fields::parse("row=6;x=65;n=100"));
    assert_eq!(row.known("n"), [100.0]);
    assert_eq!(pairs.select(&Fields::parse("row=0")).numbers("n"), [None]);
}

#[test]
fn fields_have_keys_and_perhaps_values() {
    let fields = Fields::parse("effect=qaly;wgs vs panel; conf=0.95 ;");
    assert_eq!(fields.get("effect"), Some("qaly"));
    assert_eq!(fields.number("conf"), Some(0.95));
    assert!(fields.has("wgs vs panel") && !fields.has("panel"));
}
