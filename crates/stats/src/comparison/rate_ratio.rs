//! The ratio of two rates.

use super::GroupCounts;
use super::group_counts::rates;
use crate::distribution::{Tail, beta_quantile_of, mid_beta_quantile};
use crate::rates::{Known, Limits};
use crate::{Confidence, Error, Estimate, Status};

/// How the limits of a ratio of rates are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateRatioMethod {
    /// Exact limits of the events of one group among those of both.
    #[default]
    Exact,
    /// The same, where half of the probability of the observed count goes to each tail.
    MidP,
    /// Normal limits of the logarithm.
    Wald,
}

impl RateRatioMethod {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::MidP => "mid_p",
            Self::Wald => "wald",
        }
    }
}

impl std::str::FromStr for RateRatioMethod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Exact, Self::MidP, Self::Wald];
        let found = all.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| Error::argument("method", "exact, mid_p or wald", text))
    }
}

/// Compares two rates by their ratio.
///
/// # Definition
/// `(a / t1) / (b / t0)`. `exact`: given `a + b` events, `a` is binomial; its Clopper–Pearson
/// limits `p` give those of the ratio, `p / (1 - p) * t0 / t1`. `mid_p`: the same from mid-p limits
/// of `p`. `wald`: `exp(ln ratio -+ z sqrt(1/a + 1/b))`. The standard error is
/// `ratio * sqrt(1/a + 1/b)`.
///
/// # Arguments
/// The events and the person-time of the group, and those of the reference.
///
/// # Returns
/// The ratio; `events` and `n` are the events and the person-time of both groups.
///
/// # Nulls
/// `incomplete_strata` where a count is NULL. `undefined` without person-time in a group, or
/// without events in both. `wald` has no limits when a group has no events.
///
/// # Interpretation
/// Relative; 1 is no difference. Without events in the reference it is infinite, with a finite
/// lower limit; without events in the group it is 0, with a finite upper limit. Give the
/// difference beside it: a ratio of 3 is much or little depending on the rates.
///
/// # Limits
/// Crude: groups of other ages differ for that alone. Events must be independent. `exact` covers at
/// least what it says.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, comparison::{GroupCounts, RateRatioMethod, rate_ratio}};
/// let (group, reference) = (GroupCounts::new(41.0, 28_010.0), GroupCounts::new(15.0, 19_017.0));
/// let ratio = rate_ratio(group, reference, Confidence::P95, RateRatioMethod::Wald).unwrap();
/// assert!((ratio.value.unwrap() - 1.86).abs() < 0.005);
/// ```
///
/// # References
/// Rothman, Greenland and Lash, 2008, "Modern epidemiology", third edition, chapter 14.
/// Przyborowski and Wilenski, 1940, "Homogeneity of results in testing samples from Poisson
/// series", Biometrika, doi:10.1093/biomet/31.3-4.313.
///
/// # Errors
/// A negative count.
pub fn rate_ratio(
    group: GroupCounts,
    reference: GroupCounts,
    confidence: Confidence,
    method: RateRatioMethod,
) -> Result<Estimate, Error> {
    let name = method.as_str();
    let [a, time_1, b, time_0] = match rates(group, reference)? {
        Known::Not(status) => return Ok(Estimate::missing(status, name)),
        Known::All([0.0, _, 0.0, _]) => {
            return Ok(Estimate::missing(Status::Undefined, name));
        }
        Known::All(counts) => counts,
    };
    let ratio = (a / time_1) / (b / time_0);
    // The standard error of the logarithm, where both have one.
    let log_error = (a > 0.0 && b > 0.0).then(|| (1.0 / a + 1.0 / b).sqrt());
    let tail = confidence.tail();
    let of_odds = |odds: f64| odds * (time_0 / time_1);
    let limits = match method {
        RateRatioMethod::Exact => {
            Limits::new(exact_odds(a, b, tail), 1.0 / exact_odds(b, a, tail)).map(of_odds)
        }
        RateRatioMethod::MidP => {
            Limits::new(mid_p_odds(a, b, tail), 1.0 / mid_p_odds(b, a, tail)).map(of_odds)
        }
        RateRatioMethod::Wald => {
            let factor = log_error.map(|error| (confidence.z() * error).exp());
            Limits {
                lower: factor.map(|factor| ratio / factor),
                upper: factor.map(|factor| ratio * factor),
            }
        }
    };
    let limits = limits.holding(ratio);
    let estimate = Estimate::of(ratio, name).with_limits(confidence, limits.lower, limits.upper);
    Ok(Estimate {
        se: log_error.map(|error| ratio * error),
        ..estimate.with_counts(Some(a + b), Some(time_1 + time_0))
    })
}

/// The lower exact limit of the odds of an event lying in the first group.
fn exact_odds(a: f64, b: f64, tail: f64) -> f64 {
    if a == 0.0 {
        return 0.0;
    }
    odds(beta_quantile_of(Tail::Lower(tail), a, b + 1.0))
}

/// The lower mid-p limit of the odds of an event lying in the first group.
fn mid_p_odds(a: f64, b: f64, tail: f64) -> f64 {
    if a == 0.0 {
        return 0.0;
    }
    if b == 0.0 {
        // P(X = a) / 2 = p^a / 2 is what is left on the side.
        let p = (2.0 * tail).powf(1.0 / a);
        return p / (1.0 - p);
    }
    odds(mid_beta_quantile(Tail::Lower(tail), a, b))
}

/// The odds of a share that is given with its distance from 1.
fn odds((share, rest): (f64, f64)) -> f64 {
    share / rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(a: f64, b: f64, method: &str) -> Estimate {
        let (group, reference) = (GroupCounts::new(a, 2000.0), GroupCounts::new(b, 1000.0));
        let method = method.parse().unwrap();
        rate_ratio(group, reference, Confidence::P95, method).unwrap()
    }

    #[test]
    fn swapping_the_groups_inverts_the_ratio_and_its_limits() {
        for method in ["exact", "mid_p", "wald"] {
            for (a, b) in [(41.0, 15.0), (1.0, 3.0), (2.5, 400.0)] {
                let there = ratio(a, b, method);
                let swap = |events, time| GroupCounts::new(events, time);
                let back = rate_ratio(
                    swap(b, 1000.0),
                    swap(a, 2000.0),
                    Confidence::P95,
                    method.parse().unwrap(),
                );
                let back = back.unwrap();
                let near = |x: Option<f64>, y: Option<f64>| {
                    let product = x.unwrap() * y.unwrap();
                    assert!((product - 1.0).abs() < 1e-11, "{method} {a} {b}: {product}");
                };
                near(there.value, back.value);
                near(there.lower_cl, back.upper_cl);
                near(there.upper_cl, back.lower_cl);
            }
        }
    }

    #[test]
    fn a_group_without_events_has_one_finite_limit() {
        for method in ["exact", "mid_p"] {
            let infinite = ratio(4.0, 0.0, method);
            assert_eq!(infinite.value, Some(f64::INFINITY));
            assert_eq!(infinite.upper_cl, Some(f64::INFINITY));
            assert!(infinite.lower_cl.unwrap() > 0.0 && infinite.lower_cl.unwrap().is_finite());
            let zero = ratio(0.0, 4.0, method);
            assert_eq!((zero.value, zero.lower_cl), (Some(0.0), Some(0.0)));
            assert!(zero.upper_cl.unwrap().is_finite());
            assert_eq!(zero.se, None);
        }
        let wald = ratio(4.0, 0.0, "wald");
        assert_eq!((wald.lower_cl, wald.upper_cl), (None, None));
        assert_eq!(ratio(0.0, 0.0, "exact").status, Status::Undefined);
    }

    #[test]
    fn exact_limits_hold_what_is_left_on_each_side() {
        // Given 10 events, 7 of them in a group with two thirds of the time.
        let found = ratio(7.0, 3.0, "exact");
        let share = |ratio: f64| ratio * 2000.0 / (ratio * 2000.0 + 1000.0);
        let at_least = |p: f64| {
            let choose = [120.0, 45.0, 10.0, 1.0];
            let term = |k: i32| p.powi(k) * (1.0 - p).powi(10 - k);
            (7..=10)
                .zip(choose)
                .map(|(k, ways)| ways * term(k))
                .sum::<f64>()
        };
        let tail = at_least(share(found.lower_cl.unwrap()));
        assert!((tail - 0.025).abs() < 1e-12, "{tail}");
        let mid = share(ratio(7.0, 3.0, "mid_p").lower_cl.unwrap());
        let equal = 120.0 * mid.powi(7) * (1.0 - mid).powi(3);
        assert!((at_least(mid) - 0.5 * equal - 0.025).abs() < 1e-12);
    }

    #[test]
    fn null_and_no_time_have_no_ratio() {
        let of = |group: GroupCounts| {
            let reference = GroupCounts::new(3.0, 10.0);
            rate_ratio(group, reference, Confidence::P95, RateRatioMethod::Exact)
        };
        let null = GroupCounts {
            events: None,
            denominator: Some(1.0),
        };
        assert_eq!(of(null).unwrap().status, Status::IncompleteStrata);
        let empty = GroupCounts::new(1.0, 0.0);
        assert_eq!(of(empty).unwrap().status, Status::Undefined);
        let message = "events_1: expected a number of at least 0, got `-2`";
        let error = of(GroupCounts::new(-2.0, 1.0)).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
