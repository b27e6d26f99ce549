//! A random joint callset, cut by samples into callsets that are each written in their own way,
//! counts row for row as it did before.

#![allow(clippy::unwrap_used, reason = "tests")]
mod lake;

use kohort_engine::Session;
use kohort_ingest::AbsentPolicy;
use lake::{TestLake, rows};

/// Seeds that are tried; each makes a lake of one joint callset and one of two or three.
const SEEDS: std::ops::Range<u64> = 1..6;
const LOCI: u32 = 120;

/// Numbers that look random: xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        high as usize % n
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn some_of<T: Copy>(&mut self, all: &[T], chance: usize) -> Vec<T> {
        all.iter()
            .copied()
            .filter(|_| self.percent(chance))
            .collect()
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, self.below(i + 1));
        }
    }
}

/// A call: its alleles (0 is REF, `None` missing) and its separator.
#[derive(Clone)]
struct Call {
    alleles: Vec<Option<usize>>,
    separator: &'static str,
}

impl Call {
    fn text(&self) -> String {
        let alleles = self.alleles.iter();
        let texts = alleles.map(|a| a.map_or(".".to_string(), |a| a.to_string()));
        texts.collect::<Vec<_>>().join(self.separator)
    }
}

#[derive(Clone)]
struct Record {
    chrom: &'static str,
    pos: u32,
    reference: String,
    alternates: Vec<String>,
    calls: Vec<Call>,
}

impl Record {
    fn text(&self) -> String {
        let Self {
            chrom,
            pos,
            reference,
            alternates,
            calls,
        } = self;
        let calls: Vec<String> = calls.iter().map(Call::text).collect();
        format!(
            "{chrom} {pos} {reference} {} {}",
            alternates.join(","),
            calls.join(" ")
        )
    }

    fn is_mixed(&self) -> bool {
        let bases = || self.alternates.iter().filter(|a| *a != "*");
        let same_length = bases().filter(|a| a.len() == self.reference.len()).count();
        same_length > 0 && same_length < bases().count()
    }

    /// ALTs that somebody has, as places in `alternates`.
    fn used(&self) -> Vec<usize> {
        let carried = |alt: usize| {
            let mut alleles = self.calls.iter().flat_map(|call| &call.alleles);
            alleles.any(|allele| *allele == Some(alt + 1))
        };
        (0..self.alternates.len())
            .filter(|alt| carried(*alt))
            .collect()
    }

    /// The record with these ALTs, in this order.
    fn with_alternates(&self, kept: &[usize]) -> Self {
        let renumbered = |allele: usize| match allele {
            0 => 0,
            alt => kept.iter().position(|k| *k == alt - 1).unwrap() + 1,
        };
        let mut record = self.clone();
        record.alternates = kept
            .iter()
            .map(|alt| self.alternates[*alt].clone())
            .collect();
        for allele in record.calls.iter_mut().flat_map(|call| &mut call.alleles) {
            *allele = allele.map(renumbered);
        }
        record
    }

    /// Without the bases that REF and all ALTs have in common at their ends.
    fn trimmed(mut self) -> Self {
        let alleles = |record: &Self| {
            let bases = record.alternates.iter().filter(|alt| *alt != "*");
            bases
                .chain([&record.reference])
                .cloned()
                .collect::<Vec<_>>()
        };
        loop {
            let all = alleles(&self);
            let last = self.reference.chars().last();
            if all.iter().any(|a| a.len() < 2 || a.chars().last() != last) {
                return self;
            }
            self.reference.pop();
            for alternate in self.alternates.iter_mut().filter(|alt| *alt != "*") {
                alternate.pop();
            }
        }
    }
}

/// The copies that a person writes on a contig; none is a `.`.
fn copies(chrom: &str, karyotype: &str) -> usize {
    match (chrom, karyotype) {
        ("chrX", "XY") | ("chrY", "XY") => 1,
        ("chrY", _) => 0,
        _ => 2,
    }
}

fn call(dice: &mut Dice, chrom: &str, karyotype: &str, n_alts: usize, tidy: bool) -> Call {
    let separator = if dice.percent(30) { "|" } else { "/" };
    let expected = copies(chrom, karyotype);
    let ploidy = match expected {
        0 => {
            return Call {
                alleles: vec![None],
                separator,
            };
        }
        1 if chrom == "chrX" && dice.percent(15) => 2,
        n => n,
    };
    let mut allele = || match dice.percent(55) {
        true => Some(0),
        false => Some(1 + dice.below(n_alts)),
    };
    let mut alleles: Vec<Option<usize>> = (0..ploidy).map(|_| allele()).collect();
    if !tidy && dice.percent(10) {
        alleles.fill(None);
    } else if !tidy && dice.percent(5) {
        alleles[0] = None;
    }
    Call { alleles, separator }
}

/// Alleles that stand at the same position once they are split and trimmed.
fn alleles(dice: &mut Dice, kind: usize) -> (&'static str, Vec<&'static str>) {
    match kind {
        0 => ("C", dice.some_of(&["A", "G", "T", "*"], 60)),
        1 => ("CAA", dice.some_of(&["TAA", "GAA", "TTT", "*"], 60)),
        2 => ("CAA", dice.some_of(&["CA", "C", "CAAA", "CGGAA", "*"], 60)),
        _ => (
            "CAA",
            dice.some_of(&["TAA", "GAA", "CA", "C", "CAAA", "*"], 60),
        ),
    }
}

/// The joint records: one at most loci, at some an SNV's and an indel's, where all are called and
/// nobody has a spanning deletion: what a person has at the one is taken for the other too.
fn joint(dice: &mut Dice, people: &[(String, &str)]) -> Vec<Record> {
    let mut records = Vec::new();
    for locus in 1..=LOCI {
        let chrom = ["chr1", "chr1", "chrX", "chrY"][dice.below(4)];
        let pos = 20_000_000 + 1000 * locus;
        let kinds: &[usize] = match dice.below(5) {
            4 if chrom != "chrY" => &[0, 2],
            kind => &[[0, 1, 2, 3][kind.min(3)]],
        };
        for kind in kinds {
            let tidy = kinds.len() > 1;
            let (reference, mut alternates) = alleles(dice, *kind);
            alternates.retain(|alternate| !(tidy && *alternate == "*"));
            if alternates.is_empty() {
                continue;
            }
            let n_alts = alternates.len();
            let calls = people
                .iter()
                .map(|(_, karyotype)| call(dice, chrom, karyotype, n_alts, tidy));
            let record = Record {
                chrom,
                pos,
                reference: reference.to_string(),
                calls: calls.collect(),
                alternates: alternates.into_iter().map(str::to_string).collect(),
            };
            let used = record.used();
            if used.iter().any(|alt| record.alternates[*alt] != "*") {
                records.push(record.with_alternates(&used).trimmed());
            }
        }
    }
    records.sort_by_key(|record| (record.chrom, record.pos));
    records
}

/// The record of some of the people as their own callset would have it; none where it lacks it.
fn part(
    dice: &mut Dice,
    record: &Record,
    people: &[(String, &str)],
    members: &[usize],
    keeps_all: bool,
) -> Option<Record> {
    let mut own = record.clone();
    own.calls = members.iter().map(|i| record.calls[*i].clone()).collect();
    let mut kept = match keeps_all {
        true => (0..own.alternates.len()).collect(),
        false => own.used(),
    };
    if kept.is_empty() {
        let is_reference = |i: &usize| {
            let expected = match copies(record.chrom, people[*i].1) {
                0 => vec![None],
                n => vec![Some(0); n],
            };
            record.calls[*i].alleles == expected
        };
        if members.iter().all(is_reference) && dice.percent(80) {
            return None;
        }
        kept.push(dice.below(own.alternates.len()));
    }
    dice.shuffle(&mut kept);
    let own = own.with_alternates(&kept);
    Some(if dice.percent(70) { own.trimmed() } else { own })
}

async fn lakes(seed: u64) -> (TestLake, TestLake) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let n_people = 6 + dice.below(6);
    let people: Vec<(String, &str)> = (0..n_people)
        .map(|i| (format!("p{i}"), ["XX", "XY", "unknown"][dice.below(7) % 3]))
        .collect();
    let described = |members: &[usize]| -> Vec<String> {
        let region = |i: usize| {
            if i.is_multiple_of(2) {
                "north"
            } else {
                "south"
            }
        };
        let members = members.iter();
        members
            .map(|i| format!("{}:{}:{}", people[*i].0, people[*i].1, region(*i)))
            .collect()
    };
    let records = joint(&mut dice, &people);
    let n_callsets = 2 + dice.below(2);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); n_callsets];
    for i in 0..n_people {
        let callset = if i < n_callsets {
            i
        } else {
            dice.below(n_callsets)
        };
        members[callset].push(i);
    }
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); n_callsets];
    for record in &records {
        let keeper = record.is_mixed().then(|| dice.below(n_callsets));
        for (callset, members) in members.iter().enumerate() {
            let keeps_all = keeper == Some(callset);
            if let Some(part) = part(&mut dice, record, &people, members, keeps_all) {
                parts[callset].push(part.text());
            }
        }
    }
    let whole: Vec<String> = records.iter().map(Record::text).collect();
    let everyone: Vec<usize> = (0..n_people).collect();
    let (one, several) = (TestLake::new().await, TestLake::new().await);
    ingest(&one, "joint", &described(&everyone), &whole).await;
    for (callset, part) in parts.iter().enumerate() {
        let samples = described(&members[callset]);
        ingest(&several, &format!("part{callset}"), &samples, part).await;
    }
    (one, several)
}

async fn ingest(lake: &TestLake, callset: &str, samples: &[String], records: &[String]) {
    let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    lake.callset(callset, &samples, &records, AbsentPolicy::Reference)
        .await;
}

const LOCUS: &str = "chrom, pos, ref, alt";

async fn the_same(seed: u64, joint: &Session, split: &Session, sql: &str) {
    let (expected, found) = (rows(joint, sql).await, rows(split, sql).await);
    assert!(
        expected.len() > 50,
        "seed {seed}: {} rows: {sql}",
        expected.len()
    );
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(found, expected, "seed {seed}: {sql}");
    }
    assert_eq!(found.len(), expected.len(), "seed {seed}: {sql}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_joint_callset_cut_by_samples_counts_as_before() {
    for seed in SEEDS {
        let (one, several) = lakes(seed).await;
        let (joint, split) = (one.session().await, several.session().await);
        let stored = format!(
            "SELECT {LOCUS}, ac, an, n_samples, n_called, n_hom_ref, n_het, n_hom_alt, n_hemi_ref,
             n_hemi_alt, n_partial, n_missing, n_het_haploid, n_unknown_sex, n_unexpected,
             n_no_copy FROM variants ORDER BY {LOCUS}"
        );
        the_same(seed, &joint, &split, &stored).await;
        for session in [&joint, &split] {
            let sql = "CREATE COHORT north AS SELECT sample_id FROM samples
                WHERE region = 'north'";
            session.execute(sql).await.unwrap();
        }
        for cohort in ["", ", cohort('north')"] {
            let sql = format!(
                "SELECT {LOCUS}, allele_stats(genotypes{cohort}) FROM variants ORDER BY {LOCUS}"
            );
            the_same(seed, &joint, &split, &sql).await;
        }
        let strata = format!(
            "SELECT * FROM allele_frequency_by('sex_karyotype, region')
             ORDER BY {LOCUS}, sex_karyotype, region"
        );
        the_same(seed, &joint, &split, &strata).await;
        let calls = format!(
            "SELECT {LOCUS}, sample_id, genotype, alt_count, ploidy, is_phased FROM calls
             WHERE alt_count > 0 ORDER BY {LOCUS}, sample_id"
        );
        the_same(seed, &joint, &split, &calls).await;
    }
}
