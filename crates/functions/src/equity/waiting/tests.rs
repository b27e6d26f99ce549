use super::super::testing::{number, query};
use super::entries;

/// Ten referrals in two regions; the numbers are worked out apart from the code.
const WAITS: &str = "SELECT * FROM (VALUES \
     ('a', 35, true, 'K', 'tested'), ('a', 80, true, 'M', 'tested'), \
     ('a', 80, false, 'K', 'censored'), ('a', 120, true, 'M', 'died'), \
     ('a', 150, false, 'K', 'censored'), \
     ('b', 20, true, 'K', 'tested'), ('b', 60, true, 'M', 'died'), \
     ('b', 60, true, 'K', 'tested'), ('b', 90, false, 'M', 'censored'), \
     ('b', 200, true, 'K', 'tested')) AS v(k, days, done, sex, ended)";

/// The same with something missing: `column` is NULL in one row of region b.
fn with_null(column: &str) -> String {
    let columns = ["k", "days", "done", "sex", "ended"].map(|name| match name == column {
        true => format!("CASE WHEN days = 90 THEN NULL ELSE {name} END AS {name}"),
        false => name.to_owned(),
    });
    format!("SELECT {} FROM ({WAITS})", columns.join(", "))
}

fn near(call: &str, expected: f64) {
    let got = number(WAITS, &format!("SELECT {call} FROM t"));
    assert!(
        (got - expected).abs() <= 1e-9 * expected.abs(),
        "{call}: {got}"
    );
}

fn status(table: &str, call: &str) -> String {
    let sql = format!("SELECT {call}['status'] FROM t");
    query(table, &sql).unwrap()[0][0].clone()
}

fn error(call: &str) -> String {
    let sql = format!("SELECT {call} FROM t");
    query(WAITS, &sql).unwrap_err().to_string()
}

/// Each aggregate with all it needs.
const CALLS: [&str; 6] = [
    "share_within(days, done, 90)",
    "kaplan_meier_quantile(days, done, 0.5)",
    "kaplan_meier_survival(days, done, 90)",
    "restricted_mean_survival_time(days, done, 100)",
    "cumulative_incidence(days, ended, 'tested', 90)",
    "logrank_test(days, done, sex)",
];

#[test]
fn every_function_has_a_call_here() {
    let own = [
        "kaplan_meier_curve",
        "restricted_mean_difference",
        "restricted_mean_ratio",
    ];
    let called = |name: &str| {
        CALLS
            .iter()
            .any(|call| call.starts_with(&format!("{name}(")))
    };
    for entry in entries() {
        let name = entry.doc.name;
        assert!(called(name) || own.contains(&name), "{name} has no call");
    }
}

#[test]
fn shares_and_survival_have_limits_that_change_places() {
    let of = |call: &str| format!("{call} FILTER (WHERE k = 'a')");
    let share = of("share_within(days, done, 90)");
    near(&format!("({share})['value']"), 0.4);
    near(&format!("({share})['lower_cl']"), 0.118_243_592_606_467_66);
    near(&format!("({share})['upper_cl']"), 0.874_269_817_005_568_6);
    near(&format!("({share})['events']"), 2.0);
    near(&format!("({share})['n']"), 5.0);
    let longer = of("km_survival(days, done, 90)");
    near(&format!("({longer})['value']"), 0.6);
    near(&format!("({longer})['se']"), 0.219_089_023_002_066_45);
    near(&format!("({longer})['lower_cl']"), 0.125_730_182_994_431_42);
    let plain = of("km_survival(days, done, 90, 0.95, 'plain')");
    near(&format!("({plain})['lower_cl']"), 0.170_593_405_507_882_38);
}

#[test]
fn groups_have_their_own_quantiles_and_means() {
    let sql = "SELECT k, km_quantile(days, done, 0.5)['value'] AS median, \
               rmst(days, done, 100)['value'] AS mean, rmst(days, done, 100)['se'] AS se \
               FROM t GROUP BY k ORDER BY k";
    let rows = query(WAITS, sql).unwrap();
    assert_eq!(rows[0], ["a", "120", "83", "11.2782977439"]);
    assert_eq!(rows[1], ["b", "60", "68", "13.3865604245"]);
    // Three quarters of region a are not served by the last time.
    let call = "kaplan_meier_quantile(days, done, 0.75) FILTER (WHERE k = 'a')";
    assert_eq!(status(WAITS, &format!("({call})")), "not_reached");
    assert!(number(WAITS, &format!("SELECT ({call})['value'] FROM t")).is_nan());
}

#[test]
fn each_group_may_have_its_own_options() {
    let own = "CASE k WHEN 'a' THEN 90 ELSE 60 END";
    let scale = "CASE k WHEN 'a' THEN 'log' ELSE 'plain' END";
    for (call, a, b) in [
        (
            format!("share_within(days, done, {own}, CAST(NULL AS DOUBLE), {scale})"),
            "share_within(days, done, 90, NULL, 'log')",
            "share_within(days, done, 60, NULL, 'plain')",
        ),
        (
            format!("kaplan_meier_quantile(days, done, {own} / 180.0)"),
            "kaplan_meier_quantile(days, done, 0.5)",
            "kaplan_meier_quantile(days, done, 60 / 180.0)",
        ),
        (
            format!(
                "cumulative_incidence(days, ended, CASE k WHEN 'a' THEN 'tested' ELSE 'died' \
                     END, {own})"
            ),
            "cumulative_incidence(days, ended, 'tested', 90)",
            "cumulative_incidence(days, ended, 'died', 60)",
        ),
    ] {
        let sql = format!("SELECT k, {call} FROM t GROUP BY k ORDER BY k");
        let found = query(WAITS, &sql).unwrap();
        for (row, (k, constant)) in [("a", a), ("b", b)].into_iter().enumerate() {
            let sql = format!("SELECT {constant} FROM t WHERE k = '{k}'");
            assert_eq!(
                found[row][1],
                query(WAITS, &sql).unwrap()[0][0],
                "{call} of {k}"
            );
        }
        // Without rows nobody knows the option.
        let none = query(WAITS, &format!("SELECT {call} IS NULL FROM t WHERE false"));
        assert_eq!(none.unwrap(), [["true"]]);
    }
    let differ = error("share_within(days, done, CASE k WHEN 'a' THEN 90 ELSE 60 END)");
    assert!(differ.contains("`t`: expected the same for all rows of a group, got `60` and `90`"));
}

#[test]
fn a_quantile_that_is_not_reached_has_its_lower_limit() {
    let sql = "SELECT q.value, q.lower_cl, q.upper_cl, q.status, q.confidence FROM (SELECT \
               kaplan_meier_quantile(days, done, 0.75) AS q FROM t WHERE k = 'a')";
    // R's `survival`: quantile(survfit(Surv(t, d) ~ 1, conf.type = "log-log"), 0.75).
    assert_eq!(
        query(WAITS, sql).unwrap(),
        [["NULL", "35", "NULL", "not_reached", "0.95"]]
    );
}

#[test]
fn a_curve_is_a_list_of_steps() {
    let sql = "SELECT s['time'], s['survival'], s['lower_cl'], s['at_risk'], s['events'], \
               s['censored'] \
               FROM (SELECT unnest(kaplan_meier_curve(days, done)) AS s FROM t WHERE k = 'a')";
    let rows = query(WAITS, sql).unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], ["35", "0.8", "0.203809263268", "5", "1", "0"]);
    assert_eq!(rows[1], ["80", "0.6", "0.125730182994", "4", "1", "1"]);
    assert_eq!(rows[3], ["150", "0.3", "0.0123015294254", "1", "0", "1"]);
    let curve = |table: &str, filter: &str| {
        let sql = format!("SELECT km_curve(days, done) FROM t WHERE {filter}");
        query(table, &sql).unwrap()[0][0].clone()
    };
    assert_eq!(curve(WAITS, "k = 'c'"), "[]");
    assert_eq!(curve(&with_null("done"), "true"), "NULL");
}

#[test]
fn restricted_means_are_compared() {
    let means = "(SELECT rmst(days, done, 100) FILTER (WHERE k = 'a') AS a, \
                  rmst(days, done, 100) FILTER (WHERE k = 'b') AS b, \
                  rmst(days, done, 190) FILTER (WHERE k = 'a') AS late, \
                  rmst(days, done, 100) FILTER (WHERE k = 'c') AS nobody FROM t)";
    let check = |call: &str, expected: f64| {
        let got = number(WAITS, &format!("SELECT {call} FROM {means}"));
        assert!(
            (got - expected).abs() <= 1e-9 * expected.abs(),
            "{call}: {got}"
        );
    };
    check("rmst_difference(a, b)['value']", 15.0);
    check("rmst_difference(a, b)['lower_cl']", -19.307_768_546_798_258);
    check("rmst_difference(a, b)['p_value']", 0.391_481_901_788_068_4);
    check("rmst_ratio(a, b)['value']", 1.220_588_235_294_117_8);
    check("rmst_ratio(a, b)['upper_cl']", 1.950_652_801_312_620_5);
    check(
        "restricted_mean_ratio(a, b)['p_value']",
        0.404_665_592_944_606_9,
    );
    let why = |call: &str| {
        let sql = format!("SELECT {call}['status'] FROM {means}");
        query(WAITS, &sql).unwrap()[0][0].clone()
    };
    assert_eq!(why("restricted_mean_difference(a, b)"), "ok");
    assert_eq!(why("restricted_mean_difference(late, b)"), "not_reached");
    assert_eq!(why("restricted_mean_ratio(a, nobody)"), "undefined");
    let null = "SELECT rmst_difference(a, CASE WHEN true THEN NULL ELSE a END)['status'] FROM ";
    let rows = query(WAITS, &format!("{null}{means}")).unwrap();
    assert_eq!(rows, [["incomplete_strata"]]);
}

#[test]
fn competing_events_are_counted_as_what_they_are() {
    let tested = "cumulative_incidence(days, ended, 'tested', 100)";
    near(&format!("{tested}['value']"), 0.4);
    near(&format!("{tested}['se']"), 0.154_919_333_848_296_68);
    near(&format!("{tested}['lower_cl']"), 0.122_693_165_782_354_08);
    // The same by numbers, 0 being the censored.
    let coded = "CASE ended WHEN 'tested' THEN 1 WHEN 'died' THEN 2 ELSE 0 END";
    near(
        &format!("cumulative_incidence(days, {coded}, 1, 100)['value']"),
        0.4,
    );
    let error = error("cumulative_incidence(days, ended, 'censored', 100)");
    assert!(
        error.contains("cause: expected an event, got `censored`"),
        "{error}"
    );
}

#[test]
fn a_code_of_an_event_is_the_same_in_every_numeric_type() {
    let coded = "CASE ended WHEN 'tested' THEN 1 WHEN 'died' THEN 2 ELSE 0 END";
    for number in ["DOUBLE", "REAL", "TINYINT", "DECIMAL(5, 2)"] {
        for cause in ["1", "1.0", "'1'"] {
            let events = format!("CAST({coded} AS {number})");
            let call = format!("cumulative_incidence(days, {events}, {cause}, 100)");
            near(&format!("{call}['value']"), 0.4);
        }
    }
    let error = |events: &str, cause: &str| {
        error(&format!(
            "cumulative_incidence(days, {events}, {cause}, 100)"
        ))
    };
    let half = error("days / 120.0", "1");
    assert!(
        half.contains("event_type: expected a word or a whole number"),
        "{half}"
    );
    let flag = error("done", "1");
    assert!(
        flag.contains("`event_type` must be a word or a whole number, got Bool"),
        "{flag}"
    );
    let cause = error(coded, "true");
    assert!(
        cause.contains("`cause` must be a word or a whole number"),
        "{cause}"
    );
}

#[test]
fn an_event_is_one_or_none_and_no_other_number() {
    for yes in ["done", "CAST(done AS INT)", "CAST(done AS DOUBLE)"] {
        near(&format!("km_survival(days, {yes}, 100)['events']"), 5.0);
    }
    // As R's survival takes it, 1 is last seen waiting and 2 an event.
    let two = "1 + CAST(done AS INT)";
    for call in CALLS.iter().filter(|call| call.contains("done")) {
        let error = error(&call.replace("done", two));
        assert!(
            error.contains("event: expected true or false, or 1 or 0, got `2`"),
            "{error}"
        );
    }
    let none = "CASE WHEN k = 'a' THEN NULL ELSE CAST(done AS INT) END";
    assert_eq!(
        status(WAITS, &format!("km_survival(days, {none}, 9)")),
        "incomplete_strata"
    );
    let nan = error("km_survival(days, CASE WHEN done THEN 'NaN'::DOUBLE END, 9)");
    assert!(nan.contains("got `NaN`"), "{nan}");
}

#[test]
fn a_time_that_is_no_number_concerns_its_group_alone() {
    for wrong in ["NaN", "Infinity"] {
        let days = format!("CASE WHEN days = 90 THEN '{wrong}'::DOUBLE ELSE days END");
        for call in CALLS {
            let call = call.replace("days", &days);
            let sql = format!(
                "SELECT k, {call}['value'] IS NULL, {call}['status'] FROM t GROUP BY k ORDER BY k"
            );
            let rows = query(WAITS, &sql).unwrap();
            assert_eq!(rows[0], ["a", "false", "ok"], "{call}");
            assert_eq!(rows[1], ["b", "true", "undefined"], "{call}");
        }
        let sql = format!("SELECT km_curve({days}, done) FROM t");
        assert_eq!(query(WAITS, &sql).unwrap(), [["NULL"]]);
    }
}

#[test]
fn where_no_wait_ended_there_is_no_error_and_not_0() {
    for call in [
        "share_within(days, done, 15)",
        "km_survival(days, done, 15)",
        "rmst(days, done, 15)",
        "cumulative_incidence(days, ended, 'tested', 15)",
        "cumulative_incidence(days, ended, 'moved', 100)",
    ] {
        let sql = format!(
            "SELECT w.value IS NULL, w.se, w.lower_cl, w.upper_cl, w.status FROM \
             (SELECT {call} AS w FROM t)"
        );
        let rows = query(WAITS, &sql).unwrap();
        assert_eq!(rows, [["false", "NULL", "NULL", "NULL", "ok"]], "{call}");
    }
}

#[test]
fn the_log_rank_test_compares_groups() {
    near(
        "logrank_test(days, done, k)['value']",
        0.110_395_880_270_356_96,
    );
    near(
        "logrank_test(days, done, k)['p_value']",
        0.739_693_881_165_877_9,
    );
    near("logrank_test(days, done, k)['degrees_of_freedom']", 1.0);
    near("logrank_test(days, done, k)['events']", 7.0);
    assert_eq!(status(WAITS, "logrank_test(days, done, 1)"), "undefined");
    let table = with_null("sex");
    assert_eq!(
        status(&table, "logrank_test(days, done, sex)"),
        "incomplete_strata"
    );
    let p = "SELECT logrank_test(days, done, sex)['p_value'] FROM t";
    assert!(number(&table, p).is_nan());
}

#[test]
fn null_is_never_left_out_silently() {
    for column in ["days", "done", "ended"] {
        let table = with_null(column);
        for call in CALLS {
            if call.contains(column) {
                assert_eq!(
                    status(&table, call),
                    "incomplete_strata",
                    "{call}: {column}"
                );
            }
        }
    }
}

#[test]
fn without_rows_all_is_undefined() {
    let table = format!("SELECT * FROM ({WAITS}) WHERE days < 0");
    for call in CALLS {
        assert_eq!(status(&table, call), "undefined", "{call}");
    }
}

#[test]
fn wrong_arguments_are_errors_that_name_them() {
    for (call, part) in [
        (
            "share_within(-days, done, 90)",
            "share_within: time: expected",
        ),
        ("share_within(days, done, -1)", "share_within: t: expected"),
        (
            "share_within(days, done, NULL)",
            "t: expected a number, got `NULL`",
        ),
        (
            "share_within(days, done, days)",
            "`t`: expected the same for all",
        ),
        (
            "share_within(days, done, 90, 0.95, 'loglog')",
            "expected one of log-log, log, plain",
        ),
        ("kaplan_meier_quantile(days, done, 1)", "p: expected"),
        ("rmst(days, done, 0)", "tau: expected"),
        (
            "logrank_test(-days, done, k)",
            "logrank_test: time: expected",
        ),
        (
            "cumulative_incidence(-days, ended, 'died', 1)",
            "time: expected",
        ),
        (
            "kaplan_meier_curve(days, k)",
            "`event` must be true or false",
        ),
    ] {
        let message = error(call);
        assert!(message.contains(part), "{call}: {message}");
    }
}

#[test]
fn days_between_dates_are_a_time() {
    let table = "SELECT * FROM (VALUES (DATE '2025-01-01', DATE '2025-03-02'), \
                 (DATE '2025-01-01', NULL)) AS v(ordered, reported)";
    let sql = "SELECT km_quantile(coalesce(reported, DATE '2025-12-31') - ordered, \
               reported IS NOT NULL, 0.4)['value'] FROM t";
    assert_eq!(number(table, sql), 60.0);
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
