//! A cohort from registries and genotypes: carriers with a diagnosis who lived in a region then,
//! are alive and have consented.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::Place;

/// Six women; all but `f` carry a variant in BRCA1.
const VCF: &str = "\
##fileformat=VCFv4.3
##contig=<ID=chr17,length=83257441>
##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\td\te\tf
chr17\t43045700\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/1\t0/1\t1/1\t0/1\t0/0
";
const SAMPLES: &str = "\
sample_id\tsex_karyotype\tperson_id
a\tXX\tp1\nb\tXX\tp2\nc\tXX\tp3\nd\tXX\tp4\ne\tXX\tp5\nf\tXX\tp6\n";
/// `b` has died, `c` has not consented.
const PEOPLE: &str = "\
person_id,died,consented
p1,,true\np2,2021-05-05,true\np3,,false\np4,,true\np5,,true\np6,,true\n";
/// `d` has another diagnosis, `a` has hers twice.
const DIAGNOSES: &str = "\
person_id,icd10,diagnosed
p1,C50,2022-03-01\np1,C50,2022-04-01\np2,C50,2020-03-01\np3,C50,2022-03-01
p4,C56,2022-03-01\np5,C50,2022-03-01\np6,C50,2022-03-01\n";
/// `e` lives in the region no longer when she is diagnosed.
const RESIDENCE: &str = "\
person_id,region,moved_in,moved_out
p1,12,2010-01-01,\np2,12,2010-01-01,\np3,12,2010-01-01,\np4,12,2010-01-01,
p5,12,2010-01-01,2022-02-28\np5,01,2022-03-01,\np6,12,2010-01-01,\n";

const QUERY: &str = "\
SELECT DISTINCT s.sample_id
FROM samples AS s
JOIN registry.people AS p ON p.person_id = s.person_id
JOIN registry.diagnoses AS d ON d.person_id = s.person_id AND d.icd10 = 'C50'
JOIN registry.residence AS r ON r.person_id = s.person_id
 AND d.diagnosed BETWEEN r.moved_in AND coalesce(r.moved_out, DATE '9999-12-31')
JOIN (SELECT DISTINCT sample_id FROM calls
      WHERE in_region(chrom, pos, 'BRCA1') AND alt_count > 0) AS carrier
  ON carrier.sample_id = s.sample_id
WHERE r.region = '12' AND p.died IS NULL AND p.consented";

fn place() -> Place {
    let place = Place::new();
    std::fs::write(place.path("cohort.vcf"), VCF).unwrap();
    std::fs::write(place.path("people.tsv"), SAMPLES).unwrap();
    place.ingest(&["--reference-genome", "GRCh38"]).ok();
    for (table, text) in [
        ("people", PEOPLE),
        ("diagnoses", DIAGNOSES),
        ("residence", RESIDENCE),
    ] {
        load(&place, table, text, &[]);
    }
    place
}

fn load(place: &Place, table: &str, text: &str, more: &[&str]) {
    let file = format!("{table}.csv");
    std::fs::write(place.path(&file), text).unwrap();
    let lake = place.lake();
    let arguments = [&["load", table, &file, "--lake", &lake], more].concat();
    place.run(&arguments).ok();
}

#[track_caller]
fn answer(place: &Place, sql: &str) -> Vec<String> {
    let lake = place.lake();
    let arguments = ["sql", "--lake", &lake, "--format", "csv", "-c", sql];
    let text = place.run(&arguments).ok();
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn each_criterion_says_how_many_it_removes_before_the_cohort_is_made() {
    let place = place();
    let lake = place.lake();
    let explain = format!("EXPLAIN CREATE COHORT c AS {QUERY}");
    let arguments = ["sql", "--lake", &lake, "--format", "csv", "-c", &explain];
    let flow = place.run(&arguments).ok();
    let counts: Vec<(String, String)> = flow
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.rsplit(',');
            let (_, removed, n) = (fields.next(), fields.next(), fields.next());
            (n.unwrap().to_owned(), removed.unwrap().to_owned())
        })
        .collect();
    let counts: Vec<(&str, &str)> = counts
        .iter()
        .map(|(n, removed)| (n.as_str(), removed.as_str()))
        .collect();
    assert_eq!(
        counts,
        [
            ("6", ""),
            ("6", "0"),
            ("5", "1"),
            ("5", "0"),
            ("4", "1"),
            ("3", "1"),
            ("2", "1"),
            ("1", "1"),
        ],
        "{flow}"
    );
    assert!(answer(&place, "SELECT * FROM cohorts").is_empty());
}

#[test]
fn a_cohort_keeps_its_query_and_its_people_when_registries_change() {
    let place = place();
    answer(&place, &format!("CREATE COHORT c AS {QUERY}"));
    let members =
        "SELECT sample_id FROM samples WHERE cohort_contains(cohort('c'), sample_index) ORDER BY 1";
    assert_eq!(answer(&place, members), ["a"]);
    let kept = answer(&place, "SELECT size, lake_version, sql FROM cohorts").join("\n");
    assert!(kept.starts_with("1,4,"), "{kept}");
    assert!(kept.contains("JOIN registry.residence AS r"), "{kept}");
    // `c` consents, and nobody else is left.
    load(
        &place,
        "people",
        "person_id,died,consented\np3,,true\n",
        &["--replace"],
    );
    assert_eq!(answer(&place, members), ["a"]);
    assert_eq!(answer(&place, QUERY), ["c"]);
    let flow = "SELECT n FROM cohort_flow('c') ORDER BY step DESC LIMIT 1";
    assert_eq!(answer(&place, flow), ["1"]);
}

#[test]
fn controls_are_matched_to_the_cohort_the_same_way_each_time() {
    let place = place();
    answer(&place, &format!("CREATE COHORT c AS {QUERY}"));
    let pairs = "SELECT case_id, control_id FROM match_controls($$SELECT sample_id, \
                 cohort_contains(cohort('c'), sample_index) AS is_case, sex_karyotype \
                 FROM samples$$, exact => 'sex_karyotype', ratio => 2, seed => 3) \
                 ORDER BY control_id";
    let found = answer(&place, pairs);
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|pair| pair.starts_with("a,") && pair != "a,a")
    );
    assert_eq!(answer(&place, pairs), found);
}
