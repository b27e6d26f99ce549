//! Witnesses that small counts are free, and what must be withheld for them.
//!
//! One linear program asks for the cheapest change of all counts that moves a small one as far as
//! it must: what is withheld moves for nothing, and what is shown costs its worth. What moves is
//! withheld. At the end each count that was withheld for others is shown again where they have
//! witnesses without it.

use super::linear::Sum;
use super::linked::{LinkedCount, Shown};
use super::primary::SmallCells;
use super::simplex::{Changes, Price};

/// A small count, and a way in which it must be able to move.
#[derive(Clone, Copy, Debug)]
struct Target {
    count: usize,
    is_up: bool,
    /// How far.
    need: f64,
    /// The witness that moves it so far.
    witness: Option<usize>,
}

/// Whether a search may withhold more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    WithheldOnly,
    Any,
}

/// Changes below this are rounding of the solver.
const NOTHING: f64 = 1e-6;
/// How much more a unit of protection is worth than any count.
const REWARD: f64 = 1e5;
/// Rounds of a search for many witnesses at once, and how many of them may be in vain.
const ROUNDS: usize = 24;
const VAIN_ROUNDS: usize = 3;
/// How many counts are shown again before the search is made smaller.
const SHOWN_AT_ONCE: usize = 50;

/// A search among counts that hang together, with what it found.
pub(super) struct Search {
    counts: Vec<LinkedCount>,
    sums: Vec<Sum>,
    sums_of: Vec<Vec<usize>>,
    targets: Vec<Target>,
    /// Those that the rule withholds.
    is_small: Vec<bool>,
    withheld: Vec<bool>,
    /// Changes of all counts, and of those that are not shown, with their places.
    of_all: Option<Changes>,
    of_withheld: Option<(Changes, Vec<usize>)>,
    /// What moves in each witness, in order.
    witnesses: Vec<Vec<usize>>,
}

impl Search {
    pub(super) fn new(counts: Vec<LinkedCount>, sums: Vec<Sum>, rule: SmallCells) -> Self {
        let is_small: Vec<bool> = counts.iter().map(|count| count.is_small(rule)).collect();
        let mut targets = Vec::new();
        for (at, count) in counts.iter().enumerate().filter(|(at, _)| is_small[*at]) {
            let down = float(count.count);
            let up = float(rule.threshold()) - down;
            for (is_up, need) in [(false, down), (true, up)] {
                if need > 0.0 {
                    targets.push(Target {
                        count: at,
                        is_up,
                        need,
                        witness: None,
                    });
                }
            }
        }
        let mut sums_of = vec![Vec::new(); counts.len()];
        for (at, sum) in sums.iter().enumerate() {
            for (count, _) in sum {
                sums_of[*count].push(at);
            }
        }
        Self {
            withheld: is_small.clone(),
            is_small,
            counts,
            sums,
            sums_of,
            targets,
            of_all: None,
            of_withheld: None,
            witnesses: Vec::new(),
        }
    }

    /// Which counts are withheld.
    pub(super) fn withhold(mut self) -> Vec<bool> {
        self.serve_many();
        let mut order: Vec<usize> = (0..self.targets.len()).collect();
        // What must move far opens the way for others.
        order.sort_by(|a, b| self.targets[*b].need.total_cmp(&self.targets[*a].need));
        for target in order {
            if !self.is_served(target) && !self.serve(target) {
                // With nothing shown, nothing is known.
                return vec![true; self.counts.len()];
            }
        }
        self.show_again_what_can_be();
        self.withheld
    }

    fn is_served(&self, target: usize) -> bool {
        self.targets[target].witness.is_some()
    }

    fn is_fixed(&self, count: usize) -> bool {
        self.counts[count].shown == Shown::Told && !self.withheld[count]
    }

    /// Looks for witnesses among what is withheld, for many targets at once.
    fn serve_many(&mut self) {
        let mut n_vain = 0;
        for turn in 0..ROUNDS {
            let open = self.open(turn);
            let found = !open.is_empty() && self.find(&open, Means::WithheldOnly);
            n_vain = if found { 0 } else { n_vain + 1 };
            if n_vain == VAIN_ROUNDS {
                break;
            }
        }
    }

    /// Targets without a witness. By turns they are those of both ways, those that must rise and
    /// those that must fall: a total that must fall is in the way of a part that must rise.
    fn open(&self, turn: usize) -> Vec<usize> {
        let is_open = |at: &usize| {
            let target = self.targets[*at];
            let is_of_turn = match turn % 3 {
                0 => target.is_up == is_first_way(target.count, turn / 3),
                1 => target.is_up,
                _ => !target.is_up,
            };
            is_of_turn && target.witness.is_none()
        };
        (0..self.targets.len()).filter(is_open).collect()
    }

    /// Withholds what it takes for a target; whether it has a witness then.
    fn serve(&mut self, target: usize) -> bool {
        if !self.find(&[target], Means::Any) {
            // What errors of the solver have grown to is left behind.
            self.of_all = None;
            self.find(&[target], Means::Any);
        }
        self.is_served(target)
    }

    /// One linear program: moves targets as far as they need; whether any got there.
    fn find(&mut self, open: &[usize], means: Means) -> bool {
        let mut target_of = vec![None; self.counts.len()];
        for at in open {
            target_of[self.targets[*at].count] = Some(self.targets[*at]);
        }
        let price = |search: &Self, at: usize| {
            let n = float(search.counts[at].count);
            match target_of[at] {
                Some(target) if target.is_up => Price::up(n, REWARD, target.need),
                Some(_) => Price::down(n, REWARD),
                None if !search.is_fixed(at) => Price::each(n, 0.0),
                None if means == Means::Any => Price::each(n, search.counts[at].worth),
                None => Price::STAYS,
            }
        };
        let change = match means {
            Means::Any => {
                let new = || Changes::new(self.counts.len(), &self.sums);
                let mut changes = self.of_all.take().unwrap_or_else(new);
                let change = changes.cheapest(|at| price(self, at));
                self.of_all = Some(changes);
                change
            }
            Means::WithheldOnly => {
                let known = self.of_withheld.take();
                let (mut changes, which) = known.unwrap_or_else(|| self.changes_of_withheld());
                let of_some = changes.cheapest(|at| price(self, which[at]));
                let mut change = vec![0.0; self.counts.len()];
                for (at, moved) in which.iter().zip(of_some) {
                    change[*at] = moved;
                }
                self.of_withheld = Some((changes, which));
                change
            }
        };
        self.holds(&change, means) && self.take(&change)
    }

    /// Changes of what is not shown, and which counts these are.
    fn changes_of_withheld(&self) -> (Changes, Vec<usize>) {
        let which: Vec<usize> = (0..self.counts.len())
            .filter(|at| !self.is_fixed(*at))
            .collect();
        let mut place = vec![usize::MAX; self.counts.len()];
        for (at, count) in which.iter().enumerate() {
            place[*count] = at;
        }
        let unknown = |sum: &Sum| {
            let terms = sum.iter().map(|(at, sign)| (place[*at], *sign));
            terms.filter(|(at, _)| *at < usize::MAX).collect()
        };
        let sums: Vec<Sum> = self.sums.iter().map(unknown).collect();
        (Changes::new(which.len(), &sums), which)
    }

    /// Whether a change is one, and no error of the solver.
    fn holds(&self, change: &[f64], means: Means) -> bool {
        let is_allowed = |(at, change): (usize, &f64)| match self.is_fixed(at) {
            true if means == Means::WithheldOnly => change.abs() < NOTHING,
            _ => *change > -float(self.counts[at].count) - NOTHING,
        };
        let is_held = |sum: &Sum| {
            let signed =
                |(at, sign): &(usize, i64)| if *sign < 0 { -change[*at] } else { change[*at] };
            sum.iter().map(signed).sum::<f64>().abs() < NOTHING
        };
        change.iter().enumerate().all(is_allowed) && self.sums.iter().all(is_held)
    }

    /// Notes a witness, if any target needs it, and withholds what it moves.
    fn take(&mut self, change: &[f64]) -> bool {
        let next = self.witnesses.len();
        let mut any = false;
        for target in self
            .targets
            .iter_mut()
            .filter(|target| target.witness.is_none())
        {
            let moved = change[target.count];
            let moved = if target.is_up { moved } else { -moved };
            if moved > target.need - NOTHING {
                target.witness = Some(next);
                any = true;
            }
        }
        if any {
            let moved = (0..change.len()).filter(|at| change[*at].abs() > NOTHING);
            let moved: Vec<usize> = moved.collect();
            for at in &moved {
                if self.is_fixed(*at) {
                    self.withheld[*at] = true;
                    self.of_withheld = None;
                }
            }
            self.witnesses.push(moved);
        }
        any
    }

    /// Shows again what no witness needs, the most worth first.
    fn show_again_what_can_be(&mut self) {
        let is_more = |at: &usize| self.withheld[*at] && !self.is_small[*at];
        let mut more: Vec<usize> = (0..self.counts.len()).filter(is_more).collect();
        more.sort_by(|a, b| self.counts[*b].worth.total_cmp(&self.counts[*a].worth));
        let mut n_shown = 0;
        for count in more {
            n_shown += usize::from(self.show_again(count));
            if n_shown == SHOWN_AT_ONCE {
                n_shown = 0;
                self.of_withheld = None;
            }
        }
    }

    /// Shows a count again, if there are witnesses without it.
    fn show_again(&mut self, count: usize) -> bool {
        let before = self.targets.clone();
        let moves = |witness: usize| self.witnesses[witness].binary_search(&count).is_ok();
        let is_hit = |at: &usize| self.targets[*at].witness.is_some_and(moves);
        let mut hit: Vec<usize> = (0..self.targets.len()).filter(is_hit).collect();
        // Those beside it fail first.
        let beside = self.sums_of[count].iter().flat_map(|sum| &self.sums[*sum]);
        let beside: Vec<usize> = beside.map(|(at, _)| *at).collect();
        hit.sort_by_key(|at| !beside.contains(&self.targets[*at].count));
        for at in &hit {
            self.targets[*at].witness = None;
        }
        self.withheld[count] = false;
        let mut is_free = |at: &usize| {
            self.is_served(*at) || self.find(&[*at], Means::WithheldOnly) && self.is_served(*at)
        };
        if hit.iter().all(&mut is_free) {
            return true;
        }
        self.withheld[count] = true;
        for (target, before) in self.targets.iter_mut().zip(before) {
            target.witness = target.witness.or(before.witness);
        }
        false
    }
}

/// Which of two ways a count goes in a round, so that over the rounds any two go apart.
const fn is_first_way(at: usize, turn: usize) -> bool {
    let mixed = (at + 1).wrapping_mul(0x9e37_79b9) >> 7;
    ((mixed >> (turn % 8)) ^ (turn / 8)).is_multiple_of(2)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
const fn float(n: u64) -> f64 {
    n as f64
}
