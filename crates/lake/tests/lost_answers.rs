//! What every writer of a lake does when the store's answer to a put is lost, or wrong.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a test may panic and print, and does not use every part of the suite"
)]

mod conformance;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use futures::stream::BoxStream;
use kohort_lake::{IfExists, Lake, LoadMode, NewCallset, OnCohortLoss, VacuumMode, VacuumOptions};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What goes wrong with one put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The object is made, and the connection drops.
    Lost,
    /// The object is made, and the client's second request is told that it exists.
    Exists,
    /// The request does not arrive.
    NotSent,
    /// Nothing is made, and the store speaks of a conflict (S3's 409).
    FalseConflict,
}

const FAULTS: [Fault; 4] = [
    Fault::Lost,
    Fault::Exists,
    Fault::NotSent,
    Fault::FalseConflict,
];

/// A store in memory with one fault.
#[derive(Debug)]
struct Flaky {
    inner: InMemory,
    n_puts: AtomicUsize,
    fault: Option<(usize, Fault)>,
}

impl Flaky {
    fn new(fault: Option<(usize, Fault)>) -> Arc<Self> {
        Arc::new(Self {
            inner: InMemory::new(),
            n_puts: AtomicUsize::new(0),
            fault,
        })
    }
}

impl fmt::Display for Flaky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flaky")
    }
}

fn dropped() -> object_store::Error {
    object_store::Error::Generic {
        store: "flaky",
        source: "connection reset".into(),
    }
}

#[async_trait::async_trait]
impl ObjectStore for Flaky {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let n = self.n_puts.fetch_add(1, Ordering::Relaxed);
        let fault = self
            .fault
            .filter(|(at, _)| *at == n)
            .map(|(_, fault)| fault);
        let is_conditional = matches!(options.mode, PutMode::Create);
        let exists = || object_store::Error::AlreadyExists {
            path: location.to_string(),
            source: "412".into(),
        };
        match fault {
            None => self.inner.put_opts(location, payload, options).await,
            Some(Fault::NotSent) => Err(dropped()),
            Some(Fault::FalseConflict) if is_conditional => Err(exists()),
            Some(Fault::FalseConflict) => Err(dropped()),
            Some(fault) => {
                self.inner.put_opts(location, payload, options).await?;
                Err(match fault {
                    Fault::Exists if is_conditional => exists(),
                    _ => dropped(),
                })
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// Everything that writes to a lake, once.
async fn write_all(lake: &Lake) {
    conformance::ingest(lake, conformance::named("a"), &[1, 2])
        .await
        .unwrap();
    conformance::ingest(lake, conformance::named("b"), &[1, 3])
        .await
        .unwrap();
    for (name, members) in [
        ("men", vec![1]),
        ("all", vec![0, 1, 2, 3]),
        ("gone", vec![2]),
    ] {
        let cohort = conformance::cohort_of(name, &members);
        lake.put_cohort(&cohort, IfExists::Error).await.unwrap();
    }
    let cohort = conformance::cohort_of("men", &[1, 4]);
    lake.put_cohort(&cohort, IfExists::Replace).await.unwrap();
    assert!(lake.drop_cohort("gone").await.unwrap());
    let new = NewCallset {
        if_exists: IfExists::Replace,
        ..conformance::named("a")
    };
    conformance::ingest(lake, new, &[1, 2, 4]).await.unwrap();
    let given_up = lake.begin_callset(conformance::named("x")).await.unwrap();
    given_up.abandon().await.unwrap();

    let batch = conformance::rows(&[1, 2], &["a", "b"]);
    conformance::load(lake, LoadMode::Create, &batch)
        .await
        .unwrap();
    let batch = conformance::rows(&[3], &["c"]);
    conformance::load(lake, LoadMode::Append, &batch)
        .await
        .unwrap();
    let batch = conformance::rows(&[2, 4], &["B", "d"]);
    conformance::upsert(lake, &batch).await.unwrap();
    lake.claim_pseudonym_key("f00d").await.unwrap();

    conformance::ingest(lake, conformance::named("dropped"), &[9])
        .await
        .unwrap();
    lake.drop_callset("dropped", OnCohortLoss::Refuse)
        .await
        .unwrap();
    let nothing = VacuumOptions {
        retention: std::time::Duration::ZERO,
        mode: VacuumMode::Delete,
    };
    lake.vacuum(&nothing).await.unwrap();
}

/// Checks that everything is there once.
async fn check(lake: &Lake, store: &Flaky, told: &str) {
    let snapshot = lake.snapshot(None).await.unwrap();
    let callsets: Vec<_> = snapshot
        .callsets()
        .iter()
        .map(|c| (c.callset.as_str(), c.block, c.n_samples, c.n_variants))
        .collect();
    assert_eq!(callsets, [("b", 1, 3, 2), ("a", 2, 3, 3)], "{told}");
    let samples = snapshot.samples().await.unwrap();
    let indices: Vec<u32> = samples.iter().map(|s| s.sample_index).collect();
    assert_eq!(indices, [3, 4, 5, 6, 7, 8], "{told}");
    let cohorts = snapshot.cohorts().await.unwrap();
    let cohorts: Vec<_> = cohorts
        .iter()
        .map(|c| (c.cohort.as_str(), c.size))
        .collect();
    assert_eq!(cohorts, [("all", 4), ("men", 2)], "{told}");
    let shown = conformance::shown(lake, None).await;
    assert_eq!(shown, ["1 a", "2 B", "3 c", "4 d"], "{told}");
    assert_eq!(lake.pseudonym_key().await.unwrap().as_deref(), Some("f00d"));
    let report = lake.verify().await.unwrap();
    assert!(report.is_sound(), "{told}: {:?}", report.problems);

    // Every object is one that a log names, and the other way round, also of versions not shown.
    let objects: Vec<_> = store.inner.list(None).collect().await;
    let objects = objects.into_iter().map(|o| o.unwrap().location.to_string());
    let objects: BTreeSet<String> = objects.filter(|p| p.ends_with(".parquet")).collect();
    let mut named = BTreeSet::new();
    for table in [
        "callsets",
        "samples",
        "callset_variants",
        "call_fields",
        "cohorts",
        "registry/people",
    ] {
        for path in active(store, table).await {
            assert!(
                named.insert(format!("{table}/{path}")),
                "{told}: {table}: {path} twice"
            );
        }
    }
    let objects: BTreeSet<String> = objects
        .into_iter()
        .filter(|p| !p.contains(".checkpoint."))
        .collect();
    assert_eq!(objects, named, "{told}");
    // Cohorts can still be made and dropped.
    let cohort = conformance::cohort_of("later", &[3]);
    lake.put_cohort(&cohort, IfExists::Error).await.unwrap();
    assert!(lake.drop_cohort("later").await.unwrap(), "{told}");
}

/// The files of a table's latest version, by its JSON commits.
async fn active(store: &Flaky, table: &str) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for version in 0.. {
        let path = Path::from(format!("{table}/_delta_log/{version:020}.json"));
        let Ok(found) = store.inner.get(&path).await else {
            break;
        };
        let text = found.bytes().await.unwrap();
        for line in text.split(|b| *b == b'\n') {
            let line: serde_json::Value = serde_json::from_slice(line).unwrap();
            if let Some(path) = line["remove"]["path"].as_str() {
                files.remove(path);
            }
            if let Some(path) = line["add"]["path"].as_str() {
                assert!(files.insert(path.to_owned()), "{table}: {path} twice");
            }
        }
    }
    files
}

async fn run(fault: Option<(usize, Fault)>) -> usize {
    let told = format!("{fault:?}");
    let store = Flaky::new(fault);
    let lake = Lake::create_in(store.clone(), "memory://lake")
        .await
        .unwrap();
    write_all(&lake).await;
    let n_puts = store.n_puts.load(Ordering::Relaxed);
    check(&lake, &store, &told).await;
    n_puts
}

/// Each put has one of the faults; several puts of a kind have all of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_of_any_put_changes_nothing() {
    let n_puts = run(None).await;
    assert!(n_puts > 40, "{n_puts}");
    run_all((0..n_puts).map(|at| (at, FAULTS[at % FAULTS.len()]))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes in a development build"]
async fn every_fault_of_every_put_changes_nothing() {
    let n_puts = run(None).await;
    run_all((0..n_puts).flat_map(|at| FAULTS.map(|fault| (at, fault)))).await;
}

async fn run_all(faults: impl Iterator<Item = (usize, Fault)>) {
    for fault in faults {
        run(Some(fault)).await;
    }
}

/// A commit whose answer is lost at a checkpoint, and a checkpoint whose answer is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_around_a_checkpoint_loses_no_cohort() {
    let n_before = {
        let store = Flaky::new(None);
        let lake = Lake::create_in(store.clone(), "memory://lake")
            .await
            .unwrap();
        cohorts(&lake, 19).await;
        store.n_puts.load(Ordering::Relaxed)
    };
    // The data file, the commit of version 20, the checkpoint, what names it, and what follows.
    for at in n_before..n_before + 7 {
        for fault in FAULTS {
            let store = Flaky::new(Some((at, fault)));
            let lake = Lake::create_in(store.clone(), "memory://lake")
                .await
                .unwrap();
            cohorts(&lake, 22).await;
            let found = lake.snapshot(None).await.unwrap().cohorts().await.unwrap();
            assert_eq!(found.len(), 22, "{at} {fault:?}");
            let report = lake.verify().await.unwrap();
            assert!(report.is_sound(), "{at} {fault:?}: {:?}", report.problems);
        }
    }
}

async fn cohorts(lake: &Lake, n: u32) {
    for i in 0..n {
        let cohort = conformance::cohort_of(&format!("c{i:02}"), &[i]);
        lake.put_cohort(&cohort, IfExists::Error).await.unwrap();
    }
}

/// A store that answers nothing any more once it has made an object.
#[tokio::test]
async fn an_outcome_that_cannot_be_known_deletes_nothing() {
    let store = Flaky::new(None);
    let lake = Lake::create_in(store.clone(), "memory://lake")
        .await
        .unwrap();
    conformance::ingest(&lake, conformance::named("a"), &[1])
        .await
        .unwrap();
    let n_puts = store.n_puts.load(Ordering::Relaxed);
    let deaf = Arc::new(Deaf {
        flaky: store.clone(),
        n_left: AtomicUsize::new(1),
    });
    let lake = Lake::create_in(deaf, "memory://lake").await.unwrap();
    let cohort = conformance::cohort_of("c", &[0]);
    let error = lake.put_cohort(&cohort, IfExists::Error).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cohorts: whether version 1 was committed is not known"
    );
    assert!(store.n_puts.load(Ordering::Relaxed) > n_puts + 1);
    let lake = Lake::create_in(store.clone(), "memory://lake")
        .await
        .unwrap();
    let found = lake.snapshot(None).await.unwrap().cohorts().await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(lake.verify().await.unwrap().is_sound());
}

#[derive(Debug)]
struct Deaf {
    flaky: Arc<Flaky>,
    /// Conditional puts that are made and not answered; afterwards nothing is read either.
    n_left: AtomicUsize,
}

impl fmt::Display for Deaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deaf")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Deaf {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if matches!(options.mode, PutMode::Create) {
            self.n_left.store(0, Ordering::Relaxed);
            let _ = self.flaky.put_opts(location, payload, options).await;
            return Err(dropped());
        }
        self.flaky.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.flaky.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if self.n_left.load(Ordering::Relaxed) == 0 {
            return Err(dropped());
        }
        self.flaky.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.flaky.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.flaky.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.flaky.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.flaky.copy_opts(from, to, options).await
    }
}
