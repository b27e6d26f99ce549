//! Costs and effects of people, summed.

use super::whole_sums::{self, WholeSums};
use crate::{ExactSum, Status};

/// How many sums there are.
pub const SUMS: usize = 5;

/// The costs and effects of people who were given one strategy, as sums.
///
/// Adding and merging are exact, so the order of rows and of partitions is not seen in an answer.
#[derive(Clone, Debug, Default)]
pub struct CostEffect {
    n: u64,
    missing: u64,
    undefined: u64,
    /// Of people whose cost and effect are whole numbers, as nearly all are.
    whole: WholeSums,
    /// Of the others: of cost, effect, cost squared, effect squared, cost times effect.
    others: [ExactSum; SUMS],
}

impl PartialEq for CostEffect {
    /// The same people in all and sums of the same value, however they were added.
    fn eq(&self, other: &Self) -> bool {
        let values = |sums: [ExactSum; SUMS]| sums.map(|sum| sum.value().to_bits());
        let ((counts, sums), (other_counts, other_sums)) = (self.parts(), other.parts());
        counts == other_counts && values(sums) == values(other_sums)
    }
}

impl CostEffect {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one person. Without a cost or an effect, or with one that is NaN or infinite, they make
    /// every answer missing.
    #[inline]
    pub fn add(&mut self, cost: Option<f64>, effect: Option<f64>) {
        let (Some(cost), Some(effect)) = (cost, effect) else {
            self.missing += 1;
            return;
        };
        match whole_sums::whole(cost).zip(whole_sums::whole(effect)) {
            Some((cost, effect)) => {
                self.whole.add(cost, effect);
                self.n += 1;
            }
            None => self.add_other(cost, effect),
        }
    }

    fn add_other(&mut self, cost: f64, effect: f64) {
        if !(cost.is_finite() && effect.is_finite()) {
            self.undefined += 1;
            return;
        }
        let [costs, effects, cost_squares, effect_squares, products] = &mut self.others;
        costs.add(cost);
        effects.add(effect);
        cost_squares.add_product(cost, cost);
        effect_squares.add_product(effect, effect);
        products.add_product(cost, effect);
        self.n += 1;
    }

    /// Adds the people of another part.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.missing += other.missing;
        self.undefined += other.undefined;
        for (sum, part) in self.others.iter_mut().zip(&other.sums()) {
            sum.merge(part);
        }
    }

    /// People; people without a cost or an effect, and those with one that is NaN or infinite; and
    /// the sums of cost, effect, their squares and their product: what a part hands on.
    pub fn parts(&self) -> ([u64; 3], [ExactSum; SUMS]) {
        ([self.n, self.missing, self.undefined], self.sums())
    }

    /// The sums over everyone.
    fn sums(&self) -> [ExactSum; SUMS] {
        let mut sums = self.others.clone();
        self.whole.add_to(&mut sums);
        sums
    }

    /// The same again.
    pub fn from_parts([n, missing, undefined]: [u64; 3], sums: [ExactSum; SUMS]) -> Self {
        Self {
            n,
            missing,
            undefined,
            whole: WholeSums::default(),
            others: sums,
        }
    }

    /// People with a cost and an effect.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    pub fn people(&self) -> f64 {
        self.n as f64
    }

    /// People without one of them.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Why nothing can be said of these people, if so: one has no cost or effect, or one that is no
    /// number.
    pub fn refusal(&self) -> Option<Status> {
        match (self.missing, self.undefined) {
            (0, 0) => None,
            (0, _) => Some(Status::Undefined),
            _ => Some(Status::IncompleteStrata),
        }
    }

    /// Why nothing can be said of these people and others, if so.
    pub(super) fn refusal_beside(&self, other: &Self) -> Option<Status> {
        match (self.refusal(), other.refusal()) {
            (Some(Status::Undefined), Some(status)) => Some(status),
            (one, other) => one.or(other),
        }
    }

    /// The sum of costs.
    pub fn cost(&self) -> f64 {
        self.sums()[0].value()
    }

    /// The sum of effects.
    pub fn effect(&self) -> f64 {
        self.sums()[1].value()
    }

    /// Mean cost and effect with their errors; `None` without people.
    pub(super) fn means(&self) -> Option<Means> {
        let n = self.people();
        let [cost, effect, costs, effects, products] = &self.sums();
        // Of the mean: the sum of squares about it, over n (n - 1).
        let about = |products: &ExactSum, a: &ExactSum, b: &ExactSum| {
            centred(n, products, a, b) / (n * n * (n - 1.0))
        };
        let errors = (self.n > 1).then(|| Errors {
            cost: about(costs, cost, cost).max(0.0),
            effect: about(effects, effect, effect).max(0.0),
            both: about(products, cost, effect),
        });
        (self.n > 0).then(|| Means {
            cost: cost.value() / n,
            effect: effect.value() / n,
            errors,
        })
    }
}

/// `n` times a sum of products less the product of the sums, without rounding on the way.
fn centred(n: f64, products: &ExactSum, a: &ExactSum, b: &ExactSum) -> f64 {
    let mut sum = ExactSum::default();
    for part in products.parts() {
        sum.add_product(n, part);
    }
    for of_a in a.parts() {
        for of_b in b.parts() {
            sum.add_product(-of_a, of_b);
        }
    }
    sum.value()
}

/// A mean cost and a mean effect, or differences of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Means {
    pub(super) cost: f64,
    pub(super) effect: f64,
    /// Missing with fewer than two people.
    pub(super) errors: Option<Errors>,
}

/// Variances of a mean cost and a mean effect, and their covariance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Errors {
    pub(super) cost: f64,
    pub(super) effect: f64,
    pub(super) both: f64,
}

impl Means {
    /// What one strategy has more than another, of which the people are others.
    pub(super) fn minus(self, reference: Self) -> Self {
        let errors = self.errors.zip(reference.errors).map(|(a, b)| Errors {
            cost: a.cost + b.cost,
            effect: a.effect + b.effect,
            both: a.both + b.both,
        });
        Self {
            cost: self.cost - reference.cost,
            effect: self.effect - reference.effect,
            errors,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(rows: &[(f64, f64)]) -> CostEffect {
        let mut sums = CostEffect::new();
        for (cost, effect) in rows {
            sums.add(Some(*cost), Some(*effect));
        }
        sums
    }

    #[test]
    fn small_differences_of_large_costs_keep_their_digits() {
        // The variance of 1, 2, 3 on top of a billion.
        let errors = sums(&[(1e9 + 1.0, 0.0), (1e9 + 2.0, 1.0), (1e9 + 3.0, 2.0)])
            .means()
            .unwrap()
            .errors
            .unwrap();
        assert!((errors.cost - 1.0 / 3.0).abs() < 1e-14);
        assert!((errors.both - 1.0 / 3.0).abs() < 1e-14);
    }

    #[test]
    fn what_is_no_number_leaves_nothing_to_say() {
        let mut sums = CostEffect::new();
        assert_eq!(sums.refusal(), None);
        sums.add(Some(f64::NAN), Some(1.0));
        sums.add(Some(1.0), Some(f64::INFINITY));
        assert_eq!(sums.refusal(), Some(Status::Undefined));
        sums.add(None, Some(1.0));
        assert_eq!(sums.refusal(), Some(Status::IncompleteStrata));
        assert_eq!((sums.people(), sums.missing()), (0.0, 1));
        assert_eq!(sums.means(), None);
    }

    proptest! {
        #[test]
        fn the_order_of_rows_and_of_parts_is_not_seen(
            rows in proptest::collection::vec((0.0..1e6_f64, -1.0..1.0_f64), 2..60),
            cut in 0_usize..60,
        ) {
            let whole = sums(&rows);
            let mut back: Vec<_> = rows.clone();
            back.reverse();
            let cut = cut.min(rows.len());
            let (left, mut right) = (sums(&back[..cut]), sums(&back[cut..]));
            right.merge(&left);
            prop_assert_eq!(whole.cost(), right.cost());
            prop_assert_eq!(whole.effect(), right.effect());
            let (a, b) = (whole.means().unwrap(), right.means().unwrap());
            prop_assert_eq!(a, b);
        }
    }
}
