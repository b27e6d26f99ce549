//! What estimates tell of counts: the events and people that they rest on, and their digits.

use kohort_stats::disclosure::SmallCells;

use super::block::{Block, Source};
use crate::Error;
use crate::cell::{decimals, with_decimals_of};
use crate::definition::{Column, Kind, Protect, Table};
use crate::rows::{Estimate, Rows, Value};

/// Blocks of the events of estimates whose events no protected count is.
///
/// They are broken down as the first count that the estimate is made of. Events that do not sum to
/// their totals have none.
///
/// # Errors
/// Events whose sum is beyond what can be counted.
pub(super) fn blocks_of<'a>(
    table: &'a Table,
    rows: &Rows,
    rule: SmallCells,
) -> Result<Vec<Block<'a>>, Error> {
    let mut blocks = Vec::new();
    for column in &table.columns {
        let Some((protect, counts)) = uncovered(table, column, rows) else {
            continue;
        };
        let source = Source {
            table,
            protect,
            column: &column.name,
            counts: &counts,
            rows,
        };
        let family = format!("events of {}", column.name);
        for (within, chosen) in source.combinations() {
            let of = |totals| source.block(family.clone(), within.clone(), &chosen, totals);
            let mut block = of(&protect.totals)?;
            if source.wrong_total(&block).is_some() {
                block = of(&[])?;
            }
            let few = block.rows.iter().filter(|(_, row)| {
                let at = rows.index(&column.name);
                at.is_some_and(|at| rests_on_few(column, rows.value(**row, at), rule))
            });
            let few: Vec<(usize, usize)> = few.map(|(cell, _)| *cell).collect();
            for (r, c) in few {
                block.counts.withhold(r, c);
            }
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// The events of a column of estimates that no protected count is, and the count that they are
/// broken down as.
fn uncovered<'a>(
    table: &'a Table,
    column: &Column,
    rows: &Rows,
) -> Option<(&'a Protect, Vec<Option<u64>>)> {
    // Those of waiting times and of curves are taken out.
    let is_of_curve = |protect: &Protect| {
        protect.rounded && table.made_of(column).contains(&protect.count.as_str())
    };
    let is_left_out = column.kind == Kind::Days || table.protect.iter().any(is_of_curve);
    if column.public || is_left_out || is_covered(table, column, rows) {
        return None;
    }
    let made_of = table.made_of(column);
    let first = made_of.first()?;
    let protect = table.protect.iter().find(|p| p.count == **first)?;
    let events = events(column, rows);
    events
        .iter()
        .any(Option::is_some)
        .then_some((protect, events))
}

/// Whether the events of a column are a protected count of the same row, in all rows.
fn is_covered(table: &Table, column: &Column, rows: &Rows) -> bool {
    if table.protect.iter().any(|p| p.count == column.name) {
        return true;
    }
    let events = events(column, rows);
    // Those left over are protected only where the count is `of` all.
    let tells_of_others = is_share(column) || column.kind == Kind::Days;
    let covers = |protect: &Protect| {
        let at = rows.index(&protect.count);
        let count = |row: usize| match rows.value(row, at?) {
            Value::Whole(n) => u64::try_from(*n).ok(),
            _ => None,
        };
        let is_same = |(row, n): (usize, &Option<u64>)| n.is_none() || *n == count(row);
        (protect.of.is_some() || !tells_of_others) && events.iter().enumerate().all(is_same)
    };
    table.protect.iter().any(covers)
}

/// The events of each row of a column.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "asserted to be whole, not negative and small"
)]
fn events(column: &Column, rows: &Rows) -> Vec<Option<u64>> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let at = rows.index(&column.name);
    let of_row = |row: usize| match rows.value(row, at?) {
        Value::Estimate(estimate) => estimate
            .events
            .filter(|n| n.fract() == 0.0 && (0.0..EXACT).contains(n))
            .map(|n| n as u64),
        _ => None,
    };
    (0..rows.len()).map(of_row).collect()
}

/// Whether the events of an estimate are some of its people.
fn is_share(column: &Column) -> bool {
    matches!(column.kind, Kind::Percent | Kind::Money)
}

/// Whether an estimate tells of few events or few people, whatever the counts beside it.
pub(super) fn rests_on_few(column: &Column, value: &Value, rule: SmallCells) -> bool {
    let Value::Estimate(estimate) = value else {
        return false;
    };
    if stands_between_few(column, estimate, rule) {
        return true;
    }
    let Some(events) = estimate.events else {
        return false;
    };
    let is_few = |n: f64| (n > 0.0 && n < threshold(rule)) || (n == 0.0 && rule.withholds(0));
    let are_all_but_few = |n: f64| is_share(column) && n >= events && is_few(n - events);
    let is_small = |n: f64| (n > 0.0 && n < threshold(rule)) || are_all_but_few(n);
    is_few(events) || estimate.n.is_some_and(is_small)
}

/// Whether a waiting time stands between too few people: half of them waited no longer than the
/// median, and half no less, so each half is a count that it tells of.
fn stands_between_few(column: &Column, estimate: &Estimate, rule: SmallCells) -> bool {
    let quantile = column.quantile.unwrap_or(0.5);
    let side = quantile.min(1.0 - quantile);
    column.kind == Kind::Days && estimate.n.is_some_and(|n| n * side < threshold(rule))
}

#[expect(clippy::cast_precision_loss, reason = "a threshold is a small number")]
fn threshold(rule: SmallCells) -> f64 {
    rule.threshold() as f64
}

/// How many have been waited for is left out of a waiting time, unless it is a protected count: it
/// is no part of the value, and tells how few still wait.
pub(super) fn leave_out_events(table: &Table, rows: &mut Rows) {
    for column in &table.columns {
        let is_told = column.public || is_covered(table, column, rows);
        if column.kind != Kind::Days || table.public.is_some() || is_told {
            continue;
        }
        let Some(at) = rows.index(&column.name) else {
            continue;
        };
        for row in &mut rows.rows {
            if let Some(Value::Estimate(estimate)) = row.get_mut(at) {
                estimate.events = None;
            }
        }
    }
}

/// The digits of numbers that are made of protected counts. From a number at full precision, the
/// counts in it can be worked out.
const DIGITS: usize = 5;

/// Rounds a number that is made of counts of people, once and from all of its digits: to those that
/// the page shows of it, and to those of files. Gives what files hold where the page shows another
/// number than theirs would be rounded to: 2.825 where 2.82496 is 2.82 on the page.
pub(super) fn round(column: &Column, is_made_of_counts: bool, value: &mut Value) -> Option<Value> {
    let is_rounded = is_made_of_counts || (column.public && column.decimals.is_some());
    if !is_rounded {
        return None;
    }
    let column = match value.number() {
        Some(number) => &with_decimals_of(column, in_files(column, is_made_of_counts, number)),
        None => column,
    };
    let of_files = each_number(value, |n| in_files(column, is_made_of_counts, n))?;
    let of_page = each_number(value, |n| {
        on_page(column, n, in_files(column, is_made_of_counts, n))
    })?;
    *value = of_page;
    (*value != of_files).then_some(of_files)
}

/// A value with each of its numbers replaced; nothing for one without numbers.
fn each_number(value: &Value, change: impl Fn(f64) -> f64) -> Option<Value> {
    match value {
        Value::Number(number) => Some(Value::Number(change(*number))),
        Value::Estimate(estimate) => {
            let mut estimate = estimate.clone();
            let Estimate {
                value,
                lower_cl,
                upper_cl,
                se,
                ..
            } = estimate.as_mut();
            for number in [value, lower_cl, upper_cl, se] {
                *number = number.map(&change);
            }
            Some(Value::Estimate(estimate))
        }
        _ => None,
    }
}

/// A number with the digits that files have of it.
fn in_files(column: &Column, is_made_of_counts: bool, number: f64) -> f64 {
    match is_made_of_counts {
        true => parsed(&format!("{number:.*e}", DIGITS - 1), number),
        false => to_decimals(column, number),
    }
}

/// A number with the digits of files, or with those of the page where the digits of files end in
/// the middle between two numbers of the page: only there would rounding them again matter, on the
/// page and in a spreadsheet.
fn on_page(column: &Column, number: f64, in_files: f64) -> f64 {
    let decimals = decimals(column, number) + if column.kind == Kind::Percent { 2 } else { 0 };
    let unit = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
    let off = (in_files - to_decimals(column, in_files)).abs() / unit;
    match (off - 0.5).abs() < 1e-6 {
        true => to_decimals(column, number),
        false => in_files,
    }
}

/// A number with the decimals of a column.
fn to_decimals(column: &Column, number: f64) -> f64 {
    let decimals = decimals(column, number);
    match column.kind {
        Kind::Percent => parsed(&format!("{:.decimals$}e-2", number * 100.0), number),
        _ => parsed(&format!("{number:.decimals$}"), number),
    }
}

fn parsed(text: &str, otherwise: f64) -> f64 {
    text.parse().unwrap_or(otherwise)
}
