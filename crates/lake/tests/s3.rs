//! The storage checks, on an S3 server over HTTP: `scripts/with-s3.sh cargo test -p kohort-lake`.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test may panic and print, and does not use every part of the suite"
)]

mod conformance;

use conformance::Place;
use kohort_lake::{Lake, StorageOptions};

/// A fresh prefix of the bucket, or `None` where no server is named.
async fn s3(name: &str) -> Option<Place> {
    let Ok(endpoint) = std::env::var("KOHORT_TEST_S3_ENDPOINT") else {
        kohort_workbench::skip(
            "S3",
            "no server; scripts/with-s3.sh cargo test --test s3 starts one",
        );
        return None;
    };
    let bucket = std::env::var("KOHORT_TEST_S3_BUCKET").unwrap_or_else(|_| "kohort".to_owned());
    let options = StorageOptions::new()
        .with("endpoint", endpoint)
        .with("region", "us-east-1")
        .with("access_key_id", "test")
        .with("secret_access_key", "test-secret-value");
    let uri = format!("s3://{bucket}/{name}-{}/lake", std::process::id());
    Some(Place {
        uri,
        options,
        folder: None,
    })
}

every_check!(s3);

#[tokio::test]
async fn errors_of_the_store_do_not_show_the_keys() {
    let Some(place) = s3("errors").await else {
        return;
    };
    let missing = Lake::create("s3://no-such-bucket/lake", &place.options)
        .await
        .unwrap_err();
    let mut text = format!("{missing} {missing:?}");
    let mut source: Option<&dyn std::error::Error> = Some(&missing);
    while let Some(error) = source {
        text.push_str(&format!("{error} {error:?}"));
        source = error.source();
    }
    assert!(!text.contains("test-secret-value"), "{text}");
    assert!(!format!("{:?}", place.options).contains("test-secret-value"));
}
