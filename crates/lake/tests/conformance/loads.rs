//! What loaded tables must do on every storage.

use kohort_schema::LoadedTable;

use super::*;

fn people() -> LoadedTable {
    LoadedTable::registry("people").unwrap()
}

pub(crate) fn rows(ids: &[i64], names: &[&str]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(ids.to_vec()));
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    let columns = [("id", ids, true), ("name", names, true)];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn record(n: u64) -> LoadRecord {
    LoadRecord {
        sources: vec![SourceFile {
            uri: "people.csv".to_owned(),
            sha256: "00".to_owned(),
            size_bytes: 7,
        }],
        n_read: n + 1,
        n_kept: n,
        n_duplicates: 0,
        n_set_aside: 1,
        pseudonym_key: None,
        program_version: "kohort/test".to_owned(),
    }
}

async fn begin(lake: &Lake, mode: LoadMode, batch: &RecordBatch) -> Result<TableLoad> {
    let mut load = lake.begin_load(&people(), mode, &batch.schema()).await?;
    load.write(batch).await?;
    // Every load of these tests has the same file.
    load.set_on_duplicates(OnDuplicates::Allow);
    Ok(load)
}

pub(crate) async fn load(lake: &Lake, mode: LoadMode, batch: &RecordBatch) -> Result<u64> {
    let load = begin(lake, mode, batch).await?;
    let record = record(batch.num_rows() as u64);
    Ok(lake.commit_load(vec![load], &record).await?.0)
}

/// Appends rows of a file that is known by its checksum.
pub(crate) async fn append_file(lake: &Lake, sha256: &str, batch: &RecordBatch) -> Result<u64> {
    let mut load = begin(lake, LoadMode::Append, batch).await?;
    load.set_on_duplicates(OnDuplicates::Refuse);
    let mut record = record(batch.num_rows() as u64);
    record.sources[0].sha256 = sha256.to_owned();
    Ok(lake.commit_load(vec![load], &record).await?.0)
}

pub(crate) async fn upsert(lake: &Lake, batch: &RecordBatch) -> Result<u64> {
    let keys = vec!["id".to_owned()];
    let mut load = begin(lake, LoadMode::Upsert { keys: keys.clone() }, batch).await?;
    let mut set = Keys::new(&people(), &keys, load.schema())?;
    let places: Vec<kohort_lake::Place> = (0..batch.num_rows() as u64)
        .map(|row| kohort_lake::Place { row, line: row + 2 })
        .collect();
    assert_eq!(set.add(batch, &places)?, None);
    load.set_keys(set);
    let record = record(batch.num_rows() as u64);
    Ok(lake.commit_load(vec![load], &record).await?.0)
}

/// All rows of the table as a snapshot shows it, sorted.
pub(crate) async fn shown(lake: &Lake, as_of: Option<AsOf>) -> Vec<String> {
    let snapshot = lake.snapshot(as_of).await.unwrap();
    let files = snapshot.loaded_files(&people()).await.unwrap();
    let mut found = Vec::new();
    for file in files.iter().flat_map(|files| files.iter()) {
        let bytes = lake
            .store()
            .get(&Path::from(file.path.as_str()))
            .await
            .unwrap();
        let bytes = bytes.bytes().await.unwrap();
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes);
        for batch in reader.unwrap().build().unwrap() {
            let batch = batch.unwrap();
            for row in 0..batch.num_rows() {
                let cell = |column: usize| {
                    let column = batch.column(column);
                    arrow::util::display::array_value_to_string(column, row).unwrap()
                };
                found.push(format!("{} {}", cell(0), cell(1)));
            }
        }
    }
    found.sort();
    found
}

pub(crate) async fn loads_create_append_replace_and_upsert(place: super::Place) {
    let lake = place.lake().await;
    let made = load(&lake, LoadMode::Create, &rows(&[1, 2], &["a", "b"]))
        .await
        .unwrap();
    assert_eq!(made, 1);
    let error = load(&lake, LoadMode::Create, &rows(&[1], &["a"]))
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("registry.people exists in"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("--append"));
    load(&lake, LoadMode::Append, &rows(&[3], &["c"]))
        .await
        .unwrap();
    assert_eq!(shown(&lake, None).await, ["1 a", "2 b", "3 c"]);
    let upserted = upsert(&lake, &rows(&[2, 4], &["B", "d"])).await.unwrap();
    assert_eq!(shown(&lake, None).await, ["1 a", "2 B", "3 c", "4 d"]);
    load(&lake, LoadMode::Replace, &rows(&[9], &["z"]))
        .await
        .unwrap();
    assert_eq!(shown(&lake, None).await, ["9 z"]);
    // The past stays, by version and by time.
    let before = Some(AsOf::Version(upserted));
    assert_eq!(shown(&lake, before).await, ["1 a", "2 B", "3 c", "4 d"]);
    assert!(shown(&lake, Some(AsOf::Version(0))).await.is_empty());
    let history = lake.load_history(&people()).await.unwrap();
    let modes: Vec<&str> = history.iter().map(|load| load.mode.as_str()).collect();
    assert_eq!(modes, ["replace", "upsert", "append", "create"]);
    assert_eq!(history[1].keys.as_deref(), Some("id"));
    assert_eq!(history[3].record, record(2));
    assert_eq!(
        lake.history().await.unwrap()[0].table.as_deref(),
        Some("registry.people")
    );
    let info = lake.info(None).await.unwrap();
    let table = info
        .tables
        .iter()
        .find(|t| t.table.to_string() == "registry.people");
    assert_eq!(table.map(|t| t.n_rows), Some(1));
    assert!(lake.verify().await.unwrap().is_sound());
}

pub(crate) async fn a_load_that_breaks_off_shows_nothing_and_the_next_takes_it_back(
    place: super::Place,
) {
    let lake = place.lake().await;
    load(&lake, LoadMode::Create, &rows(&[1], &["a"]))
        .await
        .unwrap();
    // Files without a commit.
    drop(
        begin(&lake, LoadMode::Append, &rows(&[7], &["x"]))
            .await
            .unwrap(),
    );
    // A commit without the switch: what a process leaves that dies between the two.
    let broken = lake.snapshot(None).await.unwrap();
    load(&lake, LoadMode::Append, &rows(&[8], &["y"]))
        .await
        .unwrap();
    let log = Path::from(format!(
        "callsets/_delta_log/{:020}.json",
        broken.version() + 1
    ));
    lake.store().delete(&log).await.unwrap();
    assert_eq!(shown(&lake, None).await, ["1 a"]);
    load(&lake, LoadMode::Append, &rows(&[2], &["b"]))
        .await
        .unwrap();
    assert_eq!(shown(&lake, None).await, ["1 a", "2 b"]);
    let files = n_parquet(&lake).await;
    let report = lake.vacuum(&NOTHING).await.unwrap();
    assert!(!report.files.is_empty());
    assert_eq!(n_parquet(&lake).await, files - report.files.len());
    assert_eq!(shown(&lake, None).await, ["1 a", "2 b"]);
    assert!(lake.verify().await.unwrap().is_sound());
}

async fn n_parquet(lake: &Lake) -> usize {
    use futures::StreamExt;
    let store = lake.store();
    let objects: Vec<_> = store.list(Some(&Path::from("registry"))).collect().await;
    let is_rows = |path: &str| path.ends_with(".parquet") && !path.contains("_delta_log");
    objects
        .iter()
        .flatten()
        .filter(|o| is_rows(o.location.as_ref()))
        .count()
}

pub(crate) async fn vacuum_keeps_what_versions_within_the_retention_show(place: super::Place) {
    let lake = place.lake().await;
    load(&lake, LoadMode::Create, &rows(&[1], &["a"]))
        .await
        .unwrap();
    load(&lake, LoadMode::Replace, &rows(&[2], &["b"]))
        .await
        .unwrap();
    let week = VacuumOptions::default();
    assert!(lake.vacuum(&week).await.unwrap().files.is_empty());
    assert_eq!(shown(&lake, Some(AsOf::Version(1))).await, ["1 a"]);
    let report = lake.vacuum(&NOTHING).await.unwrap();
    assert_eq!(report.files.len(), 1);
    assert!(report.files[0].path.starts_with("registry/people/people-"));
    assert_eq!(shown(&lake, None).await, ["2 b"]);
}

pub(crate) async fn racing_loads_lose_no_rows(place: super::Place) {
    let lake = place.lake().await;
    load(&lake, LoadMode::Create, &rows(&[0], &["first"]))
        .await
        .unwrap();
    let tasks: Vec<_> = (1..7)
        .map(|id| {
            let lake = lake.clone();
            tokio::spawn(async move {
                let batch = rows(&[id], &["racer"]);
                if id % 2 == 0 {
                    upsert(&lake, &batch).await
                } else {
                    load(&lake, LoadMode::Append, &batch).await
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(shown(&lake, None).await.len(), 7);
    assert_eq!(lake.load_history(&people()).await.unwrap().len(), 7);
}

pub(crate) async fn of_racing_creations_one_wins(place: super::Place) {
    let lake = place.lake().await;
    let tasks: Vec<_> = (0..4)
        .map(|id| {
            let lake = lake.clone();
            tokio::spawn(async move { load(&lake, LoadMode::Create, &rows(&[id], &["x"])).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(Error::TableExists { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, shown(&lake, None).await.len()), (1, 1));
}

pub(crate) async fn two_tables_of_one_load_are_seen_together(place: super::Place) {
    let lake = place.lake().await;
    let batch = rows(&[1], &["a"]);
    let main = begin(&lake, LoadMode::Create, &batch).await.unwrap();
    let aside = LoadedTable::registry("people_aside").unwrap();
    let mut other = lake
        .begin_load(&aside, LoadMode::Create, &batch.schema())
        .await
        .unwrap();
    other.write(&rows(&[5, 6], &["e", "f"])).await.unwrap();
    let (version, loaded) = lake
        .commit_load(vec![main, other], &record(1))
        .await
        .unwrap();
    assert_eq!(version, 1);
    assert_eq!(loaded[1].n_rows, 2);
    let snapshot = lake.snapshot(None).await.unwrap();
    let names: Vec<String> = snapshot
        .loaded_tables()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["registry.people", "registry.people_aside"]);
    let before = lake.snapshot(Some(AsOf::Version(0))).await.unwrap();
    assert!(before.loaded_tables().is_empty());
}

pub(crate) async fn one_lake_has_one_pseudonym_key(place: super::Place) {
    let lake = place.lake().await;
    assert_eq!(lake.pseudonym_key().await.unwrap(), None);
    lake.check_pseudonym_key("aa").await.unwrap();
    lake.claim_pseudonym_key("aa").await.unwrap();
    lake.claim_pseudonym_key("aa").await.unwrap();
    let error = lake.claim_pseudonym_key("bb").await.unwrap_err();
    assert!(matches!(error, Error::OtherKey { .. }), "{error}");
    assert!(lake.check_pseudonym_key("bb").await.is_err());
    assert_eq!(lake.pseudonym_key().await.unwrap().as_deref(), Some("aa"));
}

pub(crate) async fn loads_go_on_past_a_checkpoint(place: super::Place) {
    let lake = place.lake().await;
    load(&lake, LoadMode::Create, &rows(&[0], &["x"]))
        .await
        .unwrap();
    for id in 1..23 {
        load(&lake, LoadMode::Append, &rows(&[id], &["x"]))
            .await
            .unwrap();
    }
    assert_eq!(shown(&lake, None).await.len(), 23);
    assert_eq!(shown(&lake, Some(AsOf::Version(21))).await.len(), 21);
    let names = lake.snapshot(None).await.unwrap().loaded_tables();
    assert_eq!(names, [people()]);
}
