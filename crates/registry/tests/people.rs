//! Personal numbers that nobody declared, however they are spelled, and values that messages show.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and tell"
)]

mod support;

use kohort_registry::{ColumnType, Error, Load, LoadOptions};
use support::{file, key, load, options, read};

fn examined(name: &str, text: &str, options: LoadOptions) -> Result<Load, Error> {
    let (_folder, source) = file(name, text.as_bytes());
    Load::examine(&[source], options)
}

#[test]
fn every_spelling_stops_the_load() {
    for spelling in [
        "1912.12.12.1212",
        "1912/12/12/1212",
        "19121212/1212",
        "1912 12 12 1212",
        "SE191212121212",
        "\u{FF11}\u{FF19}\u{FF11}\u{FF12}\u{FF11}\u{FF12}\u{FF11}\u{FF12}1212",
        "\u{0661}\u{0669}\u{0661}\u{0662}\u{0661}\u{0662}\u{0661}\u{0662}-1212",
        "1912121212120",
        "191212121212191212121212",
        "19121212.1212",
    ] {
        let text = format!("id;x\n1;{spelling}\n");
        let found = examined("a.csv", &text, options());
        assert!(
            matches!(found, Err(Error::UndeclaredPersonalId { .. })),
            "{spelling}: {found:?}"
        );
        let allowed = LoadOptions {
            allowed: vec!["x".to_owned()],
            ..options()
        };
        let load = examined("a.csv", &text, allowed).unwrap();
        assert!(
            load.notes().join("").contains("--allow-column"),
            "{spelling}"
        );
    }
    for value in [
        "19121212.1212",
        "191212121212",
        "{\"a\":[\"19121212-1212\"]}",
    ] {
        let text = format!("{{\"x\":{value}}}\n");
        let found = examined("a.ndjson", &text, options());
        assert!(
            matches!(found, Err(Error::UndeclaredPersonalId { .. })),
            "{value}: {found:?}"
        );
    }
    let rounded = examined("a.csv", "x\n1.95E+11\n1.97E+11\n", options());
    assert!(
        matches!(rounded, Err(Error::RoundedPersonalId { .. })),
        "{rounded:?}"
    );
}

#[test]
fn a_column_that_is_named_as_one_of_personal_numbers_stops_the_load() {
    for name in [
        "pnr",
        "Personnummer",
        "personal_id",
        "SSN",
        "Samordningsnummer",
        "mor pnr",
    ] {
        let text = format!("n;{name}\n1;19121212-1213\n2;okänt\n");
        let error = examined("a.csv", &text, options()).unwrap_err();
        assert!(
            matches!(error, Error::NamedPersonalId { .. }),
            "{name}: {error}"
        );
        assert!(error.hint().unwrap().contains("--allow-column"), "{name}");
        let allowed = LoadOptions {
            allowed: vec![name.to_owned()],
            ..options()
        };
        assert!(examined("a.csv", &text, allowed).is_ok(), "{name}");
    }
    // Pseudonyms of ours, and a column without values, name nobody.
    let text = "pnr,ssn\n0a1b2c3d4e5f60718293a4b5c6d7e8f9,\n";
    assert!(examined("a.csv", text, options()).is_ok());
}

#[test]
fn a_date_and_the_last_four_in_two_columns_stop_the_load() {
    let text = "id;fodd;sista\n1;1912-12-12;1212\n2;1964-08-23;3234\n3;1970-10-63;2391\n";
    let error = examined("a.csv", text, options()).unwrap_err();
    assert!(matches!(error, Error::SplitPersonalId { .. }), "{error}");
    assert!(error.to_string().contains("`fodd` and `sista`"), "{error}");
    let dropped = LoadOptions {
        drop: vec!["sista".to_owned()],
        ..options()
    };
    assert!(examined("a.csv", text, dropped).is_ok());
    let named = "fodd;sista fyra\n1912-12-12;1212\n";
    let error = examined("a.csv", named, options()).unwrap_err();
    assert!(matches!(error, Error::SplitPersonalId { .. }), "{error}");
}

#[test]
fn the_name_of_a_file_is_no_personal_number() {
    for name in ["19121212-1212.csv", "remiss_191212121212.csv"] {
        let error = examined(name, "a\n1\n", options()).unwrap_err();
        assert!(matches!(error, Error::PersonalPlace { .. }), "{error}");
        assert!(!error.to_string().contains("1212"), "{error}");
    }
    for name in [
        "export_202601311230.csv",
        "2024-03-31.csv",
        "212000-0142.csv",
    ] {
        assert!(examined(name, "a\n1\n", options()).is_ok(), "{name}");
    }
}

#[test]
fn a_message_shows_no_name() {
    let text = "namn;n;id;day\nSvensson;1;7;2024-01-01\nBo;Svensson;8;x\nÅsa;2;x9;2024-01-02\n\
                Eva;3;12345;igår\n";
    let (_folder, source) = file("a.csv", text.as_bytes());
    let typed = |name: &str, column_type| (name.to_owned(), column_type);
    let options = LoadOptions {
        types: vec![
            typed("n", ColumnType::Integer),
            typed("id", ColumnType::Date),
            typed("day", ColumnType::Date),
        ],
        personal_ids: Vec::new(),
        key: Some(key()),
        ..options()
    };
    let loaded = read(&[source], options);
    let bad = loaded.load.bad_rows().first.iter();
    let shown: Vec<String> = bad.map(ToString::to_string).collect();
    let text = shown.join("\n");
    for hidden in ["Svensson", "igår", "x9", "12345", "found `7`"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(
        text.contains(":3: column `n`: expected a whole number, found `Sv••••` (8 "),
        "{text}"
    );
}

#[test]
fn files_that_are_not_stored_are_read_as_they_are() {
    let options = LoadOptions {
        watch: kohort_registry::Watch::Off,
        ..options()
    };
    let (_folder, source) = file("19121212-1212.csv", b"pnr;n\n19121212-1212;1\n");
    assert_eq!(load(&[source], options).rows.num_rows(), 1);
}
