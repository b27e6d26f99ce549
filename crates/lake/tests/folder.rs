//! The storage checks, on a folder.

mod conformance;

use std::path::PathBuf;
use std::time::Instant;

use conformance::Place;
use kohort_lake::{Lake, StorageOptions};

async fn folder(name: &str) -> Option<Place> {
    // Kept until the process ends: a check uses it to its own end.
    let folder: PathBuf = tempfile::Builder::new().prefix(name).tempdir().ok()?.keep();
    let uri = folder.join("lake").display().to_string();
    Some(Place {
        uri,
        options: StorageOptions::new(),
    })
}

every_check!(folder);

/// Prints how long a lake of one callset takes to open: `cargo test -p kohort-lake --test folder
/// opening -- --ignored --nocapture`, with `KOHORT_TEST_LAKE` naming one, for `docs/format.md`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a check"]
async fn opening_is_measured() {
    let uri = std::env::var("KOHORT_TEST_LAKE").unwrap();
    for _ in 0..10 {
        let start = Instant::now();
        let lake = Lake::open(&uri, &StorageOptions::new()).await.unwrap();
        let opened = start.elapsed();
        let snapshot = lake.snapshot(None).await.unwrap();
        let callsets = start.elapsed();
        let samples = snapshot.samples().await.unwrap();
        let with_samples = start.elapsed();
        let table = kohort_schema::TableName::CallsetVariants;
        let files = snapshot.files(table).await.unwrap();
        snapshot.schema(table).await.unwrap();
        println!(
            "open {opened:.2?}, +callsets {callsets:.2?}, +{} samples {with_samples:.2?}, \
             +{} variant files {:.2?}",
            samples.len(),
            files.len(),
            start.elapsed()
        );
    }
}
