//! What each table of a report says, in words of the attacker.

use std::collections::BTreeMap;

use crate::attacker::{Attacker, Form};

/// A published table.
pub(crate) struct Table {
    pub(crate) report: String,
    pub(crate) id: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(crate) type Row<'a> = BTreeMap<&'a str, &'a str>;

impl Table {
    pub(crate) fn parse(report: &str, id: &str, text: &str) -> Self {
        let mut lines = text.lines().map(fields);
        let header = lines.next().unwrap_or_default();
        let rows: Vec<Vec<String>> = lines.collect();
        assert!(rows.iter().all(|row| row.len() == header.len()), "{id}");
        Self {
            report: report.to_owned(),
            id: id.to_owned(),
            header,
            rows,
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        self.rows.iter().map(|row| {
            let names = self.header.iter().map(String::as_str);
            names.zip(row.iter().map(String::as_str)).collect()
        })
    }

    fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }
}

/// The fields of a line of CSV.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    fields.push(field);
    fields
}

/// A count in a table: its column, what it counts, and where its groups are.
struct Reading {
    tables: &'static [&'static str],
    column: &'static str,
    kind: &'static str,
    /// The columns of the groups; `=` begins a fixed value, nothing is all.
    groups: [&'static str; 3],
}

const fn reading(
    tables: &'static [&'static str],
    column: &'static str,
    kind: &'static str,
    groups: [&'static str; 3],
) -> Reading {
    Reading {
        tables,
        column,
        kind,
        groups,
    }
}

/// Tables in which `tests` are tests of a year, by region and sex where they have such columns.
const OF_TESTS: &[&str] = &[
    "key_figures",
    "tests_by_region",
    "funnel",
    "regions_by_year",
    "waits_by_region",
    "wait_curves",
    "by_year",
    "referrals",
    "all_regions",
    "sexes",
    "funds",
    "funds_by_year",
];
const OF_RATES: &[&str] = &[
    "key_figures",
    "tests_by_region",
    "regions_by_year",
    "by_year",
    "all_regions",
    "sexes",
];
const OF_RATIOS: &[&str] = &["funnel", "all_regions", "key_figures"];
const OF_WAITS: &[&str] = &["key_figures", "waits_by_region", "by_year"];
const MIRRORS: &[&str] = &["mirror_sexes", "mirror_regions"];
const COSTS: &[&str] = &["cost_by_region", "costs"];
const RSY: [&str; 3] = ["region", "sex", "year"];

const READINGS: &[Reading] = &[
    reading(OF_TESTS, "tests", "tests", RSY),
    reading(OF_RATES, "test_rate_events", "tests", RSY),
    reading(OF_RATIOS, "test_ratio_events", "tests", RSY),
    reading(OF_WAITS, "within_90_days_events", "within", RSY),
    reading(OF_WAITS, "within_90_days_n", "tests", RSY),
    reading(&["tests_by_region"], "diagnoses", "diagnoses", RSY),
    reading(
        &["tests_by_region", "by_year"],
        "diagnosis_rate_events",
        "diagnoses",
        RSY,
    ),
    reading(&["funds_by_year"], "diagnoses", "diagnoses", RSY),
    reading(&["key_figures"], "reported", "reported", RSY),
    reading(&["key_figures"], "diagnosed", "diagnosed", RSY),
    reading(
        &["key_figures"],
        "cost_per_diagnosis_events",
        "diagnosed",
        RSY,
    ),
    reading(COSTS, "tests", "reported", RSY),
    reading(COSTS, "diagnoses", "diagnosed", RSY),
    reading(COSTS, "yield_events", "diagnosed", RSY),
    reading(COSTS, "yield_n", "reported", RSY),
    reading(COSTS, "cost_per_test_n", "reported", RSY),
    reading(COSTS, "cost_per_diagnosis_events", "diagnosed", RSY),
    reading(
        &["women_and_men"],
        "tests_women",
        "tests",
        ["region", "=K", "year"],
    ),
    reading(
        &["women_and_men"],
        "tests_men",
        "tests",
        ["region", "=M", "year"],
    ),
    reading(
        &["women_and_men"],
        "referrals_women",
        "referrals",
        ["region", "=K", "year"],
    ),
    reading(
        &["women_and_men"],
        "referrals_men",
        "referrals",
        ["region", "=M", "year"],
    ),
    reading(
        &["women_and_men"],
        "tested_women",
        "tested",
        ["region", "=K", "year"],
    ),
    reading(
        &["women_and_men"],
        "tested_men",
        "tested",
        ["region", "=M", "year"],
    ),
    reading(&["referrals"], "referrals", "referrals", RSY),
    reading(
        &["municipalities"],
        "tests",
        "municipality",
        ["region", "municipality", ""],
    ),
    reading(
        &["municipalities"],
        "test_ratio_events",
        "municipality",
        ["region", "municipality", ""],
    ),
    reading(&["need_by_region"], "tests", "need", ["region", "", ""]),
    reading(
        &["need_by_region"],
        "use_to_need_events",
        "need",
        ["region", "", ""],
    ),
    reading(
        &["cost_by_test_type"],
        "tests",
        "type",
        ["condition", "test_type", ""],
    ),
    reading(
        &["cost_by_test_type"],
        "diagnoses",
        "type diagnosed",
        ["condition", "test_type", ""],
    ),
    reading(
        &["cost_by_test_type"],
        "yield_events",
        "type diagnosed",
        ["condition", "test_type", ""],
    ),
    reading(
        &["genome_against_panel"],
        "genomes",
        "type",
        ["condition", "=wgs", ""],
    ),
    reading(
        &["genome_against_panel"],
        "panels",
        "type",
        ["condition", "=panel", ""],
    ),
    reading(
        &["genome_against_panel"],
        "genome_diagnoses",
        "type diagnosed",
        ["condition", "=wgs", ""],
    ),
    reading(
        &["genome_against_panel"],
        "panel_diagnoses",
        "type diagnosed",
        ["condition", "=panel", ""],
    ),
    reading(&["flow", "flow_by_sex"], "n", "step", ["", "sex", "step"]),
    reading(
        &["flow", "flow_by_sex"],
        "n_before",
        "step",
        ["", "sex", "step_before"],
    ),
    reading(
        &["flow", "flow_by_sex"],
        "reached_events",
        "step",
        ["", "sex", "step"],
    ),
    reading(
        &["flow_by_region"],
        "n_eligible",
        "step",
        ["region", "sex", "=1"],
    ),
    reading(
        &["flow_by_region"],
        "included",
        "step",
        ["region", "sex", "=3"],
    ),
    reading(
        &["flow_by_region"],
        "sampled",
        "step",
        ["region", "sex", "=4"],
    ),
    reading(
        &["flow_by_region"],
        "included_of_eligible_events",
        "step",
        ["region", "sex", "=3"],
    ),
    reading(
        &["flow_by_region"],
        "sampled_of_included_events",
        "step",
        ["region", "sex", "=4"],
    ),
    reading(&["times"], "n", "step", ["", "sex", "step_before"]),
    reading(&["times"], "reached", "step", ["", "sex", "step"]),
    reading(&["times_by_region"], "n", "step", ["region", "", "=4"]),
    reading(
        &["times_by_region"],
        "reached",
        "step",
        ["region", "", "=5"],
    ),
    reading(MIRRORS, "eligible", "step", ["region", "sex", "=1"]),
    reading(MIRRORS, "included", "step", ["region", "sex", "=3"]),
    reading(
        &["mirror_ages"],
        "eligible",
        "step of ages",
        ["age", "", "=1"],
    ),
    reading(
        &["mirror_ages"],
        "included",
        "step of ages",
        ["age", "", "=3"],
    ),
];

/// Readings of the study's years, whose table is called as others are.
const OF_STUDY_YEARS: &[Reading] = &[
    reading(
        &["by_year"],
        "eligible",
        "step of years",
        ["year", "sex", "=1"],
    ),
    reading(
        &["by_year"],
        "included",
        "step of years",
        ["year", "sex", "=3"],
    ),
    reading(
        &["by_year"],
        "inclusion_events",
        "step of years",
        ["year", "sex", "=3"],
    ),
];

/// Readings of need, which are of regions in one report and of sexes in the other.
const OF_NEED: &[Reading] = &[
    reading(
        &["need_by_income"],
        "tests",
        "need",
        ["region", "income_band", ""],
    ),
    reading(
        &["need_by_income"],
        "use_to_need_events",
        "need",
        ["region", "income_band", ""],
    ),
];
const OF_NEED_OF_SEXES: &[Reading] = &[
    reading(
        &["need_by_income"],
        "tests",
        "need of sexes",
        ["", "income_band", "sex"],
    ),
    reading(
        &["need_by_income"],
        "use_to_need_events",
        "need of sexes",
        ["", "income_band", "sex"],
    ),
];

/// What stands for all in any column.
const ALL: [&str; 3] = ["00", "T", ""];

/// Learns all that a table says; how many counts it shows, and how many it withholds.
pub(crate) fn read(table: &Table, attacker: &mut Attacker) -> (usize, usize) {
    let more = match (table.report.as_str(), table.id.as_str()) {
        ("clinical-study", "by_year") => OF_STUDY_YEARS,
        ("region", "need_by_income") => OF_NEED,
        (_, "need_by_income") => OF_NEED_OF_SEXES,
        _ => &[],
    };
    let of_table = READINGS
        .iter()
        .filter(|r| r.tables.contains(&table.id.as_str()));
    let (mut n_shown, mut n_withheld) = (0, 0);
    for reading in of_table.chain(more).filter(|r| table.has(r.column)) {
        for row in table.rows() {
            let what = format!("{} {} {row:?}", table.report, table.id);
            let value = row[reading.column];
            let is_count = !reading.column.contains("_events") && !reading.column.ends_with("_n");
            if value.is_empty() {
                n_withheld += usize::from(is_count);
                continue;
            }
            n_shown += usize::from(is_count);
            let form = form(attacker, reading, &row);
            let n: f64 = value.parse().unwrap();
            attacker.learn(&format!("{what}: {}", reading.column), form, n, n);
        }
    }
    read_shares(table, attacker);
    read_medians(table, attacker);
    read_curves(table, attacker);
    read_expected(table, attacker);
    (n_shown, n_withheld)
}

fn form(attacker: &Attacker, reading: &Reading, row: &Row<'_>) -> Form {
    let group = |name: &str| match name.strip_prefix('=') {
        Some(fixed) => fixed.to_owned(),
        None => {
            let value = row.get(name).copied().unwrap_or_default();
            if ALL.contains(&value) {
                String::new()
            } else {
                value.to_owned()
            }
        }
    };
    let groups = reading.groups.map(group);
    attacker.sum(reading.kind, groups.each_ref().map(String::as_str))
}

/// A number as it is written, and half a unit of its last digit.
fn written(text: &str) -> Option<(f64, f64)> {
    let value: f64 = text.parse().ok()?;
    let decimals = text
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    let digits = i32::try_from(decimals).ok()?;
    // Five digits are told, and zeros at their end are not written.
    let size = if value == 0.0 { 1e-5 } else { value.abs() };
    let of_five = 0.5 * 10_f64.powi(size.log10().floor() as i32 - 4);
    Some((value, of_five.max(0.5 * 10_f64.powi(-digits.max(5)))))
}

/// A share and its denominator give the count, to the digits of the share.
fn read_shares(table: &Table, attacker: &mut Attacker) {
    let shares: &[(&str, &str, &str, &str)] = &[
        // table, share, of what, of which
        ("waits_by_region", "within_90_days", "within", "tests"),
        ("by_year", "within_90_days", "within", "tests"),
        ("cost_by_region", "yield", "diagnosed", "tests"),
        ("costs", "yield", "diagnosed", "tests"),
    ];
    for (id, share, part, whole) in shares {
        if table.id != *id || !table.has(share) || !table.has(whole) {
            continue;
        }
        for row in table.rows() {
            let n: Option<f64> = row[whole].parse().ok();
            // While people still wait, the share is no plain fraction.
            let is_last = row["year"] == "2025" || row["year"] == "2024";
            let (Some(n), Some((value, error))) = (n, written(row[share])) else {
                continue;
            };
            if is_last && *part == "within" {
                continue;
            }
            let reading = Reading {
                tables: &[],
                column: "",
                kind: if *part == "within" {
                    "within"
                } else {
                    "diagnosed"
                },
                groups: RSY,
            };
            let form = form(attacker, &reading, &row);
            let what = format!("{} {} {row:?}: {share}", table.report, table.id);
            let (least, most) = ((value - error) * n, (value + error) * n);
            attacker.suppose(&what, form, least - 1e-6, most + 1e-6);
        }
    }
}

/// Half of all waited no longer than the median, and half no less.
fn read_medians(table: &Table, attacker: &mut Attacker) {
    let tables = ["waits_by_region", "by_year", "sexes"];
    if !tables.contains(&table.id.as_str()) || !table.has("median_days") {
        return;
    }
    for row in table.rows() {
        let Ok(median) = row["median_days"].parse::<f64>() else {
            continue;
        };
        if row["year"] >= "2024" || (median - 90.0).abs() < 2.0 {
            continue;
        }
        let of = |kind| Reading {
            tables: &[],
            column: "",
            kind,
            groups: RSY,
        };
        // Those within 90 days are at least, or at most, half of all.
        let within = form(attacker, &of("within"), &row);
        let tests = form(attacker, &of("tests"), &row);
        let mut form: Form = within.iter().map(|(at, _)| (*at, 2.0)).collect();
        form.extend(tests.iter().map(|(at, _)| (*at, -1.0)));
        let what = format!("{} {} {row:?}: median", table.report, table.id);
        match median < 90.0 {
            true => attacker.suppose(&what, form, -1.0, f64::INFINITY),
            false => attacker.suppose(&what, form, f64::NEG_INFINITY, 1.0),
        }
    }
}

/// A point of a curve is within four of the number, and tells of those within 90 days.
fn read_curves(table: &Table, attacker: &mut Attacker) {
    if table.id != "wait_curves" {
        return;
    }
    for row in table.rows() {
        let (Ok(waiting), Ok(day)) = (row["waiting"].parse::<f64>(), row["day"].parse::<u32>())
        else {
            continue;
        };
        assert!(row["reported_events"].is_empty() && row["reported_se"].is_empty());
        // While people still wait, those who left were not all reported.
        if row["year"] >= "2024" || waiting == 0.0 {
            continue;
        }
        let of = |kind| Reading {
            tables: &[],
            column: "",
            kind,
            groups: RSY,
        };
        let tests = form(attacker, &of("tests"), &row);
        let within = form(attacker, &of("within"), &row);
        let mut late = tests;
        late.extend(within.iter().map(|(at, _)| (*at, -1.0)));
        let what = format!("{} {} {row:?}: curve", table.report, table.id);
        // Who waits on day 90 may be reported on that day, who waits longer was not within.
        if day > 90 {
            attacker.suppose(&what, late, waiting - 4.0, f64::INFINITY);
        } else {
            attacker.suppose(&what, late, f64::NEG_INFINITY, waiting + 4.0);
        }
    }
}

/// Expected numbers of all regions sum to the nation's tests of those whose age is known.
fn read_expected(table: &Table, attacker: &mut Attacker) {
    if !["funnel", "all_regions"].contains(&table.id.as_str()) {
        return;
    }
    let of_regions = table.rows().filter(|row| row["region"] != "00");
    let expected = of_regions.map(|row| row["expected_tests"].parse::<f64>().ok());
    let expected: Option<Vec<f64>> = expected.collect();
    let (Some(expected), Some(row)) = (expected, table.rows().next()) else {
        return;
    };
    let sum: f64 = expected.iter().sum();
    let error = 0.05 * expected.len() as f64 + 1e-6;
    let form = attacker.sum("tests", ["", "", row["year"]]);
    let what = format!("{} {}: expected", table.report, table.id);
    attacker.learn(&what, form, sum - error, sum + error);
}
