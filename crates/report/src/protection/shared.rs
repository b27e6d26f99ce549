//! Counts that the pattern of the lake knows: they are looked up, not decided here.

use std::collections::BTreeMap;

use kohort_stats::disclosure::{SmallCells, round_to_base_random};

use super::Withheld;
use super::block::{Pair, count_at, key_at};
use crate::Error;
use crate::definition::{Protect, Table};
use crate::pattern::{Pattern, Verdict};
use crate::rows::{Estimate, Rows, Value};

/// The pattern, where it knows what a count counts.
pub(super) fn pattern_of<'a>(
    protect: &Protect,
    pattern: Option<&'a Pattern>,
) -> Option<&'a Pattern> {
    let family = protect.family.as_deref()?;
    pattern.filter(|pattern| pattern.knows(family))
}

/// What the count of a row is of: names and values in order, without those that stand for all.
fn key_of(
    protect: &Protect,
    rows: &Rows,
    row: usize,
    totals: &BTreeMap<String, String>,
) -> Vec<Pair> {
    let own: BTreeMap<&String, &String> = protect.by.iter().zip(&protect.totals).collect();
    let named = protect.by.iter().chain(&protect.within);
    let of_row = named.map(|name| (name.clone(), key_at(rows, row, name)));
    let fixed = protect.fixed.clone().into_iter();
    let mut key: Vec<Pair> = of_row.chain(fixed).collect();
    key.retain(|(name, value)| own.get(name).is_none_or(|total| *total != value));
    for (name, _) in &mut key {
        if let Some(alias) = protect.aliases.get(name) {
            name.clone_from(alias);
        }
    }
    key.retain(|(name, value)| !name.is_empty() && totals.get(name) != Some(value));
    key.sort();
    key
}

/// Withholds the counts of a column that the pattern withholds, and those that the report's own
/// rule does: it can be stricter than the pattern, and never laxer.
///
/// # Errors
/// A count that is NULL, or a part that is more than what it is a part of.
pub(super) fn look_up<'a>(
    table: &'a Table,
    protect: &'a Protect,
    rows: &Rows,
    totals: &BTreeMap<String, String>,
    (pattern, rule): (&Pattern, SmallCells),
    withheld: &mut Withheld<'a>,
) -> Result<(), Error> {
    let family = protect.family.as_deref().unwrap_or_default();
    for row in 0..rows.len() {
        let n = count_at(table, rows, row, &protect.count)?;
        let all = protect.of.as_ref();
        let all = all.map(|of| count_at(table, rows, row, of)).transpose()?;
        if let Some(all) = all.filter(|all| *all < n) {
            let message = format!("`{}` is {n}, of only {all}", protect.count);
            return Err(Error::data(&table.id, message));
        }
        let is_small = rule.withholds(n) || all.is_some_and(|all| rule.withholds_part(n, all));
        let key = key_of(protect, rows, row, totals);
        if is_small || pattern.verdict(family, &key, n) == Verdict::Withheld {
            let of_table = withheld.entry(&table.id).or_default();
            of_table.insert((row, protect.count.as_str()));
        }
    }
    Ok(())
}

/// A point of a curve: how many are left, as they are and as they are shown, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    n: u64,
    rounded: u64,
    all: u64,
}

/// The points of a table's curve, by row.
#[derive(Default)]
pub(super) struct Curve<'a> {
    column: &'a str,
    points: BTreeMap<usize, Point>,
}

/// Rounds the points of a curve, and withholds those near its ends.
///
/// A curve is a long row of differences, and one small one among them would withhold most of it. So
/// its counts are rounded to multiples of the threshold instead, up or down by a draw that nobody
/// can repeat who does not have all counts of the lake.
///
/// # Errors
/// A count that is NULL, or a part that is more than what it is a part of.
pub(super) fn curve<'a>(
    table: &'a Table,
    protect: &'a Protect,
    rows: &Rows,
    totals: &BTreeMap<String, String>,
    (pattern, rule): (Option<&Pattern>, SmallCells),
    withheld: &mut Withheld<'a>,
) -> Result<Curve<'a>, Error> {
    let base = rule.threshold();
    let secret = match pattern {
        Some(pattern) => pattern.secret(),
        None => secret_of(table, protect, rows)?,
    };
    let mut curve = Curve {
        column: &protect.count,
        points: BTreeMap::new(),
    };
    for row in 0..rows.len() {
        let n = count_at(table, rows, row, &protect.count)?;
        let all = match &protect.of {
            Some(of) => count_at(table, rows, row, of)?,
            None => u64::MAX,
        };
        let key = key_of(protect, rows, row, totals);
        let draw = key.iter().fold(secret, |hash, (name, value)| {
            let bytes = name.bytes().chain([b'=']).chain(value.bytes());
            bytes.chain([b';']).fold(hash, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            })
        });
        let rounded = round_to_base_random(n, base, draw)
            .map_err(|error| Error::definition("disclosure", error.to_string()))?;
        let least = 2 * base;
        if rounded < least || all.saturating_sub(rounded) < least {
            let of_table = withheld.entry(&table.id).or_default();
            of_table.insert((row, protect.count.as_str()));
        }
        curve.points.insert(row, Point { n, rounded, all });
    }
    Ok(curve)
}

/// What nobody knows who has not all numbers of a curve.
fn secret_of(table: &Table, protect: &Protect, rows: &Rows) -> Result<u64, Error> {
    let counts = (0..rows.len()).map(|row| count_at(table, rows, row, &protect.count));
    let counts: Vec<u64> = counts.collect::<Result<_, Error>>()?;
    Ok(counts.iter().fold(0xcbf2_9ce4_8422_2325, |hash, n| {
        (hash ^ n).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

impl Curve<'_> {
    /// Whether a column is the curve's count, or made of it.
    pub(super) fn is_in(&self, made_of: &[&str]) -> bool {
        !self.column.is_empty() && made_of.contains(&self.column)
    }

    /// Puts the rounded count in the place of the count, and a share that agrees with it in the
    /// place of the share; what else an estimate tells of counts is left out.
    pub(super) fn round(&self, row: usize, value: &mut Value, rule: SmallCells) {
        let Some(point) = self.points.get(&row) else {
            return;
        };
        match value {
            Value::Whole(n) => *n = i64::try_from(point.rounded).unwrap_or(i64::MAX),
            Value::Number(share) => *share = point.share(*share, rule),
            Value::Estimate(estimate) => {
                let Estimate {
                    value,
                    lower_cl,
                    upper_cl,
                    se,
                    events,
                    ..
                } = estimate.as_mut();
                for share in [value, lower_cl, upper_cl] {
                    *share = share.map(|share| point.share(share, rule));
                }
                (*se, *events) = (None, None);
            }
            _ => {}
        }
    }
}

impl Point {
    /// A share of those who are no longer left, moved as the count was, in steps of the threshold.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn share(&self, share: f64, rule: SmallCells) -> f64 {
        let (n, rounded, all) = (self.n as f64, self.rounded as f64, self.all as f64);
        let step = rule.threshold() as f64;
        // From 1 - n/all to 1 - rounded/all, and to the next step above or below what is left.
        let left = ((1.0 - share) * all + rounded - n) / step;
        let share = 1.0 - (left.round() * step) / all;
        let share = share.clamp(0.0, 1.0);
        format!("{share:.4}").parse().unwrap_or(share)
    }
}
