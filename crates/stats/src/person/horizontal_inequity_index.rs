//! Horizontal inequity: is use concentrated among the advantaged once need is allowed for?

use std::cmp::Ordering;

use crate::ordered::{
    ConcentrationError, ConcentrationOptions, OrderedRow, Ranked, Refusal, Unit, concentration,
};
use crate::sort::sort_unstable_by;
use crate::{Confidence, Error, Estimate};

/// A person with what was used and what need would lead one to expect; NaN stands for NULL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeedRow {
    /// What the person is ranked by, such as income.
    pub rank_by: f64,
    /// What was used: tests, visits, or 0 and 1.
    pub used: f64,
    /// What is expected from need alone, in the same unit.
    pub need_expected: f64,
    /// The weight of the person.
    pub weight: f64,
    /// How many people are exactly like this one.
    pub times: f64,
}

impl NeedRow {
    /// A person.
    pub fn person(
        used: Option<f64>,
        rank_by: Option<f64>,
        need_expected: Option<f64>,
        weight: Option<f64>,
    ) -> Self {
        Self {
            rank_by: rank_by.unwrap_or(f64::NAN) + 0.0,
            used: used.unwrap_or(f64::NAN) + 0.0,
            need_expected: need_expected.unwrap_or(f64::NAN) + 0.0,
            weight: weight.unwrap_or(f64::NAN) + 0.0,
            times: 1.0,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.order_of_kinds(other)
            .then_with(|| self.times.total_cmp(&other.times))
    }

    /// Equal for people who are alike.
    fn order_of_kinds(&self, other: &Self) -> Ordering {
        self.rank_by
            .total_cmp(&other.rank_by)
            .then_with(|| self.used.total_cmp(&other.used))
            .then_with(|| self.need_expected.total_cmp(&other.need_expected))
            .then_with(|| self.weight.total_cmp(&other.weight))
    }

    /// Lets the first of sorted people who are alike stand for all of them.
    fn join(people: &mut [Self]) {
        for alike in people.chunk_by_mut(|a, b| a.order_of_kinds(b).is_eq()) {
            let times = alike.iter().map(|row| row.times).sum();
            if let Some((first, others)) = alike.split_first_mut() {
                first.times = times;
                others.iter_mut().for_each(|row| row.times = 0.0);
            }
        }
    }

    fn ranked(&self, value: f64) -> OrderedRow {
        OrderedRow::person(Some(value), Some(self.rank_by), Some(self.weight)).repeated(self.times)
    }
}

/// How use, need and their difference are concentrated, side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HorizontalInequity {
    /// The concentration index of what was used.
    pub used: Estimate,
    /// The concentration index of what need leads one to expect.
    pub need: Estimate,
    /// The concentration index of use standardised for need: the horizontal inequity index.
    pub inequity: Estimate,
}

/// Estimates the horizontal inequity index.
///
/// # Definition
/// The concentration index of `used - need_expected + mean(need_expected)`, which is use
/// standardised indirectly for need. Where the two means agree, as they do after least squares, it
/// is the index of use less the index of need.
///
/// # Arguments
/// Rows are people; they are sorted in place. `need_expected` is what a regression of use on need
/// (age, sex, illness) predicts for each person, with everything that is not need held at its mean;
/// [`need_expected`](crate::person::need_expected()) does it by least squares. Ties and weights are
/// as in [`concentration_index`](crate::person::concentration_index()).
///
/// # Returns
/// Three indices, each from about -1 to 1, with normal intervals by `error` that take the expected
/// need as known; `n` is the number of people.
///
/// # Nulls
/// `incomplete_strata` for a NULL in any column; `undefined` where a mean is not above 0, or all
/// people are of one rank.
///
/// # Errors
/// A negative weight.
///
/// # Interpretation
/// Relative. Above 0 people of high rank use more than people of low rank with the same need, below
/// 0 less; 0 is equal use for equal need on the whole. The index of use alone says something else:
/// where the poor are more ill, use concentrated among them can still be too little.
///
/// # Limits
/// Equal treatment of equal need is as good as the measure of need. Need that is itself recorded at
/// visits is under-recorded in those who do not come. The interval leaves out the error of the
/// regression that gave the expected need.
///
/// # References
/// Wagstaff and van Doorslaer, 2000, "Measuring and testing for inequity in the delivery of health
/// care", Journal of Human Resources, doi:10.2307/146369. O'Donnell and others, 2008, "Analyzing
/// health equity using household survey data", chapter 15.
pub fn horizontal_inequity_index(
    people: &mut [NeedRow],
    error: ConcentrationError,
    confidence: Confidence,
) -> Result<HorizontalInequity, Error> {
    if let Some(row) = people.iter().find(|row| row.times < 0.0) {
        return Err(Error::argument(
            "times",
            "a number of at least 0",
            row.times,
        ));
    }
    sort_unstable_by(people, NeedRow::order);
    NeedRow::join(people);
    let options = ConcentrationOptions {
        error,
        confidence,
        ..Default::default()
    };
    let index = |value: &dyn Fn(&NeedRow) -> f64| {
        let rows: Vec<OrderedRow> = people.iter().map(|row| row.ranked(value(row))).collect();
        let of_rows = |rows: &[OrderedRow]| -> Result<(Estimate, f64), Refusal> {
            let ranked = Ranked::of_sorted(rows)?;
            Ok((
                concentration(&ranked, &options, Unit::Person)?,
                ranked.mean(),
            ))
        };
        let nothing = |refusal: Refusal| Ok((refusal.settle(error.name())?, f64::NAN));
        of_rows(&rows).or_else(nothing)
    };
    let (used, _) = index(&|row| row.used)?;
    let (need, mean) = index(&|row| row.need_expected)?;
    let (inequity, _) = index(&|row| row.used - row.need_expected + mean)?;
    // A mean that is missing makes the difference NULL; it is missing for the reason that need is.
    // The mean of what is compared is that of use: where nobody used anything it is 0, and not the
    // trace that adding and subtracting need leaves.
    let inequity = match (need.value, used.value) {
        (Some(_), Some(_)) => inequity,
        (None, _) => Estimate::missing(need.status, error.name()),
        (_, None) => Estimate::missing(used.status, error.name()),
    };
    Ok(HorizontalInequity {
        used,
        need,
        inequity,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    fn people(columns: [&[f64]; 3]) -> Vec<NeedRow> {
        let [used, rank_by, need] = columns;
        (0..used.len())
            .map(|i| NeedRow::person(Some(used[i]), Some(rank_by[i]), Some(need[i]), Some(1.0)))
            .collect()
    }

    fn index(people: &mut [NeedRow]) -> HorizontalInequity {
        horizontal_inequity_index(people, ConcentrationError::Auto, Confidence::P95).unwrap()
    }

    #[test]
    fn use_by_need_alone_is_no_inequity() {
        let (used, rank) = ([4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0]);
        let found = index(&mut people([&used, &rank, &used]));
        assert_eq!(found.used.value, Some(-0.25));
        assert_eq!(found.need.value, Some(-0.25));
        assert_eq!(found.inequity.value, Some(0.0));
    }

    #[test]
    fn where_nobody_used_anything_there_is_no_index() {
        let rank: Vec<f64> = (0..113).map(|i| f64::from(i % 5)).collect();
        let need: Vec<f64> = (0..113).map(|i| 0.1 / f64::from(1 + i % 7)).collect();
        let found = index(&mut people([&[0.0; 113], &rank, &need]));
        assert_eq!(found.used.status, Status::Undefined);
        assert_eq!(found.inequity.value, None);
        assert_eq!(found.inequity.status, Status::Undefined);
    }

    #[test]
    fn the_same_use_where_the_poor_need_more_is_inequity_for_the_rich() {
        let (used, rank, need) = ([2.0; 3], [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]);
        let found = index(&mut people([&used, &rank, &need]));
        let (use_, need) = (found.used.value.unwrap(), found.need.value.unwrap());
        assert_eq!(use_, 0.0);
        assert!(need < 0.0);
        // The means agree, so the index is the difference of the two.
        assert!((found.inequity.value.unwrap() - (use_ - need)).abs() < 1e-12);
    }

    #[test]
    fn a_null_anywhere_leaves_no_index() {
        let (used, rank) = ([2.0, 1.0, 3.0], [1.0, 2.0, 3.0]);
        for (column, status) in [
            (0, Status::IncompleteStrata),
            (1, Status::IncompleteStrata),
            (2, Status::IncompleteStrata),
            (3, Status::IncompleteStrata),
        ] {
            let mut rows = people([&used, &rank, &used]);
            match column {
                0 => rows[1].used = f64::NAN,
                1 => rows[1].rank_by = f64::NAN,
                2 => rows[1].need_expected = f64::NAN,
                _ => rows[1].weight = f64::NAN,
            }
            let found = index(&mut rows).inequity;
            assert_eq!(
                (found.value, found.status),
                (None, status),
                "column {column}"
            );
        }
    }

    #[test]
    fn ten_people_alike_are_one_row_that_stands_for_ten() {
        let columns = ([2.0, 1.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 2.5]);
        let mut once = people([&columns.0, &columns.1, &columns.2]);
        once[1].times = 10.0;
        let mut many = people([&columns.0, &columns.1, &columns.2]);
        many.extend([many[1]; 9]);
        let (one, other) = (index(&mut once).inequity, index(&mut many).inequity);
        assert_eq!(one, other);
        assert_eq!(one.n, Some(12.0));
    }
}
