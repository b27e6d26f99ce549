//! What can a reader conclude about a withheld count?

use super::network::{Change, Network, UNBOUNDED};
use super::table::{CountTable, State};

/// What the published counts and totals say about a count that is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditedCell {
    /// Its row; the number of rows for a column's total.
    pub row: usize,
    /// Its column; the number of columns for a row's total.
    pub column: usize,
    /// Why it is withheld.
    pub state: State,
    /// The least that it can be.
    pub min: u64,
    /// The most that it can be; `None` where nothing bounds it.
    pub max: Option<u64>,
}

impl AuditedCell {
    /// Whether a reader can work the count out.
    pub fn is_recomputable(&self) -> bool {
        self.max == Some(self.min)
    }

    /// How far apart the least and the most are; `None` where nothing bounds the most.
    pub fn width(&self) -> Option<u64> {
        Some(self.max? - self.min)
    }
}

impl CountTable {
    /// What a reader can conclude about each count that is withheld.
    ///
    /// # Definition
    /// The least and the most that the count is in any table of whole numbers, none negative, that
    /// has the published counts and totals. Exact: such a table is a circulation of a network, and
    /// the range a greatest flow.
    ///
    /// # Limits
    /// The reader is taken to know nothing but the table: no count of his own, no other table, no
    /// rule by which it was withheld.
    ///
    /// # References
    /// Cox, 1995, "Network models for complementary cell suppression", Journal of the American
    /// Statistical Association, doi:10.1080/01621459.1995.10476660.
    pub fn audit(&self) -> Vec<AuditedCell> {
        let network = Network::of(self);
        let withheld = |at: &usize| self.cells()[*at].state.is_withheld();
        (0..self.cells().len())
            .filter(withheld)
            .map(|at| {
                let cell = self.cells()[at];
                let (row, column) = self.place(at);
                let down = network.slack(self, at, Change::Lower, UNBOUNDED);
                let up = network.slack(self, at, Change::Raise, UNBOUNDED);
                AuditedCell {
                    row,
                    column,
                    state: cell.state,
                    min: cell.count - down,
                    max: (up < UNBOUNDED).then(|| cell.count + up),
                }
            })
            .collect()
    }

    /// Whether no withheld count can be worked out.
    pub fn is_safe(&self) -> bool {
        let network = Network::of(self);
        (0..self.cells().len())
            .filter(|at| self.cells()[*at].state.is_withheld())
            .all(|at| {
                network.slack(self, at, Change::Raise, 1) > 0
                    || network.slack(self, at, Change::Lower, 1) > 0
            })
    }
}
