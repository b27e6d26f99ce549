//! The lines of a funnel where areas differ for more than chance.

use super::target::FunnelStatistic;
use crate::rates::{Known, known};
use crate::{Confidence, Error, Estimate, Status};

/// How much wider lines are than chance makes them: what [`dispersion`](super::dispersion) found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Widening {
    /// By the factor `phi` on the variance of chance, at least 1.
    Multiplicative(f64),
    /// By the variance `tau_squared` between areas, at least 0.
    Additive(f64),
}

impl Widening {
    /// From the one that is given; `None` where neither is.
    ///
    /// # Errors
    /// Both are given; a `phi` below 1, a negative `tau_squared`.
    pub fn of(phi: Option<f64>, tau_squared: Option<f64>) -> Result<Option<Self>, Error> {
        match (phi, tau_squared) {
            (None, None) => Ok(None),
            (Some(phi), None) if phi >= 1.0 && phi.is_finite() => {
                Ok(Some(Self::Multiplicative(phi)))
            }
            (Some(phi), None) => Err(Error::argument("phi", "a number of at least 1", phi)),
            (None, Some(tau)) if tau >= 0.0 && tau.is_finite() => Ok(Some(Self::Additive(tau))),
            (None, Some(tau)) => {
                let expected = "a number of at least 0";
                Err(Error::argument("tau_squared", expected, tau))
            }
            (Some(_), Some(tau)) => {
                Err(Error::argument("tau_squared", "nothing beside `phi`", tau))
            }
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Multiplicative(_) => "multiplicative",
            Self::Additive(_) => "additive",
        }
    }
}

/// The lines of a funnel plot of shares that are wider than chance, for an area of `n` people.
///
/// # Definition
/// `sin^2(asin sqrt(t) -+ z s)`, cut at 0 and 1, where `t` is the target and `s^2` the variance of
/// an area on that scale: `phi / (4n)`, or `1 / (4n) + tau^2`. An area outside these lines is one
/// that [`funnel_flags`](super::funnel_flags) flags with that over-dispersion.
///
/// # Arguments
/// As of [`funnel_limits_proportion`](super::funnel_limits_proportion), and the widening.
///
/// # Returns
/// The target as `value` and the lines as its limits.
///
/// # Nulls
/// `incomplete_strata` where an argument is NULL, `undefined` where `n` is 0.
///
/// # Interpretation
/// As of the lines of chance, where areas may differ as much as the widening says for good reasons;
/// that they may is a decision and no finding.
///
/// # Limits
/// On the scale of the arcsine, a widening of nothing gives nearly the lines of chance, and not
/// quite.
///
/// # References
/// Spiegelhalter, 2005, "Handling over-dispersion of performance indicators", Quality and Safety in
/// Health Care, doi:10.1136/qshc.2005.013755.
///
/// # Errors
/// A negative `n`; a target outside 0 to 1.
pub fn widened_limits_proportion(
    n: Option<f64>,
    target: Option<f64>,
    widening: Widening,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    let method = widening.method();
    let [n, target] = match known([("n", n), ("target", target)])? {
        Known::All([0.0, _]) => return Ok(Estimate::missing(Status::Undefined, method)),
        Known::All(numbers) => numbers,
        Known::Not(status) => return Ok(Estimate::missing(status, method)),
    };
    FunnelStatistic::Proportion.check_target(target)?;
    let variance = match widening {
        Widening::Multiplicative(phi) => phi / (4.0 * n),
        Widening::Additive(tau_squared) => 0.25 / n + tau_squared,
    };
    let (at, half) = (target.sqrt().asin(), confidence.z() * variance.sqrt());
    let line = |angle: f64| angle.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2);
    Ok(Estimate::of(target, method)
        .with_limits(confidence, Some(line(at - half)), Some(line(at + half)))
        .with_counts(None, Some(n)))
}

/// The lines of a funnel plot of rates, or of ratios around 1, that are wider than chance, where
/// `events` lie on them.
///
/// # Definition
/// The rates `t r^2` for which `r - 1` is `z` standard errors below or above 0, where `t` is the
/// target and `r = sqrt(O / (t T))` for `O` events in a time `T`. With `v = 1 / (4 t T)`, the
/// variance of `r` is `phi v`, or `v + tau^2 / t`. An area outside these lines is one that
/// [`funnel_flags`](super::funnel_flags) flags with that over-dispersion.
///
/// # Arguments
/// As of [`funnel_limits_rate`](super::funnel_limits_rate), and the widening; a variance between
/// areas is in the unit of the target. A ratio has the target 1.
///
/// # Returns
/// The target as `value` and the lines as its limits.
///
/// # Nulls
/// `incomplete_strata` where an argument is NULL, `undefined` where the target is 0. The lower line
/// is at 0 without events, and where areas differ so much that none can be too low; there is no
/// upper line where so few events are never too many.
///
/// # Interpretation
/// As of [`widened_limits_proportion`].
///
/// # Limits
/// On the scale of the square root, a widening of nothing gives nearly the exact lines, and not
/// quite.
///
/// # References
/// As of [`widened_limits_proportion`].
///
/// # Errors
/// A negative number.
pub fn widened_limits_rate(
    events: Option<f64>,
    target: Option<f64>,
    widening: Widening,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    let method = widening.method();
    let [events, target] = match known([("events", events), ("target", target)])? {
        Known::All([_, 0.0]) => return Ok(Estimate::missing(Status::Undefined, method)),
        Known::All(numbers) => numbers,
        Known::Not(status) => return Ok(Estimate::missing(status, method)),
    };
    let squared = confidence.z().powi(2);
    // On a line `(r - 1)^2 = a r^2 + b`.
    let (a, b) = match widening {
        Widening::Multiplicative(phi) => (squared * phi / (4.0 * events), 0.0),
        Widening::Additive(tau) => (squared / (4.0 * events), squared * tau / target),
    };
    let root = (a + b - a * b).sqrt();
    let lower = match a.is_finite() && b < 1.0 {
        true => (1.0 - b) / (1.0 + root),
        false => 0.0,
    };
    let upper = (a < 1.0).then(|| (1.0 + root) / (1.0 - a));
    let line = |r: f64| target * r * r;
    Ok(Estimate::of(target, method)
        .with_limits(confidence, Some(line(lower)), upper.map(line))
        .with_counts(Some(events), None))
}

#[cfg(test)]
mod tests {
    use super::super::{Area, Overdispersion, dispersion};
    use super::*;

    const P95: Confidence = Confidence::P95;

    /// How many standard errors an area lies from the target, among others that widen the lines.
    fn z(
        area: Area,
        others: &[Area],
        target: f64,
        (statistic, kind): (FunnelStatistic, Overdispersion),
    ) -> f64 {
        let found = dispersion(others, target, statistic).unwrap();
        let alone = dispersion(&[area], target, statistic).unwrap();
        found.z(alone.areas[0].unwrap(), kind)
    }

    fn others(target: f64) -> Vec<Area> {
        let share = |step: u32| target * (0.6 + 0.08 * f64::from(step));
        (0..11)
            .map(|step| Area::new(400.0 * share(step), 400.0))
            .collect()
    }

    #[test]
    fn an_area_on_a_line_is_as_far_from_the_target_as_the_confidence_says() {
        for statistic in [FunnelStatistic::Proportion, FunnelStatistic::Rate] {
            let target = 0.3;
            let others = others(target);
            let found = dispersion(&others, target, statistic).unwrap();
            for (kind, widening) in [
                (
                    Overdispersion::Multiplicative,
                    Widening::Multiplicative(found.phi),
                ),
                (
                    Overdispersion::Additive,
                    Widening::Additive(found.tau_squared),
                ),
            ] {
                let lines = match statistic {
                    FunnelStatistic::Proportion => {
                        widened_limits_proportion(Some(90.0), Some(target), widening, P95)
                    }
                    _ => widened_limits_rate(Some(90.0), Some(target), widening, P95),
                };
                let lines = lines.unwrap();
                let at = |line: Option<f64>| match statistic {
                    FunnelStatistic::Proportion => Area::new(90.0 * line.unwrap(), 90.0),
                    _ => Area::new(90.0, 90.0 / line.unwrap()),
                };
                for (line, sign) in [(lines.lower_cl, -1.0), (lines.upper_cl, 1.0)] {
                    let z = z(at(line), &others, target, (statistic, kind));
                    assert!(
                        (z - sign * P95.z()).abs() < 1e-9,
                        "{statistic:?} {kind:?}: {z}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_widening_is_nearly_chance() {
        let wide = widened_limits_rate(Some(400.0), Some(1.0), Widening::Additive(0.0), P95);
        let exact = crate::funnel::funnel_limits_ratio(Some(400.0), P95).unwrap();
        let (wide, exact) = (wide.unwrap().upper_cl.unwrap(), exact.upper_cl.unwrap());
        assert!((wide - exact).abs() < 2e-3, "{wide} {exact}");
    }

    #[test]
    fn lines_end_where_nothing_can_lie_beyond() {
        let rate = |events, widening| {
            let lines = widened_limits_rate(Some(events), Some(1.0), widening, P95).unwrap();
            (lines.lower_cl.unwrap(), lines.upper_cl)
        };
        assert_eq!(rate(0.0, Widening::Multiplicative(2.0)), (0.0, None));
        assert_eq!(rate(0.0, Widening::Additive(0.1)), (0.0, None));
        assert_eq!(rate(1.0, Widening::Multiplicative(2.0)).1, None);
        assert_eq!(rate(0.5, Widening::Additive(0.3)), (0.0, None));
        let (lower, upper) = rate(50.0, Widening::Additive(0.3));
        assert!(lower == 0.0 && upper.unwrap() > 1.0);
        let share = |target| {
            let widening = Widening::Multiplicative(90.0);
            widened_limits_proportion(Some(20.0), Some(target), widening, P95).unwrap()
        };
        let lines = share(0.4);
        assert_eq!((lines.lower_cl, lines.upper_cl), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn a_widening_is_one_number_that_can_be() {
        assert_eq!(Widening::of(None, None), Ok(None));
        assert_eq!(
            Widening::of(Some(1.0), None),
            Ok(Some(Widening::Multiplicative(1.0)))
        );
        assert_eq!(
            Widening::of(None, Some(0.0)),
            Ok(Some(Widening::Additive(0.0)))
        );
        for (phi, tau_squared) in [
            (Some(0.9), None),
            (Some(f64::NAN), None),
            (None, Some(-0.1)),
            (None, Some(f64::INFINITY)),
            (Some(2.0), Some(0.1)),
        ] {
            assert!(
                Widening::of(phi, tau_squared).is_err(),
                "{phi:?} {tau_squared:?}"
            );
        }
    }

    #[test]
    fn what_is_unknown_or_0_has_no_lines() {
        let widening = Widening::Multiplicative(2.0);
        let rate = |events, target| widened_limits_rate(events, target, widening, P95);
        let share = |n, target| widened_limits_proportion(n, target, widening, P95);
        for lines in [
            rate(None, Some(1.0)),
            rate(Some(1.0), None),
            share(None, Some(0.1)),
        ] {
            assert_eq!(lines.unwrap().status, Status::IncompleteStrata);
        }
        for lines in [rate(Some(1.0), Some(0.0)), share(Some(0.0), Some(0.1))] {
            assert_eq!(lines.unwrap().status, Status::Undefined);
        }
        assert!(rate(Some(1.0), Some(-1.0)).is_err() && share(Some(9.0), Some(2.0)).is_err());
    }
}
