//! Genes by name: where a region is asked for, and as a table.

#![allow(clippy::unwrap_used, reason = "tests")]

mod lake;

use kohort_ingest::AbsentPolicy;
use lake::{TestLake, failure, rows};

/// Variants in MTHFR (chr1:11785723-11806455), before and after it, and in ACE2.
const RECORDS: [&str; 5] = [
    "chr1 11785722 A G 0/1 0/0",
    "chr1 11785723 A G 0/1 1/1",
    "chr1 11806455 C T 0/1 0/0",
    "chr1 11806456 C T 0/1 0/0",
    "chrX 15565000 C T 0/1 1",
];

async fn lake() -> TestLake {
    let lake = TestLake::new().await;
    lake.callset("a", &["a1:XX", "a2:XY"], &RECORDS, AbsentPolicy::Missing)
        .await;
    lake
}

/// A lake whose contigs have these lengths, or none.
async fn lake_of(contigs: &str) -> TestLake {
    let lake = TestLake::new().await;
    let vcf = format!(
        "##fileformat=VCFv4.3\n{contigs}\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n\
         chr1\t11790000\t.\tA\tG\t.\t.\t.\tGT\t0/1\n"
    );
    lake.vcf("a", vcf, None, AbsentPolicy::Missing).await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gene_is_as_good_as_its_region() {
    let lake = lake().await;
    let session = lake.session().await;
    let by_gene = "SELECT pos FROM variants WHERE in_region('mthfr') ORDER BY pos";
    assert_eq!(rows(&session, by_gene).await, ["11785723", "11806455"]);
    let of = |what: &str| {
        format!("EXPLAIN SELECT pos, ac FROM variants WHERE in_region(chrom, pos, '{what}')")
    };
    let plan = rows(&session, &of("MTHFR")).await;
    assert_eq!(plan, rows(&session, &of("chr1:11785723-11806455")).await);
    let plan = plan.join("\n");
    assert!(plan.contains("callset_variants: 1 of 2 files"), "{plan}");
    assert!(
        plan.contains("11785723") && plan.contains("pruning_predicate"),
        "{plan}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn genes_mix_with_regions_in_a_text_and_in_a_list() {
    let lake = lake().await;
    let session = lake.session().await;
    for regions in [
        "'MTHFR, chr1:11,806,456'",
        "'chr1:11806456 MTHFR'",
        "['MTHFR', 'chr1:11806456']",
    ] {
        let sql = format!("SELECT count(*) FROM variants WHERE in_region({regions})");
        assert_eq!(rows(&session, &sql).await, ["3"], "{regions}");
    }
    let strata = "SELECT pos, sex_karyotype, ac FROM allele_frequency_by('sex_karyotype',
        'MTHFR, ACE2') ORDER BY chrom, pos, sex_karyotype";
    assert_eq!(
        rows(&session, strata).await,
        [
            "11785723|XX|1",
            "11785723|XY|2",
            "11806455|XX|1",
            "11806455|XY|0",
            "15565000|XX|1",
            "15565000|XY|1"
        ]
    );
    let carriers = "SELECT sample_id FROM calls WHERE in_region('ACE2') AND alt_count > 0
        ORDER BY sample_id";
    assert_eq!(rows(&session, carriers).await, ["a1", "a2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gene_that_is_none_gets_a_suggestion() {
    let lake = lake().await;
    let session = lake.session().await;
    let (error, hint) = failure(&session, "SELECT 1 FROM variants WHERE in_region('MTHFRR')").await;
    assert_eq!(error, "there is no gene or contig `MTHFRR` in GRCh38");
    assert_eq!(hint, "did you mean `MTHFR`?");
    let (error, _) = failure(
        &session,
        "SELECT * FROM allele_frequency_by('sex_karyotype', 'nonesuchgene')",
    )
    .await;
    assert!(error.contains("there is no gene `nonesuchgene`"), "{error}");
    // In braces it is a contig, which this lake does not have either.
    let sql = "SELECT count(*) FROM variants WHERE in_region('{nonesuch}')";
    let (error, _) = failure(&session, sql).await;
    assert!(
        error.contains("no contig for the region `{nonesuch}`"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_symbol_and_an_alias_tell_the_gene() {
    let lake = lake().await;
    let session = lake.session().await;
    for (name, said, hint) in [
        (
            "MLL2",
            "it is a former symbol of `KMT2D`",
            "did you mean `KMT2D`?",
        ),
        ("her2", "it is an alias of `ERBB2`", "did you mean `ERBB2`?"),
    ] {
        for sql in [
            format!("SELECT 1 FROM variants WHERE in_region('{name}')"),
            format!("SELECT * FROM allele_frequency_by('region', '{name}')"),
        ] {
            let (error, found) = failure(&session, &sql).await;
            assert!(error.contains(said), "{error}");
            assert_eq!(found, hint);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_of_ensembl_or_hgnc_is_as_good_as_the_symbol() {
    let lake = lake().await;
    let session = lake.session().await;
    // MTHFR.
    for id in ["ENSG00000177000", "ENSG00000177000.13", "HGNC:7436"] {
        let sql = format!("SELECT pos FROM variants WHERE in_region('{id}') ORDER BY pos");
        assert_eq!(rows(&session, &sql).await, ["11785723", "11806455"], "{id}");
    }
    let sql = "SELECT 1 FROM variants WHERE in_region('ENSG00000000000')";
    assert!(failure(&session, sql).await.0.contains("there is no gene"));
}

#[tokio::test(flavor = "multi_thread")]
async fn genes_are_those_of_the_lakes_genome() {
    let count = "SELECT count(*) FROM variants WHERE in_region('MTHFR')";
    let unknown = lake_of("##contig=<ID=chr1>\n##contig=<ID=chrUn_1>\n").await;
    let session = unknown.session().await;
    let (error, _) = failure(&session, count).await;
    assert!(
        error.contains("SET kohort.reference_genome = 'GRCh38'"),
        "{error}"
    );
    let chosen = format!("SET kohort.reference_genome = 'hg38'; {count}");
    assert_eq!(rows(&session, &chosen).await, ["1"]);
    let chosen = format!("SET kohort.reference_genome = 'GRCh37'; {count}");
    assert_eq!(rows(&session, &chosen).await, ["0"]);
    // A contig that a callset has needs no genome.
    let sql = "SELECT count(*) FROM variants WHERE in_region('chrUn_1')";
    assert_eq!(rows(&session, sql).await, ["0"]);

    let chm13 = lake_of("##contig=<ID=chr1,length=248387328>\n").await;
    let session = chm13.session().await;
    let (error, _) = failure(&session, count).await;
    assert!(error.contains("no genes of CHM13"), "{error}");

    let grch37 = lake_of("##contig=<ID=chr1,length=249250621>\n").await;
    let session = grch37.session().await;
    assert_eq!(rows(&session, count).await, ["0"]);
    let sql = format!("SET kohort.reference_genome = 'GRCh38'; {count}");
    let (error, _) = failure(&session, &sql).await;
    assert!(error.contains("the lake is GRCh37"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn genes_are_a_table_that_joins() {
    let lake = lake().await;
    let session = lake.session().await;
    let sql = "SELECT gene, count(*) FROM variants AS v JOIN reference.genes AS g
        ON v.chrom = g.chrom AND v.pos BETWEEN g.start AND g.\"end\"
        WHERE reference_genome = 'GRCh38' AND gene IN ('MTHFR', 'ACE2') GROUP BY gene ORDER BY 1";
    assert_eq!(rows(&session, sql).await, ["ACE2|1", "MTHFR|2"]);
    let sql = "SELECT hgnc_id, strand FROM reference.genes
        WHERE gene = 'BRCA1' AND chrom = '17' ORDER BY reference_genome";
    assert_eq!(rows(&session, sql).await, ["HGNC:1100|-", "HGNC:1100|-"]);
    let (error, hint) = failure(&session, "SELECT * FROM reference.gene").await;
    assert_eq!(error, "there is no table `reference.gene`");
    assert_eq!(hint, "did you mean `reference.genes`?");
    let names: Vec<String> = session
        .tables()
        .await
        .unwrap()
        .into_iter()
        .map(|t| t.name)
        .collect();
    assert!(names.contains(&"reference.genes".to_string()), "{names:?}");
}
