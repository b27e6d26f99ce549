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
        "Confidence intervals (CI): 95%. Method: Byar",
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
    let map = &texts(&made)["figures/map.svg"];
    assert!(
        map.contains("Nothing to show: there are no data for this selection"),
        "{map}"
    );
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
        "Confidence intervals (CI): 95%",
        "A note.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

/// A report of key figures of a region, beside the nation and the year before.
const KEY_FIGURES: &str = r#"
title = "{{region}} {{year}}"
[[parameter]]
name = "region"
label = "Region"
default = "12"
[[parameter]]
name = "year"
label = "Year"
default = "2025"
[[section]]
id = "one"
title = "One"
[[section.table]]
id = "facts"
query = "facts.sql"
title = "{{region}} in short"
show = "facts"
public = "made up"
compare = { row = { region = "{{region}}", year = "{{year}}" }, before = { label = "2024", where = { region = "{{region}}", year = "2024" } }, nation = { label = { sv = "Riket", en = "Sweden" }, where = { region = "00", year = "{{year}}" } } }
columns = [
  { name = "region", label = "Region", kind = "text", hidden = true },
  { name = "year", label = "Year", kind = "year", hidden = true },
  { name = "share", label = "Share in {{year}}", kind = "percent", basis = false, sentence = { sv = "I {{region}} var andelen {{value}}{{compared}}.", en = "In {{region}}, the share was {{value}}{{compared}}." } },
]
"#;

fn key_figures(language: Language) -> std::collections::BTreeMap<String, String> {
    let row = |region: &str, year: u32, share: &str| {
        format!("{{\"region\":\"{region}\",\"year\":{year},\"share\":{share}}}")
    };
    let rows = vec![
        row("12", 2024, &support::estimate(0.5, 0.45, 0.55, 50, 100)),
        row("12", 2025, &support::estimate(0.7, 0.65, 0.75, 70, 100)),
        row("00", 2025, &support::estimate(0.72, 0.71, 0.73, 720, 1000)),
    ];
    texts(&make(KEY_FIGURES, &[("facts", rows)], language).unwrap())
}

#[test]
fn a_key_figure_stands_beside_the_nation_and_the_year_before_and_can_be_quoted() {
    let page = &key_figures(Language::En)["report.html"];
    for part in [
        "95%\u{a0}CI 65.0–75.0%",
        "Sweden: 72.0% <span class=\"change\">≈ no clear difference</span>",
        "2024: 50.0% <span class=\"change\">▲ increase</span>",
        "In 12, the share was 70.0% (95%\u{a0}CI 65.0–75.0%), compared with 72.0% in Sweden; up from \
         50.0% in 2024.",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(
        page.matches("class=\"value\"").count(),
        1,
        "one card, for the chosen row"
    );
    let page = &key_figures(Language::Sv)["report.html"];
    let sentence = "I 12 var andelen 70,0\u{a0}% (95\u{a0}%\u{a0}KI 65,0–75,0\u{a0}%), \
                    jämfört med 72,0\u{a0}% i riket; upp från 50,0\u{a0}% 2024.";
    assert!(page.contains(sentence), "{page}");
}

#[test]
fn no_name_in_braces_is_left_in_any_file() {
    for language in [Language::Sv, Language::En] {
        for (path, text) in key_figures(language) {
            assert!(!text.contains("{{"), "{path}: {text}");
        }
    }
    for (name, title) in kohort_report::Report::shipped(Language::En) {
        assert!(!title.contains("{{"), "{name}: {title}");
    }
}

#[test]
fn a_share_of_a_curve_does_not_stand_over_a_plain_fraction() {
    let curve = support::estimate(0.4, 0.3, 0.5, 20, 100).replace("byar", "log-log");
    let toml = KEY_FIGURES.replace("basis = false, ", "");
    let row = format!("{{\"region\":\"12\",\"year\":2025,\"share\":{curve}}}");
    let made = make(&toml, &[("facts", vec![row])], Language::En).unwrap();
    let page = &texts(&made)["report.html"];
    assert!(page.contains("n\u{a0}=\u{a0}100"), "{page}");
    assert!(!page.contains("20\u{a0}/\u{a0}100"), "{page}");
}

#[test]
fn queries_are_left_out_of_print() {
    let made = make(REGIONS, &[("tests", region_rows())], Language::Sv).unwrap();
    let texts = texts(&made);
    assert!(texts["report.html"].contains("SELECT 1"));
    assert!(!texts["for print"].contains("SELECT 1"));
}

#[test]
fn a_figure_without_values_says_why() {
    let toml = REGIONS.replace(
        "where = { sex = \"K\" }",
        "where = { sex = \"K\", region = \"09\" }",
    );
    let made = make(&toml, &[("tests", region_rows())], Language::Sv).unwrap();
    let map = &texts(&made)["figures/map.svg"];
    assert!(
        map.contains("alla värden är utelämnade av sekretesskäl"),
        "{map}"
    );
}

#[test]
fn ratios_lie_on_a_logarithmic_axis_with_a_line_at_1_and_ages_in_their_order() {
    let toml = r#"
title = "T"
[[section]]
id = "one"
title = "One"
[[section.table]]
id = "ages"
query = "ages.sql"
title = "Ages"
public = "made up"
columns = [
  { name = "age", label = "Age", kind = "text" },
  { name = "ratio", label = "Ratio", kind = "ratio" },
]
[[section.figure]]
id = "ranked"
kind = "ranked"
table = "ages"
title = "Ages"
alt = "Ages"
columns = { label = "age", value = "ratio" }
order = "rows"
"#;
    let row = |age: &str, ratio: f64| {
        let ratio = support::estimate(ratio, ratio * 0.9, ratio * 1.1, 50, 100);
        format!("{{\"age\":\"{age}\",\"ratio\":{ratio}}}")
    };
    let rows = vec![row("0-9", 1.0), row("10-19", 2.0), row("20-29", 0.5)];
    let made = make(toml, &[("ages", rows)], Language::En).unwrap();
    let svg = &texts(&made)["figures/ranked.svg"];
    assert!(svg.contains("logarithmic scale"), "{svg}");
    let places: Vec<usize> = ["0-9<", "10-19<", "20-29<"]
        .map(|age| svg.find(age).unwrap())
        .to_vec();
    assert!(places.is_sorted(), "{svg}");
    // Half and twice are as far from 1.
    let circles: Vec<f64> = svg
        .split("<path d=\"M")
        .filter(|part| part.contains("<title>"))
        .map(|part| part.split(' ').next().unwrap().parse().unwrap())
        .collect();
    let [one, twice, half] = circles[..] else {
        panic!("{svg}")
    };
    assert!((twice - one - (one - half)).abs() < 0.3, "{circles:?}");
}
