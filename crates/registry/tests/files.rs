//! Files as registries hand them out, from the bytes to batches.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and tell"
)]

mod support;

use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use kohort_registry::personal::PseudonymKey;
use kohort_registry::{ColumnType, Derived, Error, FileSource, Load, LoadOptions, Source};
use support::{Loaded, dataset, file, key, load, options, read};

/// Options that declare a column of personal numbers.
fn declaring(column: &str) -> LoadOptions {
    let mut options = options();
    options.personal_ids = vec![column.to_owned()];
    options.key = Some(key());
    options
}

fn dropping(column: &str) -> LoadOptions {
    let mut options = options();
    options.drop = vec![column.to_owned()];
    options
}

fn types(loaded: &Loaded) -> Vec<(&str, DataType)> {
    let fields = loaded.load.schema().fields();
    let pairs = fields
        .iter()
        .map(|f| (f.name().as_str(), f.data_type().clone()));
    pairs.collect()
}

fn texts(loaded: &Loaded, name: &str) -> Vec<Option<String>> {
    let column = loaded.rows.column_by_name(name).unwrap();
    let texts = column.as_string::<i32>().iter();
    texts.map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn a_swedish_spreadsheet_is_read_as_it_is_meant() {
    let mut options = declaring("Personnr");
    options.derived = Derived {
        birth_date: true,
        sex: true,
    };
    let loaded = read(&[dataset("personer.csv")], options);
    let expected = [
        ("personnr", DataType::Utf8),
        ("birth_date", DataType::Date32),
        ("sex", DataType::Utf8),
        ("kon", DataType::Utf8),
        ("region", DataType::Utf8),
        ("kommunkod", DataType::Utf8),
        ("inkomst_kr", DataType::Int64),
        ("bmi", DataType::Float64),
        ("remitterad", DataType::Boolean),
        ("remissdatum", DataType::Date32),
        ("anmarkning", DataType::Utf8),
    ];
    assert_eq!(types(&loaded), expected);
    let description = loaded.load.description();
    assert_eq!(description, "csv, fields separated by `;`, windows-1252");
    let rows = &loaded.rows;
    assert_eq!(rows.num_rows(), 9);
    assert_eq!(
        texts(&loaded, "region")[1].as_deref(),
        Some("Region Örebro län")
    );
    assert_eq!(texts(&loaded, "kommunkod")[5].as_deref(), Some("2180"));
    let column = |name: &str| rows.column_by_name(name).unwrap();
    let income = column("inkomst_kr").as_primitive::<Int64Type>();
    assert_eq!(income.value(8), 1_204_300);
    let bmi = column("bmi").as_primitive::<Float64Type>();
    assert!((bmi.value(0) - 22.5).abs() < 1e-12);
    // The coordination number of 1 June 1920 (day 61).
    let birth = column("birth_date").as_primitive::<Date32Type>();
    assert_eq!(birth.value_as_date(8).unwrap().to_string(), "1920-06-01");
    assert_eq!(texts(&loaded, "sex")[0].as_deref(), Some("K"));
    let schema = loaded.load.schema();
    let original = schema.field_with_name("kon").unwrap().metadata();
    let original = original.get("kohort.original_name");
    assert_eq!(original.map(String::as_str), Some("Kön"));
}

#[test]
fn one_person_has_one_pseudonym_in_every_registry_and_spelling() {
    let ids = |file: &str, column: &str| -> Vec<String> {
        let loaded = read(&[dataset(file)], declaring(column));
        texts(&loaded, column).into_iter().flatten().collect()
    };
    let people = ids("personer.csv", "personnr");
    let referrals = ids("remisser.csv", "personnummer");
    let patients = ids("patients.ndjson", "personal_id");
    assert_eq!(people, referrals[..9]);
    assert_eq!(people, referrals[9..]);
    assert_eq!(people[..4], patients);
    let is_pseudonym = |id: &String| id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit());
    assert!(people.iter().all(is_pseudonym));
}

#[test]
fn a_column_of_personal_numbers_that_nobody_declared_stops_the_load() {
    for (name, column) in [
        ("personer.csv", "personnr"),
        ("remisser.csv", "personnummer"),
        ("patients.ndjson", "personal_id"),
    ] {
        match Load::examine(&[dataset(name)], options()) {
            Err(error @ Error::UndeclaredPersonalId { .. }) => {
                let message = error.to_string();
                assert!(message.contains(&format!("`{column}`")), "{message}");
                assert!(error.hint().unwrap().contains("--personal-id"));
            }
            other => panic!("{name}: expected a refusal, got {other:?}"),
        }
    }
    let loaded = read(&[dataset("personer.csv")], dropping("personnr"));
    assert!(loaded.rows.column_by_name("personnr").is_none());
}

#[test]
fn bad_rows_are_counted_and_placed_and_never_show_a_number() {
    let text = "pnr;född;n\n19121212-1213;2024-01-01;1\n19121212-1212;31/12;2\n\
                19121212-1212;2024-02-01\n19121212-1212;2024-03-01;4\n;2024-03-01;5\n";
    let (_folder, source) = file("bad.csv", text.as_bytes());
    let mut options = declaring("pnr");
    options.types = vec![("född".to_owned(), ColumnType::Date)];
    let loaded = read(&[source], options);
    let bad = loaded.load.bad_rows();
    assert_eq!(bad.n, 3);
    let first = bad.first[0].to_string();
    assert!(
        first.ends_with(
            "bad.csv:2: column `pnr`: expected a personnummer or samordningsnummer, found a \
             wrong check digit"
        ),
        "{first}"
    );
    let second = bad.first[1].to_string();
    assert!(
        second.contains("bad.csv:3: column `fodd`: expected a date"),
        "{second}"
    );
    assert!(second.ends_with("found `31/12`"), "{second}");
    assert_eq!((bad.first[2].line, bad.first[2].column.as_ref()), (4, None));
    let everything = format!("{bad:?}{:?}{:?}", loaded.set_aside, loaded.rows);
    assert!(
        !everything.contains("1213") && !everything.contains("1212-"),
        "{everything}"
    );
    let counts = loaded.counts;
    assert_eq!(
        (counts.n_read, counts.n_kept, counts.n_set_aside),
        (5, 2, 3)
    );
    // An absent number is no bad number.
    assert!(loaded.rows.column(0).is_null(1));
    let aside = loaded.set_aside.unwrap();
    let values = aside.column_by_name("row_values").unwrap();
    let values = values.as_string::<i32>();
    assert!(values.value(0).contains("\"pnr\":\"(hidden)\""));
    let pseudonym = loaded.rows.column(0).as_string::<i32>().value(0);
    assert!(values.value(1).contains(pseudonym));
}

#[test]
fn a_number_in_the_wrong_column_of_a_bad_row_is_hidden() {
    let (_folder, source) = file("shifted.csv", b"a;b\nx;19121212-1212;9\n1;2\n3;4\n");
    let loaded = read(&[source], options());
    let aside = format!("{:?}", loaded.set_aside.unwrap());
    assert!(
        aside.contains("(hidden)") && !aside.contains("1212"),
        "{aside}"
    );
}

#[test]
fn codes_keep_their_zeros_and_words_may_mean_nothing() {
    let (_folder, source) = file("codes.csv", b"lan,n,x\n01,1,NA\n03,NA,2\n");
    let plain = read(&[Arc::clone(&source)], options());
    assert_eq!(types(&plain)[1].1, DataType::Utf8);
    let mut with_null = options();
    with_null.nulls = vec!["NA".to_owned()];
    let loaded = read(&[source], with_null);
    let found: Vec<DataType> = types(&loaded).into_iter().map(|(_, t)| t).collect();
    assert_eq!(found, [DataType::Utf8, DataType::Int64, DataType::Int64]);
    assert!(loaded.rows.column(1).is_null(1));
}

#[test]
fn files_of_one_table_unite_by_the_names_of_their_columns() {
    let (_a, first) = file("a.csv", b"id;x\n1;a\n");
    let (_b, second) = file("b.csv", b"y;id\n2,5;2\n");
    let loaded = read(&[first, second], options());
    assert_eq!(loaded.rows.num_rows(), 2);
    assert_eq!(types(&loaded)[2], ("y", DataType::Float64));
    assert!(loaded.rows.column(2).is_null(0) && loaded.rows.column(1).is_null(1));
}

#[test]
fn an_option_that_names_no_column_says_which_there_are() {
    let mut wrong = dropping("personnr");
    wrong.types = vec![("remisdatum".to_owned(), ColumnType::Date)];
    let error = Load::examine(&[dataset("personer.csv")], wrong).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("there is no column `remisdatum`; there are personnr"),
        "{message}"
    );
}

#[test]
fn personal_numbers_need_a_key() {
    let mut without = declaring("personnr");
    without.key = None;
    let error = Load::examine(&[dataset("personer.csv")], without).unwrap_err();
    assert!(error.hint().unwrap().contains("--pseudonym-key"));
    assert!(PseudonymKey::new(b"short").is_err());
}

#[test]
fn a_file_that_changes_between_readings_is_refused() {
    let (folder, source) = file("growing.csv", b"a;b\n1;2\n");
    let load = Load::examine(&[source], options()).unwrap();
    std::fs::write(folder.path().join("growing.csv"), b"a;b\n1;2\n3;4\n").unwrap();
    let result = load.read(&mut |_| Ok(()));
    assert!(matches!(result, Err(Error::Changed { .. })), "{result:?}");
}

#[test]
fn requests_of_the_swedish_profile_become_columns() {
    let loaded = load(&[dataset("service_requests.ndjson")], options());
    assert_eq!(loaded.load.description(), "fhir ServiceRequest");
    assert_eq!(loaded.rows.num_rows(), 6);
    assert_eq!(texts(&loaded, "subject_id")[0].as_deref(), Some("p1"));
    assert_eq!(texts(&loaded, "code")[0].as_deref(), Some("405824009"));
    let at = loaded.rows.column_by_name("authored_at").unwrap();
    let at = at.as_primitive::<TimestampMicrosecondType>();
    let moment = at.value_as_datetime(0).unwrap().to_string();
    assert_eq!(moment, "2024-01-05 08:30:00");
    // No date was partial, and no subject was named by number: no such column.
    assert!(loaded.rows.column_by_name("authored_partial").is_none());
    assert!(loaded.rows.column_by_name("subject_personal_id").is_none());
}

#[test]
fn a_partial_date_is_kept_as_it_is_written_and_names_stay_behind() {
    let loaded = load(&[dataset("patients.ndjson")], declaring("personal_id"));
    let partial = texts(&loaded, "birth_partial");
    assert_eq!(
        (partial[0].as_deref(), partial[1].as_deref()),
        (Some("1912"), None)
    );
    assert!(loaded.rows.column_by_name("birth_date").unwrap().is_null(0));
    let names: Vec<&str> = types(&loaded).into_iter().map(|(n, _)| n).collect();
    assert!(
        !names
            .iter()
            .any(|n| n.contains("name") || n.contains("telecom"))
    );
    assert!(!format!("{:?}", loaded.rows).contains("Påhittad"));
}

#[test]
fn parquet_keeps_its_types_and_is_checked_like_the_others() {
    let csv = read(&[dataset("personer.csv")], dropping("personnr"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    let texts_in = ["19121212-1212", "x", "19121212-1213"];
    support::write_parquet(&path, &csv.rows, &texts_in);
    let source: Arc<dyn Source> = Arc::new(FileSource::new(&path));
    let loaded = read(&[Arc::clone(&source)], declaring("pnr"));
    assert_eq!(loaded.counts.n_set_aside, 2);
    assert_eq!(loaded.rows.num_rows(), 7);
    assert_eq!(loaded.load.bad_rows().first[0].line, 2);
    assert_eq!(types(&loaded)[1..], types(&csv));
    let pseudonyms = texts(&loaded, "pnr");
    assert_eq!(pseudonyms[0].as_ref().map(String::len), Some(32));
    assert_eq!(pseudonyms[1], None);
    let kept = read(&[source], dropping("pnr"));
    assert_eq!(kept.rows.num_rows(), 9);
    assert_eq!(texts(&kept, "region"), texts(&csv, "region"));
}

#[test]
fn parquet_with_undeclared_numbers_stops_the_load() {
    let csv = read(&[dataset("personer.csv")], dropping("personnr"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    support::write_parquet(&path, &csv.rows, &["191212121212", "197010632391"]);
    let source: Arc<dyn Source> = Arc::new(FileSource::new(&path));
    let error = Load::examine(&[source], options()).unwrap_err();
    assert!(
        matches!(error, Error::UndeclaredPersonalId { .. }),
        "{error}"
    );
}

#[test]
fn reading_again_gives_the_same() {
    let load = Load::examine(&[dataset("personer.csv")], dropping("personnr")).unwrap();
    let read = || {
        let mut rows = Vec::new();
        load.read(&mut |piece| {
            rows.push(format!("{piece:?}"));
            Ok(())
        })
        .unwrap();
        rows
    };
    assert_eq!(read(), read());
    assert_eq!(load.sources()[0].sha256.len(), 64);
}

#[test]
fn a_table_that_is_there_says_how_columns_are_read_and_a_rename_what_they_are_called() {
    let (_folder, source) = file("n.csv", b"lan;n;x\n1;2;3\n");
    let mut options = options();
    options.expected = vec![
        ("region_code".to_owned(), ColumnType::Text),
        ("absent".to_owned(), ColumnType::Date),
        ("x".to_owned(), ColumnType::Float),
    ];
    options.renames = vec![("lan".to_owned(), "region_code".to_owned())];
    options.types = vec![("x".to_owned(), ColumnType::Integer)];
    let loaded = read(&[source], options);
    let expected = [
        ("region_code", DataType::Utf8),
        ("n", DataType::Int64),
        ("x", DataType::Int64),
    ];
    assert_eq!(types(&loaded), expected);
}
