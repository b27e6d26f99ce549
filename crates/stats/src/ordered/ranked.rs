//! Rows in their order, each with the share of the population below the middle of its tie.

use crate::ordered::row::OrderedRow;
use crate::ordered::sum::Sum;
use crate::sort::sort_unstable_by;
use crate::{Error, Estimate, Status};

/// Why there is no estimate: nothing can be said, or the caller asked for what cannot be.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The value is missing.
    Missing(Status),
    /// An argument is wrong.
    Fault(Error),
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self::Missing(status)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl Refusal {
    /// An estimate that is missing, or the error.
    pub(crate) fn settle(self, method: &'static str) -> Result<Estimate, Error> {
        match self {
            Self::Missing(status) => Ok(Estimate::missing(status, method)),
            Self::Fault(error) => Err(error),
        }
    }
}

/// Rows in their order, with their midpoint ranks.
#[derive(Debug)]
pub(crate) struct Ranked<'a> {
    rows: &'a [OrderedRow],
    positions: Vec<f64>,
    /// The sum of the populations.
    pub(crate) total: f64,
    /// The number of rows.
    pub(crate) n: f64,
    /// The number of different ranks.
    pub(crate) places: usize,
}

impl<'a> Ranked<'a> {
    /// Sorts the rows, leaves out those without population, and ranks the others.
    ///
    /// # Errors
    /// A negative population, standard error or number of repetitions is the caller's fault. A
    /// NULL in rank, population or value, or no population at all, leaves nothing to estimate.
    pub(crate) fn sort(rows: &'a mut [OrderedRow]) -> Result<Self, Refusal> {
        check(rows)?;
        sort_unstable_by(rows, OrderedRow::order);
        OrderedRow::join(rows);
        Self::of_ranks(rows)
    }

    /// As [`sort`](Self::sort), for rows whose ranks rise already.
    pub(crate) fn of_sorted(rows: &'a [OrderedRow]) -> Result<Self, Refusal> {
        check(rows)?;
        Self::of_ranks(rows)
    }

    fn of_ranks(rows: &'a [OrderedRow]) -> Result<Self, Refusal> {
        let mut ranked = Self {
            total: Sum::of(rows.iter().map(OrderedRow::weight)),
            positions: Vec::with_capacity(rows.len()),
            n: 0.0,
            places: 0,
            rows,
        };
        if !(ranked.total > 0.0 && ranked.total.is_finite()) {
            return Err(Status::Undefined.into());
        }
        let mut below = Sum::default();
        for tie in rows.chunk_by(|a, b| a.rank == b.rank) {
            let weight = Sum::of(tie.iter().map(OrderedRow::weight));
            let middle = (below.value() + 0.5 * weight) / ranked.total;
            ranked
                .positions
                .resize(ranked.positions.len() + tie.len(), middle);
            below.add(weight);
            ranked.places += usize::from(weight > 0.0);
            ranked.n += Sum::of(
                tie.iter()
                    .filter(|row| row.population > 0.0)
                    .map(|r| r.times),
            );
        }
        Ok(ranked)
    }

    /// Each row that has a population, with its midpoint rank between 0 and 1.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a OrderedRow, f64)> + '_ {
        let rows = self.rows.iter().zip(self.positions.iter().copied());
        rows.filter(|(row, _)| row.population > 0.0)
    }

    /// Each tie, from the least to the most advantaged.
    pub(crate) fn ties(&self) -> impl Iterator<Item = Tie<'a>> + '_ {
        let mut below = Sum::default();
        let chunks = self.rows.chunk_by(|a, b| a.rank == b.rank);
        chunks.filter_map(move |rows| {
            let weight = Sum::of(rows.iter().map(OrderedRow::weight));
            let before = below.value();
            below.add(weight);
            (weight > 0.0).then(|| Tie {
                rows,
                weight,
                // Nobody lives in a row of population 0, though its value may be unknown.
                values: Sum::of(
                    rows.iter()
                        .filter(|row| row.population > 0.0)
                        .map(|row| row.weight() * row.value),
                ),
                lower: before / self.total,
                upper: (below.value() / self.total).min(1.0),
                position: (before + 0.5 * weight) / self.total,
            })
        })
    }

    /// The mean of the values, weighted by population.
    pub(crate) fn mean(&self) -> f64 {
        Sum::of(self.iter().map(|(row, _)| row.weight() * row.value)) / self.total
    }

    /// The variance of the midpoint ranks, weighted by population.
    pub(crate) fn rank_variance(&self) -> f64 {
        let square = |(row, at): (&OrderedRow, f64)| row.weight() * (at - 0.5) * (at - 0.5);
        Sum::of(self.iter().map(square)) / self.total
    }

    /// Whether all rows have a standard error, none has, or some do.
    pub(crate) fn standard_errors(&self) -> Known {
        let known = self.iter().filter(|(row, _)| !row.se.is_nan()).count();
        match known {
            0 => Known::None,
            all if all == self.iter().count() => Known::All,
            _ => Known::Some,
        }
    }

    /// Refuses an order with fewer places than a measure needs.
    pub(crate) fn at_least(&self, places: usize) -> Result<(), Refusal> {
        match self.places < places {
            true => Err(Status::Undefined.into()),
            false => Ok(()),
        }
    }
}

/// How many of the rows have something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Every one.
    All,
    /// Some, but not all.
    Some,
    /// Not one.
    None,
}

/// Rows of one rank.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tie<'a> {
    /// The rows.
    pub(crate) rows: &'a [OrderedRow],
    /// Their population.
    pub(crate) weight: f64,
    /// The sum of their values times their populations.
    pub(crate) values: f64,
    /// The share of the population below them.
    pub(crate) lower: f64,
    /// The share of the population below them or among them.
    pub(crate) upper: f64,
    /// The middle of the two.
    pub(crate) position: f64,
}

/// What no row may be.
fn check(rows: &[OrderedRow]) -> Result<(), Refusal> {
    let least = |field: fn(&OrderedRow) -> f64| {
        let fields = rows.iter().map(field).filter(|number| !number.is_nan());
        fields.fold(0.0, f64::min)
    };
    for (argument, found) in [
        ("population", least(|row| row.population)),
        ("se", least(|row| row.se)),
        ("times", least(|row| row.times)),
    ] {
        if found < 0.0 {
            return Err(Error::argument(argument, "a number of at least 0", found).into());
        }
    }
    let missing = |row: &OrderedRow| {
        row.population.is_nan()
            || row.times.is_nan()
            || (row.population > 0.0 && (row.rank.is_nan() || row.value.is_nan()))
    };
    if rows.iter().any(missing) {
        return Err(Status::IncompleteStrata.into());
    }
    if rows
        .iter()
        .any(|row| row.population > 0.0 && row.value.is_infinite())
    {
        return Err(Status::Undefined.into());
    }
    Ok(())
}

/// The share of the population below the middle of each row's rank: its midpoint rank, from 0 for
/// the least to 1 for the most advantaged.
///
/// # Definition
/// `(sum of populations of lower rank + half of the population of equal rank) / sum of all`.
///
/// # Arguments
/// `ranks` and `populations`, row by row, in any order; `None` is NULL.
///
/// # Nulls
/// `None` where a rank or a population is NULL, a population is negative, or their sum is 0.
///
/// # References
/// Kakwani, 1997, "Socioeconomic inequalities in health: measurement, computation, and statistical
/// inference", Journal of Econometrics, doi:10.1016/S0304-4076(96)01807-6.
pub fn midpoint_ranks(ranks: &[Option<f64>], populations: &[Option<f64>]) -> Option<Vec<f64>> {
    let pairs = ranks.iter().zip(populations);
    let mut rows: Vec<(usize, OrderedRow)> = pairs
        .map(|(rank, population)| {
            let rank = rank.filter(|rank| !rank.is_nan())?;
            Some(OrderedRow::group(Some(rank), Some(0.0), *population))
        })
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .enumerate()
        .collect();
    rows.sort_by(|a, b| a.1.order(&b.1));
    let sorted: Vec<OrderedRow> = rows.iter().map(|(_, row)| *row).collect();
    let ranked = Ranked::of_sorted(&sorted).ok()?;
    let mut found = vec![0.0; rows.len()];
    for ((index, _), position) in rows.iter().zip(&ranked.positions) {
        found[*index] = *position;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: &[(f64, f64, f64)]) -> Vec<OrderedRow> {
        let row = |&(rank, value, population): &(f64, f64, f64)| {
            OrderedRow::group(Some(rank), Some(value), Some(population))
        };
        numbers.iter().map(row).collect()
    }

    #[test]
    fn a_tie_shares_the_rank_of_its_middle() {
        let mut rows = rows(&[
            (3.0, 0.0, 2.0),
            (1.0, 0.0, 4.0),
            (2.0, 0.0, 1.0),
            (2.0, 0.0, 3.0),
        ]);
        let ranked = Ranked::sort(&mut rows).unwrap();
        let positions: Vec<f64> = ranked.iter().map(|(_, at)| at).collect();
        assert_eq!(positions, [0.2, 0.6, 0.6, 0.9]);
        assert_eq!((ranked.places, ranked.n, ranked.total), (3, 4.0, 10.0));
    }

    #[test]
    fn groups_without_people_are_no_groups() {
        let mut rows = rows(&[(1.0, 1.0, 5.0), (2.0, f64::NAN, 0.0), (3.0, 2.0, 5.0)]);
        let ranked = Ranked::sort(&mut rows).unwrap();
        assert_eq!((ranked.places, ranked.n, ranked.mean()), (2, 2.0, 1.5));
    }

    #[test]
    fn a_row_without_people_adds_nothing_to_its_tie() {
        for unknown in [f64::NAN, f64::INFINITY] {
            let mut rows = rows(&[(1.0, 1.0, 5.0), (1.0, unknown, 0.0), (3.0, 2.0, 5.0)]);
            let ranked = Ranked::sort(&mut rows).unwrap();
            let values: Vec<f64> = ranked.ties().map(|tie| tie.values).collect();
            assert_eq!(values, [5.0, 10.0]);
        }
    }

    #[test]
    fn a_row_that_stands_for_three_weighs_as_three() {
        let mut rows = rows(&[(1.0, 1.0, 1.0), (2.0, 5.0, 1.0)]);
        rows[0].times = 3.0;
        let ranked = Ranked::sort(&mut rows).unwrap();
        assert_eq!((ranked.n, ranked.mean()), (4.0, 2.0));
        let positions: Vec<f64> = ranked.iter().map(|(_, at)| at).collect();
        assert_eq!(positions, [0.375, 0.875]);
    }

    #[test]
    fn a_null_or_a_negative_population_gives_no_ranks() {
        let status = |rows: &mut Vec<OrderedRow>| match Ranked::sort(rows) {
            Err(Refusal::Missing(status)) => Some(status),
            _ => None,
        };
        for row in [
            OrderedRow::group(None, Some(1.0), Some(1.0)),
            OrderedRow::group(Some(1.0), None, Some(1.0)),
            OrderedRow::group(Some(1.0), Some(1.0), None),
        ] {
            assert_eq!(status(&mut vec![row]), Some(Status::IncompleteStrata));
        }
        assert_eq!(status(&mut vec![]), Some(Status::Undefined));
        let negative = Ranked::sort(&mut rows(&[(1.0, 1.0, -1.0)]))
            .is_err_and(|refusal| matches!(refusal, Refusal::Fault(_)));
        assert!(negative);
    }

    #[test]
    fn midpoint_ranks_keep_the_order_of_the_rows() {
        let some = |numbers: &[f64]| numbers.iter().copied().map(Some).collect::<Vec<_>>();
        let ranks = midpoint_ranks(&some(&[2.0, 1.0, 2.0]), &some(&[1.0, 2.0, 1.0]));
        assert_eq!(ranks, Some(vec![0.75, 0.25, 0.75]));
        assert_eq!(midpoint_ranks(&[None], &some(&[1.0])), None);
    }
}
