//! What every storage must do: the same checks for a folder and for S3.

#![allow(unused_imports, reason = "not every test runs all checks")]

mod contents;
mod loads;
mod racing;

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, BinaryArray, BooleanArray, Int32Array, Int64Array, RecordBatch};
use arrow::array::{StringArray, new_null_array};
use arrow::datatypes::{DataType, Field, Fields, Schema};
use chrono::Utc;
use kohort_genome::SexKaryotype;
use kohort_lake::*;
use kohort_schema::{FieldType, Scalar, Shape, TableName, callset_variants_schema, info_struct};
use object_store::ObjectStoreExt;
use object_store::path::Path;

pub(crate) use contents::*;
pub(crate) use loads::*;
pub(crate) use racing::*;

/// A place where a lake can be made, used by one check.
pub(crate) struct Place {
    pub(crate) uri: String,
    pub(crate) options: StorageOptions,
    /// Held until the check is over; the folder goes with it.
    pub(crate) folder: Option<tempfile::TempDir>,
}

impl Place {
    async fn lake(&self) -> Lake {
        assert!(self.folder.is_some() || self.uri.starts_with("s3://"));
        Lake::create(&self.uri, &self.options).await.unwrap()
    }
}

const NOTHING: VacuumOptions = VacuumOptions {
    retention: Duration::ZERO,
    mode: VacuumMode::Delete,
};

fn info(declared: &[(&str, Scalar)]) -> Fields {
    let one = |(key, scalar): &(&'static str, Scalar)| (*key, FieldType::new(*scalar, Shape::One));
    let declared: Vec<_> = declared.iter().map(|(k, s)| one(&(leak(k), *s))).collect();
    info_struct(&declared).unwrap()
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Rows of `callset_variants` at the given positions; what does not matter here is NULL or 0.
pub(crate) fn variants(chrom: &str, positions: &[i64], info: &Fields) -> RecordBatch {
    let schema = callset_variants_schema(info);
    let n = positions.len();
    let column = |field: &Arc<Field>| -> ArrayRef {
        match (field.name().as_str(), field.data_type()) {
            ("chrom", _) => Arc::new(StringArray::from(vec![chrom; n])),
            ("pos" | "end", _) => Arc::new(Int64Array::from(positions.to_vec())),
            (_, data_type) if field.is_nullable() => new_null_array(data_type, n),
            (_, DataType::Utf8) => Arc::new(StringArray::from(vec!["A"; n])),
            (_, DataType::Int32) => Arc::new(Int32Array::from(vec![1; n])),
            (_, DataType::Int64) => Arc::new(Int64Array::from(vec![0; n])),
            (_, DataType::Boolean) => Arc::new(BooleanArray::from(vec![false; n])),
            (name, other) => panic!("{name}: {other}"),
        }
    };
    let columns = schema.fields().iter().map(column).collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

pub(crate) fn encoded(table: TableName, batch: &RecordBatch) -> EncodedFile {
    let options = EncoderOptions::default();
    let mut encoder = ParquetEncoder::try_new(table, batch.schema(), &options).unwrap();
    encoder.write(batch).unwrap();
    encoder.finish().unwrap()
}

fn samples(names: &[&str]) -> Vec<NewSample> {
    let sample = |(i, name): (usize, &&str)| NewSample {
        sample_id: (*name).to_owned(),
        person_id: (i == 0).then(|| "person".to_owned()),
        sex_karyotype: if i % 2 == 0 {
            SexKaryotype::Xx
        } else {
            SexKaryotype::Xy
        },
    };
    names.iter().enumerate().map(sample).collect()
}

/// A callset of the same three people as every other one.
pub(crate) fn named(callset: &str) -> NewCallset {
    NewCallset {
        callset: callset.to_owned(),
        samples: samples(&["s1", "s2", "s3"]),
        on_duplicates: OnDuplicates::Allow,
        ..NewCallset::default()
    }
}

fn summary(n_variants: u64) -> CallsetSummary {
    CallsetSummary {
        n_variants,
        reference_genome: Some("GRCh38".to_owned()),
        absent: "missing".to_owned(),
        sources: vec![SourceFile {
            uri: "a.vcf".into(),
            sha256: "00".into(),
            size_bytes: 9,
        }],
        header: "##fileformat=VCFv4.3\n".to_owned(),
        contigs: vec![
            Contig {
                chrom: "chr20".into(),
                name: "20".into(),
                length_bp: Some(64_444_167),
            },
            Contig {
                chrom: "chrUn".into(),
                name: "chrUn".into(),
                length_bp: None,
            },
        ],
        policies: "{}".to_owned(),
        program_version: "0.1.0".to_owned(),
        created_at: Utc::now(),
        user_metadata: Some("first try".to_owned()),
    }
}

pub(crate) async fn ingest(lake: &Lake, new: NewCallset, positions: &[i64]) -> Result<u64> {
    let writer = lake.begin_callset(new).await?;
    let batch = variants("chr20", positions, &info(&[("DP", Scalar::Integer)]));
    let file = encoded(TableName::CallsetVariants, &batch);
    writer.put_file(TableName::CallsetVariants, file).await?;
    writer.commit(summary(positions.len() as u64)).await
}

/// A cohort of these samples.
pub(crate) fn cohort_of(name: &str, members: &[u32]) -> CohortRow {
    let mut cohort = kohort_genotype::Cohort::new();
    for index in members {
        cohort.insert(*index);
    }
    CohortRow {
        cohort: name.to_owned(),
        sql: "SELECT sample_index FROM samples".to_owned(),
        members: cohort.serialize(),
        size: members.len() as u64,
        created_by: None,
        created_at: Utc::now(),
        lake_version: 0,
    }
}

async fn n_objects(lake: &Lake) -> usize {
    use futures::StreamExt;
    let store = lake.store();
    let objects: Vec<_> = store.list(None).collect().await;
    let paths = objects.into_iter().map(|o| o.unwrap().location.to_string());
    paths.filter(|p| !p.contains("_delta_log")).count()
}

/// Callsets of some size, for measurements.
pub(crate) async fn fill(place: &Place, n_callsets: usize, n_samples: usize, n_files: i64) {
    let lake = place.lake().await;
    for i in 0..n_callsets {
        let sample = |s: usize| NewSample {
            sample_id: format!("NA{s:05}"),
            ..NewSample::default()
        };
        let new = NewCallset {
            samples: (0..n_samples).map(sample).collect(),
            ..named(&format!("callset{i}"))
        };
        let writer = lake.begin_callset(new).await.unwrap();
        for file in 0..n_files {
            let batch = variants("chr20", &[file * 10, file * 10 + 5], &info(&[]));
            let file = encoded(TableName::CallsetVariants, &batch);
            writer
                .put_file(TableName::CallsetVariants, file)
                .await
                .unwrap();
        }
        writer.commit(summary(2 * n_files as u64)).await.unwrap();
    }
}

pub(crate) async fn a_callset_is_visible_with_its_row_and_not_before(place: Place) {
    let lake = place.lake().await;
    let writer = lake.begin_callset(named("cohort")).await.unwrap();
    let empty = lake.snapshot(None).await.unwrap();
    assert!(empty.callsets().is_empty() && empty.samples().await.unwrap().is_empty());
    for (chrom, positions) in [("chr20", [20, 30]), ("chr3", [5, 6]), ("chr20", [1, 10])] {
        let batch = variants(chrom, &positions, &info(&[]));
        let file = encoded(TableName::CallsetVariants, &batch);
        writer
            .put_file(TableName::CallsetVariants, file)
            .await
            .unwrap();
    }
    assert!(lake.snapshot(None).await.unwrap().callsets().is_empty());
    let version = writer.commit(summary(6)).await.unwrap();

    let lake = Lake::open(&place.uri, &place.options).await.unwrap();
    let snapshot = lake.snapshot(None).await.unwrap();
    assert_eq!(snapshot.version(), version);
    let callset = snapshot.callset("cohort").unwrap();
    assert_eq!(
        (callset.block, callset.base_sample_index, callset.n_samples),
        (0, 0, 3)
    );
    assert_eq!(callset.contigs[0].name, "20");
    assert_eq!(callset.contigs[1].length_bp, None);
    assert_eq!(callset.sources[0].size_bytes, 9);
    let samples = snapshot.samples().await.unwrap();
    assert_eq!(
        samples.iter().map(|s| s.sample_index).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert_eq!(samples[0].person_id.as_deref(), Some("person"));
    assert_eq!(samples[1].sex_karyotype, SexKaryotype::Xy);
    let directory = snapshot.directory().await.unwrap();
    assert_eq!(directory.get(0).unwrap().karyotypes().len(), 3);
    let files = snapshot.files(TableName::CallsetVariants).await.unwrap();
    let spans: Vec<_> = files
        .iter()
        .map(|f| (f.chrom.as_deref().unwrap(), f.min_pos, f.n_rows))
        .collect();
    let expected = [
        ("chr3", Some(5), 2),
        ("chr20", Some(1), 2),
        ("chr20", Some(20), 2),
    ];
    assert_eq!(spans, expected);
    assert!(files.iter().all(|f| f.callset_id == callset.callset_id));
    assert!(lake.verify().await.unwrap().is_sound());
    let info = lake.info(None).await.unwrap();
    assert_eq!((info.n_samples, info.n_variants), (3, 6));
}

pub(crate) async fn a_dropped_writer_leaves_a_lake_that_works_and_vacuum_cleans_up(place: Place) {
    let lake = place.lake().await;
    ingest(&lake, named("kept"), &[1, 2]).await.unwrap();
    let n_before = n_objects(&lake).await;
    let writer = lake.begin_callset(named("killed")).await.unwrap();
    let batch = variants("chr20", &[1], &info(&[]));
    let file = encoded(TableName::CallsetVariants, &batch);
    writer
        .put_file(TableName::CallsetVariants, file)
        .await
        .unwrap();
    drop(writer);
    assert_eq!(n_objects(&lake).await, n_before + 2);

    let snapshot = lake.snapshot(None).await.unwrap();
    assert_eq!(snapshot.callsets().len(), 1);
    assert_eq!(
        snapshot
            .files(TableName::CallsetVariants)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(lake.verify().await.unwrap().is_sound());

    // So young that it may still be running.
    let report = lake.vacuum(&VacuumOptions::default()).await.unwrap();
    assert!(report.files.is_empty(), "{report:?}");
    let dry = VacuumOptions {
        mode: VacuumMode::DryRun,
        ..NOTHING
    };
    let told = lake.vacuum(&dry).await.unwrap();
    assert_eq!(n_objects(&lake).await, n_before + 2);
    let done = lake.vacuum(&NOTHING).await.unwrap();
    assert_eq!(told, done);
    assert_eq!(
        (done.files.len(), done.callsets),
        (2, vec!["killed".to_owned()])
    );
    assert_eq!(n_objects(&lake).await, n_before);
    assert!(lake.verify().await.unwrap().is_sound());
    // The name and fresh indices are there for the next try.
    ingest(&lake, named("killed"), &[1]).await.unwrap();
    let snapshot = lake.snapshot(None).await.unwrap();
    assert_eq!(snapshot.callset("killed").unwrap().base_sample_index, 6);
}

pub(crate) async fn a_name_that_exists_is_refused_with_a_hint(place: Place) {
    let lake = place.lake().await;
    ingest(&lake, named("cohort"), &[1]).await.unwrap();
    let error = ingest(&lake, named("cohort"), &[1]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("callset `cohort` exists in {}", lake.uri())
    );
    assert!(error.hint().unwrap().contains("--replace"));
}

pub(crate) async fn replacing_is_one_version_and_the_old_one_stays_readable(place: Place) {
    let lake = place.lake().await;
    let first = ingest(&lake, named("cohort"), &[1, 2]).await.unwrap();
    let time = Utc::now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let new = NewCallset {
        if_exists: IfExists::Replace,
        ..named("cohort")
    };
    let second = ingest(&lake, new, &[1, 2, 3]).await.unwrap();
    assert_eq!(second, first + 1);
    for (as_of, n_variants, base) in [
        (None, 3, 3),
        (Some(AsOf::Version(first)), 2, 0),
        (Some(AsOf::Timestamp(time)), 2, 0),
        (Some(AsOf::Version(second)), 3, 3),
    ] {
        let snapshot = lake.snapshot(as_of).await.unwrap();
        let callset = snapshot.callset("cohort").unwrap();
        assert_eq!(
            (callset.n_variants, callset.base_sample_index),
            (n_variants, base)
        );
        let files = snapshot.files(TableName::CallsetVariants).await.unwrap();
        assert_eq!(files.iter().map(|f| f.n_rows).sum::<u64>(), n_variants);
    }
    let error = lake.snapshot(Some(AsOf::Version(99))).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with(&format!("no version 99; the latest is {second}"))
    );
    let before = "2001-01-01".parse().unwrap();
    assert!(lake.snapshot(Some(before)).await.is_err());

    // Within the retention nothing goes; without it the old callset does, but no other.
    assert!(
        lake.vacuum(&VacuumOptions::default())
            .await
            .unwrap()
            .files
            .is_empty()
    );
    assert_eq!(lake.vacuum(&NOTHING).await.unwrap().files.len(), 3);
    assert!(lake.verify().await.unwrap().is_sound());
    assert_eq!(lake.info(None).await.unwrap().n_variants, 3);
}

pub(crate) async fn history_tells_who_did_what(place: Place) {
    let lake = place.lake().await;
    ingest(&lake, named("cohort"), &[1]).await.unwrap();
    let new = NewCallset {
        if_exists: IfExists::Replace,
        ..named("cohort")
    };
    ingest(&lake, new, &[1]).await.unwrap();
    let history = lake.history().await.unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|e| (e.version, e.operation.as_str()))
        .collect();
    assert_eq!(told, [(2, "REPLACE"), (1, "INGEST"), (0, "CREATE TABLE")]);
    assert_eq!(history[0].callset.as_deref(), Some("cohort"));
    assert_eq!(history[0].user_metadata.as_deref(), Some("first try"));
    assert!(
        history[0]
            .program_version
            .as_deref()
            .unwrap()
            .starts_with("kohort/")
    );
    assert!(history[0].timestamp >= history[1].timestamp);
}

pub(crate) async fn checkpoints_are_written_and_read(place: Place) {
    let lake = place.lake().await;
    for i in 0..21 {
        let name = format!("cohort{i:02}");
        let writer = lake.begin_callset(named(&name)).await.unwrap();
        let file = encoded(
            TableName::CallsetVariants,
            &variants("chr20", &[i], &info(&[("DP", Scalar::Integer)])),
        );
        writer
            .put_file(TableName::CallsetVariants, file)
            .await
            .unwrap();
        writer.commit(summary(1)).await.unwrap();
    }
    for table in ["callsets", "samples", "callset_variants"] {
        let path = format!("{table}/_delta_log/{:020}.checkpoint.parquet", 20);
        assert!(
            lake.store().head(&Path::from(path.as_str())).await.is_ok(),
            "{path}"
        );
    }
    for (version, expected) in [(19, 19), (20, 20), (21, 21)] {
        let snapshot = lake.snapshot(Some(AsOf::Version(version))).await.unwrap();
        assert_eq!(snapshot.callsets().len(), expected);
        assert_eq!(snapshot.samples().await.unwrap().len(), expected * 3);
        let files = snapshot.files(TableName::CallsetVariants).await.unwrap();
        assert_eq!(files.len(), expected);
        assert!(
            files
                .iter()
                .all(|f| f.chrom.as_deref() == Some("chr20") && f.n_rows == 1)
        );
        assert!(snapshot.timestamp().timestamp() > 0);
    }
    // The block reservation survives the checkpoint too.
    let writer = lake.begin_callset(named("next")).await.unwrap();
    assert_eq!((writer.block(), writer.base_sample_index()), (21, 63));
    assert!(lake.verify().await.unwrap().is_sound());
}

pub(crate) async fn a_large_file_goes_up_in_parts(place: Place) {
    let lake = place.lake().await;
    let writer = lake.begin_callset(named("cohort")).await.unwrap();
    let batch = variants("chr20", &[1, 2], &info(&[]));
    let mut columns = batch.columns().to_vec();
    let last = columns.len() - 1;
    // Bytes that do not compress.
    let mut state = 1_u64;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        u8::try_from(state >> 56).unwrap()
    };
    let genotypes: Vec<u8> = (0..(10 << 20)).map(|_| noise()).collect();
    let more: Vec<u8> = (0..(10 << 20)).map(|_| noise()).collect();
    columns[last] = Arc::new(BinaryArray::from(vec![
        genotypes.as_slice(),
        more.as_slice(),
    ]));
    let batch = RecordBatch::try_new(batch.schema(), columns).unwrap();
    let file = encoded(TableName::CallsetVariants, &batch);
    let size_bytes = file.bytes.len() as u64;
    assert!(size_bytes > (20 << 20));
    let put = writer
        .put_file(TableName::CallsetVariants, file.clone())
        .await
        .unwrap();
    writer.commit(summary(2)).await.unwrap();
    let stored = lake
        .store()
        .get(&Path::from(put.path.as_str()))
        .await
        .unwrap();
    assert_eq!(stored.bytes().await.unwrap(), file.bytes);
    assert_eq!(
        lake.info(None).await.unwrap().tables[1].size_bytes,
        size_bytes
    );
}

pub(crate) async fn a_lake_that_is_not_there_is_an_error_with_a_hint(place: Place) {
    let error = Lake::open(&place.uri, &place.options).await.unwrap_err();
    assert!(matches!(error, Error::NoLake { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("kohort ingest"));
}

pub(crate) async fn inputs_are_read_in_order(place: Place) {
    use std::io::Read;
    let lake = place.lake().await;
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|i| (i % 251) as u8).collect();
    lake.store()
        .put(&Path::from("in.vcf"), bytes.clone().into())
        .await
        .unwrap();
    let mut opened = input(&format!("{}/in.vcf", place.uri), &place.options)
        .await
        .unwrap();
    assert_eq!(opened.size, Some(20_000_000));
    let read = tokio::task::spawn_blocking(move || {
        let mut read = Vec::new();
        opened.reader.read_to_end(&mut read).unwrap();
        read
    });
    assert!(read.await.unwrap() == bytes);
    assert!(
        input(&format!("{}/other.vcf", place.uri), &place.options)
            .await
            .is_err()
    );
}

/// Makes a test of each check, given a function that makes a fresh [`Place`].
#[macro_export]
macro_rules! conformance {
    ($place:path: $($check:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            if let Some(place) = $place(stringify!($check)).await {
                conformance::$check(place).await;
            }
        })+
    };
}

/// All checks.
#[macro_export]
macro_rules! every_check {
    ($place:path) => {
        $crate::conformance! { $place:
            a_callset_is_visible_with_its_row_and_not_before,
            a_dropped_writer_leaves_a_lake_that_works_and_vacuum_cleans_up,
            a_name_that_exists_is_refused_with_a_hint,
            replacing_is_one_version_and_the_old_one_stays_readable,
            history_tells_who_did_what,
            racing_ingests_get_blocks_of_their_own,
            of_racing_ingests_of_one_name_one_wins,
            of_racing_ingests_of_the_same_people_one_wins,
            of_racing_appends_of_one_file_one_wins,
            fields_of_callsets_unite_or_conflict_before_the_work,
            attributes_of_samples_become_columns,
            verify_names_what_is_missing_or_broken,
            cohorts_come_and_go,
            checkpoints_are_written_and_read,
            a_large_file_goes_up_in_parts,
            a_lake_that_is_not_there_is_an_error_with_a_hint,
            inputs_are_read_in_order,
            loads_create_append_replace_and_upsert,
            a_load_that_breaks_off_shows_nothing_and_the_next_takes_it_back,
            vacuum_keeps_what_versions_within_the_retention_show,
            racing_loads_lose_no_rows,
            of_racing_creations_one_wins,
            two_tables_of_one_load_are_seen_together,
            one_lake_has_one_pseudonym_key,
            loads_go_on_past_a_checkpoint,
        }
    };
}
