//! Withholding small counts in the tables of a report, and all that is made of them.
//!
//! Each protected count becomes one or several tables of counts: one for each combination of the
//! columns that it lies `within`. Tables that show the same counts (a `family`) withhold the same
//! ones. Counts that the pattern of the lake knows are looked up in it instead, so that all reports
//! of the lake withhold the same. What is withheld is taken out of the rows, so that nothing after
//! this step can show it.

mod block;
mod estimates;
mod family;
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use kohort_stats::disclosure::{SmallCells, Zeros};

use crate::definition::{Column, Definition, DisclosureRules, RestsOn, Table};
use crate::pattern::Pattern;
use crate::rows::{Estimate, Rows, Value};
use crate::{Error, Tables};
use block::{Block, Pair, key_at};
use family::Counts;
use shared::Curve;

/// The cells of each table that are withheld: a row and a column.
type Withheld<'a> = BTreeMap<&'a str, BTreeSet<(usize, &'a str)>>;

/// Withholds what must be withheld in all tables of a report, and says how many cells that were.
///
/// # Errors
/// A count that is NULL, totals that are not the sums of their parts, two rows for one cell, or
/// tables that give each other's withheld counts away whatever is withheld.
pub(crate) fn protect(
    definition: &Definition,
    tables: &mut Tables,
    pattern: Option<&Pattern>,
) -> Result<usize, Error> {
    let rule = rule_of(&definition.disclosure)?;
    let totals = &definition.disclosure.totals;
    let mut blocks = Vec::new();
    let mut of_pattern = Withheld::new();
    let mut curves: BTreeMap<&str, Curve<'_>> = BTreeMap::new();
    for table in definition.tables() {
        let Some(rows) = tables.get(&table.id) else {
            continue;
        };
        for protect in &table.protect {
            let withheld = &mut of_pattern;
            if protect.rounded {
                let of = (pattern, rule);
                let curve = shared::curve(table, protect, rows, totals, of, withheld)?;
                curves.insert(&table.id, curve);
            } else if let Some(pattern) = shared::pattern_of(protect, pattern) {
                let of = (pattern, rule);
                shared::look_up(table, protect, rows, totals, of, withheld)?;
            } else {
                blocks.extend(block::blocks_of(table, protect, rows, rule)?);
            }
        }
        blocks.extend(estimates::blocks_of(table, rows, rule)?);
    }
    let counts = Counts::of(&blocks, totals, rule);
    loop {
        counts.settle(&mut blocks, rule)?;
        if !withhold_what_is_made_of(&mut blocks, &of_pattern) {
            break;
        }
    }
    let mut cells = withheld_cells(&blocks);
    for (table, of_table) in of_pattern {
        cells.entry(table).or_default().extend(of_table);
    }
    let mut of_families = counts.withheld(&blocks);
    of_families.extend(pattern.into_iter().flat_map(Pattern::withheld));
    let none = BTreeSet::new();
    let mut n_withheld = 0;
    for table in definition.tables() {
        if let Some(rows) = tables.get_mut(&table.id) {
            let cells = cells.get(table.id.as_str()).unwrap_or(&none);
            let rests = rests_of(table, rows, &of_families, totals);
            let curve = curves.get(table.id.as_str());
            estimates::leave_out_events(table, rows);
            n_withheld += take_out(table, rows, cells, &rests, (curve, rule));
        }
    }
    Ok(n_withheld)
}

fn rule_of(rules: &DisclosureRules) -> Result<SmallCells, Error> {
    let zeros = match rules.protect_zeros {
        true => Zeros::Protect,
        false => Zeros::Publish,
    };
    SmallCells::try_new(rules.threshold, zeros)
        .map_err(|error| Error::definition("disclosure", error.to_string()))
}

fn withheld_cells<'a>(blocks: &[Block<'a>]) -> Withheld<'a> {
    let mut withheld = Withheld::new();
    for block in blocks {
        for (cell, row) in &block.rows {
            if block.state(*cell).is_withheld() {
                let of_table = withheld.entry(&block.table.id).or_default();
                of_table.insert((*row, block.column));
            }
        }
    }
    withheld
}

/// Withholds the events of estimates that go with a count that they are made of; whether there
/// were any.
fn withhold_what_is_made_of<'a>(blocks: &mut [Block<'a>], of_pattern: &Withheld<'a>) -> bool {
    let mut withheld = withheld_cells(blocks);
    for (table, of_table) in of_pattern {
        withheld.entry(table).or_default().extend(of_table);
    }
    let mut any = false;
    for block in blocks {
        let column = block.table.column(block.column);
        let made_of = column.map_or(Vec::new(), |column| block.table.made_of(column));
        let Some(of_table) = withheld.get(block.table.id.as_str()) else {
            continue;
        };
        let is_gone = |row: usize| {
            made_of
                .iter()
                .any(|count| of_table.contains(&(row, *count)))
        };
        let gone = block.rows.iter().filter(|(cell, row)| {
            let is_shown = !block.state(**cell).is_withheld();
            is_shown && is_gone(**row)
        });
        let gone: Vec<(usize, usize)> = gone.map(|(cell, _)| *cell).collect();
        any |= !gone.is_empty();
        for (r, c) in gone {
            block.counts.withhold(r, c);
        }
    }
    any
}

/// The rows that rest on a withheld count of another table: whole rows, and those of a column.
#[derive(Default)]
struct Rests<'a> {
    rows: BTreeSet<usize>,
    cells: BTreeSet<(usize, &'a str)>,
}

fn rests_of<'a>(
    table: &'a Table,
    rows: &Rows,
    withheld: &[(&str, &[Pair])],
    totals: &BTreeMap<String, String>,
) -> Rests<'a> {
    let rests = |row: usize, on: &RestsOn| {
        let of_row = |name: &String| (name.clone(), key_at(rows, row, name));
        let mut of_row: Vec<Pair> = on.within.iter().map(of_row).collect();
        of_row.retain(|(name, value)| totals.get(name) != Some(value));
        withheld.iter().any(|(family, key)| {
            let is_known = |name: &String| {
                on.by.contains(name) || of_row.iter().any(|(known, _)| known == name)
            };
            *family == on.family
                && key.len() == on.by.len() + of_row.len()
                && key.iter().all(|(name, _)| is_known(name))
                && of_row.iter().all(|pair| key.contains(pair))
        })
    };
    let mut found = Rests::default();
    for row in 0..rows.len() {
        if table.rests_on.iter().any(|on| rests(row, on)) {
            found.rows.insert(row);
        }
        for column in &table.columns {
            if column.rests_on.iter().any(|on| rests(row, on)) {
                found.cells.insert((row, column.name.as_str()));
            }
        }
    }
    found
}

/// Whether a column is made of counts of people, its own or those of other tables.
fn is_made_of_counts(table: &Table, column: &Column) -> bool {
    let is_of_others = !table.rests_on.is_empty() && column.made_of.is_none();
    let is_measure = column.kind.is_measure() && !column.public;
    is_measure && (is_of_others || !table.made_of(column).is_empty())
}

/// Takes what is withheld out of the rows, with all that is made of it.
fn take_out(
    table: &Table,
    rows: &mut Rows,
    withheld: &BTreeSet<(usize, &str)>,
    rests: &Rests<'_>,
    (curve, rule): (Option<&Curve<'_>>, SmallCells),
) -> usize {
    let mut n_withheld = 0;
    let mut in_files = Vec::new();
    for (at, row) in rows.rows.iter_mut().enumerate() {
        for (index, (value, column)) in row.iter_mut().zip(&table.columns).enumerate() {
            let is_made_of_counts = is_made_of_counts(table, column);
            let mut made_of = table.made_of(column);
            made_of.push(&column.name);
            let of_curve = curve.filter(|curve| curve.is_in(&made_of));
            let is_made_of = made_of.iter().any(|count| withheld.contains(&(at, *count)))
                || ((is_made_of_counts || of_curve.is_some()) && rests.rows.contains(&at))
                || rests.cells.contains(&(at, column.name.as_str()));
            let is_small = table.public.is_none() && estimates::rests_on_few(column, value, rule);
            if is_made_of || is_small {
                n_withheld += 1;
                *value = match value {
                    Value::Estimate(_) => Value::Estimate(Box::new(Estimate::withheld())),
                    _ => Value::Withheld,
                };
            } else if let Some(curve) = of_curve {
                curve.round(at, value, rule);
            } else if table.public.is_none() {
                let in_file = estimates::round(column, is_made_of_counts, value);
                in_files.extend(in_file.map(|value| (at, index, value)));
            }
        }
    }
    for (row, column, value) in in_files {
        rows.set_in_files(row, column, value);
    }
    n_withheld
}
