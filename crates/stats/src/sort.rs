//! Sorting many rows.

use std::cmp::Ordering;

use rayon::slice::ParallelSliceMut;

/// Fewer rows than this are sorted before other threads have woken up.
const MANY: usize = 1 << 15;

/// Sorts rows, many of them on all cores. Equal rows may change places: the order has to be total
/// where that would be seen.
pub(crate) fn sort_unstable_by<T: Send>(rows: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    match rows.len() < MANY {
        true => rows.sort_unstable_by(order),
        false => rows.par_sort_unstable_by(order),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_rows_are_sorted_as_few_are() {
        for n in [0, 1, 1000, MANY, 3 * MANY] {
            // A generator of the whole period: every number below 2^32 once.
            let numbers = (0_u32..).map(|at| at.wrapping_mul(0x9E37_79B9));
            let mut rows: Vec<u32> = numbers.take(n).collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            sort_unstable_by(&mut rows, u32::cmp);
            assert_eq!(rows, expected);
        }
    }
}
