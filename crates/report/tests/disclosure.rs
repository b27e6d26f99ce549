//! What is withheld is in no file, and neither is anything made of it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use kohort_report::Language;
use support::{REGIONS, estimate, make, region_rows, texts};

#[test]
fn a_small_count_takes_its_rate_its_interval_and_its_complements_along() {
    let made = make(REGIONS, &[("tests", region_rows())], Language::En).unwrap();
    let files = texts(&made);
    let csv = &files["tables/tests.csv"];
    let line = |region: &str, sex: &str| {
        let begin = format!("{region},{sex},");
        csv.lines()
            .find(|l| l.starts_with(&begin))
            .unwrap()
            .to_owned()
    };
    assert_eq!(line("09", "K"), "09,K,,suppressed,,,,,,,,,suppressed");
    // The smallest rectangle: women and men of Gotland and of the next smallest region.
    for (region, sex) in [("09", "M"), ("03", "K"), ("03", "M")] {
        assert!(line(region, sex).ends_with("suppressed"), "{csv}");
    }
    assert!(line("09", "T").starts_with("09,T,22,ok,"), "{csv}");
    assert!(line("01", "K").starts_with("01,K,540,ok,"), "{csv}");
    assert_eq!(made.n_withheld, 8);
    // 3 * 1.003 + 7777 and its limits in five digits, and what it rests on; those of its
    // complements too.
    let gone = ["7779.5", "7780.5", ",3457.", "7838.2", "61457", "7796.1"];
    let also = ["7,780", "7,838", "\u{a0}3,457"];
    for (path, text) in &files {
        for secret in gone.iter().chain(&also) {
            assert!(!text.contains(secret), "{path} has {secret}");
        }
    }
    let svg = &files["figures/ranked.svg"];
    assert!(svg.contains("withheld"), "{svg}");
}

#[test]
fn a_withheld_value_is_marked_with_its_meaning() {
    for (language, meaning) in [
        (Language::Sv, "av sekretesskäl"),
        (Language::En, "to protect confidentiality"),
    ] {
        let made = make(REGIONS, &[("tests", region_rows())], language).unwrap();
        let files = texts(&made);
        let page = &files["report.html"];
        assert!(
            page.contains("<span aria-hidden=\"true\">..</span>"),
            "{page}"
        );
        assert!(page.contains(meaning), "{page}");
        assert!(
            files["tables/tests.xlsx"].contains(".."),
            "no mark in the workbook"
        );
    }
}

#[test]
fn an_estimate_of_few_events_is_withheld_though_no_count_is_beside_it() {
    let toml = REGIONS
        .replace("rate\", label", "share\", label")
        .replace("value = \"rate\"", "value = \"share\"");
    let rows = [("A", 100, 3u32), ("B", 100, 30)].map(|(region, n, events)| {
        let share = estimate(f64::from(events) / 100.0, 0.1, 0.2, u64::from(events), 100);
        format!("{{\"region\":\"{region}\",\"sex\":\"K\",\"tests\":{n},\"share\":{share}}}")
    });
    let toml = toml.replace(", totals = [\"00\", \"T\"]", "");
    let made = make(&toml, &[("tests", rows.to_vec())], Language::En).unwrap();
    let csv = &texts(&made)["tables/tests.csv"];
    assert!(csv.contains("A,K,100,ok,,,,,,,,,suppressed"), "{csv}");
    assert!(csv.contains("B,K,100,ok,0.3,"), "{csv}");
}

#[test]
fn so_few_left_over_that_they_are_a_small_count_withhold_the_rest() {
    let toml = r#"
title = "Flow"
[[section]]
id = "one"
title = "One"
[[section.table]]
id = "study"
query = "study.sql"
title = "Steps"
columns = [
  { name = "step", label = "Step", kind = "text" },
  { name = "n", label = "People", kind = "count" },
  { name = "before", label = "Before", kind = "count", public = true },
]
protect = [ { count = "n", by = ["step"], of = "before" } ]
[[section.figure]]
id = "flow"
kind = "flow"
table = "study"
title = "Flow"
alt = "Boxes"
columns = { step = "step", count = "n" }
"#;
    let rows = [
        ("invited", 900, 1000),
        ("included", 898, 900),
        ("treated", 40, 898),
    ];
    let rows = rows
        .map(|(step, n, before)| format!("{{\"step\":\"{step}\",\"n\":{n},\"before\":{before}}}"));
    let made = make(toml, &[("study", rows.to_vec())], Language::En).unwrap();
    let files = texts(&made);
    assert!(files["tables/study.csv"].contains("included,,suppressed,900"));
    // The figure does not tell the loss either.
    assert!(
        !files["figures/flow.svg"].contains("898"),
        "{}",
        files["figures/flow.svg"]
    );
}

#[test]
fn tables_of_a_family_withhold_the_same_counts() {
    let table = |id: &str, dimension: &str| {
        format!(
            r#"
[[section.table]]
id = "{id}"
query = "{id}.sql"
title = "{id}"
columns = [
  {{ name = "region", label = "Region", kind = "text" }},
  {{ name = "{dimension}", label = "By", kind = "text" }},
  {{ name = "n", label = "People", kind = "count" }},
]
protect = [ {{ count = "n", by = ["region", "{dimension}"], totals = ["00", "T"], family = "people" }} ]
"#
        )
    };
    let toml = format!(
        "title = \"T\"\n[[section]]\nid = \"one\"\ntitle = \"One\"\n{}{}",
        table("by_sex", "sex"),
        table("by_age", "age")
    );
    // Region C has 4 people: a small total, which each table must withhold with another region's.
    let sexes = [
        ("A", [300, 310]),
        ("B", [52, 41]),
        ("C", [4, 0]),
        ("00", [356, 351]),
    ];
    let ages = [
        ("A", [400, 210]),
        ("B", [12, 81]),
        ("C", [0, 4]),
        ("00", [412, 295]),
    ];
    let rows = |name: &str, table: [(&str, [i32; 2]); 4], codes: [&str; 2]| {
        let mut rows = Vec::new();
        for (region, counts) in table {
            for (code, n) in codes.iter().zip(counts) {
                rows.push(format!(
                    "{{\"region\":\"{region}\",\"{name}\":\"{code}\",\"n\":{n}}}"
                ));
            }
            let n = counts[0] + counts[1];
            rows.push(format!(
                "{{\"region\":\"{region}\",\"{name}\":\"T\",\"n\":{n}}}"
            ));
        }
        rows
    };
    let made = make(
        &toml,
        &[
            ("by_sex", rows("sex", sexes, ["K", "M"])),
            ("by_age", rows("age", ages, ["0-39", "40+"])),
        ],
        Language::En,
    )
    .unwrap();
    let files = texts(&made);
    let totals = |path: &str| {
        let lines = files[path].lines().filter(|l| l.contains(",T,"));
        lines
            .filter(|l| l.ends_with("suppressed"))
            .map(|l| l[..1].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(totals("tables/by_sex.csv"), totals("tables/by_age.csv"));
    assert!(totals("tables/by_sex.csv").contains(&"C".to_owned()));
    assert!(
        totals("tables/by_sex.csv").len() > 1,
        "{}",
        files["tables/by_sex.csv"]
    );
}

#[test]
fn totals_that_are_not_the_sums_of_their_parts_are_refused() {
    let mut rows = region_rows();
    rows.retain(|row| !row.starts_with("{\"region\":\"12\",\"sex\":\"M\""));
    let error = make(REGIONS, &[("tests", rows)], Language::En).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("region `12`, sex `T` is 600, and its parts sum to 310"),
        "{message}"
    );
    assert!(error.hint().unwrap().contains("totals"));
}

#[test]
fn counts_that_are_null_or_said_twice_are_refused() {
    let mut rows = region_rows();
    rows.push(rows[0].clone());
    let error = make(REGIONS, &[("tests", rows)], Language::En).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("two rows for region `01`, sex `K`"),
        "{error}"
    );
    let rows: Vec<String> = region_rows()
        .iter()
        .map(|r| r.replace("\"tests\":540,", "\"tests\":null,"))
        .collect();
    let error = make(REGIONS, &[("tests", rows)], Language::En).unwrap_err();
    assert!(
        error.to_string().contains("`tests` is NULL in row 1"),
        "{error}"
    );
}

#[test]
fn the_number_before_a_step_is_withheld_where_the_step_before_is() {
    let toml = r#"
title = "Flow"
[[section]]
id = "one"
title = "One"
[[section.table]]
id = "study"
query = "study.sql"
title = "Steps"
columns = [
  { name = "step", label = "Step", kind = "year" },
  { name = "step_before", label = "Before", kind = "year" },
  { name = "n", label = "People", kind = "count" },
  { name = "n_before", label = "Before", kind = "count" },
  { name = "reached", label = "Reached", kind = "percent" },
]
protect = [
  { count = "n", by = ["step"], of = "n_before", family = "steps" },
  { count = "n_before", by = ["step_before"], family = "steps", aliases = { step_before = "step" } },
]
"#;
    let steps = [(1, 1000, 1000), (2, 998, 1000), (3, 400, 998)];
    let rows = steps.map(|(step, n, before): (u64, u32, u32)| {
        let share = f64::from(n) / f64::from(before);
        let reached = estimate(share, 0.1, 0.9, n.into(), before.into());
        format!(
            "{{\"step\":{step},\"step_before\":{},\"n\":{n},\"n_before\":{before},\
             \"reached\":{reached}}}",
            step - 1
        )
    });
    let made = make(toml, &[("study", rows.to_vec())], Language::En).unwrap();
    for (path, text) in texts(&made) {
        assert!(!text.contains("998"), "{path}");
    }
    let csv = &texts(&made)["tables/study.csv"];
    assert!(csv.contains("3,2,400,ok,,suppressed,"), "{csv}");
}

#[test]
fn a_column_of_women_is_withheld_as_the_women_of_another_table() {
    let more = r#"
[[section.table]]
id = "women"
query = "women.sql"
title = "Women"
columns = [
  { name = "region", label = "Region", kind = "text" },
  { name = "women", label = "Women", kind = "count" },
  { name = "men", label = "Men", kind = "count" },
]
protect = [
  { count = "women", by = ["region"], totals = ["00"], family = "tests", fixed = { sex = "K" } },
  { count = "men", by = ["region"], totals = ["00"], family = "tests", fixed = { sex = "M" } },
]
"#;
    let toml = REGIONS.replace(
        "totals = [\"00\", \"T\"]",
        "totals = [\"00\", \"T\"], family = \"tests\"",
    ) + more;
    let counts = [
        ("01", 540, 530),
        ("03", 61, 74),
        ("09", 3, 19),
        ("12", 310, 290),
        ("00", 914, 913),
    ];
    let rows = counts.map(|(region, women, men)| {
        format!("{{\"region\":\"{region}\",\"women\":{women},\"men\":{men}}}")
    });
    let tables = [("tests", region_rows()), ("women", rows.to_vec())];
    let made = make(&toml, &tables, Language::En).unwrap();
    let csv = &texts(&made)["tables/women.csv"];
    // By itself the column of men has no small count; beside the other table it would give one
    // away.
    assert!(csv.contains("09,,suppressed,,suppressed"), "{csv}");
    assert!(csv.contains("03,,suppressed,,suppressed"), "{csv}");
    assert!(csv.contains("01,540,ok,530,ok"), "{csv}");
}
