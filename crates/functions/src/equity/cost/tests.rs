use super::super::testing::{number, query};
use super::entries;

/// Eight tests of two kinds; the numbers are worked out apart from the code.
const TESTS: &str = "SELECT * FROM (VALUES \
     ('wgs', 24000, true, '01'), ('wgs', 22000, true, '01'), ('wgs', 23000, false, '03'), \
     ('wgs', 25000, true, '03'), ('panel', 9000, true, '01'), ('panel', 11000, false, '01'), \
     ('panel', 10000, false, '03'), ('panel', 10500, false, '03')) AS v(kind, sek, found, k)";

fn near(call: &str, expected: f64) {
    let got = number(TESTS, &format!("SELECT {call} FROM t"));
    assert!(
        (got - expected).abs() <= 1e-9 * expected.abs(),
        "{call}: {got}"
    );
}

fn text(table: &str, call: &str) -> String {
    let sql = format!("SELECT {call} FROM t");
    query(table, &sql).unwrap()[0][0].clone()
}

fn error(call: &str) -> String {
    let sql = format!("SELECT {call} FROM t");
    query(TESTS, &sql).unwrap_err().to_string()
}

#[test]
fn every_function_is_known() {
    let names: Vec<&str> = entries().iter().map(|entry| entry.doc.name).collect();
    let known = [
        "cost_per_outcome",
        "incremental_cost_effectiveness_ratio",
        "incremental_net_monetary_benefit",
        "cost_effectiveness_frontier",
    ];
    assert_eq!(names, known);
}

#[test]
fn an_outcome_has_its_cost_with_either_interval() {
    let cost = "cost_per_outcome(sek, found)";
    near(&format!("{cost}['value']"), 33_625.0);
    near(&format!("{cost}['se']"), 11_240.273_573_183_17);
    near(&format!("{cost}['lower_cl']"), 20_140.571_650_676_53);
    near(&format!("{cost}['upper_cl']"), 113_393.036_459_140_39);
    near(&format!("{cost}['events']"), 4.0);
    near(&format!("{cost}['n']"), 8.0);
    let delta = "cost_per_outcome(sek, found, 0.95, 'delta')";
    near(&format!("{delta}['lower_cl']"), 11_594.468_617_013_15);
}

#[test]
fn a_cost_that_is_no_number_concerns_its_group_alone() {
    for wrong in ["NaN", "Infinity", "-Infinity"] {
        let cost = format!("CASE WHEN k = '03' THEN '{wrong}'::DOUBLE ELSE sek END");
        for call in [
            "cost_per_outcome({})",
            "icer({}, kind, 'panel')",
            "incremental_nmb({}, kind, 'panel', 50000)",
        ] {
            for arguments in [format!("{cost}, found"), format!("found, {cost}")] {
                let call = call.replace("{}", &arguments);
                let sql = format!("SELECT k, {call}['status'] FROM t GROUP BY k ORDER BY k");
                let rows = query(TESTS, &sql).unwrap();
                assert_eq!(rows, [["01", "ok"], ["03", "undefined"]], "{call}");
            }
        }
        let call = format!("cost_effectiveness_frontier({cost}, CAST(found AS INT))");
        let sql = format!(
            "SELECT DISTINCT k, f.status FROM (SELECT k, {call} OVER (PARTITION BY k) AS f FROM t) \
             ORDER BY k"
        );
        let rows = query(TESTS, &sql).unwrap();
        assert_eq!(rows, [["01", "ok"], ["03", "undefined"]]);
    }
}

#[test]
fn groups_have_their_own_cost_and_none_found_is_infinite() {
    let sql = "SELECT kind, k, cost_per_outcome(sek, found)['value'] FROM t \
               GROUP BY kind, k ORDER BY kind, k";
    let rows = query(TESTS, sql).unwrap();
    assert_eq!(rows[0], ["panel", "01", "20000"]);
    assert_eq!(rows[1], ["panel", "03", "inf"]);
    assert_eq!(rows[3], ["wgs", "03", "48000"]);
}

#[test]
fn the_quadrant_comes_before_the_ratio() {
    let icer = "icer(sek, found, kind, 'panel')";
    assert_eq!(text(TESTS, &format!("{icer}['quadrant']")), "more_for_more");
    near(&format!("{icer}['delta_cost']"), 13_375.0);
    near(&format!("{icer}['delta_effect']"), 0.5);
    near(&format!("{icer}['value']"), 26_750.0);
    // Four and four people: the difference in effect is not significant.
    assert_eq!(text(TESTS, &format!("{icer}['lower_cl']")), "NULL");
    let back = "icer(sek, found, kind, 'wgs')";
    assert_eq!(text(TESTS, &format!("{back}['quadrant']")), "less_for_less");
    near(&format!("{back}['value']"), 26_750.0);
    let worse = "icer(sek, NOT found, kind, 'panel')";
    assert_eq!(text(TESTS, &format!("{worse}['quadrant']")), "dominated");
    assert_eq!(text(TESTS, &format!("{worse}['value']")), "NULL");
    assert_eq!(text(TESTS, &format!("{worse}['status']")), "undefined");
}

#[test]
fn net_benefit_has_an_acceptability() {
    let worth = "incremental_nmb(sek, found, kind, 'panel', 50000)";
    near(&format!("{worth}['value']"), 11_625.0);
    near(&format!("{worth}['se']"), 17_841.168_450_151_09);
    near(&format!("{worth}['lower_cl']"), -23_343.047_604_408_42);
    near(
        &format!("{worth}['acceptability']"),
        0.742_664_853_989_300_8,
    );
}

#[test]
fn null_is_never_left_out_silently() {
    for column in ["kind", "sek", "found"] {
        let columns = ["kind", "sek", "found", "k"].map(|name| match name == column {
            true => format!("CASE WHEN sek = 9000 THEN NULL ELSE {name} END AS {name}"),
            false => name.to_owned(),
        });
        let table = format!("SELECT {} FROM ({TESTS})", columns.join(", "));
        for call in [
            "cost_per_outcome(sek, found)",
            "icer(sek, found, kind, 'panel')",
            "incremental_nmb(sek, found, kind, 'panel', 1)",
        ] {
            if call.contains(column) {
                let status = text(&table, &format!("{call}['status']"));
                assert_eq!(status, "incomplete_strata", "{call}: {column}");
            }
        }
    }
}

#[test]
fn a_group_without_one_of_the_strategies_is_undefined() {
    for (filter, call) in [
        ("kind = 'wgs'", "icer(sek, found, kind, 'panel')"),
        ("kind = 'panel'", "icer(sek, found, kind, 'panel')"),
        ("sek < 0", "icer(sek, found, kind, 'panel')"),
        (
            "kind = 'wgs'",
            "incremental_nmb(sek, found, kind, 'panel', 1)",
        ),
        ("sek < 0", "cost_per_outcome(sek, found)"),
    ] {
        let table = format!("SELECT * FROM ({TESTS}) WHERE {filter}");
        let status = text(&table, &format!("{call}['status']"));
        assert_eq!(status, "undefined", "{call}: {filter}");
    }
}

#[test]
fn wrong_arguments_are_errors_that_name_them() {
    for (call, part) in [
        (
            "cost_per_outcome(sek, found, 0.95, 'exact')",
            "expected one of fieller, delta",
        ),
        (
            "icer(sek, found, kind, 'pannel')",
            "expected one beside `pannel`, got `panel`, `wgs`",
        ),
        (
            "icer(sek, found, kind, kind)",
            "`reference`: expected the same for all rows",
        ),
        (
            "icer(sek, found, kind, NULL)",
            "reference: expected a strategy, got `NULL`",
        ),
        (
            "incremental_nmb(sek, found, kind, 'panel', -1)",
            "lambda: expected",
        ),
        (
            "incremental_nmb(sek, found, kind, 'panel', NULL)",
            "lambda: expected a number",
        ),
        ("icer(k, found, kind, 'panel')", "`cost` must be a number"),
    ] {
        let message = error(call);
        assert!(message.contains(part), "{call}: {message}");
    }
}

#[test]
fn the_frontier_names_what_is_worth_choosing() {
    let table = "SELECT * FROM (VALUES ('a', 'none', 0, 0.0), ('a', 'array', 6000, 0.10), \
                 ('a', 'panel', 10000, 0.13), ('a', 'wgs', 24000, 0.40), \
                 ('b', 'array', 6000, 0.1), ('b', 'dear', 9000, 0.1), ('c', 'x', NULL, 1.0), \
                 ('c', 'y', 1, 1.0)) AS v(k, kind, sek, gain)";
    let sql = "SELECT kind, f['place'], f['icer'], f['status'] FROM (SELECT kind, k, sek, \
               cost_effectiveness_frontier(sek, gain) OVER (PARTITION BY k) AS f FROM t) \
               ORDER BY k, kind";
    let rows = query(table, sql).unwrap();
    let expected = [
        ["array", "extended_dominated", "NULL", "ok"],
        ["none", "frontier", "NULL", "ok"],
        ["panel", "extended_dominated", "NULL", "ok"],
        ["wgs", "frontier", "60000", "ok"],
        ["array", "frontier", "NULL", "ok"],
        ["dear", "dominated", "NULL", "ok"],
        ["x", "NULL", "NULL", "incomplete_strata"],
        ["y", "NULL", "NULL", "incomplete_strata"],
    ];
    assert_eq!(rows, expected);
}

#[test]
fn every_example_answers_with_rows() {
    for entry in entries() {
        let example = entry.doc.entry.sql_example.unwrap();
        let sql = example.replace("```sql", "").replace("```", "");
        let rows = query("", sql.trim().trim_end_matches(';'));
        assert!(!rows.unwrap().is_empty(), "{}", entry.doc.name);
    }
}
