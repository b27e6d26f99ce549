//! `ac`, `an`, genotype classes and Hardy–Weinberg beside `bcftools +fill-tags`, file by file.
//!
//! bcftools counts GT as it is written and knows no sex karyotypes. Each file is therefore
//! rewritten by the rules of [`oracle::rules`], the whole of what Kohort does differently, and must
//! then count alike. `docs/oracle.md` has the differences with figures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop and print"
)]

mod oracle;

use kohort_workbench::{collection, version};
use oracle::hardy_weinberg::agree;
use oracle::kohort::{Allele, Counts, Ingest, OneFile};
use oracle::plain;
use oracle::refused::{REFUSED, Remedy};
use oracle::rules::{CHM13, GRCH37, GRCH38, Genome, Karyotype, UnknownSex, rewrite};
use oracle::simulate::{Options, simulate};
use oracle::tools::{Scratch, run, variant_files};
use std::collections::HashMap;
use std::path::Path;

/// What bcftools says of one allele.
#[derive(Debug, PartialEq)]
struct Tags {
    ac: u64,
    an: u64,
    samples_with_data: u64,
    alleles_in_hom: u64,
    alleles_in_het: u64,
    alleles_in_hemi: u64,
}

impl Tags {
    /// What the counts of Kohort mean in bcftools' tags: it counts alleles where Kohort counts
    /// people.
    fn expected(counts: &Counts) -> Self {
        Self {
            ac: counts.ac,
            an: counts.an,
            samples_with_data: counts.n_called + counts.n_partial,
            alleles_in_hom: 2 * counts.n_hom_alt,
            alleles_in_het: counts.n_het,
            alleles_in_hemi: counts.n_hemi_alt,
        }
    }
}

/// The tags of each allele of each record; `None` where the record has no GT.
fn tags(scratch: &Scratch, vcf: &str) -> Result<Vec<Vec<Option<Tags>>>, String> {
    let tagged = scratch.path("tagged.bcf");
    let names = "AC,AN,NS,AC_Hom,AC_Het,AC_Hemi";
    run(
        "bcftools",
        [
            "+fill-tags",
            vcf,
            "-Ob",
            "-o",
            &tagged,
            "--",
            "-d",
            "-t",
            names,
        ],
    )?;
    let format = "%ALT\t%AC\t%AN\t%NS\t%AC_Hom\t%AC_Het\t%AC_Hemi[\t%GT]\n";
    let text = run("bcftools", ["query", "-f", format, &tagged])?;
    Ok(text.lines().map(tags_of_record).collect())
}

fn tags_of_record(line: &str) -> Vec<Option<Tags>> {
    let cells: Vec<&str> = line.split('\t').collect();
    let n_alts = cells[0].split(',').count();
    let has_calls = cells.len() > 7 && cells[2] != ".";
    let number = |text: &str| text.parse().unwrap_or(0);
    let nth = |column: usize, i: usize| cells[column].split(',').nth(i).map_or(0, number);
    (0..n_alts)
        .map(|i| {
            has_calls.then(|| Tags {
                ac: nth(1, i),
                an: number(cells[2]),
                samples_with_data: number(cells[3]),
                alleles_in_hom: nth(4, i),
                alleles_in_het: nth(5, i),
                alleles_in_hemi: nth(6, i),
            })
        })
        .collect()
}

/// The differences between Kohort and bcftools, in words.
fn differences(alleles: &[Allele], tags: &[Vec<Option<Tags>>]) -> Vec<String> {
    let n_alleles: usize = tags.iter().map(Vec::len).sum();
    if n_alleles != alleles.len() {
        return vec![format!(
            "bcftools has {n_alleles} alleles, Kohort {}",
            alleles.len()
        )];
    }
    let mut found = Vec::new();
    for allele in alleles {
        let theirs = &tags[allele.record][allele.allele.saturating_sub(1)];
        let ours = allele.counts.as_ref().map(Tags::expected);
        // bcftools keeps which alleles a call has, not how many: `0/0/1` adds 2 to its AN.
        let is_polyploid = allele.counts.is_some_and(|counts| counts.n_polyploid > 0);
        if ours != *theirs && !is_polyploid {
            found.push(format!(
                "{}: Kohort {ours:?}, bcftools {theirs:?}",
                place(allele)
            ));
        }
    }
    found
}

fn place(allele: &Allele) -> String {
    let Allele {
        chrom,
        pos,
        reference,
        alternate,
        record,
        ..
    } = allele;
    format!("record {record} {chrom}:{pos} {reference}>{alternate}")
}

/// After `bcftools norm -m-`: the same counts, and the exact test.
fn differences_after_norm(scratch: &Scratch, alleles: &[Allele], vcf: &str) -> Vec<String> {
    let (split, tagged) = (scratch.path("split.bcf"), scratch.path("split.tagged.bcf"));
    let steps = run("bcftools", ["norm", "-m-", vcf, "-Ob", "-o", &split]).and_then(|_| {
        run(
            "bcftools",
            [
                "+fill-tags",
                &split,
                "-Ob",
                "-o",
                &tagged,
                "--",
                "-d",
                "-t",
                "AC,AN,HWE",
            ],
        )
    });
    if let Err(message) = steps {
        println!("not comparable: bcftools norm: {message}");
        return Vec::new();
    }
    let format = "%POS\t%REF\t%ALT\t%AC\t%AN\t%HWE\n";
    let text = run("bcftools", ["query", "-f", format, &tagged]).unwrap();
    let mut theirs: Vec<(String, f64)> = text
        .lines()
        .filter_map(|line| line.rsplit_once('\t'))
        .filter_map(|(key, p)| Some((key.to_owned(), p.parse().ok()?)))
        .filter(|(key, _)| !key.contains("\t.\t"))
        .collect();
    let mut ours = Vec::new();
    for allele in alleles.iter().filter(|allele| allele.alternate != ".") {
        let Some(counts) = allele.counts else {
            continue;
        };
        if counts.n_polyploid > 0 {
            return Vec::new();
        }
        let Allele {
            pos,
            reference,
            alternate,
            ..
        } = allele;
        let p = counts.exact_of_diploids().p;
        ours.push((
            format!(
                "{pos}\t{reference}\t{alternate}\t{}\t{}",
                counts.ac, counts.an
            ),
            p,
        ));
    }
    let by_key_and_p =
        |a: &(String, f64), b: &(String, f64)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1));
    theirs.sort_by(by_key_and_p);
    ours.sort_by(by_key_and_p);
    if ours.len() != theirs.len() {
        return vec![format!(
            "norm: Kohort has {} alleles, bcftools {}",
            ours.len(),
            theirs.len()
        )];
    }
    let pairs = ours.iter().zip(&theirs);
    pairs
        .filter(|(a, b)| a.0 != b.0 || !agree(a.1, b.1))
        .map(|(a, b)| format!("norm: Kohort {a:?}, bcftools {b:?}"))
        .collect()
}

/// Kohort's own exact test beside the definition.
fn differences_in_hwe(alleles: &[Allele]) -> Vec<String> {
    let mut found = Vec::new();
    for allele in alleles {
        let Some(counts) = allele.counts else {
            continue;
        };
        let (Some(ours), Some(ours_mid)) = (counts.hwe_p, counts.hwe_mid_p) else {
            continue;
        };
        let theirs = counts.exact();
        if !agree(ours, theirs.p) || !agree(ours_mid, theirs.mid_p) {
            let ours = (ours, ours_mid);
            found.push(format!(
                "{}: hwe_exact {ours:?}, by definition {theirs:?}",
                place(allele)
            ));
        }
    }
    found
}

/// Compares one file under one setting: how many alleles, and the differences.
fn compare(
    scratch: &Scratch,
    file: &OneFile,
    text: &str,
    (genome, karyotypes): (&Genome, &HashMap<String, Karyotype>),
    unknown: UnknownSex,
) -> (usize, Vec<String>) {
    let alleles = file.alleles(unknown);
    let rewritten = scratch.write("counted.vcf", &rewrite(text, genome, karyotypes, unknown));
    let tags = match tags(scratch, &rewritten) {
        Ok(tags) => tags,
        Err(message) => {
            return (
                0,
                vec![format!("bcftools refuses the rewritten file: {message}")],
            );
        }
    };
    let mut found = differences(&alleles, &tags);
    if found.is_empty() {
        found.extend(differences_after_norm(scratch, &alleles, &rewritten));
        found.extend(differences_in_hwe(&alleles));
    }
    (alleles.len(), found)
}

/// What became of one real file.
enum Verdict {
    Agrees { n_alleles: usize },
    Differs(Vec<String>),
    NotComparable(String),
}

/// What Kohort said against a file at first, and what became of it.
struct Judged {
    refusal: Option<String>,
    remedy: Remedy,
    verdict: Option<Verdict>,
}

fn judge(scratch: &Scratch, path: &Path) -> Judged {
    let name = path.to_string_lossy();
    let not_comparable = |message| Judged {
        refusal: None,
        remedy: Remedy::None,
        verdict: Some(Verdict::NotComparable(message)),
    };
    let text = match plain::read(&name) {
        Ok(text) => text,
        Err(message) => return not_comparable(message),
    };
    if let Err(message) = tags(scratch, &scratch.write("plain.vcf", &text)) {
        return not_comparable(message);
    }
    match ingest(scratch, &name, None) {
        Ok(file) => Judged {
            refusal: None,
            remedy: Remedy::None,
            verdict: Some(verdict(scratch, &file, &text)),
        },
        Err(message) => match ingest(scratch, &name, Some("null")) {
            Ok(file) => Judged {
                refusal: Some(message),
                remedy: Remedy::BadFieldNull,
                verdict: Some(verdict(scratch, &file, &text)),
            },
            Err(_) => Judged {
                refusal: Some(message),
                remedy: Remedy::None,
                verdict: None,
            },
        },
    }
}

fn verdict(scratch: &Scratch, file: &OneFile, text: &str) -> Verdict {
    let recorded = file.reference_genome();
    let genome = Genome::named(&recorded).unwrap_or(&GRCH37);
    if plain::sample_ids(text).is_empty() {
        return Verdict::Agrees { n_alleles: 0 };
    }
    let nobody = HashMap::new();
    let (n_alleles, mut found) =
        compare(scratch, file, text, (genome, &nobody), UnknownSex::Exclude);
    if plain::has_sex_chromosomes(text) {
        found.extend(compare(scratch, file, text, (genome, &nobody), UnknownSex::AsCalled).1);
    }
    match file.n_stored_differ().as_str() {
        "0" => {}
        n => found.push(format!(
            "{n} rows have stored counts that differ from a query's"
        )),
    }
    if found.is_empty() {
        Verdict::Agrees { n_alleles }
    } else {
        Verdict::Differs(found)
    }
}

/// Kohort asks for the reference genome where the file does not say it.
fn ingest(scratch: &Scratch, file: &str, on_bad_field: Option<&str>) -> Result<OneFile, String> {
    let how = Ingest {
        on_bad_field,
        ..Ingest::default()
    };
    OneFile::ingest(scratch, file, how).or_else(|message| {
        if message.contains("--reference-genome") {
            let how = Ingest {
                reference_genome: Some("GRCh37"),
                ..how
            };
            OneFile::ingest(scratch, file, how)
        } else {
            Err(message)
        }
    })
}

/// Compares every file of a folder. Of all of them `whole` must be comparable, of those that come
/// with the repository `shipped`.
fn compare_folder(folder: &str, whole: usize, shipped: usize) {
    if version("bcftools").is_none() {
        return;
    }
    let all = collection("variants", "data/real");
    let at_least = all.at_least(whole, shipped);
    let scratch = Scratch::new(&format!("bcftools-{}", folder.replace('/', "")));
    let mut faults = Vec::new();
    let (mut n_files, mut n_alleles_compared) = (0, 0);
    for (name, path) in variant_files(&all, folder) {
        let judged = judge(&scratch, &path);
        faults.extend(fault_of_refusal(&name, &judged));
        match judged.verdict {
            Some(Verdict::Agrees { n_alleles }) => {
                n_files += 1;
                n_alleles_compared += n_alleles;
            }
            Some(Verdict::Differs(found)) => {
                let first = found
                    .iter()
                    .take(3)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join("\n    ");
                faults.push(format!("{name}: {} differences\n    {first}", found.len()));
            }
            Some(Verdict::NotComparable(message)) => println!("not comparable: {name}: {message}"),
            None => {}
        }
    }
    println!("{folder}: {n_files} files, {n_alleles_compared} alleles agree with bcftools");
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(
        n_files >= at_least,
        "expected {at_least} files or more to compare, got {n_files}"
    );
}

/// A refusal that is not in the list, or an entry of the list that is no refusal.
fn fault_of_refusal(name: &str, judged: &Judged) -> Option<String> {
    let listed = REFUSED.iter().find(|(file, ..)| *file == name);
    match (&judged.refusal, listed) {
        (None, None) => None,
        (None, Some(_)) => Some(format!("{name}: listed as refused, and accepted")),
        (Some(message), Some((_, reason, remedy))) => {
            let is_as_listed = message.contains(reason) && *remedy == judged.remedy;
            (!is_as_listed).then(|| format!("{name}: {:?}: {message}", judged.remedy))
        }
        (Some(message), None) => Some(format!("REFUSED {name}: {:?}: {message}", judged.remedy)),
    }
}

#[test]
fn real_cohorts_count_as_in_bcftools() {
    compare_folder("cohort/", 40, 8);
}

#[test]
fn real_pharmacogenes_count_as_in_bcftools() {
    compare_folder("pgx/", 14, 0);
}

#[test]
fn real_sex_chromosomes_and_mitochondria_count_as_in_bcftools() {
    compare_folder("sexmito/", 12, 5);
}

#[test]
fn real_oddities_count_as_in_bcftools() {
    compare_folder("edge/", 250, 60);
}

#[test]
fn every_refused_file_is_in_the_published_table() {
    let page = include_str!("../../../docs/oracle.md");
    for (file, ..) in REFUSED {
        assert!(
            page.contains(file),
            "`{file}` is missing from docs/oracle.md"
        );
    }
}

#[test]
fn simulated_x_y_and_mt_count_as_in_bcftools_in_each_reference_genome() {
    if version("bcftools").is_none() {
        return;
    }
    for (seed, genome) in (1..).zip([&GRCH37, &GRCH38, &CHM13]) {
        let options = Options {
            seed,
            haploid_xx: true,
            haploid_autosome: true,
            y_pars: true,
            max_alts: 3,
        };
        let simulated = simulate(genome, options);
        let scratch = Scratch::new(&format!("bcftools-simulated-{}", genome.name));
        let vcf = scratch.write("simulated.vcf", &simulated.vcf);
        let samples = scratch.write("samples.tsv", &simulated.samples);
        let how = Ingest {
            samples: Some(&samples),
            ..Ingest::default()
        };
        let file = OneFile::ingest(&scratch, &vcf, how).unwrap();
        assert_eq!(file.reference_genome(), genome.name);
        for unknown in [UnknownSex::Exclude, UnknownSex::AsCalled] {
            let cohort = (genome, &simulated.karyotypes);
            let (_, found) = compare(&scratch, &file, &simulated.vcf, cohort, unknown);
            assert!(
                found.is_empty(),
                "{} {unknown:?}: {}",
                genome.name,
                found.join("\n")
            );
        }
        assert_eq!(file.n_stored_differ(), "0", "{}", genome.name);
    }
}

#[test]
fn without_karyotypes_x_and_y_are_counted_as_called_only_when_asked() {
    if version("bcftools").is_none() {
        return;
    }
    let options = Options {
        seed: 9,
        haploid_xx: true,
        haploid_autosome: true,
        y_pars: true,
        max_alts: 3,
    };
    let simulated = simulate(&GRCH38, options);
    let scratch = Scratch::new("bcftools-no-karyotypes");
    let vcf = scratch.write("simulated.vcf", &simulated.vcf);
    let file = OneFile::ingest(&scratch, &vcf, Ingest::default()).unwrap();
    let nobody = HashMap::new();
    for unknown in [UnknownSex::Exclude, UnknownSex::AsCalled] {
        let nobody = (&GRCH38, &nobody);
        let (_, found) = compare(&scratch, &file, &simulated.vcf, nobody, unknown);
        assert!(found.is_empty(), "{unknown:?}: {}", found.join("\n"));
    }
}
