//! Quantiles and tails against mpmath, for counts up to 10^12.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use kohort_stats::Confidence;
use kohort_stats::comparison::{GroupCounts, RateRatioMethod, rate_ratio};
use kohort_stats::distribution::{
    beta_lower, beta_quantile, beta_quantile_upper, chi_squared_upper, gamma_lower, gamma_quantile,
    gamma_quantile_upper, gamma_upper, normal_cdf, normal_quantile, student_t_quantile,
};
use kohort_stats::rates::{PoissonMethod, ProportionMethod, mid_p_poisson_limits, proportion};

/// How far a quantile may be off.
const OF_QUANTILES: f64 = 1e-12;

/// How far a tail may be off: the logarithm of a density at a count of 10^12 is a difference of
/// numbers of the size of its square root.
const OF_TAILS: f64 = 2e-9;

fn confidence(tail: f64) -> Confidence {
    Confidence::try_new(1.0 - 2.0 * tail).unwrap()
}

/// The limits of the odds of events in two groups with as much person-time.
fn lower_odds(tail: f64, a: f64, b: f64, method: RateRatioMethod) -> f64 {
    let (group, reference) = (GroupCounts::new(a, 1.0), GroupCounts::new(b, 1.0));
    let ratio = rate_ratio(group, reference, confidence(tail), method).unwrap();
    ratio.lower_cl.unwrap()
}

/// What Kohort gives for a line of the vectors, and how far it may be off.
fn value(function: &str, arguments: &[f64]) -> (f64, f64) {
    match (function, arguments) {
        ("gamma_quantile", &[p, shape]) => (gamma_quantile(p, shape), OF_QUANTILES),
        ("gamma_quantile_upper", &[q, shape]) => (gamma_quantile_upper(q, shape), OF_QUANTILES),
        ("beta_quantile", &[p, a, b]) => (beta_quantile(p, a, b), OF_QUANTILES),
        ("beta_quantile_upper", &[q, a, b]) => (beta_quantile_upper(q, a, b), OF_QUANTILES),
        ("student_t_quantile", &[p, df]) => (student_t_quantile(p, df), OF_QUANTILES),
        ("normal_quantile", &[p]) => (normal_quantile(p), OF_QUANTILES),
        ("normal_cdf", &[x]) => (normal_cdf(x), OF_QUANTILES),
        ("gamma_lower", &[shape, x]) => (gamma_lower(shape, x), OF_TAILS),
        ("gamma_upper", &[shape, x]) => (gamma_upper(shape, x), OF_TAILS),
        ("beta_lower", &[a, b, x]) => (beta_lower(a, b, x), OF_TAILS),
        ("chi_squared_upper", &[x, df]) => (chi_squared_upper(x, df), OF_TAILS),
        ("mid_p_lower", &[p, events]) => {
            let limits = mid_p_poisson_limits(events, confidence(p));
            (limits.lower.unwrap(), OF_QUANTILES)
        }
        ("mid_p_upper", &[p, events]) => {
            let limits = mid_p_poisson_limits(events, confidence(p));
            (limits.upper.unwrap(), OF_QUANTILES)
        }
        ("exact_odds", &[p, a, b]) => (lower_odds(p, a, b, RateRatioMethod::Exact), OF_QUANTILES),
        ("mid_p_odds", &[p, a, b]) => (lower_odds(p, a, b, RateRatioMethod::MidP), OF_QUANTILES),
        _ => panic!("no such function: {function} {arguments:?}"),
    }
}

#[test]
fn quantiles_and_tails_are_those_of_mpmath_up_to_a_million_million() {
    let text = include_str!("distribution/vectors.csv");
    let (mut n, mut wrong) = (0, Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (call, expected) = line.split_once(",=,").unwrap();
        let (function, arguments) = call.split_once(',').unwrap();
        let arguments: Vec<f64> = arguments.split(',').map(|x| x.parse().unwrap()).collect();
        let expected: f64 = expected.parse().unwrap();
        let (found, tolerance) = value(function, &arguments);
        let off = (found - expected).abs() / expected.abs();
        let is_near =
            found == expected || off <= tolerance || found.abs().max(expected.abs()) < 1e-300;
        if !is_near {
            wrong.push(format!("{line}: {found:e} is off by {off:e}"));
        }
        n += 1;
    }
    assert!(
        wrong.is_empty(),
        "{} of {n}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(n > 400, "{n} lines");
}

#[test]
fn limits_of_a_share_of_a_thousand_million_lie_around_it() {
    let level = Confidence::P998;
    for (method, lower) in [
        (ProportionMethod::ClopperPearson, 0.499_951_138_637_2),
        (ProportionMethod::Jeffreys, 0.499_951_139_137_2),
    ] {
        let share = proportion(Some(5e8), Some(1e9), 1.0, level, method).unwrap();
        let found = share.lower_cl.unwrap();
        assert!((found - lower).abs() < 1e-13, "{found}");
        // 5e8 of 1e9 lies in the middle.
        assert!((found + share.upper_cl.unwrap() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn limits_of_every_size_hold_their_value() {
    let levels = [1e-9, 0.5, 0.95, 0.998, 1.0 - 1.2e-16].map(|c| Confidence::try_new(c).unwrap());
    for exponent in -300..=308 {
        let events = 10_f64.powi(exponent);
        for level in levels {
            for method in [PoissonMethod::Exact, PoissonMethod::MidP] {
                let limits = method.limits(events, level);
                let (lower, upper) = (limits.lower.unwrap(), limits.upper.unwrap());
                assert!(
                    lower <= events && events <= upper,
                    "{events:e} {level:?}: {limits:?}"
                );
            }
            for n in [events * 1.5, events + 1.0, events * 1e3] {
                if !n.is_finite() {
                    continue;
                }
                let method = ProportionMethod::ClopperPearson;
                let share = proportion(Some(events), Some(n), 1.0, level, method).unwrap();
                let (lower, upper) = (share.lower_cl.unwrap(), share.upper_cl.unwrap());
                let value = share.value.unwrap();
                assert!(
                    lower <= value && value <= upper,
                    "{events:e} of {n:e}: {share:?}"
                );
            }
        }
    }
}
