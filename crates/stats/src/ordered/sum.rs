//! A sum of many numbers that keeps its digits.

/// A sum with what rounding lost beside it (Neumaier, 1974).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    /// Adds a number.
    pub(crate) fn add(&mut self, number: f64) {
        let next = self.sum + number;
        self.lost += match self.sum.abs() >= number.abs() {
            true => (self.sum - next) + number,
            false => (number - next) + self.sum,
        };
        self.sum = next;
    }

    /// The sum so far.
    pub(crate) fn value(self) -> f64 {
        match self.sum.is_finite() {
            true => self.sum + self.lost,
            false => self.sum,
        }
    }

    /// The sum of some numbers.
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>) -> f64 {
        let mut sum = Self::default();
        numbers.into_iter().for_each(|number| sum.add(number));
        sum.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_survive_beside_large_ones() {
        assert_eq!(Sum::of([1e16, 1.0, 1.0, -1e16]), 2.0);
        assert_eq!(Sum::of([]), 0.0);
        assert_eq!(Sum::of([f64::INFINITY, 1.0]), f64::INFINITY);
    }
}
