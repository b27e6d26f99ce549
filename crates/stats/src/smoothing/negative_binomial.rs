//! The likelihood of events whose rates are gamma: the negative binomial.

use super::digamma::digamma_difference;
use super::gamma::turns;
use crate::distribution::ln_gamma_ratio;

/// How much likelier observed events become as the size grows: the derivative of the logarithm of
/// their likelihood. `rows` are events and their means.
fn score(rows: &[(f64, f64)], size: f64) -> f64 {
    let terms = rows.iter().map(|&(events, mean)| {
        digamma_difference(size, events) - (mean / size).ln_1p() + (mean - events) / (size + mean)
    });
    terms.sum()
}

/// The logarithm of the likelihood, less what does not depend on size and means.
fn log_likelihood(rows: &[(f64, f64)], size: f64) -> f64 {
    let term = |&(events, mean): &(f64, f64)| {
        let log_mean = if events > 0.0 {
            events * mean.ln()
        } else {
            0.0
        };
        if size.is_infinite() {
            return log_mean - mean;
        }
        ln_gamma_ratio(size, events) + log_mean - (size + events) * (mean / size).ln_1p()
    };
    rows.iter().map(term).sum()
}

/// The size that makes events most likely; infinite when they vary no more than Poisson counts.
/// `means` are those of the events at a size.
pub(super) fn most_likely_size(means: impl Fn(f64) -> Vec<(f64, f64)>) -> f64 {
    // A size of 10^8 is a standard deviation of rates of one in ten thousand: none.
    let mut sizes = turns(|size| score(&means(size), size), -6, 8);
    let last = 1e8;
    if score(&means(last), last) > 0.0 || sizes.is_empty() {
        sizes.push(f64::INFINITY);
    }
    let likelihood = |size: f64| log_likelihood(&means(size), size);
    let (mut best, others) = (sizes[0], &sizes[1..]);
    for &size in others {
        if likelihood(size) > likelihood(best) {
            best = size;
        }
    }
    best
}

/// The factor of expected events that makes events most likely, at a size.
pub(super) fn most_likely_factor(rows: &[(f64, f64)], size: f64) -> f64 {
    let observed: f64 = rows.iter().map(|(events, _)| events).sum();
    let expected: f64 = rows.iter().map(|(_, expected)| expected).sum();
    let mut log_factor = (observed / expected).ln();
    if size.is_infinite() {
        return observed / expected;
    }
    for _ in 0..100 {
        let factor = log_factor.exp();
        let (mut slope, mut curve) = (0.0, 0.0);
        for &(events, expected) in rows {
            let mean = factor * expected;
            let weight = size / (size + mean);
            slope += weight * (events - mean);
            curve += weight * mean * (size + events) / (size + mean);
        }
        let step = (slope / curve).clamp(-2.0, 2.0);
        log_factor += step;
        if step.abs() < 1e-15 {
            break;
        }
    }
    log_factor.exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_slope_of_the_likelihood() {
        let rows = [(3.0, 5.5), (0.0, 2.0), (17.0, 9.0), (2.5, 3.0)];
        for size in [0.01, 0.7, 4.0, 60.0] {
            let step = size * 1e-5;
            let rise = log_likelihood(&rows, size + step) - log_likelihood(&rows, size - step);
            let slope = rise / (2.0 * step);
            assert!((score(&rows, size) - slope).abs() <= 1e-6 * slope.abs().max(1e-3));
        }
        let near = log_likelihood(&rows, 1e7);
        assert!((near - log_likelihood(&rows, f64::INFINITY)).abs() < 1e-4);
    }

    #[test]
    fn the_best_factor_has_no_slope() {
        let rows = [(3.0, 5.5), (1.0, 2.0), (17.0, 9.0)];
        for size in [0.01, 0.7, 4.0, 60.0, 1e6] {
            let factor = most_likely_factor(&rows, size);
            let likelihood = |factor: f64| {
                let rows = rows.map(|(events, expected)| (events, factor * expected));
                log_likelihood(&rows, size)
            };
            assert!(likelihood(factor) > likelihood(factor * 1.001), "{size}");
            assert!(likelihood(factor) > likelihood(factor / 1.001), "{size}");
        }
        assert_eq!(most_likely_factor(&rows, f64::INFINITY), 21.0 / 16.5);
    }
}
