//! The filtering allele frequency: how common a variant surely is.

use crate::distribution::gamma_quantile;
use crate::{AlleleCounts, Confidence};

/// Estimates the filtering allele frequency: the highest true frequency for which the observed
/// count would still be surprisingly large.
///
/// # Definition
/// The highest frequency `f` for which a Poisson count with mean `f * an` is below the observed
/// `ac` with at least the given confidence: `P(X <= ac - 1) >= confidence`. A Poisson count and a
/// gamma waiting time are one process, so this is `quantile(1 - confidence) / an` of a gamma
/// distribution with shape `ac` and rate 1.
///
/// # Arguments
/// Copies and called alleles, usually of one genetic ancestry group.
///
/// # Returns
/// A frequency from 0 up to `ac / an`. It is 0 for `ac <= 1`: a singleton says too little.
///
/// # Nulls
/// When `an` is 0.
///
/// # Interpretation
/// A variant whose filtering allele frequency is at or above the highest frequency that is
/// credible for a disease can be set aside for that disease. It is absolute, a lower bound of the
/// allele frequency, and says nothing about a variant below it.
///
/// # Limits
/// The Poisson distribution stands in for the binomial one, which makes it too low for common
/// variants; it is meant for rare ones.
///
/// Hail's and gnomAD's `filtering_allele_frequency` has the same definition, solved by a search in
/// steps of 1e-6 that gives the last step below the answer. Theirs is therefore lower by up to
/// 1e-6 (1.1e-6 where their root finder's tolerance adds to it), which is a lot for `an` above a
/// million; it can even be below 0. They give 0 where `an` is 0.
///
/// # Example
/// ```
/// use kohort_stats::{AlleleCounts, Confidence, filtering_allele_frequency};
/// let counts = AlleleCounts { ac: 10, an: 100_000 };
/// let faf95 = filtering_allele_frequency(counts, Confidence::P95).unwrap();
/// assert!((faf95 - 5.4254e-5).abs() < 1e-9);
/// ```
///
/// # References
/// Whiffin, 2017, "Using high-resolution variant frequencies to empower clinical genome
/// interpretation", Genetics in Medicine, doi:10.1038/gim.2017.26.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of alleles stay far below 2^53"
)]
pub fn filtering_allele_frequency(counts: AlleleCounts, confidence: Confidence) -> Option<f64> {
    let AlleleCounts { ac, an } = counts;
    if an == 0 {
        return None;
    }
    if ac <= 1 {
        return Some(0.0);
    }
    let mean = gamma_quantile(1.0 - confidence.value(), ac as f64);
    Some(mean / an as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faf(ac: u64, an: u64, confidence: Confidence) -> f64 {
        filtering_allele_frequency(AlleleCounts { ac, an }, confidence).unwrap()
    }

    #[test]
    fn means_are_the_published_quantiles() {
        // Half of the chi-squared quantile with 2 * ac degrees of freedom, as in printed tables
        // (NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4; R's `qchisq`).
        for (ac, at_95, at_99) in [
            (2, 0.710_723, 0.297_109),
            (3, 1.635_383, 0.872_090),
            (5, 3.940_299, 2.558_212),
            (10, 10.850_811, 8.260_398),
            (50, 77.929_465, 70.064_895),
        ] {
            for (confidence, chi_squared) in [(Confidence::P95, at_95), (Confidence::P99, at_99)] {
                let mean = faf(ac, 1000, confidence) * 1000.0;
                assert!((2.0 * mean - chi_squared).abs() < 1e-6, "{ac}: {mean}");
            }
        }
    }

    #[test]
    fn singletons_give_zero_and_no_alleles_give_nothing() {
        for ac in [0, 1] {
            assert_eq!(faf(ac, 1000, Confidence::P95), 0.0);
        }
        let none = AlleleCounts::default();
        assert_eq!(filtering_allele_frequency(none, Confidence::P95), None);
    }

    /// `P(X <= k)` of a Poisson count, added up term by term.
    fn poisson_at_most(k: u64, mean: f64) -> f64 {
        let mut log_factorial = 0.0;
        let mut sum = 0.0;
        for i in 0..=k {
            if i > 0 {
                log_factorial += (i as f64).ln();
            }
            sum += (i as f64 * mean.ln() - mean - log_factorial).exp();
        }
        sum
    }

    #[test]
    fn it_is_the_highest_frequency_whose_poisson_bound_stays_below_the_count() {
        for ac in [2, 3, 4, 7, 25, 100, 1000, 20_000] {
            for confidence in [Confidence::P95, Confidence::P99] {
                let an = 50_000;
                let mean = faf(ac, an, confidence) * an as f64;
                let level = confidence.value();
                // The definition of Hail and gnomAD: qpois(level, mean) < ac, at the last mean.
                assert!(
                    poisson_at_most(ac - 1, mean * (1.0 - 1e-7)) >= level,
                    "{ac}"
                );
                assert!(poisson_at_most(ac - 1, mean * (1.0 + 1e-7)) < level, "{ac}");
            }
        }
    }

    #[test]
    fn it_lies_below_the_allele_frequency_and_falls_with_confidence() {
        for (ac, an) in [(2, 2), (10, 20), (1_000_000, 2_000_000), (2, 1_600_000)] {
            let (at_95, at_99) = (faf(ac, an, Confidence::P95), faf(ac, an, Confidence::P99));
            let af = ac as f64 / an as f64;
            assert!(0.0 < at_99 && at_99 < at_95 && at_95 < af, "{ac}/{an}");
        }
        // Normal approximation for a large count: mean - 1.645 standard deviations.
        let expected = 1e6 - 1.644_853_6 * 1e3;
        assert!((faf(1_000_000, 1, Confidence::P95) - expected).abs() < 2.0);
    }

    #[test]
    fn counts_of_any_size_have_a_frequency_below_their_own() {
        for ac in [2, 1 << 31, 1 << 53, 9_000_000_000_000_000_000, u64::MAX] {
            for an in [1, ac, u64::MAX] {
                let (found, af) = (faf(ac, an, Confidence::P99), ac as f64 / an as f64);
                assert!(found > 0.0 && found <= af, "{ac}/{an}: {found}");
            }
        }
        // mpmath: the gamma quantile at 0.05 for a shape of 10^12.
        let found = faf(1_000_000_000_000, 1, Confidence::P95);
        assert!((found - 999_998_355_146.941_6).abs() < 1e-3, "{found}");
    }

    #[test]
    fn a_confidence_lies_between_0_and_1() {
        assert_eq!(Confidence::try_new(0.95), Ok(Confidence::P95));
        for value in [0.0, 1.0, -0.5, 95.0, f64::NAN, f64::INFINITY] {
            assert!(Confidence::try_new(value).is_err(), "{value}");
        }
        let error = Confidence::try_new(95.0).unwrap_err();
        assert_eq!(error.hint(), Some("for 95 % write 0.95".to_owned()));
    }
}
