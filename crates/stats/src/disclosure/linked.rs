//! Counts in any number of tables that are linked by sums: which of them must be withheld?
//!
//! [`CountTable`](super::CountTable) knows one table of two dimensions. A publisher has many: by
//! year, sex and region, parts of them, and differences between them. [`LinkedCounts`] takes all
//! counts and all sums that tie them together, whatever tables they stand in.
//!
//! A withheld count is safe when there are other counts, equal in all that is shown, in which it is
//! 0, and others in which it reaches the threshold. Such counts are a *witness*: a change that
//! leaves every sum as it is. A count that is withheld later takes no witness away, so each is
//! looked for once, and what it needs to move is withheld.

use super::linear::Sum;
use super::primary::SmallCells;
use super::witnesses::Search;
use crate::Error;

/// What a reader sees of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Some table shows it, unless it is withheld.
    Told,
    /// No table shows it, but it is a count of people: those who are left over, or lost between
    /// two steps. A small one is protected.
    Implied,
    /// No table shows it and nobody is counted by it; it is only known not to be negative.
    Bound,
}

/// One of many counts that are linked by sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkedCount {
    /// The number.
    pub count: u64,
    /// What a reader sees of it.
    pub shown: Shown,
    /// How much would be missed without it, against other counts.
    pub worth: f64,
}

impl LinkedCount {
    /// Whether it is a count of people that a rule withholds.
    pub(super) const fn is_small(&self, rule: SmallCells) -> bool {
        !matches!(self.shown, Shown::Bound) && rule.withholds(self.count)
    }
}

/// Counts, and the sums of them that are 0.
#[derive(Clone, Debug, Default)]
pub struct LinkedCounts {
    counts: Vec<LinkedCount>,
    sums: Vec<Sum>,
    sums_of: Vec<Vec<usize>>,
}

impl LinkedCounts {
    /// Counts that are tied by `sums`, each of which is 0: a total has the sign of its own, `-1`.
    ///
    /// # Errors
    /// A sum that names a count that is not there, or is not 0.
    pub fn try_new(counts: Vec<LinkedCount>, sums: Vec<Sum>) -> Result<Self, Error> {
        let mut sums_of = vec![Vec::new(); counts.len()];
        for (at, sum) in sums.iter().enumerate() {
            let mut total: i128 = 0;
            for (count, sign) in sum {
                let known = counts
                    .get(*count)
                    .ok_or_else(|| Error::argument("sums", "counts that are there", *count))?;
                total += i128::from(known.count) * i128::from(*sign);
                sums_of[*count].push(at);
            }
            if total != 0 {
                return Err(Error::argument("sums", "0", total));
            }
        }
        Ok(Self {
            counts,
            sums,
            sums_of,
        })
    }

    /// Which counts must be withheld, so that no small count is known more closely than from 0 to
    /// the threshold.
    ///
    /// # Definition
    /// A count `n` that the rule withholds, told or implied, is withheld. Then others are, until
    /// for each of them there are non-negative numbers with the same sums and the same shown counts
    /// in which it is 0, and such in which it is `threshold` or more.
    ///
    /// # Returns
    /// For each count, whether it is withheld.
    ///
    /// # Limits
    /// The numbers of a witness need not be whole: a reader who solves in whole numbers can know a
    /// little more. The choice is good, not the least: that would be an integer program.
    ///
    /// # References
    /// Fischetti and Salazar, 2001, "Solving the cell suppression problem on tabular data with
    /// linear constraints", Management Science, doi:10.1287/mnsc.47.7.1008.9805; Kelly, Golden and
    /// Assad, 1992, "Cell suppression: disclosure protection for sensitive tabular data", Networks,
    /// doi:10.1002/net.3230220407.
    pub fn withhold(&self, rule: SmallCells) -> Vec<bool> {
        let mut withheld = vec![false; self.counts.len()];
        for part in self.parts() {
            let (counts, sums) = self.alone(&part);
            let of_part = Search::new(counts, sums, rule).withhold();
            for (at, is_withheld) in part.into_iter().zip(of_part) {
                withheld[at] = is_withheld;
            }
        }
        withheld
    }

    /// Counts that sums tie together.
    fn parts(&self) -> Vec<Vec<usize>> {
        let mut parts = Vec::new();
        let mut is_seen = vec![false; self.counts.len()];
        for first in 0..self.counts.len() {
            if std::mem::replace(&mut is_seen[first], true) {
                continue;
            }
            let mut part = vec![first];
            let mut next = 0;
            while next < part.len() {
                for (other, _) in self.sums_of[part[next]].iter().flat_map(|s| &self.sums[*s]) {
                    if !std::mem::replace(&mut is_seen[*other], true) {
                        part.push(*other);
                    }
                }
                next += 1;
            }
            part.sort_unstable();
            parts.push(part);
        }
        parts
    }

    /// Some counts and the sums of them, by their places among them.
    fn alone(&self, part: &[usize]) -> (Vec<LinkedCount>, Vec<Sum>) {
        let mut place = vec![usize::MAX; self.counts.len()];
        for (at, count) in part.iter().enumerate() {
            place[*count] = at;
        }
        let is_of_part = |sum: &&Sum| sum.first().is_some_and(|(at, _)| place[*at] < usize::MAX);
        let local = |sum: &Sum| sum.iter().map(|(at, sign)| (place[*at], *sign)).collect();
        let sums = self.sums.iter().filter(is_of_part).map(local);
        let counts = part.iter().map(|at| self.counts[*at]);
        (counts.collect(), sums.collect())
    }

    /// How many counts of tables any choice withholds at least, however it is made.
    ///
    /// # Definition
    /// The small ones, and one more for each of some sums that have none in common: sums in which
    /// what is small or in no table cannot make up for a small count when it moves.
    ///
    /// # Interpretation
    /// What [`withhold`](Self::withhold) withholds beyond it may be needed too: balances over more
    /// than one sum are not counted here.
    pub fn fewest(&self, rule: SmallCells) -> usize {
        let is_told = |at: usize| self.counts[at].shown == Shown::Told;
        let is_small = |at: usize| self.counts[at].is_small(rule);
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for sum in self.sums.iter().filter(|sum| self.needs_more(sum, rule)) {
            let shown = sum.iter().map(|(at, _)| *at);
            sets.push(shown.filter(|at| is_told(*at) && !is_small(*at)).collect());
        }
        sets.sort_by_key(Vec::len);
        let mut is_used = vec![false; self.counts.len()];
        let mut n_more = 0;
        for set in sets {
            if !set.iter().any(|at| is_used[*at]) {
                set.iter().for_each(|at| is_used[*at] = true);
                n_more += 1;
            }
        }
        n_more
            + (0..self.counts.len())
                .filter(|at| is_told(*at) && is_small(*at))
                .count()
    }

    /// Whether some small count of a sum cannot move as far as it must while all stay that need
    /// not be withheld.
    fn needs_more(&self, sum: &Sum, rule: SmallCells) -> bool {
        let room = |at: usize, is_up: bool| {
            let count = &self.counts[at];
            match (count.is_small(rule) || count.shown != Shown::Told, is_up) {
                (false, _) => 0,
                (true, true) => u64::MAX,
                (true, false) => count.count,
            }
        };
        let small = sum.iter().filter(|(at, _)| self.counts[*at].is_small(rule));
        let mut moves = small.flat_map(|(at, sign)| {
            let n = self.counts[*at].count;
            [
                (*at, *sign > 0, rule.threshold().saturating_sub(n)),
                (*at, *sign < 0, n),
            ]
        });
        moves.any(|(at, adds, need)| {
            let others = sum.iter().filter(|(other, _)| *other != at);
            let rooms = others.map(|(other, sign)| room(*other, (*sign < 0) == adds));
            rooms.fold(0, u64::saturating_add) < need
        })
    }

    /// Numbers of counts and of sums, for those who report on them.
    pub fn size(&self) -> (usize, usize) {
        (self.counts.len(), self.sums.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Zeros;
    use crate::disclosure::simplex::{Changes, Price};

    fn told(count: u64) -> LinkedCount {
        LinkedCount {
            count,
            shown: Shown::Told,
            worth: 1.0 + count as f64 / 10.0,
        }
    }

    /// How little and how much a count can be, given what is shown.
    fn range(linked: &LinkedCounts, withheld: &[bool], at: usize) -> (f64, f64) {
        const LOTS: f64 = 1e3;
        let mut changes = Changes::new(linked.counts.len(), &linked.sums);
        let mut solve = |of_target: fn(f64) -> Price| {
            let change = changes.cheapest(|other| {
                let count = linked.counts[other];
                match count.shown == Shown::Told && !withheld[other] {
                    _ if other == at => of_target(count.count as f64),
                    true => Price::STAYS,
                    false => Price::each(count.count as f64, 0.0),
                }
            });
            linked.counts[at].count as f64 + change[at]
        };
        (
            solve(|n| Price::down(n, 1.0)),
            solve(|n| Price::up(n, 1.0, LOTS)),
        )
    }

    #[track_caller]
    fn assert_safe(linked: &LinkedCounts, withheld: &[bool]) {
        for (at, count) in linked.counts.iter().enumerate() {
            if count.shown == Shown::Bound || !(1..5).contains(&count.count) {
                continue;
            }
            let (least, most) = range(linked, withheld, at);
            assert!(
                least < 1e-3 && most > 5.0 - 1e-3,
                "{at}: {count:?} {least} {most}"
            );
        }
    }

    #[test]
    fn a_list_with_its_total_withholds_a_second_count() {
        let counts = [3, 40, 12, 55].map(told).to_vec();
        let sums = vec![vec![(0, 1), (1, 1), (2, 1), (3, -1)]];
        let linked = LinkedCounts::try_new(counts, sums).unwrap();
        let withheld = linked.withhold(SmallCells::default());
        assert_eq!(withheld, [true, false, true, false]);
        assert_eq!(linked.fewest(SmallCells::default()), 2);
        assert_safe(&linked, &withheld);
    }

    #[test]
    fn those_who_are_left_over_are_protected_too() {
        // 79 tests, 70 reported and 8 still waiting: 1 is neither.
        let mut counts = [79, 70, 8, 1, 200, 150, 279, 220].map(told).to_vec();
        counts[3].shown = Shown::Implied;
        let left_over = LinkedCount {
            shown: Shown::Implied,
            ..told(50)
        };
        counts.push(left_over);
        let sums = vec![
            vec![(1, 1), (2, 1), (3, 1), (0, -1)],
            vec![(5, 1), (8, 1), (4, -1)],
            vec![(0, 1), (4, 1), (6, -1)],
            vec![(1, 1), (5, 1), (7, -1)],
        ];
        let linked = LinkedCounts::try_new(counts, sums).unwrap();
        let withheld = linked.withhold(SmallCells::default());
        assert!(withheld[..8].iter().any(|is_withheld| *is_withheld));
        assert_safe(&linked, &withheld);
    }

    #[test]
    fn tables_of_three_dimensions_are_safe_and_keep_what_they_can() {
        for seed in 0..20_u64 {
            let (linked, n_small) = cube(seed, [5, 2, 4]);
            let withheld = linked.withhold(SmallCells::default());
            assert_safe(&linked, &withheld);
            let n_withheld = withheld.iter().filter(|w| **w).count();
            let fewest = linked.fewest(SmallCells::default());
            assert!((n_small..=n_withheld).contains(&fewest), "{seed}");
            // The grand total is never needed.
            assert!(!withheld[withheld.len() - 1], "{seed}");
        }
    }

    #[test]
    fn a_small_total_is_withheld_with_all_that_tells_it() {
        let counts = [1, 2, 0, 3].map(told).to_vec();
        let sums = vec![vec![(0, 1), (1, 1), (2, 1), (3, -1)]];
        let linked = LinkedCounts::try_new(counts, sums).unwrap();
        let withheld = linked.withhold(SmallCells::default());
        assert_eq!(withheld[..2], [true, true]);
        assert!(withheld[3]);
        assert_safe(&linked, &withheld);
        // Where even 0 tells of people, it is withheld too.
        let rule = SmallCells::try_new(5, Zeros::Protect).unwrap();
        assert_eq!(linked.withhold(rule), [true; 4]);
    }

    #[test]
    fn sums_that_are_wrong_are_refused() {
        let counts = [1, 2, 4].map(told).to_vec();
        let wrong = vec![vec![(0, 1), (1, 1), (2, -1)]];
        assert!(LinkedCounts::try_new(counts.clone(), wrong).is_err());
        assert!(LinkedCounts::try_new(counts, vec![vec![(7, 1)]]).is_err());
    }

    /// A cube of small counts with all its totals.
    fn cube(seed: u64, shape: [usize; 3]) -> (LinkedCounts, usize) {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % 12
        };
        let size = shape.map(|n| n + 1);
        let at = |p: [usize; 3]| (p[0] * size[1] + p[1]) * size[2] + p[2];
        let mut n = vec![0_u64; size.iter().product()];
        let mut places = Vec::new();
        for a in 0..size[0] {
            for b in 0..size[1] {
                places.extend((0..size[2]).map(|c| [a, b, c]));
            }
        }
        for p in &places {
            if (0..3).all(|d| p[d] < shape[d]) {
                let count = next();
                for total in 0..8 {
                    let of = [0, 1, 2].map(|d| if total >> d & 1 == 1 { shape[d] } else { p[d] });
                    n[at(of)] += count;
                }
            }
        }
        let mut sums = Vec::new();
        for p in &places {
            for d in (0..3).filter(|d| p[*d] == shape[*d]) {
                let part = |i| {
                    let mut part = *p;
                    part[d] = i;
                    (at(part), 1)
                };
                let parts = (0..shape[d]).map(part);
                sums.push(parts.chain([(at(*p), -1)]).collect());
            }
        }
        let n_small = n.iter().filter(|n| (1..5).contains(*n)).count();
        let counts = n.into_iter().map(told).collect();
        (LinkedCounts::try_new(counts, sums).unwrap(), n_small)
    }
}
