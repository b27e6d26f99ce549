//! Workbooks of Excel, and files that are not read.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a test may panic and tell"
)]

mod support;

use arrow::array::AsArray;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use kohort_registry::{Error, Load, LoadOptions};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use support::{file, load, options};

/// Two sheets: one with a title above its table, and one without.
fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet().set_name("Remisser").unwrap();
    sheet.write(0, 0, "Remisser 2024").unwrap();
    for (column, name) in ["Län", "Datum", "Antal", "Kostnad", "Anm"]
        .iter()
        .enumerate()
    {
        sheet.write(2, column as u16, *name).unwrap();
    }
    let date = ExcelDateTime::from_ymd(2024, 3, 31).unwrap();
    sheet.write(3, 0, "01").unwrap();
    sheet.write_with_format(3, 1, &date, &day).unwrap();
    sheet.write(3, 2, 5).unwrap();
    sheet.write(3, 3, 12.5).unwrap();
    sheet.write(3, 4, "Å och Ä").unwrap();
    sheet.write(5, 0, "14").unwrap();
    sheet.write(5, 2, 7).unwrap();
    sheet.write(5, 3, 3).unwrap();
    let other = workbook.add_worksheet().set_name("Övrigt").unwrap();
    other.write(0, 0, "id").unwrap();
    other.write(1, 0, 1).unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_sheet_is_read_with_its_types() {
    let (_folder, source) = file("r.xlsx", &workbook());
    let options = LoadOptions {
        header_row: Some(3),
        ..options()
    };
    let loaded = load(&[source], options);
    let fields = loaded.load.schema().fields();
    let types: Vec<_> = fields
        .iter()
        .map(|f| (f.name().as_str(), f.data_type().clone()))
        .collect();
    let expected = [
        ("lan", DataType::Utf8),
        ("datum", DataType::Date32),
        ("antal", DataType::Int64),
        ("kostnad", DataType::Float64),
        ("anm", DataType::Utf8),
    ];
    assert_eq!(types, expected);
    assert_eq!(loaded.rows.num_rows(), 2);
    let row = |row: usize| {
        let columns = loaded.rows.columns().iter();
        let texts = columns.map(|array| array_value_to_string(array, row).unwrap());
        texts.collect::<Vec<_>>().join("|")
    };
    assert_eq!(row(0), "01|2024-03-31|5|12.5|Å och Ä");
    assert_eq!(row(1), "14||7|3.0|");
    assert_eq!(loaded.load.description(), "xlsx");
    let notes = loaded.load.notes().join("\n");
    assert!(
        notes.contains("`Remisser`, `Övrigt`: `Remisser` was read"),
        "{notes}"
    );
}

#[test]
fn another_sheet_is_read_by_its_name_or_number() {
    let (_folder, source) = file("r.xlsx", &workbook());
    for sheet in ["Övrigt", "övrigt", "2"] {
        let options = LoadOptions {
            sheet: Some(sheet.to_owned()),
            ..options()
        };
        let loaded = load(std::slice::from_ref(&source), options);
        assert_eq!(loaded.rows.num_rows(), 1, "{sheet}");
        assert!(loaded.load.notes().is_empty(), "{sheet}");
    }
    let options = LoadOptions {
        sheet: Some("Blad9".to_owned()),
        ..options()
    };
    let error = Load::examine(&[source], options).unwrap_err().to_string();
    assert!(
        error.contains("there is no sheet `Blad9`; there are `Remisser`"),
        "{error}"
    );
}

#[test]
fn personal_numbers_of_a_workbook_stop_the_load() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "n").unwrap();
    sheet.write(1, 0, 191_212_121_212_f64).unwrap();
    let (_folder, source) = file("p.xlsx", &workbook.save_to_buffer().unwrap());
    let examined = Load::examine(&[source], options());
    assert!(
        matches!(examined, Err(Error::UndeclaredPersonalId { .. })),
        "{examined:?}"
    );
}

#[test]
fn a_table_below_a_title_is_read_from_its_header() {
    let text = "Antal remisser\n\nKälla: SCB\nlan;n\n01;5\n03;7\n";
    let (_folder, source) = file("t.csv", text.as_bytes());
    let options = LoadOptions {
        header_row: Some(4),
        ..options()
    };
    let loaded = load(&[source], options);
    assert_eq!(loaded.rows.num_rows(), 2);
    let regions = loaded.rows.column_by_name("lan").unwrap();
    assert_eq!(regions.as_string::<i32>().value(0), "01");
}

#[test]
fn a_format_that_is_not_read_says_which_it_is() {
    for (name, bytes, what) in [
        (
            "a.xls",
            &b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..],
            "Excel 97",
        ),
        ("a.sav", b"$FL2@(#) SPSS DATA FILE", "SPSS"),
        ("a.csv", b"%PDF-1.7\n%\xE2\xE3", "PDF"),
        ("a.dta", b"\x72\x02\x01\0\x04\0", "Stata"),
        (
            "a.ods",
            b"PK\x03\x04\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument",
        ),
        ("a.bin", b"\0\x01\x02\0", "no text"),
    ] {
        let (_folder, source) = file(name, bytes);
        let error = Load::examine(&[source], options()).unwrap_err();
        assert!(error.to_string().contains(what), "{name}: {error}");
        assert!(error.hint().is_some(), "{name}");
    }
}

#[test]
fn a_file_without_rows_has_its_columns() {
    let (_folder, source) = file("h.csv", b"a;b\n");
    let loaded = load(&[source], options());
    let names: Vec<_> = loaded
        .load
        .schema()
        .fields()
        .iter()
        .map(|f| f.name().clone())
        .collect();
    assert_eq!(
        (names, loaded.rows.num_rows()),
        (vec!["a".to_owned(), "b".to_owned()], 0)
    );
}
