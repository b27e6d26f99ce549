//! The measures of an order in SQL. Numbers come from numpy and statsmodels on made-up groups.

use super::super::testing::{number, query};

/// Five groups with a tie, from the least to the most advantaged; `p` is a survey's unit.
const GROUPS: &str = "SELECT * FROM (VALUES (1, 0.21, 120, 0.04, 'a'), (2, 0.35, 80, 0.05, 'a'), \
     (2, 0.28, 60, 0.06, 'b'), (3, 0.44, 150, 0.03, 'b'), (5, 0.52, 90, 0.05, 'c')) \
     AS v(r, y, n, s, p)";

/// The same groups in two years, the second without its last, and with an unknown population.
const YEARS: &str = "SELECT * FROM (VALUES (1, 1, 0.21, 120), (1, 2, 0.35, 80), (1, 2, 0.28, 60), \
     (1, 3, 0.44, 150), (1, 5, 0.52, 90), (2, 1, 0.21, 120), (2, 2, 0.35, NULL), (2, 3, 0.4, 9), \
     (3, 1, 0.21, 120), (3, 2, 0.35, 80), (3, 2, 0.28, 60)) AS v(year, r, y, n)";

fn near(sql: &str, expected: f64) {
    let found = number(GROUPS, sql);
    assert!((found / expected - 1.0).abs() < 1e-10, "{sql}: {found}");
}

#[test]
fn slopes_and_ratios_are_those_of_other_programs() {
    for (call, field, expected) in [
        (
            "slope_index_of_inequality(y, n, r)",
            "value",
            0.398_268_398_268,
        ),
        ("sii(y, n, r)", "se", 0.019_512_921_526_5),
        (
            "slope_index_inequality(y, n, r, NULL, 'linear', 1, 'ols')",
            "se",
            0.039_828_408_275_8,
        ),
        ("sii(y, n, r, s)", "se", 0.071_657_188_346_4),
        ("sii(y, n, r, s, 'logit')", "value", 0.389_233_094_457),
        ("sii(y, n, r, s, 'logit')", "se", 0.066_859_095_762_0),
        (
            "sii(y * 100, n, r, s * 100, 'logit', 100)",
            "se",
            6.685_909_576_20,
        ),
        (
            "sii(y, n, r, NULL, 'linear', 1, 'cluster', NULL, p)",
            "se",
            0.020_517_118_722_4,
        ),
        (
            "relative_index_of_inequality(y, n, r)",
            "value",
            3.392_493_810_72,
        ),
        ("rii(y, n, r)", "value", 3.392_493_810_72),
        ("kunst_mackenbach_index(y, n, r)", "value", 3.392_493_810_72),
        ("rii_mean(y, n, r)", "value", 1.089_355_575_13),
    ] {
        near(&format!("SELECT {call}['{field}'] FROM t"), expected);
    }
}

#[test]
fn concentration_is_that_of_other_programs() {
    for (call, field, expected) in [
        ("absolute_concentration_index(y, n, r)", "value", 0.061_824),
        ("aci(y, n, r)", "se", 0.006_182_643_473_47),
        (
            "relative_concentration_index(y, n, r)",
            "value",
            0.169_102_844_639,
        ),
        ("rci(y, n, r, s)", "se", 0.031_854_067_715_2),
        ("rci(y, n, r, NULL, 'wagstaff')", "value", 0.266_555_555_862),
        (
            "rci(y * 100, n, r, NULL, 'erreygers', 0, 100)",
            "value",
            0.247_296,
        ),
        (
            "extended_concentration_index(y, n, r)",
            "value",
            0.169_102_844_639,
        ),
        (
            "extended_concentration_index(y, n, r, 3)",
            "value",
            0.255_949_234_136,
        ),
        (
            "extended_concentration_index(y, n, r, 3, NULL, 'midpoint')",
            "value",
            0.272_935_229_759,
        ),
    ] {
        near(&format!("SELECT {call}['{field}'] FROM t"), expected);
    }
}

#[test]
fn what_is_known_of_the_rows_decides_how_errors_are_made() {
    for (call, method) in [
        ("sii(y, n, r)", "linear_hc1"),
        ("sii(y, n, r, s)", "linear_analytic"),
        (
            "sii(y, n, r, NULL, 'logit', 1, NULL, NULL, p)",
            "logit_survey",
        ),
        (
            "rii(y, n, r, s, 'log_transformed')",
            "log_transformed_analytic",
        ),
        ("aci(y, n, r)", "convenient"),
        ("aci(y, n, r, s)", "analytic"),
        ("aci(y, n, r, NULL, NULL, NULL, p)", "survey"),
        ("rci(y, n, r, NULL, NULL, NULL, NULL, 'kakwani')", "kakwani"),
    ] {
        let rows = query(GROUPS, &format!("SELECT {call}['method'] FROM t")).unwrap();
        assert_eq!(rows, [[method]], "{call}");
    }
}

#[test]
fn a_null_or_too_few_groups_leave_no_answer_and_say_so() {
    let status = |call: &str| {
        let answers = query(
            YEARS,
            &format!(
                "SELECT {call}['value'] IS NULL, {call}['status'] FROM t \
                 GROUP BY year ORDER BY year"
            ),
        );
        answers.unwrap()
    };
    for measure in ["sii", "rii", "rii_mean", "kunst_mackenbach_index"] {
        assert_eq!(
            status(&format!("{measure}(y, n, r)")),
            [
                ["false", "ok"],
                ["true", "incomplete_strata"],
                ["true", "undefined"]
            ]
        );
    }
    for measure in ["aci", "rci", "extended_concentration_index"] {
        let call = format!("{measure}(y, n, r)");
        assert_eq!(
            status(&call),
            [
                ["false", "ok"],
                ["true", "incomplete_strata"],
                ["false", "ok"]
            ]
        );
        let none = format!("SELECT {call}['status'] FROM t WHERE year > 3");
        assert_eq!(query(YEARS, &none).unwrap(), [["undefined"]]);
        let value = format!(
            "SELECT {measure}(nullif(y, 0.28), n, r)['status'] FROM t \
             WHERE year = 1"
        );
        assert_eq!(query(YEARS, &value).unwrap(), [["incomplete_strata"]]);
        let rank = format!("SELECT {measure}(y, n, nullif(r, 2))['status'] FROM t WHERE year = 1");
        assert_eq!(query(YEARS, &rank).unwrap(), [["incomplete_strata"]]);
    }
}

#[test]
fn a_group_without_people_does_not_count() {
    let sql = "SELECT sii(y, n, r)['value'], sii(y, n, r)['n'] FROM \
               (SELECT y, n, r FROM t UNION ALL SELECT NULL, 0, 9)";
    assert_eq!(query(GROUPS, sql).unwrap(), [["0.398268398268", "5"]]);
}

/// What `call` gives over the groups, where rows of `k` in place of units and strata differ.
fn answer(table: &str, call: &str) -> Vec<String> {
    let sql = format!("SELECT a.method, a.se, a.status FROM (SELECT {call} AS a FROM t)");
    query(table, &sql).unwrap().swap_remove(0)
}

#[test]
fn rows_of_a_stratum_are_units_unless_units_are_given() {
    // `u` numbers the rows.
    let table = format!("SELECT *, row_number() OVER (ORDER BY r, y) AS u FROM ({GROUPS})");
    for (call, given) in [
        ("sii(y, n, r, NULL, NULL, NULL, NULL, p", "survey"),
        ("rii(y, n, r, NULL, NULL, NULL, 'survey', p", "survey"),
        ("sii(y, n, r, NULL, NULL, NULL, 'cluster', NULL", "cluster"),
        ("aci(y, n, r, NULL, NULL, p", "survey"),
        ("rci(y, n, r, NULL, NULL, NULL, NULL, NULL, p", "survey"),
    ] {
        let alone = answer(&table, &format!("{call})"));
        assert!(alone[0].ends_with(given), "{call}: {alone:?}");
        assert!(alone[1].parse::<f64>().unwrap() > 0.0, "{call}: {alone:?}");
        assert_eq!(answer(&table, &format!("{call}, u)")), alone, "{call}");
    }
}

#[test]
fn one_unit_alone_is_no_reason_to_take_its_rows_for_independent() {
    let one = GROUPS.replace("'b'", "'a'").replace("'c'", "'a'");
    for (call, method) in [
        (
            "sii(y, n, r, NULL, NULL, NULL, NULL, NULL, p)",
            "linear_survey",
        ),
        (
            "sii(y, n, r, NULL, NULL, NULL, 'cluster', NULL, p)",
            "linear_cluster",
        ),
        (
            "sii(y, n, r, NULL, NULL, NULL, NULL, NULL, 'a')",
            "linear_survey",
        ),
        ("aci(y, n, r, NULL, NULL, NULL, p)", "survey"),
    ] {
        assert_eq!(answer(&one, call), [method, "NULL", "ok"], "{call}");
    }
}

#[test]
fn a_row_without_people_and_value_beside_others_of_its_rank_does_not_count() {
    let table = format!("{GROUPS} UNION ALL SELECT 2, NULL, 0, NULL, 'a'");
    for call in [
        "rci(y, n, r, NULL, NULL, NULL, NULL, 'kakwani')",
        "extended_concentration_index(y, n, r, 3, NULL, NULL, 'linearised')",
    ] {
        for field in ["value", "se"] {
            let sql = format!("SELECT {call}['{field}'] FROM t");
            assert_eq!(
                query(&table, &sql).unwrap(),
                query(GROUPS, &sql).unwrap(),
                "{call}"
            );
        }
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let error = |call: &str| {
        query(GROUPS, &format!("SELECT {call} FROM t"))
            .unwrap_err()
            .to_string()
    };
    for (call, part) in [
        (
            "sii(y, -n, r)",
            "slope_index_of_inequality: population: expected a number of at least 0",
        ),
        (
            "sii(y, n, r, -s)",
            "slope_index_of_inequality: se: expected a number of at least 0",
        ),
        (
            "rii(100 * y, n, r, s, 'logit')",
            "value: expected a proportion from 0 to `scale`",
        ),
        (
            "rii(y, n, r, s, 'probit')",
            "`model`: expected one of linear, logit",
        ),
        (
            "rci(100 * y, n, r, s, 'wagstaff')",
            "value: expected a value within the bounds",
        ),
        (
            "rci(y, n, r, s, 'wagstaff', 1, 0)",
            "bounds: expected a lower and a higher number",
        ),
        (
            "extended_concentration_index(y, n, r, 0.5)",
            "aversion: expected a number of at least 1",
        ),
        (
            "extended_concentration_index(y, n, r, r)",
            "`aversion`: expected the same for all rows of a group",
        ),
        ("aci(y, n, p)", "`rank` must be a number"),
        (
            "aci(y, n)",
            "absolute_concentration_index(value, population, rank [, se",
        ),
        ("aci(y, n, r, s, 'auto', NULL, NULL, 0)", "confidence"),
    ] {
        let error = error(call);
        assert!(error.contains(part), "{call}: {error}");
    }
}

#[test]
fn people_in_bands_are_counted_and_answer_as_if_each_were_kept() {
    // 4200 people of 5 bands and a yes or no, once with weight 1, once with weights that all differ
    // a little, so that they cannot be counted together.
    let people = "SELECT value % 5 AS band, value % 7 < 2 + value % 5 AS tested, \
                  1.0 + value * 1e-13 AS weight FROM generate_series(1, 4200)";
    let call = |weight: &str| format!("sii(tested, {weight}, band, NULL, 'logit')");
    let sql = format!(
        "SELECT a['value'] / b['value'], a['se'] / b['se'], a['n'] FROM \
         (SELECT {} AS a, {} AS b FROM t)",
        call("1"),
        call("weight")
    );
    let rows = query(people, &sql).unwrap();
    for ratio in &rows[0][..2] {
        let ratio: f64 = ratio.parse().unwrap();
        assert!((ratio - 1.0).abs() < 1e-8, "{rows:?}");
    }
    assert_eq!(rows[0][2], "4200");
}

#[test]
fn a_line_shows_its_intercept_and_its_ends() {
    let table = "SELECT * FROM (VALUES (10.0, 1, 1), (20.0, 1, 2), (30.0, 1, 3), (40.0, 1, 4)) \
                 AS v(y, p, r)";
    // Midpoint ranks 1/8, 3/8, 5/8, 7/8 and a slope of 40: 5 at the bottom and 45 at the top.
    for (call, value) in [
        ("sii(y, p, r)", 40.0),
        ("rii(y, p, r)", 9.0),
        ("kmi(y, p, r)", 9.0),
        ("rii_mean(y, p, r)", 1.6),
    ] {
        let field = |name: &str| number(table, &format!("SELECT {call}['{name}'] FROM t"));
        assert!((field("value") - value).abs() < 1e-9, "{call}");
        for (name, expected) in [
            ("intercept", 5.0),
            ("fitted_bottom", 5.0),
            ("fitted_top", 45.0),
        ] {
            assert!((field(name) - expected).abs() < 1e-9, "{call} {name}");
        }
    }
    // A log line: its intercept is a logarithm.
    let table = "SELECT * FROM (VALUES (1.0, 1, 1), (2.0, 1, 2), (4.0, 1, 3), (8.0, 1, 4)) \
                 AS v(y, p, r)";
    let field = |name: &str| {
        number(
            table,
            &format!("SELECT sii(y, p, r, NULL, 'log_transformed')['{name}'] FROM t"),
        )
    };
    assert!((field("fitted_bottom") - 0.5_f64.sqrt()).abs() < 1e-9);
    assert!((field("intercept") - 0.5 * 0.5_f64.ln()).abs() < 1e-9);
    assert!((field("fitted_top") - 16.0 * 0.5_f64.sqrt()).abs() < 1e-9);
}
