//! Rows that are kept for sorting, those that are alike once.
//!
//! Ten million people with an income band and a yes or no are a few hundred different rows. Where
//! rows are all different (an exact income), nothing is gained and little is lost.

use std::cmp::Ordering;

use datafusion::common::Result;

use super::state::{Reader, State, write_integer, write_number};

/// How many rows are looked at first for others like them.
const FIRST_LOOK: usize = 1 << 12;

/// How many times more rows there are at the next look, where too few were alike.
const NEXT_LOOK: usize = 16;

/// Rows that are all different by then will stay so: there is no look at more of them.
const LAST_LOOK: usize = 1 << 20;

/// A row of numbers, NaN for NULL, and how many rows are exactly like it.
pub(crate) type Counted<const N: usize> = ([f64; N], u64);

/// Rows of numbers.
#[derive(Debug)]
pub(crate) struct Alike<const N: usize> {
    single: Vec<[f64; N]>,
    counted: Vec<Counted<N>>,
    /// At how many single rows, and at how many counted ones, to look for rows that are alike.
    look_at: [usize; 2],
}

impl<const N: usize> Default for Alike<N> {
    fn default() -> Self {
        Self {
            single: Vec::new(),
            counted: Vec::new(),
            look_at: [FIRST_LOOK; 2],
        }
    }
}

impl<const N: usize> Alike<N> {
    /// Adds a row. NaN is NULL.
    #[inline]
    pub(crate) fn push(&mut self, row: [Option<f64>; N]) {
        // A zero below zero is zero.
        self.single
            .push(row.map(|number| number.unwrap_or(f64::NAN) + 0.0));
        if self.single.len() >= self.look_at[0] {
            self.look();
        }
    }

    /// Every row, with the number of those that it stands for. Rows that are alike may come more
    /// than once.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Counted<N>> + '_ {
        let single = self.single.iter().map(|row| (*row, 1));
        single.chain(self.counted.iter().copied())
    }

    /// How many entries [`iter`](Self::iter) gives.
    pub(crate) fn len(&self) -> usize {
        self.single.len() + self.counted.len()
    }

    /// Counts the single rows, if that at least halves them.
    fn look(&mut self) {
        self.single.sort_unstable_by(order);
        let same = |a: &[f64; N], b: &[f64; N]| order(a, b).is_eq();
        let different = self.single.chunk_by(same).count();
        if different > self.single.len() / 2 {
            self.look_at[0] = match self.single.len() {
                ..LAST_LOOK => self.single.len() * NEXT_LOOK,
                _ => usize::MAX,
            };
            return;
        }
        let counted = |rows: &[[f64; N]]| Some((*rows.first()?, rows.len() as u64));
        self.counted
            .extend(self.single.chunk_by(same).filter_map(counted));
        self.single.clear();
        if self.counted.len() >= self.look_at[1] {
            self.join_counted();
        }
    }

    /// Makes one of counted rows that are alike.
    fn join_counted(&mut self) {
        self.counted.sort_unstable_by(|a, b| order(&a.0, &b.0));
        self.counted.dedup_by(|next, kept| {
            let alike = order(&next.0, &kept.0).is_eq();
            kept.1 += if alike { next.1 } else { 0 };
            alike
        });
        self.look_at[1] = FIRST_LOOK.max(2 * self.counted.len());
    }
}

/// A total order of rows.
fn order<const N: usize>(a: &[f64; N], b: &[f64; N]) -> Ordering {
    let pairs = a.iter().zip(b);
    pairs
        .map(|(a, b)| a.total_cmp(b))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

impl<const N: usize> State for Alike<N> {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.reserve((self.single.len() + 2) * N * 8 + self.counted.len() * (N + 1) * 8);
        write_integer(bytes, self.single.len() as u64);
        self.single
            .iter()
            .flatten()
            .for_each(|number| write_number(bytes, *number));
        write_integer(bytes, self.counted.len() as u64);
        for (row, times) in &self.counted {
            row.iter().for_each(|number| write_number(bytes, *number));
            write_integer(bytes, *times);
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        fn row<const N: usize>(bytes: &mut Reader<'_>) -> Result<[f64; N]> {
            let mut row = [0.0; N];
            for number in &mut row {
                *number = bytes.number()?;
            }
            Ok(row)
        }
        let single = bytes.length()?;
        self.single.reserve(single);
        for _ in 0..single {
            self.single.push(row(bytes)?);
        }
        if self.single.len() >= self.look_at[0] {
            self.look();
        }
        for _ in 0..bytes.length()? {
            self.counted.push((row(bytes)?, bytes.integer()?));
        }
        if self.counted.len() >= self.look_at[1] {
            self.join_counted();
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        self.single.capacity() * N * 8 + self.counted.capacity() * (N + 1) * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<const N: usize>(rows: &Alike<N>) -> Vec<Counted<N>> {
        let mut joined = Alike::<N> {
            counted: rows.iter().collect(),
            ..Alike::default()
        };
        joined.join_counted();
        joined.counted
    }

    fn band(i: u32) -> [Option<f64>; 2] {
        [
            Some(f64::from(i % 7)),
            (!i.is_multiple_of(3)).then_some(f64::from(i % 2)),
        ]
    }

    #[test]
    fn people_of_few_kinds_are_few_rows() {
        let mut rows = Alike::<2>::default();
        (0..100_000).for_each(|i| rows.push(band(i)));
        assert!(rows.len() < 2 * FIRST_LOOK, "{}", rows.len());
        assert_eq!(rows.iter().map(|(_, times)| times).sum::<u64>(), 100_000);
        let kinds = sorted(&rows);
        assert_eq!(kinds.len(), 21);
        let null = kinds.iter().filter(|(row, _)| row[1].is_nan());
        assert_eq!(null.map(|(_, times)| times).sum::<u64>(), 33_334);
    }

    #[test]
    fn people_who_all_differ_are_kept_as_they_are() {
        let mut rows = Alike::<1>::default();
        (0..100_000).for_each(|i| rows.push([Some(f64::from(i))]));
        assert_eq!((rows.len(), rows.counted.len()), (100_000, 0));
    }

    #[test]
    fn parts_merge_to_what_one_pass_keeps() {
        let (mut whole, mut merged) = (Alike::<2>::default(), Alike::<2>::default());
        for part in 0..9_u32 {
            let mut rows = Alike::<2>::default();
            (part * 5_000..(part + 1) * 5_000).for_each(|i| {
                rows.push(band(i));
                whole.push(band(i));
            });
            let mut bytes = Vec::new();
            rows.write(&mut bytes);
            merged.merge(&mut Reader::new(&bytes)).unwrap();
        }
        let bits = |rows: &Alike<2>| -> Vec<([u64; 2], u64)> {
            let rows = sorted(rows).into_iter();
            rows.map(|(row, times)| (row.map(f64::to_bits), times))
                .collect()
        };
        assert_eq!(bits(&whole), bits(&merged));
        assert!(merged.len() < 2 * FIRST_LOOK);
    }
}
