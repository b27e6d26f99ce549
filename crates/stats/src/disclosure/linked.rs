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
use super::simplex::Program;
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

/// Counts, and the sums of them that are 0.
#[derive(Clone, Debug, Default)]
pub struct LinkedCounts {
    counts: Vec<LinkedCount>,
    sums: Vec<Sum>,
    sums_of: Vec<Vec<usize>>,
}

/// How far a count is known to be able to move.
#[derive(Clone, Copy, Debug, Default)]
struct Reach {
    down: f64,
    up: f64,
}

/// Which way a count is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Down,
    Up,
}

/// Whether a search may withhold more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    WithheldOnly,
    Any,
}

/// Changes below this are rounding of the solver.
const NOTHING: f64 = 1e-4;
/// How much more a unit of protection is worth than any count.
const REWARD: f64 = 1e5;
/// Rounds of a search for many witnesses at once.
const ROUNDS: usize = 24;

/// How many of the nearest counts are searched for those that no neighbourhood serves.
const AROUND: [usize; 2] = [600, 1500];

/// The variables of one search: those whose value adds to a change, with the sign.
type Moves = Vec<(usize, Vec<(usize, f64)>)>;

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
    /// # Arguments
    /// `tiers`: sets of counts, in groups that are searched for witnesses one after the other;
    /// small sets are fast. In each group what is withheld is searched before what is shown. The
    /// last resort is to withhold all that a count is tied to.
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
    pub fn withhold(&self, rule: SmallCells, tiers: &[Vec<Vec<usize>>]) -> Vec<bool> {
        let mut search = Search::new(self, rule);
        for neighbourhoods in tiers {
            for means in [Means::WithheldOnly, Means::Any] {
                for near in neighbourhoods {
                    search.serve(near, means);
                }
            }
        }
        for near in tiers.iter().rev().take(2).rev().flatten() {
            search.serve_each(near);
        }
        search.serve_around();
        search.withhold_what_is_near(tiers);
        search.withheld
    }

    /// Numbers of counts and of sums, for those who report on them.
    pub fn size(&self) -> (usize, usize) {
        (self.counts.len(), self.sums.len())
    }
}

/// Which of two ways a count goes in a round, so that over the rounds any two go apart.
const fn is_first_way(at: usize, turn: usize) -> bool {
    let mixed = (at + 1).wrapping_mul(0x9e37_79b9) >> 7;
    ((mixed >> (turn % 8)) ^ (turn / 8)).is_multiple_of(2)
}

/// A search for witnesses, with what it found.
struct Search<'a> {
    linked: &'a LinkedCounts,
    /// What each sensitive count must reach, from its value; nothing for the others.
    needs: Vec<Option<Reach>>,
    reach: Vec<Reach>,
    withheld: Vec<bool>,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
const fn float(n: u64) -> f64 {
    n as f64
}

impl<'a> Search<'a> {
    fn new(linked: &'a LinkedCounts, rule: SmallCells) -> Self {
        let need = |count: &LinkedCount| {
            let is_of_people = count.shown != Shown::Bound;
            (is_of_people && rule.withholds(count.count)).then(|| Reach {
                down: float(count.count),
                up: float(rule.threshold() - count.count),
            })
        };
        let needs: Vec<Option<Reach>> = linked.counts.iter().map(need).collect();
        Self {
            linked,
            reach: vec![Reach::default(); needs.len()],
            withheld: needs.iter().map(Option::is_some).collect(),
            needs,
        }
    }

    fn missing(&self, at: usize, way: Way) -> f64 {
        let Some(need) = self.needs[at] else {
            return 0.0;
        };
        let missing = match way {
            Way::Down => need.down - self.reach[at].down,
            Way::Up => need.up - self.reach[at].up,
        };
        if missing > NOTHING { missing } else { 0.0 }
    }

    /// The counts among some that still need a way, with that way. By turns they are those of both
    /// ways, those that must rise and those that must fall: a total that must fall is in the way of
    /// a part that must rise.
    fn open(&self, near: &[usize], turn: usize) -> Vec<(usize, Way)> {
        let way = |at: usize| {
            let (down, up) = (self.missing(at, Way::Down), self.missing(at, Way::Up));
            match (down > 0.0, up > 0.0, turn % 3) {
                (true, false, 0 | 2) | (true, true, 2) => Some(Way::Down),
                (false, true, 0 | 1) | (true, true, 1) => Some(Way::Up),
                (true, true, _) if is_first_way(at, turn / 3) => Some(Way::Down),
                (true, true, _) => Some(Way::Up),
                _ => None,
            }
        };
        near.iter()
            .filter_map(|at| Some((*at, way(*at)?)))
            .collect()
    }

    /// Looks for witnesses that move nothing but some counts.
    fn serve(&mut self, near: &[usize], means: Means) {
        let mut n_vain = 0;
        for turn in 0..ROUNDS {
            if n_vain == 3 {
                break;
            }
            let open = self.open(near, turn);
            n_vain = match !open.is_empty() && self.find(near, &open, means) {
                true => 0,
                false => n_vain + 1,
            };
        }
    }

    /// Looks for a witness for each count that has none: some stand in each other's way.
    fn serve_each(&mut self, near: &[usize]) {
        for way in [Way::Down, Way::Up] {
            for at in near {
                if self.missing(*at, way) > 0.0 {
                    self.find(near, &[(*at, way)], Means::Any);
                }
            }
        }
    }

    /// One linear program: moves the open counts as far as they need; whether any got further.
    fn find(&mut self, near: &[usize], open: &[(usize, Way)], means: Means) -> bool {
        let mut problem = Program::default();
        let mut is_near = vec![false; self.linked.counts.len()];
        let mut moves: Moves = Vec::new();
        let mut place = vec![usize::MAX; self.linked.counts.len()];
        let mut ways = vec![None; self.linked.counts.len()];
        for (at, way) in open {
            ways[*at] = Some(*way);
        }
        for at in near {
            let variables = self.variables(&mut problem, *at, ways[*at], means);
            if !variables.is_empty() {
                is_near[*at] = true;
                place[*at] = moves.len();
                moves.push((*at, variables));
            }
        }
        let mut is_said = vec![false; self.linked.sums.len()];
        for (at, _) in &moves {
            for sum in &self.linked.sums_of[*at] {
                if std::mem::replace(&mut is_said[*sum], true) {
                    continue;
                }
                let terms = self.linked.sums[*sum].iter();
                let terms = terms.filter(|(count, _)| is_near[*count]);
                let terms = terms.flat_map(|(count, sign)| {
                    let sign = if *sign < 0 { -1.0 } else { 1.0 };
                    let of_count = &moves[place[*count]].1;
                    of_count.iter().map(move |(v, s)| (*v, s * sign))
                });
                let terms: Vec<(usize, f64)> = terms.collect();
                problem.add_sum(terms);
            }
        }
        let solution = problem.solve();
        let changes = moves.iter().map(|(at, variables)| {
            let parts = variables.iter();
            (*at, parts.map(|(v, s)| solution[*v] * s).sum())
        });
        let changes: Vec<(usize, f64)> = changes.collect();
        self.take(&changes)
    }

    /// The variables that a count's change is the sum of; none where it stays.
    fn variables(
        &self,
        problem: &mut Program,
        at: usize,
        way: Option<Way>,
        means: Means,
    ) -> Vec<(usize, f64)> {
        let count = &self.linked.counts[at];
        let n = float(count.count);
        let is_free = self.withheld[at] || count.shown != Shown::Told;
        let lots = f64::INFINITY;
        match way {
            Some(Way::Up) => vec![
                (
                    problem.add(-REWARD, self.missing(at, Way::Up) + self.reach[at].up),
                    1.0,
                ),
                (problem.add(0.0, lots), 1.0),
                (problem.add(REWARD, n), -1.0),
            ],
            Some(Way::Down) => vec![
                (problem.add(-REWARD, n), -1.0),
                (problem.add(REWARD, lots), 1.0),
            ],
            None if is_free => vec![(problem.add(0.01, lots), 1.0), (problem.add(0.01, n), -1.0)],
            None if means == Means::Any => vec![
                (problem.add(count.worth, lots), 1.0),
                (problem.add(count.worth, n), -1.0),
            ],
            None => Vec::new(),
        }
    }

    /// Notes how far counts moved, and withholds those that did; whether any got further that had
    /// to.
    fn take(&mut self, changes: &[(usize, f64)]) -> bool {
        let mut any = false;
        for (at, change) in changes {
            if self.needs[*at].is_some() {
                let reach = self.reach[*at];
                any |= *change > reach.up + NOTHING && self.missing(*at, Way::Up) > 0.0;
                any |= -*change > reach.down + NOTHING && self.missing(*at, Way::Down) > 0.0;
            }
        }
        if any {
            for (at, change) in changes {
                let reach = &mut self.reach[*at];
                reach.up = reach.up.max(*change);
                reach.down = reach.down.max(-*change);
                let is_told = self.linked.counts[*at].shown == Shown::Told;
                if change.abs() > NOTHING && is_told {
                    self.withheld[*at] = true;
                }
            }
        }
        any
    }

    /// Looks for a witness for each count that has none among all that is near it, however it is
    /// tied.
    fn serve_around(&mut self) {
        for at in 0..self.linked.counts.len() {
            for way in [Way::Down, Way::Up] {
                for size in AROUND {
                    if self.missing(at, way) > 0.0 {
                        self.find(&self.around(at, size), &[(at, way)], Means::Any);
                    }
                }
            }
        }
    }

    /// The counts nearest to one by the sums that they are in.
    fn around(&self, at: usize, size: usize) -> Vec<usize> {
        let mut seen = vec![false; self.linked.counts.len()];
        seen[at] = true;
        let mut near = vec![at];
        let mut next = 0;
        while next < near.len() && near.len() < size {
            for sum in &self.linked.sums_of[near[next]] {
                for (other, _) in &self.linked.sums[*sum] {
                    if !std::mem::replace(&mut seen[*other], true) {
                        near.push(*other);
                    }
                }
            }
            next += 1;
        }
        near
    }

    /// Withholds all that an unserved count is tied to, and so on: with nothing shown, nothing is
    /// known.
    fn withhold_what_is_near(&mut self, tiers: &[Vec<Vec<usize>>]) {
        let all: Vec<usize> = (0..self.linked.counts.len()).collect();
        loop {
            let unserved = self.open(&all, 0);
            let mut any = false;
            for (at, _) in unserved {
                any |= self.withhold_around(at);
            }
            if !any {
                return;
            }
            for near in tiers.iter().flatten() {
                self.serve(near, Means::WithheldOnly);
            }
        }
    }

    /// Withholds the counts of the sums that a withheld count is in, as far as they are shown.
    fn withhold_around(&mut self, at: usize) -> bool {
        let mut seen = vec![false; self.linked.counts.len()];
        let mut ring = vec![at];
        seen[at] = true;
        while !ring.is_empty() {
            let mut next = Vec::new();
            let mut any = false;
            for at in ring {
                for sum in &self.linked.sums_of[at] {
                    for (other, _) in &self.linked.sums[*sum] {
                        let is_told = self.linked.counts[*other].shown == Shown::Told;
                        if is_told && !self.withheld[*other] {
                            self.withheld[*other] = true;
                            any = true;
                        }
                        if !std::mem::replace(&mut seen[*other], true) {
                            next.push(*other);
                        }
                    }
                }
            }
            if any {
                return true;
            }
            ring = next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Zeros;

    fn told(count: u64) -> LinkedCount {
        LinkedCount {
            count,
            shown: Shown::Told,
            worth: 1.0 + float(count) / 10.0,
        }
    }

    fn whole(linked: &LinkedCounts) -> Vec<Vec<Vec<usize>>> {
        vec![vec![(0..linked.size().0).collect()]]
    }

    /// How little and how much a count can be, given what is shown.
    fn range(linked: &LinkedCounts, withheld: &[bool], at: usize) -> (f64, f64) {
        const LOTS: f64 = 1e3;
        let solve = |sign: f64| {
            let mut problem = Program::default();
            let mut moves: Vec<Vec<(usize, f64)>> = Vec::new();
            for (other, count) in linked.counts.iter().enumerate() {
                let is_known = count.shown == Shown::Told && !withheld[other];
                let cost = if other == at { sign } else { 0.0 };
                moves.push(match is_known {
                    true => Vec::new(),
                    false => vec![
                        (problem.add(-cost, LOTS), 1.0),
                        (problem.add(cost, float(count.count)), -1.0),
                    ],
                });
            }
            for sum in &linked.sums {
                let terms = sum.iter().flat_map(|(other, sign)| {
                    let sign = if *sign < 0 { -1.0 } else { 1.0 };
                    moves[*other].iter().map(move |(v, s)| (*v, s * sign))
                });
                problem.add_sum(terms.collect());
            }
            let solution = problem.solve();
            let change: f64 = moves[at].iter().map(|(v, s)| solution[*v] * s).sum();
            float(linked.counts[at].count) + change
        };
        (solve(-1.0), solve(1.0))
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
        let withheld = linked.withhold(SmallCells::default(), &whole(&linked));
        assert_eq!(withheld, [true, false, true, false]);
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
        let withheld = linked.withhold(SmallCells::default(), &whole(&linked));
        assert!(withheld[..8].iter().any(|is_withheld| *is_withheld));
        assert_safe(&linked, &withheld);
    }

    #[test]
    fn tables_of_three_dimensions_are_safe_and_keep_what_they_can() {
        for seed in 0..20_u64 {
            let (linked, n_small) = cube(seed, [5, 2, 4]);
            let withheld = linked.withhold(SmallCells::default(), &whole(&linked));
            assert_safe(&linked, &withheld);
            let n_withheld = withheld.iter().filter(|w| **w).count();
            assert!(n_withheld >= n_small, "{seed}");
            // The grand total is never needed.
            assert!(!withheld[withheld.len() - 1], "{seed}");
        }
    }

    #[test]
    fn a_small_total_is_withheld_with_all_that_tells_it() {
        let counts = [1, 2, 0, 3].map(told).to_vec();
        let sums = vec![vec![(0, 1), (1, 1), (2, 1), (3, -1)]];
        let linked = LinkedCounts::try_new(counts, sums).unwrap();
        let withheld = linked.withhold(SmallCells::default(), &whole(&linked));
        assert_eq!(withheld[..2], [true, true]);
        assert!(withheld[3]);
        assert_safe(&linked, &withheld);
        // Where even 0 tells of people, it is withheld too.
        let rule = SmallCells::try_new(5, Zeros::Protect).unwrap();
        assert_eq!(linked.withhold(rule, &whole(&linked)), [true; 4]);
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
