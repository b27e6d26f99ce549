//! A small simulated cohort over all kinds of places: the same every time.

use super::rules::{Class, Genome, Karyotype};
use std::collections::HashMap;
use std::fmt::Write as _;

/// What a simulated file may hold beyond what every oracle can read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    /// XX samples with haploid calls on X.
    pub(crate) haploid_xx: bool,
    /// Haploid calls on the autosome.
    pub(crate) haploid_autosome: bool,
    /// Sites in the pseudoautosomal regions of Y.
    pub(crate) y_pars: bool,
    /// Most alternate alleles of a site.
    pub(crate) max_alts: u64,
}

/// A simulated file and its samples file.
#[derive(Debug)]
pub(crate) struct Simulated {
    pub(crate) vcf: String,
    pub(crate) samples: String,
    pub(crate) karyotypes: HashMap<String, Karyotype>,
}

const N_SAMPLES: usize = 70;

/// splitmix64 (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, per_thousand: u64) -> bool {
        self.below(1000) < per_thousand
    }
}

/// How one site writes its calls.
struct Site {
    class: Class,
    /// Per mille of each alternate allele.
    frequencies: Vec<u64>,
    writes_haploid: bool,
    separator: char,
}

impl Site {
    fn allele(&self, random: &mut Random) -> u64 {
        let mut draw = random.below(1000);
        for (allele, &frequency) in (1..).zip(&self.frequencies) {
            if draw < frequency {
                return allele;
            }
            draw -= frequency;
        }
        0
    }

    fn two_copies(&self, random: &mut Random) -> String {
        let (a, b, s) = (self.allele(random), self.allele(random), self.separator);
        match random.below(1000) {
            0..30 => format!(".{s}."),
            30..35 => ".".to_owned(),
            35..50 => format!(".{s}{a}"),
            50..60 => format!("{a}{s}."),
            _ => format!("{a}{s}{b}"),
        }
    }

    fn one_copy(&self, random: &mut Random) -> String {
        let (a, b, s) = (self.allele(random), self.allele(random), self.separator);
        match (self.writes_haploid, random.below(1000)) {
            (true, 0..40) => ".".to_owned(),
            (true, 40..60) | (false, 60..100) => format!("{a}{s}{b}"),
            (true, _) => a.to_string(),
            (false, 0..30) => format!(".{s}."),
            (false, 30..40) => ".".to_owned(),
            (false, 40..50) => format!(".{s}{a}"),
            (false, 50..60) => format!("{a}{s}."),
            (false, _) => format!("{a}{s}{a}"),
        }
    }

    fn call(&self, who: Karyotype, random: &mut Random, options: &Options) -> String {
        match (self.class, who) {
            (Class::X | Class::Y, Karyotype::Xy) | (Class::Mitochondrial, _) => {
                self.one_copy(random)
            }
            (Class::Y, Karyotype::Xx) if random.chance(950) => {
                if self.writes_haploid {
                    ".".to_owned()
                } else {
                    "./.".to_owned()
                }
            }
            (Class::X, Karyotype::Xx) if options.haploid_xx && random.chance(30) => {
                self.allele(random).to_string()
            }
            (Class::Diploid, _) if options.haploid_autosome && random.chance(30) => {
                self.allele(random).to_string()
            }
            _ => self.two_copies(random),
        }
    }
}

/// Makes the file.
pub(crate) fn simulate(genome: &Genome, options: Options) -> Simulated {
    let mut random = Random(options.seed);
    let who = |i: usize| match i % 14 {
        0..6 => (Karyotype::Xx, "XX"),
        6..12 => (Karyotype::Xy, "XY"),
        12 => (Karyotype::Unknown, "unknown"),
        _ => (Karyotype::Unknown, "XXY"),
    };
    let ids: Vec<String> = (0..N_SAMPLES).map(|i| format!("S{i:03}")).collect();
    let mut samples = "sample_id\tsex_karyotype\n".to_owned();
    let mut karyotypes = HashMap::new();
    for (i, id) in ids.iter().enumerate() {
        let _ = writeln!(samples, "{id}\t{}", who(i).1);
        karyotypes.insert(id.clone(), who(i).0);
    }
    let mut vcf = header(genome, &ids);
    for (contig, pos) in places(genome, &options, &mut random) {
        let class = genome.class(contig, pos);
        let frequencies = frequencies(&mut random, options.max_alts);
        let (writes_haploid, phased) = (random.chance(500), random.chance(300));
        let site = Site {
            class,
            writes_haploid,
            separator: if phased { '|' } else { '/' },
            frequencies,
        };
        let (reference, alternates) = alleles(site.frequencies.len(), &mut random);
        let _ = write!(
            vcf,
            "{contig}\t{pos}\t.\t{reference}\t{alternates}\t.\tPASS\t.\tGT"
        );
        for i in 0..N_SAMPLES {
            let _ = write!(vcf, "\t{}", site.call(who(i).0, &mut random, &options));
        }
        vcf.push('\n');
    }
    Simulated {
        vcf,
        samples,
        karyotypes,
    }
}

fn header(genome: &Genome, ids: &[String]) -> String {
    let mut header = "##fileformat=VCFv4.3\n".to_owned();
    for (contig, length) in genome.lengths {
        let _ = writeln!(header, "##contig=<ID={contig},length={length}>");
    }
    header.push_str("##FILTER=<ID=PASS,Description=\"All filters passed\">\n");
    header.push_str("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
    header.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t");
    header.push_str(&ids.join("\t"));
    header.push('\n');
    header
}

/// Where the sites are: the last and first bases of each pseudoautosomal region among them.
fn places(genome: &Genome, options: &Options, random: &mut Random) -> Vec<(&'static str, u32)> {
    let [one, x, y, m] = genome.lengths;
    let mut spans = vec![(one.0, 1_000_000, 50_000_000, 60), (m.0, 2, 16_000, 50)];
    for ((contig, length), pars, has_pars) in
        [(x, genome.x_pars, true), (y, genome.y_pars, options.y_pars)]
    {
        let [first, second] = pars;
        if has_pars {
            spans.push((contig, first.0, first.1, 20));
            spans.push((contig, second.0, second.1.min(length - 1), 20));
        }
        spans.push((contig, first.1 + 1, second.0 - 1, 80));
    }
    let mut places = Vec::new();
    for (contig, from, to, n) in spans {
        places.extend([(contig, from), (contig, to)]);
        for _ in 0..n {
            let draw = random.below(u64::from(to - from));
            places.push((contig, from + u32::try_from(draw).unwrap_or(0)));
        }
    }
    let rank = |contig: &str| genome.lengths.iter().position(|(name, _)| *name == contig);
    places.sort_by_key(|&(contig, pos)| (rank(contig), pos));
    places.dedup();
    places
}

/// From rare to common, per mille, for one to `max_alts` alleles.
fn frequencies(random: &mut Random, max_alts: u64) -> Vec<u64> {
    let n = if random.chance(700) {
        1
    } else {
        1 + random.below(max_alts)
    };
    (0..n)
        .map(|_| {
            let draw = random.below(1000);
            draw * draw / 1000 / n
        })
        .collect()
}

/// REF and the ALT column; the last ALT of a multiallelic site is a spanning deletion now and then.
fn alleles(n_alts: usize, random: &mut Random) -> (char, String) {
    let bases = ['A', 'C', 'G', 'T'];
    let start = usize::try_from(random.below(4)).unwrap_or(0);
    let mut alts: Vec<String> = (1..=n_alts)
        .map(|i| bases[(start + i) % 4].to_string())
        .collect();
    if n_alts > 1 && random.chance(200) {
        alts[n_alts - 1] = "*".to_owned();
    }
    (bases[start], alts.join(","))
}
