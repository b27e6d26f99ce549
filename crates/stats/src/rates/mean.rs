//! A mean.

use crate::distribution::student_t_quantile;
use crate::{Confidence, Error, Estimate, ExactSum, Status};

/// What a mean is made of: sums over values, the same in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeanSums {
    /// How many values there are.
    pub n: u64,
    /// How many are NULL.
    pub n_missing: u64,
    /// Their sum.
    pub sum: ExactSum,
    /// The sum of their squares.
    pub squares: ExactSum,
}

impl MeanSums {
    /// Adds a value.
    pub fn add(&mut self, value: Option<f64>) {
        match value {
            None => self.n_missing += 1,
            Some(value) => {
                self.n += 1;
                self.sum.add(value);
                self.squares.add_product(value, value);
            }
        }
    }

    /// Adds the values of another.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.n_missing += other.n_missing;
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    /// The mean of the values that are not NULL.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum.value() / self.n as f64)
    }

    /// The standard deviation of the values that are not NULL, with `n - 1` below the line.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    pub fn standard_deviation(&self) -> Option<f64> {
        let mean = self.mean().filter(|_| self.n > 1)?;
        let n = self.n as f64;
        // sum (x - m)^2 = sum x^2 - 2 m sum x + n m^2, and no digit is lost on the way.
        let mut deviations = self.squares.clone();
        for part in self.sum.parts() {
            deviations.add_product(-2.0 * mean, part);
        }
        let square = mean * mean;
        deviations.add_product(n, square);
        deviations.add_product(n, mean.mul_add(mean, -square));
        // The mean itself is rounded; sum (x - m)^2 is larger by n times the square of that.
        let mut rounded = self.sum.clone();
        rounded.add_product(-n, mean);
        deviations.add(-rounded.value().powi(2) / n);
        Some((deviations.value().max(0.0) / (n - 1.0)).sqrt())
    }
}

impl FromIterator<Option<f64>> for MeanSums {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let mut sums = Self::default();
        for value in values {
            sums.add(value);
        }
        sums
    }
}

/// Estimates a mean.
///
/// # Definition
/// `sum x / n -+ t s / sqrt n`, where `s` is the standard deviation with `n - 1`, and `t` is the
/// quantile of Student's t with `n - 1` degrees of freedom.
///
/// # Arguments
/// Values in any unit, one per person or area.
///
/// # Returns
/// The mean, its standard error `s / sqrt n`, and `n`. It does not depend on the order of values,
/// to the last digit.
///
/// # Nulls
/// `incomplete_strata` where a value is NULL: leave NULLs out yourself where that is right.
/// `undefined` for no values, or where one is not finite. One value has no limits.
///
/// # Interpretation
/// Absolute. The limits are those of the mean, not of the values.
///
/// # Limits
/// The limits are right for values that are about normal, or for many values. Costs and waiting
/// times are skewed, and waiting times are cut short for those who still wait.
///
/// # Example
/// ```
/// use kohort_stats::{Confidence, rates::{MeanSums, mean}};
/// let sums: MeanSums = [1.0, 2.0, 3.0].map(Some).into_iter().collect();
/// let mean = mean(&sums, Confidence::P95).unwrap();
/// assert_eq!(mean.value, Some(2.0));
/// assert!((mean.upper_cl.unwrap() - 4.484).abs() < 1e-3);
/// ```
///
/// # References
/// Student, 1908, "The probable error of a mean", Biometrika, doi:10.1093/biomet/6.1.1.
///
/// # Errors
/// None; a `Result` as all measures have it.
pub fn mean(sums: &MeanSums, confidence: Confidence) -> Result<Estimate, Error> {
    const METHOD: &str = "t";
    if sums.n_missing > 0 {
        return Ok(Estimate::missing(Status::IncompleteStrata, METHOD));
    }
    let Some(value) = sums.mean().filter(|mean| mean.is_finite()) else {
        return Ok(Estimate::missing(Status::Undefined, METHOD));
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    let n = sums.n as f64;
    let error = sums.standard_deviation().map(|sd| sd / n.sqrt());
    let half = error.map(|error| -student_t_quantile(confidence.tail(), n - 1.0) * error);
    let limit = |sign: f64| half.map(|half| value + sign * half);
    let mean = Estimate::of(value, METHOD).with_limits(confidence, limit(-1.0), limit(1.0));
    Ok(Estimate {
        se: error,
        ..mean.with_counts(None, Some(n))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(values: &[f64]) -> MeanSums {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn the_limits_are_those_of_students_own_sleep_data() {
        // Student, 1908, section IX: the additional hours of sleep by one drug over the other,
        // mean 1.58, standard deviation 1.17 with n below the line.
        let hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        let sums = sums(&hours);
        let deviation = sums.standard_deviation().unwrap();
        assert!((deviation * 0.9f64.sqrt() - 1.17).abs() < 0.005);
        let found = mean(&sums, Confidence::P95).unwrap();
        assert!((found.value.unwrap() - 1.58).abs() < 1e-12);
        // t = 2.262157 with 9 degrees of freedom.
        let half = 2.262_157_162_798_205 * deviation / 10f64.sqrt();
        assert!((found.lower_cl.unwrap() - (1.58 - half)).abs() < 1e-12);
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let near = sums(&[1.0, 2.0, 4.0]).standard_deviation().unwrap();
        let far = sums(&[1e15 + 1.0, 1e15 + 2.0, 1e15 + 4.0]);
        assert!((far.standard_deviation().unwrap() - near).abs() < 1e-15);
        assert_eq!(sums(&[0.1, 0.1, 0.1]).standard_deviation(), Some(0.0));
    }

    #[test]
    fn parts_in_any_order_give_the_same_bits() {
        let values = [0.1, 1e9, -3.7, 2.2, 1e-9, 5.5];
        let mut merged = sums(&values[3..]);
        merged.merge(&sums(&values[..3]));
        let whole = mean(&sums(&values), Confidence::P95);
        assert_eq!(whole, mean(&merged, Confidence::P95));
    }

    #[test]
    fn null_is_not_left_out_and_one_value_has_no_limits() {
        let of = |values: &[Option<f64>]| {
            let sums: MeanSums = values.iter().copied().collect();
            mean(&sums, Confidence::P95).unwrap()
        };
        assert_eq!(of(&[Some(1.0), None]).status, Status::IncompleteStrata);
        assert_eq!(of(&[]).status, Status::Undefined);
        assert_eq!(of(&[Some(f64::INFINITY)]).status, Status::Undefined);
        let one = of(&[Some(3.0)]);
        assert_eq!((one.value, one.lower_cl, one.se), (Some(3.0), None, None));
    }
}
