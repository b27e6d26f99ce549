//! How many times as long one group waits as another, within a horizon.

use super::restricted_mean_difference::{Contrast, status_of, sum, two_sided};
use crate::{Confidence, Estimate, Status};

/// Estimates the ratio of two restricted means.
///
/// # Definition
/// `a / b`. Its logarithm has variance `(se(a)/a)^2 + (se(b)/b)^2` and normal limits.
///
/// # Arguments
/// Two results of [`restricted_mean_survival_time`](super::restricted_mean_survival_time) over
/// different people and with the same horizon.
///
/// # Returns
/// The ratio, its limits, and the p-value of a ratio of 1; the standard error is that of the ratio
/// itself, by the delta method. `events` and `n` are those of both.
///
/// # Nulls
/// When either is missing, with its status; `undefined` when `b` is 0. Limits and p-value are
/// missing when `a` is 0 or a standard error is missing.
///
/// # Interpretation
/// 1: no difference. 1.2: `a` waits a fifth longer within the horizon.
///
/// # Limits
/// The horizon is not in the estimates: that it is the same is for the caller to see to.
///
/// # References
/// Uno and others, 2014, doi:10.1200/JCO.2014.55.2208.
pub fn restricted_mean_ratio(a: &Estimate, b: &Estimate, confidence: Confidence) -> Contrast {
    const METHOD: &str = "log";
    let (Some(above), Some(below)) = (a.value, b.value) else {
        return Contrast::missing(status_of(a, b), METHOD);
    };
    if below == 0.0 {
        return Contrast::missing(Status::Undefined, METHOD);
    }
    let ratio = above / below;
    let log_se = a.se.zip(b.se).filter(|_| above > 0.0);
    let log_se = log_se.map(|(se_a, se_b)| (se_a / above).hypot(se_b / below));
    let limit = |sign: f64| log_se.map(|se| ratio * (sign * confidence.z() * se).exp());
    let mut estimate = Estimate::of(ratio, METHOD)
        .with_limits(confidence, limit(-1.0), limit(1.0))
        .with_counts(sum(a.events, b.events), sum(a.n, b.n));
    estimate.se = log_se.map(|se| ratio * se);
    Contrast {
        estimate,
        p_value: log_se.and_then(|se| two_sided(ratio.ln(), se)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(value: f64, se: f64) -> Estimate {
        Estimate::of(value, "kaplan_meier").with_normal_limits(Confidence::P95, Some(se))
    }

    #[test]
    fn limits_are_even_on_the_logarithm() {
        let found = restricted_mean_ratio(&mean(60.0, 3.0), &mean(40.0, 2.0), Confidence::P95);
        let estimate = found.estimate;
        let (low, high) = (estimate.lower_cl.unwrap(), estimate.upper_cl.unwrap());
        assert!((low * high - 1.5 * 1.5).abs() < 1e-12);
        assert!((estimate.se.unwrap() - 1.5 * (2.0 * 0.0025_f64).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn nothing_below_the_line_is_undefined() {
        let found = restricted_mean_ratio(&mean(60.0, 3.0), &mean(0.0, 0.0), Confidence::P95);
        assert_eq!(found.estimate.status, Status::Undefined);
        let found = restricted_mean_ratio(&mean(0.0, 0.0), &mean(40.0, 2.0), Confidence::P95);
        assert_eq!(found.estimate.value, Some(0.0));
        assert_eq!((found.estimate.lower_cl, found.p_value), (None, None));
    }
}
