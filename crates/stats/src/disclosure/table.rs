//! Counts in rows and columns with their totals.

use crate::Error;

/// Which totals are shown beside the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margins {
    /// A total for each row.
    pub rows: bool,
    /// A total for each column.
    pub columns: bool,
    /// The total of all.
    pub all: bool,
}

/// Whether a reader sees a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is shown.
    Published,
    /// It is withheld for its own sake.
    Primary,
    /// It is withheld so that another one cannot be worked out.
    Complementary,
    /// It is no part of what is shown.
    Absent,
}

impl State {
    /// Whether a reader has to guess it.
    pub const fn is_unknown(self) -> bool {
        !matches!(self, Self::Published)
    }

    /// Whether it would be shown, had it not been withheld.
    pub const fn is_withheld(self) -> bool {
        matches!(self, Self::Primary | Self::Complementary)
    }
}

/// A count or a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The true number.
    pub count: u64,
    /// Whether it is shown.
    pub state: State,
}

/// A table of counts of one or two dimensions, with totals.
///
/// Rows and columns are counted from 0; the row after the last holds the totals of the columns, the
/// column after the last those of the rows, and the corner the total of all. A table of one
/// dimension has one column, and its only total is that of the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountTable {
    n_rows: usize,
    n_columns: usize,
    cells: Vec<Cell>,
}

impl CountTable {
    /// A table of one dimension, with or without its total.
    ///
    /// # Errors
    /// No counts, or a sum beyond what can be counted.
    pub fn of_list(counts: &[u64], has_total: bool) -> Result<Self, Error> {
        let margins = Margins {
            columns: has_total,
            ..Margins::default()
        };
        Self::try_new(counts.len(), 1, counts, margins)
    }

    /// A table from its inner counts, row by row; the totals are their sums.
    ///
    /// # Errors
    /// No row or no column, another number of counts than rows times columns, or a sum beyond what
    /// can be counted.
    pub fn try_new(
        n_rows: usize,
        n_columns: usize,
        counts: &[u64],
        margins: Margins,
    ) -> Result<Self, Error> {
        if n_rows == 0 || n_columns == 0 || n_rows.checked_mul(n_columns) != Some(counts.len()) {
            let found = format!("{} for {n_rows} by {n_columns}", counts.len());
            return Err(Error::argument(
                "counts",
                "one for each row and column",
                found,
            ));
        }
        let absent = Cell {
            count: 0,
            state: State::Absent,
        };
        let mut table = Self {
            n_rows,
            n_columns,
            cells: vec![absent; (n_rows + 1) * (n_columns + 1)],
        };
        for (at, &count) in counts.iter().enumerate() {
            table.begin(at / n_columns, at % n_columns, count)?;
        }
        let shown = |is_shown| match is_shown {
            true => State::Published,
            false => State::Absent,
        };
        for row in 0..n_rows {
            table.cell_mut(row, n_columns).state = shown(margins.rows);
        }
        for column in 0..n_columns {
            table.cell_mut(n_rows, column).state = shown(margins.columns);
        }
        table.cell_mut(n_rows, n_columns).state = shown(margins.all);
        Ok(table)
    }

    /// Sets an inner count, and adds it to its totals.
    fn begin(&mut self, row: usize, column: usize, count: u64) -> Result<(), Error> {
        let (last_row, last_column) = (self.n_rows, self.n_columns);
        *self.cell_mut(row, column) = Cell {
            count,
            state: State::Published,
        };
        for (row, column) in [
            (row, last_column),
            (last_row, column),
            (last_row, last_column),
        ] {
            let total = self.cell_mut(row, column);
            total.count = total
                .count
                .checked_add(count)
                .filter(|sum| *sum < crate::disclosure::network::UNBOUNDED)
                .ok_or_else(|| Error::argument("counts", "a sum below 2^62", "more"))?;
        }
        Ok(())
    }

    /// Rows without the totals.
    pub const fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Columns without the totals.
    pub const fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// A cell; the totals are at `n_rows` and `n_columns`. `None` outside the table.
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell> {
        let is_inside = row <= self.n_rows && column <= self.n_columns;
        is_inside.then(|| self.cells[self.at(row, column)])
    }

    /// Withholds a cell for a reason outside this table, such as another table that withholds the
    /// same count. One that is absent or outside stays so.
    pub fn withhold(&mut self, row: usize, column: usize) {
        if self
            .cell(row, column)
            .is_some_and(|c| c.state != State::Absent)
        {
            self.cell_mut(row, column).state = State::Primary;
        }
    }

    pub(super) fn cell_mut(&mut self, row: usize, column: usize) -> &mut Cell {
        let at = self.at(row, column);
        &mut self.cells[at]
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn cells_mut(&mut self) -> &mut [Cell] {
        &mut self.cells
    }

    pub(super) const fn at(&self, row: usize, column: usize) -> usize {
        row * (self.n_columns + 1) + column
    }

    /// The row and column of a cell by its index.
    pub(super) const fn place(&self, at: usize) -> (usize, usize) {
        (at / (self.n_columns + 1), at % (self.n_columns + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_the_sums_of_their_parts() {
        let margins = Margins {
            rows: true,
            columns: true,
            all: true,
        };
        let table = CountTable::try_new(2, 3, &[1, 2, 3, 4, 5, 6], margins).unwrap();
        let count = |row, column| table.cell(row, column).map(|cell| cell.count);
        assert_eq!(count(0, 3), Some(6));
        assert_eq!(count(2, 1), Some(7));
        assert_eq!(count(2, 3), Some(21));
        assert_eq!(count(3, 0), None);
    }

    #[test]
    fn a_table_with_the_wrong_number_of_counts_is_refused() {
        assert!(CountTable::try_new(2, 2, &[1, 2, 3], Margins::default()).is_err());
        assert!(CountTable::of_list(&[], true).is_err());
        assert!(CountTable::of_list(&[u64::MAX, 1], true).is_err());
    }
}
