//! The simplex method for changes that leave sums as they are: from no change to the cheapest one.
//!
//! Counts that hold every sum differ from the true ones by a change in which every sum is 0. No
//! change is one of them, so the search begins at a solution, and each step of it is one. Some
//! counts follow from the others; which ones is kept from search to search, since the sums stay
//! the same.

use super::linear::Sum;

/// Entries below this are 0.
const TINY: f64 = 1e-7;
/// Too small to divide by.
const SMALL: f64 = 1e-5;
/// A gain below this is none.
const CHEAP: f64 = 1e-7;
/// By how much a bend is moved at most, so that no step stands still.
const NUDGE: f64 = 1e-6;
/// Steps after which what follows from what is worked out anew, so that no error grows.
const FRESH: usize = 700;

/// What a change of a count costs: straight between bends, `lowest ≤ low ≤ 0 ≤ high`, and nothing
/// goes below the lowest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Price {
    bends: [f64; 3],
    highest: f64,
    slopes: [f64; 3],
}

impl Price {
    /// A count that stays.
    pub(super) const STAYS: Self = Self {
        bends: [0.0; 3],
        highest: 0.0,
        slopes: [0.0; 3],
    };

    /// A count of `n` that costs as much for each unit that it moves.
    pub(super) const fn each(n: f64, cost: f64) -> Self {
        Self {
            bends: [-n, 0.0, 0.0],
            highest: f64::INFINITY,
            slopes: [-cost, 0.0, cost],
        }
    }

    /// A count of `n` that gains for each unit that it rises, until `enough`.
    pub(super) const fn up(n: f64, gain: f64, enough: f64) -> Self {
        Self {
            bends: [-n, -n, enough],
            highest: f64::INFINITY,
            slopes: [-gain, -gain, 0.0],
        }
    }

    /// A count of `n` that gains for each unit that it falls.
    pub(super) const fn down(n: f64, gain: f64) -> Self {
        Self {
            bends: [-n, -n, f64::INFINITY],
            highest: f64::INFINITY,
            slopes: [gain; 3],
        }
    }

    /// The same with the bends a little outside.
    fn nudged(self, by: [f64; 2]) -> Self {
        let [lowest, low, high] = self.bends;
        let low = low - by[0];
        Self {
            bends: [
                if lowest < low { lowest - by[1] } else { low },
                low,
                high + by[1],
            ],
            highest: self.highest + by[1],
            slopes: self.slopes,
        }
    }

    /// What a unit more costs at a value.
    fn above(&self, at: f64) -> f64 {
        let [lowest, low, high] = self.bends;
        match at {
            at if at >= self.highest => f64::INFINITY,
            at if at >= high => self.slopes[2],
            at if at >= low => self.slopes[1],
            at if at >= lowest => self.slopes[0],
            _ => f64::NEG_INFINITY,
        }
    }

    /// What a unit less saves at a value.
    fn below(&self, at: f64) -> f64 {
        let [lowest, low, high] = self.bends;
        match at {
            at if at <= lowest => f64::NEG_INFINITY,
            at if at <= low => self.slopes[0],
            at if at <= high => self.slopes[1],
            at if at <= self.highest => self.slopes[2],
            _ => f64::INFINITY,
        }
    }

    /// The bends from a part on, going up or down: each with the part behind it, and by how much
    /// the slope grows there.
    fn ahead(&self, part: usize, is_up: bool) -> impl Iterator<Item = (f64, usize, f64)> {
        let [lowest, low, high] = self.bends;
        let [a, b, c] = self.slopes;
        let lots = f64::INFINITY;
        let up = [(low, 1, b - a), (high, 2, c - b), (self.highest, 3, lots)];
        let down = [(high, 1, c - b), (low, 0, b - a), (lowest, 3, lots)];
        let (all, n_passed) = match is_up {
            true => (up, part),
            false => (down, 2 - part),
        };
        all.into_iter().skip(n_passed)
    }
}

/// The entries of a row that are not 0.
type Row = Vec<(usize, f64)>;

/// Where a count stands: what it follows from, or free.
#[derive(Clone, Copy, Debug)]
enum Place {
    Row(usize),
    Slot(usize),
}

/// Changes of counts that hold all sums.
pub(super) struct Changes {
    sums: Vec<Vec<(usize, f64)>>,
    /// Counts that follow from others, as sums of slots.
    rows: Vec<Vec<f64>>,
    of_row: Vec<usize>,
    of_slot: Vec<usize>,
    places: Vec<Place>,
    prices: Vec<Price>,
    nudges: Vec<[f64; 2]>,
    values: Vec<f64>,
    /// The part of its price in which a count that follows is.
    parts: Vec<usize>,
    /// What a unit more of each slot costs by what follows from it.
    costs: Vec<f64>,
    n_pivots: usize,
}

/// A bend on the way of a step.
struct Bend {
    after: f64,
    growth: f64,
    count: usize,
    part: usize,
    at: f64,
}

impl Changes {
    /// Changes of `n` counts that hold sums.
    pub(super) fn new(n: usize, sums: &[Sum]) -> Self {
        let sign = |sign: i64| if sign < 0 { -1.0 } else { 1.0 };
        let sum = |sum: &Sum| sum.iter().map(|(at, s)| (*at, sign(*s))).collect();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut nudge = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            NUDGE * (1.0 + f64::from((state >> 40) as u32) / 16_777_216.0) / 2.0
        };
        let nudges = (0..n).map(|_| [nudge(), nudge()]).collect();
        let mut changes = Self {
            sums: sums.iter().map(sum).collect(),
            rows: Vec::new(),
            of_row: Vec::new(),
            of_slot: Vec::new(),
            places: (0..n).map(Place::Slot).collect(),
            prices: vec![Price::STAYS; n],
            nudges,
            values: vec![0.0; n],
            parts: vec![1; n],
            costs: Vec::new(),
            n_pivots: 0,
        };
        changes.renew();
        changes
    }

    /// Works out anew what follows from what; what followed before still does.
    fn renew(&mut self) {
        let n = self.values.len();
        let follows = |place: &Place| matches!(place, Place::Row(_));
        let followed: Vec<bool> = self.places.iter().map(follows).collect();
        // While it is worked out, the slots are the counts themselves.
        self.rows = Vec::new();
        self.of_row = Vec::new();
        self.places = (0..n).map(Place::Slot).collect();
        for at in 0..self.sums.len() {
            self.add_sum(at, &followed);
        }
        self.n_pivots = 0;
        // Then they are those that are left.
        self.of_slot = Vec::new();
        for (count, place) in self.places.iter_mut().enumerate() {
            if let Place::Slot(slot) = place {
                *slot = self.of_slot.len();
                self.of_slot.push(count);
            }
        }
        for row in &mut self.rows {
            *row = self.of_slot.iter().map(|count| row[*count]).collect();
        }
    }

    /// One count of a sum follows from the others.
    fn add_sum(&mut self, at: usize, followed: &[bool]) {
        let mut sum = vec![0.0; self.values.len()];
        for (count, sign) in &self.sums[at] {
            match self.places[*count] {
                Place::Slot(slot) => sum[slot] += sign,
                Place::Row(row) => add_to(&mut sum, &entries(&self.rows[row]), *sign),
            }
        }
        let sum = entries(&sum);
        // A total, or else one that comes late, as those who are left over do.
        let total = self.sums[at].last().map(|(count, _)| *count);
        let rank = |(slot, factor): &(usize, f64)| match followed[*slot] {
            true => (factor.abs(), false, 0),
            false => (0.0, Some(*slot) == total, *slot),
        };
        let is_less = |a: &&(usize, f64), b: &&(usize, f64)| {
            let ((f, is_total, slot), other) = (rank(a), rank(b));
            f.total_cmp(&other.0)
                .then((is_total, slot).cmp(&(other.1, other.2)))
        };
        let pivots = sum.iter().filter(|(_, factor)| factor.abs() > SMALL);
        let Some((pivot, factor)) = pivots.max_by(is_less).copied() else {
            return;
        };
        let others = sum.iter().filter(|(slot, _)| *slot != pivot);
        let others: Row = others.map(|(slot, f)| (*slot, -f / factor)).collect();
        self.substitute(pivot, &others);
        self.places[pivot] = Place::Row(self.rows.len());
        self.of_row.push(pivot);
        let mut row = vec![0.0; self.values.len()];
        add_to(&mut row, &others, 1.0);
        self.rows.push(row);
    }

    /// Puts a sum in the place of a slot in all rows.
    fn substitute(&mut self, slot: usize, by: &Row) {
        for row in &mut self.rows {
            let factor = row.get(slot).copied().unwrap_or_default();
            if factor != 0.0 {
                row[slot] = 0.0;
                add_to(row, by, factor);
            }
        }
    }

    /// The cheapest change, or the best that it came to; whole where nothing else is needed.
    ///
    /// # References
    /// Chvátal, 1983, "Linear Programming", chapter 8: the simplex method with bounds; chapter 3 on
    /// moving bounds a little against cycles. Fourer, 1985, "A simplex algorithm for
    /// piecewise-linear programming", Mathematical Programming, doi:10.1007/BF01585653.
    pub(super) fn cheapest(&mut self, prices: impl Fn(usize) -> Price) -> Vec<f64> {
        let n = self.values.len();
        self.prices = (0..n)
            .map(|at| prices(at).nudged(self.nudges[at]))
            .collect();
        self.values = vec![0.0; n];
        self.parts = vec![1; n];
        self.sum_costs();
        for _ in 0..20 * n {
            if self.n_pivots > FRESH {
                self.refresh();
            }
            if !self.step() {
                break;
            }
        }
        self.numbers()
    }

    /// What slots cost by what follows from them.
    fn sum_costs(&mut self) {
        self.costs = vec![0.0; self.of_slot.len()];
        for (row, count) in self.rows.iter().zip(&self.of_row) {
            let slope = self.prices[*count].slopes[self.parts[*count]];
            if slope != 0.0 {
                add_to(&mut self.costs, &entries(row), slope);
            }
        }
    }

    /// Works all out anew but where the free counts stand.
    fn refresh(&mut self) {
        self.renew();
        for (row, count) in self.rows.iter().zip(&self.of_row) {
            let values = entries(row).into_iter();
            let values = values.map(|(slot, f)| f * self.values[self.of_slot[slot]]);
            self.values[*count] = values.sum();
        }
        self.sum_costs();
    }

    /// One step to a cheaper change; whether there was any.
    fn step(&mut self) -> bool {
        let Some((slot, is_up, gain)) = self.entering() else {
            return false;
        };
        let entering = self.of_slot[slot];
        let way = if is_up { 1.0 } else { -1.0 };
        let (mut bends, column) = self.bends(slot, way);
        bends.sort_by(|a, b| a.after.total_cmp(&b.after));
        let mut slope = -gain;
        let mut last = None;
        let mut part = self.part_ahead(entering, is_up);
        for bend in &bends {
            slope += bend.growth;
            if slope >= -CHEAP {
                last = Some(bend);
                break;
            }
            match bend.count == entering {
                true => part = bend.part,
                false => self.pass(bend),
            }
        }
        let Some(last) = last else {
            // Nothing ends it, which no price allows.
            return false;
        };
        let far = last.after;
        for (row, factor) in &column {
            self.values[self.of_row[*row]] += factor * way * far;
        }
        self.values[entering] += way * far;
        self.values[last.count] = last.at;
        if let Place::Row(row) = self.places[last.count] {
            self.pivot(row, slot, part, &column);
        }
        true
    }

    /// The slot that makes the greatest difference, its way, and what a unit gains.
    fn entering(&self) -> Option<(usize, bool, f64)> {
        let mut best = None;
        let mut most = CHEAP;
        for (slot, cost) in self.costs.iter().enumerate() {
            let count = self.of_slot[slot];
            let (price, value) = (&self.prices[count], self.values[count]);
            let (up, down) = (-(cost + price.above(value)), cost + price.below(value));
            let gain = up.max(down);
            if gain > most {
                most = gain;
                best = Some((slot, up >= down, gain));
            }
        }
        best
    }

    /// The bends that a slot comes to on its way, and the rows that it is in.
    fn bends(&self, slot: usize, way: f64) -> (Vec<Bend>, Row) {
        let column = self.rows.iter().map(|row| row[slot]).enumerate();
        let column: Row = column.filter(|(_, factor)| *factor != 0.0).collect();
        let mut bends = Vec::new();
        let mut add = |count: usize, part: usize, rate: f64| {
            let (price, value) = (&self.prices[count], self.values[count]);
            for (at, part, growth) in price.ahead(part, rate > 0.0) {
                if growth > 0.0 && at.is_finite() {
                    bends.push(Bend {
                        after: ((at - value) / rate).max(0.0),
                        growth: growth * rate.abs(),
                        count,
                        part,
                        at,
                    });
                }
            }
        };
        for (row, factor) in column.iter().filter(|(_, factor)| factor.abs() > SMALL) {
            let count = self.of_row[*row];
            add(count, self.parts[count], factor * way);
        }
        let entering = self.of_slot[slot];
        let part = self.part_ahead(entering, way > 0.0);
        add(entering, part, way);
        (bends, column)
    }

    /// The part of its price into which a free count goes.
    fn part_ahead(&self, count: usize, is_up: bool) -> usize {
        let (price, value) = (&self.prices[count], self.values[count]);
        let [_, low, high] = price.bends;
        match is_up {
            true => usize::from(value >= low) + usize::from(value >= high),
            false => usize::from(value > low) + usize::from(value > high),
        }
    }

    /// Goes past a bend: what follows costs more from there.
    fn pass(&mut self, bend: &Bend) {
        let Place::Row(row) = self.places[bend.count] else {
            return;
        };
        let slopes = self.prices[bend.count].slopes;
        let growth = slopes[bend.part] - slopes[self.parts[bend.count]];
        add_to(&mut self.costs, &entries(&self.rows[row]), growth);
        self.parts[bend.count] = bend.part;
    }

    /// The count of a row becomes free, and that of a slot follows, in a part of its price.
    fn pivot(&mut self, row: usize, slot: usize, part: usize, column: &Row) {
        let (leaving, entering) = (self.of_row[row], self.of_slot[slot]);
        let old = entries(&std::mem::take(&mut self.rows[row]));
        let slope = self.prices[leaving].slopes[self.parts[leaving]];
        if slope != 0.0 {
            add_to(&mut self.costs, &old, -slope);
        }
        let factor = old
            .iter()
            .find(|(at, _)| *at == slot)
            .map_or(1.0, |(_, f)| *f);
        let scaled = |(at, f): &(usize, f64)| match *at == slot {
            true => (*at, 1.0 / factor),
            false => (*at, -f / factor),
        };
        let new: Row = old.iter().map(scaled).collect();
        for (other, factor) in column.iter().filter(|(other, _)| *other != row) {
            self.rows[*other][slot] = 0.0;
            add_to(&mut self.rows[*other], &new, *factor);
        }
        let cost = std::mem::take(&mut self.costs[slot]);
        add_to(&mut self.costs, &new, cost);
        self.parts[entering] = part;
        let slope = self.prices[entering].slopes[part];
        if slope != 0.0 {
            add_to(&mut self.costs, &new, slope);
        }
        let mut row_of_entering = vec![0.0; self.of_slot.len()];
        add_to(&mut row_of_entering, &new, 1.0);
        self.rows[row] = row_of_entering;
        self.of_row[row] = entering;
        self.of_slot[slot] = leaving;
        self.places[entering] = Place::Row(row);
        self.places[leaving] = Place::Slot(slot);
        self.n_pivots += 1;
    }

    /// The change, without the nudges.
    fn numbers(&self) -> Vec<f64> {
        let mut numbers = vec![0.0; self.values.len()];
        for count in &self.of_slot {
            numbers[*count] = self.values[*count].round();
        }
        for (row, count) in self.rows.iter().zip(&self.of_row) {
            let change: f64 = entries(row)
                .iter()
                .map(|(slot, f)| f * numbers[self.of_slot[*slot]])
                .sum();
            let whole = change.round();
            let is_whole = (change - whole).abs() < 1e-6;
            numbers[*count] = if is_whole { whole } else { change };
        }
        numbers
    }
}

fn entries(row: &[f64]) -> Row {
    let entries = row.iter().copied().enumerate();
    entries.filter(|(_, entry)| *entry != 0.0).collect()
}

/// Adds a multiple of a row.
fn add_to(to: &mut [f64], row: &Row, factor: f64) {
    for (at, other) in row {
        let entry = &mut to[*at];
        *entry += factor * other;
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
        // Five units are wanted of the total, which the cheap part gives 3 of, and the dear one the
        // rest. A sum that is said twice says nothing new.
        let sum = vec![(0, -1), (1, 1), (2, 1), (3, -1)];
        let mut changes = Changes::new(4, &[sum.clone(), sum]);
        let prices = [
            Price::down(5.0, 10.0),
            Price::each(3.0, 1.0),
            Price::each(9.0, 4.0),
            Price::each(9.0, 11.0),
        ];
        assert_eq!(changes.cheapest(|at| prices[at]), [-5.0, -3.0, -2.0, 0.0]);
        // The next search begins where the last one ended.
        let rise = |at: usize| [Price::up(5.0, 10.0, 4.0), prices[1], prices[2], prices[3]][at];
        assert_eq!(changes.cheapest(rise), [4.0, 4.0, 0.0, 0.0]);
    }

    #[test]
    fn a_gain_that_costs_more_is_left() {
        let mut changes = Changes::new(2, &[vec![(0, 1), (1, -1)]]);
        let prices = [Price::up(1.0, 1.0, 5.0), Price::each(7.0, 2.0)];
        assert_eq!(changes.cheapest(|at| prices[at]), [0.0, 0.0]);
    }

    #[test]
    fn what_stays_is_in_the_way() {
        let sums = [vec![(0, 1), (1, 1), (2, -1)], vec![(1, 1), (3, 1), (4, -1)]];
        let mut changes = Changes::new(5, &sums);
        let prices = [
            Price::down(3.0, 1.0),
            Price::each(4.0, 0.0),
            Price::STAYS,
            Price::each(2.0, 0.0),
            Price::STAYS,
        ];
        assert_eq!(
            changes.cheapest(|at| prices[at]),
            [-2.0, 2.0, 0.0, -2.0, 0.0]
        );
    }

    #[test]
    fn working_all_out_anew_changes_nothing() {
        let sums = [vec![(0, 1), (1, 1), (2, -1)], vec![(1, 1), (3, 1), (4, -1)]];
        let mut changes = Changes::new(5, &sums);
        let price = |at: usize| match at {
            0 => Price::up(3.0, 1.0, 2.0),
            _ => Price::each(4.0, 0.0),
        };
        let before = changes.cheapest(price);
        changes.refresh();
        assert_eq!(changes.numbers(), before);
        assert_eq!(changes.cheapest(price)[0], 2.0);
    }
}
