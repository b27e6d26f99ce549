//! Regions whose contigs have odd names, or are not there: found or refused, never silently none.

#![allow(clippy::unwrap_used, reason = "tests")]

mod lake;

use kohort_ingest::AbsentPolicy;
use lake::{TestLake, failure, rows};

async fn lake() -> TestLake {
    let lake = TestLake::new().await;
    let vcf = "##fileformat=VCFv4.3\n##contig=<ID=chr1,length=248956422>\n\
         ##contig=<ID=chrX,length=156040895>\n##contig=<ID=HLA-DRB1*04:03:01,length=15246>\n\
         ##contig=<ID=HLA-A*01:01,length=3000>\n##contig=<ID=HLA-A*01,length=3000>\n\
         ##contig=<ID=chr25>\n##contig=<ID=GL000207.1>\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n\
         chr1\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         chrX\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         HLA-DRB1*04:03:01\t100\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         HLA-DRB1*04:03:01\t300\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         HLA-A*01:01\t5\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         HLA-A*01\t1\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         chr25\t7\t.\tA\tG\t.\t.\t.\tGT\t0/1\n\
         GL000207.1\t7\t.\tA\tG\t.\t.\t.\tGT\t0/1\n";
    lake.vcf("a", vcf.to_owned(), None, AbsentPolicy::Missing)
        .await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contig_is_found_by_its_name_with_and_without_a_range_and_braces() {
    let lake = lake().await;
    let session = lake.session().await;
    for (region, n) in [
        ("HLA-DRB1*04:03:01", 2),
        ("HLA-DRB1*04:03:01:1-100", 1),
        ("{HLA-DRB1*04:03:01}", 2),
        ("{HLA-DRB1*04:03:01}:300", 1),
        ("HLA-A*01:01:1-10", 1),
        ("{HLA-A*01:01}", 1),
        ("{HLA-A*01}:01", 1),
        ("chr25", 1),
        ("25:1-10", 0),
        ("GL000207.1", 1),
        ("GL000207.1:7", 1),
        ("chrx", 1),
        ("X:1-200", 1),
        ("23", 1),
        ("HLA-DRB1*04:03:01, chr1:100", 3),
    ] {
        if n == 0 {
            // The contig is called `chr25`, and no alias leads to it.
            let sql = format!("SELECT 1 FROM variants WHERE in_region('{region}')");
            let (error, _) = failure(&session, &sql).await;
            assert!(error.contains("there is no contig"), "{region}: {error}");
            continue;
        }
        let sql = format!("SELECT count(*) FROM variants WHERE in_region('{region}')");
        assert_eq!(rows(&session, &sql).await, [n.to_string()], "{region}");
        let sql = format!("SELECT count(*) FROM allele_frequency_by('callset', '{region}')");
        assert_eq!(rows(&session, &sql).await, [n.to_string()], "{region}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_names_nothing_is_refused() {
    let lake = lake().await;
    let session = lake.session().await;
    for (region, said) in [
        ("HLA-DRB1*04:03", "there is no contig"),
        ("HLA-DRB1*04:03:02:1-100", "there is no contig"),
        ("{HLA-DRB1*04:03}:01", "there is no contig"),
        ("{nonesuch}", "there is no contig"),
        ("chr24_random:5-6", "there is no contig"),
        ("chr99", "there is no gene"),
        ("HLA-A*01:01", "it is the name of a contig"),
        ("chr1:10-5", "expected an end of at least 10"),
        ("chr1:0-5", "expected a position of at least 1"),
        ("chr1 5 10", "are two contigs"),
        ("chr1: 5-10", "got no position"),
    ] {
        for sql in [
            format!("SELECT count(*) FROM variants WHERE in_region('{region}')"),
            format!("SELECT count(*) FROM variants WHERE in_region(['{region}'])"),
            format!("SELECT * FROM allele_frequency_by('callset', '{region}')"),
        ] {
            let (error, _) = failure(&session, &sql).await;
            assert!(error.contains(said), "{sql}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_contig_gets_a_suggestion() {
    let lake = lake().await;
    let session = lake.session().await;
    let sql = "SELECT 1 FROM variants WHERE in_region('HLA-DRB1*04:03:02')";
    let (_, hint) = failure(&session, sql).await;
    assert_eq!(hint, "did you mean `HLA-DRB1*04:03:01`?");
}
