//! What callsets say of an allele beside its counts does not depend on which was ingested first.

#![allow(clippy::unwrap_used, reason = "tests")]

mod lake;

use kohort_ingest::AbsentPolicy;
use lake::{TestLake, rows};

const COLUMNS: &str = "\"end\", id, qual, filter, is_multiallelic, info, callsets_differ";

/// A file of one sample: INFO lines, and records of `POS ID REF ALT QUAL FILTER INFO`.
fn file(sample: &str, infos: &[&str], records: &[&str]) -> String {
    let mut vcf = String::from(
        "##fileformat=VCFv4.3\n##contig=<ID=chr1,length=248956422>\n\
         ##FILTER=<ID=q10,Description=\"q\">\n##FILTER=<ID=s50,Description=\"s\">\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n",
    );
    for info in infos {
        let (id, kind) = info.split_once(' ').unwrap();
        let (number, kind) = kind.split_once(' ').unwrap();
        vcf.push_str(&format!(
            "##INFO=<ID={id},Number={number},Type={kind},Description=\"d\">\n"
        ));
    }
    vcf.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t");
    vcf.push_str(sample);
    for record in records {
        let fields: Vec<&str> = record.split(' ').collect();
        vcf.push_str(&format!("\nchr1\t{}\tGT\t0/1", fields.join("\t")));
    }
    vcf.push('\n');
    vcf
}

async fn lake_of(files: &[(&str, String)], order: &[usize]) -> TestLake {
    let lake = TestLake::new().await;
    for i in order {
        let (name, vcf) = &files[*i];
        lake.vcf(name, vcf.clone(), None, AbsentPolicy::Missing)
            .await;
    }
    lake
}

/// Three callsets that agree on some things at 100 and on nothing at 200.
fn three() -> Vec<(&'static str, String)> {
    vec![
        (
            "a",
            file(
                "s1",
                &["DP 1 Integer", "EFF A String", "DB 0 Flag", "SC R Float"],
                &[
                    "100 rs1 A G 50 PASS DP=10;EFF=mis;DB;SC=1,2",
                    "200 rs2;rs1 C T 10 PASS DP=1;EFF=stop",
                    "300 . G <DEL> . q10 DP=4",
                    "400 only T C 7 PASS DP=9",
                ],
            ),
        ),
        (
            "b",
            file(
                "s2",
                &[
                    "EFF A String",
                    "DP 1 Integer",
                    "SC R Float",
                    "END 1 Integer",
                ],
                &[
                    "100 . A G 50 PASS DP=10;EFF=mis",
                    "200 rs9 C T 30 q10 DP=2;EFF=stop",
                    "300 . G <DEL> 3 PASS DP=4;END=900",
                ],
            ),
        ),
        (
            "c",
            file(
                "s3",
                &["AGE 1 String", "DP 1 Integer"],
                &["100 rs1 A G,T 50 PASS AGE=x", "200 . C T . . DP=1"],
            ),
        ),
    ]
}

const ORDERS: [[usize; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_ingest_changes_no_column_of_variants() {
    let files = three();
    let sql =
        format!("SELECT chrom, pos, ref, alt, {COLUMNS}, ac, an FROM variants ORDER BY 1, 2, 3, 4");
    let mut expected: Option<Vec<String>> = None;
    for order in ORDERS {
        let lake = lake_of(&files, &order).await;
        let found = rows(&lake.session().await, &sql).await;
        assert_eq!(found.len(), 5);
        assert_eq!(
            *expected.get_or_insert_with(|| found.clone()),
            found,
            "{order:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_taken_where_callsets_agree_and_named_where_they_differ() {
    let lake = lake_of(&three(), &[1, 0, 2]).await;
    let session = lake.session().await;
    let sql = "SELECT pos, id, qual, filter, is_multiallelic, info['DP'], info['EFF'], info['DB'],
        info['SC'], info['AGE'], callsets_differ FROM variants WHERE alt <> '<DEL>' AND pos < 400
        ORDER BY pos, alt";
    assert_eq!(
        rows(&session, sql).await,
        [
            "100|rs1|50.0|[PASS]|true|10|mis|true|[1.0, 2.0]|x|NULL",
            "100|rs1|50.0|[PASS]|true|NULL|NULL|NULL|NULL|x|NULL",
            "200|rs1;rs2;rs9|30.0|[q10]|false|NULL|stop|false|NULL|NULL|[qual, filter, info.DP]",
        ]
    );
    let sql =
        "SELECT \"end\", filter, info['DP'], callsets_differ FROM variants WHERE alt = '<DEL>'";
    assert_eq!(rows(&session, sql).await, ["900|[q10]|4|[end, filter]"]);
    let sql = "SELECT id, qual, callsets_differ FROM variants WHERE pos = 400";
    assert_eq!(rows(&session, sql).await, ["only|7.0|NULL"]);
    // Each callset's own is where it was.
    let sql = "SELECT callset, info['DP'], qual FROM callset_variants WHERE pos = 200 ORDER BY 1";
    assert_eq!(
        rows(&session, sql).await,
        ["a|1|10.0", "b|2|30.0", "c|1|NULL"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_known_without_the_columns_themselves() {
    let lake = lake_of(&three(), &[2, 0, 1]).await;
    let session = lake.session().await;
    let sql = "SELECT callsets_differ FROM variants WHERE pos = 200";
    assert_eq!(rows(&session, sql).await, ["[qual, filter, info.DP]"]);
    let sql = "SELECT count(*) FROM variants WHERE callsets_differ IS NOT NULL";
    assert_eq!(rows(&session, sql).await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_callset_differs_in_nothing_and_stays_a_projection() {
    let lake = lake_of(&three(), &[0]).await;
    let session = lake.session().await;
    let sql = "SELECT count(*), count(callsets_differ) FROM variants";
    assert_eq!(rows(&session, sql).await, ["4|0"]);
    let plan = rows(
        &session,
        "EXPLAIN SELECT id, info, callsets_differ FROM variants",
    )
    .await;
    assert!(!plan.join("\n").contains("Merge"), "{plan:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_over_callsets_read_no_column_that_callsets_may_differ_in() {
    let lake = lake_of(&three(), &[0, 1]).await;
    let session = lake.session().await;
    let plan = rows(&session, "EXPLAIN SELECT pos, ac, an FROM variants")
        .await
        .join("\n");
    let (_, physical) = plan.split_once("physical_plan").unwrap();
    for name in ["info", "qual", " filter,", " filter]", " id,"] {
        assert!(!physical.contains(name), "{name}: {plan}");
    }
}

/// Numbers that look random: xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }
}

/// A callset of random records at the loci that all callsets share.
fn random_file(dice: &mut Dice, sample: &str) -> String {
    let declared = [
        "DP 1 Integer",
        "EFF A String",
        "L . Integer",
        "DB 0 Flag",
        "SC R Float",
    ];
    let kept: Vec<&str> = declared.into_iter().filter(|_| dice.below(4) > 0).collect();
    let mut records = Vec::new();
    for pos in 1..80 {
        if dice.below(3) == 0 {
            continue;
        }
        let alt = ["G", "G,T", "T"][dice.below(3)];
        let id = [".", "rs1", "rs2", "rs2;rs1"][dice.below(4)];
        let qual = [".", "10", "20"][dice.below(3)];
        let filter = [".", "PASS", "q10", "q10;s50"][dice.below(4)];
        let mut info = Vec::new();
        for field in &kept {
            let n_alts = alt.split(',').count();
            let value = dice.below(2).to_string();
            match field.split(' ').next().unwrap() {
                _ if dice.below(3) == 0 => {}
                "DB" => info.push("DB".to_string()),
                "EFF" => info.push(format!("EFF={}", vec![value; n_alts].join(","))),
                "SC" => info.push(format!("SC={}", vec![value; n_alts + 1].join(","))),
                key => info.push(format!("{key}={value}")),
            }
        }
        let info = if info.is_empty() {
            ".".to_string()
        } else {
            info.join(";")
        };
        records.push(format!("{pos} {id} A {alt} {qual} {filter} {info}"));
    }
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    file(sample, &kept, &records)
}

#[tokio::test(flavor = "multi_thread")]
async fn random_callsets_give_the_same_rows_in_every_order() {
    let sql =
        format!("SELECT chrom, pos, ref, alt, {COLUMNS}, ac, an FROM variants ORDER BY 1, 2, 3, 4");
    for seed in 1..4_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let files: Vec<(&str, String)> = ["a", "b", "c"]
            .map(|name| (name, random_file(&mut dice, name)))
            .into();
        let first = lake_of(&files, &ORDERS[0]).await;
        let expected = rows(&first.session().await, &sql).await;
        assert!(expected.len() > 50);
        assert!(
            expected.iter().any(|row| row.contains("info.")),
            "{expected:?}"
        );
        for order in [ORDERS[3], ORDERS[5]] {
            let other = lake_of(&files, &order).await;
            let found = rows(&other.session().await, &sql).await;
            for (expected, found) in expected.iter().zip(&found) {
                assert_eq!(found, expected, "seed {seed}, {order:?}");
            }
            assert_eq!(found.len(), expected.len());
        }
    }
}
