//! Wilson's limits of a share.

use super::Limits;
use crate::Confidence;

/// Wilson's score limits of a share of `events` among `n`.
///
/// # Definition
/// `(2x + z^2 -+ z sqrt(z^2 + 4x(1 - x/n))) / (2(n + z^2))`: the shares from which the observed one
/// is `z` standard errors away, where the error is that of the limit and not of the observation.
///
/// # Arguments
/// `events` from 0 to `n`, `n` above 0. Fractions are taken as they are.
///
/// # Returns
/// Limits from 0 to 1: exactly 0 below for no events, exactly 1 above when all are events.
///
/// # Nulls
/// None where `n` is not above 0, or `events` is not from 0 to `n`.
///
/// # Interpretation
/// Absolute. Both limits lie inside 0 and 1 even for no events.
///
/// # Limits
/// It covers what it says on average over shares, not for each share.
///
/// # References
/// Wilson, 1927, "Probable inference, the law of succession, and statistical inference", Journal of
/// the American Statistical Association, doi:10.1080/01621459.1927.10502953.
pub fn wilson_limits(events: f64, n: f64, confidence: Confidence) -> Limits {
    let possible = n > 0.0 && (0.0..=n).contains(&events);
    if !possible {
        return Limits::NONE;
    }
    let z = confidence.z();
    // No product of two large numbers, and no square of one.
    let spread = 2.0 * events.sqrt() * (1.0 - events / n).sqrt();
    let half = 0.5 * z * z.hypot(spread);
    let limit = |sign: f64| (events + 0.5 * z * z + sign * half) / (n + z * z);
    let lower = match events == 0.0 {
        true => 0.0,
        false => limit(-1.0),
    };
    let upper = match events == n {
        true => 1.0,
        false => limit(1.0),
    };
    Limits::new(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_those_that_newcombe_printed() {
        // Newcombe, 1998, "Two-sided confidence intervals for the single proportion",
        // doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3.
        for (events, n, lower, upper) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
            (29.0, 29.0, 0.8830, 1.0),
        ] {
            let limits = wilson_limits(events, n, Confidence::P95);
            assert!((limits.lower.unwrap() - lower).abs() < 5e-5, "{limits:?}");
            assert!((limits.upper.unwrap() - upper).abs() < 5e-5, "{limits:?}");
        }
        assert_eq!(wilson_limits(3.0, 2.0, Confidence::P95), Limits::NONE);
        assert_eq!(wilson_limits(0.0, 0.0, Confidence::P95), Limits::NONE);
    }
}
