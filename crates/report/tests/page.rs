//! The page works offline, can be heard as well as seen, and says where its numbers come from.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;

use kohort_report::Language;
use support::{REGIONS, make, region_rows, report, texts};

/// The values of an attribute.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!(" {name}=\"");
    html.split(begin.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

fn page(language: Language) -> String {
    let made = make(REGIONS, &[("tests", region_rows())], language).unwrap();
    texts(&made)["report.html"].clone()
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let html = page(Language::Sv);
    for outside in ["src=", "url(", "@import", "<link", "<iframe", "//cdn"] {
        assert!(!html.contains(outside), "{outside}");
    }
    let addresses = html.matches("http").count();
    assert_eq!(
        addresses,
        html.matches("xmlns=\"http://www.w3.org/2000/svg\"").count()
    );
    for link in attributes(&html, "href") {
        let is_near =
            link.starts_with('#') || link.starts_with("tables/") || link.starts_with("figures/");
        assert!(is_near, "{link}");
    }
}

#[test]
fn ids_are_unique_and_every_link_inside_the_page_has_its_place() {
    let html = page(Language::En);
    let ids = attributes(&html, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "{ids:?}");
    for link in attributes(&html, "href")
        .iter()
        .filter_map(|l| l.strip_prefix('#'))
    {
        assert!(known.contains(link), "{link}");
    }
    for labels in attributes(&html, "aria-labelledby") {
        assert!(labels.split(' ').all(|id| known.contains(id)), "{labels}");
    }
}

#[test]
fn the_page_can_be_heard() {
    for language in [Language::Sv, Language::En] {
        let html = page(language);
        assert!(html.contains(&format!("<html lang=\"{language}\">")));
        for landmark in [
            "<header>",
            "<nav aria-label",
            "<main id",
            "<footer>",
            "class=\"skip\"",
        ] {
            assert!(html.contains(landmark), "{landmark}");
        }
        let count = |what: &str| html.matches(what).count();
        assert_eq!(count("<table"), count("<caption"));
        assert_eq!(count("<th ") + count("<th>"), count("<th scope=\""));
        assert_eq!(count("<svg"), count("role=\"img\""));
        assert_eq!(count("<svg"), count("<desc"));
        assert!(count("<figure") == 2 && count("<details>") >= 1);
    }
}

#[test]
fn the_page_says_where_its_numbers_come_from() {
    let html = page(Language::En);
    for said in [
        "s3://lake",
        "7 (2025-01-31T12:00:00Z)",
        "2025-02-01 08:00:00 UTC",
        "kohort 0.1.0",
        "counts of people under 5",
        "Intervals: 95%. Method: Byar",
        "kohort report x --lake s3://lake --as-of 7",
        "<pre><code>SELECT 1</code></pre>",
    ] {
        assert!(html.contains(said), "{said}");
    }
}

#[test]
fn numbers_are_written_as_the_language_writes_them() {
    let (sv, en) = (page(Language::Sv), page(Language::En));
    assert!(
        en.contains("8,318.600<span class=\"ci\">8,318.100–8,319.100</span>"),
        "{en}"
    );
    assert!(
        sv.contains("8318,600<span class=\"ci\">8318,100–8319,100</span>"),
        "{sv}"
    );
    assert!(sv.contains("540\u{202f}457"), "thousands in Swedish");
}

#[test]
fn the_same_rows_make_the_same_bytes() {
    let bytes = || {
        let made = make(REGIONS, &[("tests", region_rows())], Language::Sv).unwrap();
        made.files
    };
    for ((path, one), (_, other)) in bytes().into_iter().zip(bytes()) {
        assert!(one == other, "{path}");
    }
}

#[test]
fn rows_are_spread_over_women_men_and_both() {
    let html = page(Language::Sv);
    for head in ["Kvinnor</th>", "Män</th>", "Totalt</th>"] {
        assert_eq!(html.matches(head).count(), 1, "{head}");
    }
    assert_eq!(html.matches("<th scope=\"row\">").count(), 5);
    assert!(
        html.contains("<tr class=\"total\"><th scope=\"row\">00</th>"),
        "{html}"
    );
}

#[test]
fn markup_in_data_is_text() {
    let rows: Vec<String> = region_rows()
        .iter()
        .map(|r| r.replace("\"12\"", "\"<img src=x>\""))
        .collect();
    let made = make(REGIONS, &[("tests", rows)], Language::Sv).unwrap();
    for (path, text) in texts(&made) {
        if !path.ends_with("csv") {
            assert!(!text.contains("<img"), "{path}");
        }
    }
}

#[test]
fn an_empty_table_makes_a_figure_that_says_so() {
    let toml = REGIONS.replace("where = { sex = \"K\" }", "where = { sex = \"X\" }");
    let made = make(&toml, &[("tests", region_rows())], Language::En).unwrap();
    assert!(texts(&made)["figures/map.svg"].contains("No data to show"));
}

#[test]
fn a_definition_that_does_not_fit_together_is_refused_with_its_place() {
    for (from, to, said) in [
        (
            "count = \"tests\", by",
            "count = \"test\", by",
            "table `tests`: there is no column `test`",
        ),
        ("protect = [", "x = [", "unknown field `x`"),
        (
            "kind = \"count\"",
            "kind = \"counts\"",
            "unknown variant `counts`",
        ),
        (
            "value = \"rate\", group",
            "value = \"rate\", color",
            "got `color`",
        ),
        (
            "table = \"tests\"",
            "table = \"test\"",
            "there is no table `test`",
        ),
        ("id = \"map\"", "id = \"Map!\"", "expected an id"),
        ("id = \"map\"", "id = \"tests\"", "there are two of this id"),
        (
            "pivot = \"sex\"",
            "pivot = \"gender\"",
            "there is no column `gender`",
        ),
        ("alt = \"Map\"", "alt = \"\"", "with words in them"),
    ] {
        let error = report(&REGIONS.replace(from, to)).unwrap_err().to_string();
        assert!(error.starts_with("report.toml: "), "{error}");
        assert!(error.contains(said), "expected {said}, got {error}");
    }
}

#[test]
fn a_count_that_nobody_protects_is_refused() {
    let protect =
        "protect = [ { count = \"tests\", by = [\"region\", \"sex\"], totals = [\"00\", \"T\"] } ]";
    assert!(REGIONS.contains(protect));
    let error = report(&REGIONS.replace(protect, ""))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("column `tests` is a count: expected it in `protect`"),
        "{error}"
    );
    let count = "{ name = \"tests\", label = \"Tests\", kind = \"count\" },";
    let error = report(&REGIONS.replace(protect, "").replace(count, ""))
        .unwrap_err()
        .to_string();
    assert!(error.contains("column `rate` is a measure"), "{error}");
    let public = REGIONS.replace(protect, "public = \"made up\"");
    report(&public).unwrap();
}

#[test]
fn a_column_that_the_query_lacks_is_named() {
    let rows = vec!["{\"region\":\"01\",\"sex\":\"K\",\"n\":5}".to_owned()];
    let error = make(REGIONS, &[("tests", rows)], Language::En)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("the query gives no column `tests`; it gives n, region, sex"),
        "{error}"
    );
}

#[test]
fn every_report_that_ships_can_be_opened() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/reports");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let report = kohort_report::Report::open(&name).unwrap_or_else(|e| panic!("{name}: {e}"));
        for language in [Language::Sv, Language::En] {
            assert!(!report.definition.title.of(language).is_empty(), "{name}");
            for table in report.definition.tables() {
                assert!(!table.title.of(language).is_empty(), "{name}: {}", table.id);
            }
        }
        let shipped = kohort_report::Report::shipped(Language::En);
        assert!(
            shipped.iter().any(|(shipped, _)| *shipped == name),
            "{name}"
        );
    }
}

#[test]
fn a_key_figure_stands_with_its_denominator_and_its_method() {
    let toml = r#"
title = "T"
[[section]]
id = "one"
title = "One"
[[section.table]]
id = "facts"
query = "facts.sql"
title = "In short"
note = "A note."
show = "facts"
columns = [
  { name = "tests", label = "Tests", kind = "count" },
  { name = "share", label = "Share", kind = "percent", basis = false },
]
protect = [ { count = "tests" } ]
"#;
    let share = support::estimate(0.4, 0.3, 0.5, 40, 100);
    let row = format!("{{\"tests\":100,\"share\":{share}}}");
    let made = support::make(toml, &[("facts", vec![row])], Language::En).unwrap();
    let page = &support::texts(&made)["report.html"];
    for part in [
        "40\u{a0}/\u{a0}100",
        "Method: Byar",
        "Intervals: 95%",
        "A note.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}
