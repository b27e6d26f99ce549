//! What one report of a lake withholds, no other shows: one pattern, kept with the lake.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use support::Place;

/// A lake with the registers of a small nation, in which most regions have few tests a year.
static NATION: LazyLock<Place> = LazyLock::new(|| {
    let place = Place::new();
    let simulated = [
        "simulate", "national", "--people", "50000", "--seed", "7", "--out", "register",
    ];
    place.run(&simulated).ok();
    for table in [
        "people",
        "referrals",
        "tests",
        "diagnoses",
        "study",
        "population",
    ] {
        let folder = place.path(&format!("register/{table}"));
        let files = std::fs::read_dir(folder).unwrap();
        let files: Vec<String> = files
            .map(|file| file.unwrap().path().to_string_lossy().into_owned())
            .collect();
        let lake = place.lake();
        let mut arguments = vec!["load", table, "--lake", &lake];
        arguments.extend(files.iter().map(String::as_str));
        place.run(&arguments).ok();
    }
    place
});

/// The national report of it, which is made before any other.
static NATIONAL: LazyLock<&str> = LazyLock::new(|| {
    report("national-follow-up", "national", &["--lang", "en"]);
    "national"
});

type Row = BTreeMap<String, String>;

/// Makes a report of the small nation in a folder of its own.
fn report(name: &str, out: &str, more: &[&str]) {
    let lake = NATION.lake();
    let mut arguments = vec!["report", name, "--lake", &lake, "--no-pdf", "--out", out];
    arguments.extend(more);
    NATION.run(&arguments).ok();
}

fn rows(out: &str, table: &str) -> Vec<Row> {
    let path = NATION.path(&format!("{out}/tables/{table}.csv"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let names = header.iter().map(|name| (*name).to_owned());
        names.zip(line.split(',').map(str::to_owned)).collect()
    };
    lines.map(row).collect()
}

/// What each report shows of the tests of a region and year.
fn shown(out: &str, table: &str) -> BTreeMap<(String, String), String> {
    let of_both = |row: &Row| row.get("sex").is_none_or(|sex| sex == "T");
    let rows = rows(out, table).into_iter().filter(of_both);
    rows.map(|row| {
        (
            (row["year"].clone(), row["region"].clone()),
            row["tests"].clone(),
        )
    })
    .collect()
}

fn kept() -> Vec<std::path::PathBuf> {
    let folder = Path::new(&NATION.lake()).join("withholding");
    let entries = std::fs::read_dir(NATION.path("").join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn reports_years_and_languages_withhold_the_same_and_the_lake_keeps_it() {
    let national = *NATIONAL;
    let [object] = &kept()[..] else {
        panic!("{:?}", kept());
    };
    let text = std::fs::read(object).unwrap();
    report("national-follow-up", "before", &["--set", "year=2023"]);
    let mut of_all: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut n_withheld = 0;
    let mut same = |shown: BTreeMap<(String, String), String>| {
        for (key, tests) in shown {
            n_withheld += usize::from(tests.is_empty());
            let known = of_all.entry(key.clone()).or_insert_with(|| tests.clone());
            assert_eq!(*known, tests, "{key:?}");
        }
    };
    for out in [national, "before"] {
        for table in [
            "regions_by_year",
            "tests_by_region",
            "waits_by_region",
            "funnel",
        ] {
            same(shown(out, table));
        }
    }
    for region in ["09", "23"] {
        let out = format!("region-{region}");
        let region = format!("region={region}");
        report("region", &out, &["--set", &region]);
        for table in ["by_year", "all_regions", "sexes"] {
            same(shown(&out, table));
        }
    }
    assert!(n_withheld > 50, "{n_withheld}");
    // Whoever makes it anew gets the same.
    assert_eq!(kept().len(), 1);
    std::fs::remove_file(object).unwrap();
    report("region", "again", &["--set", "region=03"]);
    assert_eq!(std::fs::read(object).unwrap(), text);
}

#[test]
fn a_report_of_ones_own_shows_what_the_pattern_knows_and_nothing_else() {
    let folder = NATION.path("own");
    std::fs::create_dir_all(&folder).unwrap();
    let definition = r#"
title = "Own"
[disclosure]
totals = { region = "00", sex = "T" }
[[section]]
id = "all"
title = "All"
[[section.table]]
id = "known"
query = "known.sql"
title = "Tests of a year by region"
columns = [
  { name = "year", label = "Year", kind = "year" },
  { name = "region", label = "Region", kind = "text" },
  { name = "tests", label = "Tests", kind = "count" },
]
protect = [
  { count = "tests", by = ["region"], totals = ["00"], within = ["year"], family = "tests" },
]
[[section.table]]
id = "summed"
query = "summed.sql"
title = "Tests of two years"
columns = [
  { name = "region", label = "Region", kind = "text" },
  { name = "tests", label = "Tests", kind = "count" },
]
protect = [
  { count = "tests", by = ["region"], family = "tests", fixed = { year = "2023 and 2024" } },
]
"#;
    std::fs::write(folder.join("report.toml"), definition).unwrap();
    let known = "SELECT year, region, tests FROM follow_up.rates_by_region WHERE sex = 'T'";
    std::fs::write(folder.join("known.sql"), known).unwrap();
    let summed = "SELECT region, sum(tests) AS tests FROM follow_up.counts \
                  WHERE year IN (2023, 2024) GROUP BY region ORDER BY region";
    std::fs::write(folder.join("summed.sql"), summed).unwrap();
    let beside = shown(*NATIONAL, "regions_by_year");
    report(&folder.to_string_lossy(), "own-made", &[]);
    let own = shown("own-made", "known");
    assert_eq!(own, beside);
    assert!(beside.values().any(String::is_empty) && beside.values().any(|n| !n.is_empty()));
    // Nobody has looked at what two years together give away.
    assert!(
        rows("own-made", "summed")
            .iter()
            .all(|row| row["tests"].is_empty())
    );
}

#[test]
fn tests_answers_and_those_who_wait_do_not_add_up_to_one_person() {
    let curve = rows(*NATIONAL, "wait_curves");
    assert!(curve.iter().any(|row| !row["waiting"].is_empty()));
    for row in curve.iter().filter(|row| !row["waiting"].is_empty()) {
        let n = |name: &str| row[name].parse::<i64>().unwrap();
        assert_eq!(n("waiting") % 5, 0, "{row:?}");
        assert!(
            n("waiting") >= 10 && n("tests") - n("waiting") >= 10,
            "{row:?}"
        );
        assert!(row["reported_events"].is_empty() && row["reported_se"].is_empty());
    }
}

/// The solver is a program of its own, whose libraries are fetched when it is first built.
#[test]
fn no_report_of_a_small_nation_gives_a_small_count_away() {
    let manifest = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/withholding/Cargo.toml"
    );
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/withholding");
    let cargo = |verb: &str| {
        let mut command = Command::new(env!("CARGO"));
        command.args([
            verb,
            "--quiet",
            "--manifest-path",
            manifest,
            "--target-dir",
            target,
        ]);
        command
    };
    let built = cargo("build").output().unwrap();
    if !built.status.success() {
        let told = String::from_utf8_lossy(&built.stderr);
        kohort_workbench::skip("the solver", &format!("it cannot be built: {told}"));
        return;
    }
    let arguments = ["--", env!("CARGO_BIN_EXE_kohort"), "50000", "7", "1", "2"];
    let ran = cargo("run").args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    let also = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}{also}");
}
