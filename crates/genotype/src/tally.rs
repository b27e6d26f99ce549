//! Counts while they are being counted.

use crate::counts::{AlleleCounts, GenotypeCounts};
use crate::layout::Exception;
use crate::rules::{Class, Contribution, Rule, judge};
use crate::walk::{KEY_ADJ, Key};

const AC: usize = 0;
const AN: usize = 1;
const SAMPLES: usize = 2;
const HET_HAPLOID: usize = 12;
const POLYPLOID: usize = 16;
const N_FIELDS: usize = 17;

/// Counts in an array, so that a class is an index. While rows are being counted, deviations may
/// come before the people they are taken from: all arithmetic wraps, and the end is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally([u64; N_FIELDS]);

impl Tally {
    #[inline]
    fn change(&mut self, field: usize, by: u64) {
        self.0[field] = self.0[field].wrapping_add(by);
    }

    /// Counts `times` people of this outcome.
    #[inline]
    pub(crate) fn add(&mut self, outcome: Contribution, times: u64) {
        self.change(SAMPLES, times);
        self.count(outcome, times);
    }

    #[inline]
    fn count(&mut self, outcome: Contribution, times: u64) {
        self.change(AC, times.wrapping_mul(u64::from(outcome.ac)));
        self.change(AN, times.wrapping_mul(u64::from(outcome.an)));
        self.change(outcome.class as usize, times);
        if outcome.het_haploid {
            self.change(HET_HAPLOID, times);
        }
    }

    /// Counts one person as `is` who was counted as `was`.
    #[inline]
    pub(crate) fn replace(&mut self, was: Contribution, is: Contribution) {
        self.move_people(was, is, 1);
    }

    #[inline]
    pub(crate) fn move_people(&mut self, was: Contribution, is: Contribution, times: u64) {
        self.count(was, times.wrapping_neg());
        self.count(is, times);
    }

    /// Counts the carriers of a row that has an ALT set alone: `slots` ALT alleles, in `homs`
    /// people both of them. Everybody was counted as REF.
    #[inline]
    pub(crate) fn carriers(&mut self, rule: Rule, slots: u64, homs: u64) {
        let hets = slots.wrapping_sub(homs.wrapping_mul(2));
        let not_reference = hets.wrapping_add(homs).wrapping_neg();
        match rule {
            Rule::AsCalled => {
                self.change(AC, slots);
                self.change(Class::HomRef as usize, not_reference);
                self.change(Class::Het as usize, hets);
                self.change(Class::HomAlt as usize, homs);
            }
            Rule::OneCopy => {
                self.change(AC, homs);
                self.change(AN, hets.wrapping_neg());
                self.change(Class::HemiRef as usize, not_reference);
                self.change(Class::HemiAlt as usize, homs);
                self.change(Class::Missing as usize, hets);
                self.change(HET_HAPLOID, hets);
            }
            // A call stays unexpected, and a sex unknown, whatever the alleles.
            Rule::NoCopy | Rule::UnknownSex => {}
        }
    }

    /// Counts a person with an exception, who was counted as `was`.
    pub(crate) fn exception(
        &mut self,
        rule: Rule,
        was: Contribution,
        key: Key,
        exception: &Exception<'_>,
    ) {
        if exception.slots.len() > 2 {
            self.change(POLYPLOID, 1);
        }
        let is = if key & KEY_ADJ != 0 {
            judge(rule, &[3], false)
        } else {
            judge(rule, exception.slots, exception.differs())
        };
        self.replace(was, is);
    }

    #[inline]
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.wrapping_add(*theirs);
        }
    }

    /// Adds another's counts `times` times.
    pub(crate) fn merge_times(&mut self, other: &Self, times: u64) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.wrapping_add(theirs.wrapping_mul(times));
        }
    }

    pub(crate) const fn allele_counts(&self) -> AlleleCounts {
        AlleleCounts {
            ac: self.0[AC],
            an: self.0[AN],
        }
    }

    #[inline]
    pub(crate) fn counts(&self) -> GenotypeCounts {
        let class = |class: Class| self.0[class as usize];
        let counts = GenotypeCounts {
            ac: self.0[AC],
            an: self.0[AN],
            n_samples: self.0[SAMPLES],
            n_hom_ref: class(Class::HomRef),
            n_het: class(Class::Het),
            n_hom_alt: class(Class::HomAlt),
            n_other_alt: class(Class::OtherAlt),
            n_hemi_ref: class(Class::HemiRef),
            n_hemi_alt: class(Class::HemiAlt),
            n_hemi_other: class(Class::HemiOther),
            n_partial: class(Class::Partial),
            n_missing: class(Class::Missing),
            n_het_haploid: self.0[HET_HAPLOID],
            n_unknown_sex: class(Class::UnknownSex),
            n_unexpected: class(Class::Unexpected),
            n_no_copy: class(Class::NoCopy),
            n_polyploid: self.0[POLYPLOID],
        };
        debug_assert!(counts.adds_up(), "{counts:?}");
        counts
    }
}
