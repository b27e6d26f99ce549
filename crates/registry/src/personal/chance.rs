//! How likely is it that so many numbers are right by chance?

/// The share of numbers that have a right check digit by chance.
pub(super) const LUHN: f64 = 0.1;

/// The share of numbers whose digits begin as a date by chance: 12 of 100 months, and 62 of 100
/// days, those of samordningsnummer too.
pub(super) const DATE: f64 = 0.075;

/// What is less likely than this is no chance: one false alarm in 100,000 columns.
pub(super) const UNLIKELY: f64 = 1e-5;

/// The chance of `k` or more hits among `n`, each with the chance `p`: the upper tail of the
/// binomial distribution.
#[expect(clippy::cast_precision_loss, reason = "counts of thousands")]
pub(super) fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 || p >= 1.0 {
        return 1.0;
    }
    if k > n || p <= 0.0 {
        return 0.0;
    }
    let (k, n) = (k as f64, n as f64);
    let odds = (p / (1.0 - p)).ln();
    // The logarithm of the chance of exactly `i`, from 0 upwards.
    let (mut i, mut exactly, mut tail) = (0.0, n * (1.0 - p).ln(), 0.0);
    loop {
        if i >= k {
            tail += f64::exp(exactly);
        }
        if i >= n {
            return f64::min(tail, 1.0);
        }
        exactly += ((n - i) / (i + 1.0)).ln() + odds;
        i += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_binomial_distribution() {
        // Sums of exact fractions; R's pbinom(k - 1, n, p, lower.tail = FALSE) gives the same.
        for (k, n, p, expected) in [
            (1, 1, 0.1, 0.1),
            (5, 5, 0.1, 1e-5),
            (2, 10, 0.1, 0.263_901_070_9),
            (20, 100, 0.1, 0.001_978_560_865_771_2),
            (0, 10, 0.1, 1.0),
            (11, 10, 0.1, 0.0),
        ] {
            let found = at_least(k, n, p);
            assert!((found - expected).abs() < 1e-10, "{k} of {n}: {found}");
        }
        assert!(at_least(1200, 10_000, 0.1) < 1e-9);
        assert!(at_least(1000, 10_000, 0.1) > 0.4);
    }
}
