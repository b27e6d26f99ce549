//! Statements share nothing: any number of them at once, over two lakes and several of their
//! states, with different settings, while cohorts come and go and a callset arrives, give what
//! each gives alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod lake;

use std::sync::Arc;

use kohort_engine::{Resources, Session, SessionOptions};
use kohort_ingest::AbsentPolicy;
use kohort_lake::AsOf;
use lake::{TestLake, rows};

const SETTINGS: [&[(&str, &str)]; 4] = [
    &[],
    &[("kohort.genotype_filter", "adj")],
    &[("kohort.unknown_sex", "as_called")],
    &[
        ("kohort.genotype_filter", "adj"),
        ("kohort.unknown_sex", "as_called"),
    ],
];

const QUERIES: [&str; 8] = [
    "SELECT chrom, pos, alt, ac, an FROM variants ORDER BY 1, 2, 3",
    "SELECT cohort_size(cohort('some')), cohort_size(all_samples())",
    "SELECT pos, s['ac'], s['an'] FROM (SELECT pos, allele_stats(genotypes, cohort('some')) AS s \
     FROM variants) ORDER BY 1, 2",
    "SELECT chrom, sum(ac), sum(an) FROM allele_frequency_by('region') GROUP BY 1 ORDER BY 1",
    "SELECT pos, region, ac, an FROM allele_frequency_by('SELECT sample_id, region FROM samples \
     WHERE region <> ''east''', 'chr1') ORDER BY 1, 2, 3, 4",
    "SELECT sample_id, count(*), sum(alt_count) FROM calls GROUP BY 1 ORDER BY 1",
    "SELECT step, n FROM cohort_flow('some') ORDER BY 1",
    "SELECT pos, carriers(genotypes), genotype_of(genotypes, 'a') FROM variants \
     WHERE in_region('chr1:1-250') ORDER BY 1, 2",
];

async fn session(lake: &TestLake, options: SessionOptions) -> Session {
    Session::open(&lake.lake, options).await.unwrap()
}

fn options(version: u64, settings: &[(&str, &str)]) -> SessionOptions {
    let settings = settings.iter();
    SessionOptions {
        as_of: Some(AsOf::Version(version)),
        settings: settings
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        threads: Some(2),
        ..SessionOptions::default()
    }
}

/// Two lakes whose samples, cohorts and places have the same names, and the states to look at.
async fn lakes() -> ([TestLake; 2], [Vec<u64>; 2]) {
    let lakes = [TestLake::new().await, TestLake::new().await];
    let calls = [
        ["0/1:30:20", "1/1:10:20", "0/0:30:20", "1:30:20"],
        ["1/1:10:20", "0/1:30:5", "0/1:30:20", "0:30:20"],
    ];
    let mut versions = [Vec::new(), Vec::new()];
    for (n, lake) in lakes.iter().enumerate() {
        let samples = ["a:XX:north", "b:XX:south", "c:unknown:north", "d:XY:east"];
        let of = |at: usize| calls[(n + at) % 2].join(" ");
        let records = [
            format!("chr1 {} A C {}", 100 + n, of(0)),
            format!("chr1 200 A G {}", of(1)),
            format!("chrX 5000000 T G {}", of(n)),
        ];
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        lake.callset("first", &samples, &records, AbsentPolicy::Reference)
            .await;
        let all = session(lake, SessionOptions::default()).await;
        let some = ["'a', 'b'", "'c'"][n];
        let made = format!(
            "CREATE COHORT some AS SELECT sample_id FROM samples WHERE sample_id IN ({some})"
        );
        all.execute(&made).await.unwrap();
        versions[n].push(all.version().unwrap());
        let more = format!("chr1 200 A G {}", of(0));
        let samples = ["e:XX:north", "f:XX:south", "g:XX:east", "h:XY:north"];
        lake.callset(
            "second",
            &samples,
            &[more.as_str()],
            AbsentPolicy::Reference,
        )
        .await;
        all.refresh().await.unwrap();
        versions[n].push(all.version().unwrap());
    }
    (lakes, versions)
}

/// Cohorts come and go, and callsets arrive.
async fn unrest(lake: Arc<TestLake>) {
    let session = session(&lake, SessionOptions::default()).await;
    let made = "CREATE COHORT other AS SELECT sample_id FROM samples LIMIT 3";
    for round in 0..4 {
        session.execute(made).await.unwrap();
        let record = format!("chr1 {} C T 0/1:30:20", 300 + round);
        let name = format!("late{round}");
        let sample = format!("z{round}:XX:north");
        lake.callset(&name, &[&sample], &[&record], AbsentPolicy::Missing)
            .await;
        session.refresh().await.unwrap();
        session.execute("DROP COHORT other").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_statements_at_once_answer_as_each_alone() {
    let (lakes, versions) = lakes().await;
    let lakes = lakes.map(Arc::new);
    let mut asked = Vec::new();
    for n in 0..64 {
        let (of, at) = (n % 2, n / 2 % 2);
        let (settings, sql) = (SETTINGS[n / 4 % 4], QUERIES[n / 2 % 8]);
        let alone = session(&lakes[of], options(versions[of][at], settings)).await;
        let expected = rows(&alone, sql).await;
        assert!(!expected.is_empty(), "{sql}");
        asked.push((of, versions[of][at], settings, sql, expected));
    }
    let answers = |sql| {
        let of_sql = asked.iter().filter(move |asked| asked.3 == sql);
        let answers: std::collections::BTreeSet<&Vec<String>> =
            of_sql.map(|asked| &asked.4).collect();
        answers.len()
    };
    // The test can fail: lakes, states and settings matter.
    assert!(QUERIES.iter().all(|sql| answers(*sql) > 1));

    let resources = Resources::new(Some(1 << 30)).unwrap();
    let unrest = [0, 1].map(|n| {
        let (lake, runtime) = (Arc::clone(&lakes[n]), tokio::runtime::Handle::current());
        tokio::task::spawn_blocking(move || runtime.block_on(unrest(lake)))
    });
    let mut running = Vec::new();
    for (of, version, settings, sql, expected) in asked {
        let lake = Arc::clone(&lakes[of]);
        let resources = Some(Arc::clone(&resources));
        running.push(tokio::spawn(async move {
            let mut options = options(version, settings);
            options.resources = resources;
            let session = session(&lake, options).await;
            for _ in 0..3 {
                assert_eq!(rows(&session, sql).await, expected, "{sql} {settings:?}");
            }
        }));
    }
    for task in running {
        task.await.unwrap();
    }
    for task in unrest {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn statements_of_one_session_keep_the_settings_that_they_began_with() {
    let (lakes, versions) = lakes().await;
    let session = session(&lakes[0], options(versions[0][1], &[])).await;
    let sql = QUERIES[2];
    let raw = rows(&session, sql).await;
    session
        .execute("SET kohort.genotype_filter = 'adj'")
        .await
        .unwrap();
    let adj = rows(&session, sql).await;
    assert_ne!(raw, adj);
    let mut running = Vec::new();
    for n in 0..32 {
        let filter = ["raw", "adj"][n % 2];
        let set = format!("SET kohort.genotype_filter = '{filter}'");
        session.execute(&set).await.unwrap();
        let mut outcomes = session.execute(sql).await.unwrap();
        // Its rows are read while others change the setting.
        let expected = [&raw, &adj][n % 2].clone();
        running.push(tokio::spawn(async move {
            let Some(kohort_engine::Outcome::Rows { stream, .. }) = outcomes.pop() else {
                panic!("no rows")
            };
            assert_eq!(lake::texts(stream).await.unwrap(), expected);
        }));
    }
    for task in running {
        task.await.unwrap();
    }
}
