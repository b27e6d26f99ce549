//! How Kohort reads a call, written as a rewriting of GT: a tool that knows nothing of sex
//! karyotypes counts the rewritten file as Kohort counts the original. This is the whole of the
//! difference.

use std::borrow::Cow;
use std::collections::HashMap;

/// The sex karyotype of a sample, as the samples file has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Karyotype {
    Xx,
    Xy,
    /// Unknown, or neither XX nor XY.
    Unknown,
}

/// What an unknown karyotype does on X and Y (`kohort.unknown_sex`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownSex {
    Exclude,
    AsCalled,
}

impl UnknownSex {
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Self::Exclude => "kohort.unknown_sex=exclude",
            Self::AsCalled => "kohort.unknown_sex=as_called",
        }
    }
}

/// A kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Diploid,
    X,
    Y,
    Mitochondrial,
}

/// A reference genome with its pseudoautosomal regions (1-based, closed), after Ensembl's and
/// UCSC's tables; lengths of chr1, chrX, chrY, chrM.
#[derive(Debug)]
pub(crate) struct Genome {
    pub(crate) name: &'static str,
    pub(crate) x_pars: [(u32, u32); 2],
    pub(crate) y_pars: [(u32, u32); 2],
    pub(crate) lengths: [(&'static str, u32); 4],
}

pub(crate) const GRCH37: Genome = Genome {
    name: "GRCh37",
    x_pars: [(60_001, 2_699_520), (154_931_044, 155_260_560)],
    y_pars: [(10_001, 2_649_520), (59_034_050, 59_363_566)],
    lengths: [
        ("1", 249_250_621),
        ("X", 155_270_560),
        ("Y", 59_373_566),
        ("MT", 16_569),
    ],
};
pub(crate) const GRCH38: Genome = Genome {
    name: "GRCh38",
    x_pars: [(10_001, 2_781_479), (155_701_383, 156_030_895)],
    y_pars: [(10_001, 2_781_479), (56_887_903, 57_217_415)],
    lengths: [
        ("chr1", 248_956_422),
        ("chrX", 156_040_895),
        ("chrY", 57_227_415),
        ("chrM", 16_569),
    ],
};
pub(crate) const CHM13: Genome = Genome {
    name: "CHM13",
    x_pars: [(1, 2_394_410), (153_925_835, 154_259_566)],
    y_pars: [(1, 2_458_320), (62_122_810, 62_460_029)],
    lengths: [
        ("chr1", 248_387_328),
        ("chrX", 154_259_566),
        ("chrY", 62_460_029),
        ("chrM", 16_569),
    ],
};

impl Genome {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        [&GRCH37, &GRCH38, &CHM13]
            .into_iter()
            .find(|genome| genome.name == name)
    }

    pub(crate) fn class(&self, contig: &str, pos: u32) -> Class {
        let inside = |pars: &[(u32, u32); 2]| pars.iter().any(|&(a, b)| (a..=b).contains(&pos));
        match contig.trim_start_matches("chr") {
            "X" | "23" if !inside(&self.x_pars) => Class::X,
            "Y" | "24" if !inside(&self.y_pars) => Class::Y,
            "M" | "MT" | "26" => Class::Mitochondrial,
            _ => Class::Diploid,
        }
    }
}

/// One GT as Kohort reads it.
pub(crate) fn reading(gt: &str, class: Class, who: Karyotype, unknown: UnknownSex) -> Cow<'_, str> {
    use Karyotype::{Unknown, Xx, Xy};
    match (class, who) {
        (Class::Diploid, _) | (Class::X, Xx) => Cow::Borrowed(gt),
        (Class::X | Class::Y, Unknown) if unknown == UnknownSex::AsCalled => Cow::Borrowed(gt),
        (Class::X | Class::Y, Unknown) | (Class::Y, Xx) => Cow::Borrowed("."),
        (Class::X | Class::Y, Xy) | (Class::Mitochondrial, _) => one_copy(gt),
    }
}

/// One copy is there: `1/1` is `1`, two different alleles are no call, a partial call stays one.
fn one_copy(gt: &str) -> Cow<'_, str> {
    let alleles: Vec<&str> = gt.split(['/', '|']).collect();
    let mut called = alleles.iter().filter(|allele| **allele != ".");
    let Some(first) = called.next() else {
        return Cow::Borrowed(".");
    };
    let is_het = called.any(|allele| allele != first);
    let is_partial = alleles.contains(&".");
    match (is_het, is_partial) {
        (true, false) => Cow::Borrowed("."),
        (_, true) => Cow::Owned(format!("./{first}")),
        (false, false) => Cow::Owned((*first).to_owned()),
    }
}

/// Rewrites a VCF whose only FORMAT field is GT.
pub(crate) fn rewrite(
    vcf: &str,
    genome: &Genome,
    karyotypes: &HashMap<String, Karyotype>,
    unknown: UnknownSex,
) -> String {
    let mut who = Vec::new();
    let mut rewritten = String::with_capacity(vcf.len());
    for line in vcf.lines() {
        if line.starts_with("#CHROM") {
            who = line
                .split('\t')
                .skip(9)
                .map(|id| karyotypes.get(id).copied().unwrap_or(Karyotype::Unknown))
                .collect();
        }
        match class_of_record(line, genome) {
            None | Some(Class::Diploid) => rewritten.push_str(line),
            Some(class) => {
                let fields: Vec<Cow<'_, str>> = line
                    .split('\t')
                    .enumerate()
                    .map(|(i, field)| match i.checked_sub(9) {
                        Some(sample) => reading(field, class, who[sample], unknown),
                        None => Cow::Borrowed(field),
                    })
                    .collect();
                rewritten.push_str(&fields.join("\t"));
            }
        }
        rewritten.push('\n');
    }
    rewritten
}

/// The class of a data line with calls.
fn class_of_record(line: &str, genome: &Genome) -> Option<Class> {
    let mut fields = line.splitn(10, '\t');
    let contig = fields.next().filter(|contig| !contig.starts_with('#'))?;
    let pos = fields.next()?.parse().ok()?;
    (fields.nth(6) == Some("GT")).then(|| genome.class(contig, pos))
}
