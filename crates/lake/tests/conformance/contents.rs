//! What callsets bring along: fields, attributes of samples, cohorts, and files that go missing.

use super::*;

pub(crate) async fn fields_of_callsets_unite_or_conflict_before_the_work(place: Place) {
    let lake = place.lake().await;
    let with = |callset: &str, fields: &Fields| NewCallset {
        schemas: vec![(TableName::CallsetVariants, callset_variants_schema(fields))],
        ..named(callset)
    };
    let declared = [
        (
            "first",
            info(&[("DP", Scalar::Integer), ("SCORE", Scalar::Integer)]),
        ),
        (
            "second",
            info(&[("SCORE", Scalar::Float), ("GENE", Scalar::String)]),
        ),
    ];
    for (callset, fields) in &declared {
        let writer = lake.begin_callset(with(callset, fields)).await.unwrap();
        let file = encoded(TableName::CallsetVariants, &variants("chr1", &[7], fields));
        writer
            .put_file(TableName::CallsetVariants, file)
            .await
            .unwrap();
        writer.commit(summary(1)).await.unwrap();
    }
    let snapshot = lake.snapshot(None).await.unwrap();
    let schema = snapshot.schema(TableName::CallsetVariants).await.unwrap();
    let DataType::Struct(fields) = schema.field_with_name("info").unwrap().data_type() else {
        panic!("info is a struct")
    };
    let types: Vec<_> = fields
        .iter()
        .map(|f| format!("{} {}", f.name(), f.data_type()))
        .collect();
    assert_eq!(types, ["DP Int32", "SCORE Float32", "GENE Utf8"]);
    assert!(fields.iter().all(|f| f.metadata().is_empty()));
    assert_eq!(schema.fields().last().unwrap().name(), "callset_id");
    let genotypes = schema.field_with_name("genotypes").unwrap();
    assert_eq!(
        kohort_schema::extension_name(genotypes),
        Some("kohort.genotypes")
    );

    let third = with("third", &info(&[("GENE", Scalar::Integer)]));
    let error = lake.begin_callset(third).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "callset_variants: field `info.GENE`: callset `second` declares String, callset `third` \
         declares Integer"
    );
    assert!(error.hint().is_some());
}

pub(crate) async fn attributes_of_samples_become_columns(place: Place) {
    let lake = place.lake().await;
    let region: ArrayRef = Arc::new(StringArray::from(vec![Some("Skåne"), None, Some("Norra")]));
    let schema = Schema::new(vec![Field::new("region", DataType::Utf8, true)]);
    let attributes = RecordBatch::try_new(Arc::new(schema), vec![region]).unwrap();
    let new = NewCallset {
        attributes: Some(attributes),
        ..named("cohort")
    };
    ingest(&lake, new, &[1]).await.unwrap();
    ingest(&lake, named("plain"), &[1]).await.unwrap();
    let snapshot = lake.snapshot(None).await.unwrap();
    let schema = snapshot.schema(TableName::Samples).await.unwrap();
    let names: Vec<_> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    assert_eq!(names[5..], ["sex_karyotype", "region", "callset_id"]);
    assert_eq!(snapshot.samples().await.unwrap().len(), 6);

    let twice = NewCallset {
        samples: samples(&["a", "b", "a"]),
        ..named("twice")
    };
    let error = lake.begin_callset(twice).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "callset `twice`: sample `a` appears twice"
    );
}

pub(crate) async fn verify_names_what_is_missing_or_broken(place: Place) {
    let lake = place.lake().await;
    let writer = lake.begin_callset(named("cohort")).await.unwrap();
    for start in [10, 20, 30] {
        let batch = variants("chr20", &[start, start + 1], &info(&[]));
        let file = encoded(TableName::CallsetVariants, &batch);
        writer
            .put_file(TableName::CallsetVariants, file)
            .await
            .unwrap();
    }
    writer.commit(summary(7)).await.unwrap();
    let files = lake
        .snapshot(None)
        .await
        .unwrap()
        .files(TableName::CallsetVariants)
        .await
        .unwrap();
    let store = lake.store();
    let paths: Vec<_> = files.iter().map(|f| Path::from(f.path.as_str())).collect();
    store.delete(&paths[0]).await.unwrap();
    store.put(&paths[1], "short".into()).await.unwrap();
    let noise = vec![7_u8; usize::try_from(files[2].size_bytes).unwrap()];
    store.put(&paths[2], noise.into()).await.unwrap();

    let report = lake.verify().await.unwrap();
    assert_eq!((report.n_files, report.problems.len()), (5, 4));
    let told: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told[0], format!("{}: not there", files[0].path));
    assert!(told[1].contains("bytes, got 5"), "{told:?}");
    assert!(told[2].contains("not readable"), "{told:?}");
    let expected = "callset `cohort`: callset_variants: expected 7 rows, got 6";
    assert_eq!(told[3], expected);
}

pub(crate) async fn cohorts_come_and_go(place: Place) {
    let lake = place.lake().await;
    let cohort = |name: &str, size| CohortRow {
        cohort: name.to_owned(),
        sql: "SELECT sample_id FROM samples".to_owned(),
        members: vec![1, 2, 3],
        size,
        created_by: None,
        created_at: chrono::DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
        lake_version: 1,
    };
    lake.put_cohort(&cohort("b", 1), IfExists::Error)
        .await
        .unwrap();
    lake.put_cohort(&cohort("a", 1), IfExists::Error)
        .await
        .unwrap();
    let error = lake
        .put_cohort(&cohort("a", 2), IfExists::Error)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "cohort `a` exists");
    lake.put_cohort(&cohort("a", 2), IfExists::Replace)
        .await
        .unwrap();
    let cohorts = lake.snapshot(None).await.unwrap().cohorts().await.unwrap();
    assert_eq!(cohorts.as_slice(), [cohort("a", 2), cohort("b", 1)]);
    assert!(lake.drop_cohort("a").await.unwrap());
    assert!(!lake.drop_cohort("a").await.unwrap());
    assert_eq!(
        lake.snapshot(None)
            .await
            .unwrap()
            .cohorts()
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        lake.vacuum(&VacuumOptions::default())
            .await
            .unwrap()
            .files
            .is_empty()
    );
    assert_eq!(lake.vacuum(&NOTHING).await.unwrap().files.len(), 2);
    assert_eq!(
        lake.snapshot(None)
            .await
            .unwrap()
            .cohorts()
            .await
            .unwrap()
            .len(),
        1
    );
}
