//! Which unknown numbers do known sums of them give away?

use std::collections::BTreeMap;

/// A sum whose value is known: the unknown numbers in it, each with its sign.
pub type Sum = Vec<(usize, i64)>;

/// A row of the elimination: its numerators, over a common denominator that is left out.
type Row = BTreeMap<usize, i128>;

/// Tells which of `n` unknown numbers are given away by known sums of them, by exact elimination.
///
/// # Definition
/// An unknown is given away when it is alone in some combination of the sums.
///
/// # Arguments
/// `sums`: of several tables too, where they share unknowns.
///
/// # Returns
/// For each unknown, whether it is given away. Where the elimination needs whole numbers beyond 127
/// bits, all of them count as given away.
///
/// # Limits
/// Linear algebra only. That counts are whole and not negative can give more away: two unknowns
/// whose sum is 0 are both 0. [`CountTable::audit`](super::CountTable::audit) sees that.
///
/// # Example
/// ```
/// use kohort_stats::disclosure::recomputable;
/// // x0 + x1 and x1 + x2 are known, and x0 - x2 follows, but no one of them.
/// let sums = vec![vec![(0, 1), (1, 1)], vec![(1, 1), (2, 1)]];
/// assert_eq!(recomputable(3, &sums), [false, false, false]);
/// ```
pub fn recomputable(n: usize, sums: &[Sum]) -> Vec<bool> {
    let mut reduced: BTreeMap<usize, Row> = BTreeMap::new();
    for sum in sums {
        let mut row = Row::new();
        for &(unknown, factor) in sum {
            *row.entry(unknown).or_default() += i128::from(factor);
        }
        row.retain(|_, factor| *factor != 0);
        if insert(&mut reduced, row).is_none() {
            return vec![true; n];
        }
    }
    let mut given_away = vec![false; n];
    for (pivot, row) in &reduced {
        if row.len() == 1 && *pivot < n {
            given_away[*pivot] = true;
        }
    }
    given_away
}

/// Adds a row to a reduced set, and keeps it reduced; `None` when a number grows too great.
fn insert(reduced: &mut BTreeMap<usize, Row>, mut row: Row) -> Option<()> {
    let pivots: Vec<usize> = row
        .keys()
        .copied()
        .filter(|u| reduced.contains_key(u))
        .collect();
    for pivot in pivots {
        row = eliminate(&row, &reduced[&pivot], pivot)?;
    }
    let Some(pivot) = row.keys().next().copied() else {
        return Some(());
    };
    let touched: Vec<usize> = reduced
        .iter()
        .filter(|(_, other)| other.contains_key(&pivot))
        .map(|(at, _)| *at)
        .collect();
    let mut changed = Vec::with_capacity(touched.len());
    for at in touched {
        changed.push((at, eliminate(&reduced[&at], &row, pivot)?));
    }
    reduced.extend(changed);
    reduced.insert(pivot, row);
    Some(())
}

/// `row` without `pivot`, by a multiple of `by`.
fn eliminate(row: &Row, by: &Row, pivot: usize) -> Option<Row> {
    let (Some(&a), Some(&b)) = (row.get(&pivot), by.get(&pivot)) else {
        return Some(row.clone());
    };
    let mut next = Row::new();
    for (unknown, factor) in row {
        next.insert(*unknown, factor.checked_mul(b)?);
    }
    for (unknown, factor) in by {
        let entry = next.entry(*unknown).or_default();
        *entry = entry.checked_sub(factor.checked_mul(a)?)?;
    }
    next.retain(|_, factor| *factor != 0);
    let divisor = next
        .values()
        .fold(0, |divisor, f| greatest_common_divisor(divisor, *f));
    if divisor > 1 {
        next.values_mut().for_each(|factor| *factor /= divisor);
    }
    Some(next)
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_alone_in_a_combination_is_given_away() {
        // a + b, b + c, a + c: three sums, three unknowns, odd cycle.
        let sums = vec![
            vec![(0, 1), (1, 1)],
            vec![(1, 1), (2, 1)],
            vec![(0, 1), (2, 1)],
        ];
        assert_eq!(recomputable(3, &sums), [true, true, true]);
        assert_eq!(recomputable(3, &sums[..2]), [false, false, false]);
        let with_one = [&sums[..2], &[vec![(2, 1)]]].concat();
        assert_eq!(recomputable(3, &with_one), [true, true, true]);
    }

    #[test]
    fn a_sum_said_twice_says_nothing_new() {
        let sums = vec![
            vec![(0, 1), (1, 1)],
            vec![(0, 2), (1, 2)],
            vec![(1, -1), (0, -1)],
        ];
        assert_eq!(recomputable(2, &sums), [false, false]);
    }

    #[test]
    fn numbers_that_grow_too_great_count_as_given_away() {
        let great = i64::MAX;
        let sums: Vec<Sum> = (0..6)
            .map(|at| vec![(at, great - 2 * at as i64), (at + 1, great - 7), (7, 3)])
            .chain([vec![(0, 5), (6, great), (8, 11)]])
            .collect();
        assert_eq!(recomputable(9, &sums), [true; 9]);
    }
}
