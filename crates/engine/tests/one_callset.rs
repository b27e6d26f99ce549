//! What a query sees of a lake of one callset.

mod lake;

use kohort_ingest::AbsentPolicy;
use lake::{TestLake, failure, rows};

async fn small() -> TestLake {
    let test = TestLake::new().await;
    test.callset(
        "a",
        &["s1:XX:north", "s2:XY:north", "s3:XX:south", "s4:XY:south"],
        &[
            "chr1 100 A G 0/1:50:30:15,15 1/1:50:30:0,30 ./. 0/0:5:30:30,0",
            "chr1 200 A G,T 0/1:50:30:10,10,10 1/2:50:30:1,9,9 0/2:50:30:9,1,9 0/0:50:30:9,0,0",
            "chr1 300 C T,* 0/0 0/2 0/0 0/1",
            "chrX 50000000 G A 0/1 1/1 0/0 0",
        ],
        AbsentPolicy::Missing,
    )
    .await;
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_counts_and_counts_of_the_genotypes_agree() {
    let test = small().await;
    let session = test.session().await;
    let counts = "chrom, pos, alt, ac, an, n_het, n_hom_alt, n_hemi_alt, n_missing";
    let stored = rows(
        &session,
        &format!("SELECT {counts} FROM variants ORDER BY chrom, pos, alt"),
    )
    .await;
    assert_eq!(
        stored,
        [
            "chr1|100|G|3|6|1|1|0|1",
            "chr1|200|G|2|8|2|0|0|0",
            "chr1|200|T|2|8|2|0|0|0",
            "chr1|300|T|1|8|1|0|0|0",
            "chrX|50000000|A|2|6|1|0|1|0",
        ]
    );
    let counted = rows(
        &session,
        "SELECT chrom, pos, alt, s['ac'], s['an'], s['n_het'], s['n_hom_alt'], s['n_hemi_alt'],
         s['n_missing'] FROM (SELECT *, allele_stats(genotypes) AS s FROM variants)
         ORDER BY chrom, pos, alt",
    )
    .await;
    assert_eq!(counted, stored);
    assert_eq!(rows(&session, "SELECT count(*) FROM variants").await, ["5"]);
    assert_eq!(
        rows(&session, "SELECT count(*) FROM callset_variants").await,
        ["6"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_what_is_counted_and_explain_says_so() {
    let test = small().await;
    let session = test.session().await;
    let sql = "SELECT ac, an FROM variants WHERE pos = 100";
    assert_eq!(rows(&session, sql).await, ["3|6"]);
    let adj = format!("SET kohort.genotype_filter = 'adj'; {sql}");
    assert_eq!(rows(&session, &adj).await, ["3|4"]);
    let plan = rows(&session, &format!("EXPLAIN {sql}")).await.join("\n");
    assert!(plan.contains("genotype_filter=adj"), "{plan}");
    let shown = rows(&session, "SHOW kohort.genotype_filter").await;
    assert!(shown[0].contains("adj"), "{shown:?}");
    let (error, _) = failure(&session, "SET kohort.genotype_filter = 'best'").await;
    assert!(error.contains("`best`"), "{error}");
    let star = "SET kohort.show_spanning_deletions = true; SELECT count(*) FROM variants";
    assert_eq!(rows(&session, star).await, ["6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn contigs_go_by_any_of_their_names() {
    let test = small().await;
    let session = test.session().await;
    for filter in [
        "chrom = '1'",
        "chrom = 'chr1'",
        "chrom IN ('1', 'MT')",
        "in_region(chrom, pos, '1')",
        "in_region('chr1:1-1,000')",
        "in_region(chrom, pos, ['1:1-250', 'chr1:300'])",
    ] {
        let sql = format!("SELECT count(*) FROM variants WHERE {filter}");
        assert_eq!(rows(&session, &sql).await, ["4"], "{filter}");
    }
    let (error, _) = failure(
        &session,
        "SELECT 1 FROM variants WHERE in_region(chrom, pos, 'chr1:9-5')",
    )
    .await;
    assert!(error.contains("chr1:9-5"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cohorts_are_made_named_combined_and_dropped() {
    let test = small().await;
    let session = test.session().await;
    let made = "CREATE COHORT women AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX';
                CREATE COHORT south AS SELECT sample_id FROM samples WHERE region = 'south';
                SELECT cohort, size FROM cohorts ORDER BY cohort";
    assert_eq!(rows(&session, made).await, ["south|2", "women|2"]);
    let sizes = "SELECT cohort_size(cohort('women')), cohort_size(all_samples()),
        cohort_size(cohort_union(cohort('women'), cohort('south'))),
        cohort_size(cohort_intersection(cohort('women'), cohort('south'))),
        cohort_size(cohort_difference(cohort('women'), cohort('south'))),
        cohort_contains(cohort('women'), 's1')";
    assert_eq!(rows(&session, sizes).await, ["2|4|3|1|1|true"]);
    let grouped = "SELECT region, cohort_size(cohort(sample_id)) FROM samples GROUP BY region
        ORDER BY region";
    assert_eq!(rows(&session, grouped).await, ["north|2", "south|2"]);
    let inline = "SELECT pos, allele_count(genotypes, c), allele_number(genotypes, c)
        FROM variants, (SELECT cohort(sample_id) AS c FROM samples WHERE region = 'north')
        WHERE pos = 100";
    assert_eq!(rows(&session, inline).await, ["100|3|4"]);
    let frequency = "SELECT allele_frequency(genotypes, cohort('women')) FROM variants
        WHERE pos = 50000000";
    assert_eq!(rows(&session, frequency).await, ["0.25"]);
    let (error, hint) = failure(&session, "SELECT cohort('womn')").await;
    assert_eq!(
        (error.as_str(), hint.as_str()),
        ("there is no cohort `womn`", "did you mean `women`?")
    );
    failure(
        &session,
        "CREATE COHORT women AS SELECT sample_id FROM samples",
    )
    .await;
    failure(&session, "CREATE COHORT x AS SELECT region FROM samples").await;
    session
        .execute("DROP COHORT women; DROP COHORT IF EXISTS women")
        .await
        .unwrap();
    failure(&session, "DROP COHORT women").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn allele_stats_is_an_aggregate_in_a_grouping_query() {
    let test = small().await;
    let session = test.session().await;
    let sql = "SELECT chrom, allele_stats(genotypes)['ac'], allele_stats(genotypes)['an'], count(*)
        FROM variants GROUP BY chrom ORDER BY chrom";
    assert_eq!(rows(&session, sql).await, ["chr1|8|30|4", "chrX|2|6|1"]);
    let merged = "SELECT allele_stats_agg(s)['ac'] FROM
        (SELECT allele_stats(genotypes) AS s FROM variants)";
    assert_eq!(rows(&session, merged).await, ["10"]);
    let none = "SELECT allele_stats_agg(genotypes) IS NULL FROM variants WHERE pos = 1";
    assert_eq!(rows(&session, none).await, ["true"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_follow_from_the_counts() {
    let test = small().await;
    let session = test.session().await;
    let sql = "SELECT hwe_exact(84, 11, 5, 'standard'), inbreeding_coefficient(25, 50, 25),
        faf95(10, 100000), faf99(0, 10), hwe_exact(0, 0, 0)";
    let row = rows(&session, sql).await.remove(0);
    let cells: Vec<&str> = row.split('|').collect();
    assert!(
        (cells[0].parse::<f64>().unwrap() - 0.000_919).abs() < 5e-7,
        "{row}"
    );
    assert_eq!(cells[1].parse::<f64>().unwrap(), 0.0, "{row}");
    assert!(
        (cells[2].parse::<f64>().unwrap() - 5.4254e-5).abs() < 1e-9,
        "{row}"
    );
    assert_eq!(cells[3].parse::<f64>().unwrap(), 0.0, "{row}");
    let fst =
        "SELECT fst_hudson(ac1, an1, ac2, an2) FROM (VALUES (10, 10, 0, 10)) t(ac1, an1, ac2, an2)";
    assert_eq!(rows(&session, fst).await, ["1.0"]);
    let from_struct = "SELECT hwe_exact(allele_stats(genotypes)) IS NOT NULL FROM variants
        WHERE pos = 100";
    assert_eq!(rows(&session, from_struct).await, ["true"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_give_every_sample_at_every_variant() {
    let test = small().await;
    let session = test.session().await;
    let all =
        "SELECT sample_id, genotype, alt_count, ploidy, is_phased, gq, dp, ad, is_adj FROM calls
        WHERE pos = 100 ORDER BY sample_id";
    assert_eq!(
        rows(&session, all).await,
        [
            "s1|0/1|1|2|false|50|30|[15, 15]|true",
            "s2|1/1|2|2|false|50|30|[0, 30]|true",
            "s3|./.|NULL|2|false|NULL|NULL|NULL|NULL",
            "s4|0/0|0|2|false|5|30|[30, 0]|false",
        ]
    );
    let carriers = "SELECT sample_id, pos, alt, genotype FROM calls WHERE sample_id = 's2'
        AND alt_count > 0 AND in_region('1:1-1000') ORDER BY pos, alt";
    assert_eq!(
        rows(&session, carriers).await,
        ["s2|100|G|1/1", "s2|200|G|1/2", "s2|200|T|2/1"]
    );
    let plan = rows(&session, &format!("EXPLAIN {carriers}"))
        .await
        .join("\n");
    assert!(
        plan.contains("UnpackCalls: samples=1, calls=carriers"),
        "{plan}"
    );
    assert_eq!(rows(&session, "SELECT count(*) FROM calls").await, ["20"]);
    let who =
        "SELECT carriers(genotypes), genotype_of(genotypes, 's4') FROM variants WHERE pos = 100";
    assert_eq!(rows(&session, who).await, ["[s1, s2]|0/0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn strata_are_counted_in_one_pass_with_those_that_have_none() {
    let test = small().await;
    let session = test.session().await;
    let sql = "SELECT pos, region, sex_karyotype, ac, an, af, n_hemi_alt
        FROM allele_frequency_by('region, sex_karyotype', 'chrX') ORDER BY 2, 3";
    assert_eq!(
        rows(&session, sql).await,
        [
            "50000000|north|XX|1|2|0.5|0",
            "50000000|north|XY|1|1|1.0|1",
            "50000000|south|XX|0|2|0.0|0",
            "50000000|south|XY|0|1|0.0|0",
        ]
    );
    let by_query = "SELECT band, sum(ac), sum(an) FROM allele_frequency_by(
        'SELECT sample_id, region = ''north'' AS band FROM samples', 'chr1')
        GROUP BY band ORDER BY 1";
    assert_eq!(rows(&session, by_query).await, ["false|2|14", "true|6|16"]);
    let plan = rows(&session, &format!("EXPLAIN {by_query}"))
        .await
        .join("\n");
    assert!(plan.contains("summed over variants"), "{plan}");
    let cohort = "CREATE COHORT women AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX';
        SELECT pos, region, ac, an FROM allele_frequency_by('region', 'chr1:100', cohort('women'))
        ORDER BY region";
    assert_eq!(
        rows(&session, cohort).await,
        ["100|north|1|2", "100|south|0|0"]
    );
    let (error, hint) = failure(&session, "SELECT * FROM allele_frequency_by('regoin')").await;
    assert!(
        error.contains("`regoin`") && hint.contains("`region`"),
        "{error} {hint}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mistyped_names_get_a_suggestion() {
    let test = small().await;
    let session = test.session().await;
    for (sql, near) in [
        ("SELECT * FROM variant", "`variants`"),
        ("SELECT poss FROM variants", "`pos`"),
        (
            "SELECT alele_stats(genotypes) FROM variants",
            "`allele_stats`",
        ),
        ("SELECT genotype_of(genotypes, 's11') FROM variants", "`s1`"),
    ] {
        let (error, hint) = failure(&session, sql).await;
        assert!(hint.contains(near), "{sql}: {error}: {hint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_lake_answers_with_no_rows() {
    let test = TestLake::new().await;
    let session = test.session().await;
    assert!(rows(&session, "SELECT * FROM variants").await.is_empty());
    assert_eq!(rows(&session, "SELECT count(*) FROM samples").await, ["0"]);
    assert!(rows(&session, "SELECT * FROM calls").await.is_empty());
    let strata = "SELECT * FROM allele_frequency_by('sex_karyotype')";
    assert!(rows(&session, strata).await.is_empty());
    assert!(
        session
            .tables()
            .await
            .unwrap()
            .iter()
            .any(|table| table.name == "variants")
    );
    assert!(session.functions()[0].is_own);
}
