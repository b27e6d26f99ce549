//! A table with totals as a network in which the counts are flows.
//!
//! Each sum of a table with rows, columns and totals is a node, and each count flows out of one
//! node into another: an inner count from its column to its row, a row's total from the row to the
//! node of all rows, the total of all from there to the node of all columns, and a column's total
//! back to its column. What goes in comes out, and that is all that the totals say. So the other
//! tables that a reader cannot tell from the true one are exactly the other circulations that keep
//! the published flows, and the range of a withheld count is a greatest flow, in whole numbers.
//!
//! Ahuja, Magnanti and Orlin, 1993, "Network Flows"; Cox, 1995, "Network models for complementary
//! cell suppression", JASA, doi:10.1080/01621459.1995.10476660.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::table::CountTable;

/// More than any count: a flow that nothing bounds.
pub(super) const UNBOUNDED: u64 = 1 << 62;

/// One way to change the flows: an arc, raised or lowered.
#[derive(Clone, Copy, Debug)]
struct Step {
    arc: usize,
    is_raised: bool,
    to: usize,
}

/// The network of a table.
#[derive(Debug)]
pub(super) struct Network {
    /// The nodes that each cell flows between.
    ends: Vec<(usize, usize)>,
    /// The steps from each node.
    steps: Vec<Vec<Step>>,
}

/// Whether a cell is to become greater or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Raise,
    Lower,
}

impl Network {
    pub(super) fn of(table: &CountTable) -> Self {
        let (rows, columns) = (table.n_rows(), table.n_columns());
        let (all_rows, all_columns) = (rows + columns, rows + columns + 1);
        let row_node = |row: usize| if row < rows { row } else { all_columns };
        let column_node = |column: usize| match column < columns {
            true => rows + column,
            false => all_rows,
        };
        let ends: Vec<(usize, usize)> = (0..table.cells().len())
            .map(|at| match table.place(at) {
                (row, column) if row == rows && column == columns => (all_rows, all_columns),
                // A column's total comes from the node of all columns.
                (row, column) if row == rows => (all_columns, column_node(column)),
                // A row's total goes to the node of all rows.
                (row, column) if column == columns => (row_node(row), all_rows),
                (row, column) => (column_node(column), row_node(row)),
            })
            .collect();
        let mut steps = vec![Vec::new(); rows + columns + 2];
        for (arc, &(from, to)) in ends.iter().enumerate() {
            let step = |is_raised, to| Step { arc, is_raised, to };
            steps[from].push(step(true, to));
            steps[to].push(step(false, from));
        }
        Self { ends, steps }
    }

    /// Where a change of `arc` must be carried back: from the first node to the second.
    fn way_back(&self, arc: usize, change: Change) -> (usize, usize) {
        let (from, to) = self.ends[arc];
        match change {
            Change::Raise => (to, from),
            Change::Lower => (from, to),
        }
    }

    /// By how much a count can change while every known one stays, at most `enough`.
    pub(super) fn slack(&self, table: &CountTable, arc: usize, change: Change, enough: u64) -> u64 {
        let counts = table.cells();
        let enough = match change {
            Change::Raise => enough,
            Change::Lower => enough.min(counts[arc].count),
        };
        let mut flows: Vec<u64> = counts.iter().map(|cell| cell.count).collect();
        let (source, target) = self.way_back(arc, change);
        let mut total = 0;
        while total < enough {
            let room = |step: &Step| match counts[step.arc].state.is_unknown() && step.arc != arc {
                true if step.is_raised => UNBOUNDED,
                true => flows[step.arc],
                false => 0,
            };
            let Some(path) = self.shortest_by_steps(source, target, room) else {
                break;
            };
            let narrowest = path.iter().map(&room).min().unwrap_or_default();
            let amount = narrowest.min(enough - total);
            for step in &path {
                let flow = &mut flows[step.arc];
                *flow = match step.is_raised {
                    true => flow.saturating_add(amount),
                    false => *flow - amount,
                };
            }
            total += amount;
        }
        total
    }

    /// A path with the fewest steps that have room.
    fn shortest_by_steps(
        &self,
        source: usize,
        target: usize,
        room: impl Fn(&Step) -> u64,
    ) -> Option<Vec<Step>> {
        let mut came_by: Vec<Option<Step>> = vec![None; self.steps.len()];
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            if node == target {
                return Some(self.walk_back(source, target, &came_by));
            }
            for step in &self.steps[node] {
                if step.to != source && came_by[step.to].is_none() && room(step) > 0 {
                    came_by[step.to] = Some(*step);
                    queue.push_back(step.to);
                }
            }
        }
        None
    }

    /// The cells of the cheapest cycle that lets a count change by `amount`; `cost` of a cell is
    /// what withholding it costs.
    pub(super) fn cheapest_cycle(
        &self,
        table: &CountTable,
        arc: usize,
        change: Change,
        amount: u64,
        cost: impl Fn(usize) -> u64,
    ) -> Option<Vec<usize>> {
        let counts = table.cells();
        if change == Change::Lower && counts[arc].count < amount {
            return None;
        }
        let (source, target) = self.way_back(arc, change);
        let mut best = vec![u64::MAX; self.steps.len()];
        let mut came_by: Vec<Option<Step>> = vec![None; self.steps.len()];
        let mut heap = BinaryHeap::from([Reverse((0, source))]);
        best[source] = 0;
        while let Some(Reverse((spent, node))) = heap.pop() {
            if node == target {
                let path = self.walk_back(source, target, &came_by);
                return Some(path.iter().map(|step| step.arc).collect());
            }
            if spent > best[node] {
                continue;
            }
            for step in &self.steps[node] {
                let has_room = step.is_raised || counts[step.arc].count >= amount;
                let next = spent.saturating_add(cost(step.arc));
                if step.arc != arc && has_room && next < best[step.to] {
                    best[step.to] = next;
                    came_by[step.to] = Some(*step);
                    heap.push(Reverse((next, step.to)));
                }
            }
        }
        None
    }

    fn walk_back(&self, source: usize, target: usize, came_by: &[Option<Step>]) -> Vec<Step> {
        let mut path = Vec::new();
        let mut node = target;
        while node != source {
            let Some(step) = came_by[node] else { break };
            path.push(step);
            let (from, to) = self.ends[step.arc];
            node = if step.is_raised { from } else { to };
        }
        path
    }
}
