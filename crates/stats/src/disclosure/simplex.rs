//! The simplex method for sums that are 0: from numbers that are all 0 to the cheapest ones.
//!
//! Counts that hold every sum differ from the true ones by a change in which every sum is 0. No
//! change is one of them, so the search begins at a solution, and each step of it is one. The
//! matrix is kept whole: it has few columns that are not empty, and each entry is a small number.

/// Entries below this are 0.
const TINY: f64 = 1e-9;
/// A cost below this is none.
const CHEAP: f64 = 1e-7;
/// By how much a bound is moved at most, so that no step stands still.
const NUDGE: f64 = 1e-6;

/// The cheapest of all numbers from 0 to a limit whose sums are 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    costs: Vec<f64>,
    limits: Vec<f64>,
    sums: Vec<Vec<(usize, f64)>>,
}

impl Program {
    /// A number from 0 to a limit, and what a unit of it costs.
    pub(super) fn add(&mut self, cost: f64, limit: f64) -> usize {
        self.costs.push(cost);
        self.limits.push(limit);
        self.costs.len() - 1
    }

    /// A sum that is 0.
    pub(super) fn add_sum(&mut self, terms: Vec<(usize, f64)>) {
        if !terms.is_empty() {
            self.sums.push(terms);
        }
    }

    /// The numbers. Costs must be bounded below; where the search takes too long, they are those
    /// that it came to, which hold the sums too.
    ///
    /// # References
    /// Chvátal, 1983, "Linear Programming", chapter 8: the simplex method with bounds; chapter 3 on
    /// moving bounds a little against cycles.
    pub(super) fn solve(&self) -> Vec<f64> {
        let mut tableau = Tableau::new(self);
        let n_steps = 20 * (self.costs.len() + self.sums.len());
        for _ in 0..n_steps {
            if !tableau.step() {
                break;
            }
        }
        tableau.numbers()
    }
}

struct Tableau {
    rows: Vec<Vec<f64>>,
    /// What a unit more of each number costs, all else following.
    costs: Vec<f64>,
    least: Vec<f64>,
    most: Vec<f64>,
    /// The number that each row gives, and its value.
    basis: Vec<(usize, f64)>,
    is_basic: Vec<bool>,
    /// Whether a number outside the basis is at its limit, and not at its least.
    is_high: Vec<bool>,
}

impl Tableau {
    fn new(program: &Program) -> Self {
        let n = program.costs.len();
        let mut tableau = Self {
            rows: Vec::with_capacity(program.sums.len()),
            costs: program.costs.clone(),
            least: vec![0.0; n],
            most: program.limits.clone(),
            basis: Vec::new(),
            is_basic: vec![false; n],
            is_high: vec![false; n],
        };
        for sum in &program.sums {
            let mut row = vec![0.0; n];
            for (at, sign) in sum {
                row[*at] += sign;
            }
            tableau.add_row(row);
        }
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for (at, _) in &tableau.basis {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let nudge = NUDGE * (1.0 + f64::from((state >> 40) as u32) / 16_777_216.0) / 2.0;
            tableau.least[*at] = -nudge;
            tableau.most[*at] += nudge;
        }
        tableau
    }

    /// Adds a sum, in terms of the numbers outside the basis; one that says nothing new is left
    /// out.
    fn add_row(&mut self, mut row: Vec<f64>) {
        for (known, (at, _)) in self.rows.iter().zip(&self.basis) {
            let factor = row[*at];
            if factor.abs() > TINY {
                subtract(&mut row, &entries(known), factor);
            }
        }
        let free = (0..row.len()).filter(|at| row[*at].abs() > TINY);
        // The one with the widest limits can follow the others furthest.
        let pivot = free.max_by(|a, b| self.most[*a].total_cmp(&self.most[*b]));
        let Some(pivot) = pivot else {
            return;
        };
        let scale = row[pivot];
        row.iter_mut().for_each(|entry| *entry /= scale);
        let of_row = entries(&row);
        for known in &mut self.rows {
            let factor = known[pivot];
            if factor.abs() > TINY {
                subtract(known, &of_row, factor);
            }
        }
        let factor = self.costs[pivot];
        if factor.abs() > 0.0 {
            subtract(&mut self.costs, &of_row, factor);
        }
        self.is_basic[pivot] = true;
        self.basis.push((pivot, 0.0));
        self.rows.push(row);
    }

    /// One step to cheaper numbers; whether there was any.
    fn step(&mut self) -> bool {
        let Some(entering) = self.entering() else {
            return false;
        };
        let way = if self.is_high[entering] { -1.0 } else { 1.0 };
        let mut farthest = self.most[entering] - self.least[entering];
        let mut leaving: Option<(usize, f64)> = None;
        for (at, row) in self.rows.iter().enumerate() {
            let slope = row[entering] * way;
            let (number, value) = self.basis[at];
            let room = match slope {
                s if s > TINY => (value - self.least[number]) / s,
                s if s < -TINY => (self.most[number] - value) / -s,
                _ => continue,
            };
            let is_nearer = room < farthest - TINY
                || (room <= farthest + TINY && leaving.is_some_and(|(_, s)| slope.abs() > s.abs()));
            if is_nearer {
                farthest = room.max(0.0);
                leaving = Some((at, slope));
            }
        }
        if farthest == f64::INFINITY {
            return false;
        }
        for (row, (_, value)) in self.rows.iter().zip(&mut self.basis) {
            *value -= row[entering] * way * farthest;
        }
        let Some((at, slope)) = leaving else {
            self.is_high[entering] = !self.is_high[entering];
            return true;
        };
        let start = match self.is_high[entering] {
            true => self.most[entering],
            false => self.least[entering],
        };
        let (left, _) = self.basis[at];
        self.is_high[left] = slope < 0.0;
        self.is_basic[left] = false;
        self.is_basic[entering] = true;
        self.basis[at] = (entering, start + way * farthest);
        self.pivot(at, entering);
        true
    }

    /// The number that makes the greatest difference.
    fn entering(&self) -> Option<usize> {
        let gain = |at: usize| match self.is_high[at] {
            true => self.costs[at],
            false => -self.costs[at],
        };
        let free = (0..self.costs.len()).filter(|at| !self.is_basic[*at] && gain(*at) > CHEAP);
        free.max_by(|a, b| gain(*a).total_cmp(&gain(*b)))
    }

    fn pivot(&mut self, at: usize, entering: usize) {
        let mut row = std::mem::take(&mut self.rows[at]);
        let scale = row[entering];
        row.iter_mut().for_each(|entry| *entry /= scale);
        let of_row = entries(&row);
        for other in &mut self.rows {
            let factor = other.get(entering).copied().unwrap_or_default();
            if factor.abs() > TINY {
                subtract(other, &of_row, factor);
            }
        }
        let factor = self.costs[entering];
        subtract(&mut self.costs, &of_row, factor);
        self.rows[at] = row;
    }

    fn numbers(&self) -> Vec<f64> {
        let at_bound = |at: usize| match self.is_high[at] {
            true => self.most[at],
            false => self.least[at],
        };
        let mut numbers: Vec<f64> = (0..self.costs.len()).map(at_bound).collect();
        for (at, value) in &self.basis {
            numbers[*at] = *value;
        }
        numbers
    }
}

/// The entries of a row that are not 0: few, since a count is in few sums.
fn entries(row: &[f64]) -> Vec<(usize, f64)> {
    let entries = row.iter().copied().enumerate();
    entries.filter(|(_, entry)| *entry != 0.0).collect()
}

/// Subtracts a multiple of the entries of a row.
fn subtract(from: &mut [f64], entries: &[(usize, f64)], factor: f64) {
    for (at, other) in entries {
        let entry = &mut from[*at];
        *entry -= factor * other;
        if entry.abs() < TINY {
            *entry = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheapest_way_is_found() {
        // One unit is wanted of `goal`, which the cheap way gives 3 of, and the dear one the rest.
        let mut program = Program::default();
        let goal = program.add(-10.0, 5.0);
        let cheap = program.add(1.0, 3.0);
        let dear = program.add(4.0, f64::INFINITY);
        let too_dear = program.add(11.0, f64::INFINITY);
        program.add_sum(vec![
            (goal, 1.0),
            (cheap, -1.0),
            (dear, -1.0),
            (too_dear, -1.0),
        ]);
        // Said twice, it says nothing new.
        program.add_sum(vec![
            (goal, 2.0),
            (cheap, -2.0),
            (dear, -2.0),
            (too_dear, -2.0),
        ]);
        let found = program.solve();
        for (at, expected) in [(goal, 5.0), (cheap, 3.0), (dear, 2.0), (too_dear, 0.0)] {
            assert!((found[at] - expected).abs() < 1e-4, "{found:?}");
        }
    }

    #[test]
    fn a_gain_that_costs_more_is_left() {
        let mut program = Program::default();
        let goal = program.add(-1.0, 5.0);
        let dear = program.add(2.0, f64::INFINITY);
        program.add_sum(vec![(goal, 1.0), (dear, -1.0)]);
        assert!(program.solve().iter().all(|n| n.abs() < 1e-4));
    }
}
