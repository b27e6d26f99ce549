//! A log file that a power loss emptied or took away is named by readers and by `verify`.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test may panic and print, and does not use every part of the suite"
)]

mod conformance;

use std::fs;
use std::path::{Path, PathBuf};

use kohort_lake::{Error, IfExists, Lake, LoadMode, StorageOptions};
use kohort_schema::TableName;

/// The tables that have something in them, and whether a reader can tell that the newest commit is
/// missing: others name what it held.
const TABLES: [(&str, bool); 5] = [
    ("callsets", false),
    ("samples", true),
    ("callset_variants", true),
    ("cohorts", false),
    ("registry/people", true),
];

async fn lake(folder: &Path) -> Lake {
    let uri = folder.join("lake").display().to_string();
    let lake = Lake::create(&uri, &StorageOptions::new()).await.unwrap();
    for name in ["a", "b"] {
        conformance::ingest(&lake, conformance::named(name), &[1, 2])
            .await
            .unwrap();
    }
    for name in ["x", "y"] {
        let cohort = conformance::cohort_of(name, &[1]);
        lake.put_cohort(&cohort, IfExists::Error).await.unwrap();
    }
    let batch = conformance::rows(&[1, 2], &["a", "b"]);
    conformance::load(&lake, LoadMode::Create, &batch)
        .await
        .unwrap();
    lake
}

/// Reads what queries read.
async fn read(lake: &Lake) -> Result<(), Error> {
    let snapshot = lake.snapshot(None).await?;
    for table in TableName::ALL {
        snapshot.files(table).await?;
    }
    snapshot.cohorts().await?;
    for table in snapshot.loaded_tables() {
        snapshot.loaded_files(&table).await?;
    }
    Ok(())
}

async fn expect_named(lake: &Lake, table: &str, told: &str) {
    let name = table.replace('/', ".");
    let error = read(lake).await.unwrap_err();
    assert!(error.to_string().starts_with(&name), "{told}: {error}");
    assert!(error.hint().is_some(), "{told}: {error:?}");
    let report = lake.verify().await.unwrap();
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems
            .iter()
            .any(|p| p.starts_with(&name) || p.contains("callset `b`")),
        "{told}: {problems:?}"
    );
}

fn commits(log: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(log).unwrap().map(|e| e.unwrap().path());
    let mut found: Vec<PathBuf> = entries
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_cut_or_doubled_log_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path()).await;
    read(&lake).await.unwrap();
    assert!(lake.verify().await.unwrap().is_sound());
    for (table, _) in TABLES {
        let log = folder.path().join("lake").join(table).join("_delta_log");
        let files = commits(&log);
        for file in &files {
            let whole = fs::read(file).unwrap();
            let last_line = whole.iter().rposition(|b| *b == b'\n').unwrap_or(0);
            for (what, damaged) in [
                ("empty", Vec::new()),
                ("blank", b"\n \n".to_vec()),
                ("zeros", vec![0; whole.len()]),
                ("cut", whole[..whole.len() - 9].to_vec()),
                ("a line short", whole[..last_line].to_vec()),
                ("twice in itself", [&whole[..], b"\n", &whole].concat()),
            ] {
                fs::write(file, damaged).unwrap();
                let told = format!("{what}: {}", file.display());
                expect_named(&lake, table, &told).await;
            }
            fs::write(file, whole).unwrap();
        }
        // A copy of the newest commit as the next version. Of a loaded table readers read the
        // version that `callsets` names, and no further.
        let next = log.join(format!("{:020}.json", files.len()));
        fs::copy(files.last().unwrap(), &next).unwrap();
        if table != "registry/people" {
            expect_named(&lake, table, &format!("copied: {}", next.display())).await;
        }
        assert!(
            !lake.verify().await.unwrap().is_sound(),
            "{}",
            next.display()
        );
        fs::remove_file(next).unwrap();
    }
    read(&lake).await.unwrap();
    assert!(lake.verify().await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_log_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path()).await;
    for (table, knows_newest) in TABLES {
        let log = folder.path().join("lake").join(table).join("_delta_log");
        let files = commits(&log);
        let n_known = files.len() - usize::from(!knows_newest);
        for file in &files[..n_known] {
            let aside = file.with_extension("aside");
            fs::rename(file, &aside).unwrap();
            let told = format!("missing: {}", file.display());
            expect_named(&lake, table, &told).await;
            fs::rename(aside, file).unwrap();
        }
    }
    read(&lake).await.unwrap();
    assert!(lake.verify().await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_is_missing_or_cut_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let uri = folder.path().join("lake").display().to_string();
    let lake = Lake::create(&uri, &StorageOptions::new()).await.unwrap();
    for i in 0..22 {
        let cohort = conformance::cohort_of(&format!("c{i}"), &[i]);
        lake.put_cohort(&cohort, IfExists::Error).await.unwrap();
    }
    let log = folder.path().join("lake/cohorts/_delta_log");
    let checkpoint = log.join(format!("{:020}.checkpoint.parquet", 20));
    let whole = fs::read(&checkpoint).unwrap();
    fs::remove_file(&checkpoint).unwrap();
    expect_named(&lake, "cohorts", "missing checkpoint").await;
    fs::write(&checkpoint, &whole[..whole.len() / 2]).unwrap();
    let error = read(&lake).await.unwrap_err();
    assert!(
        error.to_string().starts_with("cohorts/_delta_log/"),
        "{error}"
    );
    assert!(!lake.verify().await.unwrap().is_sound());
    fs::write(&checkpoint, &whole).unwrap();
    // A commit before it, which readers pass over.
    fs::write(log.join(format!("{:020}.json", 7)), "").unwrap();
    expect_named(&lake, "cohorts", "before the checkpoint").await;
}
