//! Ranked people in SQL. Numbers come from numpy on made-up people.

use super::super::testing::{number, query};

/// Six people, two of one income.
const PEOPLE: &str = "SELECT * FROM (VALUES ('a', 180, false, 1), ('a', 240, true, 2), \
     ('b', 240, false, 1), ('b', 310, false, 1), ('c', 420, true, 1), ('c', 650, true, 2)) \
     AS v(clinic, income, tested, weight)";

/// Five people and what their need would lead one to expect.
const NEED: &str = "SELECT * FROM (VALUES (180, 4, 5.5), (240, 3, 3.0), (310, 2, 1.5), \
     (420, 3, 2.0), (650, 2, 2.0)) AS v(income, used, expected)";

fn near(table: &str, sql: &str, expected: f64) {
    let found = number(table, sql);
    assert!((found / expected - 1.0).abs() < 1e-10, "{sql}: {found}");
}

#[test]
fn indices_and_errors_are_those_of_the_formulas() {
    for (call, field, expected) in [
        ("concentration_index(tested, income)", "value", 1.0 / 3.0),
        (
            "concentration_index(tested, income)",
            "se",
            0.314_985_215_961_812_7,
        ),
        (
            "concentration_index(tested, income, NULL, 'absolute')",
            "value",
            1.0 / 6.0,
        ),
        (
            "concentration_index(tested, income, NULL, 'wagstaff')",
            "value",
            2.0 / 3.0,
        ),
        (
            "concentration_index(tested, income, 1, 'erreygers')",
            "value",
            2.0 / 3.0,
        ),
        (
            "concentration_index(tested, income, weight)",
            "value",
            0.225,
        ),
        (
            "concentration_index(tested, income, weight)",
            "se",
            0.237_437_206_888_873_82,
        ),
        (
            "concentration_index(tested, income, weight, 'wagstaff')",
            "value",
            0.6,
        ),
    ] {
        near(
            PEOPLE,
            &format!("SELECT {call}['{field}'] FROM t"),
            expected,
        );
    }
}

#[test]
fn clusters_make_errors_of_clusters() {
    let sql = "SELECT concentration_index(tested, income, NULL, NULL, NULL, NULL, NULL, \
               clinic)['method'] FROM t";
    assert_eq!(query(PEOPLE, sql).unwrap(), [["delta_cluster"]]);
    let sql = "SELECT concentration_index(tested, income, NULL, NULL, NULL, NULL, 'kakwani', \
               clinic)['method'] FROM t";
    assert_eq!(query(PEOPLE, sql).unwrap(), [["kakwani"]]);
}

#[test]
fn a_cluster_alone_has_no_interval_and_each_null_is_a_cluster() {
    let answer = |cluster: &str, filter: &str| {
        let more = format!("NULL, NULL, NULL, NULL, NULL, {cluster}");
        let sql = format!(
            "SELECT c.method, c.value, c.se FROM (SELECT concentration_index(tested, income, \
             {more}) AS c FROM t WHERE {filter})"
        );
        query(PEOPLE, &sql).unwrap().swap_remove(0)
    };
    let one = answer("CASE WHEN income > 0 THEN 'one' END", "true");
    assert_eq!(
        (one[0].as_str(), one[2].as_str()),
        ("delta_cluster", "NULL")
    );
    let [each, null] = ["income + weight", "nullif(clinic, clinic)"].map(|by| answer(by, "true"));
    assert_eq!(each, null);
    assert_ne!(each[2], "NULL");
    let some = answer("nullif(clinic, 'b')", "true");
    let same = answer(
        "CASE clinic WHEN 'b' THEN CAST(income AS VARCHAR) ELSE clinic END",
        "true",
    );
    assert_eq!(some, same);
    assert_ne!(some[2], answer("clinic", "true")[2]);
}

#[test]
fn a_null_among_weights_is_not_a_weight_of_one() {
    let status = |weight: &str| {
        let call = format!("concentration_index(tested, income, {weight})['status']");
        query(PEOPLE, &format!("SELECT {call} FROM t")).unwrap()
    };
    assert_eq!(status("NULL"), [["ok"]]);
    assert_eq!(status("weight"), [["ok"]]);
    assert_eq!(status("nullif(weight, 2)"), [["incomplete_strata"]]);
}

#[test]
fn a_null_outcome_or_rank_leaves_no_answer() {
    for call in [
        "concentration_index(CASE WHEN income > 400 THEN NULL ELSE tested END, income)",
        "concentration_index(tested, nullif(income, 240))",
        "horizontal_inequity_index(tested, income, nullif(weight, 2))",
        "horizontal_inequity_index(tested, nullif(income, 240), weight)",
        "horizontal_inequity_index(tested, income, 1.0, nullif(weight, 2))",
    ] {
        let sql = format!("SELECT {call}['value'] IS NULL, {call}['status'] FROM t");
        assert_eq!(
            query(PEOPLE, &sql).unwrap(),
            [["true", "incomplete_strata"]],
            "{call}"
        );
    }
}

#[test]
fn groups_have_indices_of_their_own() {
    let sql = "SELECT clinic, concentration_index(tested, income)['value'], \
               concentration_index(tested, income)['status'] FROM t \
               GROUP BY clinic ORDER BY clinic";
    assert_eq!(
        query(PEOPLE, sql).unwrap(),
        [
            ["a", "0.5", "ok"],
            ["b", "NULL", "undefined"],
            ["c", "0", "ok"],
        ]
    );
}

#[test]
fn inequity_comes_with_the_concentration_of_use_and_of_need() {
    for (field, expected) in [
        ("value", 0.8 / 7.0),
        ("concentration_used", -0.8 / 7.0),
        ("concentration_need", -1.6 / 7.0),
    ] {
        let sql =
            format!("SELECT horizontal_inequity_index(used, income, expected)['{field}'] FROM t");
        near(NEED, &sql, expected);
    }
    let sql = "SELECT hi(used, income, expected, 1)['value'] IS NOT NULL, \
               hi(used, income, used)['value'] FROM t";
    assert_eq!(query(NEED, sql).unwrap(), [["true", "0"]]);
}

#[test]
fn wrong_arguments_are_refused_by_name() {
    for (call, part) in [
        (
            "concentration_index(tested, clinic)",
            "`rank_by` must be a number",
        ),
        (
            "concentration_index(tested, income, -weight)",
            "expected a number of at least 0",
        ),
        (
            "concentration_index(income, income, 1, 'wagstaff')",
            "within the bounds",
        ),
        (
            "concentration_index(tested, income, 1, 'gini')",
            "`variant`: expected one of standard",
        ),
        (
            "horizontal_inequity_index(tested, income)",
            "horizontal_inequity_index(used, rank_by",
        ),
        (
            "horizontal_inequity_index(tested, income, 1, -1)",
            "expected a number of at least 0",
        ),
    ] {
        let error = query(PEOPLE, &format!("SELECT {call} FROM t"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{call}: {error}");
    }
}
