use super::super::testing::{number, query};
use super::entries;

const PEOPLE: &str = "SELECT * FROM (VALUES ('a', 1.0, 1, 'x'), ('a', 2.0, 1, 'y'), \
     ('a', 6.0, 1, 'y'), ('b', 3.0, 2, 'x'), ('b', 3.0, 5, 'y')) AS v(k, x, w, g)";

fn a(call: &str) -> f64 {
    number(PEOPLE, &format!("SELECT {call} FROM t WHERE k = 'a'"))
}

fn status(table: &str, call: &str) -> String {
    let rows = query(table, &format!("SELECT {call}['status'] FROM t")).unwrap();
    rows[0][0].clone()
}

/// Each index of three people with 1, 2 and 6, by hand.
const CALLS: [(&str, f64); 8] = [
    ("gini(x, w)", 20.0 / 54.0),
    ("gini(x, w, true)", 20.0 / 36.0),
    ("hoover_index(x, w)", 1.0 / 3.0),
    ("atkinson(x, 2, w)", 0.4),
    ("atkinson(x, 1, w)", 0.236_857_171_631_112_08),
    ("generalised_entropy(x, 2, w)", 7.0 / 27.0),
    ("generalised_entropy(x, 1, w)", 0.249_926_730_941_692_6),
    ("generalised_entropy(x, 0, w)", 0.270_310_072_072_109_6),
];

#[test]
fn every_index_has_its_value_with_weights_and_without() {
    for (call, expected) in CALLS {
        for call in [
            call.to_owned(),
            call.replace(", w)", ")").replace(", w,", ", NULL,"),
        ] {
            let got = a(&format!("{call}['value']"));
            assert!((got - expected).abs() <= 1e-12, "{call}: {got}");
        }
    }
    assert_eq!(a("atkinson(x)['value']"), a("atkinson(x, 1)['value']"));
    assert_eq!(
        a("generalised_entropy(x)['value']"),
        a("generalised_entropy(x, 1)['value']")
    );
}

#[test]
fn a_weight_is_a_number_of_people() {
    let repeated = "SELECT * FROM (VALUES (1, 1), (1, 1), (4, 1), (4, 1), (4, 1)) AS v(x, w)";
    let weighted = "SELECT * FROM (VALUES (1, 2), (4, 3), (9, 0)) AS v(x, w)";
    for (call, _) in &CALLS {
        if call.contains("true") {
            continue; // The correction is by rows.
        }
        let sql = format!("SELECT {call}['value'] FROM t");
        let (one, other) = (number(repeated, &sql), number(weighted, &sql));
        assert!((one - other).abs() < 1e-12, "{call}: {one}, {other}");
    }
}

#[test]
fn every_example_runs() {
    // Those with arguments by name need the engine, which places them.
    let examples = entries()
        .into_iter()
        .filter_map(|entry| entry.doc.entry.sql_example);
    for example in examples.filter(|example| !example.contains("=>")) {
        let rows = query("", &example).unwrap();
        assert!(rows[0][0].contains("status: ok"), "{example}: {rows:?}");
    }
}

#[test]
fn groups_are_kept_apart_and_nobody_has_nothing() {
    for (call, _) in CALLS {
        let sql = format!("SELECT k, {call}['value'] FROM t GROUP BY k ORDER BY k");
        let rows = query(PEOPLE, &sql).unwrap();
        assert!(rows[0][1].parse::<f64>().unwrap() > 0.1, "{call}");
        assert!(rows[1][1].parse::<f64>().unwrap() < 1e-12, "{call}");
        let sql = format!("SELECT {call} FROM t WHERE k = 'c'");
        let rows = query(PEOPLE, &sql).unwrap();
        assert!(rows[0][0].contains("status: undefined"), "{call}: {rows:?}");
    }
}

#[test]
fn a_null_makes_the_answer_incomplete_and_nothing_undefined() {
    let table = |x: &str, w: &str| {
        format!("SELECT * FROM (VALUES (1, 1, 'x'), (2, 3, 'x'), ({x}, {w}, 'y')) AS v(x, w, g)")
    };
    let calls = CALLS.iter().map(|(call, _)| *call);
    for call in calls.chain(["theil_decomposition(x, g, w)"]) {
        assert_eq!(
            status(&table("NULL", "1"), call),
            "incomplete_strata",
            "{call}"
        );
        assert_eq!(
            status(&table("1", "NULL"), call),
            "incomplete_strata",
            "{call}"
        );
        assert_eq!(status(&table("-1", "1"), call), "undefined", "{call}");
        let nothing = "SELECT 0 AS x, 1 AS w, 'x' AS g";
        assert_eq!(status(nothing, call), "undefined", "{call}");
        let error = query(&table("1", "-1"), &format!("SELECT {call} FROM t")).unwrap_err();
        assert!(
            error.to_string().contains("weight: expected"),
            "{call}: {error}"
        );
    }
    // A weight that is given as a column of NULL is not one person each.
    let unknown = "gini(x, CASE WHEN w > 99 THEN w END)";
    assert_eq!(status(PEOPLE, unknown), "incomplete_strata");
}

#[test]
fn someone_with_nothing_counts_as_the_reference_says() {
    let table = "SELECT * FROM (VALUES (0), (1)) AS v(x)";
    let value = |call: &str| number(table, &format!("SELECT {call}['value'] FROM t"));
    assert_eq!(value("atkinson(x)"), 1.0);
    assert_eq!(value("gini(x)"), 0.5);
    assert_eq!(status(table, "generalised_entropy(x, 0)"), "undefined");
}

#[test]
fn a_decomposition_adds_up_and_counts_who_has_no_group() {
    let part = |part: &str| a(&format!("theil_decomposition(x, g)['{part}']"));
    // Person x has 1; the two of y have 2 and 6, 4 on average; all have 3.
    let between = (1.0 / 3.0 * (1.0_f64 / 3.0).ln() + 2.0 * 4.0 / 3.0 * (4.0_f64 / 3.0).ln()) / 3.0;
    let within = 8.0 / 9.0 * (0.5 * 0.5_f64.ln() + 1.5 * 1.5_f64.ln()) / 2.0;
    assert!((part("between") - between).abs() < 1e-12);
    assert!((part("within") - within).abs() < 1e-12);
    assert!((part("total") - 0.249_926_730_941_692_6).abs() < 1e-12);
    let sql = "SELECT k, theil_decomposition(x, NULLIF(g, 'y'), w, 0) FROM t GROUP BY k ORDER BY k";
    let rows = query(PEOPLE, sql).unwrap();
    let parts = "{total: 0, within: 0, between: 0, n: 1, n_without_group";
    assert!(
        rows[0][1].contains(&format!("{parts}: 2, status: ok}}")),
        "{rows:?}"
    );
    assert!(
        rows[1][1].contains(&format!("{parts}: 1, status: ok}}")),
        "{rows:?}"
    );
    let nobody = "SELECT theil_decomposition(x, g)['status'] FROM t WHERE k = 'c'";
    assert_eq!(query(PEOPLE, nobody).unwrap(), [["undefined"]]);
}

#[test]
fn the_correction_of_a_small_sample_counts_people() {
    let table = "SELECT * FROM (VALUES (2, 30), (6, 10)) AS v(x, w)";
    let ratio = "SELECT gini(x, w, true)['value'] / gini(x, w)['value'] FROM t";
    assert!((number(table, ratio) - 40.0 / 39.0).abs() < 1e-9);
    let rows = "SELECT gini(x, NULL, true)['value'] / gini(x)['value'] FROM t";
    assert!((number(table, rows) - 2.0).abs() < 1e-9);
    assert_eq!(status(table, "gini(x, w / 40.0, true)"), "undefined");
}

#[test]
fn what_cannot_be_is_an_error_that_names_it() {
    for (call, what) in [
        (
            "atkinson(x, -1)",
            "atkinson: epsilon: expected a number of at least 0",
        ),
        (
            "atkinson(x, w)",
            "`epsilon`: expected the same for all rows",
        ),
        ("generalised_entropy(x, 'a')", "`alpha` must be a number"),
        ("gini(k)", "`value` must be a number"),
        ("gini()", "gini(value [, weight [, corrected = false]])"),
    ] {
        let error = query(PEOPLE, &format!("SELECT {call} FROM t"))
            .unwrap_err()
            .to_string();
        assert!(error.contains(what), "{call}: {error}");
    }
}
