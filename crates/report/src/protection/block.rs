//! The tables of counts that are protected: one for each combination of the columns that a count
//! lies `within`.

use std::collections::BTreeMap;

use kohort_stats::disclosure::{CountTable, Margins, SmallCells, State};

use crate::Error;
use crate::definition::{Protect, Table};
use crate::rows::{Estimate, Rows, Value};

/// A name and a value of what a count is of.
pub(super) type Pair = (String, String);

/// The cells of one protected number in one table of counts.
pub(super) struct Block<'a> {
    pub(super) table: &'a Table,
    pub(super) protect: &'a Protect,
    /// The column that is withheld: a count, or an estimate for the sake of its events.
    pub(super) column: &'a str,
    /// What is counted: counts of the same and of the same number are one.
    pub(super) family: String,
    pub(super) counts: CountTable,
    /// The row of the table's rows that holds each cell.
    pub(super) rows: BTreeMap<(usize, usize), usize>,
    /// The dimensions' values by index: those of `by`, without totals.
    values: [Vec<String>; 2],
    within: Vec<Pair>,
}

/// What blocks are made from.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, 'r> {
    pub(super) table: &'a Table,
    pub(super) protect: &'a Protect,
    pub(super) column: &'a str,
    /// The number of each row; nothing where the row has none.
    pub(super) counts: &'r [Option<u64>],
    pub(super) rows: &'r Rows,
}

impl<'a> Source<'a, '_> {
    /// The rows that have a number, by the values of the columns that it lies within.
    pub(super) fn combinations(&self) -> BTreeMap<Vec<Pair>, Vec<usize>> {
        let mut combinations: BTreeMap<Vec<Pair>, Vec<usize>> = BTreeMap::new();
        for row in (0..self.rows.len()).filter(|row| self.counts[*row].is_some()) {
            let of = |name: &String| (name.clone(), key_at(self.rows, row, name));
            let combination = self.protect.within.iter().map(of).collect();
            combinations.entry(combination).or_default().push(row);
        }
        combinations
    }

    fn count(&self, row: usize) -> u64 {
        self.counts[row].unwrap_or_default()
    }

    /// The block of some rows; `totals` mark the totals of its dimensions.
    pub(super) fn block(
        &self,
        family: String,
        within: Vec<Pair>,
        chosen: &[usize],
        totals: &[String],
    ) -> Result<Block<'a>, Error> {
        let mut values: [Vec<String>; 2] = Default::default();
        let mut places = Vec::with_capacity(chosen.len());
        for (at, row) in chosen.iter().enumerate() {
            places.push([0, 1].map(|d| self.place(totals, at, *row, d, &mut values[d])));
        }
        let shape = [values[0].len().max(1), values[1].len().max(1)];
        let mut cells: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (at, row) in chosen.iter().enumerate() {
            let [r, c] = [0, 1].map(|d| places[at][d].unwrap_or(shape[d]));
            if cells.insert((r, c), *row).is_some() {
                return Err(self.said_twice(*row));
            }
        }
        let mut inner = vec![0; shape[0] * shape[1]];
        for ((r, c), row) in &cells {
            if *r < shape[0] && *c < shape[1] {
                inner[r * shape[1] + c] = self.count(*row);
            }
        }
        let is_total = |test: fn(bool, bool) -> bool| {
            cells
                .keys()
                .any(|(r, c)| test(*r == shape[0], *c == shape[1]))
        };
        let margins = Margins {
            rows: is_total(|r, c| !r && c),
            columns: is_total(|r, c| r && !c),
            all: is_total(|r, c| r && c),
        };
        let counts = CountTable::try_new(shape[0], shape[1], &inner, margins)
            .map_err(|error| Error::data(&self.table.id, error.to_string()))?;
        Ok(Block {
            table: self.table,
            protect: self.protect,
            column: self.column,
            family,
            counts,
            rows: cells,
            values,
            within,
        })
    }

    fn said_twice(&self, row: usize) -> Error {
        let by = self.protect.by.iter();
        let names: Vec<String> = by
            .map(|name| format!("{name} `{}`", key_at(self.rows, row, name)))
            .collect();
        let message = format!("two rows for {} of `{}`", names.join(", "), self.column);
        Error::Data {
            table: self.table.id.clone(),
            message,
            hint: Some("name the column that tells them apart in `within`".into()),
        }
    }

    /// Where a row lies in a dimension; `None` for its total.
    fn place(
        &self,
        totals: &[String],
        at: usize,
        row: usize,
        dimension: usize,
        values: &mut Vec<String>,
    ) -> Option<usize> {
        let Some(name) = self.protect.by.get(dimension) else {
            // Without any dimension, each row is a count of its own.
            if dimension == 0 {
                values.push(at.to_string());
                return Some(at);
            }
            return Some(0);
        };
        let key = key_at(self.rows, row, name);
        let total = totals.get(dimension);
        if total.is_some_and(|total| !total.is_empty() && *total == key) {
            return None;
        }
        let known = values.iter().position(|value| *value == key);
        Some(known.unwrap_or_else(|| {
            values.push(key);
            values.len() - 1
        }))
    }

    /// The first total that is not the sum of its parts: its cell, what it is, and their sum.
    pub(super) fn wrong_total(&self, block: &Block<'_>) -> Option<((usize, usize), u64, u64)> {
        block.rows.iter().find_map(|(cell, row)| {
            let found = self.count(*row);
            let sum = block.count(*cell);
            (sum != found).then_some((*cell, found, sum))
        })
    }
}

/// The blocks of a protected count.
///
/// # Errors
/// A count that is NULL, two rows for one cell, totals that are not the sums of their parts, or a
/// part that is more than what it is a part of.
pub(super) fn blocks_of<'a>(
    table: &'a Table,
    protect: &'a Protect,
    rows: &Rows,
    rule: SmallCells,
) -> Result<Vec<Block<'a>>, Error> {
    let counts = (0..rows.len()).map(|row| count_at(table, rows, row, &protect.count).map(Some));
    let counts: Vec<Option<u64>> = counts.collect::<Result<_, Error>>()?;
    let source = Source {
        table,
        protect,
        column: &protect.count,
        counts: &counts,
        rows,
    };
    // A count without a family shares its numbers with nobody.
    let family = protect.family.clone();
    let family = family.unwrap_or_else(|| format!("{} of {}", protect.count, table.id));
    let mut blocks = Vec::new();
    for (within, chosen) in source.combinations() {
        let mut block = source.block(family.clone(), within, &chosen, &protect.totals)?;
        if let Some((cell, found, sum)) = source.wrong_total(&block) {
            return Err(not_the_sum(&block, cell, found, sum));
        }
        withhold_parts(&mut block, rows, rule)?;
        blocks.push(block);
    }
    Ok(blocks)
}

/// A total that is not the sum of its parts would make every conclusion about them wrong.
fn not_the_sum(block: &Block<'_>, cell: (usize, usize), found: u64, sum: u64) -> Error {
    let which = block.describe(cell);
    let count = block.column;
    Error::Data {
        table: block.table.id.clone(),
        message: format!("`{count}` of {which} is {found}, and its parts sum to {sum}"),
        hint: Some(
            "give the unknown a value of their own, or leave `totals` empty for a count that \
             cannot be summed"
                .into(),
        ),
    }
}

/// Withholds counts so great a part of those that they are of that few are left over.
fn withhold_parts(block: &mut Block<'_>, rows: &Rows, rule: SmallCells) -> Result<(), Error> {
    let Some(of) = &block.protect.of else {
        return Ok(());
    };
    for (cell, row) in &block.rows {
        let n = block.count(*cell);
        let all = count_at(block.table, rows, *row, of)?;
        if n > all {
            let message = format!("`{}` is {n}, of only {all} `{of}`", block.column);
            return Err(Error::data(&block.table.id, message));
        }
        if rule.withholds_part(n, all) {
            block.counts.withhold(cell.0, cell.1);
        }
    }
    Ok(())
}

impl Block<'_> {
    /// All cells, totals and absent ones too.
    pub(super) fn cells(&self) -> Vec<(usize, usize)> {
        let (rows, columns) = (self.counts.n_rows(), self.counts.n_columns());
        (0..=rows)
            .flat_map(|r| (0..=columns).map(move |c| (r, c)))
            .collect()
    }

    pub(super) fn state(&self, cell: (usize, usize)) -> State {
        let cell = self.counts.cell(cell.0, cell.1);
        cell.map_or(State::Absent, |cell| cell.state)
    }

    pub(super) fn count(&self, cell: (usize, usize)) -> u64 {
        let cell = self.counts.cell(cell.0, cell.1);
        cell.map_or(0, |cell| cell.count)
    }

    /// Whether a cell is a total, shown or not.
    pub(super) fn is_total(&self, cell: (usize, usize)) -> bool {
        cell.0 == self.counts.n_rows() || cell.1 == self.counts.n_columns()
    }

    /// The cells of each sum that the table tells of, with their signs.
    pub(super) fn sums(&self) -> Vec<Vec<((usize, usize), i64)>> {
        let (rows, columns) = (self.counts.n_rows(), self.counts.n_columns());
        let of_row = |r: usize| {
            let parts = (0..columns).map(move |c| ((r, c), 1));
            parts.chain([((r, columns), -1)]).collect()
        };
        let of_column = |c: usize| {
            let parts = (0..rows).map(move |r| ((r, c), 1));
            parts.chain([((rows, c), -1)]).collect()
        };
        (0..=rows)
            .map(of_row)
            .chain((0..=columns).map(of_column))
            .collect()
    }

    /// What a cell counts: names and values in order, without those that stand for all; `totals`
    /// are the values that stand for all in the whole report.
    pub(super) fn key(&self, cell: (usize, usize), totals: &BTreeMap<String, String>) -> Vec<Pair> {
        let mut pairs = self.within.clone();
        let fixed = self.protect.fixed.iter();
        pairs.extend(fixed.map(|(name, value)| (name.clone(), value.clone())));
        for (d, at) in [cell.0, cell.1].into_iter().enumerate() {
            if let (Some(name), Some(value)) = (self.protect.by.get(d), self.values[d].get(at)) {
                pairs.push((name.clone(), value.clone()));
            }
        }
        let own = self.protect.by.iter().zip(&self.protect.totals);
        let own: Vec<(&String, &String)> = own.filter(|(_, total)| !total.is_empty()).collect();
        pairs.retain(|(name, value)| !own.contains(&(name, value)));
        for (name, _) in &mut pairs {
            if let Some(alias) = self.protect.aliases.get(name) {
                name.clone_from(alias);
            }
        }
        pairs.retain(|(name, value)| !name.is_empty() && totals.get(name) != Some(value));
        pairs.sort();
        pairs
    }

    /// A cell in words.
    pub(super) fn describe(&self, cell: (usize, usize)) -> String {
        let name = |d: usize, at: usize| {
            let name = self.protect.by.get(d)?;
            let value = self.values[d].get(at).or(self.protect.totals.get(d))?;
            Some(format!("{name} `{value}`"))
        };
        let within = self.within.iter();
        let within = within.map(|(name, value)| format!("{name} `{value}`"));
        let names: Vec<String> = [name(0, cell.0), name(1, cell.1)]
            .into_iter()
            .flatten()
            .chain(within)
            .collect();
        names.join(", ")
    }
}

/// The value of a column in a row, to tell rows apart by.
pub(super) fn key_at(rows: &Rows, row: usize, name: &str) -> String {
    let column = rows.index(name);
    column
        .map(|column| rows.value(row, column).key())
        .unwrap_or_default()
}

/// A count of a row.
pub(super) fn count_at(table: &Table, rows: &Rows, row: usize, name: &str) -> Result<u64, Error> {
    let value = rows.index(name).map(|column| rows.value(row, column));
    match value {
        Some(Value::Whole(count)) if *count >= 0 => Ok(count.unsigned_abs()),
        Some(Value::Estimate(estimate)) => Ok(events_of(estimate)),
        // An estimate of nobody.
        Some(Value::Missing) if table.column(name).is_some_and(|c| c.kind.is_measure()) => Ok(0),
        _ => Err(Error::Data {
            table: table.id.clone(),
            message: format!("`{name}` is NULL in row {}", row + 1),
            hint: Some("a protected count is a number; write coalesce(…, 0) for none".into()),
        }),
    }
}

/// The events that an estimate rests on; none where it does not say.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "events are whole, not negative and small"
)]
fn events_of(estimate: &Estimate) -> u64 {
    estimate.events.map_or(0, |events| events.round() as u64)
}
