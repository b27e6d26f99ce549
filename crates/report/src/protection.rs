//! Withholding small counts in the tables of a report, and all that is made of them.
//!
//! Each protected count becomes one or several [`CountTable`]s: one for each combination of the
//! columns that it lies `within`. Tables that share counts (a `family`) withhold the same ones.
//! What is withheld is taken out of the rows, so that nothing after this step can show it.

use std::collections::{BTreeMap, BTreeSet};

use kohort_stats::disclosure::{CountTable, Margins, SmallCells, State, Sum, Zeros, recomputable};

use crate::definition::{Definition, DisclosureRules, Protect, Table};
use crate::rows::{Rows, Value};
use crate::{Error, Tables};

/// What a count is of: the family, and the value of each column that it is broken down by.
type Key = (String, Vec<(String, String)>);

/// The cells of one protected count in one table of counts.
struct Block<'a> {
    table: &'a Table,
    protect: &'a Protect,
    counts: CountTable,
    /// The row of the table's rows that holds each cell.
    rows: BTreeMap<(usize, usize), usize>,
    /// The dimensions' values by index: those of `by`, without totals.
    values: [Vec<String>; 2],
    within: Vec<(String, String)>,
}

/// Withholds what must be withheld in all tables of a report, and says how many cells that were.
///
/// # Errors
/// A count that is NULL, totals that are not the sums of their parts, two rows for one cell, or
/// tables that give each other's withheld counts away.
pub(crate) fn protect(definition: &Definition, tables: &mut Tables) -> Result<usize, Error> {
    let rule = rule_of(&definition.disclosure)?;
    let mut blocks = Vec::new();
    for table in definition.tables() {
        let Some(rows) = tables.get(&table.id) else {
            continue;
        };
        for protect in &table.protect {
            blocks.extend(blocks_of(table, protect, rows, rule)?);
        }
    }
    settle(&mut blocks, rule);
    check_families(&blocks)?;
    let mut withheld: BTreeMap<&str, BTreeSet<(usize, &str)>> = BTreeMap::new();
    for block in &blocks {
        for (cell, row) in &block.rows {
            if state(&block.counts, *cell).is_withheld() {
                let of_table = withheld.entry(&block.table.id).or_default();
                of_table.insert((*row, &block.protect.count));
            }
        }
    }
    let none = BTreeSet::new();
    let mut n_withheld = 0;
    for table in definition.tables() {
        if let Some(rows) = tables.get_mut(&table.id) {
            let cells = withheld.get(table.id.as_str()).unwrap_or(&none);
            n_withheld += take_out(table, rows, cells, rule);
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

/// One block for each combination of the columns that a count lies within.
fn blocks_of<'a>(
    table: &'a Table,
    protect: &'a Protect,
    rows: &Rows,
    rule: SmallCells,
) -> Result<Vec<Block<'a>>, Error> {
    let mut combinations: BTreeMap<Vec<(String, String)>, Vec<usize>> = BTreeMap::new();
    for row in 0..rows.len() {
        let of = |name: &String| (name.clone(), key_at(rows, row, name));
        let combination = protect.within.iter().map(of).collect();
        combinations.entry(combination).or_default().push(row);
    }
    combinations
        .into_iter()
        .map(|(within, chosen)| block(table, protect, rows, within, &chosen, rule))
        .collect()
}

fn block<'a>(
    table: &'a Table,
    protect: &'a Protect,
    rows: &Rows,
    within: Vec<(String, String)>,
    chosen: &[usize],
    rule: SmallCells,
) -> Result<Block<'a>, Error> {
    let mut values: [Vec<String>; 2] = Default::default();
    let mut places = Vec::with_capacity(chosen.len());
    for (at, row) in chosen.iter().enumerate() {
        places.push([0, 1].map(|d| place(protect, rows, at, *row, d, &mut values[d])));
    }
    let shape = [values[0].len().max(1), values[1].len().max(1)];
    let mut cells: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (at, row) in chosen.iter().enumerate() {
        let [r, c] = [0, 1].map(|d| places[at][d].unwrap_or(shape[d]));
        if cells.insert((r, c), *row).is_some() {
            let names: Vec<String> = protect
                .by
                .iter()
                .map(|name| format!("{name} `{}`", key_at(rows, *row, name)))
                .collect();
            let message = format!("two rows for {} of `{}`", names.join(", "), protect.count);
            return Err(Error::Data {
                table: table.id.clone(),
                message,
                hint: Some("name the column that tells them apart in `within`".into()),
            });
        }
    }
    let mut inner = vec![0; shape[0] * shape[1]];
    for ((r, c), row) in &cells {
        if *r < shape[0] && *c < shape[1] {
            inner[r * shape[1] + c] = count_at(table, rows, *row, &protect.count)?;
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
        .map_err(|error| Error::data(&table.id, error.to_string()))?;
    let mut block = Block {
        table,
        protect,
        counts,
        rows: cells,
        values,
        within,
    };
    check_totals(&block, rows)?;
    withhold_parts(&mut block, rows, rule)?;
    Ok(block)
}

/// Where a row lies in a dimension; `None` for its total.
fn place(
    protect: &Protect,
    rows: &Rows,
    at: usize,
    row: usize,
    dimension: usize,
    values: &mut Vec<String>,
) -> Option<usize> {
    let Some(name) = protect.by.get(dimension) else {
        // Without any dimension, each row is a count of its own.
        if dimension == 0 {
            values.push(at.to_string());
            return Some(at);
        }
        return Some(0);
    };
    let key = key_at(rows, row, name);
    if protect
        .totals
        .get(dimension)
        .is_some_and(|total| !total.is_empty() && *total == key)
    {
        return None;
    }
    let known = values.iter().position(|value| *value == key);
    Some(known.unwrap_or_else(|| {
        values.push(key);
        values.len() - 1
    }))
}

fn key_at(rows: &Rows, row: usize, name: &str) -> String {
    let column = rows.index(name);
    column
        .map(|column| rows.value(row, column).key())
        .unwrap_or_default()
}

fn count_at(table: &Table, rows: &Rows, row: usize, name: &str) -> Result<u64, Error> {
    let value = rows.index(name).map(|column| rows.value(row, column));
    match value {
        Some(Value::Whole(count)) if *count >= 0 => Ok(count.unsigned_abs()),
        _ => Err(Error::Data {
            table: table.id.clone(),
            message: format!("`{name}` is NULL in row {}", row + 1),
            hint: Some("a protected count is a number; write coalesce(…, 0) for none".into()),
        }),
    }
}

/// A total that is not the sum of its parts would make every conclusion about them wrong.
fn check_totals(block: &Block<'_>, rows: &Rows) -> Result<(), Error> {
    for (cell, row) in &block.rows {
        let found = count_at(block.table, rows, *row, &block.protect.count)?;
        let sum = block
            .counts
            .cell(cell.0, cell.1)
            .map_or(found, |cell| cell.count);
        if sum != found {
            let count = &block.protect.count;
            let which = describe(block, *cell);
            return Err(Error::Data {
                table: block.table.id.clone(),
                message: format!("`{count}` of {which} is {found}, and its parts sum to {sum}"),
                hint: Some(
                    "give the unknown a value of their own, or leave `totals` empty for a count \
                     that cannot be summed"
                        .into(),
                ),
            });
        }
    }
    Ok(())
}

fn describe(block: &Block<'_>, cell: (usize, usize)) -> String {
    let name = |d: usize, at: usize| {
        let name = block.protect.by.get(d)?;
        let value = block.values[d].get(at).or(block.protect.totals.get(d))?;
        Some(format!("{name} `{value}`"))
    };
    let within = block
        .within
        .iter()
        .map(|(name, value)| format!("{name} `{value}`"));
    let names: Vec<String> = [name(0, cell.0), name(1, cell.1)]
        .into_iter()
        .flatten()
        .chain(within)
        .collect();
    names.join(", ")
}

/// Withholds counts so great a part of those that they are of that few are left over.
fn withhold_parts(block: &mut Block<'_>, rows: &Rows, rule: SmallCells) -> Result<(), Error> {
    let Some(of) = &block.protect.of else {
        return Ok(());
    };
    for (cell, row) in &block.rows {
        let n = count_at(block.table, rows, *row, &block.protect.count)?;
        let all = count_at(block.table, rows, *row, of)?;
        if n > all {
            let message = format!("`{}` is {n}, of only {all} `{of}`", block.protect.count);
            return Err(Error::data(&block.table.id, message));
        }
        if rule.withholds_part(n, all) {
            block.counts.withhold(cell.0, cell.1);
        }
    }
    Ok(())
}

/// Protects all blocks, until no table of a family shows what another one withholds.
fn settle(blocks: &mut [Block<'_>], rule: SmallCells) {
    let mut shared: BTreeSet<Key> = BTreeSet::new();
    loop {
        let before = shared.len();
        for block in blocks.iter_mut() {
            for cell in cells(&block.counts) {
                let is_shared = key(block, cell).is_some_and(|key| shared.contains(&key));
                if is_shared && state(&block.counts, cell) == State::Published {
                    block.counts.withhold(cell.0, cell.1);
                }
            }
            block.counts.protect(rule);
            for cell in cells(&block.counts) {
                if state(&block.counts, cell).is_withheld() {
                    shared.extend(key(block, cell));
                }
            }
        }
        if shared.len() == before {
            return;
        }
    }
}

fn cells(counts: &CountTable) -> Vec<(usize, usize)> {
    let (rows, columns) = (counts.n_rows(), counts.n_columns());
    (0..=rows)
        .flat_map(|r| (0..=columns).map(move |c| (r, c)))
        .collect()
}

fn state(counts: &CountTable, cell: (usize, usize)) -> State {
    counts
        .cell(cell.0, cell.1)
        .map_or(State::Absent, |cell| cell.state)
}

/// What a cell counts, as its family knows it.
fn key(block: &Block<'_>, cell: (usize, usize)) -> Option<Key> {
    let family = block.protect.family.clone()?;
    let mut values = block.within.clone();
    let fixed = block.protect.fixed.iter();
    values.extend(fixed.map(|(name, value)| (name.clone(), value.clone())));
    for (d, at) in [cell.0, cell.1].into_iter().enumerate() {
        if let (Some(name), Some(value)) = (block.protect.by.get(d), block.values[d].get(at)) {
            values.push((name.clone(), value.clone()));
        }
    }
    for (name, _) in &mut values {
        if let Some(alias) = block.protect.aliases.get(name) {
            name.clone_from(alias);
        }
    }
    values.sort();
    Some((family, values))
}

/// Checks that the tables of a family do not together give away what each of them withholds.
fn check_families(blocks: &[Block<'_>]) -> Result<(), Error> {
    let families: BTreeSet<&String> = blocks
        .iter()
        .filter_map(|b| b.protect.family.as_ref())
        .collect();
    for family in families {
        let members: Vec<&Block<'_>> = blocks
            .iter()
            .filter(|block| block.protect.family.as_ref() == Some(family))
            .collect();
        let mut known: BTreeSet<Key> = BTreeSet::new();
        for block in &members {
            let published = |cell: &(usize, usize)| !state(&block.counts, *cell).is_unknown();
            known.extend(
                cells(&block.counts)
                    .into_iter()
                    .filter(published)
                    .filter_map(|c| key(block, c)),
            );
        }
        let mut unknowns: BTreeMap<Key, (usize, bool)> = BTreeMap::new();
        let mut sums: Vec<Sum> = Vec::new();
        for block in &members {
            sums.extend(sums_of(block, &known, &mut unknowns));
        }
        let given_away = recomputable(unknowns.len(), &sums);
        let found = unknowns
            .iter()
            .find(|(_, (at, withheld))| *withheld && given_away[*at]);
        if let Some(((_, values), _)) = found {
            let names: Vec<String> = values.iter().map(|(n, v)| format!("{n} `{v}`")).collect();
            let mut tables: Vec<&str> = members.iter().map(|b| b.table.id.as_str()).collect();
            tables.dedup();
            return Err(Error::Disclosure {
                table: tables.join(", "),
                message: format!("together they give away the count of {}", names.join(", ")),
                hint: Some("leave the totals out of one of them".into()),
            });
        }
    }
    Ok(())
}

/// The sums that the totals of a block say about counts that are not known.
fn sums_of(
    block: &Block<'_>,
    known: &BTreeSet<Key>,
    unknowns: &mut BTreeMap<Key, (usize, bool)>,
) -> Vec<Sum> {
    let (rows, columns) = (block.counts.n_rows(), block.counts.n_columns());
    let mut term = |cell: (usize, usize), factor: i64| -> Option<(usize, i64)> {
        let key = key(block, cell).filter(|key| !known.contains(key))?;
        let next = unknowns.len();
        let entry = unknowns.entry(key).or_insert((next, false));
        entry.1 |= state(&block.counts, cell).is_withheld();
        Some((entry.0, factor))
    };
    let mut sums = Vec::new();
    for r in 0..=rows {
        let mut sum: Sum = (0..columns).filter_map(|c| term((r, c), 1)).collect();
        sum.extend(term((r, columns), -1));
        sums.push(sum);
    }
    for c in 0..=columns {
        let mut sum: Sum = (0..rows).filter_map(|r| term((r, c), 1)).collect();
        sum.extend(term((rows, c), -1));
        sums.push(sum);
    }
    sums
}

/// Takes what is withheld out of the rows, with all that is made of it.
fn take_out(
    table: &Table,
    rows: &mut Rows,
    withheld: &BTreeSet<(usize, &str)>,
    rule: SmallCells,
) -> usize {
    let mut n_withheld = 0;
    let made_of: Vec<Vec<&str>> = table.columns.iter().map(|c| table.made_of(c)).collect();
    for (at, row) in rows.rows.iter_mut().enumerate() {
        for (value, counts) in row.iter_mut().zip(&made_of) {
            let is_made_of = counts.iter().any(|count| withheld.contains(&(at, *count)));
            let is_small = table.public.is_none() && rests_on_few(value, rule);
            if is_made_of || is_small {
                n_withheld += 1;
                *value = match value {
                    Value::Estimate(estimate) => Value::Estimate(Box::new(estimate.withheld())),
                    _ => Value::Withheld,
                };
            }
        }
    }
    n_withheld
}

/// Whether an estimate tells of few events or few people, whatever the counts beside it.
fn rests_on_few(value: &Value, rule: SmallCells) -> bool {
    let Value::Estimate(estimate) = value else {
        return false;
    };
    let Some(events) = estimate.events else {
        return false;
    };
    let is_few = |n: f64| (n > 0.0 && n < threshold(rule)) || (n == 0.0 && rule.withholds(0));
    is_few(events) || estimate.n.is_some_and(|n| n > 0.0 && n < threshold(rule))
}

#[expect(clippy::cast_precision_loss, reason = "a threshold is a small number")]
fn threshold(rule: SmallCells) -> f64 {
    rule.threshold() as f64
}
