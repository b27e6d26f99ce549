//! Callsets side by side count as one joint callset would.

mod lake;

use kohort_ingest::AbsentPolicy;
use lake::{TestLake, rows};

const A: [&str; 2] = ["a1:XX", "a2:XY"];
const B: [&str; 3] = ["b1:XX", "b2:XY", "b3:XX"];

/// The record with a GQ and a DP for every call, so that calls pass `adj`: a site that is declared
/// reference where a callset lacks it passes too.
fn of_quality(record: &str) -> String {
    let fields = record.split_whitespace().enumerate();
    let fields = fields.map(|(i, f)| {
        if i < 4 {
            f.to_string()
        } else {
            format!("{f}:50:30")
        }
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// The same calls as one callset and as two, of which each leaves out what it has no ALT of.
async fn joint_and_split(absent: AbsentPolicy) -> (TestLake, TestLake) {
    let joint = TestLake::new().await;
    let samples: Vec<&str> = A.iter().chain(&B).copied().collect();
    let records = [
        "chr1 100 A G 0/1 1/1 0/0 0/1 ./.",
        "chr1 200 C T 0/1 0/0 0/0 0/0 0/0",
        "chr1 300 G A,T 0/1 0/0 0/2 2/2 0/0",
        "chr1 400 G A 0/0 0/0 1|1 0/0 0/1",
        "chr1 500 G A 0/1 0/0 0/0 0/0 0/0",
        "chr1 500 GT G 0/0 0/0 0/1 1/1 0/0",
        "chrX 50000000 T C 0/1 1 0/0 0 0/0",
        "chrY 10000000 T C . 0 . 1 .",
    ];
    let records = records.map(of_quality);
    joint
        .callset(
            "joint",
            &samples,
            &records.each_ref().map(String::as_str),
            absent,
        )
        .await;
    let split = TestLake::new().await;
    split
        .callset(
            "a",
            &A,
            &[
                "chr1 100 A G 0/1 1/1",
                "chr1 200 C T 0/1 0/0",
                "chr1 300 G A 0/1 0/0",
                "chr1 500 G A 0/1 0/0",
                "chrX 50000000 T C 0/1 1",
            ]
            .map(of_quality)
            .each_ref()
            .map(String::as_str),
            absent,
        )
        .await;
    split
        .callset(
            "b",
            &B,
            &[
                "chr1 100 A G 0/0 0/1 ./.",
                "chr1 300 G T 0/1 1/1 0/0",
                "chr1 400 G A 1|1 0/0 0/1",
                "chr1 500 GT G 0/1 1/1 0/0",
                "chrY 10000000 T C . 1 .",
            ]
            .map(of_quality)
            .each_ref()
            .map(String::as_str),
            absent,
        )
        .await;
    (joint, split)
}

const COUNTS: &str = "chrom, pos, ref, alt, ac, an, af, n_samples, n_called, n_hom_ref, n_het,
    n_hom_alt, n_hemi_ref, n_hemi_alt, n_partial, n_missing, n_het_haploid, n_unknown_sex,
    n_unexpected, n_no_copy, call_rate";

#[tokio::test(flavor = "multi_thread")]
async fn two_callsets_count_as_one_joint_callset() {
    let (joint, split) = joint_and_split(AbsentPolicy::Reference).await;
    let (joint, split) = (joint.session().await, split.session().await);
    let stored = format!("SELECT {COUNTS} FROM variants ORDER BY chrom, pos, alt");
    let expected = rows(&joint, &stored).await;
    assert_eq!(expected.len(), 9);
    assert_eq!(rows(&split, &stored).await, expected);
    let counted = "SELECT chrom, pos, alt, s['ac'], s['an'], s['n_samples'], s['n_called'],
        s['n_het'], s['n_other_alt'], s['n_no_copy'], s['n_missing']
        FROM (SELECT *, allele_stats(genotypes) AS s FROM variants) ORDER BY chrom, pos, alt";
    assert_eq!(rows(&split, counted).await, rows(&joint, counted).await);
    // At 500 the callsets have different records: what quality a call has at the one is all that is
    // known of it at the other.
    let stored = format!("SELECT {COUNTS} FROM variants WHERE pos <> 500 ORDER BY chrom, pos, alt");
    for rule in [
        "kohort.genotype_filter = 'adj'",
        "kohort.unknown_sex = 'as_called'",
    ] {
        let sql = format!("SET {rule}; {stored}");
        assert_eq!(rows(&split, &sql).await, rows(&joint, &sql).await, "{rule}");
    }
    let strata = "SET kohort.genotype_filter = 'raw'; SET kohort.unknown_sex = 'exclude';
        SELECT * FROM allele_frequency_by('sex_karyotype')
        ORDER BY chrom, pos, alt, sex_karyotype";
    assert_eq!(rows(&split, strata).await, rows(&joint, strata).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callset_that_lacks_a_site_is_missing_there_if_declared_so() {
    let (_, split) = joint_and_split(AbsentPolicy::Missing).await;
    let session = split.session().await;
    let sql = "SELECT pos, alt, ac, an, n_samples, n_missing FROM variants WHERE chrom = '1'
        ORDER BY pos, alt";
    assert_eq!(
        rows(&session, sql).await,
        [
            "100|G|4|8|5|1",
            "200|T|1|4|5|3",
            "300|A|1|10|5|0",
            "300|T|3|10|5|0",
            "400|A|3|6|5|2",
            "500|A|1|10|5|0",
            "500|G|3|10|5|0"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_projections_and_regions_reach_through_the_merge() {
    let (_, split) = joint_and_split(AbsentPolicy::Reference).await;
    let session = split.session().await;
    assert_eq!(rows(&session, "SELECT count(*) FROM variants").await, ["9"]);
    let sql = "SELECT ac FROM variants WHERE in_region('1:300') AND alt = 'T'";
    assert_eq!(rows(&session, sql).await, ["3"]);
    let sql = "SELECT pos FROM variants WHERE ac = 1 AND chrom = 'chr1' ORDER BY pos";
    assert_eq!(rows(&session, sql).await, ["200", "300", "500"]);
    let sql = "SELECT callset, count(*) FROM callset_variants GROUP BY 1 ORDER BY 1";
    assert_eq!(rows(&session, sql).await, ["a|5", "b|5"]);
    let sql = "SELECT genotype_of(genotypes, 'b2'), carriers(genotypes) FROM variants
        WHERE pos = 300 ORDER BY alt";
    assert_eq!(rows(&session, sql).await, ["2/2|[a1]", "1/1|[b1, b2]"]);
    let sql = "SELECT callset, sample_id, genotype FROM calls WHERE pos = 300 AND alt_count > 0
        ORDER BY sample_id";
    assert_eq!(
        rows(&session, sql).await,
        ["a|a1|0/1", "b|b1|0/1", "b|b2|1/1"]
    );
    let plan = rows(
        &session,
        "EXPLAIN SELECT ac FROM variants WHERE chrom = '1'",
    )
    .await
    .join("\n");
    assert!(
        plan.contains("MergeCallsets") && plan.contains("kohort files"),
        "{plan}"
    );
}

#[tokio::test]
async fn a_cohort_by_sample_id_says_when_ids_name_samples_of_several_callsets() {
    let lake = TestLake::new().await;
    let absent = AbsentPolicy::Missing;
    lake.callset("pilot", &A, &["chr1 100 A G 0/1 1/1"], absent)
        .await;
    lake.callset("again", &A, &["chr1 100 A G 0/1 1/1"], absent)
        .await;
    let session = lake.session().await;
    let by_id = "CREATE COHORT both AS SELECT sample_id FROM samples WHERE callset = 'pilot'";
    assert_eq!(
        message(&session, by_id).await,
        "cohort `both`: 4 samples; 2 of the selected sample_ids name samples in more than one \
         callset, and all of those are in: select sample_index to choose"
    );
    let by_index = "CREATE COHORT one AS SELECT sample_index FROM samples WHERE callset = 'pilot'";
    assert_eq!(message(&session, by_index).await, "cohort `one`: 2 samples");
}

#[tokio::test(flavor = "multi_thread")]
async fn strata_of_a_sample_id_in_several_callsets_are_told_apart_by_sample_index() {
    let lake = TestLake::new().await;
    for name in ["pilot", "again"] {
        lake.callset(name, &A, &["chr1 100 A G 0/1 1/1"], AbsentPolicy::Missing)
            .await;
    }
    let session = lake.session().await;
    let by_id = "SELECT * FROM allele_frequency_by('SELECT sample_id, callset FROM samples')";
    let (error, _) = lake::failure(&session, by_id).await;
    assert!(
        error.contains("sample `a1` is in two strata") && error.contains("`sample_index`"),
        "{error}"
    );
    for columns in ["sample_index, callset", "sample_id, sample_index, callset"] {
        let by_index = format!(
            "SELECT callset, ac, an FROM allele_frequency_by('SELECT {columns} FROM samples')
             ORDER BY callset"
        );
        assert_eq!(rows(&session, &by_index).await, ["again|3|4", "pilot|3|4"]);
    }
}

#[tokio::test]
async fn a_session_opens_no_files_unless_it_may() {
    let lake = TestLake::new().await;
    let absent = AbsentPolicy::Missing;
    lake.callset("pilot", &A, &["chr1 100 A G 0/1 1/1"], absent)
        .await;
    let session = lake.session().await;
    for (sql, expected) in [
        ("SELECT * FROM '/etc/people.csv'", "there is no table"),
        (
            "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/people.csv'",
            "CREATE EXTERNAL TABLE is not allowed",
        ),
        (
            "COPY (SELECT 1) TO '/tmp/never-written.csv' STORED AS CSV",
            "COPY is not allowed",
        ),
        (
            "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/never-written.csv' STORED AS CSV",
            "COPY is not allowed",
        ),
    ] {
        let (error, _) = lake::failure(&session, sql).await;
        assert!(error.contains(expected), "{sql}: {error}");
    }
    assert!(!std::path::Path::new("/tmp/never-written.csv").exists());
}

async fn message(session: &kohort_engine::Session, sql: &str) -> String {
    match session.execute(sql).await {
        Ok(mut outcomes) => match outcomes.pop() {
            Some(kohort_engine::Outcome::Done { message }) => message,
            _ => format!("no message: {sql}"),
        },
        Err(error) => error.to_string(),
    }
}
