//! The storage checks, on a folder.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test may panic and print, and does not use every part of the suite"
)]

mod conformance;

use std::time::Instant;

use conformance::Place;
use kohort_lake::{Lake, StorageOptions};

async fn folder(name: &str) -> Option<Place> {
    let folder = tempfile::Builder::new().prefix(name).tempdir().ok()?;
    let uri = folder.path().join("lake").display().to_string();
    Some(Place {
        uri,
        options: StorageOptions::new(),
        folder: Some(folder),
    })
}

every_check!(folder);

/// Prints how long a lake of two callsets of 2,504 samples and 25 files each takes to open, or the
/// one that `KOHORT_TEST_LAKE` names; for `docs/format.md`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a check"]
async fn opening_is_measured() {
    let place = folder("measured").await.unwrap();
    let given = std::env::var("KOHORT_TEST_LAKE");
    let uri = match given {
        Ok(uri) => uri,
        Err(_) => {
            conformance::fill(&place, 2, 2504, 25).await;
            place.uri.clone()
        }
    };
    for _ in 0..10 {
        let start = Instant::now();
        let lake = Lake::open(&uri, &StorageOptions::new()).await.unwrap();
        let opened = start.elapsed();
        let snapshot = lake.snapshot(None).await.unwrap();
        let callsets = start.elapsed();
        let table = kohort_schema::TableName::CallsetVariants;
        let files = snapshot.files(table).await.unwrap();
        snapshot.schema(table).await.unwrap();
        let with_files = start.elapsed();
        snapshot.directory().await.unwrap();
        let with_directory = start.elapsed();
        let samples = snapshot.samples().await.unwrap();
        println!(
            "open {opened:.2?}, +{} callsets {callsets:.2?}, +{} variant files {with_files:.2?}, \
             +karyotypes {with_directory:.2?}, +{} samples {:.2?}",
            snapshot.callsets().len(),
            files.len(),
            samples.len(),
            start.elapsed()
        );
    }
}
