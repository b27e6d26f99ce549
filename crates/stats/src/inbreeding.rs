//! The inbreeding coefficient of a site.

use crate::DiploidCounts;

/// Estimates the inbreeding coefficient of a site.
///
/// # Definition
/// `1 - observed / expected`, where observed is the share of heterozygotes, expected is `2p(1-p)`,
/// and `p` is the allele frequency among the same people.
///
/// # Arguments
/// Diploid calls only. On X outside the pseudoautosomal regions these are those of XX people.
///
/// # Returns
/// A number from -1 (everyone is heterozygous) to 1 (nobody is).
///
/// # Nulls
/// When only one allele is seen: nothing is expected then.
///
/// # Interpretation
/// 0 is Hardy–Weinberg proportions. Above 0, fewer heterozygotes than expected: relatedness of
/// parents, groups that were pooled, or heterozygotes that the caller missed. Below 0, more of
/// them: often paralogous sequence mapped to one place. It is relative, and it has no test in it;
/// see [`hardy_weinberg_p`](crate::hardy_weinberg_p).
///
/// # Limits
/// No correction for small samples: plain `2p(1-p)`, as gnomAD and GATK. Relative to that the
/// expectation of plink2's `--het` is larger by `2n / (2n - 1)`.
///
/// # Example
/// ```
/// use kohort_stats::{DiploidCounts, inbreeding_coefficient};
/// let counts = DiploidCounts { n_hom_ref: 30, n_het: 40, n_hom_alt: 30 };
/// let coefficient = inbreeding_coefficient(counts).unwrap();
/// assert!((coefficient - 0.2).abs() < 1e-12);
/// ```
///
/// # References
/// Wright, 1922, "Coefficients of inbreeding and relationship", The American Naturalist,
/// doi:10.1086/279872. Karczewski, 2020, "The mutational constraint spectrum quantified from
/// variation in 141,456 humans", Nature, doi:10.1038/s41586-020-2308-7 (its InbreedingCoeff).
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub fn inbreeding_coefficient(counts: DiploidCounts) -> Option<f64> {
    let alleles = counts.alleles();
    if alleles.ac == 0 || alleles.ac == alleles.an {
        return None;
    }
    let p = alleles.frequency()?;
    let expected = 2.0 * p * (1.0 - p) * counts.n_people() as f64;
    // A frequency so near 1 that nothing is left of the difference expects nobody.
    (expected > 0.0).then(|| 1.0 - counts.n_het as f64 / expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heterozygotes_are_compared_with_those_expected() {
        for ((n_hom_ref, n_het, n_hom_alt), expected) in [
            ((25, 50, 25), Some(0.0)),
            ((50, 0, 50), Some(1.0)),
            ((0, 100, 0), Some(-1.0)),
            ((30, 40, 30), Some(0.2)),
            // p = 0.05: 0.1 observed, 0.095 expected.
            ((90, 10, 0), Some(-1.0 / 19.0)),
            ((10, 0, 0), None),
            ((0, 0, 10), None),
            ((0, 0, 0), None),
        ] {
            let counts = DiploidCounts {
                n_hom_ref,
                n_het,
                n_hom_alt,
            };
            match (inbreeding_coefficient(counts), expected) {
                (Some(found), Some(expected)) => {
                    assert!((found - expected).abs() < 1e-12, "{counts:?}: {found}");
                }
                (found, expected) => assert_eq!(found, expected, "{counts:?}"),
            }
        }
    }
}
