//! Sums over people whose cost and effect are whole numbers: kronor, and none or one.

use super::moments::SUMS;
use crate::ExactSum;

/// Whole numbers up to here are summed as integers: half a billion kronor for one person.
const MOST: i64 = 1 << 29;

/// Sums of cost, effect, cost squared, effect squared, and cost times effect. Integers lose
/// nothing, whatever the order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WholeSums {
    cost: i64,
    effect: i64,
    products: [i128; 3],
}

/// A whole number that is not too large.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a number that is not whole, or too large, does not come back the same"
)]
#[inline]
pub(super) fn whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    let fits = (-MOST..=MOST).contains(&whole) && whole as f64 == number;
    fits.then_some(whole)
}

impl WholeSums {
    /// Adds a person. The sums hold 2^34 people who all cost as much as there may be.
    #[inline]
    pub(super) fn add(&mut self, cost: i64, effect: i64) {
        self.cost += cost;
        self.effect += effect;
        // Each is at most 2^58.
        self.products[0] += i128::from(cost * cost);
        self.products[1] += i128::from(effect * effect);
        self.products[2] += i128::from(cost * effect);
    }

    /// Adds these people to other sums.
    pub(super) fn add_to(&self, sums: &mut [ExactSum; SUMS]) {
        let [cost_squares, effect_squares, products] = self.products;
        let own = [
            self.cost.into(),
            self.effect.into(),
            cost_squares,
            effect_squares,
            products,
        ];
        for (sum, whole) in sums.iter_mut().zip(own) {
            add_whole(sum, whole);
        }
    }
}

/// Adds an integer in parts that a number holds without rounding.
#[expect(
    clippy::cast_precision_loss,
    reason = "each part has 32 bits, but the highest, which is below 2^53"
)]
fn add_whole(sum: &mut ExactSum, mut whole: i128) {
    let mut unit = 1.0;
    while whole != 0 {
        // Towards zero, so that all parts have one sign.
        sum.add((whole % (1 << 32)) as f64 * unit);
        whole /= 1 << 32;
        unit *= 4_294_967_296.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_that_are_not_too_large_are_integers() {
        for (number, expected) in [
            (0.0, Some(0)),
            (-0.0, Some(0)),
            (-24_000.0, Some(-24_000)),
            (536_870_912.0, Some(MOST)),
            (536_870_913.0, None),
            (0.5, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (-1e300, None),
        ] {
            assert_eq!(whole(number), expected, "{number}");
        }
    }

    #[test]
    fn no_digit_of_a_large_sum_is_lost() {
        let mut people = WholeSums::default();
        for _ in 0..1000 {
            people.add(MOST, -1);
            people.add(-MOST + 1, 3);
        }
        let mut sums: [ExactSum; SUMS] = Default::default();
        people.add_to(&mut sums);
        let squares = (i128::from(MOST).pow(2) + i128::from(MOST - 1).pow(2)) * 1000;
        sums[2].add(-((squares >> 40) as f64) * 2_f64.powi(40));
        let found = sums.each_ref().map(ExactSum::value);
        let below = (squares & ((1 << 40) - 1)) as f64;
        let products = (-i128::from(MOST) + 3 * (1 - i128::from(MOST))) * 1000;
        assert_eq!(found, [1000.0, 2000.0, below, 10_000.0, products as f64]);
    }
}
