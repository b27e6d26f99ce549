//! `kohort report`, as a policy analyst runs it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
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
        "Show the data as a table",
    ] {
        assert!(html.to_lowercase().contains(&part.to_lowercase()), "{part}");
    }
    let lake = place.lake();
    assert!(
        html.contains("<dt>Data lake</dt><dd>lake</dd>") && html.contains("--as-of 1"),
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
        kohort_workbench::skip("printing", "no Chromium or Chrome in /usr/bin");
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

/// What a number in a table is of: its column, and the value of each dimension, without totals.
type Of = (String, BTreeMap<String, String>);

/// The columns that numbers are broken down by.
const DIMENSIONS: [&str; 11] = [
    "age",
    "condition",
    "day",
    "income_band",
    "municipality",
    "region",
    "sex",
    "step",
    "step_before",
    "test_type",
    "year",
];

/// The cells of a line of CSV.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// The rows of a table in a report's folder.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let names = cells(lines.next().unwrap());
    let row = |line: &str| names.iter().cloned().zip(cells(line)).collect();
    lines.map(row).collect()
}

fn is_total(name: &str, value: &str) -> bool {
    value == "T" || (name == "region" && value == "00")
}

/// What a reader of a report knows: each count with its number, or that it is withheld, and sums
/// of parts that are their whole.
#[derive(Default)]
struct Reader {
    numbers: BTreeMap<Of, Option<u64>>,
    sums: BTreeSet<(Vec<Of>, Of)>,
}

impl Reader {
    /// Reads the counts of a table, and the events of its estimates.
    fn read(&mut self, id: &str, rows: &[BTreeMap<String, String>]) {
        let Some(first) = rows.first() else { return };
        let is_count = |name: &&String| {
            let is_measure = first.contains_key(&format!("{name}_confidence"));
            let is_number = |row: &BTreeMap<String, String>| {
                let text = &row[*name];
                text.is_empty() || text.parse::<u64>().is_ok()
            };
            let status = format!("{}_status", name.trim_end_matches("_events"));
            !is_measure && first.contains_key(&status) && rows.iter().all(is_number)
        };
        let columns: Vec<&String> = first.keys().filter(is_count).collect();
        for column in columns {
            let mut seen: Vec<(Of, BTreeMap<String, String>)> = Vec::new();
            for row in rows {
                let status = format!("{}_status", column.trim_end_matches("_events"));
                let number = match (row[&status].as_str(), row[column].as_str()) {
                    ("suppressed", _) => None,
                    (_, "") => continue,
                    (_, number) => Some(number.parse().unwrap()),
                };
                let (of, dimensions) = of(id, column, row);
                let known = self.numbers.entry(of.clone()).or_insert(number);
                *known = known.or(number);
                seen.push((of, dimensions));
            }
            self.add_sums(&seen);
        }
    }

    /// The sums over each dimension that has a total in a table.
    fn add_sums(&mut self, seen: &[(Of, BTreeMap<String, String>)]) {
        for (whole, dimensions) in seen {
            for name in dimensions.keys().filter(|n| is_total(n, &dimensions[*n])) {
                let is_part = |other: &BTreeMap<String, String>| {
                    let mut names = dimensions.keys().filter(|n| *n != name);
                    names.all(|n| other[n] == dimensions[n]) && !is_total(name, &other[name])
                };
                let parts = seen.iter().filter(|(_, other)| is_part(other));
                let parts: Vec<Of> = parts.map(|(of, _)| of.clone()).collect();
                // A region beside the nation is not all of it.
                if parts.len() > 1 {
                    self.sums.insert((parts, whole.clone()));
                }
            }
        }
    }

    /// Works out what is withheld, as long as a sum has one unknown number: what was found.
    fn solve(&mut self) -> BTreeMap<Of, u64> {
        let women_and_men: Vec<(Vec<Of>, Of)> = self.numbers.keys().filter_map(both).collect();
        let known = |of: &Of| self.numbers.contains_key(of);
        let women_and_men = women_and_men
            .into_iter()
            .filter(|(parts, whole)| parts.iter().all(known) && known(whole));
        let sums: Vec<(Vec<Of>, Of)> = women_and_men.collect();
        self.sums.extend(sums);
        let mut found = BTreeMap::new();
        loop {
            let before = found.len();
            for (parts, whole) in &self.sums {
                let number = |of: &Of| self.numbers.get(of).copied().flatten();
                let unknown: Vec<&Of> = parts.iter().filter(|p| number(p).is_none()).collect();
                let sum: u64 = parts.iter().filter_map(number).sum();
                let (of, n) = match (unknown.as_slice(), number(whole)) {
                    ([], None) => (whole, sum),
                    ([one], Some(all)) if all >= sum => (*one, all - sum),
                    _ => continue,
                };
                found.insert(of.clone(), n);
                self.numbers.insert(of.clone(), Some(n));
            }
            if found.len() == before {
                return found;
            }
        }
    }
}

/// What a number of a row is of, and all of its dimensions.
fn of(id: &str, column: &str, row: &BTreeMap<String, String>) -> (Of, BTreeMap<String, String>) {
    let mut dimensions: BTreeMap<String, String> = row
        .iter()
        .filter(|(name, _)| DIMENSIONS.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut name = column.to_owned();
    for (suffix, dimension, value) in [
        ("_women", "sex", "K"),
        ("_men", "sex", "M"),
        ("genomes", "test_type", "wgs"),
        ("panels", "test_type", "panel"),
    ] {
        if let Some(stem) = column.strip_suffix(suffix) {
            name = if stem.is_empty() {
                "tests".into()
            } else {
                stem.into()
            };
            dimensions.insert(dimension.into(), value.into());
        }
    }
    if [
        "n",
        "n_before",
        "included",
        "eligible",
        "sampled",
        "n_eligible",
    ]
    .contains(&column)
    {
        let before = dimensions.remove("step_before");
        let step = match (column, id) {
            ("included", _) => Some("3".to_owned()),
            ("eligible" | "n_eligible", _) => Some("1".to_owned()),
            ("sampled", _) | ("n", "times_by_region") => Some("4".to_owned()),
            ("n", "times") | ("n_before", _) => before,
            _ => dimensions.get("step").cloned(),
        };
        dimensions.insert("step".into(), step.unwrap());
        name = "people".into();
    }
    if name == "tests" {
        dimensions.remove("day");
        // Those that are reported.
        if id.starts_with("cost") || id == "genome_against_panel" {
            name = "reported".into();
        }
    }
    let own = dimensions
        .iter()
        .filter(|(name, value)| !is_total(name, value));
    let own = own.map(|(name, value)| (name.clone(), value.clone()));
    ((name, own.collect()), dimensions)
}

/// Women and men, and both, of a number of women.
fn both(of: &Of) -> Option<(Vec<Of>, Of)> {
    let (name, dimensions) = of;
    if dimensions.get("sex").map(String::as_str) != Some("K") {
        return None;
    }
    let (mut men, mut whole) = (dimensions.clone(), dimensions.clone());
    men.insert("sex".into(), "M".into());
    whole.remove("sex");
    let parts = vec![of.clone(), (name.clone(), men)];
    Some((parts, (name.clone(), whole)))
}

/// Loads a small register in which some regions, sexes, ages and people are not known.
fn flawed_register() -> Place {
    let place = Place::with_lake();
    let simulate = [
        "simulate", "national", "--people", "20000", "--out", "register",
    ];
    place.run(&simulate).ok();
    std::fs::create_dir(place.path("flawed")).unwrap();
    let folder = |table: &str| {
        place
            .path(&format!("register/{table}"))
            .display()
            .to_string()
    };
    let every = |n: u32| format!("row_number() OVER (ORDER BY test_id) % {n} = 0");
    let tests = format!(
        "COPY (SELECT * EXCLUDE (region, sex, age), CASE WHEN {} THEN '77' WHEN {} THEN NULL \
         ELSE region END AS region, CASE WHEN {} THEN NULL ELSE sex END AS sex, \
         CASE WHEN {} THEN NULL ELSE age END AS age FROM '{}/*.parquet') \
         TO '{}' STORED AS PARQUET",
        every(37),
        every(41),
        every(29),
        every(31),
        folder("tests"),
        place.path("flawed/tests.parquet").display(),
    );
    let people = format!(
        "COPY (SELECT * FROM '{}/*.parquet' WHERE person_id NOT IN \
         (SELECT person_id FROM '{}/*.parquet' WHERE test_id LIKE '%7')) \
         TO '{}' STORED AS PARQUET",
        folder("people"),
        folder("tests"),
        place.path("flawed/people.parquet").display(),
    );
    for statement in [tests, people] {
        run(&["sql", "-c", &statement]).ok();
    }
    for name in ["tests", "people"] {
        let file = place.path(&format!("flawed/{name}.parquet"));
        let file = file.display().to_string();
        place.run(&["load", name, &file, "--lake", "lake"]).ok();
    }
    for name in ["population", "referrals", "diagnoses", "study"] {
        let files = files(&place.path(&format!("register/{name}")));
        let files: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
        let mut arguments = vec!["load", name, "--lake", "lake"];
        arguments.extend(files.iter().map(String::as_str));
        place.run(&arguments).ok();
    }
    place
}

/// Whether a table of a report tells of few people in an estimate: its events, or all but few.
fn few(rows: &[BTreeMap<String, String>], shares: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for row in rows {
        for (name, events) in row.iter().filter(|(name, _)| name.ends_with("_events")) {
            let column = name.trim_end_matches("_events");
            let n = row[&format!("{column}_n")].parse::<f64>();
            let Ok(events) = events.parse::<f64>() else {
                continue;
            };
            let left = n.unwrap_or(events) - events;
            let is_few = |n: f64| n > 0.0 && n < 5.0;
            if is_few(events) || (shares.contains(&column) && is_few(left)) {
                found.push(format!("{name} of {row:?}"));
            }
        }
    }
    found
}

#[test]
fn a_reader_who_sums_finds_a_count_that_stands_alone() {
    let line = |region: &str, tests: &str, status: &str| {
        let pairs = [
            ("region", region),
            ("tests", tests),
            ("tests_status", status),
        ];
        pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).into()
    };
    let rows: Vec<BTreeMap<String, String>> = vec![
        line("00", "105", "ok"),
        line("01", "90", "ok"),
        line("03", "12", "ok"),
        line("09", "", "suppressed"),
    ];
    let mut reader = Reader::default();
    reader.read("tests_by_region", &rows);
    let found: Vec<u64> = reader.solve().into_values().collect();
    assert_eq!(found, [3]);
}

#[test]
fn no_report_on_a_small_register_gives_a_withheld_count_away() {
    let place = flawed_register();
    let totals = "SELECT count(*) AS n, (SELECT sum(tests) FROM follow_up.counts) AS counts,
        (SELECT count(*) FROM follow_up.waits) AS waits,
        (SELECT sum(tests) FROM follow_up.counts_by_municipality) AS municipalities,
        (SELECT sum(tests) FROM follow_up.rates_by_region
         WHERE region = '00' AND sex = 'T') AS nation FROM registry.tests";
    let arguments = ["sql", "--lake", "lake", "--format", "csv", "-c", totals];
    let counted = place.run(&arguments).ok();
    let counted = cells(counted.lines().nth(1).unwrap());
    assert!(counted.iter().all(|n| *n == counted[0]), "{counted:?}");
    let referred = "SELECT (SELECT sum(referrals_tested) FROM follow_up.counts) AS counted,
        (SELECT count(*) FROM registry.referrals WHERE referral_id IN
            (SELECT referral_id FROM registry.tests)) AS tested,
        (SELECT count(*) FROM follow_up.women_and_men
         WHERE tested_women > referrals_women OR tested_men > referrals_men) AS impossible";
    let arguments = ["sql", "--lake", "lake", "--format", "csv", "-c", referred];
    let referred = place.run(&arguments).ok();
    let referred = cells(referred.lines().nth(1).unwrap());
    assert_eq!(referred[0], referred[1]);
    assert_eq!(referred[2], "0");
    let shares = [
        "within_90_days",
        "yield",
        "cost_per_diagnosis",
        "reached",
        "inclusion",
    ];
    for (name, more) in [
        ("national-follow-up", None),
        ("clinical-study", None),
        ("region", Some("region=05")),
    ] {
        let mut arguments = vec!["--out", name];
        arguments.extend(more.iter().flat_map(|set| ["--set", set]));
        report(&place, name, &arguments).ok();
        let mut reader = Reader::default();
        for path in files(&place.path(&format!("{name}/tables"))) {
            if path.extension().is_some_and(|extension| extension == "csv") {
                let rows = table(&path);
                let id = path.file_stem().unwrap().to_string_lossy().into_owned();
                assert_eq!(few(&rows, &shares), Vec::<String>::new(), "{name}/{id}");
                reader.read(&id, &rows);
            }
        }
        let withheld = reader.numbers.values().filter(|n| n.is_none()).count();
        assert!(withheld > 10, "{name}: {withheld} withheld");
        let found = reader.solve();
        let few: Vec<_> = found.iter().filter(|(_, n)| (1..5).contains(*n)).collect();
        assert!(few.is_empty(), "{name}: {few:?}");
    }
}
