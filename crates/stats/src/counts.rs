//! The counts that measures are given.

/// Copies of an allele among called alleles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AlleleCounts {
    /// Copies of the allele.
    pub ac: u64,
    /// Called alleles; at least `ac`.
    pub an: u64,
}

impl AlleleCounts {
    /// The allele frequency, `None` without called alleles.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of alleles stay far below 2^53"
    )]
    pub(crate) fn frequency(self) -> Option<f64> {
        (self.an > 0).then(|| self.ac as f64 / self.an as f64)
    }
}

/// People with two called copies, by how many of them are the alternate allele.
///
/// At a multiallelic site each row has its own: whoever carries this ALT and another allele is a
/// het, and whoever carries no copy of this ALT counts as `n_hom_ref` if the site is looked at as
/// this ALT against all others. The caller decides; the measures take the three as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DiploidCounts {
    /// People with no copy.
    pub n_hom_ref: u64,
    /// People with one copy.
    pub n_het: u64,
    /// People with two copies.
    pub n_hom_alt: u64,
}

impl DiploidCounts {
    /// All people counted; of counts that no sum holds, the largest number.
    pub const fn n_people(self) -> u64 {
        let hom = self.n_hom_ref.saturating_add(self.n_hom_alt);
        hom.saturating_add(self.n_het)
    }

    /// Their copies of the alternate allele, and all of their copies.
    pub const fn alleles(self) -> AlleleCounts {
        let two = self.n_hom_alt.saturating_mul(2);
        AlleleCounts {
            ac: self.n_het.saturating_add(two),
            an: self.n_people().saturating_mul(2),
        }
    }
}

/// People with one called copy, where one is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HemizygousCounts {
    /// People whose copy is not the alternate allele.
    pub n_hemi_ref: u64,
    /// People whose copy is the alternate allele.
    pub n_hemi_alt: u64,
}

impl HemizygousCounts {
    /// All people counted; of counts that no sum holds, the largest number.
    pub const fn n_people(self) -> u64 {
        self.n_hemi_ref.saturating_add(self.n_hemi_alt)
    }
}
