//! `kohort export`, as typed.

mod support;

use support::{Place, VCF, names};

fn data_lines(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn records_come_back_as_they_were() {
    let place = Place::with_lake();
    let text = place
        .run(&["export", "--lake", "lake", "--callset", "pilot"])
        .ok();
    assert!(text.starts_with("##fileformat=VCF"), "{text}");
    assert_eq!(data_lines(&text), data_lines(VCF));
}

#[test]
fn region_and_samples_cut_what_comes_back() {
    let place = Place::with_lake();
    let mut arguments = vec!["export", "--lake", "lake", "--callset", "pilot"];
    arguments.extend([
        "--region",
        "chr17:43,045,750-43,046,000",
        "--samples",
        "carl,ada",
    ]);
    let text = place.run(&arguments).ok();
    let lines = data_lines(&text);
    assert_eq!(lines.len(), 1, "{text}");
    assert!(
        lines[0].starts_with("chr17\t43045800\t") && lines[0].contains("0/0:9"),
        "{text}"
    );
    arguments.extend(["--samples", "nobody"]);
    assert_ne!(place.run(&arguments).code, 0);
}

#[test]
fn file_name_gives_the_language() {
    let place = Place::with_lake();
    for (name, magic) in [
        ("o.vcf.gz", &b"\x1f\x8b"[..]),
        ("o.bcf", b"\x1f\x8b"),
        ("o.vcf", b"##"),
    ] {
        let ran = place.run(&["export", "--lake", "lake", "--callset", "pilot", "-o", name]);
        assert!(ran.ok().is_empty());
        assert!(
            std::fs::read(place.path(name)).unwrap().starts_with(magic),
            "{name}"
        );
    }
}

#[test]
fn sites_of_a_cohort_are_counted_in_it() {
    let place = Place::with_lake();
    let cohort = "CREATE COHORT women AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX'";
    place.sql(cohort, &[]).ok();
    let list = place
        .run(&["cohort", "list", "--lake", "lake", "--format", "csv"])
        .ok();
    assert!(
        list.lines().nth(1).unwrap().starts_with("women,2,"),
        "{list}"
    );
    let arguments = [
        "export",
        "--lake",
        "lake",
        "--callset",
        "pilot",
        "--sites",
        "--cohort",
    ];
    let text = place.run(&[&arguments[..], &["women"]].concat()).ok();
    let first = data_lines(&text).swap_remove(0);
    assert!(first.contains("AC=1;") && first.contains("AN=4"), "{first}");
    assert_eq!(first.split('\t').count(), 8);
    let error = place.run(&[&arguments[..], &["men"]].concat()).failed(1);
    assert!(error.contains("men"), "{error}");
}

#[test]
fn callset_that_is_missing_leaves_no_file() {
    let place = Place::with_lake();
    let arguments = [
        "export",
        "--lake",
        "lake",
        "--callset",
        "none",
        "-o",
        "o.vcf",
    ];
    let error = place.run(&arguments).failed(1);
    assert!(error.contains("`none`"), "{error}");
    assert_eq!(
        names(place.folder.path()),
        ["cohort.vcf", "lake", "people.tsv"]
    );
    assert_eq!(
        place
            .run(&[
                "export",
                "--lake",
                "lake",
                "--callset",
                "pilot",
                "--region",
                "::"
            ])
            .code,
        2
    );
}
