//! The examples of the README, on the lake that `kohort demo` makes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::Place;

/// The blocks of SQL in the README that are about the demo lake.
fn blocks() -> Vec<String> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let text = std::fs::read_to_string(readme).unwrap();
    let blocks = text.split("```sql\n").skip(1);
    blocks
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.contains("on the demo lake"))
        .map(str::to_owned)
        .collect()
}

/// A block's statements, without their comments.
fn statements(block: &str) -> Vec<String> {
    let code = |line: &str| {
        line.split("--")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    };
    let text: Vec<String> = block.lines().map(code).collect();
    let parts = text.join("\n");
    let parts = parts
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

#[test]
fn every_example_about_the_demo_lake_gives_rows() {
    let place = Place::new();
    place.run(&["demo"]).ok();
    let blocks = blocks();
    assert!(!blocks.is_empty());
    let mut n_selects = 0;
    for statement in blocks.iter().flat_map(|block| statements(block)) {
        let arguments = [
            "sql",
            "--lake",
            "demo-lake",
            "--format",
            "csv",
            "-c",
            &statement,
        ];
        let rows = place.run(&arguments).ok();
        if statement.starts_with("SELECT") {
            n_selects += 1;
            assert!(rows.lines().count() > 1, "{statement}: {rows}");
        }
    }
    assert!(n_selects >= 4, "{blocks:?}");
    // The cohort of the example has people, and they carry something.
    let counted = "SELECT sum(s.an) > 0 AND sum(s.ac) > 0 AS counted FROM (SELECT \
                   allele_stats(genotypes, cohort('women_north')) AS s FROM variants \
                   WHERE in_region('APOE'))";
    let answer = place
        .run(&[
            "sql",
            "--lake",
            "demo-lake",
            "--format",
            "csv",
            "-c",
            counted,
        ])
        .ok();
    assert!(answer.contains("true"), "{answer}");
}

#[test]
fn a_field_of_a_struct_is_read_by_a_dot_as_by_brackets() {
    let place = Place::new();
    let estimate = "share_within(days, done, 90)";
    let rows = "(VALUES (30, true), (60, true), (100, false)) AS t (days, done)";
    for (dot, brackets) in [
        (
            format!("SELECT {estimate}.value FROM {rows}"),
            format!("SELECT {estimate}['value'] FROM {rows}"),
        ),
        (
            format!("SELECT e.value FROM (SELECT {estimate} AS e FROM {rows})"),
            format!("SELECT e['value'] FROM (SELECT {estimate} AS e FROM {rows})"),
        ),
        (
            format!("SELECT x.e.value FROM (SELECT {estimate} AS e FROM {rows}) AS x"),
            format!("SELECT x.e['value'] FROM (SELECT {estimate} AS e FROM {rows}) AS x"),
        ),
        (
            format!("SELECT ({estimate}).value FROM {rows}"),
            format!("SELECT ({estimate})['value'] FROM {rows}"),
        ),
        (
            format!(
                "SELECT round(e.value, 2) AS v FROM (SELECT {estimate} AS e FROM {rows}) \
                     WHERE e.value > 0 ORDER BY e.value"
            ),
            format!(
                "SELECT round(e['value'], 2) AS v FROM (SELECT {estimate} AS e FROM {rows}) \
                     WHERE e['value'] > 0 ORDER BY e['value']"
            ),
        ),
    ] {
        let values = |sql: &str| {
            let answer = place.run(&["sql", "--format", "csv", "-c", sql]).ok();
            answer
                .lines()
                .skip(1)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let (found, expected) = (values(&dot), values(&brackets));
        assert_eq!(found, expected, "{dot}");
        assert_eq!(found.len(), 1, "{dot}");
    }
}
