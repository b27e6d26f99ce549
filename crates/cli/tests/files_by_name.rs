//! Files by name in SQL are read as `kohort load` reads them.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

mod support;

use std::io::Write;

use support::{Place, Ran};

fn sql(place: &Place, statements: &str) -> Ran {
    place.run(&["sql", "--format", "csv", "-c", statements])
}

fn write(place: &Place, name: &str, bytes: &[u8]) {
    std::fs::write(place.path(name), bytes).unwrap();
}

#[test]
fn types_are_those_of_the_whole_file() {
    let place = Place::new();
    let mut late = "year,n\n".to_owned();
    (0..1499).for_each(|n| late.push_str(&format!("2018,{n}\n")));
    late.push_str("2018,..C\n");
    write(&place, "late.csv", late.as_bytes());
    let all = "SELECT count(*) AS rows, arrow_typeof(max(n)) AS t FROM 'late.csv'";
    assert_eq!(sql(&place, all).ok(), "rows,t\n1500,Utf8\n");
    let mut keys = "{\"a\":1}\n".repeat(2000);
    keys.push_str("{\"a\":2.5,\"b\":\"x\"}\n");
    write(&place, "late.ndjson", keys.as_bytes());
    let last = "SELECT a, b FROM 'late.ndjson' WHERE b IS NOT NULL";
    assert_eq!(sql(&place, last).ok(), "a,b\n2.5,x\n");
}

#[test]
fn swedish_spreadsheets_are_read_as_load_reads_them() {
    let place = Place::new();
    write(
        &place,
        "x.csv",
        b"\"L\xE4n\";Antal;Andel;Datum\r\n01;1 234;1,5;2024-01-31\r\n\xD6rebro;2;0,25;\r\n",
    );
    let asked = "SELECT lan, antal, andel, datum FROM 'x.csv' ORDER BY antal DESC";
    let expected = "lan,antal,andel,datum\n01,1234,1.5,2024-01-31\nÖrebro,2,0.25,\n";
    assert_eq!(sql(&place, asked).ok(), expected);
    let external = format!(
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION 'x.csv'; {}",
        asked.replace("'x.csv'", "x")
    );
    assert_eq!(sql(&place, &external).ok(), expected);
    place.run(&["load", "x", "x.csv", "--lake", "lake"]).ok();
    let loaded = asked.replace("'x.csv'", "registry.x");
    let loaded = place.run(&["sql", "--lake", "lake", "--format", "csv", "-c", &loaded]);
    assert_eq!(loaded.ok(), expected);
}

#[test]
fn columns_are_found_by_the_names_of_the_file_too() {
    let place = Place::new();
    write(
        &place,
        "x.csv",
        "Region,Kön,when\n01,K,a\n03,M,b\n".as_bytes(),
    );
    for (query, expected) in [
        ("SELECT Region FROM 'x.csv' LIMIT 1", "region\n01\n"),
        ("SELECT \"Region\" AS r FROM 'x.csv' LIMIT 1", "r\n01\n"),
        ("SELECT kon AS k FROM 'x.csv' WHERE Kön = 'M'", "k\nM\n"),
        (
            "SELECT t.\"Kön\" AS \"Kön\", count(*) AS n FROM 'x.csv' AS t GROUP BY t.\"Kön\" \
             ORDER BY 1",
            "Kön,n\nK,1\nM,1\n",
        ),
        (
            "SELECT count(*) AS n FROM 'x.csv' WHERE \"when\" = 'b'",
            "n\n1\n",
        ),
    ] {
        assert_eq!(sql(&place, query).ok(), expected, "{query}");
    }
    let wrong = sql(&place, "SELECT \"Regioner\" FROM 'x.csv'").failed(1);
    assert!(wrong.contains("there is no column `Regioner`"), "{wrong}");
}

#[test]
fn line_breaks_in_quotes_break_no_row() {
    let place = Place::new();
    let mut text = "id,note,n\n".to_owned();
    for n in 0..30_000 {
        text.push_str(&format!("{n},\"one\n{}\",1\n", "two ".repeat(30)));
    }
    write(&place, "big.csv", text.as_bytes());
    let asked = "SELECT count(*) AS n, sum(n) AS s, max(id) AS last FROM 'big.csv'";
    assert_eq!(sql(&place, asked).ok(), "n,s,last\n30000,30000,29999\n");
}

#[test]
fn patterns_folders_and_gzip_are_tables() {
    let place = Place::new();
    std::fs::create_dir(place.path("parts")).unwrap();
    write(&place, "parts/a.csv", b"x;y\n1;2\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"y;x\n4;3\n").unwrap();
    write(&place, "parts/b.csv.gz", &gzip.finish().unwrap());
    let gz = "SELECT x, y FROM 'parts/b.csv.gz'";
    assert_eq!(sql(&place, gz).ok(), "x,y\n3,4\n");
    let folder = "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 'parts/'; \
        SELECT sum(x) AS x, sum(y) AS y FROM t";
    assert_eq!(sql(&place, folder).ok(), "x,y\n4,6\n");
    let one = "SELECT x FROM 'parts/*.csv'";
    assert_eq!(sql(&place, one).ok(), "x\n1\n");
}

#[test]
fn a_workbook_is_a_table_with_its_sheet_and_header_row() {
    let place = Place::new();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Noter").unwrap();
    sheet.write(0, 0, "n").unwrap();
    sheet.write(1, 0, 7).unwrap();
    let sheet = workbook.add_worksheet().set_name("Data").unwrap();
    sheet.write(0, 0, "Remisser 2024").unwrap();
    for (row, (region, n)) in [("Region", "Antal"), ("01", "5"), ("03", "6")]
        .iter()
        .enumerate()
    {
        sheet.write(row as u32 + 2, 0, *region).unwrap();
        sheet.write(row as u32 + 2, 1, *n).unwrap();
    }
    workbook.save(place.path("x.xlsx")).unwrap();
    assert_eq!(sql(&place, "SELECT n FROM 'x.xlsx'").ok(), "n\n7\n");
    let chosen = "CREATE EXTERNAL TABLE d STORED AS XLSX LOCATION 'x.xlsx' \
        OPTIONS ('sheet' 'Data', 'header_row' '3'); SELECT region, antal FROM d ORDER BY 1";
    assert_eq!(sql(&place, chosen).ok(), "region,antal\n01,5\n03,6\n");
    let load = [
        "load",
        "d",
        "x.xlsx",
        "--lake",
        "lake",
        "--sheet",
        "Data",
        "--header-row",
        "3",
    ];
    let told = place.run(&load).ok();
    assert!(told.contains("format          xlsx"), "{told}");
}

#[test]
fn what_is_not_read_says_so_by_name() {
    let place = Place::new();
    for (name, what) in [
        ("a.sav", "SPSS"),
        ("a.xls", "Excel 97"),
        ("a.dta", "Stata"),
        ("a.sas7bdat", "SAS"),
        ("a.ods", "OpenDocument"),
        ("a.rds", "file of R"),
        ("a.pdf", "PDF"),
    ] {
        write(&place, name, b"\0\x01\x02");
        let error = sql(&place, &format!("SELECT * FROM '{name}'")).failed(1);
        assert!(
            error.contains(what) && error.contains("not read"),
            "{error}"
        );
        let error = place.run(&["load", "t", name, "--check"]).failed(1);
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn rows_that_cannot_be_read_are_named_by_their_line() {
    let place = Place::new();
    write(&place, "x.csv", b"a,b\n1,2\n1,2,3\n");
    let error = sql(&place, "SELECT * FROM 'x.csv'").failed(1);
    assert!(
        error.contains("x.csv:3: expected 2 fields, found 3"),
        "{error}"
    );
    write(&place, "y.csv", b"a\n1\nSvensson\n");
    let typed = "CREATE EXTERNAL TABLE y (a INT) STORED AS CSV LOCATION 'y.csv'; SELECT a FROM y";
    let error = sql(&place, typed).failed(1);
    assert!(
        error.contains("y.csv:3: column `a`: expected a whole number"),
        "{error}"
    );
    assert!(!error.contains("Svensson"), "{error}");
    let unknown = "CREATE EXTERNAL TABLE z STORED AS CSV LOCATION 'x.csv' OPTIONS ('sep' ';')";
    let error = sql(&place, unknown).failed(2);
    assert!(error.contains("there is no option `sep`"), "{error}");
}

#[test]
fn personal_numbers_of_a_file_by_name_stand_as_they_are() {
    let place = Place::new();
    write(&place, "p.csv", b"pnr;n\n19121212-1212;1\n");
    assert_eq!(
        sql(&place, "SELECT pnr FROM 'p.csv'").ok(),
        "pnr\n19121212-1212\n"
    );
}

#[test]
fn a_summary_for_scripts_is_json_with_its_warnings() {
    let place = Place::new();
    let mut text = "id;n\n".to_owned();
    (0..50).for_each(|n| text.push_str(&format!("{n};{n}\n")));
    text.push_str("50;okänt\n");
    write(&place, "x.csv", text.as_bytes());
    for arguments in [
        &["--check", "--format", "json"][..],
        &["--check", "--output-format", "json"],
        &["--lake", "lake", "--format", "json"],
    ] {
        let out = place
            .run(&[&["load", "t", "x.csv"], arguments].concat())
            .ok();
        let told: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(told["n_read"], 51, "{out}");
        assert_eq!(told["columns"][1]["type"], "text", "{out}");
        let warning = told["warnings"][0].as_str().unwrap();
        assert!(
            warning.contains("would be a number but for 1 of 51"),
            "{out}"
        );
    }
}
