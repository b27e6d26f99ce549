//! Neither personal numbers nor keys are in anything that is said or stored.

use super::*;

/// Everything that was said and stored, to look for what must not be there.
struct Heard {
    place: Place,
    said: Vec<u8>,
}

impl Heard {
    fn hear(&mut self, ran: Ran) -> Ran {
        self.said.extend_from_slice(&ran.stdout);
        self.said.extend_from_slice(ran.stderr.as_bytes());
        ran
    }

    /// Loads a file with a column of personal numbers; bad rows go to a table.
    fn load(&mut self, table: &str, file: &str, column: &str, more: &[&str]) -> Ran {
        let people = ["--personal-id", column, "--pseudonym-key", "key.txt"];
        let aside = ["--on-bad-row", "set-aside", "--set-aside", "aside"];
        let arguments = [&people[..], &aside[..], more].concat();
        let ran = load(&self.place, table, file, &arguments);
        self.hear(ran)
    }

    fn refused(&mut self, file: &str, why: &str) {
        let ran = load(&self.place, "refused", file, &[]);
        let error = self.hear(ran).failed(1);
        assert!(error.contains(why), "{error}");
    }

    /// All of it: what was said, each file of the lake, and the cells of those that are Parquet.
    fn everything(self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        all_files(&self.place.path("lake"), &mut files);
        let mut all = vec![("what was said".to_owned(), self.said)];
        for (path, bytes) in files {
            if path.extension().is_some_and(|e| e == "parquet") {
                let text = cells(&bytes).into_bytes();
                all.push((format!("cells of {}", path.display()), text));
            }
            all.push((path.display().to_string(), bytes));
        }
        all
    }
}

/// The schema and the cells of a Parquet file, as text.
fn cells(bytes: &[u8]) -> String {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let mut text = format!("{:?}", builder.schema());
    for batch in builder.build().unwrap() {
        let batch = batch.unwrap();
        for column in batch.columns() {
            for row in 0..batch.num_rows() {
                text.push_str(&array_value_to_string(column, row).unwrap());
                text.push('\n');
            }
        }
    }
    text
}

/// Every way to write a number of twelve digits.
fn spellings(number: &str) -> Vec<String> {
    let (long, last) = number.split_at(8);
    let mut all = Vec::new();
    for date in [long, &long[2..]] {
        for sign in ["", "-", "+", " ", "\u{a0}", "\u{2013}", "/"] {
            all.push(format!("{date}{sign}{last}"));
        }
    }
    all
}

/// Rows of a registry in four formats: right numbers in all spellings, wrong ones, and right ones
/// where they should not be.
fn write_people(place: &Place) {
    let write = |name: &str, text: &str| std::fs::write(place.path(name), text).unwrap();
    write(
        "p.csv",
        "id;pnr;day;n\n1;19121212-1212;2024-01-01;1\n2;19701063 2391;2024-01-02;2\n\
         3;19121212-1213;2024-01-03;3\n4;191212121212;2024-03-31 19121212-1212;4\n\
         5;701063-2391;2024-01-05;19121212\u{2013}1212\n6;121212+1212;2024-01-06;6;7010632391\n\
         19701063/2391;19701063-2391;2024-01-07;7\n8;;2024-01-08;8\n",
    );
    write(
        "again.csv",
        "id;pnr;day;n\n1;191212121212;2024-02-01;1\n1;7010632391;2024-02-02;9\n",
    );
    write(
        "p.ndjson",
        "{\"id\":1,\"pnr\":191212121212}\n{\"id\":2,\"pnr\":1.91212121212E11}\n\
         {\"id\":3,\"pnr\":[\"19121212-1212\"]}\n{\"id\":\"x 701063-2391\",\"pnr\":null}\n\
         {\"id\":5,\"pnr\":\"191212121213\"}\n[191212121212]\n{\"id\":6,\"pnr\":\"19121212\n",
    );
    let patients = std::fs::read_to_string(dataset("patients.ndjson")).unwrap();
    let more = "{\"resourceType\":\"191212121212\",\"id\":\"x\"}\n\
         {\"resourceType\":\"Patient\",\"id\":\"y\",\"birthDate\":\"19121212-1212\",\
         \"name\":[{\"family\":\"19121212-1212\"}]}\n";
    write("p.fhir.ndjson", &(patients + more));
    let numbers = [191_212_121_212.0, 197_010_632_391.0, 191_212_121_213.0];
    let numbers: ArrayRef = Arc::new(Float64Array::from(numbers.to_vec()));
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 191_212_121_212]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("pnr", numbers)]).unwrap();
    write_parquet(place, "p.parquet", &batch);
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x|191212121212"]));
    let batch = RecordBatch::try_from_iter([("note", texts)]).unwrap();
    write_parquet(place, "inside.parquet", &batch);
    write("headless.csv", "19121212-1212;a\n19701063-2391;b\n");
    write("path.ndjson", "{\"id\":1,\"by\":{\"191212121212\":1}}\n");
}

fn write_parquet(place: &Place, name: &str, batch: &RecordBatch) {
    let file = std::fs::File::create(place.path(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn no_number_and_no_key_is_said_or_stored_whatever_the_files_hold() {
    let place = place();
    write_people(&place);
    let said = Vec::new();
    let mut heard = Heard { place, said };
    let typed = [
        "--type",
        "id=integer",
        "--type",
        "day=date",
        "--type",
        "n=integer",
    ];
    // Refused first, with its bad rows, then kept apart.
    let people = ["--personal-id", "pnr", "--pseudonym-key", "key.txt"];
    let bad = load(
        &heard.place,
        "a",
        "p.csv",
        &[&people[..], &typed[..]].concat(),
    );
    let bad = heard.hear(bad);
    assert_eq!(bad.code, 1);
    let told = bad.stderr;
    assert!(told.contains("5 rows cannot be stored"), "{told}");
    let derive = ["--derive-birth-date", "--derive-sex"];
    heard
        .load("a", "p.csv", "pnr", &[&typed[..], &derive[..]].concat())
        .ok();
    let last = ["--upsert", "id", "--on-duplicate-key", "last"];
    heard
        .load("a", "again.csv", "pnr", &[&last[..], &derive[..]].concat())
        .ok();
    heard
        .load("b", "p.ndjson", "pnr", &["--type", "id=integer"])
        .ok();
    heard.load("c", "p.fhir.ndjson", "personal_id", &[]).ok();
    heard.load("d", "p.parquet", "pnr", &[]).ok();
    heard.refused("p.parquet", "looks like personal numbers");
    heard.refused("inside.parquet", "looks like personal numbers");
    heard.refused("headless.csv", "the name of column 1");
    heard.refused("path.ndjson", "the name of column 2");
    for table in ["a", "b", "c", "d", "aside"] {
        let all = format!("SELECT * FROM registry.{table}");
        let ran = heard.place.run(&["sql", "--lake", "lake", "-c", &all]);
        heard.hear(ran).ok();
    }
    for command in [
        &["load", "--history", "a", "--lake", "lake"][..],
        &["lake", "history", "--lake", "lake"],
        &["lake", "info", "--lake", "lake"],
        &["lake", "verify", "--lake", "lake"],
    ] {
        let ran = heard.place.run(command);
        heard.hear(ran).ok();
    }
    let n_aside = sql(&heard.place, "SELECT count(*) AS n FROM registry.aside");
    assert_eq!(n_aside, "n\n13\n");
    let mut secrets = vec![KEY.to_owned()];
    secrets.extend(numbers());
    for number in ["191212121212", "191212121213", "197010632391"] {
        secrets.extend(spellings(number));
    }
    let everything = heard.everything();
    assert!(everything.iter().any(|(name, _)| name.starts_with("cells")));
    assert_none_has(&everything, &secrets);
}

fn assert_none_has(everything: &[(String, Vec<u8>)], secrets: &[String]) {
    for (name, bytes) in everything {
        for secret in secrets {
            let is_there = memmem(bytes, secret.as_bytes());
            assert!(!is_there, "{name} has `{secret}`");
        }
    }
}

fn memmem(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
