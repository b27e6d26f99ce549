//! The examples in `sql/`, on the lake that `kohort demo` makes.

mod support;

use std::path::Path;

use support::Place;

#[test]
fn every_example_runs_on_the_demo_lake_and_answers_with_rows() {
    let place = Place::new();
    place.run(&["demo"]).ok();
    let lake = place.path("demo-lake").to_string_lossy().into_owned();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sql/examples");
    let mut examples: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    examples.sort();
    assert!(!examples.is_empty());
    for example in examples {
        let file = example.to_string_lossy().into_owned();
        let rows = place
            .run(&["sql", "--lake", &lake, "-f", &file, "--format", "csv"])
            .ok();
        assert!(rows.lines().count() > 1, "{file}: {rows}");
    }
}

#[test]
fn fst_between_two_cohorts_is_their_ratio_of_sums() {
    let place = Place::new();
    place.run(&["demo"]).ok();
    let lake = place.path("demo-lake").to_string_lossy().into_owned();
    let query = "SELECT round(fst_hudson(ac, an, ac, an), 6) AS same FROM variants \
                 WHERE chrom = '22'";
    let answer = place
        .run(&["sql", "--lake", &lake, "-c", query, "--format", "csv"])
        .ok();
    let fst: f64 = answer.lines().nth(1).unwrap().parse().unwrap();
    assert!(fst <= 0.0, "a cohort does not differ from itself: {answer}");
}
