//! What protection promises, checked by trying every table that a reader could think of.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kohort_stats::disclosure::{CountTable, Margins, SmallCells, State, Sum, Zeros, recomputable};
use proptest::prelude::*;

/// The most people that a small table counts in all. No published total is larger, so a range that
/// has an end ends here at the latest, and counts above need not be tried.
const MOST: u64 = 8;

/// Every way to fill the inner counts with 0 to `most`, that agrees with what is published.
fn lookalikes(table: &CountTable, most: u64) -> Vec<Vec<u64>> {
    let (rows, columns) = (table.n_rows(), table.n_columns());
    let mut found = vec![Vec::new()];
    for at in 0..rows * columns {
        let cell = table.cell(at / columns, at % columns).unwrap();
        let choices: Vec<u64> = match cell.state.is_unknown() {
            true => (0..=most).collect(),
            false => vec![cell.count],
        };
        found = found
            .iter()
            .flat_map(|begun| choices.iter().map(|n| [begun.as_slice(), &[*n]].concat()))
            .collect();
    }
    found.retain(|counts| agrees(table, counts));
    found
}

/// The counts with their totals, as a table holds them.
fn with_totals(counts: &[u64], rows: usize, columns: usize) -> Vec<Vec<u64>> {
    let mut table: Vec<Vec<u64>> = counts.chunks(columns).map(<[u64]>::to_vec).collect();
    table.push(
        (0..columns)
            .map(|c| (0..rows).map(|r| counts[r * columns + c]).sum())
            .collect(),
    );
    for row in &mut table {
        row.push(row.iter().sum());
    }
    table
}

fn agrees(table: &CountTable, counts: &[u64]) -> bool {
    let all = with_totals(counts, table.n_rows(), table.n_columns());
    all.iter().enumerate().all(|(r, row)| {
        row.iter().enumerate().all(|(c, n)| {
            let cell = table.cell(r, c).unwrap();
            cell.state.is_unknown() || cell.count == *n
        })
    })
}

/// The totals of a table as sums of unknowns, for the linear check.
fn sums(table: &CountTable) -> (Vec<(usize, usize)>, Vec<Sum>) {
    let (rows, columns) = (table.n_rows(), table.n_columns());
    let mut unknowns = Vec::new();
    for r in 0..=rows {
        for c in 0..=columns {
            if table.cell(r, c).unwrap().state.is_unknown() {
                unknowns.push((r, c));
            }
        }
    }
    let of = |places: Vec<(usize, usize)>, total: (usize, usize)| -> Sum {
        let index = |place: &(usize, usize)| unknowns.iter().position(|u| u == place);
        let mut sum: Sum = places.iter().filter_map(index).map(|at| (at, 1)).collect();
        sum.extend(index(&total).map(|at| (at, -1)));
        sum
    };
    let mut all: Vec<Sum> = (0..=rows)
        .map(|r| of((0..columns).map(|c| (r, c)).collect(), (r, columns)))
        .collect();
    all.extend((0..=columns).map(|c| of((0..rows).map(|r| (r, c)).collect(), (rows, c))));
    (unknowns, all)
}

fn margins() -> impl Strategy<Value = Margins> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(rows, columns, all)| Margins {
        rows,
        columns,
        all,
    })
}

fn small_table() -> impl Strategy<Value = CountTable> {
    let shape = prop_oneof![
        Just((2usize, 2usize)),
        Just((3, 2)),
        Just((4, 1)),
        Just((1, 3))
    ];
    (shape, margins()).prop_flat_map(|((rows, columns), margins)| {
        // Each of at most `MOST` people falls into some count.
        proptest::collection::vec(0..rows * columns, 0..=usize::try_from(MOST).unwrap()).prop_map(
            move |people| {
                let mut counts = vec![0; rows * columns];
                for at in people {
                    counts[at] += 1;
                }
                CountTable::try_new(rows, columns, &counts, margins).unwrap()
            },
        )
    })
}

fn large_table() -> impl Strategy<Value = CountTable> {
    (1usize..14, 1usize..5, margins()).prop_flat_map(|(rows, columns, margins)| {
        let count = prop_oneof![3 => 0u64..7, 2 => 5u64..60, 1 => 0u64..4000];
        proptest::collection::vec(count, rows * columns)
            .prop_map(move |counts| CountTable::try_new(rows, columns, &counts, margins).unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn ranges_are_those_of_all_tables_that_look_alike(
        table in small_table(),
        hidden in proptest::collection::vec(any::<bool>(), 20),
    ) {
        let mut table = table;
        let mut hidden = hidden.into_iter();
        for r in 0..=table.n_rows() {
            for c in 0..=table.n_columns() {
                if hidden.next().unwrap_or_default() {
                    table.withhold(r, c);
                }
            }
        }
        let others = lookalikes(&table, MOST);
        let others: Vec<_> = others
            .iter()
            .map(|counts| with_totals(counts, table.n_rows(), table.n_columns()))
            .collect();
        for cell in table.audit() {
            let seen = || others.iter().map(|other| other[cell.row][cell.column]);
            prop_assert_eq!(seen().min(), Some(cell.min), "{:?}", cell);
            if let Some(max) = cell.max {
                prop_assert_eq!(seen().max(), Some(max), "{:?}", cell);
            }
        }
    }

    #[test]
    fn nothing_that_protection_withholds_can_be_worked_out(
        table in large_table(),
        protects_zero in any::<bool>(),
    ) {
        let mut table = table;
        let zeros = if protects_zero { Zeros::Protect } else { Zeros::Publish };
        let rule = SmallCells::try_new(5, zeros).unwrap();
        let told = table.protect(rule);
        prop_assert!(table.is_safe());
        for cell in table.audit() {
            if cell.state == State::Primary {
                prop_assert!(cell.width().is_none_or(|width| width >= 5), "{:?}", cell);
            }
            prop_assert!(!cell.is_recomputable(), "{:?}", cell);
        }
        let (unknowns, sums) = sums(&table);
        let given_away = recomputable(unknowns.len(), &sums);
        for (place, is_given_away) in unknowns.iter().zip(given_away) {
            let state = table.cell(place.0, place.1).unwrap().state;
            prop_assert!(!(is_given_away && state.is_withheld()), "{:?}", place);
        }
        for r in 0..=table.n_rows() {
            for c in 0..=table.n_columns() {
                let cell = table.cell(r, c).unwrap();
                prop_assert!(cell.state != State::Published || !rule.withholds(cell.count));
            }
        }
        prop_assert_eq!(told, table.protection());
        if told.n_primary == 0 {
            prop_assert_eq!(told.n_complementary, 0);
        }
    }
}

#[test]
fn one_small_count_of_a_list_takes_the_smallest_other_with_it() {
    let mut table = CountTable::of_list(&[120, 3, 40, 15], true).unwrap();
    table.protect(SmallCells::default());
    let state = |row| table.cell(row, 0).unwrap().state;
    assert_eq!(state(1), State::Primary);
    assert_eq!(state(3), State::Complementary);
    assert_eq!([state(0), state(2), state(4)], [State::Published; 3]);
}

#[test]
fn a_list_without_its_total_withholds_its_small_counts_only() {
    let mut table = CountTable::of_list(&[120, 3, 40, 15], false).unwrap();
    let told = table.protect(SmallCells::default());
    assert_eq!((told.n_primary, told.n_complementary), (1, 0));
}

#[test]
fn women_and_men_are_withheld_together_with_a_second_region() {
    // Women, men: one small count makes a rectangle of four.
    let counts = [54, 53, 3, 9, 30, 31, 80, 75];
    let margins = Margins {
        rows: true,
        columns: true,
        all: true,
    };
    let mut table = CountTable::try_new(4, 2, &counts, margins).unwrap();
    let told = table.protect(SmallCells::default());
    assert_eq!((told.n_primary, told.n_complementary), (1, 3));
    assert!(table.cell(1, 2).unwrap().state == State::Published);
    assert!(table.cell(2, 0).unwrap().state == State::Complementary);
}

#[test]
fn a_table_of_two_thousand_counts_is_protected() {
    // As many municipalities as Sweden has, by sex and test.
    let counts: Vec<u64> = (0..290 * 8)
        .map(|at| (at * 7919 % 97) * (at % 3) / 4)
        .collect();
    let margins = Margins {
        rows: true,
        columns: true,
        all: true,
    };
    let mut table = CountTable::try_new(290, 8, &counts, margins).unwrap();
    table.protect(SmallCells::default());
    assert!(table.is_safe());
}
