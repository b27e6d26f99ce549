//! Writers at the same time: one wins, and the others are told.

use super::*;

pub(crate) async fn racing_ingests_get_blocks_of_their_own(place: Place) {
    let lake = place.lake().await;
    let tasks: Vec<_> = (0..6)
        .map(|i| {
            let lake = lake.clone();
            let name = format!("cohort{i}");
            tokio::spawn(async move { ingest(&lake, named(&name), &[i, i + 1]).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let snapshot = lake.snapshot(None).await.unwrap();
    let blocks: Vec<_> = snapshot
        .callsets()
        .iter()
        .map(|c| (c.block, c.base_sample_index))
        .collect();
    assert_eq!(blocks, [(0, 0), (1, 3), (2, 6), (3, 9), (4, 12), (5, 15)]);
    assert_eq!(snapshot.samples().await.unwrap().len(), 18);
    assert_eq!(snapshot.directory().await.unwrap().n_samples(), 18);
    assert!(lake.verify().await.unwrap().is_sound());
    assert_eq!(n_objects(&lake).await, 18);
}

pub(crate) async fn of_racing_ingests_of_one_name_one_wins(place: Place) {
    let lake = place.lake().await;
    // All begin before any commits, so that each finds the name free.
    let mut writers = Vec::new();
    for _ in 0..4 {
        writers.push(lake.begin_callset(named("cohort")).await.unwrap());
    }
    let tasks: Vec<_> = writers
        .into_iter()
        .map(|w| tokio::spawn(w.commit(summary(0))))
        .collect();
    let mut n_won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => n_won += 1,
            Err(error) => assert!(matches!(error, Error::CallsetExists { .. }), "{error}"),
        }
    }
    assert_eq!(n_won, 1);
    assert_eq!(lake.snapshot(None).await.unwrap().callsets().len(), 1);
}

pub(crate) async fn of_racing_ingests_of_the_same_people_one_wins(place: Place) {
    let lake = place.lake().await;
    let mut writers = Vec::new();
    for i in 0..4 {
        let new = NewCallset {
            on_duplicates: OnDuplicates::Refuse,
            ..named(&format!("cohort{i}"))
        };
        writers.push(lake.begin_callset(new).await.unwrap());
    }
    let sources = |i: usize| CallsetSummary {
        sources: vec![SourceFile {
            uri: format!("{i}.vcf"),
            sha256: i.to_string(),
            size_bytes: 9,
        }],
        ..summary(0)
    };
    let tasks: Vec<_> = writers
        .into_iter()
        .enumerate()
        .map(|(i, w)| tokio::spawn(w.commit(sources(i))))
        .collect();
    let mut n_won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => n_won += 1,
            Err(error) => assert!(matches!(error, Error::DuplicateSamples { .. }), "{error}"),
        }
    }
    assert_eq!(n_won, 1);
    let snapshot = lake.snapshot(None).await.unwrap();
    assert_eq!(snapshot.callsets().len(), 1);
    assert_eq!(snapshot.samples().await.unwrap().len(), 3);
    assert!(lake.verify().await.unwrap().is_sound());
}

pub(crate) async fn of_racing_appends_of_one_file_one_wins(place: Place) {
    let lake = place.lake().await;
    load(&lake, LoadMode::Create, &rows(&[1], &["a"]))
        .await
        .unwrap();
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let lake = lake.clone();
        tasks.push(tokio::spawn(async move {
            append_file(&lake, "new", &rows(&[2], &["b"])).await
        }));
    }
    let mut n_won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => n_won += 1,
            Err(error) => assert!(matches!(error, Error::DuplicateFile { .. }), "{error}"),
        }
    }
    assert_eq!(n_won, 1);
    assert_eq!(shown(&lake, None).await, ["1 a", "2 b"]);
}
