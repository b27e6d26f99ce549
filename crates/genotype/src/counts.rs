//! How many people and how many alleles: the answer to a count.

use std::ops::AddAssign;

/// The counts of one ALT allele in a set of samples.
///
/// # Returns
/// `ac` and `an` count alleles; `n_…` count people. These classes are disjoint and add up to
/// `n_samples`: the seven called ones (`n_hom_ref`, `n_het`, `n_hom_alt`, `n_other_alt`,
/// `n_hemi_ref`, `n_hemi_alt`, `n_hemi_other`), `n_partial`, `n_missing`, `n_unknown_sex`,
/// `n_unexpected` and `n_no_copy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GenotypeCounts {
    /// Copies of this ALT among the called alleles.
    pub ac: u64,
    /// Called alleles; the same on all rows of a site.
    pub an: u64,
    /// All samples that were asked for.
    pub n_samples: u64,
    /// Two or more copies, all REF.
    pub n_hom_ref: u64,
    /// This ALT and any other called allele.
    pub n_het: u64,
    /// Two or more copies, all this ALT.
    pub n_hom_alt: u64,
    /// Two or more copies, none of them this ALT, not all of them REF.
    pub n_other_alt: u64,
    /// One copy, REF.
    pub n_hemi_ref: u64,
    /// One copy, this ALT.
    pub n_hemi_alt: u64,
    /// One copy, another ALT.
    pub n_hemi_other: u64,
    /// Some alleles called, some missing.
    pub n_partial: u64,
    /// No allele called, or no call that passes `adj`, or a het where one copy is expected.
    pub n_missing: u64,
    /// Those in `n_missing` who have two different alleles where one copy is expected.
    pub n_het_haploid: u64,
    /// People whose number of copies depends on a sex karyotype that is not known.
    pub n_unknown_sex: u64,
    /// Calls where no copy is expected: XX on Y.
    pub n_unexpected: u64,
    /// People without a copy, and without a call.
    pub n_no_copy: u64,
    /// People whose call has more than two alleles, whatever their class.
    pub n_polyploid: u64,
}

impl GenotypeCounts {
    /// People whose call counts in full.
    pub const fn n_called(&self) -> u64 {
        self.n_hom_ref
            + self.n_het
            + self.n_hom_alt
            + self.n_other_alt
            + self.n_hemi_ref
            + self.n_hemi_alt
            + self.n_hemi_other
    }

    /// The allele frequency, `ac / an`; none where no allele is called.
    pub fn af(&self) -> Option<f64> {
        ratio(self.ac, self.an)
    }

    /// The share of called people among those who have a copy to call: `n_called / (n_samples -
    /// n_no_copy - n_unexpected - n_unknown_sex)`; none where nobody has.
    pub fn call_rate(&self) -> Option<f64> {
        let without = self.n_no_copy + self.n_unexpected + self.n_unknown_sex;
        ratio(self.n_called(), self.n_samples.saturating_sub(without))
    }

    /// Whether the disjoint classes add up to the number of samples.
    pub const fn adds_up(&self) -> bool {
        self.n_called()
            + self.n_partial
            + self.n_missing
            + self.n_unknown_sex
            + self.n_unexpected
            + self.n_no_copy
            == self.n_samples
            && self.n_het_haploid <= self.n_missing
            && self.n_polyploid <= self.n_samples
            && self.ac <= self.an
    }
}

/// `ac` and `an` alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AlleleCounts {
    /// Copies of this ALT among the called alleles.
    pub ac: u64,
    /// Called alleles.
    pub an: u64,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people and alleles stay far below 2^53"
)]
fn ratio(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

impl AddAssign for GenotypeCounts {
    fn add_assign(&mut self, other: Self) {
        self.ac += other.ac;
        self.an += other.an;
        self.n_samples += other.n_samples;
        self.n_hom_ref += other.n_hom_ref;
        self.n_het += other.n_het;
        self.n_hom_alt += other.n_hom_alt;
        self.n_other_alt += other.n_other_alt;
        self.n_hemi_ref += other.n_hemi_ref;
        self.n_hemi_alt += other.n_hemi_alt;
        self.n_hemi_other += other.n_hemi_other;
        self.n_partial += other.n_partial;
        self.n_missing += other.n_missing;
        self.n_het_haploid += other.n_het_haploid;
        self.n_unknown_sex += other.n_unknown_sex;
        self.n_unexpected += other.n_unexpected;
        self.n_no_copy += other.n_no_copy;
        self.n_polyploid += other.n_polyploid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allele_frequency_is_none_without_called_alleles() {
        assert_eq!(GenotypeCounts::default().af(), None);
        assert_eq!(GenotypeCounts::default().call_rate(), None);
        let counts = GenotypeCounts {
            an: 4,
            ..GenotypeCounts::default()
        };
        assert_eq!(counts.af(), Some(0.0));
    }

    #[test]
    fn people_without_a_copy_to_call_do_not_lower_the_call_rate() {
        let counts = GenotypeCounts {
            n_samples: 10,
            n_hemi_ref: 4,
            n_missing: 1,
            n_no_copy: 3,
            n_unexpected: 1,
            n_unknown_sex: 1,
            an: 4,
            ..GenotypeCounts::default()
        };
        assert!(counts.adds_up());
        assert_eq!(counts.call_rate(), Some(0.8));
    }
}
