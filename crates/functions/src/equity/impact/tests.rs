use super::super::testing::query;
use super::entries;

/// The numbers are worked out apart from the code.
const REGIONS: &str = "SELECT * FROM (VALUES ('all', 40, 100, 1), ('all', 55, 250, 2), \
     ('all', 62, 50, 3), ('all', 70, 400, 4), ('alike', 7, 100, 1), ('alike', 7, 200, 2)) \
     AS v(k, y, p, o)";

/// Value, standard error and lower limit.
fn all(call: &str) -> Vec<f64> {
    let fields = ["value", "se", "lower_cl"].map(|field| format!("{call}['{field}']"));
    let sql = format!("SELECT {} FROM t WHERE k = 'all'", fields.join(", "));
    let row = query(REGIONS, &sql).unwrap().swap_remove(0);
    row.iter()
        .map(|text| text.parse().unwrap_or(f64::NAN))
        .collect()
}

fn status(call: &str) -> String {
    let sql = format!("SELECT {call}['status'] FROM t WHERE k = 'all'");
    query(REGIONS, &sql).unwrap()[0][0].clone()
}

fn error(call: &str) -> String {
    let sql = format!("SELECT {call} FROM t");
    query(REGIONS, &sql).unwrap_err().to_string()
}

#[test]
fn the_impact_has_its_value_and_its_standard_error() {
    for (call, value, se) in [
        (
            "population_attributable_risk(y, p, true, NULL, 100)",
            8.9375,
            1.771_237_560_984_168_6,
        ),
        (
            "population_attributable_risk(y, p, true, o, 100)",
            8.9375,
            1.771_237_560_984_168_6,
        ),
        (
            "population_attributable_risk(y, p, false)",
            -21.0625,
            f64::NAN,
        ),
        (
            "population_attributable_risk(y, p, true, -o, 100)",
            0.0,
            f64::NAN,
        ),
        (
            "population_attributable_fraction(y, p, true, NULL, 100)",
            14.636_642_784_032_754,
            2.900_696_108_060_051,
        ),
        ("paf(y, p)", 14.636_642_784_032_754, f64::NAN),
        (
            "attributable_fraction(y, p, NULL, 100)",
            0.344_933_469_805_527_1,
            0.075_661_129_735_380_87,
        ),
        (
            "attributable_fraction(y, p, o)",
            1.0 - 70.0 / 61.0625,
            f64::NAN,
        ),
        ("tests_to_level_up(y, p)", 7150.0, f64::NAN),
        ("tests_to_level_up(y, p, true, 100)", 71.5, f64::NAN),
        ("tests_to_level_up(y, p, false)", -16_850.0, f64::NAN),
    ] {
        let got = all(call);
        assert!(
            (got[0] - value).abs() <= 1e-9 * value.abs(),
            "{call}: {got:?}"
        );
        if se.is_nan() {
            assert!(got[1].is_nan() && got[2].is_nan(), "{call}: {got:?}");
            continue;
        }
        assert!((got[1] - se).abs() <= 1e-9 * se, "{call}: {got:?}");
        let lower = value - 1.959_963_984_540_054 * se;
        assert!((got[2] - lower).abs() < 1e-9, "{call}: {got:?}");
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
fn groups_are_kept_apart_and_nobody_has_nothing_to_gain() {
    for entry in entries() {
        let name = entry.doc.name;
        let sql = format!("SELECT k, {name}(y, p)['value'] FROM t GROUP BY k ORDER BY k");
        let rows = query(REGIONS, &sql).unwrap();
        assert_eq!(rows[0][1].parse::<f64>().unwrap(), 0.0, "{name}");
        assert_ne!(rows[1][1].parse::<f64>().unwrap(), 0.0, "{name}");
        let sql = format!("SELECT {name}(y, p) FROM t WHERE k = 'nowhere'");
        let rows = query(REGIONS, &sql).unwrap();
        assert!(rows[0][0].contains("status: undefined"), "{name}: {rows:?}");
    }
}

#[test]
fn a_null_makes_the_answer_incomplete() {
    let null = |column: &str| format!("CASE WHEN o <> 3 THEN {column} END");
    for entry in entries() {
        let name = entry.doc.name;
        for arguments in [format!("{}, p", null("y")), format!("y, {}", null("p"))] {
            let call = format!("{name}({arguments})");
            assert_eq!(status(&call), "incomplete_strata", "{call}");
        }
    }
    for call in ["paf(y, p, true, {})", "attributable_fraction(y, p, {})"] {
        let call = call.replace("{}", &null("o"));
        assert_eq!(status(&call), "incomplete_strata", "{call}");
    }
    // Ties below the end do not matter; at the end they do.
    assert_eq!(status("paf(y, p, true, o / 2)"), "ok");
    assert_eq!(status("paf(y, p, true, o / 3)"), "undefined");
}

#[test]
fn where_nobody_lives_is_not_the_best_off() {
    let table = format!("{REGIONS} UNION ALL SELECT 'all', 99, 0, 9");
    for call in ["paf(y, p)", "paf(y, p, true, o)", "tests_to_level_up(y, p)"] {
        let sql = format!("SELECT {call} FROM t WHERE k = 'all'");
        assert_eq!(
            query(&table, &sql).unwrap(),
            query(REGIONS, &sql).unwrap(),
            "{call}"
        );
    }
}

#[test]
fn what_cannot_be_is_an_error_that_names_it() {
    for (call, what) in [
        ("paf(y, -p)", "population_attributable_fraction: population"),
        (
            "population_attributable_risk(y, p, true, o, 60)",
            "value: expected at least 0",
        ),
        (
            "attributable_fraction(y, p, o, 0)",
            "scale: expected a number above 0",
        ),
        (
            "tests_to_level_up(y, p, true, 0)",
            "scale: expected a number above 0",
        ),
        (
            "tests_to_level_up(y)",
            "tests_to_level_up(value, population",
        ),
        ("paf(y, p, true, o, p)", "`scale`: expected the same"),
    ] {
        let error = error(call);
        assert!(error.contains(what), "{call}: {error}");
    }
}
