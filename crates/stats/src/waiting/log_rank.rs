//! Do groups wait equally long?

use std::collections::BTreeMap;

use super::counts::{Time, people};
use super::{WaitingCounts, WaitingTimes};
use crate::distribution::chi_squared_upper;
use crate::{Estimate, Status};

/// How it is made.
const METHOD: &str = "log_rank";

/// Below this share of the variance of a group before elimination, what is left of it is rounding.
const SINGULAR: f64 = 1e-10;

/// What one group had, and what it would have had if all waited alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupEvents {
    /// Everyone in it.
    pub n: u64,
    /// Waits that ended.
    pub observed: u64,
    /// Waits that would have ended.
    pub expected: f64,
}

/// The log-rank test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogRank {
    /// The statistic as value, without limits; `events` are all waits that ended, `n` everyone.
    pub estimate: Estimate,
    /// Its degrees of freedom: one less than the groups that were ever at risk at an event.
    pub degrees_of_freedom: Option<f64>,
    /// How often chance alone would give a statistic as large or larger.
    pub p_value: Option<f64>,
    /// The groups, in the order in which they were given.
    pub groups: Vec<GroupEvents>,
}

/// Tests whether groups wait equally long.
///
/// # Definition
/// At every time of an event, each group is expected to have `d n_i / n` of the `d` events, `n_i`
/// of the `n` people at risk being its own. The statistic is `(O - E)' V^-1 (O - E)` over all
/// groups but one, with the hypergeometric variance `V` summed over times. It has a chi-squared
/// distribution with one degree of freedom less than groups.
///
/// # Arguments
/// People per distinct time, one per group.
///
/// # Returns
/// See [`LogRank`].
///
/// # Nulls
/// `incomplete_strata` when a time or an event in any group is not known. `undefined` when fewer
/// than two groups were at risk at an event.
///
/// # Interpretation
/// A small p-value: the groups do not wait alike. It says nothing about how different they are, nor
/// which waits longer: see [`GroupEvents`] (fewer events than expected is a longer wait) or
/// [`restricted_mean_difference`](super::restricted_mean_difference).
///
/// # Limits
/// It looks for a difference in one direction over all times; curves that cross can cancel. With
/// many people a difference of no consequence is significant.
///
/// # Example
/// ```
/// use kohort_stats::waiting::{WaitingTimes, logrank_test};
/// let mut groups = [WaitingTimes::new(), WaitingTimes::new()];
/// for (day, group) in [(1.0, 0), (2.0, 0), (3.0, 0), (4.0, 1), (5.0, 1), (6.0, 1)] {
///     groups[group].add(Some(day), Some(true)).unwrap();
/// }
/// let test = logrank_test(&groups.each_ref());
/// assert!((test.p_value.unwrap() - 0.024_6).abs() < 1e-4);
/// ```
///
/// # References
/// Mantel, 1966, "Evaluation of survival data and two new rank order statistics arising in its
/// consideration", Cancer Chemotherapy Reports 50. Peto and Peto, 1972, "Asymptotically efficient
/// rank invariant test procedures", Journal of the Royal Statistical Society A,
/// doi:10.2307/2344317.
pub fn logrank_test(groups: &[&WaitingTimes]) -> LogRank {
    let sums = Sums::of(groups);
    let counted = groups.iter().zip(&sums.expected).map(|(group, expected)| {
        let observed = group.iter().map(|(_, counts)| counts.events).sum();
        GroupEvents {
            n: group.people(),
            observed,
            expected: *expected,
        }
    });
    let mut test = LogRank {
        groups: counted.collect(),
        ..LogRank::default()
    };
    let events = test.groups.iter().map(|group| group.observed).sum();
    let n = test.groups.iter().map(|group| group.n).sum();
    let (events, n) = (Some(people(events)), Some(people(n)));
    let missing = |status| Estimate::missing(status, METHOD).with_counts(events, n);
    let refusals = groups.iter().filter_map(|group| group.refusal());
    if let Some(status) = refusals.max_by_key(|status| *status == Status::IncompleteStrata) {
        test.estimate = missing(status);
        return test;
    }
    match sums.quadratic_form(&test.groups) {
        Some((statistic, rank)) => {
            test.estimate = Estimate::of(statistic, METHOD).with_counts(events, n);
            test.degrees_of_freedom = Some(people(rank));
            test.p_value = Some(chi_squared_upper(statistic, people(rank)));
        }
        None => test.estimate = missing(Status::Undefined),
    }
    test
}

/// Expected events per group, and their covariances.
struct Sums {
    expected: Vec<f64>,
    /// By rows.
    covariance: Vec<Vec<f64>>,
}

impl Sums {
    fn of(groups: &[&WaitingTimes]) -> Self {
        let mut by_time = BTreeMap::<Time, Vec<(usize, WaitingCounts)>>::new();
        for (index, group) in groups.iter().enumerate() {
            for (time, counts) in group.times() {
                by_time.entry(time).or_default().push((index, counts));
            }
        }
        let mut sums = Self {
            expected: vec![0.0; groups.len()],
            covariance: vec![vec![0.0; groups.len()]; groups.len()],
        };
        let mut at_risk: Vec<u64> = groups.iter().map(|group| group.people()).collect();
        for counts in by_time.values() {
            let events = counts.iter().map(|(_, n)| n.events).sum();
            if events > 0 {
                sums.add(&at_risk, events);
            }
            for (index, n) in counts {
                at_risk[*index] -= n.events + n.censored;
            }
        }
        sums
    }

    /// Adds one time with events.
    fn add(&mut self, at_risk: &[u64], events: u64) {
        let (n, d) = (people(at_risk.iter().sum()), people(events));
        let spread = match n > 1.0 {
            true => d * (n - d) / (n - 1.0),
            false => 0.0,
        };
        for (i, of_group) in at_risk.iter().enumerate() {
            let share = people(*of_group) / n;
            self.expected[i] += d * share;
            if *of_group == 0 {
                continue;
            }
            for (j, of_other) in at_risk.iter().enumerate() {
                let same = if i == j { 1.0 } else { 0.0 };
                self.covariance[i][j] += spread * share * (same - people(*of_other) / n);
            }
        }
    }

    /// `(O - E)' V^-1 (O - E)` over all groups but one, and the rank of `V`, by elimination. Groups
    /// that were never at risk are left out.
    fn quadratic_form(&self, groups: &[GroupEvents]) -> Option<(f64, u64)> {
        let used: Vec<usize> = (0..groups.len())
            .filter(|i| self.expected[*i] > 0.0)
            .collect();
        let (_, used) = used.split_first()?;
        let mut rows: Vec<Vec<f64>> = used
            .iter()
            .map(|i| {
                let mut row: Vec<f64> = used.iter().map(|j| self.covariance[*i][*j]).collect();
                row.push(people(groups[*i].observed) - groups[*i].expected);
                row
            })
            .collect();
        let before: Vec<f64> = rows.iter().enumerate().map(|(i, row)| row[i]).collect();
        let (mut statistic, mut rank) = (0.0, 0);
        for pivot in 0..rows.len() {
            let (done, rest) = rows.split_at_mut(pivot + 1);
            let top = &done[pivot];
            // What the groups before determine wholly adds nothing.
            if top[pivot] <= SINGULAR * before[pivot] {
                continue;
            }
            rank += 1;
            let last = top.len() - 1;
            statistic += top[last] * top[last] / top[pivot];
            for row in rest {
                let factor = row[pivot] / top[pivot];
                for (cell, above) in row.iter_mut().zip(top).skip(pivot) {
                    *cell -= factor * above;
                }
            }
        }
        (rank > 0).then_some((statistic, rank))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(rows: &[(f64, u64, u64)]) -> WaitingTimes {
        let mut times = WaitingTimes::new();
        for (time, events, censored) in rows {
            times.add_counts(*time, *events, *censored).unwrap();
        }
        times
    }

    #[test]
    fn equal_groups_differ_by_nothing() {
        let one = group(&[(1.0, 2, 1), (4.0, 3, 0), (9.0, 1, 5)]);
        let test = logrank_test(&[&one, &one, &one]);
        assert!(test.estimate.value.unwrap().abs() < 1e-12);
        assert_eq!(
            (test.degrees_of_freedom, test.estimate.status),
            (Some(2.0), Status::Ok)
        );
        assert!((test.p_value.unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_groups_does_not_matter() {
        let a = group(&[(1.0, 2, 1), (4.0, 3, 0), (9.0, 1, 5)]);
        let b = group(&[(2.0, 4, 0), (4.0, 1, 1)]);
        let c = group(&[(3.0, 1, 3), (9.0, 2, 2)]);
        let one = logrank_test(&[&a, &b, &c]);
        let other = logrank_test(&[&c, &a, &b]);
        let (x, y) = (one.estimate.value.unwrap(), other.estimate.value.unwrap());
        assert!((x - y).abs() < 1e-12 * x);
        assert_eq!(one.degrees_of_freedom, Some(2.0));
        let observed: u64 = one.groups.iter().map(|group| group.observed).sum();
        let expected: f64 = one.groups.iter().map(|group| group.expected).sum();
        assert!((expected - people(observed)).abs() < 1e-12);
    }

    #[test]
    fn a_group_that_is_never_at_risk_is_left_out() {
        let a = group(&[(1.0, 2, 1), (4.0, 3, 0)]);
        let b = group(&[(2.0, 4, 0), (4.0, 1, 1)]);
        let early = group(&[(0.5, 0, 3)]);
        let with = logrank_test(&[&a, &early, &b]);
        assert_eq!(with.degrees_of_freedom, Some(1.0));
        assert_eq!(with.estimate.value, logrank_test(&[&a, &b]).estimate.value);
    }

    #[test]
    fn one_group_or_no_event_is_undefined() {
        let a = group(&[(1.0, 2, 1)]);
        let b = group(&[(1.0, 0, 3)]);
        for groups in [&[] as &[&WaitingTimes], &[&a], &[&b, &b]] {
            let test = logrank_test(groups);
            assert_eq!(
                (test.p_value, test.estimate.status),
                (None, Status::Undefined)
            );
        }
        let mut unknown = a.clone();
        unknown.add_missing(1);
        assert_eq!(
            logrank_test(&[&unknown, &b]).estimate.status,
            Status::IncompleteStrata
        );
    }
}
