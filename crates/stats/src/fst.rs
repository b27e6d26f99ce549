//! The fixation index between two groups of people.

use std::iter::Sum;
use std::ops::AddAssign;

use crate::AlleleCounts;

/// What a variant adds to Hudson's Fst: terms above and below the line, which are summed over
/// variants before they are divided.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FstTerms {
    /// The estimated squared difference of the two allele frequencies.
    pub numerator: f64,
    /// The estimated probability that two alleles differ, one from each group.
    pub denominator: f64,
}

impl FstTerms {
    /// The ratio: Fst over everything summed so far, `None` when nothing varies.
    pub fn value(self) -> Option<f64> {
        (self.denominator > 0.0).then(|| self.numerator / self.denominator)
    }
}

impl AddAssign for FstTerms {
    fn add_assign(&mut self, other: Self) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
    }
}

impl Sum for FstTerms {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::default(), |mut sum, term| {
            sum += term;
            sum
        })
    }
}

/// Gives the terms of Hudson's Fst between two groups at one variant.
///
/// # Definition
/// With allele frequencies `p1`, `p2` and allele numbers `n1`, `n2`:
/// numerator `(p1 - p2)² - p1(1 - p1)/(n1 - 1) - p2(1 - p2)/(n2 - 1)`;
/// denominator `p1(1 - p2) + p2(1 - p1)`.
/// Over several variants Fst is the ratio of the sums (the "ratio of averages"), never the average
/// of the ratios.
///
/// # Returns
/// The two terms. They sum; [`FstTerms::value`] divides.
///
/// # Nulls
/// When a group has fewer than two called alleles. A variant that is fixed for one allele in both
/// groups adds 0 to either term.
///
/// # Interpretation
/// 0 is no difference; 1 is fixed for different alleles. Below 0 happens by chance around 0: it is
/// an unbiased estimate, and clipping it would bias sums. The group sizes do not weigh.
///
/// # Limits
/// Each ALT of a multiallelic site is taken against all other alleles.
///
/// # Example
/// ```
/// use kohort_stats::{AlleleCounts, fst_hudson};
/// let north = AlleleCounts { ac: 10, an: 10 };
/// let south = AlleleCounts { ac: 0, an: 10 };
/// assert_eq!(fst_hudson(north, south).and_then(|terms| terms.value()), Some(1.0));
/// ```
///
/// # References
/// Hudson, Slatkin & Maddison, 1992, "Estimation of levels of gene flow from DNA sequence data",
/// Genetics, doi:10.1093/genetics/132.2.583. Bhatia, 2013, "Estimating and interpreting FST: the
/// impact of rare variants", Genome Research, doi:10.1101/gr.154831.113 (equation 10).
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of alleles stay far below 2^53"
)]
pub fn fst_hudson(first: AlleleCounts, second: AlleleCounts) -> Option<FstTerms> {
    if first.an < 2 || second.an < 2 {
        return None;
    }
    let (p1, p2) = (first.frequency()?, second.frequency()?);
    let within = |p: f64, an: u64| p * (1.0 - p) / (an - 1) as f64;
    Some(FstTerms {
        numerator: (p1 - p2).powi(2) - within(p1, first.an) - within(p2, second.an),
        denominator: p1 * (1.0 - p2) + p2 * (1.0 - p1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(first: (u64, u64), second: (u64, u64)) -> FstTerms {
        let counts = |(ac, an)| AlleleCounts { ac, an };
        fst_hudson(counts(first), counts(second)).unwrap()
    }

    #[test]
    fn groups_without_two_alleles_have_no_terms() {
        let (one, many) = (AlleleCounts { ac: 1, an: 1 }, AlleleCounts { ac: 1, an: 9 });
        assert_eq!(fst_hudson(one, many), None);
        assert_eq!(fst_hudson(many, one), None);
        assert_eq!(fst_hudson(many, AlleleCounts::default()), None);
    }

    #[test]
    fn groups_fixed_for_one_allele_add_nothing() {
        let fixed = terms((0, 10), (0, 20));
        assert_eq!(fixed, FstTerms::default());
        assert_eq!(fixed.value(), None);
        assert_eq!(terms((0, 10), (20, 20)).value(), Some(1.0));
    }

    type Group = (u64, u64);

    /// Copies and called alleles in two groups, and Fst of each variant: PLINK v2.00a3.5,
    /// `--fst POP method=hudson report-variants`, on simulated groups with missing calls.
    const PLINK2: &[(Group, Group, f64)] = &[
        ((28, 150), (124, 232), 0.22791),
        ((36, 148), (200, 230), 0.566171),
        ((140, 150), (100, 226), 0.435435),
        ((18, 156), (16, 226), 0.00610684),
        ((125, 154), (84, 228), 0.334113),
        ((64, 150), (35, 220), 0.154098),
        ((7, 150), (142, 224), 0.552819),
        ((89, 152), (212, 224), 0.303127),
    ];

    #[test]
    fn each_variant_and_the_ratio_of_their_sums_are_those_of_plink2() {
        for &(first, second, expected) in PLINK2 {
            let found = terms(first, second).value().unwrap();
            assert!(
                (found - expected).abs() < 1e-6,
                "{first:?} {second:?}: {found}"
            );
        }
        let sum: FstTerms = PLINK2
            .iter()
            .map(|&(first, second, _)| terms(first, second))
            .sum();
        assert!((sum.value().unwrap() - 0.370651).abs() < 1e-6);
    }
}
