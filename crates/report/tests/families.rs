//! Counts that several tables show give none of each other away, and neither do estimates.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use kohort_report::{Error, Language, Made};
use support::{estimate, make, texts};

/// A report of tables, each with its id, its columns and what follows them.
fn report(tables: &[(&str, &str, &str)]) -> String {
    let mut toml = String::from(
        "title = \"T\"\n[disclosure]\ntotals = { region = \"00\", sex = \"T\" }\n\
         [[section]]\nid = \"one\"\ntitle = \"One\"\n",
    );
    for (id, columns, rest) in tables {
        let column = |column: &str| {
            let (name, kind) = column.split_once(' ').unwrap();
            let (kind, more) = kind.split_once(' ').unwrap_or((kind, ""));
            match more.is_empty() {
                true => format!("{{ name = \"{name}\", label = \"{name}\", kind = \"{kind}\" }}"),
                false => {
                    format!(
                        "{{ name = \"{name}\", label = \"{name}\", kind = \"{kind}\", {more} }}"
                    )
                }
            }
        };
        let columns: Vec<String> = columns.split("; ").map(column).collect();
        toml.push_str(&format!(
            "[[section.table]]\nid = \"{id}\"\nquery = \"{id}.sql\"\ntitle = \"{id}\"\n\
             columns = [{}]\n{rest}\n",
            columns.join(", ")
        ));
    }
    toml
}

/// Rows of JSON from lines of values.
fn rows(names: &[&str], lines: &[&[&str]]) -> Vec<String> {
    let row = |line: &&[&str]| {
        let pairs = names.iter().zip(line.iter());
        let pairs: Vec<String> = pairs.map(|(n, v)| format!("\"{n}\":{v}")).collect();
        format!("{{{}}}", pairs.join(","))
    };
    lines.iter().map(row).collect()
}

fn made(toml: &str, tables: &[(&str, Vec<String>)]) -> Result<Made, Error> {
    make(toml, tables, Language::En)
}

/// The CSV of a table.
fn csv(made: &Made, id: &str) -> String {
    texts(made)[&format!("tables/{id}.csv")].clone()
}

const BY_REGION: &str =
    r#"protect = [ { count = "n", by = ["region"], totals = ["00"], family = "tests" } ]"#;

fn regions(counts: &[(&str, u32)]) -> Vec<String> {
    let line = |(region, n): &(&str, u32)| format!("{{\"region\":\"{region}\",\"n\":{n}}}");
    counts.iter().map(line).collect()
}

#[test]
fn an_equal_count_of_a_family_is_withheld_wherever_its_total_is_a_value() {
    let one = r#"protect = [ { count = "n", within = ["region"], family = "tests" } ]"#;
    let toml = report(&[
        ("all", "region text; n count", BY_REGION),
        ("own", "region text; n count", one),
    ]);
    let all = regions(&[("01", 90), ("03", 3), ("09", 12), ("00", 105)]);
    let own = regions(&[("09", 12), ("00", 105)]);
    let made = made(&toml, &[("all", all), ("own", own)]).unwrap();
    // 12 protects the 3; by itself it would be shown.
    assert_eq!(
        csv(&made, "own"),
        "region,n,n_status\n09,,suppressed\n00,105,ok\n"
    );
}

#[test]
fn a_count_of_the_same_name_and_another_number_is_another_count() {
    let toml = report(&[
        ("ordered", "region text; n count", BY_REGION),
        ("reported", "region text; n count", BY_REGION),
    ]);
    let ordered = regions(&[("01", 90), ("03", 30), ("00", 120)]);
    let reported = regions(&[("01", 70), ("03", 30), ("00", 100)]);
    let made = made(&toml, &[("ordered", ordered), ("reported", reported)]).unwrap();
    assert!(!csv(&made, "ordered").contains("suppressed"));
    assert!(!csv(&made, "reported").contains("suppressed"));
}

#[test]
fn women_in_one_column_and_men_in_another_sum_to_both_in_another_table() {
    let protect = r#"protect = [
  { count = "women", by = ["region"], totals = ["00"], family = "tests", fixed = { sex = "K" } },
  { count = "men", by = ["region"], totals = ["00"], family = "tests", fixed = { sex = "M" } },
]"#;
    let toml = report(&[
        ("all", "region text; n count", BY_REGION),
        ("sexes", "region text; women count; men count", protect),
    ]);
    let all = regions(&[("01", 90), ("03", 15), ("00", 105)]);
    let names = ["region", "women", "men"];
    let sexes = rows(
        &names,
        &[
            &["\"01\"", "50", "40"],
            &["\"03\"", "3", "12"],
            &["\"00\"", "53", "52"],
        ],
    );
    let made = made(&toml, &[("all", all), ("sexes", sexes)]).unwrap();
    let (all, sexes) = (csv(&made, "all"), csv(&made, "sexes"));
    let is_whole_shown = all.contains("03,15,ok");
    let is_rest_shown = sexes.contains("03,,suppressed,12,ok");
    assert!(!(is_whole_shown && is_rest_shown), "{all}{sexes}");
}

#[test]
fn parts_whose_total_another_table_shows_are_withheld_two_by_two() {
    let by_band = r#"protect = [ { count = "n", by = ["band"], family = "tests" } ]"#;
    let all = r#"protect = [ { count = "n", within = ["region"], family = "tests" } ]"#;
    let toml = report(&[
        ("bands", "band text; n count", by_band),
        ("all", "region text; n count", all),
    ]);
    let band = |(band, n): (&str, u32)| format!("{{\"band\":\"{band}\",\"n\":{n}}}");
    let bands: Vec<String> = [("a", 3), ("b", 20), ("c", 40)].map(band).into();
    let whole = regions(&[("00", 63)]);
    let made_of_both = made(&toml, &[("bands", bands.clone()), ("all", whole)]).unwrap();
    let withheld = csv(&made_of_both, "bands").matches("suppressed").count();
    assert_eq!(withheld, 2, "{}", csv(&made_of_both, "bands"));
    // A total of something else gives nothing away.
    let other = regions(&[("00", 64)]);
    let made = made(&toml, &[("bands", bands), ("all", other)]).unwrap();
    assert_eq!(csv(&made, "bands").matches("suppressed").count(), 1);
}

#[test]
fn a_study_in_which_few_are_treated_yet_has_a_report() {
    let protect = r#"protect = [
  { count = "n", by = ["step"], of = "before", family = "steps" },
  { count = "before", by = ["step_before"], family = "steps", aliases = { step_before = "step" } },
]"#;
    let columns = "step text; step_before text; n count; before count";
    let toml = report(&[("flow", columns, protect)]);
    let names = ["step", "step_before", "n", "before"];
    for treated in ["0", "1", "4"] {
        let lines: [&[&str]; 4] = [
            &["\"1\"", "\"0\"", "600", "600"],
            &["\"2\"", "\"1\"", "300", "600"],
            &["\"3\"", "\"2\"", "200", "300"],
            &["\"4\"", "\"3\"", treated, "200"],
        ];
        let made = made(&toml, &[("flow", rows(&names, &lines))]).unwrap();
        let is_withheld = csv(&made, "flow").contains("4,3,,suppressed,200,ok");
        assert_eq!(is_withheld, treated != "0", "{}", csv(&made, "flow"));
    }
}

#[test]
fn a_part_that_is_all_of_a_withheld_count_is_withheld() {
    let protect = r#"protect = [
  { count = "waiting", by = ["region"], within = ["day"], of = "n", family = "waiting" },
  { count = "n", by = ["region"], within = ["day"], family = "tests", aliases = { day = "" } },
]"#;
    let toml = report(&[
        ("all", "region text; n count", BY_REGION),
        (
            "curve",
            "region text; day text; waiting count; n count",
            protect,
        ),
    ]);
    let all = regions(&[("01", 90), ("03", 3), ("09", 12), ("00", 105)]);
    let names = ["region", "day", "waiting", "n"];
    let lines: [&[&str]; 4] = [
        &["\"09\"", "\"0\"", "12", "12"],
        &["\"00\"", "\"0\"", "105", "105"],
        &["\"09\"", "\"9\"", "6", "12"],
        &["\"00\"", "\"9\"", "102", "105"],
    ];
    let made = made(&toml, &[("all", all), ("curve", rows(&names, &lines))]).unwrap();
    let curve = csv(&made, "curve");
    assert!(curve.contains("09,0,,suppressed,,suppressed"), "{curve}");
    assert!(curve.contains("00,0,105,ok,105,ok"), "{curve}");
    // Of 105, 3 no longer wait.
    assert!(curve.contains("00,9,,suppressed,105,ok"), "{curve}");
}

#[test]
fn a_row_that_rests_on_a_withheld_count_of_another_table_has_no_measures() {
    let protect = r#"protect = [
  { count = "n", by = ["region"], totals = ["00"], within = ["year"], family = "tests" } ]"#;
    let rests = r#"rests_on = [ { family = "tests", by = ["region"], within = ["year"] } ]"#;
    let toml = report(&[
        ("all", "year text; region text; n count", protect),
        ("index", "year text; index number", rests),
    ]);
    let names = ["year", "region", "n"];
    let lines: [&[&str]; 6] = [
        &["\"1\"", "\"01\"", "50"],
        &["\"1\"", "\"03\"", "40"],
        &["\"1\"", "\"00\"", "90"],
        &["\"2\"", "\"01\"", "50"],
        &["\"2\"", "\"03\"", "4"],
        &["\"2\"", "\"00\"", "54"],
    ];
    let index = rows(
        &["year", "index"],
        &[&["\"1\"", "0.123456789"], &["\"2\"", "0.5"]],
    );
    let tables = [("all", rows(&names, &lines)), ("index", index.clone())];
    let of_both = made(&toml, &tables).unwrap();
    let expected = "year,index,index_status\n1,0.12346,ok\n2,,suppressed\n";
    assert_eq!(csv(&of_both, "index"), expected);
    let unknown = toml.replace(
        "rests_on = [ { family = \"tests\"",
        "rests_on = [ { family = \"x\"",
    );
    let error = made(&unknown, &[]).unwrap_err().to_string();
    assert!(error.contains("there is no family `x`"), "{error}");
}

#[test]
fn all_but_few_withhold_a_share_and_no_ratio() {
    let all = r#"protect = [ { count = "n", by = ["region"] } ]"#;
    let share = |kind: &str| {
        report(&[(
            "shares",
            &format!("region text; n count; share {kind}"),
            all,
        )])
    };
    let line = |region: &str, events: u64| {
        let estimate = estimate(0.5, 0.4, 0.6, events, 100);
        format!("{{\"region\":\"{region}\",\"n\":100,\"share\":{estimate}}}")
    };
    let lines = vec![line("01", 98), line("03", 50), line("09", 100)];
    for (kind, is_withheld) in [("percent", true), ("money", true), ("number", false)] {
        let made = made(&share(kind), &[("shares", lines.clone())]).unwrap();
        let csv = csv(&made, "shares");
        assert_eq!(csv.contains("01,100,ok,,"), is_withheld, "{kind}: {csv}");
        assert!(csv.contains("03,100,ok,0.5,"), "{csv}");
        assert!(csv.contains("09,100,ok,0.5,"), "{csv}");
    }
}

#[test]
fn the_events_of_estimates_are_protected_with_their_totals() {
    let all = r#"protect = [ { count = "n", by = ["region"], totals = ["00"] } ]"#;
    let toml = report(&[("shares", "region text; n count; share percent", all)]);
    let line = |region: &str, n: u64, events: u64| {
        let estimate = estimate(0.123456789, 0.4, 0.6, events, n);
        format!("{{\"region\":\"{region}\",\"n\":{n},\"share\":{estimate}}}")
    };
    let lines = vec![
        line("01", 300, 150),
        line("03", 60, 30),
        line("09", 40, 2),
        line("00", 400, 182),
    ];
    let made = made(&toml, &[("shares", lines)]).unwrap();
    let csv = csv(&made, "shares");
    // 182 - 150 - 30 would be 2.
    assert!(csv.contains("09,40,ok,,"), "{csv}");
    assert!(csv.contains("03,60,ok,,"), "{csv}");
    assert!(csv.contains("01,300,ok,0.12346,0.4,0.6,"), "{csv}");
}

#[test]
fn how_many_have_been_waited_for_is_told_where_it_is_a_protected_count_only() {
    let alone = r#"protect = [ { count = "n", by = ["region"] } ]"#;
    let beside = r#"protect = [ { count = "n", by = ["region"] },
        { count = "reported", by = ["region"], of = "n" } ]"#;
    let of_nobody = beside.replace(", of = \"n\"", "");
    for (protect, is_told) in [(alone, false), (&of_nobody, false), (beside, true)] {
        let columns = "region text; n count; reported count public = true; median days";
        let toml = report(&[("waits", columns, protect)]);
        let median = estimate(47.0, 40.0, 55.0, 80, 100);
        let row = format!("{{\"region\":\"01\",\"n\":100,\"reported\":80,\"median\":{median}}}");
        let made = made(&toml, &[("waits", vec![row])]).unwrap();
        let csv = csv(&made, "waits");
        assert_eq!(csv.contains("byar,80,100,ok"), is_told, "{csv}");
        assert!(csv.contains(",47,40,55,"), "{csv}");
    }
}

#[test]
fn a_public_number_is_rounded_as_the_page_shows_it() {
    let all = r#"protect = [ { count = "n", by = ["region"] } ]"#;
    let columns = "region text; n count; expected number public = true, decimals = 1";
    let toml = report(&[("funnel", columns, all)]);
    let row = "{\"region\":\"01\",\"n\":100,\"expected\":98.76543}".to_owned();
    let made = made(&toml, &[("funnel", vec![row])]).unwrap();
    assert!(csv(&made, "funnel").contains("01,100,ok,98.8\n"));
}

#[test]
fn a_number_is_rounded_once_from_all_of_its_digits() {
    let protect = r#"protect = [ { count = "n", by = ["region"] } ]"#;
    let columns = "region text; n count; ratio rate decimals = 2; share percent; wait days";
    let toml = report(&[("ratios", columns, protect)]);
    // Each is just below a half in the page's last digit, and would be at or above it with the
    // digits of files.
    let ratio = estimate(2.824_96, 1.114_996, 3.335_004, 100, 100);
    let share = estimate(0.282_496, 0.274_504, 0.315_496, 100, 1000);
    let wait = estimate(21.499_97, 1.0, 1234.496, 100, 100);
    let row = format!(
        "{{\"region\":\"01\",\"n\":100,\"ratio\":{ratio},\"share\":{share},\"wait\":{wait}}}"
    );
    let made = made(&toml, &[("ratios", vec![row])]).unwrap();
    let csv = csv(&made, "ratios");
    for digits in [
        "2.825,1.115,3.335,",
        "0.2825,0.2745,0.3155,",
        "21.5,1,1234.5,",
    ] {
        assert!(csv.contains(digits), "{digits}: {csv}");
    }
    let files = texts(&made);
    for shown in [
        "2.82",
        "1.11–3.34",
        "28.2%",
        "27.5–31.5%",
        ">21<",
        "1–1,234",
    ] {
        assert!(files["report.html"].contains(shown), "{shown} on the page");
    }
    // A spreadsheet rounds what the workbook holds, to the decimals of the page.
    let book = &files["tables/ratios.xlsx"];
    for held in [
        "<v>2.82</v>",
        "<v>1.11</v>",
        "<v>3.34</v>",
        "<v>0.282</v>",
        "<v>0.315</v>",
        "<v>21</v>",
    ] {
        assert!(book.contains(held), "{held} in the workbook: {book}");
    }
}

#[test]
fn a_wait_that_is_not_reached_shows_its_lower_limit() {
    let protect = r#"protect = [ { count = "n", by = ["region"] } ]"#;
    let columns = "region text; n count; wait days";
    let toml = report(&[("waits", columns, protect)]);
    let wait = "{\"value\":null,\"lower_cl\":475.4,\"upper_cl\":null,\"se\":null,\
                \"confidence\":0.95,\"method\":\"log-log\",\"events\":47.0,\"n\":100.0,\
                \"status\":\"not_reached\"}";
    let row = format!("{{\"region\":\"01\",\"n\":100,\"wait\":{wait}}}");
    let made = made(&toml, &[("waits", vec![row])]).unwrap();
    let page = &texts(&made)["report.html"];
    assert!(
        page.contains("(–)") && page.contains("<span class=\"ci\">≥ 475</span>"),
        "{page}"
    );
    assert!(page.contains("intervals (CI): 95%"), "{page}");
    let csv = csv(&made, "waits");
    assert!(csv.contains("01,100,ok,,475.4,,,0.95,log-log,"), "{csv}");
    assert!(csv.contains(",not_reached"), "{csv}");
}
