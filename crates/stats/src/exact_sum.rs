//! Sums of numbers that do not depend on the order of the numbers.

/// A sum of numbers, kept exactly.
///
/// Adding floating-point numbers rounds at each step, so that the same rows in another order, or
/// split over more threads, give another last digit. This keeps the rounded-off parts (Shewchuk's
/// expansions, as Python's `math.fsum`) and rounds once, at the end.
///
/// # Limits
/// Exact as long as no number and no partial sum overflows; a sum that does is not finite.
///
/// # References
/// Shewchuk, 1997, "Adaptive precision floating-point arithmetic and fast robust geometric
/// predicates", Discrete & Computational Geometry, doi:10.1007/PL00009321.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExactSum {
    /// Parts that do not overlap, smallest first.
    parts: Vec<f64>,
    /// What was not finite, added in the ordinary way.
    rest: f64,
}

impl ExactSum {
    /// A sum of parts, as [`parts`](Self::parts) gave them.
    pub fn from_parts(parts: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = Self::default();
        for part in parts {
            sum.add(part);
        }
        sum
    }

    /// Adds a number.
    pub fn add(&mut self, number: f64) {
        if !number.is_finite() {
            self.rest += number;
            return;
        }
        let mut carried = number;
        let mut kept = 0;
        for index in 0..self.parts.len() {
            let (high, low) = two_sum(carried, self.parts[index]);
            if low != 0.0 {
                self.parts[kept] = low;
                kept += 1;
            }
            carried = high;
        }
        self.parts.truncate(kept);
        match carried.is_finite() {
            true => self.parts.push(carried),
            false => self.rest += carried,
        }
    }

    /// Adds a product of two numbers.
    pub fn add_product(&mut self, a: f64, b: f64) {
        let high = a * b;
        self.add(high);
        if high.is_finite() {
            self.add(a.mul_add(b, -high));
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.rest += other.rest;
        for part in &other.parts {
            self.add(*part);
        }
    }

    /// The parts, for a state that is shipped: adding them up again gives this sum.
    pub fn parts(&self) -> Vec<f64> {
        let mut parts = self.parts.clone();
        if self.rest != 0.0 {
            parts.push(self.rest);
        }
        parts
    }

    /// The sum, rounded once.
    pub fn value(&self) -> f64 {
        if self.rest != 0.0 {
            return self.rest;
        }
        let mut parts = self.parts.iter().rev();
        let mut high = parts.next().copied().unwrap_or(0.0);
        let mut low = 0.0;
        for part in parts.by_ref() {
            (high, low) = two_sum(high, *part);
            if low != 0.0 {
                break;
            }
        }
        // Half-way between two numbers, the parts below decide.
        if let Some(next) = parts.next() {
            let doubled = low * 2.0;
            let rounded = high + doubled;
            if low * next > 0.0 && rounded - high == doubled {
                high = rounded;
            }
        }
        high
    }
}

/// A sum and what was rounded off of it.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_lost_between_large_numbers() {
        let sum = ExactSum::from_parts([1e100, 1.0, -1e100, 1e-30]);
        assert_eq!(sum.value(), 1.0 + 1e-30);
        let tenths = ExactSum::from_parts([0.1; 10]);
        assert_eq!(tenths.value(), 1.0);
        let mut product = ExactSum::default();
        product.add_product(0.1, 0.1);
        product.add(-0.010_000_000_000_000_002);
        assert!(product.value() != 0.0 && product.value().abs() < 1e-17);
    }

    #[test]
    fn ties_are_rounded_by_what_lies_below() {
        // Half a unit above 1, and then a hair more or less.
        let half = f64::EPSILON / 2.0;
        assert_eq!(ExactSum::from_parts([1.0, half]).value(), 1.0);
        let above = ExactSum::from_parts([1.0, half, 1e-40]).value();
        assert_eq!(above, 1.0 + f64::EPSILON);
        assert_eq!(ExactSum::from_parts([1.0, half, -1e-40]).value(), 1.0);
    }

    #[test]
    fn what_is_not_finite_stays_so() {
        assert!(ExactSum::from_parts([f64::NAN, 1.0]).value().is_nan());
        let infinite = ExactSum::from_parts([f64::INFINITY, -1e300]);
        assert_eq!(infinite.value(), f64::INFINITY);
        assert_eq!(
            ExactSum::from_parts(infinite.parts()).value(),
            f64::INFINITY
        );
        assert!(
            !ExactSum::from_parts([f64::MAX, f64::MAX])
                .value()
                .is_finite()
        );
    }

    proptest! {
        #[test]
        fn order_and_partitions_do_not_matter(
            numbers in proptest::collection::vec((-1e9..1e9f64, -30..30i32), 0..60),
            cut in 0..60usize,
        ) {
            let numbers: Vec<f64> =
                numbers.iter().map(|(digits, power)| digits * 10f64.powi(*power)).collect();
            let whole = ExactSum::from_parts(numbers.iter().copied()).value();
            let back = ExactSum::from_parts(numbers.iter().rev().copied()).value();
            prop_assert_eq!(whole, back);
            let (left, right) = numbers.split_at(cut.min(numbers.len()));
            let mut merged = ExactSum::from_parts(right.iter().copied());
            merged.merge(&ExactSum::from_parts(left.iter().copied()));
            prop_assert_eq!(whole, merged.value());
        }
    }
}
