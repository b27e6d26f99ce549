//! Which calls pass `adj`, gnomAD's filter for calls of high quality.
//!
//! # Definition
//! GQ ≥ 20; DP ≥ 10, or ≥ 5 for a haploid call; and for a het, AD of each of its ALT alleles over
//! DP ≥ 0.2 (a het of two ALTs: both).
//!
//! A comparison with a missing value is not true, so a call without GQ, DP or (for a het) AD fails,
//! also where the record's FORMAT lacks the key. A field that no header line declares is not asked
//! for: a file of GT alone has no `adj` but `raw`. The callset's `policies` say which were asked
//! for. A sample without a call neither passes nor fails.
//!
//! # References
//! gnomad_methods, `annotations.py`, `get_adj_expr`: `adj_gq=20, adj_dp=10, adj_ab=0.2,
//! haploid_adj_dp=5`.

use crate::leaf::integer;
use crate::plan::AdjCriteria;
use kohort_genotype::{CallBuf, DefaultCall, MISSING, SiteCalls};

const MIN_GQ: i32 = 20;
const MIN_DP: i32 = 10;
const MIN_DP_HAPLOID: i32 = 5;
/// The share of reads, as a fraction in whole numbers: 1/5.
const MIN_BALANCE_PARTS: i64 = 5;
const ABSENT: i32 = -1;

/// GQ, DP and AD of the calls of one record.
#[derive(Debug, Default)]
pub(crate) struct CallQuality {
    gq: Vec<i32>,
    dp: Vec<i32>,
    /// The AD texts end to end, and where each ends.
    ad: Vec<u8>,
    ad_ends: Vec<(usize, usize)>,
    failing: Vec<u32>,
}

impl CallQuality {
    /// Forgets the record before.
    pub(crate) fn start(&mut self, n_samples: usize) {
        self.gq.clear();
        self.gq.resize(n_samples, ABSENT);
        self.dp.clear();
        self.dp.resize(n_samples, ABSENT);
        self.ad.clear();
        self.ad_ends.clear();
        self.ad_ends.resize(n_samples, (0, 0));
    }

    #[inline]
    pub(crate) fn set_gq(&mut self, sample: usize, text: &[u8]) {
        // GQ may be declared Float; only whole numbers matter for the threshold.
        let whole = text.split(|&b| b == b'.').next().unwrap_or(text);
        if let (Some(gq), Some(value)) = (self.gq.get_mut(sample), integer(whole)) {
            *gq = value;
        }
    }

    #[inline]
    pub(crate) fn set_dp(&mut self, sample: usize, text: &[u8]) {
        if let (Some(dp), Some(value)) = (self.dp.get_mut(sample), integer(text)) {
            *dp = value;
        }
    }

    #[inline]
    pub(crate) fn set_ad(&mut self, sample: usize, text: &[u8]) {
        let start = self.ad.len();
        self.ad.extend_from_slice(text);
        if let Some(end) = self.ad_ends.get_mut(sample) {
            *end = (start, self.ad.len());
        }
    }

    /// Sets the samples of the site whose calls fail.
    pub(crate) fn apply(&mut self, criteria: AdjCriteria, site: &mut SiteCalls) {
        let mut failing = std::mem::take(&mut self.failing);
        failing.clear();
        let default = site.default_call();
        let default_counts = matches!(
            default,
            DefaultCall::Reference(_) | DefaultCall::HaploidReference
        );
        let default_call = default.call();
        let mut next = 0;
        let rest = |from: u32, to: u32, failing: &mut Vec<u32>| {
            if default_counts {
                let fails = |s: &u32| !self.passes(*s as usize, &default_call, criteria);
                failing.extend((from..to).filter(fails));
            }
        };
        for (sample, call) in site.deviations() {
            rest(next, sample, &mut failing);
            if !call.is_missing() && !self.passes(sample as usize, &call, criteria) {
                failing.push(sample);
            }
            next = sample + 1;
        }
        rest(next, site.n_samples(), &mut failing);
        site.set_adj_fail(&failing);
        self.failing = failing;
    }

    #[inline]
    fn passes(&self, sample: usize, call: &CallBuf, criteria: AdjCriteria) -> bool {
        let value = |values: &[i32]| values.get(sample).copied().unwrap_or(ABSENT);
        if criteria.gq && value(&self.gq) < MIN_GQ {
            return false;
        }
        let alleles = call.alleles();
        let dp = value(&self.dp);
        let wanted = if alleles.len() == 1 {
            MIN_DP_HAPLOID
        } else {
            MIN_DP
        };
        if criteria.dp && dp < wanted {
            return false;
        }
        let Some((&first, others)) = alleles.split_first() else {
            return true;
        };
        let is_het = !call.is_partial() && others.iter().any(|&allele| allele != first);
        !criteria.ad || !is_het || self.is_balanced(sample, dp, alleles)
    }

    /// Whether each ALT allele of a het has a fifth of the reads. Without DP, the reads are AD's
    /// sum.
    fn is_balanced(&self, sample: usize, dp: i32, alleles: &[u16]) -> bool {
        let (start, end) = self.ad_ends.get(sample).copied().unwrap_or_default();
        let text = self.ad.get(start..end).unwrap_or_default();
        let depths = || {
            text.split(|&b| b == b',')
                .map(|v| integer(v).map(i64::from))
        };
        let reads = match dp {
            ABSENT => depths().flatten().sum(),
            dp => i64::from(dp),
        };
        let enough = |&allele: &u16| {
            let depth = depths().nth(usize::from(allele)).flatten();
            depth.is_some_and(|depth| reads > 0 && depth * MIN_BALANCE_PARTS >= reads)
        };
        alleles
            .iter()
            .filter(|&&allele| allele != 0 && allele != MISSING)
            .all(enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kohort_genotype::Phase;

    const ALL: AdjCriteria = AdjCriteria {
        gq: true,
        dp: true,
        ad: true,
    };

    fn failing(calls: &[(CallBuf, &str, &str, &str)], criteria: AdjCriteria) -> Vec<u32> {
        let mut site = SiteCalls::new();
        let n = u32::try_from(calls.len()).unwrap();
        site.reset(n);
        let mut quality = CallQuality::default();
        quality.start(calls.len());
        for (i, (call, gq, dp, ad)) in (0u32..).zip(calls) {
            site.push_call(i, call.clone());
            quality.set_gq(i as usize, gq.as_bytes());
            quality.set_dp(i as usize, dp.as_bytes());
            quality.set_ad(i as usize, ad.as_bytes());
        }
        quality.apply(criteria, &mut site);
        site.adj_fail().to_vec()
    }

    fn diploid(first: u16, second: u16) -> CallBuf {
        CallBuf::diploid(first, second, Phase::Unphased)
    }

    #[test]
    fn each_criterion_alone_fails_a_call() {
        let good = (diploid(0, 1), "20", "10", "8,2");
        let haploid = CallBuf::haploid(1);
        for (call, fails) in [
            (good.clone(), false),
            ((diploid(0, 1), "19", "10", "8,2"), true),
            ((diploid(0, 1), ".", "10", "8,2"), true),
            ((diploid(0, 1), "20", "9", "8,2"), true),
            ((diploid(0, 1), "20", ".", "8,2"), true),
            ((diploid(0, 1), "20", "11", "9,2"), true),
            ((diploid(0, 1), "20", "10", "."), true),
            ((diploid(0, 0), "20", "10", "."), false),
            ((diploid(1, 1), "20", "10", "0,0"), false),
            ((diploid(1, 2), "20", "10", "0,8,2"), false),
            ((diploid(1, 2), "20", "10", "0,9,1"), true),
            ((haploid.clone(), "20", "5", "0,5"), false),
            ((haploid, "20", "4", "0,4"), true),
            ((diploid(MISSING, MISSING), ".", ".", "."), false),
            ((diploid(MISSING, 1), "20", "10", "."), false),
        ] {
            let found = failing(std::slice::from_ref(&call), ALL);
            assert_eq!(!found.is_empty(), fails, "{call:?}");
        }
    }

    #[test]
    fn a_criterion_without_its_field_is_not_asked_for() {
        let call = [(diploid(0, 1), ".", "12", "6,6")];
        assert_eq!(failing(&call, ALL), [0]);
        assert!(failing(&call, AdjCriteria { gq: false, ..ALL }).is_empty());
    }

    #[test]
    fn samples_with_the_default_call_are_judged_too() {
        let mut site = SiteCalls::new();
        site.reset(4);
        site.push(2, 0, 1, Phase::Unphased);
        let mut quality = CallQuality::default();
        quality.start(4);
        for sample in [0, 2] {
            quality.set_gq(sample, b"99");
            quality.set_dp(sample, b"30");
            quality.set_ad(sample, b"15,15");
        }
        quality.apply(ALL, &mut site);
        assert_eq!(site.adj_fail(), [1, 3]);
    }
}
