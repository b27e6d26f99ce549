//! The share to whom something has happened, when something else can make it impossible.

use super::counts::people;
use super::{CompetingTimes, Limits};
use crate::{Confidence, Error, Estimate, Status};

/// Estimates the share of people to whom an event has happened by a time, when another event can
/// make it impossible: the cumulative incidence.
///
/// # Definition
/// Aalen and Johansen: `F(t)` is the sum over the times up to `t` of `S(t-) d/n`, where `d` people
/// had the event of interest, `n` were at risk, and `S(t-)` is the share to whom nothing, of either
/// kind, had happened before. Its variance is the sum over people of the square of their influence
/// on `F(t)` (the infinitesimal jackknife), as in R's `survival`.
///
/// # Arguments
/// People per distinct time, with how it ended; the time asked about, 0 or more, in the same unit.
///
/// # Returns
/// A share from 0 to 1; `events` are those of interest no later than `at`, `n` everyone, `method`
/// the scale of the limits.
///
/// # Nulls
/// `incomplete_strata` when a time or an event is not known. `not_reached` when someone is without
/// any event after the last time that anyone was seen, and `at` is later. `undefined` without
/// people. The standard error and the limits alone are missing where the share is 0 or 1.
///
/// # Errors
/// `at` is below 0 or not a number.
///
/// # Interpretation
/// 0.8: by then 80 in 100 have been tested. What competes is counted as what it is: who dies
/// untested was not served, while a Kaplan-Meier curve that censors the dead pretends that they
/// were still to be served like all others, and so comes out too high. The shares of all events and
/// of those who still wait add up to 1.
///
/// # Limits
/// Those who are censored must be like those who still wait.
///
/// # Example
/// ```
/// use kohort_stats::Confidence;
/// use kohort_stats::waiting::{CompetingEvent, CompetingTimes, Limits, cumulative_incidence};
/// let mut waits = CompetingTimes::new();
/// for (days, end) in [
///     (10.0, CompetingEvent::Cause),
///     (20.0, CompetingEvent::Other),
///     (30.0, CompetingEvent::Cause),
///     (90.0, CompetingEvent::Censored),
/// ] {
///     waits.add(Some(days), Some(end)).unwrap();
/// }
/// let tested = cumulative_incidence(&waits, 60.0, Limits::LogLog, Confidence::P95).unwrap();
/// assert!((tested.value.unwrap() - 0.5).abs() < 1e-12);
/// ```
///
/// # References
/// Aalen and Johansen, 1978, "An empirical transition matrix for non-homogeneous Markov chains
/// based on censored observations", Scandinavian Journal of Statistics 5. Jaeckel, 1972, "The
/// infinitesimal jackknife", Bell Laboratories Memorandum MM 72-1215-11.
pub fn cumulative_incidence(
    times: &CompetingTimes,
    at: f64,
    limits: Limits,
    confidence: Confidence,
) -> Result<Estimate, Error> {
    if !(at.is_finite() && at >= 0.0) {
        return Err(Error::argument("t", "a number of 0 or more", at));
    }
    let events = times.iter().filter(|(time, _)| *time <= at);
    let events = Some(people(events.map(|(_, n)| n.cause).sum()));
    let n = Some(people(times.people()));
    let missing = |status| Estimate::missing(status, limits.as_str()).with_counts(events, n);
    if let Some(status) = times.refusal() {
        return Ok(missing(status));
    }
    let Some((last, _)) = times.iter().next_back() else {
        return Ok(missing(Status::Undefined));
    };
    let path = Path::until(times, at);
    if at > last && path.without > 0.0 {
        return Ok(missing(Status::NotReached));
    }
    let inside = path.share > 0.0 && path.share < 1.0;
    let se = Some(path.variance().sqrt()).filter(|se| inside && *se > 0.0);
    let around = se.and_then(|se| limits.around(path.share, se, confidence));
    let mut estimate = Estimate::of(path.share, limits.as_str())
        .with_limits(confidence, around.map(|l| l.0), around.map(|l| l.1))
        .with_counts(events, n);
    estimate.se = se;
    Ok(estimate)
}

/// People who left at one time in one way, with what each of them weighs.
struct Leavers {
    people: u64,
    /// The derivative of the share by the weight of one of them, when they left.
    on_share: f64,
    /// That of those without any event, relative to them: it carries over to every later event.
    on_without: f64,
    /// The share when they left.
    share: f64,
}

/// The share, step by step, with the influence of everyone on it.
struct Path {
    share: f64,
    /// The share of people without any event.
    without: f64,
    leavers: Vec<Leavers>,
    at_risk: u64,
    /// The influence of those who are still at risk.
    on_share: f64,
    on_without: f64,
}

impl Path {
    fn until(times: &CompetingTimes, at: f64) -> Self {
        let mut path = Self {
            share: 0.0,
            without: 1.0,
            leavers: Vec::new(),
            at_risk: times.people(),
            on_share: 0.0,
            on_without: 0.0,
        };
        for (_, counts) in times.iter().take_while(|(time, _)| *time <= at) {
            path.step(counts.cause, counts.other, counts.censored);
        }
        path
    }

    fn step(&mut self, cause: u64, other: u64, censored: u64) {
        let n = people(self.at_risk);
        let (hazard, any) = (people(cause) / n, people(cause + other) / n);
        let without = self.without;
        self.share += without * hazard;
        self.without *= (n - people(cause + other)) / n;

        // Everyone at risk lowers both hazards a little; who has an event raises theirs.
        let carried = self.on_share + self.on_without * hazard;
        let weight = without / n;
        self.on_share = carried - weight * hazard;
        let left = self.on_without * (1.0 - any) - weight * (1.0 - any);
        self.on_without = self.on_without * (1.0 - any) + weight * any;

        self.leave(cause, carried + weight * (1.0 - hazard), left);
        self.leave(other, self.on_share, left);
        self.leave(censored, self.on_share, self.on_without);
        self.at_risk -= cause + other + censored;
    }

    fn leave(&mut self, people: u64, on_share: f64, on_without: f64) {
        if people > 0 {
            let relative = match self.without > 0.0 {
                true => on_without / self.without,
                false => 0.0,
            };
            self.leavers.push(Leavers {
                people,
                on_share,
                on_without: relative,
                share: self.share,
            });
        }
    }

    /// The sum of squared influences.
    fn variance(&self) -> f64 {
        let of_leavers = self.leavers.iter().map(|group| {
            let influence = group.on_share + group.on_without * (self.share - group.share);
            people(group.people) * influence * influence
        });
        of_leavers.sum::<f64>() + people(self.at_risk) * self.on_share * self.on_share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::waiting::CompetingCounts;

    fn counts(rows: &[(f64, u64, u64, u64)]) -> CompetingTimes {
        let mut times = CompetingTimes::new();
        for &(time, cause, other, censored) in rows {
            let counts = CompetingCounts {
                cause,
                other,
                censored,
            };
            times.add_counts(time, counts).unwrap();
        }
        times
    }

    fn at(times: &CompetingTimes, t: f64) -> Estimate {
        cumulative_incidence(times, t, Limits::LogLog, Confidence::P95).unwrap()
    }

    #[test]
    fn without_censoring_it_is_the_plain_share_with_its_binomial_error() {
        let times = counts(&[(1.0, 3, 2, 0), (2.0, 1, 4, 0), (3.0, 6, 4, 0)]);
        let found = at(&times, 2.0);
        assert!((found.value.unwrap() - 0.2).abs() < 1e-12);
        assert!((found.se.unwrap() - (0.2_f64 * 0.8 / 20.0).sqrt()).abs() < 1e-12);
        assert_eq!((found.events, found.n), (Some(4.0), Some(20.0)));
    }

    #[test]
    fn the_shares_of_all_events_and_of_those_who_wait_add_up() {
        let rows = [(1.0, 3, 2, 1), (2.0, 1, 4, 2), (3.0, 2, 2, 3)];
        let swapped = rows.map(|(time, cause, other, censored)| (time, other, cause, censored));
        let tested = at(&counts(&rows), 3.0).value.unwrap();
        let died = at(&counts(&swapped), 3.0).value.unwrap();
        let path = Path::until(&counts(&rows), 3.0);
        assert!((tested + died + path.without - 1.0).abs() < 1e-12);
    }

    #[test]
    fn edges_have_their_reasons() {
        let open = counts(&[(1.0, 1, 0, 0), (2.0, 0, 1, 1)]);
        assert_eq!(at(&open, 2.0).status, Status::Ok);
        assert_eq!(at(&open, 3.0).status, Status::NotReached);
        assert_eq!(at(&counts(&[(1.0, 1, 1, 0)]), 3.0).value, Some(0.5));
        assert_eq!(at(&CompetingTimes::new(), 3.0).status, Status::Undefined);
        let none = at(&open, 0.5);
        assert_eq!(
            (none.value, none.se, none.lower_cl),
            (Some(0.0), None, None)
        );
        let all = at(&counts(&[(1.0, 3, 0, 0)]), 1.0);
        assert_eq!((all.value, all.se, all.upper_cl), (Some(1.0), None, None));
        let mut unknown = open;
        unknown.add(Some(1.0), None).unwrap();
        assert_eq!(at(&unknown, 1.0).status, Status::IncompleteStrata);
        assert!(cumulative_incidence(&unknown, -1.0, Limits::Log, Confidence::P95).is_err());
    }
}
