//! `kohort demo`, as a newcomer runs it, and the references printed from the code.

mod support;

use std::path::Path;

use support::{Place, run};

#[test]
fn demo_shows_frequencies_by_region_and_sex_and_can_be_run_again() {
    let place = Place::new();
    let text = place.run(&["demo"]).ok();
    for part in [
        "2,504 samples",
        "CREATE COHORT",
        "Region Skåne",
        "Region Gotland",
        "Next:",
        "kohort sql",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // 24 women of 26 people with diploid X, 10 men with one copy beyond PAR1.
    assert!(text.contains(" XY            | false   |"), "{text}");
    place.run(&["demo"]).ok();
    let lake = place.path("demo-lake").to_string_lossy().into_owned();
    let query = "SELECT ac, an FROM variants WHERE id = 'rs429358'";
    let counts = place
        .run(&["sql", "--lake", &lake, "-c", query, "--format", "csv"])
        .ok();
    assert_eq!(counts, "ac,an\n754,5008\n");
}

#[test]
fn demo_does_not_touch_a_folder_that_is_no_demo_lake() {
    let place = Place::new();
    let error = place.run(&["demo", "--dir", "."]).failed(1);
    assert!(error.contains("--dir"), "{error}");
    assert!(place.path("cohort.vcf").exists());
    let other = Place::with_lake();
    other.run(&["demo", "--dir", "lake"]).failed(1);
}

#[test]
fn committed_references_are_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for page in ["functions", "columns"] {
        let path = docs.join(format!("{page}.md"));
        let ran = run(&["docs", page, "--check", &path.to_string_lossy()]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

#[test]
fn reference_that_is_stale_is_told_with_its_line() {
    let place = Place::new();
    std::fs::write(place.path("functions.md"), "old\n").unwrap();
    let error = place
        .run(&["docs", "functions", "--check", "functions.md"])
        .failed(1);
    assert!(error.contains("functions.md:1: differs"), "{error}");
}

#[test]
fn help_and_version_go_to_standard_output() {
    assert!(run(&["--help"]).ok().contains("kohort demo"));
    assert!(run(&["--version"]).ok().starts_with("kohort "));
    assert_eq!(run(&["no-such-command"]).code, 2);
}
