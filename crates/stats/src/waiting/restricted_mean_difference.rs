//! How much longer one group waits than another, within a horizon.

use crate::distribution::normal_cdf;
use crate::{Confidence, Estimate, Status};

/// Two groups compared: the contrast, and how likely one so large is by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// The contrast.
    pub estimate: Estimate,
    /// The two-sided p-value of no difference, from the normal distribution.
    pub p_value: Option<f64>,
}

impl Contrast {
    pub(super) fn missing(status: Status, method: &'static str) -> Self {
        Self {
            estimate: Estimate::missing(status, method),
            p_value: None,
        }
    }
}

/// The two-sided p-value of a distance in standard errors.
pub(super) fn two_sided(distance: f64, se: f64) -> Option<f64> {
    (se > 0.0).then(|| 2.0 * normal_cdf(-(distance / se).abs()))
}

/// The status of a comparison of two estimates, one of which is missing.
pub(super) fn status_of(a: &Estimate, b: &Estimate) -> Status {
    match a.status {
        Status::Ok => b.status,
        status => status,
    }
}

/// The sum of two numbers that may be missing.
pub(super) fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a? + b?)
}

/// Estimates the difference of two restricted means.
///
/// # Definition
/// `a - b`, with variance `se(a)^2 + se(b)^2` and normal limits.
///
/// # Arguments
/// Two results of [`restricted_mean_survival_time`](super::restricted_mean_survival_time) over
/// different people and with the same horizon.
///
/// # Returns
/// The difference in the unit of the times, its limits, and the p-value of no difference; `events`
/// and `n` are those of both.
///
/// # Nulls
/// When either is missing, with its status. Without a standard error the limits and the p-value are
/// missing.
///
/// # Interpretation
/// 0: no difference. Above 0: `a` waits longer, by so many days per person within the horizon.
///
/// # Limits
/// The horizon is not in the estimates: that it is the same is for the caller to see to.
///
/// # References
/// Uno and others, 2014, "Moving beyond the hazard ratio in quantifying the between-group
/// difference in survival analysis", Journal of Clinical Oncology, doi:10.1200/JCO.2014.55.2208.
pub fn restricted_mean_difference(a: &Estimate, b: &Estimate, confidence: Confidence) -> Contrast {
    const METHOD: &str = "normal";
    let (Some(left), Some(right)) = (a.value, b.value) else {
        return Contrast::missing(status_of(a, b), METHOD);
    };
    let difference = left - right;
    let se = a.se.zip(b.se).map(|(a, b)| a.hypot(b));
    Contrast {
        estimate: Estimate::of(difference, METHOD)
            .with_normal_limits(confidence, se)
            .with_counts(sum(a.events, b.events), sum(a.n, b.n)),
        p_value: se.and_then(|se| two_sided(difference, se)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(value: f64, se: Option<f64>) -> Estimate {
        Estimate::of(value, "kaplan_meier")
            .with_normal_limits(Confidence::P95, se)
            .with_counts(Some(10.0), Some(20.0))
    }

    #[test]
    fn variances_add() {
        let found = restricted_mean_difference(
            &mean(50.0, Some(3.0)),
            &mean(40.0, Some(4.0)),
            Confidence::P95,
        );
        assert_eq!(found.estimate.value, Some(10.0));
        assert_eq!(found.estimate.se, Some(5.0));
        assert!((found.p_value.unwrap() - 0.045_500_263_896_358_4).abs() < 1e-12);
        assert_eq!(found.estimate.n, Some(40.0));
    }

    #[test]
    fn what_is_missing_stays_missing_with_its_reason() {
        let none = Estimate::missing(Status::NotReached, "kaplan_meier");
        let found = restricted_mean_difference(&mean(50.0, None), &none, Confidence::P95);
        assert_eq!(found.estimate.status, Status::NotReached);
        assert_eq!((found.estimate.value, found.p_value), (None, None));
        let bare = restricted_mean_difference(&mean(5.0, None), &mean(4.0, None), Confidence::P95);
        assert_eq!((bare.estimate.value, bare.p_value), (Some(1.0), None));
    }
}
