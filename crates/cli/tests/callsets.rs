//! What becomes of people when callsets and tables come, are replaced and go.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{Place, VCF};

const CSV: [&str; 2] = ["--format", "csv"];

/// Everybody's alleles in the cohort, at the first variant.
const AN: &str = "SELECT allele_stats(genotypes, cohort('c'))['an'] AS an FROM variants \
                  WHERE pos = 43045700";

fn ingest(place: &Place, file: &str, callset: &str, more: &[&str]) -> support::Ran {
    let arguments = ["ingest", file, "--lake", "lake", "--callset", callset];
    place.run(&[&arguments[..], more].concat())
}

fn write(place: &Place, name: &str, text: &str) {
    std::fs::write(place.path(name), text).unwrap();
}

#[track_caller]
fn answer(place: &Place, sql: &str) -> String {
    let text = place.sql(sql, &CSV).ok();
    text.lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn people_who_are_in_another_callset_are_refused_and_named() {
    let place = Place::with_lake();
    // The same file under another name.
    let error = ingest(&place, "cohort.vcf", "again", &[]).failed(1);
    for part in [
        "callset `again`: already in callset `pilot`: 3 of its 3 samples: `ada`, `bea`, `carl`",
        "`--callset pilot --replace`",
        "`--allow-duplicate-samples`",
    ] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    // One sample of three, at other places.
    let other = VCF
        .replace("43045", "42045")
        .replace("ada\tbea", "dina\tbea");
    let other = other.replace("carl", "erik");
    write(&place, "other.vcf", &other);
    let error = ingest(&place, "other.vcf", "again", &[]).failed(1);
    assert!(error.contains("1 of its 3 samples: `bea`"), "{error}");
    assert_eq!(answer(&place, "SELECT count(*) FROM samples"), "3");
    ingest(&place, "other.vcf", "again", &["--allow-duplicate-samples"]).ok();
    assert_eq!(answer(&place, "SELECT count(*) FROM samples"), "6");
    // Others are not refused.
    let others = VCF.replace("ada\tbea\tcarl", "f\tg\th");
    write(&place, "others.vcf", &others);
    ingest(&place, "others.vcf", "third", &[]).ok();
}

#[test]
fn people_are_known_by_person_id_too() {
    let place = Place::new();
    write(
        &place,
        "people.tsv",
        "sample_id\tperson_id\nada\tP1\nbea\tP2\ncarl\tP3\n",
    );
    place.ingest(&[]).ok();
    write(
        &place,
        "new.vcf",
        &VCF.replace("ada\tbea\tcarl", "n1\tn2\tn3"),
    );
    write(
        &place,
        "new.tsv",
        "sample_id\tperson_id\nn1\tP9\nn2\tP2\nn3\t\n",
    );
    let more = ["--samples", "new.tsv"];
    let error = ingest(&place, "new.vcf", "new", &more).failed(1);
    let expected = "already in callset `pilot`: 1 person by `person_id`: `P2`";
    assert!(error.contains(expected), "{error}");
    let allowed = [&more[..], &["--allow-duplicate-samples"]].concat();
    ingest(&place, "new.vcf", "new", &allowed).ok();
}

#[test]
fn the_same_file_without_samples_is_refused() {
    let place = Place::new();
    let sites: String = VCF
        .lines()
        .filter(|line| !line.starts_with("##FORMAT"))
        .map(|line| match line.starts_with("##") {
            true => format!("{line}\n"),
            false => line.split('\t').take(8).collect::<Vec<_>>().join("\t") + "\n",
        })
        .collect();
    write(&place, "sites.vcf", &sites);
    write(&place, "copy.vcf", &sites);
    ingest(&place, "sites.vcf", "a", &[]).ok();
    let error = ingest(&place, "copy.vcf", "b", &[]).failed(1);
    let expected = "already in callset `a`: the file `copy.vcf`, ingested as `sites.vcf`";
    assert!(error.contains(expected), "{error}");
    // Nothing is left of it.
    let vacuum = ["lake", "vacuum", "--lake", "lake", "--keep-hours", "0"];
    let vacuumed = place.run(&vacuum).ok();
    assert!(vacuumed.contains("removed 0 files"), "{vacuumed}");
    ingest(&place, "copy.vcf", "b", &["--allow-duplicate-samples"]).ok();
}

#[test]
fn a_cohort_follows_its_people_when_their_callset_is_replaced() {
    let place = Place::with_lake();
    let make = "CREATE COHORT c AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX'";
    answer(&place, make);
    assert_eq!(answer(&place, AN), "4");
    let size = "SELECT size FROM cohorts";
    assert_eq!(answer(&place, size), "2");
    for _ in 0..2 {
        place.ingest(&["--replace"]).ok();
        assert_eq!(answer(&place, AN), "4");
        assert_eq!(answer(&place, size), "2");
    }
    let members = "SELECT sample_id FROM samples WHERE cohort_contains(cohort('c'), sample_index) \
                   ORDER BY 1";
    assert_eq!(answer(&place, members), "ada\nbea");
    // The versions of before have the people too.
    let before = place.sql(AN, &["--as-of", "1", "--format", "csv"]).ok();
    assert_eq!(before, "an\n4\n");
    let list = ["cohort", "list", "--lake", "lake", "--format", "csv"];
    let list = place.run(&list).ok();
    assert!(list.contains("\nc,2,"), "{list}");
}

#[test]
fn a_cohort_follows_persons_whose_samples_have_other_names() {
    let place = Place::new();
    write(
        &place,
        "people.tsv",
        "sample_id\tperson_id\nada\tP1\nbea\tP2\ncarl\tP3\n",
    );
    place.ingest(&["--reference-genome", "GRCh38"]).ok();
    answer(
        &place,
        "CREATE COHORT c AS SELECT sample_id FROM samples WHERE person_id <> 'P3'",
    );
    // `ada` and `carl` are the names of other people's samples now.
    write(
        &place,
        "new.vcf",
        &VCF.replace("ada\tbea\tcarl", "a1\tcarl\tada"),
    );
    write(
        &place,
        "new.tsv",
        "sample_id\tperson_id\na1\tP1\ncarl\tP2\nada\tP3\n",
    );
    ingest(
        &place,
        "new.vcf",
        "pilot",
        &["--samples", "new.tsv", "--replace"],
    )
    .ok();
    let members = "SELECT person_id FROM samples WHERE cohort_contains(cohort('c'), sample_index) \
                   ORDER BY 1";
    assert_eq!(answer(&place, members), "P1\nP2");
}

#[test]
fn whoever_would_leave_a_cohort_is_named_before_a_replacement() {
    let place = Place::with_lake();
    answer(&place, "CREATE COHORT c AS SELECT sample_id FROM samples");
    answer(
        &place,
        "CREATE COHORT d AS SELECT sample_id FROM samples WHERE sample_id = 'carl'",
    );
    write(&place, "new.vcf", &VCF.replace("bea\tcarl", "dina\terik"));
    let error = ingest(&place, "new.vcf", "pilot", &["--replace"]).failed(1);
    let expected = "callset `pilot`: cohorts would lose samples: `c` 2 (`bea`, `carl`), `d` 1 \
                    (`carl`)";
    assert!(error.contains(expected), "{error}");
    assert!(error.contains("--allow-cohort-loss"), "{error}");
    assert_eq!(
        answer(
            &place,
            "SELECT count(*) FROM samples WHERE sample_id = 'bea'"
        ),
        "1"
    );
    let more = ["--replace", "--allow-cohort-loss"];
    ingest(&place, "new.vcf", "pilot", &more).ok();
    let sizes = "SELECT cohort, size FROM cohorts ORDER BY 1";
    assert_eq!(answer(&place, sizes), "c,1\nd,0");
}

#[test]
fn a_callset_is_dropped_in_one_version() {
    let place = Place::with_lake();
    answer(&place, "CREATE COHORT c AS SELECT sample_id FROM samples");
    let drop = ["lake", "drop", "--callset", "pilot", "--lake", "lake"];
    let error = place.run(&drop).failed(1);
    assert!(
        error.contains("cohorts would lose samples: `c` 3"),
        "{error}"
    );
    let text = place
        .run(&[&drop[..], &["--allow-cohort-loss"]].concat())
        .ok();
    assert_eq!(text, "dropped callset `pilot` (lake version 2)\n");
    assert_eq!(answer(&place, "SELECT count(*) FROM variants"), "0");
    assert_eq!(answer(&place, "SELECT size FROM cohorts"), "0");
    let count = "SELECT count(*) AS n FROM variants";
    let old = ["--as-of", "1", "--format", "csv"];
    assert_eq!(place.sql(count, &old).ok(), "n\n5\n");
    assert_eq!(
        place.sql("SELECT size AS n FROM cohorts", &old).ok(),
        "n\n3\n"
    );
    let history = ["lake", "history", "--lake", "lake", "--format", "csv"];
    let history = place.run(&history).ok();
    assert!(
        history.lines().nth(1).unwrap().contains(",DROP,pilot,"),
        "{history}"
    );
    let error = place.run(&drop).failed(1);
    assert!(error.contains("no callset `pilot`"), "{error}");
    // The same people may come again.
    place.ingest(&[]).ok();
    place.run(&["lake", "verify", "--lake", "lake"]).ok();
}

#[test]
fn a_loaded_table_is_dropped_in_one_version() {
    let place = Place::with_lake();
    write(&place, "people.csv", "person_id,region\np1,12\np2,01\n");
    let load = ["load", "people", "people.csv", "--lake", "lake"];
    place.run(&load).ok();
    answer(&place, "DROP TABLE registry.people");
    let error = place
        .sql("SELECT count(*) FROM registry.people", &[])
        .failed(1);
    assert!(error.contains("registry.people"), "{error}");
    let error = place.sql("DROP TABLE registry.people", &[]).failed(1);
    assert!(
        error.contains("there is no table `registry.people`"),
        "{error}"
    );
    answer(&place, "DROP TABLE IF EXISTS registry.people");
    let count = "SELECT count(*) AS n FROM registry.people";
    let old = ["--as-of", "2", "--format", "csv"];
    assert_eq!(place.sql(count, &old).ok(), "n\n2\n");
    let error = place.sql("DROP TABLE registry.people", &old).failed(2);
    assert!(error.contains("earlier state"), "{error}");
    // It can be made again, and dropped from the command line.
    place.run(&load).ok();
    assert_eq!(place.sql(count, &CSV).ok(), "n\n2\n");
    let drop = ["lake", "drop", "--table", "people", "--lake", "lake"];
    let text = place.run(&drop).ok();
    assert!(
        text.starts_with("dropped registry.people (lake version "),
        "{text}"
    );
    place.run(&drop).failed(1);
    let vacuum = ["lake", "vacuum", "--lake", "lake", "--keep-hours", "0"];
    let vacuumed = place.run(&vacuum).ok();
    assert!(vacuumed.contains("removed 2 files"), "{vacuumed}");
    place.run(&["lake", "verify", "--lake", "lake"]).ok();
}

#[test]
fn a_file_that_was_loaded_is_not_appended_again() {
    let place = Place::new();
    write(&place, "jan.csv", "person_id,tests\np1,1\n");
    write(&place, "feb.csv", "person_id,tests\np1,2\n");
    write(&place, "copy.csv", "person_id,tests\np1,1\n");
    let load = |files: &[&str], more: &[&str]| {
        let arguments = [&["load", "tests"], files, &["--lake", "lake"], more].concat();
        place.run(&arguments)
    };
    load(&["jan.csv"], &[]).ok();
    load(&["feb.csv"], &["--append"]).ok();
    let error = load(&["copy.csv"], &["--append"]).failed(1);
    let expected = "registry.tests: `copy.csv` was loaded before, as `jan.csv` in version 1";
    assert!(error.contains(expected), "{error}");
    assert!(error.contains("--allow-duplicate-files"), "{error}");
    let count = || answer(&place, "SELECT count(*) FROM registry.tests");
    assert_eq!(count(), "2");
    load(&["copy.csv"], &["--append", "--allow-duplicate-files"]).ok();
    assert_eq!(count(), "3");
    // What a replacement took away may come again.
    load(&["feb.csv"], &["--replace"]).ok();
    load(&["jan.csv"], &["--append"]).ok();
    assert_eq!(count(), "2");
    let error = load(&["jan.csv", "copy.csv"], &["--replace"]).failed(1);
    assert!(
        error.contains("`copy.csv` is the same file as `jan.csv`"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_lake_is_for_its_owner_only_unless_asked() {
    use std::os::unix::fs::PermissionsExt;
    let modes = |place: &Place| {
        let (mut folders, mut modes) = (vec![place.path("lake")], Vec::new());
        while let Some(path) = folders.pop() {
            let metadata = std::fs::metadata(&path).unwrap();
            modes.push((metadata.is_dir(), metadata.permissions().mode() & 0o777));
            if metadata.is_dir() {
                let entries = std::fs::read_dir(&path).unwrap();
                folders.extend(entries.map(|entry| entry.unwrap().path()));
            }
        }
        modes.sort_unstable();
        modes.dedup();
        modes
    };
    for (option, expected) in [
        (None, [(false, 0o600), (true, 0o700)]),
        (Some("folder_access=group"), [(false, 0o640), (true, 0o750)]),
    ] {
        let place = Place::new();
        let option = option.map_or(vec![], |option| vec!["--storage-option", option]);
        place.ingest(&option).ok();
        write(&place, "people.csv", "person_id,region\np1,12\n");
        let load = ["load", "people", "people.csv", "--lake", "lake"];
        place.run(&[&load[..], &option].concat()).ok();
        assert_eq!(modes(&place), expected, "{option:?}");
    }
    let place = Place::new();
    let error = place
        .ingest(&["--storage-option", "folder_access=all"])
        .failed(1);
    assert!(error.contains("`owner`, `group` or `umask`"), "{error}");
}

#[test]
fn what_a_killed_process_left_is_found_by_vacuum() {
    let place = Place::with_lake();
    write(&place, "people.csv", "person_id,region\np1,12\n");
    place
        .run(&["load", "people", "people.csv", "--lake", "lake"])
        .ok();
    let left = [
        "lake/registry/people/people-1a2b3c4d5e6f.parquet#1",
        "lake/callsets/_delta_log/00000000000000000009.json#2",
    ];
    for name in left {
        write(&place, name, "half of a file");
    }
    write(&place, "lake/registry/notes#x", "not ours");
    let vacuum = ["lake", "vacuum", "--lake", "lake"];
    // So young that its process may still be writing.
    assert!(place.run(&vacuum).ok().contains("removed 0 files"));
    let text = place
        .run(&[&vacuum[..], &["--keep-hours", "0"]].concat())
        .ok();
    assert!(text.contains("removed 2 files of 28 B"), "{text}");
    for name in left {
        assert!(!place.path(name).exists(), "{name}");
    }
    assert!(place.path("lake/registry/notes#x").exists());
}

/// A VCF whose header says its genome as given, with one variant.
fn genome_file(header: &str) -> String {
    format!(
        "##fileformat=VCFv4.3\n{header}##FORMAT=<ID=GT,Number=1,Type=String,Description=\"G\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tx{}\n\
         chr20\t1000\t.\tA\tG\t.\t.\t.\tGT\t0/1\n",
        header.len()
    )
}

#[test]
fn the_reference_genome_is_read_from_names_in_the_header() {
    for (header, expected) in [
        ("##reference=GRCh37\n", Ok("GRCh37")),
        ("##reference=file:///refs/hs37d5.fa.gz\n", Ok("GRCh37")),
        ("##contig=<ID=chr20,assembly=b37>\n", Ok("GRCh37")),
        (
            "##reference=/data/GRCh38_full.fa\n##contig=<ID=chr20>\n",
            Ok("GRCh38"),
        ),
        (
            "##contig=<ID=chr20,length=64444167,assembly=GRCh38>\n",
            Ok("GRCh38"),
        ),
        ("##contig=<ID=chr20,assembly=T2T-CHM13v2.0>\n", Ok("CHM13")),
        ("##reference=hg18\n", Ok("unknown")),
        ("", Ok("unknown")),
        (
            "##reference=GRCh37\n##contig=<ID=chr20,length=64444167>\n",
            Err("`##reference=GRCh37` names GRCh37, but contig `chr20`: expected length 63025520"),
        ),
        (
            "##reference=GRCh37\n##contig=<ID=chr20,assembly=hg38>\n",
            Err(
                "`##reference=GRCh37` names GRCh37, but contig `chr20` (assembly `hg38`) names \
                 GRCh38",
            ),
        ),
        (
            "##reference=hg18\n##contig=<ID=chr20,length=64444167>\n",
            Err("`##reference=hg18` names hg18, but contigs have the lengths of GRCh38"),
        ),
    ] {
        let place = Place::new();
        write(&place, "one.vcf", &genome_file(header));
        let ran = ingest(&place, "one.vcf", "one", &[]);
        match expected {
            Ok(genome) => {
                let text = ran.ok();
                let line = format!("reference genome   {genome}\n");
                assert!(text.contains(&line), "{header}: {text}");
            }
            Err(expected) => {
                let error = ran.failed(1);
                assert!(error.contains(expected), "{header}: {error}");
            }
        }
    }
}

#[test]
fn a_lake_takes_no_file_of_another_or_an_unsaid_genome() {
    let place = Place::with_lake();
    for (header, expected) in [
        (
            "##reference=GRCh37\n",
            "expected GRCh38 as in callset `pilot`, found GRCh37",
        ),
        ("##contig=<ID=chr20,assembly=hs37d5>\n", "found GRCh37"),
        ("##reference=ncbi36.fa\n", "found ncbi36"),
        (
            "",
            "expected GRCh38 as in callset `pilot`; the files do not say",
        ),
    ] {
        write(&place, "one.vcf", &genome_file(header));
        let error = ingest(&place, "one.vcf", "one", &[]).failed(1);
        assert!(error.contains(expected), "{header}: {error}");
    }
    // GRCh37 and GRCh38 have one mitochondrial sequence.
    let mitochondrial = genome_file("##contig=<ID=MT,length=16569>\n").replace("chr20", "MT");
    write(&place, "one.vcf", &mitochondrial);
    ingest(&place, "one.vcf", "mitochondrial", &[]).ok();
    let given = ["--reference-genome", "GRCh38"];
    write(&place, "one.vcf", &genome_file(""));
    ingest(&place, "one.vcf", "one", &given).ok();
    // Said to be GRCh38, and the header has another name and nothing to measure.
    write(&place, "two.vcf", &genome_file("##reference=hg19.fa\n"));
    let error = ingest(&place, "two.vcf", "two", &given).failed(1);
    assert!(
        error.contains("expected GRCh38 as given, found GRCh37"),
        "{error}"
    );
    // Lifted over, and the old name left behind: lengths decide, once somebody says so.
    let lifted = "##reference=hg19.fa\n##contig=<ID=chr20,length=64444167>\n";
    write(&place, "two.vcf", &genome_file(lifted));
    ingest(&place, "two.vcf", "two", &[]).failed(1);
    ingest(&place, "two.vcf", "two", &given).ok();
}
