//! `ac`, `an`, genotype classes and Hardy–Weinberg beside plink2, file by file.
//!
//! plink2 knows sexes, so X, Y and MT are compared as they are. Where it differs, the difference is
//! a rule written here: a partial call is missing to it, a haploid call on an autosome (or in a
//! woman on X) is two copies, a het where one copy is expected is half an allele in its
//! frequencies, and an unknown sex is female on X and nobody on Y. `docs/oracle.md` has figures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may stop and print"
)]

mod oracle;

use kohort_workbench::{beside, collection, version};
use oracle::hardy_weinberg::agree;
use oracle::kohort::{Allele, Counts, Ingest, OneFile};
use oracle::plain;
use oracle::rules::{CHM13, Class, GRCH37, GRCH38, Genome, Karyotype, UnknownSex};
use oracle::simulate::{Options, simulate};
use oracle::tools::{Scratch, run, variant_files};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

/// What plink2 says of one allele of one record.
#[derive(Debug, Clone, Default, PartialEq)]
struct Report {
    /// Copies of the allele; a half where a het stands in a haploid place.
    alt_count: f64,
    n_alleles: f64,
    n_hom_ref: u64,
    n_het: u64,
    n_hom_alt: u64,
    n_hap_ref: u64,
    n_hap_alt: u64,
    n_missing: u64,
    /// Mid-p of the exact test: autosomal, or by Graffelman and Weir on X.
    hwe_p: Option<f64>,
}

/// Runs plink2 over a VCF whose only field is GT; its reports by record and allele.
fn reports(
    scratch: &Scratch,
    vcf: &str,
    genome: &Genome,
    karyotypes: &HashMap<String, Karyotype>,
) -> Result<Vec<Vec<Report>>, String> {
    let out = scratch.path("plink2");
    let mut sexes = "#IID\tSEX\n".to_owned();
    for (id, karyotype) in karyotypes {
        let sex = match karyotype {
            Karyotype::Xx => "2",
            Karyotype::Xy => "1",
            Karyotype::Unknown => "NA",
        };
        let _ = writeln!(sexes, "{id}\t{sex}");
    }
    let sexes = scratch.write("sexes.txt", &sexes);
    let [first, second] = genome.x_pars;
    let (par_1, par_2) = (first.1.to_string(), second.0.to_string());
    run(
        "plink2",
        [
            "--vcf",
            vcf,
            "--vcf-half-call",
            "missing",
            "--allow-extra-chr",
            "--update-sex",
            &sexes,
            "--split-par",
            &par_1,
            &par_2,
            "--nonfounders",
            "--freq",
            "counts",
            "cols=chrom,pos,ref,alt,altfreq,nobs",
            "--geno-counts",
            "cols=chrom,pos,ref,alt,homref,refalt,altxy,hapref,hapalt,missing",
            "--hardy",
            "midp",
            "cols=chrom,pos,gcounts,p",
            "--threads",
            "2",
            "--out",
            &out,
        ],
    )?;
    let frequencies =
        std::fs::read_to_string(format!("{out}.acount")).map_err(|e| e.to_string())?;
    let genotypes = std::fs::read_to_string(format!("{out}.gcount")).map_err(|e| e.to_string())?;
    let pairs = frequencies.lines().skip(1).zip(genotypes.lines().skip(1));
    let mut all: Vec<Vec<Report>> = pairs.map(|(f, g)| reports_of_record(f, g)).collect();
    let keys: Vec<String> = frequencies.lines().skip(1).map(record_key).collect();
    for end in ["hardy", "hardy.x"] {
        if let Ok(text) = std::fs::read_to_string(format!("{out}.{end}")) {
            add_hardy(&mut all, &keys, &text);
        }
    }
    Ok(all)
}

fn record_key(line: &str) -> String {
    line.split('\t').take(3).collect::<Vec<_>>().join("\t")
}

/// `line` of .acount: CHROM POS ID REF ALT ALT_CTS OBS_CT; of .gcount: CHROM POS ID REF ALT HOM_REF
/// HET_REF_ALT TWO_ALT_GENO HAP_REF HAP_ALT MISSING.
fn reports_of_record(frequency: &str, genotype: &str) -> Vec<Report> {
    let f: Vec<&str> = frequency.split('\t').collect();
    let g: Vec<&str> = genotype.split('\t').collect();
    let n_alts = if f[4] == "." {
        0
    } else {
        f[4].split(',').count()
    };
    let nth = |cell: &str, i: usize| cell.split(',').nth(i).map_or(0, |n| n.parse().unwrap_or(0));
    // (1/1)-(1/2)-(2/2)-(1/3)-…: j/k stands at k(k-1)/2 + j - 1.
    let two_alts = |j: usize, k: usize| nth(g[7], k * (k - 1) / 2 + j - 1);
    (1..=n_alts)
        .map(|k| {
            let others = (1..=n_alts).filter(|&j| j != k);
            let het_others: u64 = others.map(|j| two_alts(j.min(k), j.max(k))).sum();
            Report {
                alt_count: f[5].split(',').nth(k - 1).unwrap().parse().unwrap(),
                n_alleles: f[6].parse().unwrap(),
                n_hom_ref: nth(g[5], 0),
                n_het: nth(g[6], k - 1) + het_others,
                n_hom_alt: two_alts(k, k),
                n_hap_ref: nth(g[8], 0),
                n_hap_alt: nth(g[9], k - 1),
                n_missing: nth(g[10], 0),
                hwe_p: None,
            }
        })
        .collect()
}

/// .hardy has one row per biallelic record, and one per allele of a multiallelic one (REF first),
/// in the order of the file, without the haploid contigs.
fn add_hardy(all: &mut [Vec<Report>], keys: &[String], text: &str) {
    let mut rows = text.lines().skip(1).peekable();
    for (reports, key) in all.iter_mut().zip(keys) {
        let p = |line: &str| line.rsplit('\t').next().and_then(|p| p.parse().ok());
        if reports.is_empty() || rows.peek().is_none_or(|row| record_key(row) != *key) {
            continue;
        }
        let first = rows.next().and_then(p);
        if reports.len() == 1 {
            reports[0].hwe_p = first;
        } else {
            for report in reports {
                report.hwe_p = rows.next().and_then(p);
            }
        }
    }
}

/// What plink2 is expected to say, by its rules, of what Kohort counted.
fn expected(counts: &Counts, class: Class) -> Report {
    let hemi = counts.n_hemi_ref + counts.n_hemi_alt + counts.n_hemi_other;
    let n_missing = counts.n_missing + counts.n_partial;
    let diploid = counts.n_hom_ref + counts.n_het + counts.n_hom_alt + counts.n_other_alt;
    #[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
    let float = |n: u64| n as f64;
    match class {
        Class::Diploid => Report {
            alt_count: float(2 * counts.n_hom_alt + counts.n_het + 2 * counts.n_hemi_alt),
            n_alleles: float(2 * diploid + 2 * hemi),
            n_hom_ref: counts.n_hom_ref + counts.n_hemi_ref,
            n_het: counts.n_het,
            n_hom_alt: counts.n_hom_alt + counts.n_hemi_alt,
            n_missing,
            ..Report::default()
        },
        Class::X | Class::Y | Class::Mitochondrial => Report {
            alt_count: float(2 * counts.n_hom_alt + counts.n_het + counts.n_hemi_alt)
                + 0.5 * float(counts.n_het_haploid),
            n_alleles: float(2 * diploid + hemi + counts.n_het_haploid),
            n_hom_ref: counts.n_hom_ref,
            n_het: counts.n_het,
            n_hom_alt: counts.n_hom_alt,
            n_hap_ref: counts.n_hemi_ref,
            n_hap_alt: counts.n_hemi_alt,
            n_missing,
            hwe_p: None,
        },
    }
}

/// One allele as plink2 takes unknown sexes: female on X, nobody on Y.
struct Seen {
    allele: Allele,
    /// The counts without them, as in plink2's exact test on X.
    known: Option<Counts>,
}

fn as_plink2_sees_sexes(file: &OneFile, genome: &Genome) -> Vec<Seen> {
    let pairs = file.alleles(UnknownSex::Exclude).into_iter();
    pairs
        .zip(file.alleles(UnknownSex::AsCalled))
        .map(|(without, as_called)| {
            let known = without.counts;
            let is_x = genome.class(&without.chrom, without.pos) == Class::X;
            Seen {
                allele: if is_x { as_called } else { without },
                known,
            }
        })
        .collect()
}

/// The differences in words.
fn differences(alleles: &[Seen], reports: &[Vec<Report>], genome: &Genome) -> Vec<String> {
    let mut found = Vec::new();
    for Seen { allele, known } in alleles.iter().filter(|seen| seen.allele.alternate != ".") {
        let (Some(counts), Some(known)) = (allele.counts, known) else {
            continue;
        };
        let class = genome.class(&allele.chrom, allele.pos);
        let Some(theirs) = reports
            .get(allele.record)
            .and_then(|r| r.get(allele.allele - 1))
        else {
            found.push(format!("{}: plink2 has no such allele", place(allele)));
            continue;
        };
        if counts.n_polyploid > 0 {
            continue; // more than two copies are missing to plink2
        }
        let mut ours = expected(&counts, class);
        ours.hwe_p = theirs.hwe_p;
        let is_multiallelic = reports[allele.record].len() > 1;
        if is_multiallelic && counts.n_het_haploid > 0 {
            ours.alt_count = theirs.alt_count; // half of either allele: Kohort doesn't say which
        }
        if is_multiallelic && class == Class::X {
            // plink2 (v2.00a3.5) loses men with the second ALT or a later one from its
            // --geno-counts, though not from its --freq.
            (ours.n_hap_alt, ours.n_missing) = (theirs.n_hap_alt, theirs.n_missing);
        }
        if ours != *theirs {
            found.push(format!(
                "{}: expected {ours:?}, plink2 {theirs:?}",
                place(allele)
            ));
        }
        if !(is_multiallelic && class == Class::X && counts.n_het_haploid > 0) {
            // With hets in men at a multiallelic site, plink2's test on X takes some of them along.
            found.extend(difference_in_hwe(allele, known, class, theirs));
        }
    }
    found
}

fn difference_in_hwe(
    allele: &Allele,
    known: &Counts,
    class: Class,
    theirs: &Report,
) -> Option<String> {
    let (ours, theirs) = (known.hwe_mid_p?, theirs.hwe_p?);
    let has_haploid = known.n_hemi_ref + known.n_hemi_alt + known.n_hemi_other > 0;
    if class != Class::X && has_haploid {
        return None; // homozygotes to plink2
    }
    // On X plink2 overlooks some outcomes that are exactly as likely as what was seen.
    let is_tie = class == Class::X && known.exact().halves_some(theirs);
    (!agree(ours, theirs) && !is_tie)
        .then(|| format!("{}: mid-p Kohort {ours}, plink2 {theirs}", place(allele)))
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

/// The sexes of the 1000 Genomes samples, where the panel is there. (Of other samples, those with a
/// haploid call on X are taken as XY, and the rest as unknown.)
fn panel() -> HashMap<String, Karyotype> {
    let file = beside("data/real/panel/integrated_call_samples_v3.20200731.ALL.ped");
    let text = file.map_or_else(String::new, |file| std::fs::read_to_string(file).unwrap());
    let rows = text
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row.len() > 4)
        .map(|row| {
            let karyotype = match row[4] {
                "1" => Karyotype::Xy,
                "2" => Karyotype::Xx,
                _ => Karyotype::Unknown,
            };
            (row[1].to_owned(), karyotype)
        })
        .collect()
}

fn samples_file(ids: &[String], karyotypes: &HashMap<String, Karyotype>) -> String {
    let mut text = "sample_id\tsex_karyotype\n".to_owned();
    for id in ids {
        let word = match karyotypes.get(id) {
            Some(Karyotype::Xx) => "XX",
            Some(Karyotype::Xy) => "XY",
            _ => "unknown",
        };
        let _ = writeln!(text, "{id}\t{word}");
    }
    text
}

/// Compares one real file: how many alleles agree, or why nothing is compared.
fn compare_file(
    scratch: &Scratch,
    path: &Path,
    panel: &HashMap<String, Karyotype>,
) -> Result<usize, String> {
    let name = path.to_string_lossy();
    let text = plain::read(&name)?;
    let ids = plain::sample_ids(&text);
    if ids.is_empty() {
        return Err("no samples".to_owned());
    }
    let haploid_on_x = plain::haploid_on_x(&text);
    let karyotype = |(id, is_haploid): (&String, bool)| match panel.get(id) {
        Some(karyotype) => (id.clone(), *karyotype),
        None if is_haploid => (id.clone(), Karyotype::Xy),
        None => (id.clone(), Karyotype::Unknown),
    };
    let karyotypes: HashMap<String, Karyotype> =
        ids.iter().zip(haploid_on_x).map(karyotype).collect();
    let samples = scratch.write("samples.tsv", &samples_file(&ids, &karyotypes));
    let how = Ingest {
        samples: Some(&samples),
        on_bad_field: Some("null"),
        ..Ingest::default()
    };
    let file = OneFile::ingest(scratch, &name, how)
        .or_else(|message| {
            let how = Ingest {
                reference_genome: Some("GRCh37"),
                ..how
            };
            OneFile::ingest(scratch, &name, how).map_err(|_| message)
        })
        .map_err(|message| format!("Kohort: {message}"))?;
    let recorded = file.reference_genome();
    let genome = Genome::named(&recorded).unwrap_or(&GRCH37);
    let vcf = scratch.write("plain.vcf", &text);
    let reports =
        reports(scratch, &vcf, genome, &karyotypes).map_err(|m| format!("plink2: {m}"))?;
    let alleles = as_plink2_sees_sexes(&file, genome);
    let found = differences(&alleles, &reports, genome);
    assert!(
        found.is_empty(),
        "{name}: {} differences\n{}",
        found.len(),
        found.iter().take(5).cloned().collect::<Vec<_>>().join("\n"),
    );
    Ok(alleles.len())
}

/// Compares every file of a folder. Of all of them `whole` must be comparable, of those that come
/// with the repository `shipped`.
fn compare_folder(folder: &str, whole: usize, shipped: usize) {
    if version("plink2").is_none() || version("bcftools").is_none() {
        return;
    }
    let all = collection("variants", "data/real");
    let at_least = all.at_least(whole, shipped);
    let scratch = Scratch::new(&format!("plink2-{}", folder.replace('/', "")));
    let panel = panel();
    let (mut n_files, mut n_alleles) = (0, 0);
    for (name, path) in variant_files(&all, folder) {
        match compare_file(&scratch, &path, &panel) {
            Ok(n) => {
                n_files += 1;
                n_alleles += n;
            }
            Err(message) => {
                let last = message.lines().last().unwrap_or_default();
                println!("not comparable: {name}: {last}");
            }
        }
    }
    println!("{folder}: {n_files} files, {n_alleles} alleles agree with plink2");
    assert!(
        n_files >= at_least,
        "expected {at_least} files or more to compare, got {n_files}"
    );
}

#[test]
fn real_cohorts_count_as_in_plink2() {
    compare_folder("cohort/", 30, 6);
}

#[test]
fn real_pharmacogenes_count_as_in_plink2() {
    compare_folder("pgx/", 14, 0);
}

#[test]
fn real_sex_chromosomes_and_mitochondria_count_as_in_plink2() {
    compare_folder("sexmito/", 6, 3);
}

#[test]
fn simulated_x_y_and_mt_count_as_in_plink2_in_each_reference_genome() {
    if version("plink2").is_none() {
        return;
    }
    for (seed, genome) in (11..).zip([&GRCH37, &GRCH38, &CHM13]) {
        let options = Options {
            seed,
            haploid_xx: false,
            haploid_autosome: true,
            y_pars: false,
            max_alts: 3,
        };
        let simulated = simulate(genome, options);
        let scratch = Scratch::new(&format!("plink2-simulated-{}", genome.name));
        let vcf = scratch.write("simulated.vcf", &simulated.vcf);
        let samples = scratch.write("samples.tsv", &simulated.samples);
        let how = Ingest {
            samples: Some(&samples),
            ..Ingest::default()
        };
        let file = OneFile::ingest(&scratch, &vcf, how).unwrap();
        let reports = reports(&scratch, &vcf, genome, &simulated.karyotypes).unwrap();
        let alleles = as_plink2_sees_sexes(&file, genome);
        let found = differences(&alleles, &reports, genome);
        assert!(found.is_empty(), "{}: {}", genome.name, found.join("\n"));
    }
}
