//! Makes reports from rows written as JSON.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "a test may panic, and each test file uses some of it"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::json::ReaderBuilder;
use arrow::json::reader::infer_json_schema_from_seekable;
use kohort_report::{
    Error, Language, Made, Making, Report, Rows, Tables, Values, definition::Definition,
};

/// Rows of a query, from one JSON object a row.
pub(crate) fn batch(rows: &[String]) -> RecordBatch {
    let text = rows.join("\n");
    let (schema, _) = infer_json_schema_from_seekable(Cursor::new(text.as_bytes()), None).unwrap();
    let mut reader = ReaderBuilder::new(Arc::new(schema))
        .with_batch_size(rows.len().max(1))
        .build(Cursor::new(text.as_bytes()))
        .unwrap();
    reader.next().unwrap().unwrap()
}

/// An estimate as functions of SQL give it.
pub(crate) fn estimate(value: f64, lower: f64, upper: f64, events: u64, n: u64) -> String {
    format!(
        "{{\"value\":{value:?},\"lower_cl\":{lower:?},\"upper_cl\":{upper:?},\"se\":null,\
         \"confidence\":0.95,\"method\":\"byar\",\"events\":{events}.0,\"n\":{n}.0,\"status\":\"ok\"}}"
    )
}

/// A report in a folder of its own.
pub(crate) fn report(toml: &str) -> Result<Report, Error> {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("small");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("report.toml"), toml).unwrap();
    if let Ok(definition) = Definition::parse(toml) {
        for table in definition.tables() {
            std::fs::write(folder.join(&table.query), "SELECT 1").unwrap();
        }
    }
    Report::from_folder(&folder)
}

pub(crate) fn making(language: Language) -> Making {
    Making {
        language,
        lake: "s3://lake".into(),
        version: 7,
        version_time: Some("2025-01-31T12:00:00Z".into()),
        made_at: "2025-02-01 08:00:00 UTC".into(),
        program: "kohort 0.1.0".into(),
        command: "kohort report x --lake s3://lake --as-of 7 --out DIR".into(),
        ..Making::default()
    }
}

/// Makes a report from the rows of its tables.
pub(crate) fn make(
    toml: &str,
    rows: &[(&str, Vec<String>)],
    language: Language,
) -> Result<Made, Error> {
    let report = report(toml)?;
    let mut tables = Tables::new();
    for (id, rows) in rows {
        let table = report.definition.table(id).unwrap();
        tables.insert((*id).to_owned(), Rows::read(table, &[batch(rows)])?);
    }
    let values = Values::choose(&report.definition, &[], language)?;
    report.make(tables, &values, &making(language))
}

/// Every file as text; a workbook as the text of all its parts.
pub(crate) fn texts(made: &Made) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (path, bytes) in &made.files {
        let text = match Path::new(path).extension().is_some_and(|e| e == "xlsx") {
            true => unzipped(bytes),
            false => String::from_utf8(bytes.clone()).unwrap(),
        };
        texts.insert(path.clone(), text);
    }
    texts.insert("for print".into(), made.for_print.clone());
    texts
}

fn unzipped(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        writeln!(text, "== {}", file.name().unwrap()).unwrap();
        file.read_to_string(&mut text).unwrap();
    }
    text
}

/// A table of regions by sex with a small count, unlike all other numbers.
pub(crate) const REGIONS: &str = r#"
title = "Tests"
[[section]]
id = "one"
title = "One"
[[section.table]]
id = "tests"
query = "tests.sql"
title = "Tests by region"
pivot = "sex"
columns = [
  { name = "region", label = "Region", kind = "text" },
  { name = "sex", label = "Sex", kind = "text", values = "sex" },
  { name = "tests", label = "Tests", kind = "count" },
  { name = "rate", label = "Rate", kind = "rate", decimals = 3 },
]
protect = [ { count = "tests", by = ["region", "sex"], totals = ["00", "T"] } ]
[[section.figure]]
id = "ranked"
kind = "ranked"
table = "tests"
title = "Ranked"
alt = "Regions in order"
columns = { label = "region", value = "rate", group = "sex" }
total = "00"
[[section.figure]]
id = "map"
kind = "tile_map"
table = "tests"
title = "Map"
alt = "Map"
columns = { region = "region", value = "rate" }
where = { sex = "K" }
"#;

/// Its rows: women of region 09 are 3; each rate has digits of its own.
pub(crate) fn region_rows() -> Vec<String> {
    let counts = [
        ("01", 540, 530),
        ("03", 61, 74),
        ("09", 3, 19),
        ("12", 310, 290),
    ];
    let mut rows = Vec::new();
    let mut add = |region: &str, sex: &str, n: u64| {
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let value = n as f64 * 1.003 + 7777.0;
        let rate = estimate(value, value - 0.5, value + 0.5, n, n * 1000 + 457);
        rows.push(format!(
            "{{\"region\":\"{region}\",\"sex\":\"{sex}\",\"tests\":{n},\"rate\":{rate}}}"
        ));
    };
    let (mut women, mut men) = (0, 0);
    for (region, k, m) in counts {
        add(region, "K", k);
        add(region, "M", m);
        add(region, "T", k + m);
        women += k;
        men += m;
    }
    add("00", "K", women);
    add("00", "M", men);
    add("00", "T", women + men);
    rows
}
