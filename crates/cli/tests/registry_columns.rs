//! The columns that reports need of a registry: declared once, documented, written by the
//! simulation, checked by `report --check`, and found by `load --as`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use kohort_schema::{REGISTRY_TABLES, RegistryTable, needs_of};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use support::{Place, run};

const TABLES: [&str; 6] = [
    "people",
    "referrals",
    "tests",
    "diagnoses",
    "study",
    "population",
];

/// A lake with a simulated register.
fn lake(people: &str) -> Place {
    let place = Place::new();
    let arguments = [
        "simulate", "national", "--people", people, "--out", "register",
    ];
    place.run(&arguments).ok();
    for table in TABLES {
        let file = format!("register/{table}/part-00000.parquet");
        place
            .run(&["load", table, &file, "--as", table, "--lake", "lake"])
            .ok();
    }
    place
}

#[test]
fn the_page_of_the_columns_is_that_of_the_code() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/registry-columns.md"
    );
    run(&["docs", "registry", "--check", page]).ok();
}

#[test]
fn the_simulation_writes_exactly_the_declared_columns() {
    let place = Place::new();
    let arguments = [
        "simulate", "national", "--people", "2000", "--out", "register",
    ];
    place.run(&arguments).ok();
    let declared: Vec<&str> = REGISTRY_TABLES.iter().map(|table| table.name).collect();
    assert_eq!(declared, TABLES);
    for table in REGISTRY_TABLES {
        let path = place.path(&format!("register/{}/part-00000.parquet", table.name));
        let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        let fields = file.schema().fields();
        let written: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        let declared: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(written, declared, "{}", table.name);
        for (field, column) in fields.iter().zip(table.columns) {
            let place = format!("{}.{}", table.name, column.name);
            assert!(
                column.kind.fits(field.data_type()),
                "{place}: {}",
                field.data_type()
            );
            assert!(
                column.null_means.is_some() || !field.is_nullable(),
                "{place}"
            );
        }
    }
}

/// The columns of `registry` that a view scans, by table.
fn scanned(place: &Place, view: &str) -> BTreeMap<String, BTreeSet<String>> {
    let sql = format!("EXPLAIN VERBOSE SELECT * FROM follow_up.{view}");
    let plan = place.sql(&sql, &["--format", "json"]).ok();
    let mut scanned: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rest in plan.split("TableScan: registry.").skip(1) {
        let table: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let rest = &rest[table.len()..];
        let Some(columns) = rest.strip_prefix(" projection=[") else {
            continue;
        };
        let columns = columns.split(']').next().unwrap();
        let of_table = scanned.entry(table).or_default();
        of_table.extend(columns.split(", ").map(str::to_owned));
    }
    scanned
}

/// The views that a view is made of, with itself.
fn made_of(view: &str) -> BTreeSet<String> {
    let path = format!("{}/../../sql/views/{view}.sql", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let code = |line: &str| line.split("--").next().unwrap_or_default().to_owned();
    let text: Vec<String> = text.lines().map(code).collect();
    let mut views = BTreeSet::from([view.to_owned()]);
    for rest in text.join("\n").split("follow_up.").skip(1) {
        let name: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        views.extend(made_of(&name));
    }
    views
}

#[test]
fn views_read_the_columns_that_they_are_said_to_read() {
    let place = lake("2000");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/views");
    for entry in std::fs::read_dir(folder).unwrap() {
        let view = entry
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        // It needs variants, and a table of them.
        if view == "carriers_found_and_expected" {
            continue;
        }
        let scanned = scanned(&place, &view);
        let of_all: BTreeSet<(&str, &str)> = made_of(&view)
            .iter()
            .flat_map(|view| needs_of(Some(view)).collect::<Vec<_>>())
            .flat_map(|need| need.columns.iter().map(|column| (need.table, *column)))
            .collect();
        for (table, columns) in &scanned {
            for column in columns {
                let is_said = of_all.contains(&(table.as_str(), column.as_str()));
                assert!(is_said, "{view} reads {table}.{column}");
            }
        }
        for need in needs_of(Some(&view)) {
            for column in need.columns {
                let found = scanned.get(need.table).is_some_and(|c| c.contains(*column));
                assert!(
                    found,
                    "{view} is said to read {}.{column}: {scanned:?}",
                    need.table
                );
            }
        }
    }
}

#[test]
fn a_check_tells_everything_that_is_missing_at_once() {
    let place = lake("2000");
    for report in ["national-follow-up", "clinical-study"] {
        let ran = place.run(&["report", report, "--lake", "lake", "--check"]);
        assert!(ran.stderr.contains("nothing is missing"), "{}", ran.stderr);
        ran.ok();
    }
    // One table is missing, one has a column under another name, one a wrong type, one unknown
    // codes and no value where there must be one.
    let place = Place::new();
    for table in ["people", "diagnoses", "population"] {
        std::fs::create_dir_all(place.path("register")).unwrap();
        let _ = table;
    }
    place
        .run(&["simulate", "national", "--people", "2000", "--out", "made"])
        .ok();
    for table in ["people", "diagnoses", "population"] {
        let file = format!("made/{table}/part-00000.parquet");
        place.run(&["load", table, &file, "--lake", "lake"]).ok();
    }
    let tests = "test_id,referral_id,person_id,region,kön,age,test_type,ordered,sampled,reported,\
                 cost_sek\nt1,,p1,99,X,40,wgs,yesterday,,,100\nt2,,p2,01,K,41,exome,today,,,200\n";
    std::fs::write(place.path("tests.csv"), tests).unwrap();
    place
        .run(&["load", "tests", "tests.csv", "--lake", "lake"])
        .ok();
    let ran = place.run(&["report", "national-follow-up", "--lake", "lake", "--check"]);
    let told = ran.text();
    for part in [
        "registry.referrals: the table is missing",
        "registry.tests.sex: the text column is missing; it may be",
        "registry.tests.ordered: expected date, found",
        "registry.tests.region: expected a `region_code` of `reference.regions`, found others in 1 \
         of 2 rows: `99` in 1",
        "registry.tests.test_type: expected `wgs` (whole genome)",
        "`exome` in 1",
        "registry.people: ",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(ran.failed(1).contains("problems"));
    assert!(!place.path("out").exists());
}

const PEOPLE: &str = "\
individ_id;Kön;Födelsedatum;Länskod;Kommunkod;Inkomstkvintil;Utbildningsnivå;Behov;Avliden;Samtycke
a1;K;1950-02-03;01;0180;1;2;0,5;;ja
a2;M;1980-12-24;12;1280;5;3;1,25;2024-05-06;nej
";

#[test]
fn columns_of_a_file_are_found_by_their_swedish_names() {
    let place = Place::new();
    std::fs::write(place.path("befolkning.csv"), PEOPLE).unwrap();
    let arguments = [
        "load",
        "people",
        "befolkning.csv",
        "--as",
        "people",
        "--lake",
        "lake",
    ];
    let ran = place.run(&arguments);
    assert!(
        ran.stderr.contains("`Länskod` is taken for `region`"),
        "{}",
        ran.stderr
    );
    ran.ok();
    let people = RegistryTable::find("people").unwrap();
    let columns: Vec<&str> = people.columns.iter().map(|column| column.name).collect();
    let sql = format!(
        "SELECT {} FROM registry.people ORDER BY 1",
        columns.join(", ")
    );
    let rows = place.sql(&sql, &["--format", "csv"]).ok();
    assert!(
        rows.contains("a2,M,1980-12-24,12,1280,5,3,1.25,2024-05-06,false"),
        "{rows}"
    );
}

#[test]
fn a_column_is_named_by_hand_where_its_name_says_nothing() {
    let place = Place::new();
    let text = PEOPLE
        .replace("Inkomstkvintil", "Variabel 7")
        .replace("Kön", "kön;gender");
    let text = text.replace(";K;", ";K;K;").replace(";M;", ";M;M;");
    std::fs::write(place.path("people.csv"), text).unwrap();
    let mut arguments = vec![
        "load",
        "people",
        "people.csv",
        "--as",
        "people",
        "--lake",
        "lake",
    ];
    let error = place.run(&arguments).failed(1);
    for part in [
        "column `income_band` (integer) is missing",
        "column `sex` may be `kön` or `gender`",
        "--column WANTED=GIVEN",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    arguments.extend(["--column", "income_band=Variabel 7", "--column", "sex=kön"]);
    place.run(&arguments).ok();
    let sql = "SELECT sum(income_band) AS n FROM registry.people WHERE sex IN ('K', 'M')";
    assert!(place.sql(sql, &["--format", "csv"]).ok().contains('6'));
}

#[test]
fn codes_and_ranges_are_checked_before_anything_is_stored() {
    let place = Place::new();
    let text = PEOPLE
        .replace(";M;", ";Man;")
        .replace(";5;3;", ";9;3;")
        .replace(";12;", ";99;");
    std::fs::write(place.path("people.csv"), text).unwrap();
    let mut arguments = vec![
        "load",
        "people",
        "people.csv",
        "--as",
        "people",
        "--lake",
        "lake",
    ];
    let error = place.run(&arguments).failed(1);
    for part in [
        "column `sex`: expected `K` (woman), `M` (man), found others in 1 row: `Man` in 1 (first \
         at people.csv:3)",
        "column `income_band`: expected 1 to 5, found others in 1 row: `9` in 1",
        "column `region`: expected a `region_code`",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!place.path("lake/registry/people").exists());
    arguments.push("--keep-unknown-codes");
    let ran = place.run(&arguments);
    assert!(
        ran.stderr.contains("warning: column `sex`"),
        "{}",
        ran.stderr
    );
    ran.ok();
}
