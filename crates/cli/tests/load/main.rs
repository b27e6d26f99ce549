//! `kohort load`, as typed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod secrets;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::util::display::array_value_to_string;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use support::{Place, Ran};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// The numbers of `datasets/registry`, as written there and as digits with and without a century.
fn numbers() -> Vec<String> {
    let text = std::fs::read(dataset("personer.csv")).unwrap();
    let text: String = text.iter().map(|b| char::from(*b)).collect();
    let cells = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(';').next());
    let spellings = |cell: &str| {
        let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
        let short = digits[digits.len() - 10..].to_owned();
        [cell.to_owned(), digits, short]
    };
    cells.flat_map(spellings).collect()
}

fn dataset(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/registry");
    folder.join(name).to_string_lossy().into_owned()
}

/// A folder with a key and no lake yet.
fn place() -> Place {
    let place = Place::new();
    secret(&place, "key.txt", &format!("{KEY}\n"));
    place
}

/// A file that nobody else can read, as a key should be.
fn secret(place: &Place, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(place.path(name), text).unwrap();
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(place.path(name), mode).unwrap();
}

fn load(place: &Place, table: &str, file: &str, more: &[&str]) -> Ran {
    let arguments = ["load", table, file, "--lake", "lake"];
    place.run(&[&arguments[..], more].concat())
}

fn with_people(table: &str, file: &str, column: &str, place: &Place, more: &[&str]) -> Ran {
    let people = ["--personal-id", column, "--pseudonym-key", "key.txt"];
    load(place, table, &dataset(file), &[&people[..], more].concat())
}

fn sql(place: &Place, statement: &str) -> String {
    let arguments = ["sql", "--lake", "lake", "--format", "csv", "-c", statement];
    place.run(&arguments).ok()
}

#[test]
fn people_of_two_registries_join_by_pseudonym() {
    let place = place();
    let derive = ["--derive-birth-date", "--derive-sex"];
    let told = with_people("people", "personer.csv", "personnr", &place, &derive).ok();
    assert!(
        told.starts_with("created registry.people (lake version 1)"),
        "{told}"
    );
    assert!(
        told.contains("personnr     pseudonym  from `Personnr`"),
        "{told}"
    );
    with_people("referrals", "remisser.csv", "personnummer", &place, &[]).ok();
    let joined = sql(
        &place,
        "SELECT p.region, p.sex, count(*) AS n, sum(r.kostnad) AS cost
         FROM registry.people p JOIN registry.referrals r ON r.personnummer = p.personnr
         WHERE p.birth_date < DATE '1914-06-01' GROUP BY ALL ORDER BY p.region",
    );
    assert_eq!(
        joined,
        "region,sex,n,cost\nRegion Skåne,K,2,4251.0\nRegion Västerbotten,K,2,5251.0\n\
         Region Örebro län,M,2,4751.0\n"
    );
}

#[test]
fn a_personal_number_is_stored_nowhere() {
    let place = place();
    with_people("people", "personer.csv", "personnr", &place, &[]).ok();
    with_people("patients", "patients.ndjson", "personal_id", &place, &[]).ok();
    let aside = ["--on-bad-row", "set-aside", "--set-aside", "aside"];
    let text = "pnr;n\n19120304-9803;x\n19120304-9802;1\n191203049802;2;3\n";
    std::fs::write(place.path("bad.csv"), text).unwrap();
    let people = ["--personal-id", "pnr", "--pseudonym-key", "key.txt"];
    load(
        &place,
        "bad",
        "bad.csv",
        &[&people[..], &aside[..]].concat(),
    )
    .ok();
    assert_eq!(
        sql(&place, "SELECT count(*) AS n FROM registry.aside"),
        "n\n2\n"
    );
    let everything = sql(
        &place,
        "SELECT * FROM registry.people; SELECT * FROM registry.patients;
         SELECT * FROM registry.bad; SELECT * FROM registry.aside",
    );
    let mut files = Vec::new();
    all_files(&place.path("lake"), &mut files);
    assert!(files.len() > 10);
    for number in numbers() {
        assert!(!everything.contains(&number), "a result shows it");
        for (path, bytes) in &files {
            let found = bytes
                .windows(number.len())
                .any(|window| window == number.as_bytes());
            assert!(!found, "{} has it", path.display());
        }
    }
}

fn all_files(folder: &Path, files: &mut Vec<(std::path::PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all_files(&path, files),
            false => files.push((path.clone(), std::fs::read(&path).unwrap())),
        }
    }
}

#[test]
fn a_column_that_looks_like_personal_numbers_stops_the_load() {
    let place = place();
    let error = load(&place, "people", &dataset("personer.csv"), &[]).failed(1);
    assert!(
        error.contains("column `personnr` looks like personal numbers: 9 of 9"),
        "{error}"
    );
    assert!(error.contains("--personal-id personnr"), "{error}");
    assert!(
        numbers().iter().all(|number| !error.contains(number)),
        "{error}"
    );
    let none = "SELECT count(*) FROM registry.people";
    let gone = place.run(&["sql", "--lake", "lake", "-c", none]).failed(1);
    assert!(
        gone.contains("there is no table `registry.people`"),
        "{gone}"
    );
    let dropped = load(
        &place,
        "people",
        &dataset("personer.csv"),
        &["--drop", "personnr"],
    );
    assert!(!dropped.ok().contains("personnr"));
}

#[test]
fn another_key_and_a_weak_key_are_refused() {
    let place = place();
    secret(&place, "other.txt", &("f".repeat(8) + KEY));
    secret(&place, "short.txt", "secret");
    let file = dataset("personer.csv");
    let people = ["--personal-id", "personnr"];
    let error = load(&place, "people", &file, &people).failed(1);
    assert!(error.contains("no key to make them with"), "{error}");
    let short = ["--pseudonym-key", "short.txt"];
    let error = load(&place, "people", &file, &[&people[..], &short[..]].concat()).failed(2);
    assert!(
        error.contains("too short: expected 32 bytes, got 6"),
        "{error}"
    );
    with_people("people", "personer.csv", "personnr", &place, &[]).ok();
    let other = ["--pseudonym-key", "other.txt"];
    let error = load(&place, "more", &file, &[&people[..], &other[..]].concat()).failed(1);
    assert!(
        error.contains("its pseudonyms were made with the key"),
        "{error}"
    );
    // The variable holds the key as well, and the same key is welcome.
    let arguments = [
        "load",
        "more",
        &file,
        "--lake",
        "lake",
        "--personal-id",
        "personnr",
    ];
    let mut command = support::command(&arguments);
    command
        .current_dir(place.folder.path())
        .env("KOHORT_PSEUDONYM_KEY", KEY);
    support::finish(command).ok();
    let same = "SELECT count(*) AS n FROM registry.people JOIN registry.more USING (personnr)";
    assert_eq!(sql(&place, same), "n\n9\n");
}

#[test]
fn bad_rows_are_shown_with_their_lines_or_set_aside() {
    let place = place();
    let text = "id;date;n\n1;2024-01-01;1\n2;yesterday;2\n3;2024-01-03\n4;2024-01-04;4\n";
    std::fs::write(place.path("tests.csv"), text).unwrap();
    let typed = ["--type", "date=date"];
    let error = load(&place, "tests", "tests.csv", &typed).failed(1);
    assert!(error.contains("2 rows cannot be stored"), "{error}");
    assert!(
        error.contains("tests.csv:3: column `date`: expected a date"),
        "{error}"
    );
    assert!(error.contains("found `ye••••` (9 characters)"), "{error}");
    assert!(
        error.contains("tests.csv:4: expected 3 fields, found 2"),
        "{error}"
    );
    let aside = ["--on-bad-row", "set-aside", "--set-aside", "bad.csv"];
    let told = load(
        &place,
        "tests",
        "tests.csv",
        &[&typed[..], &aside[..]].concat(),
    )
    .ok();
    assert!(told.contains("rows set aside  2"), "{told}");
    let kept = std::fs::read_to_string(place.path("bad.csv")).unwrap();
    assert!(kept.starts_with("source,line,column_name,expected,found,advice,row_values\n"));
    assert!(
        kept.contains("tests.csv,3,date,") && kept.contains("yesterday"),
        "{kept}"
    );
    assert_eq!(
        sql(&place, "SELECT sum(id) AS s FROM registry.tests"),
        "s\n5\n"
    );
}

#[test]
fn rows_are_appended_replaced_and_upserted_and_the_past_stays() {
    let place = place();
    std::fs::write(place.path("a.csv"), "id,region,n\n1,01,1\n2,03,2\n").unwrap();
    std::fs::write(place.path("b.csv"), "id,region,n\n2,14,20.5\n3,10,30\n").unwrap();
    load(&place, "t", "a.csv", &[]).ok();
    let error = load(&place, "t", "b.csv", &[]).failed(1);
    assert!(
        error.contains("registry.t exists") && error.contains("--append"),
        "{error}"
    );
    // `region` alone would be numbers in b.csv: the table says that it is text.
    let told = load(&place, "t", "b.csv", &["--upsert", "id"]).failed(1);
    assert!(
        told.contains("expected a whole number, found `20.5`"),
        "{told}"
    );
    std::fs::write(place.path("b.csv"), "id,region,n\n2,14,20\n3,10,30\n").unwrap();
    let told = load(&place, "t", "b.csv", &["--upsert", "id"]).ok();
    assert!(told.starts_with("upserted registry.t by id"), "{told}");
    assert!(
        told.contains("rows removed    1") && told.contains("rows now        3"),
        "{told}"
    );
    let all = "SELECT * FROM registry.t ORDER BY id";
    assert_eq!(sql(&place, all), "id,region,n\n1,01,1\n2,14,20\n3,10,30\n");
    let again = ["--append", "--allow-duplicate-files"];
    load(&place, "t", "a.csv", &again).ok();
    assert_eq!(
        sql(&place, "SELECT count(*) AS n FROM registry.t"),
        "n\n5\n"
    );
    load(&place, "t", "a.csv", &["--replace"]).ok();
    assert_eq!(sql(&place, all), "id,region,n\n1,01,1\n2,03,2\n");
    let past = [
        "sql", "--lake", "lake", "--format", "csv", "--as-of", "2", "-c", all,
    ];
    assert_eq!(
        place.run(&past).ok(),
        "id,region,n\n1,01,1\n2,14,20\n3,10,30\n"
    );
    let history = [
        "load",
        "--history",
        "t",
        "--lake",
        "lake",
        "--output-format",
        "csv",
    ];
    let history = place.run(&history).ok();
    let modes: Vec<&str> = history
        .lines()
        .skip(1)
        .map(|l| l.split(',').nth(2).unwrap())
        .collect();
    assert_eq!(modes, ["replace", "append", "upsert by id", "create"]);
    assert!(history.contains("sha256"), "{history}");
    place.run(&["lake", "verify", "--lake", "lake"]).ok();
}

#[test]
fn a_key_that_comes_twice_is_refused_unless_the_last_one_counts() {
    let place = place();
    std::fs::write(place.path("t.csv"), "id,n\n1,1\n2,2\n1,3\n").unwrap();
    let error = load(&place, "t", "t.csv", &["--upsert", "id"]).failed(1);
    assert!(
        error.contains("t.csv:4: the key (id) is that of line 2"),
        "{error}"
    );
    let last = ["--upsert", "id", "--on-duplicate-key", "last"];
    let told = load(&place, "t", "t.csv", &last).ok();
    assert!(told.contains("rows kept       2\n"), "{told}");
    assert!(told.contains("duplicate rows  1\n"), "{told}");
    let all = "SELECT * FROM registry.t ORDER BY id";
    assert_eq!(sql(&place, all), "id,n\n1,3\n2,2\n");
    let history = ["load", "--history", "t", "--lake", "lake"];
    let history = place
        .run(&[&history[..], &["--output-format", "csv"]].concat())
        .ok();
    let counts = |line: &str| {
        line.split(',')
            .skip(3)
            .take(4)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let counts: Vec<String> = history.lines().map(counts).collect();
    let expected = ["n_read n_kept n_duplicates n_set_aside", "3 2 1 0"];
    assert_eq!(counts, expected);
    std::fs::write(place.path("t.csv"), "id,n\n1,1\n,2\n").unwrap();
    let error = load(&place, "t", "t.csv", &["--upsert", "id"]).failed(1);
    assert!(
        error.contains("line 3: column `id` is a key and has no value"),
        "{error}"
    );
}

#[test]
fn checking_writes_nothing() {
    let place = place();
    let file = dataset("remisser.csv");
    let arguments = ["load", "r", &file, "--check", "--drop", "personnummer"];
    let told = place.run(&arguments).ok();
    assert!(told.starts_with("checked registry.r\n"), "{told}");
    assert!(told.contains("rows kept       18"), "{told}");
    assert!(!place.path("lake").exists());
}

#[test]
fn reference_tables_are_there_and_a_newer_one_takes_their_place() {
    let place = Place::with_lake();
    let population = "SELECT sum(population) AS n FROM reference.population WHERE year = 2015";
    assert_eq!(sql(&place, population), "n\n9851017\n");
    let per_head = "SELECT count(*) AS n FROM reference.regions r
        JOIN reference.population p USING (region_code)
        JOIN reference.standard_population s ON s.standard = 'ESP2013'
            AND s.age_group = p.age_group WHERE p.year = 2015";
    assert_eq!(sql(&place, per_head), "n\n798\n");
    let text = "lan,year,sex,age_group,age_from,population\n01,2024,K,0-4,0,70000\n";
    std::fs::write(place.path("scb.csv"), text).unwrap();
    let table = "reference.population";
    let error = load(&place, table, "scb.csv", &[]).failed(1);
    assert!(
        error.contains("missing: region_code; not known: lan"),
        "{error}"
    );
    load(&place, table, "scb.csv", &["--rename", "lan=region_code"]).ok();
    let newest = "SELECT max(year) AS y, sum(population) AS n FROM reference.population";
    assert_eq!(sql(&place, newest), "y,n\n2024,70000\n");
    let past = [
        "sql", "--lake", "lake", "--format", "csv", "--as-of", "1", "-c", population,
    ];
    assert_eq!(place.run(&past).ok(), "n\n9851017\n");
    let error = load(&place, "reference.genes", "scb.csv", &[]).failed(1);
    assert!(
        error.contains("reference.genes cannot be loaded"),
        "{error}"
    );
    let hole = text.replace("70000", "");
    std::fs::write(place.path("hole.csv"), hole).unwrap();
    let rename = ["--rename", "lan=region_code", "--replace"];
    let error = load(&place, table, "hole.csv", &rename).failed(1);
    assert!(
        error.contains("hole.csv:2: reference.population: column `population`"),
        "{error}"
    );
}

#[test]
fn names_that_are_mistyped_get_a_suggestion() {
    let place = place();
    load(
        &place,
        "people",
        &dataset("personer.csv"),
        &["--drop", "personnr"],
    )
    .ok();
    for (asked, meant) in [
        ("registry.peple", "registry.people"),
        ("people", "registry.people"),
        ("reference.region", "reference.regions"),
    ] {
        let statement = format!("SELECT * FROM {asked}");
        let error = place
            .run(&["sql", "--lake", "lake", "-c", &statement])
            .failed(1);
        assert!(
            error.contains(&format!("did you mean `{meant}`?")),
            "{error}"
        );
    }
    let error = load(&place, "People", "x.csv", &[]);
    assert!(
        error.stderr.contains("expected a table name"),
        "{}",
        error.stderr
    );
}

#[test]
fn standard_input_is_refused_with_the_reason() {
    let place = place();
    let error = load(&place, "t", "-", &[]).failed(2);
    assert!(error.contains("read more than once"), "{error}");
}

#[test]
fn a_register_is_loaded_and_the_views_of_the_follow_up_answer() {
    let place = place();
    let simulate = [
        "simulate", "national", "--people", "5000", "--out", "register",
    ];
    place.run(&simulate).ok();
    for table in ["people", "population", "referrals", "tests", "diagnoses"] {
        let folder = place.path(&format!("register/{table}"));
        let files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path().display().to_string())
            .collect();
        let mut arguments = vec!["load", table, "--lake", "lake"];
        arguments.extend(files.iter().map(String::as_str));
        place.run(&arguments).ok();
    }
    let weighted = "SELECT count(*) = count(weight) AS all_weighted FROM follow_up.strata";
    assert_eq!(sql(&place, weighted), "all_weighted\ntrue\n");
    // 96 and 124 million for three years, 54.75 for the same ones.
    let funds = "SELECT CAST(sum(amount_sek) AS BIGINT) AS sek FROM follow_up.public_funds_by_year
        WHERE year = 2022";
    assert_eq!(sql(&place, funds), "sek\n91583333\n");
}

#[test]
fn an_upsert_by_a_column_that_is_new_leaves_the_rows_of_before() {
    let place = place();
    std::fs::write(place.path("a.csv"), "id,n\n1,1\n2,2\n").unwrap();
    std::fs::write(place.path("b.csv"), "id,n,code\n3,3,a\n").unwrap();
    load(&place, "t", "a.csv", &[]).ok();
    load(&place, "t", "b.csv", &["--upsert", "code"]).ok();
    let told = load(&place, "t", "b.csv", &["--upsert", "code"]).ok();
    assert!(
        told.contains("rows removed    1") && told.contains("rows now        3"),
        "{told}"
    );
}

#[test]
fn rows_that_are_set_aside_take_the_place_of_nothing() {
    let place = place();
    let text = "id;n\n1;1\n2;x\n";
    std::fs::write(place.path("t.csv"), text).unwrap();
    let typed = ["--type", "n=integer", "--on-bad-row", "set-aside"];
    let aside = |to: &str, table: &str| {
        let more = [&typed[..], &["--set-aside", to]].concat();
        load(&place, table, "t.csv", &more)
    };
    aside("bad.csv", "t").ok();
    let first = std::fs::read(place.path("bad.csv")).unwrap();
    for (to, table) in [("bad.csv", "u"), ("./t.csv", "u")] {
        let error = aside(to, table).failed(1);
        assert!(
            error.contains(&format!("{to}: exists, and rows")),
            "{error}"
        );
    }
    let error = aside("registry.u", "u").failed(1);
    assert!(error.contains("cannot go there too"), "{error}");
    assert_eq!(std::fs::read(place.path("bad.csv")).unwrap(), first);
    assert_eq!(std::fs::read_to_string(place.path("t.csv")).unwrap(), text);
    let none = "SELECT count(*) FROM registry.u";
    place.run(&["sql", "--lake", "lake", "-c", none]).failed(1);
}

#[test]
fn a_key_that_is_given_as_a_file_is_not_shown() {
    let place = place();
    let file = dataset("personer.csv");
    let people = ["--personal-id", "personnr", "--pseudonym-key", KEY];
    let error = load(&place, "people", &file, &people).failed(1);
    assert!(!error.contains(KEY), "{error}");
    assert!(
        error.contains("--pseudonym-key") && error.contains("KOHORT_PSEUDONYM_KEY"),
        "{error}"
    );
}
