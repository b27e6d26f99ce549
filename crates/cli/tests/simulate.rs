//! `kohort simulate national`, as a person types it.

mod support;

use std::fs;

use support::{Place, run};

#[test]
fn a_register_is_a_folder_of_tables() {
    let place = Place::new();
    let ran = place.run(&[
        "simulate", "national", "--people", "5000", "--seed", "7", "--out", "register",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("5,000 people"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("planted: region_test_rate, sex_gap"),
        "{}",
        ran.stderr
    );
    for table in [
        "people",
        "referrals",
        "tests",
        "diagnoses",
        "study",
        "population",
    ] {
        let file = place.path(&format!("register/{table}/part-00000.parquet"));
        assert!(fs::metadata(&file).unwrap().len() > 0, "{table}");
    }
    let planted = fs::read_to_string(place.path("register/planted.ndjson")).unwrap();
    assert_eq!(planted.lines().count(), 19);
}

#[test]
fn what_is_planted_can_be_chosen() {
    let place = Place::new();
    let make = |planted: &str, out: &str| {
        let args = [
            "simulate",
            "national",
            "--people",
            "1000",
            "--planted",
            planted,
            "--out",
            out,
        ];
        place.run(&args).ok();
        fs::read_to_string(place.path(&format!("{out}/planted.ndjson"))).unwrap()
    };
    assert_eq!(make("none", "equal"), "");
    assert_eq!(make("cost_outlier,sex_gap", "two").lines().count(), 3);
    let error = place
        .run(&["simulate", "national", "--planted", "luck", "--out", "x"])
        .failed(2);
    assert!(
        error.contains("`sex_gap`") && error.contains("got `luck`"),
        "{error}"
    );
    assert!(!place.path("x").exists());
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let place = Place::new();
    let error = place
        .run(&["simulate", "national", "--people", "10", "--out", "."])
        .failed(1);
    assert!(
        error.contains("is not empty") && error.contains("hint:"),
        "{error}"
    );
}

#[test]
fn help_says_what_can_be_planted() {
    let help = run(&["simulate", "national", "--help"]).ok();
    for part in [
        "region_test_rate",
        "need_by_income",
        "Examples:",
        "--planted",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    assert_eq!(
        run(&["simulate", "national", "--people", "0", "--out", "x"]).code,
        2
    );
}
