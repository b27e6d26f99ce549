//! `kohort lake`, as typed.

mod support;

use support::Place;

#[test]
fn info_lists_callsets_and_their_sizes() {
    let place = Place::with_lake();
    let text = place.run(&["lake", "info", "--lake", "lake"]).ok();
    assert!(text.contains("pilot") && text.contains("GRCh38"), "{text}");
    let csv = place
        .run(&["lake", "info", "--lake", "lake", "--format", "csv"])
        .ok();
    assert!(csv.starts_with("callset,n_samples,n_variants,"), "{csv}");
    assert!(
        csv.lines().nth(1).unwrap().starts_with("pilot,3,5,"),
        "{csv}"
    );
}

#[test]
fn history_has_a_row_a_version() {
    let place = Place::with_lake();
    place.ingest(&["--replace"]).ok();
    let csv = place
        .run(&["lake", "history", "--lake", "lake", "--format", "csv"])
        .ok();
    assert!(csv.starts_with("version,"), "{csv}");
    assert!(csv.lines().count() >= 3, "{csv}");
}

#[test]
fn verify_finds_a_file_that_is_gone() {
    let place = Place::with_lake();
    place.run(&["lake", "verify", "--lake", "lake"]).ok();
    let mut folders = vec![place.path("lake/callset_variants")];
    let mut removed = false;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "parquet") && !removed {
                std::fs::remove_file(path).unwrap();
                removed = true;
            }
        }
    }
    assert!(removed);
    let error = place.run(&["lake", "verify", "--lake", "lake"]).failed(1);
    assert!(error.contains("problem"), "{error}");
}

#[test]
fn vacuum_removes_what_is_replaced_and_only_when_told() {
    let place = Place::with_lake();
    place.ingest(&["--replace"]).ok();
    let vacuum = ["lake", "vacuum", "--lake", "lake", "--keep-hours", "0"];
    let dry = place.run(&[&vacuum[..], &["--dry-run"]].concat()).ok();
    assert!(dry.contains("would remove"), "{dry}");
    let text = place.run(&vacuum).ok();
    assert!(text.contains("removed"), "{text}");
    let count = place
        .sql("SELECT count(*) AS n FROM variants", &["--format", "csv"])
        .ok();
    assert_eq!(count, "n\n5\n");
    place.run(&["lake", "verify", "--lake", "lake"]).ok();
}

#[test]
fn a_version_that_was_vacuumed_says_so() {
    let place = Place::with_lake();
    place.ingest(&["--replace"]).ok();
    let old = ["--as-of", "1", "--format", "csv"];
    let count = "SELECT count(*) AS n FROM variants";
    assert_eq!(place.sql(count, &old).ok(), "n\n5\n");
    place
        .run(&["lake", "vacuum", "--lake", "lake", "--keep-hours", "0"])
        .ok();
    let error = place.sql(count, &old).failed(1);
    assert!(error.contains("version 1 was vacuumed"), "{error}");
    assert!(error.contains("hint: leave --as-of out"), "{error}");
}

#[test]
fn lake_that_is_missing_is_an_error() {
    let place = Place::new();
    for command in ["info", "history", "verify", "vacuum"] {
        let error = place.run(&["lake", command, "--lake", "nowhere"]).failed(1);
        assert!(error.contains("nowhere"), "{error}");
    }
}
