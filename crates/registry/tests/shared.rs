//! Files that others published: the shipped ones, and the rest where it lies.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic and tell"
)]

mod support;

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use kohort_registry::{FileSource, Load, Source};
use support::{Loaded, load, options, read, shared};

fn source(path: &Path) -> Arc<dyn Source> {
    Arc::new(FileSource::new(path))
}

fn files_of(folder: &str) -> Option<Vec<Arc<dyn Source>>> {
    let mut files: Vec<_> = std::fs::read_dir(shared(folder)?)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    Some(files.iter().map(|path| source(path)).collect())
}

fn texts(loaded: &Loaded, column: &str) -> Vec<Option<String>> {
    let array = loaded
        .rows
        .column_by_name(column)
        .unwrap()
        .as_string::<i32>()
        .clone();
    array.iter().map(|text| text.map(str::to_owned)).collect()
}

fn of_resource(path: &Path, resource: &str) -> Loaded {
    let mut options = options();
    options.rows = Some(resource.to_owned());
    load(&[source(path)], options)
}

#[test]
fn bulk_patients_and_conditions_join() {
    let patients = shared("fhir/pathling_enc__Patient.ndjson").unwrap();
    let conditions = shared("fhir/pathling_enc__Condition.ndjson").unwrap();
    let patients = load(&[source(&patients)], options());
    let conditions = load(&[source(&conditions)], options());
    assert_eq!(patients.rows.num_rows(), 9);
    assert_eq!(conditions.rows.num_rows(), 71);
    assert_subjects_among(&patients, &conditions);
    assert!(texts(&patients, "sex").iter().all(|sex| sex.is_some()));
    let births = patients.rows.column_by_name("birth_date").unwrap();
    assert_eq!(births.null_count(), 0);
    let first = texts(&conditions, "code_display")[0].clone();
    assert_eq!(first.as_deref(), Some("Viral sinusitis (disorder)"));
}

fn assert_subjects_among(patients: &Loaded, rows: &Loaded) {
    let ids = texts(patients, "id");
    for subject in texts(rows, "subject_id") {
        assert!(ids.contains(&subject), "{subject:?}");
    }
}

#[test]
fn bulk_observations_join_patients_and_panels_are_a_row_per_component() {
    let Some(observations) = shared("fhir/pathling_enc__Observation.ndjson") else {
        return;
    };
    let patients = shared("fhir/pathling_enc__Patient.ndjson").unwrap();
    let patients = load(&[source(&patients)], options());
    let observations = load(&[source(&observations)], options());
    assert_subjects_among(&patients, &observations);
    // Panels such as blood pressure are a row per component.
    assert!(observations.rows.num_rows() > 1502);
    let components = observations.rows.column_by_name("component").unwrap();
    assert!(components.null_count() < observations.rows.num_rows());
    let values = observations
        .rows
        .column_by_name("value")
        .unwrap()
        .as_primitive::<Float64Type>()
        .clone();
    assert!((values.value(0) - 139.999_674_257_589_4).abs() < 1e-9);
}

#[test]
fn a_bundle_is_read_one_resource_type_at_a_time() {
    let Some(bundles) = files_of("fhir/bundles") else {
        return;
    };
    let error = Load::examine(&bundles[..1], options()).unwrap_err();
    assert!(error.to_string().contains("several types"), "{error}");
    assert!(error.hint().unwrap().contains("--rows"));
    for resource in [
        "Patient",
        "Encounter",
        "Condition",
        "Observation",
        "DiagnosticReport",
    ] {
        let mut options = options();
        options.rows = Some(resource.to_owned());
        let loaded = load(&bundles, options);
        assert!(loaded.rows.num_rows() >= 5, "{resource}");
        assert!(
            loaded
                .load
                .notes()
                .iter()
                .any(|note| note.contains("passed over"))
        );
    }
    let path = shared("fhir/bundles").unwrap();
    let one = std::fs::read_dir(path)
        .unwrap()
        .flatten()
        .find(|f| f.file_name().to_string_lossy().starts_with("Fred_Beer"));
    let patients = of_resource(&one.unwrap().path(), "Patient");
    assert_eq!(patients.rows.num_rows(), 1);
}

#[test]
fn phenopackets_of_the_store_have_subjects_features_and_diagnoses() {
    let Some(packets) = files_of("phenopackets/store/GNAS") else {
        return;
    };
    let subjects = load(&packets, options());
    assert_eq!(subjects.load.description(), "phenopacket");
    assert_eq!(subjects.rows.num_rows(), packets.len());
    assert!(
        texts(&subjects, "sex")
            .iter()
            .flatten()
            .all(|sex| sex == "female" || sex == "male")
    );
    let mut by_feature = options();
    by_feature.rows = Some("features".to_owned());
    let features = load(&packets, by_feature);
    let n_observed: i64 = {
        let counts = subjects.rows.column_by_name("n_features").unwrap();
        counts.as_primitive::<Int64Type>().iter().flatten().sum()
    };
    let excluded = features
        .rows
        .column_by_name("is_excluded")
        .unwrap()
        .as_boolean()
        .clone();
    let n_excluded = excluded.true_count() as i64;
    assert_eq!(features.rows.num_rows() as i64, n_observed + n_excluded);
    let mut by_diagnosis = options();
    by_diagnosis.rows = Some("diagnoses".to_owned());
    let diagnoses = load(&packets, by_diagnosis);
    assert!(
        texts(&diagnoses, "gene")
            .iter()
            .flatten()
            .all(|gene| gene == "GNAS")
    );
    assert!(
        texts(&diagnoses, "chrom")
            .iter()
            .flatten()
            .all(|chrom| chrom == "chr20")
    );
}

#[test]
fn both_versions_of_a_phenopacket_say_the_same() {
    let path = "phenopackets/examples/phenopacket-tools__phenopacket.json";
    let Some(first) = shared(path) else {
        return;
    };
    let second = shared("phenopackets/examples/2_phenopacket-tools__phenopacket.json").unwrap();
    let (first, second) = (
        load(&[source(&first)], options()),
        load(&[source(&second)], options()),
    );
    for column in ["subject_id", "sex", "karyotypic_sex", "age"] {
        assert_eq!(texts(&first, column), texts(&second, column), "{column}");
    }
    let listed = |loaded: &Loaded, column: &str| {
        format!("{:?}", loaded.rows.column_by_name(column).unwrap())
    };
    for column in [
        "feature_ids",
        "excluded_feature_ids",
        "disease_ids",
        "age_years",
    ] {
        assert_eq!(listed(&first, column), listed(&second, column), "{column}");
    }
}

#[test]
fn every_example_packet_is_read_or_refused_with_its_place() {
    let Some(examples) = files_of("phenopackets/examples") else {
        return;
    };
    let (mut n_whole, mut n_bad) = (0, 0);
    for example in examples {
        let name = example.name().to_owned();
        if name.ends_with("rare-disease-schema.json") {
            continue;
        }
        let text = std::fs::read_to_string(&name).unwrap();
        let packet: serde_json::Value = serde_json::from_str(&text).unwrap();
        let one = packet.get("proband").unwrap_or(&packet);
        let is_whole = packet.get("members").is_some() || one["subject"]["id"].is_string();
        let loaded = read(&[example], options());
        assert_eq!(loaded.load.description(), "phenopacket", "{name}");
        assert_eq!(loaded.load.bad_rows().n == 0, is_whole, "{name}");
        n_whole += u32::from(is_whole);
        n_bad += u32::from(!is_whole);
        for row in &loaded.load.bad_rows().first {
            assert_eq!(row.column.as_deref(), Some("subject_id"), "{row}");
        }
    }
    assert!(n_whole > 10 && n_bad > 5, "{n_whole} {n_bad}");
}

#[test]
fn beacon_individuals_become_people_and_their_measures() {
    let Some(path) = shared("beacon_cineca_uk1/individuals.json") else {
        return;
    };
    let people = load(&[source(&path)], options());
    assert_eq!(people.load.description(), "beacon");
    assert_eq!(people.rows.num_rows(), 2504);
    let female = texts(&people, "sex")
        .iter()
        .filter(|s| s.as_deref() == Some("female"))
        .count();
    assert!((1100..1400).contains(&female), "{female}");
    let measures = {
        let mut options = options();
        options.rows = Some("measures".to_owned());
        load(&[source(&path)], options)
    };
    assert_eq!(measures.rows.num_rows(), 2504);
    let heights = measures
        .rows
        .column_by_name("value")
        .unwrap()
        .as_primitive::<Float64Type>()
        .clone();
    assert!((heights.value(0) - 179.2973).abs() < 1e-9);
    let diseases = {
        let mut options = options();
        options.rows = Some("diseases".to_owned());
        load(&[source(&path)], options)
    };
    assert_eq!(diseases.rows.num_rows(), 1705);
}

#[test]
fn wide_tables_of_others_have_types_and_names() {
    let Some(path) = shared("beacon_cineca_uk1/csv/uk1.tsv") else {
        return;
    };
    let loaded = load(&[source(&path)], options());
    assert_eq!(loaded.rows.num_rows(), 2504);
    let schema = loaded.load.schema();
    let bmi = schema.field_with_name("body_mass_index_bmi_0_0").unwrap();
    assert_eq!(bmi.data_type(), &DataType::Float64);
    for field in schema.fields() {
        assert!(
            field
                .name()
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        );
    }
    let saige = shared("pheno/saige__pheno_1000samples.txt").unwrap();
    let loaded = load(&[source(&saige)], options());
    assert_eq!(
        (loaded.rows.num_rows(), loaded.rows.num_columns()),
        (1000, 15)
    );
    assert_eq!(
        loaded.load.description(),
        "csv, fields separated by blanks, utf-8"
    );
}
