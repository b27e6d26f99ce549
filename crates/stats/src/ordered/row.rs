//! What the measures of an order are computed from: groups, or people.

use std::cmp::Ordering;

/// A group in an order, or a person.
///
/// NaN stands for NULL in every number, which keeps ten million rows small. Measures sort rows in
/// place, and let the first of those that are alike stand for all, by their `times`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderedRow {
    /// Its place in the order, from the least to the most advantaged. Only the order of these
    /// numbers matters, and equal numbers are a tie.
    pub rank: f64,
    /// The group's estimate, or the person's outcome.
    pub value: f64,
    /// The group's population, or the person's weight.
    pub population: f64,
    /// The standard error of the group's estimate, on the scale of `value`.
    pub se: f64,
    /// How many rows are exactly like this one; each of them has this `population`.
    pub times: f64,
    /// The stratum of a survey.
    pub stratum: u32,
    /// The primary sampling unit in the stratum, or the cluster; or [`ALONE`](Self::ALONE).
    pub psu: u32,
}

impl OrderedRow {
    /// The `psu` of a row that is a unit of its own, as is each row that it stands for.
    pub const ALONE: u32 = u32::MAX;

    /// A group of a population at a place in the order, with its estimate.
    pub fn group(rank: Option<f64>, value: Option<f64>, population: Option<f64>) -> Self {
        Self {
            // A zero below zero would be a place of its own.
            rank: rank.unwrap_or(f64::NAN) + 0.0,
            value: value.unwrap_or(f64::NAN) + 0.0,
            population: population.unwrap_or(f64::NAN) + 0.0,
            se: f64::NAN,
            times: 1.0,
            stratum: 0,
            psu: 0,
        }
    }

    /// A person with an outcome, ranked by something, who counts `weight` times.
    pub fn person(outcome: Option<f64>, rank_by: Option<f64>, weight: Option<f64>) -> Self {
        Self::group(rank_by, outcome, weight)
    }

    /// With the standard error of the estimate.
    #[must_use]
    pub fn with_se(mut self, se: Option<f64>) -> Self {
        self.se = se.unwrap_or(f64::NAN);
        self
    }

    /// Standing for several rows that are the same.
    #[must_use]
    pub const fn repeated(mut self, times: f64) -> Self {
        self.times = times;
        self
    }

    /// Drawn in a primary sampling unit of a stratum.
    #[must_use]
    pub const fn drawn_from(mut self, stratum: u32, psu: u32) -> Self {
        self.stratum = stratum;
        self.psu = psu;
        self
    }

    /// A total order: by rank, then by everything else, so that sums do not depend on the order
    /// in which rows came.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.order_of_kinds(other)
            .then_with(|| self.times.total_cmp(&other.times))
    }

    /// Equal for rows that are alike.
    fn order_of_kinds(&self, other: &Self) -> Ordering {
        self.rank
            .total_cmp(&other.rank)
            .then_with(|| self.value.total_cmp(&other.value))
            .then_with(|| self.population.total_cmp(&other.population))
            .then_with(|| self.se.total_cmp(&other.se))
            .then_with(|| (self.stratum, self.psu).cmp(&(other.stratum, other.psu)))
    }

    /// Lets the first of sorted rows that are alike stand for all of them, so that it does not
    /// matter which of them were counted together before.
    pub(crate) fn join(rows: &mut [Self]) {
        for alike in rows.chunk_by_mut(|a, b| a.order_of_kinds(b).is_eq()) {
            let times = alike.iter().map(|row| row.times).sum();
            if let Some((first, others)) = alike.split_first_mut() {
                first.times = times;
                others.iter_mut().for_each(|row| row.times = 0.0);
            }
        }
    }

    /// What the row weighs, with those that are like it.
    pub(crate) fn weight(&self) -> f64 {
        self.population * self.times
    }
}
