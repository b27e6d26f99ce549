//! `kohort report`, as a policy analyst runs it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};

use support::{Place, Ran, command, finish, run};

/// A report over VALUES, with one figure of each kind.
fn thin() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../report/tests/thin");
    folder.to_owned()
}

/// Runs `kohort report` on the small lake.
fn report(place: &Place, name: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["report", name, "--lake", "lake", "--no-pdf"];
    arguments.extend(more);
    place.run(&arguments)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[test]
fn a_report_is_made_with_every_kind_of_figure_and_file() {
    let place = Place::with_lake();
    let ran = report(
        &place,
        &thin(),
        &["--out", "out", "--lang", "en", "--set", "region=12"],
    );
    let told = ran.stderr.clone();
    ran.ok();
    assert!(told.contains("2/5 tests_by_region: 66 rows"), "{told}");
    assert!(told.contains("made out/report.html"), "{told}");
    let html = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    for part in [
        "<html lang=\"en\">",
        "Year 2024, region 12",
        "European standard population 2013",
        "Region Västernorrland",
        "figures/funnel.svg",
        "The numbers in the figure",
    ] {
        assert!(html.to_lowercase().contains(&part.to_lowercase()), "{part}");
    }
    let lake = place.lake();
    assert!(
        html.contains("<dt>Lake</dt>") && html.contains("--as-of 1"),
        "{lake}"
    );
    let names: Vec<String> = files(&place.path("out"))
        .iter()
        .map(|f| {
            f.strip_prefix(place.path("out"))
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    for kind in ["curve", "flow", "funnel", "map", "ranked", "series"] {
        assert!(names.contains(&format!("figures/{kind}.svg")), "{names:?}");
    }
    for table in ["by_year", "facts", "study", "tests_by_region", "waits"] {
        for extension in ["csv", "xlsx"] {
            assert!(
                names.contains(&format!("tables/{table}.{extension}")),
                "{names:?}"
            );
        }
        assert!(names.contains(&format!("sql/{table}.sql")), "{names:?}");
    }
    let csv = std::fs::read_to_string(place.path("out/tables/tests_by_region.csv")).unwrap();
    // Men of Gotland are 3: withheld, with the women of Gotland and both of another region.
    let withheld = csv.lines().filter(|l| l.ends_with("suppressed")).count();
    assert_eq!(withheld, 4, "{csv}");
    let manifest = std::fs::read(place.path("out/report.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["version"], 1);
    assert_eq!(manifest["parameters"][0][1], "12");
}

#[test]
fn a_folder_with_something_in_it_is_refused_and_a_report_replaced_on_request() {
    let place = Place::with_lake();
    report(&place, &thin(), &["--out", "out"]).ok();
    let error = report(&place, &thin(), &["--out", "out"]).failed(2);
    assert!(
        error.contains("holds a report already") && error.contains("--force"),
        "{error}"
    );
    report(
        &place,
        &thin(),
        &["--out", "out", "--force", "--lang", "en"],
    )
    .ok();
    let html = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(html.contains("<html lang=\"en\">"));
    let error = report(&place, &thin(), &["--out", ".", "--force"]).failed(2);
    assert!(error.contains("error: "), "{error}");
    let error = report(&place, &thin(), &["--out", "lake", "--force"]).failed(2);
    assert!(
        error.contains("is not empty, and holds no report"),
        "{error}"
    );
}

#[test]
fn a_report_that_fails_leaves_nothing_behind() {
    let place = Place::with_lake();
    let own = place.path("own");
    std::fs::create_dir(&own).unwrap();
    for file in files(Path::new(&thin())) {
        std::fs::copy(&file, own.join(file.file_name().unwrap())).unwrap();
    }
    std::fs::write(own.join("study.sql"), "SELECT step FROM no_such_table").unwrap();
    let before = std::fs::read_dir(place.folder.path()).unwrap().count();
    let ran = report(&place, "own", &["--out", "out"]);
    let (code, error) = (ran.code, ran.stderr);
    assert_eq!(code, 1, "{error}");
    assert!(
        error.contains("table `study`: there is no table `no_such_table`"),
        "{error}"
    );
    assert_eq!(
        std::fs::read_dir(place.folder.path()).unwrap().count(),
        before
    );
    std::fs::write(own.join("study.sql"), "SELECT 1; SELECT 2").unwrap();
    let ran = report(&place, "own", &["--out", "out"]);
    let (code, error) = (ran.code, ran.stderr);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("expected one statement, got 2"), "{error}");
    assert!(!place.path("out").exists());
}

#[test]
fn what_is_missing_or_mistyped_is_told() {
    let place = Place::with_lake();
    let error = report(&place, "no-such-report", &["--out", "out"]).failed(2);
    assert!(
        error.contains("there is no report `no-such-report`"),
        "{error}"
    );
    let error = report(&place, &thin(), &["--out", "out", "--set", "lan=01"]).failed(2);
    assert!(
        error.contains("parameter `lan`") && error.contains("region (Region)"),
        "{error}"
    );
    let error = place.run(&["report", &thin(), "--lake", "lake"]).stderr;
    assert!(error.contains("--out"), "{error}");
    let error = report(&place, &thin(), &["--out", "out", "--as-of", "99"]).failed(1);
    assert!(error.contains("99"), "{error}");
}

#[test]
fn tables_that_a_report_needs_are_asked_for_before_anything_is_run() {
    let place = Place::with_lake();
    let own = place.path("own");
    std::fs::create_dir(&own).unwrap();
    let toml = "title = \"T\"\nrequires = [\"registry.tests\", \"samples\"]\n[[section]]\n\
                id = \"one\"\ntitle = \"One\"\n";
    std::fs::write(own.join("report.toml"), toml).unwrap();
    let error = report(&place, "own", &["--out", "out"]).failed(1);
    assert!(
        error.contains("the lake has no `registry.tests`"),
        "{error}"
    );
    assert!(error.contains("kohort load tests FILE --lake"), "{error}");
}

#[test]
fn the_reports_that_ship_are_listed_and_can_be_read() {
    let listed = run(&["report", "--list"]).ok();
    for line in listed.lines() {
        let (name, title) = line.split_once('\t').unwrap();
        assert!(!name.is_empty() && !title.is_empty(), "{line}");
    }
}

#[test]
fn a_pdf_is_made_where_there_is_a_browser_and_its_lack_is_told() {
    let place = Place::with_lake();
    let lake = place.lake();
    let thin = thin();
    let print = |out: &str, browser: &str| {
        let mut command = command(&["report", &thin, "--lake", &lake, "--out", out]);
        command
            .current_dir(place.folder.path())
            .env("KOHORT_BROWSER", browser);
        finish(command)
    };
    let ran = print("without", "");
    assert!(
        ran.stderr.contains("SKIPPED: report.pdf: no Chromium"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.code, 0);
    let ran = print("broken", "/bin/false");
    assert!(
        ran.stderr.contains("SKIPPED: report.pdf: /bin/false"),
        "{}",
        ran.stderr
    );
    assert!(place.path("broken/report.html").exists());
    let browser = ["/usr/bin/chromium", "/usr/bin/google-chrome"];
    let Some(browser) = browser.into_iter().find(|path| Path::new(path).exists()) else {
        println!("skipped: no browser to print with");
        return;
    };
    let ran = print("with", browser);
    assert!(!ran.stderr.contains("SKIPPED"), "{}", ran.stderr);
    let pdf = std::fs::read(place.path("with/report.pdf")).unwrap();
    assert!(
        pdf.starts_with(b"%PDF") && pdf.len() > 20_000,
        "{} bytes",
        pdf.len()
    );
}
