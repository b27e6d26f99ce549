//! Counting calls one by one, written apart from the crate: what every kernel must agree with.

use kohort_genome::{PloidyClass, SexKaryotype};
use kohort_genotype::{
    CallBuf, CountRules, DefaultCall, GenotypeCounts, GenotypeFilter, MISSING, Phase, SiteCalls,
    UnknownSex,
};
use proptest::prelude::*;

/// Counts one person's call as DESIGN's table says.
pub(crate) fn count_one(
    counts: &mut GenotypeCounts,
    call: &CallBuf,
    allele: u16,
    passes_adj: bool,
    class: PloidyClass,
    karyotype: SexKaryotype,
    rules: CountRules,
) {
    counts.n_samples += 1;
    if call.ploidy() > 2 {
        counts.n_polyploid += 1;
    }
    let called: Vec<u16> = if rules.filter == GenotypeFilter::Adj && !passes_adj {
        Vec::new()
    } else {
        call.alleles()
            .iter()
            .copied()
            .filter(|&a| a != MISSING)
            .collect()
    };
    let sex_matters = matches!(class, PloidyClass::X | PloidyClass::Y);
    let unknown = !matches!(karyotype, SexKaryotype::Xx | SexKaryotype::Xy);
    if sex_matters && unknown && rules.unknown_sex == UnknownSex::Exclude {
        counts.n_unknown_sex += 1;
        return;
    }
    if class == PloidyClass::Y && karyotype == SexKaryotype::Xx {
        if called.is_empty() {
            counts.n_no_copy += 1;
        } else {
            counts.n_unexpected += 1;
        }
        return;
    }
    if called.is_empty() {
        counts.n_missing += 1;
        return;
    }
    let one_copy =
        class == PloidyClass::Mitochondrial || (sex_matters && karyotype == SexKaryotype::Xy);
    let all_same = called.iter().all(|a| *a == called[0]);
    if one_copy && !all_same {
        counts.n_missing += 1;
        counts.n_het_haploid += 1;
        return;
    }
    let copies = called.iter().filter(|a| **a == allele).count() as u64;
    counts.an += if one_copy { 1 } else { called.len() as u64 };
    counts.ac += if one_copy { copies.min(1) } else { copies };
    if called.len() < call.ploidy() {
        counts.n_partial += 1;
    } else if one_copy || call.ploidy() == 1 {
        *match called[0] {
            0 => &mut counts.n_hemi_ref,
            a if a == allele => &mut counts.n_hemi_alt,
            _ => &mut counts.n_hemi_other,
        } += 1;
    } else if all_same && called[0] == 0 {
        counts.n_hom_ref += 1;
    } else if all_same && called[0] == allele {
        counts.n_hom_alt += 1;
    } else if copies > 0 {
        counts.n_het += 1;
    } else {
        counts.n_other_alt += 1;
    }
}

/// A site: its calls, who fails `adj`, and how it is handed to [`SiteCalls`].
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) calls: Vec<CallBuf>,
    pub(crate) karyotypes: Vec<SexKaryotype>,
    pub(crate) adj_fail: Vec<u32>,
    pub(crate) default: DefaultCall,
    pub(crate) n_alts: u16,
}

impl Site {
    pub(crate) fn site_calls(&self) -> SiteCalls {
        let mut site = SiteCalls::new();
        site.reset(self.calls.len() as u32);
        site.set_default(self.default);
        for (sample, call) in (0..).zip(&self.calls) {
            if *call != self.default.call() {
                site.push_call(sample, call.clone());
            }
        }
        site.set_adj_fail(&self.adj_fail);
        site
    }

    pub(crate) fn pack(&self, allele: u16, class: PloidyClass, block: u32) -> Vec<u8> {
        let mut out = Vec::new();
        self.site_calls().pack(allele, class, block, &mut out);
        out
    }

    pub(crate) fn count(
        &self,
        allele: u16,
        class: PloidyClass,
        rules: CountRules,
        is_member: impl Fn(u32) -> bool,
    ) -> GenotypeCounts {
        let mut counts = GenotypeCounts::default();
        for (sample, call) in (0u32..).zip(&self.calls) {
            if is_member(sample) {
                let passes = !self.adj_fail.contains(&sample);
                let karyotype = self.karyotypes[sample as usize];
                count_one(&mut counts, call, allele, passes, class, karyotype, rules);
            }
        }
        counts
    }
}

pub(crate) fn all_rules() -> [CountRules; 4] {
    let rules = |filter, unknown_sex| CountRules {
        filter,
        unknown_sex,
    };
    [
        rules(GenotypeFilter::Raw, UnknownSex::Exclude),
        rules(GenotypeFilter::Raw, UnknownSex::AsCalled),
        rules(GenotypeFilter::Adj, UnknownSex::Exclude),
        rules(GenotypeFilter::Adj, UnknownSex::AsCalled),
    ]
}

/// How often each kind of call comes, so that every mixture of sparse and dense sets does.
#[derive(Clone, Copy, Debug)]
struct Shares {
    alt: f64,
    other: f64,
    half: f64,
    missing: f64,
    haploid: f64,
    phase: f64,
    odd: f64,
    adj: f64,
    n_alts: u16,
}

fn shares() -> impl Strategy<Value = Shares> {
    let share = || prop_oneof![4 => Just(0.0), 3 => Just(0.01), 2 => Just(0.3), 1 => Just(1.0)];
    let rare = || prop_oneof![6 => Just(0.0), 1 => Just(0.02), 1 => Just(0.2)];
    let alt = prop_oneof![Just(0.0), Just(0.004), Just(0.05), Just(0.4), Just(0.97)];
    (
        alt,
        share(),
        rare(),
        share(),
        share(),
        share(),
        rare(),
        share(),
        1u16..4,
    )
        .prop_map(
            |(alt, other, half, missing, haploid, phase, odd, adj, n_alts)| Shares {
                alt,
                other,
                half,
                missing,
                haploid,
                phase,
                odd,
                adj,
                n_alts,
            },
        )
}

pub(crate) fn site() -> impl Strategy<Value = Site> {
    let n = prop_oneof![0usize..4, 60usize..70, 100usize..420];
    (shares(), n, any::<u64>()).prop_map(|(shares, n, seed)| {
        let mut random = Random(seed);
        let calls: Vec<CallBuf> = (0..n).map(|_| random.call(shares)).collect();
        let defaults = [
            DefaultCall::Reference(Phase::Unphased),
            DefaultCall::Reference(Phase::Phased),
            DefaultCall::Missing(Phase::Unphased),
            DefaultCall::Missing(Phase::Phased),
            DefaultCall::HaploidReference,
            DefaultCall::HaploidMissing,
        ];
        let common = |d: &DefaultCall| calls.iter().filter(|call| **call == d.call()).count();
        let likely = defaults.into_iter().max_by_key(common).unwrap();
        let any = defaults[random.below(6)];
        Site {
            karyotypes: (0..n).map(|_| SexKaryotype::ALL[random.below(4)]).collect(),
            adj_fail: (0..n as u32)
                .filter(|_| random.chance(shares.adj))
                .collect(),
            default: if random.chance(0.8) { likely } else { any },
            n_alts: shares.n_alts,
            calls,
        }
    })
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn chance(&mut self, p: f64) -> bool {
        ((self.next() >> 11) as f64 / (1u64 << 53) as f64) < p
    }

    fn phase(&mut self, p: f64) -> Phase {
        if self.chance(p) {
            Phase::Phased
        } else {
            Phase::Unphased
        }
    }

    fn allele(&mut self, shares: Shares) -> u16 {
        if self.chance(shares.half) {
            MISSING
        } else if self.chance(shares.alt) {
            1
        } else if shares.n_alts > 1 && self.chance(shares.other * 0.5) {
            2 + self.below(usize::from(shares.n_alts) - 1) as u16
        } else {
            0
        }
    }

    fn call(&mut self, shares: Shares) -> CallBuf {
        let missing = self.chance(shares.missing);
        let allele = |random: &mut Self| {
            if missing {
                MISSING
            } else {
                random.allele(shares)
            }
        };
        if self.chance(shares.odd) {
            let alleles: Vec<u16> = (0..self.below(5)).map(|_| allele(self)).collect();
            let separators: Vec<Phase> = alleles.iter().map(|_| self.phase(0.5)).collect();
            let leading = [None, Some(Phase::Unphased), Some(Phase::Phased)][self.below(3)];
            return CallBuf::new(&alleles, &separators, leading);
        }
        if self.chance(shares.haploid) {
            return CallBuf::haploid(allele(self));
        }
        let (first, second) = (allele(self), allele(self));
        CallBuf::diploid(first, second, self.phase(shares.phase))
    }
}
