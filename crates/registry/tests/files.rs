//! Files as registries hand them out, from the bytes to batches.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and tell"
)]

mod support;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, Decimal128Array, Float64Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Field, Float64Type, Int64Type, TimestampMicrosecondType,
};
use kohort_registry::personal::PseudonymKey;
use kohort_registry::{ColumnType, Derived, Error, FileSource, Header, Load, LoadOptions, Source};
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

/// A Parquet file of one column `pnr`, which an array of some type is.
fn parquet(array: ArrayRef) -> (tempfile::TempDir, Arc<dyn Source>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("typed.parquet");
    let batch = RecordBatch::try_from_iter_with_nullable([("pnr", array, true)]).unwrap();
    support::write_batch(&path, &batch);
    (folder, Arc::new(FileSource::new(path)))
}

/// One number as a column of each type that Parquet may have it in.
fn number_in_every_type() -> Vec<(&'static str, ArrayRef)> {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["191212121212", "x"]));
    let item = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let offsets = OffsetBuffer::from_lengths([2]);
    let list = ListArray::new(item, offsets, Arc::clone(&texts), None);
    let one = texts.slice(0, 1);
    let field = Arc::new(Field::new("number", DataType::Utf8, true));
    let nested = StructArray::from(vec![(Arc::clone(&field), Arc::clone(&one))]);
    let nested: ArrayRef = Arc::new(nested);
    let item = Arc::new(Field::new_list_field(nested.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths([1]);
    let of_structs = ListArray::new(item, offsets, Arc::clone(&nested), None);
    let decimal = Decimal128Array::from(vec![191_212_121_212_i128]);
    let decimal = decimal.with_precision_and_scale(12, 0).unwrap();
    vec![
        ("text", one),
        ("integer", Arc::new(Int64Array::from(vec![191_212_121_212]))),
        (
            "float",
            Arc::new(Float64Array::from(vec![191_212_121_212.0])),
        ),
        ("decimal", Arc::new(decimal)),
        ("list", Arc::new(list)),
        ("struct", nested),
        ("list of structs", Arc::new(of_structs)),
        (
            "binary",
            Arc::new(BinaryArray::from(vec![&b"19121212-1212"[..]])),
        ),
    ]
}

#[test]
fn undeclared_numbers_stop_the_load_whatever_type_parquet_has_them_in() {
    for (name, array) in number_in_every_type() {
        let (_folder, source) = parquet(array);
        match Load::examine(&[source], options()) {
            Err(error @ Error::UndeclaredPersonalId { .. }) => {
                assert!(error.hint().unwrap().contains("--drop pnr"), "{name}");
            }
            other => panic!("{name}: expected a refusal, got {other:?}"),
        }
    }
}

#[test]
fn numbers_that_parquet_has_as_text_or_numbers_become_the_same_pseudonym() {
    let mut pseudonyms = Vec::new();
    for (_, array) in number_in_every_type().into_iter().take(4) {
        let (_folder, source) = parquet(array);
        let loaded = load(&[source], declaring("pnr"));
        pseudonyms.extend(texts(&loaded, "pnr"));
    }
    assert_eq!(pseudonyms.len(), 4);
    assert!(pseudonyms[0].is_some() && pseudonyms.iter().all(|p| *p == pseudonyms[0]));
}

#[test]
fn json_numbers_and_texts_with_numbers_stop_the_load() {
    for value in [
        "191212121212",
        "191212121212.0",
        "1.91212121212E11",
        "\"19121212 1212\"",
        "\"19121212-1212\u{a0}\"",
        "\"http://electronichealth.se/identifier/personnummer|191212121212\"",
        "[\"a\",\"19121212-1212\"]",
        "[{\"n\":191212121212}]",
    ] {
        let text = format!("{{\"pnr\":{value}}}\n");
        let (_folder, source) = file("p.ndjson", text.as_bytes());
        let examined = Load::examine(&[source], options());
        assert!(
            matches!(examined, Err(Error::UndeclaredPersonalId { .. })),
            "{value}: {examined:?}"
        );
    }
}

#[test]
fn a_few_numbers_in_a_column_are_told() {
    let mut text = "id;kommentar\n".to_owned();
    for id in 0..50 {
        let comment = if id % 5 == 4 {
            "19121212-1212"
        } else {
            "ringde"
        };
        text.push_str(&format!("{id};{comment}\n"));
    }
    let (_folder, source) = file("k.csv", text.as_bytes());
    let load = Load::examine(&[source], options()).unwrap();
    let notes = load.notes().join("\n");
    assert!(
        notes.contains(
            "column `kommentar` has what looks like a personal number in 10 of 50 values"
        ),
        "{notes}"
    );
    assert!(notes.contains("(first: line 6)"), "{notes}");
}

#[test]
fn a_column_that_may_be_named_by_a_number_is_refused_by_its_place() {
    for (name, text, place) in [
        (
            "p.csv",
            "a;19121212-1212\nb;19701063-2391\n",
            "p.csv: the name of column 2",
        ),
        ("p.csv", "a,1912121212\n", "p.csv: the name of column 2"),
        (
            "p.ndjson",
            "{\"a\":1}\n{\"b\":{\"191212121212\":1}}\n",
            "p.ndjson:2: the name of column 2",
        ),
    ] {
        let (_folder, source) = file(name, text.as_bytes());
        let error = Load::examine(&[source], options()).unwrap_err();
        assert!(error.to_string().contains(place), "{error}");
        let everything = format!("{error} {error:?} {:?}", error.hint());
        assert!(
            everything.contains("--no-header") && !everything.contains("1212"),
            "{everything}"
        );
    }
    let (_folder, source) = file("p.csv", b"a;19121212-1212\nb;19701063-2391\n");
    let mut headless = options();
    headless.header = Header::Absent;
    let error = Load::examine(&[source], headless).unwrap_err();
    assert!(
        error.to_string().contains("column `column_2` looks like"),
        "{error}"
    );
    // Codes of SNOMED CT may name columns.
    let (_folder, source) = file("codes.csv", b"id,405824009,8480-6\n1,2,3\n");
    assert_eq!(read(&[source], options()).rows.num_columns(), 3);
}

#[test]
fn a_field_of_parquet_that_may_be_named_by_a_number_is_refused_by_its_place() {
    let inner: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let field = Arc::new(Field::new("19121212-1212", DataType::Int64, true));
    let (_folder, source) = parquet(Arc::new(StructArray::from(vec![(field, inner)])));
    let error = Load::examine(&[source], options()).unwrap_err();
    assert!(
        matches!(error, Error::PersonalName { number: 1, .. }),
        "{error}"
    );
}

#[test]
fn a_number_beside_other_digits_is_hidden_in_a_bad_row() {
    let text = "n;v\n1;2024-03-31 19121212-1212\nx;19121212\u{2013}1212\n2;2024-03-31\n3;\n\
                4;2024-04-01\n5;2024-04-02\n";
    let (_folder, source) = file("beside.csv", text.as_bytes());
    let mut typed = options();
    typed.types = vec![
        ("n".to_owned(), ColumnType::Integer),
        ("v".to_owned(), ColumnType::Date),
    ];
    let loaded = read(&[source], typed);
    let everything = format!(
        "{:?} {:?}",
        loaded.load.bad_rows(),
        loaded.set_aside.unwrap()
    );
    assert!(!everything.contains("1212"), "{everything}");
    assert_eq!(loaded.counts.n_set_aside, 2);
}

#[test]
fn a_number_in_the_type_of_a_resource_is_hidden() {
    let text = "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n\
                {\"resourceType\":\"191212121212\",\"id\":\"b\"}\n";
    let (_folder, source) = file("p.ndjson", text.as_bytes());
    let loaded = read(&[Arc::clone(&source)], options());
    let mut patients = options();
    patients.rows = Some("Patient".to_owned());
    let others = load(&[source], patients);
    let everything = format!("{:?} {:?}", loaded.load.bad_rows(), others.load.notes());
    assert_eq!(loaded.load.bad_rows().n, 1);
    assert!(!everything.contains("1212"), "{everything}");
}
