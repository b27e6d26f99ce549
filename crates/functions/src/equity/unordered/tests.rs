use super::super::testing::{number, query};
use super::entries;

/// Four regions in two halves, for `GROUP BY`; the numbers are worked out apart from the code.
const REGIONS: &str = "SELECT * FROM (VALUES \
     ('all', 40, 100, 2.0, 1, false), ('all', 55, 250, 1.0, 2, true), \
     ('all', 62, 50, 4.0, 3, false), ('all', 70, 400, 0.5, 4, false), \
     ('alike', 7, 100, 1.0, 1, true), ('alike', 7, 200, 1.0, 2, false), \
     ('alike', 7, 300, 1.0, 3, false)) AS v(k, y, p, s, o, is_ref)";

/// The same with something missing: `column` is NULL in one row.
fn with_null(column: &str) -> String {
    let columns = ["k", "y", "p", "s", "o", "is_ref"].map(|name| match name == column {
        true => format!("CASE WHEN o = 3 THEN NULL ELSE {name} END AS {name}"),
        false => name.to_owned(),
    });
    format!("SELECT {} FROM ({REGIONS})", columns.join(", "))
}

/// One field of many calls over the four regions, in one query.
fn fields<C: AsRef<str>>(table: &str, calls: &[C], field: &str) -> Vec<String> {
    let columns = calls.iter().enumerate();
    let columns = columns.map(|(n, call)| format!("{}['{field}'] AS c{n}", call.as_ref()));
    let columns: Vec<_> = columns.collect();
    let sql = format!("SELECT {} FROM t WHERE k = 'all'", columns.join(", "));
    query(table, &sql).unwrap().swap_remove(0)
}

fn values<C: AsRef<str>>(table: &str, calls: &[C], field: &str) -> Vec<f64> {
    let fields = fields(table, calls, field);
    let number = |text: &String| text.parse().unwrap_or(f64::NAN);
    fields.iter().map(number).collect()
}

fn value(call: &str) -> f64 {
    values(REGIONS, &[call], "value")[0]
}

fn status(table: &str, call: &str) -> String {
    fields(table, &[call], "status").swap_remove(0)
}

fn error(call: &str) -> String {
    let sql = format!("SELECT {call} FROM t");
    query(REGIONS, &sql).unwrap_err().to_string()
}

/// Each function with all it needs, and its value; those with an interval take `s`.
const CALLS: [(&str, f64); 21] = [
    ("weighted_mean(y, p, s)", 61.0625),
    ("between_group_variance(y, p, s)", 106.933_593_75),
    ("between_group_sd(y, p, s)", 10.340_870_067_358_935),
    ("coefficient_of_variation(y, p, s)", 16.934_894_685_541_757),
    ("mean_difference_from_mean(y, p, s)", 9.25),
    ("mean_difference_from_mean_weighted(y, p, s)", 9.054_687_5),
    ("mean_difference_from_best(y, true, s)", 13.25),
    ("mean_difference_from_best(y, false, s)", 16.75),
    ("mean_difference_from_best_weighted(y, p, true, s)", 8.9375),
    (
        "mean_difference_from_best_weighted(y, p, false, s)",
        21.0625,
    ),
    ("mean_difference_from_reference(y, is_ref, s)", 9.25),
    (
        "mean_difference_from_reference_weighted(y, p, is_ref, s)",
        9.8125,
    ),
    ("index_of_disparity(y, p, s)", 15.148_413_510_747_185),
    (
        "index_of_disparity_weighted(y, p, s)",
        14.828_556_806_550_665,
    ),
    ("theil_index(y, p, s)", 15.191_783_286_539_07),
    ("mean_log_deviation(y, p, s)", 16.302_857_563_614_563),
    ("symmetrised_theil(y, p, s)", 15.747_320_425_076_817),
    ("equity_difference(y, s)", 30.0),
    ("equity_ratio(y, s)", 1.75),
    ("range_difference(y)", 30.0),
    ("range_ratio(y)", 1.75),
];

fn calls() -> [&'static str; 21] {
    CALLS.map(|(call, _)| call)
}

#[test]
fn every_measure_of_regions_has_its_value() {
    let got = values(REGIONS, &calls(), "value");
    for ((call, expected), got) in CALLS.into_iter().zip(got) {
        assert!((got - expected).abs() <= 1e-9 * expected, "{call}: {got}");
    }
}

#[test]
fn every_function_has_a_call_here() {
    for entry in entries() {
        let name = format!("{}(", entry.doc.name);
        assert!(
            CALLS.iter().any(|(call, _)| call.starts_with(&name)),
            "{name}"
        );
    }
}

#[test]
fn every_example_runs() {
    for entry in entries() {
        let example = entry.doc.entry.sql_example.unwrap();
        let rows = query("", &example).unwrap();
        assert!(rows[0][0].contains("status: ok"), "{example}: {rows:?}");
    }
}

#[test]
fn every_short_form_is_known() {
    let (long, short): (Vec<_>, Vec<_>) = [
        ("between_group_sd(y, p)", "bgsd(y, p)"),
        ("between_group_variance(y, p)", "bgv(y, p)"),
        ("index_of_disparity(y, p)", "idisu(y, p)"),
        ("index_of_disparity_weighted(y, p)", "idisw(y, p)"),
        ("mean_difference_from_best(y)", "mdbu(y)"),
        ("mean_difference_from_best_weighted(y, p)", "mdbw(y, p)"),
        ("mean_difference_from_mean(y, p)", "mdmu(y, p)"),
        ("mean_difference_from_mean_weighted(y, p)", "mdmw(y, p)"),
        (
            "mean_difference_from_reference(y, is_ref)",
            "mdru(y, is_ref)",
        ),
        (
            "mean_difference_from_reference_weighted(y, p, is_ref)",
            "mdrw(y, p, is_ref)",
        ),
        ("mean_log_deviation(y, p)", "mld(y, p)"),
        ("weighted_mean(y, p)", "setting_average(y, p)"),
    ]
    .into_iter()
    .unzip();
    let long = values(REGIONS, &long, "value");
    assert_eq!(long, values(REGIONS, &short, "value"));
    assert!(long.iter().all(|value| *value > 0.0), "{long:?}");
}

#[test]
fn groups_are_kept_apart_and_those_that_are_alike_have_no_spread() {
    let columns = CALLS[1..17].iter().enumerate();
    let columns = columns.map(|(n, (call, _))| format!("{call}['value'] AS c{n}"));
    let columns: Vec<_> = columns.collect();
    let columns = columns.join(", ");
    let sql = format!("SELECT k, {columns} FROM t GROUP BY k ORDER BY k");
    let rows = query(REGIONS, &sql).unwrap();
    assert_eq!((&*rows[0][0], &*rows[1][0]), ("alike", "all"));
    let number = |text: &String| text.parse::<f64>().unwrap();
    assert!(
        rows[0][1..].iter().all(|text| number(text) == 0.0),
        "{:?}",
        rows[0]
    );
    assert!(
        rows[1][1..].iter().all(|text| number(text) > 0.0),
        "{:?}",
        rows[1]
    );
}

#[test]
fn no_rows_are_undefined() {
    let calls = calls().join(", ");
    let sql = format!("SELECT {calls} FROM t WHERE k = 'nowhere'");
    for answer in &query(REGIONS, &sql).unwrap()[0] {
        assert!(answer.starts_with("{value: NULL"), "{answer}");
        assert!(answer.ends_with("status: undefined}"), "{answer}");
    }
}

#[test]
fn a_null_value_population_or_mark_makes_the_answer_incomplete() {
    for (column, takes) in [("y", "(y"), ("p", ", p"), ("is_ref", "is_ref")] {
        let got = fields(&with_null(column), &calls(), "status");
        for (call, got) in calls().into_iter().zip(got) {
            let expected = match call.contains(takes) {
                true => "incomplete_strata",
                false => "ok",
            };
            assert_eq!(got, expected, "{call}, NULL in {column}");
        }
    }
}

#[test]
fn a_null_standard_error_leaves_out_the_interval_alone() {
    let table = with_null("s");
    // The difference and the ratio look at the first region and the last, which have theirs.
    let calls = &calls()[..17];
    let expected = values(REGIONS, calls, "value");
    assert_eq!(values(&table, calls, "value"), expected);
    for field in ["lower_cl", "upper_cl", "se"] {
        let without = fields(&table, calls, field);
        assert!(
            without.iter().all(|text| text == "NULL"),
            "{field}: {without:?}"
        );
    }
    let [lower, upper, se] =
        ["lower_cl", "upper_cl", "se"].map(|field| values(REGIONS, calls, field));
    for (n, call) in calls.iter().enumerate() {
        assert!(lower[n] < expected[n] && expected[n] < upper[n], "{call}");
        assert!(se[n] > 0.0, "{call}");
    }
}

#[test]
fn an_interval_is_as_wide_as_its_confidence() {
    let half = |confidence: &str| {
        let call = format!("weighted_mean(y, p, s, {confidence})");
        let sql = format!("SELECT {call}['upper_cl'] - {call}['value'] FROM t WHERE k = 'all'");
        number(REGIONS, &sql)
    };
    let se = 0.534_000_234_082_345_6;
    for (confidence, z) in [
        ("NULL", 1.959_963_984_540_054),
        ("0.95", 1.959_963_984_540_054),
        ("95", 1.959_963_984_540_054),
        ("0.998", 3.090_232_306_167_813),
    ] {
        assert!((half(confidence) - z * se).abs() < 1e-9, "{confidence}");
    }
    assert!(error("weighted_mean(y, p, s, 1)").contains("confidence"));
}

#[test]
fn the_contrast_follows_from_what_is_given() {
    let expected = [
        ("equity_difference(y)", 30.0),
        ("equity_difference(y, s, o)", 30.0),
        ("equity_difference(y, s, -o)", -30.0),
        ("equity_difference(y, s, -o, NULL, false)", 30.0),
        // The reference has 55, the worst of the others 40 or, of something bad, 70.
        ("equity_difference(y, s, NULL, is_ref)", 15.0),
        ("equity_difference(y, s, NULL, is_ref, false)", 15.0),
        ("equity_ratio(y, s, NULL, is_ref)", 55.0 / 40.0),
        ("equity_ratio(y, s, NULL, is_ref, false)", 70.0 / 55.0),
        ("equity_ratio(y, s, o, NULL, false)", 40.0 / 70.0),
    ];
    let got = values(REGIONS, &expected.map(|(call, _)| call), "value");
    for ((call, expected), got) in expected.into_iter().zip(got) {
        assert!((got - expected).abs() < 1e-9, "{call}: {got}");
    }
    let error = error("equity_difference(y, s, o, is_ref)");
    assert!(
        error.contains("is_reference: expected nothing beside `rank`"),
        "{error}"
    );
    for column in ["o", "is_ref"] {
        let call = match column {
            "o" => "equity_ratio(y, s, o)",
            _ => "equity_ratio(y, s, NULL, is_ref)",
        };
        assert_eq!(status(&with_null(column), call), "incomplete_strata");
    }
    assert_eq!(
        status(REGIONS, "equity_difference(y, s, NULL, o > 2)"),
        "undefined"
    );
    assert_eq!(
        status(REGIONS, "equity_difference(y, s, o / 3)"),
        "undefined"
    );
    // A column of nothing but NULL is given all the same.
    let call = "equity_difference(y, s, CASE WHEN o > 9 THEN o END)";
    assert_eq!(status(REGIONS, call), "incomplete_strata");
}

#[test]
fn a_theil_index_has_its_scale_and_counts_people_where_no_population_is_given() {
    assert!((value("theil_index(y, p, s, 1)") - 0.015_191_783_286_539_07).abs() < 1e-12);
    let people = "SELECT * FROM (VALUES (1), (2), (6)) AS v(x)";
    let theil = number(people, "SELECT theil_index(x)['value'] FROM t");
    assert!((theil - 249.926_730_941_692_6).abs() < 1e-9);
    let cv = number(people, "SELECT coefficient_of_variation(x)['value'] FROM t");
    assert!((cv - 100.0 * (14.0_f64 / 3.0).sqrt() / 3.0).abs() < 1e-9);
    // A population that is given as a column of NULL is not one person each.
    let call = "theil_index(y, CASE WHEN p > 9999 THEN p END)";
    assert_eq!(status(REGIONS, call), "incomplete_strata");
    assert!(error("theil_index(y, p, s, 0)").contains("scale"));
    assert!(error("mean_log_deviation(y, p, s, -1)").contains("scale"));
}

#[test]
fn zeros_are_the_limit_or_infinite_as_the_reference_says() {
    let table = "SELECT * FROM (VALUES (0, 1), (1, 1), (2, 1)) AS v(x, o)";
    let value = |call: &str| number(table, &format!("SELECT {call}['value'] FROM t"));
    assert!((value("theil_index(x, o, NULL, 1)") - 2.0 * 2.0_f64.ln() / 3.0).abs() < 1e-12);
    assert_eq!(value("mean_log_deviation(x, o)"), f64::INFINITY);
    assert_eq!(value("equity_ratio(x)"), f64::INFINITY);
    assert_eq!(value("range_ratio(x)"), f64::INFINITY);
}

#[test]
fn what_cannot_be_is_an_error_that_names_it() {
    for (call, what) in [
        ("theil_index(y, -p)", "theil_index: population"),
        (
            "between_group_variance(y, p, -s)",
            "between_group_variance: se",
        ),
        ("weighted_mean(k, p)", "`value` must be a number"),
        (
            "weighted_mean(y)",
            "weighted_mean(value, population [, se [, confidence = 0.95]])",
        ),
        (
            "mean_difference_from_best(y, o > 1)",
            "`favourable`: expected the same",
        ),
        (
            "mean_difference_from_mean(y, p, s, 0.9, 1)",
            "got 5 arguments",
        ),
    ] {
        let error = error(call);
        assert!(error.contains(what), "{call}: {error}");
    }
}

#[test]
fn each_indicator_may_say_whether_high_is_good() {
    let table = "SELECT * FROM (VALUES ('tests', true, 10, 1), ('tests', true, 20, 2), \
                 ('deaths', false, 10, 1), ('deaths', false, 20, 2)) AS v(k, good, y, o)";
    let sql = "SELECT k, equity_difference(y, NULL, o, NULL, good)['value'] FROM t \
               GROUP BY k ORDER BY k";
    let of = |k: &str, good: bool| {
        let sql = format!(
            "SELECT equity_difference(y, NULL, o, NULL, {good})['value'] FROM t \
             WHERE k = '{k}'"
        );
        query(table, &sql).unwrap()[0][0].clone()
    };
    let found = query(table, sql).unwrap();
    assert_eq!(found[0], ["deaths".to_owned(), of("deaths", false)]);
    assert_eq!(found[1], ["tests".to_owned(), of("tests", true)]);
    assert_ne!(found[0][1], found[1][1]);
}
