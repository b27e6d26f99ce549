//! Withholding more counts, until those that must be withheld cannot be worked out.

use super::network::{Change, Network};
use super::primary::SmallCells;
use super::table::{CountTable, State};

/// What it costs to withhold a count, whatever its size.
const COST_OF_COUNT: u64 = 1_000;
/// What each doubling of a count adds: of two, the smaller one is withheld.
const COST_OF_DOUBLING: u64 = 50;
/// How many counts a total of a row or column is worth.
const TOTAL_IN_COUNTS: u64 = 100;
/// How many counts the total of all is worth.
const TOTAL_OF_ALL_IN_COUNTS: u64 = 10_000;

/// How many counts a table withholds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protection {
    /// For their own sake.
    pub n_primary: usize,
    /// So that others cannot be worked out.
    pub n_complementary: usize,
}

impl CountTable {
    /// Withholds what a rule withholds, totals too, and then as much more as it takes.
    ///
    /// # Definition
    /// Every small count is withheld. For each of them (and each that [`CountTable::withhold`]
    /// named), counts along the cheapest cycle of the network of totals are withheld too, until the
    /// range that a reader can conclude is at least as wide as the threshold. Cheap is: few counts,
    /// small ones before great ones, totals last.
    ///
    /// # Interpretation
    /// Afterwards no withheld count can be worked out, from any sums and differences of what is
    /// shown. The two kinds must look the same to a reader: who sees which counts are small ones
    /// knows more about them than the rest of the table says.
    ///
    /// # Limits
    /// Not the least number of counts that would do: that is a hard problem, and the small tables
    /// of reports do not need it. Who knows one of the counts, being one of those counted, may
    /// conclude more about its neighbour.
    ///
    /// # References
    /// Kelly, Golden and Assad, 1992, "Cell suppression: disclosure protection for sensitive
    /// tabular data", Networks, doi:10.1002/net.3230220407. Cox, 1995,
    /// doi:10.1080/01621459.1995.10476660.
    pub fn protect(&mut self, rule: SmallCells) -> Protection {
        for cell in self.cells_mut() {
            if cell.state == State::Published && rule.withholds(cell.count) {
                cell.state = State::Primary;
            }
        }
        let network = Network::of(self);
        let mut primary: Vec<usize> = (0..self.cells().len())
            .filter(|at| self.cells()[*at].state == State::Primary)
            .collect();
        // The largest first: what it takes with it often protects the smaller ones.
        primary.sort_by_key(|at| (std::cmp::Reverse(self.cells()[*at].count), *at));
        for at in primary {
            self.widen(&network, at, rule.threshold());
        }
        self.protection()
    }

    /// How many counts are withheld.
    pub fn protection(&self) -> Protection {
        let count = |state| self.cells().iter().filter(|c| c.state == state).count();
        Protection {
            n_primary: count(State::Primary),
            n_complementary: count(State::Complementary),
        }
    }

    /// Withholds others until the range of one is `width` wide, or nothing widens it further.
    fn widen(&mut self, network: &Network, at: usize, width: u64) {
        for amount in (1..=width).rev() {
            for change in [Change::Raise, Change::Lower] {
                while !self.is_wide(network, at, width) {
                    let cost = |arc| self.cost(arc);
                    let cycle = network.cheapest_cycle(self, at, change, amount, cost);
                    let withheld = cycle.is_some_and(|cycle| self.withhold_all(&cycle));
                    if !withheld {
                        break;
                    }
                }
            }
        }
    }

    fn is_wide(&self, network: &Network, at: usize, width: u64) -> bool {
        let up = network.slack(self, at, Change::Raise, width);
        up >= width || up + network.slack(self, at, Change::Lower, width - up) >= width
    }

    /// Withholds those of some cells that are shown; whether there were any.
    fn withhold_all(&mut self, cells: &[usize]) -> bool {
        let mut any = false;
        for &at in cells {
            let state = &mut self.cells_mut()[at].state;
            if *state == State::Published {
                *state = State::Complementary;
                any = true;
            }
        }
        any
    }

    fn cost(&self, at: usize) -> u64 {
        let cell = self.cells()[at];
        if cell.state.is_unknown() {
            return 0;
        }
        let doublings = u64::from(cell.count.checked_ilog2().map_or(0, |log| log + 1));
        let cost = COST_OF_COUNT + COST_OF_DOUBLING * doublings;
        let (row, column) = self.place(at);
        match (row == self.n_rows(), column == self.n_columns()) {
            (false, false) => cost,
            (true, true) => cost * TOTAL_OF_ALL_IN_COUNTS,
            _ => cost * TOTAL_IN_COUNTS,
        }
    }
}
