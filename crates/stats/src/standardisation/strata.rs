//! What all standardised measures have in common: options, and how rows of a stratum sum.

use crate::rates::Known;
use crate::{Confidence, Error, ExactSum, Status};

/// The options of a standardised measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standardisation<Method> {
    /// The rate is per this many people, the ratio times this.
    pub multiplier: f64,
    /// The confidence of the two limits together.
    pub confidence: Confidence,
    /// How the limits are made.
    pub method: Method,
}

/// What several rows of one stratum say about its population.
///
/// A stratum has one population. When a table holds one row per person, per event type or per
/// month, each row repeats it, and summing it would divide the rate by the number of rows. When a
/// table holds one row per sex or municipality, each row has a part of it. The numbers alone do
/// not tell which, so it is never guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Denominators {
    /// All rows of a stratum repeat its population; two that differ are an error.
    #[default]
    Repeated,
    /// Each row of a stratum has a part of its population: they are summed.
    Summed,
}

impl Denominators {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Repeated => "repeated",
            Self::Summed => "summed",
        }
    }
}

impl std::str::FromStr for Denominators {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Repeated, Self::Summed];
        let found = all.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| Error::argument("populations", "repeated or summed", text))
    }
}

/// A number of a stratum, as all its rows give it: their sum, and whether they repeat one number.
///
/// Rows in any order, and over any number of threads, give the same. A NULL in one row makes the
/// number of the stratum NULL.
#[derive(Clone, Debug, PartialEq)]
pub struct StratumNumber {
    sum: ExactSum,
    least: f64,
    greatest: f64,
    has_null: bool,
}

impl Default for StratumNumber {
    fn default() -> Self {
        Self {
            sum: ExactSum::default(),
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            has_null: false,
        }
    }
}

impl StratumNumber {
    /// Adds what a row gives; `None` is NULL.
    pub fn add(&mut self, number: Option<f64>) {
        match number {
            None => self.has_null = true,
            Some(number) => {
                self.sum.add(number);
                self.least = self.least.min(number);
                self.greatest = self.greatest.max(number);
            }
        }
    }

    /// Adds what other rows of the same stratum gave.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.has_null |= other.has_null;
    }

    /// The numbers of a state that is shipped: whether any was NULL, the smallest and the largest,
    /// and the parts of the sum.
    pub fn parts(&self) -> (bool, f64, f64, Vec<f64>) {
        (self.has_null, self.least, self.greatest, self.sum.parts())
    }

    /// Back from its [`parts`](Self::parts).
    pub fn from_parts(
        has_null: bool,
        (least, greatest): (f64, f64),
        parts: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            sum: ExactSum::from_parts(parts),
            least,
            greatest,
            has_null,
        }
    }

    /// The sum of all rows.
    pub fn summed(&self) -> Option<f64> {
        (!self.has_null).then(|| self.sum.value())
    }

    /// The number that all rows repeat.
    ///
    /// # Errors
    /// Two rows give two numbers.
    pub fn repeated(&self, argument: &'static str) -> Result<Option<f64>, Error> {
        if self.least < self.greatest {
            return Err(Error::argument(
                argument,
                "one number in all rows of a stratum",
                format_args!("{} and {}", self.least, self.greatest),
            ));
        }
        // What is no number leaves least and greatest as they are, but not the sum.
        let sum = self.sum.value();
        let number = if sum.is_finite() { self.least } else { sum };
        Ok((!self.has_null).then_some(number))
    }

    /// The population that the rows give.
    ///
    /// # Errors
    /// They are said to repeat one number, and do not.
    pub fn population(&self, denominators: Denominators) -> Result<Option<f64>, Error> {
        match denominators {
            Denominators::Repeated => self.repeated("population"),
            Denominators::Summed => Ok(self.summed()),
        }
    }
}

/// The numbers of all strata, or why there is no answer without one of them: NULL before what is no
/// number.
pub(super) fn all_known<const N: usize>(
    strata: impl Iterator<Item = Result<Known<N>, Error>>,
) -> Result<Result<Vec<[f64; N]>, Status>, Error> {
    let mut rows = Vec::new();
    let mut missing = Status::Ok;
    for stratum in strata {
        match stratum? {
            Known::All(numbers) => rows.push(numbers),
            Known::Not(Status::IncompleteStrata) => missing = Status::IncompleteStrata,
            Known::Not(status) if missing == Status::Ok => missing = status,
            Known::Not(_) => {}
        }
    }
    Ok(match missing {
        Status::Ok => Ok(rows),
        status => Err(status),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(numbers: &[Option<f64>]) -> StratumNumber {
        let mut rows = StratumNumber::default();
        numbers.iter().for_each(|&number| rows.add(number));
        rows
    }

    #[test]
    fn rows_repeat_a_number_or_sum_to_one() {
        let same = rows(&[Some(100.0), Some(100.0)]);
        assert_eq!(same.repeated("population"), Ok(Some(100.0)));
        assert_eq!(same.summed(), Some(200.0));
        assert_eq!(same.population(Denominators::Summed), Ok(Some(200.0)));
    }

    #[test]
    fn rows_that_differ_are_an_error_where_they_are_to_repeat() {
        let differ = rows(&[Some(100.0), Some(50.0)]);
        let error = differ.population(Denominators::default()).unwrap_err();
        let message = "population: expected one number in all rows of a stratum, \
                       got `50 and 100`";
        assert_eq!(error.to_string(), message);
        assert_eq!(differ.summed(), Some(150.0));
    }

    #[test]
    fn one_null_makes_the_number_null() {
        let unknown = rows(&[Some(100.0), None]);
        assert_eq!(unknown.summed(), None);
        assert_eq!(unknown.repeated("population"), Ok(None));
        // Rows that differ are wrong, whatever a third one hides.
        assert!(rows(&[Some(1.0), None, Some(2.0)]).repeated("n").is_err());
        for numbers in [&[Some(f64::NAN)][..], &[Some(5.0), Some(f64::NAN)]] {
            let found = rows(numbers).repeated("n").unwrap();
            assert!(found.is_some_and(f64::is_nan));
        }
    }

    #[test]
    fn order_and_partitions_do_not_matter() {
        let numbers = [0.1, 0.2, 0.3, 1e16, -1e16, 7.7].map(Some);
        let whole = rows(&numbers);
        for cut in 0..numbers.len() {
            let (left, right) = numbers.split_at(cut);
            let mut merged = rows(right);
            let (has_null, least, greatest, parts) = rows(left).parts();
            let shipped = StratumNumber::from_parts(has_null, (least, greatest), parts);
            merged.merge(&shipped);
            assert_eq!(merged.summed(), whole.summed());
            let repeated = |rows: &StratumNumber| rows.repeated("n");
            assert_eq!(repeated(&merged), repeated(&whole));
        }
    }

    #[test]
    fn only_two_words_say_what_rows_hold() {
        assert_eq!("summed".parse(), Ok(Denominators::Summed));
        assert_eq!("repeated".parse(), Ok(Denominators::Repeated));
        assert!("sum".parse::<Denominators>().is_err());
    }
}
