//! Rows that are kept for sorting, those that are alike once.
//!
//! Ten million people with an income in hundreds of kronor are some ten thousand different rows.
//! Rows are gathered, and some thousands at a time, while their group is in the cache, each column
//! becomes codes, the codes of a row a key, and keys are counted. Where nearly all rows differ,
//! nothing is gained by that, and they are kept as they come.

mod counts;
mod dictionary;

use datafusion::common::Result;

use self::counts::Counts;
use self::dictionary::Dictionary;
use super::columns::Numbers;
use super::state::{Reader, State, write_count, write_integer, write_number};

/// How many rows are gathered.
const GATHERED: usize = 1 << 13;

/// Fewer rows than this are handed on as they are.
const FEW: usize = 64;

/// From so many different rows on it is asked whether to go on counting them: where more than so
/// many of 16 rows were new, no more are. The more there are, the more it must gain.
const LOOKS: [(usize, u64); 3] = [(1 << 15, 15), (1 << 18, 14), (1 << 20, 8)];

/// A row of numbers, NaN for NULL, and how many rows are exactly like it.
pub(crate) type Counted<const N: usize> = ([f64; N], u64);

/// Rows of numbers.
#[derive(Debug)]
pub(crate) struct Alike<const N: usize> {
    /// Rows that are not counted, or not yet.
    single: Vec<[f64; N]>,
    /// Made for the first rows that are counted: most groups have few rows.
    kinds: Option<Box<Kinds<N>>>,
    /// Counted rows that no key can tell apart.
    others: Vec<Counted<N>>,
    /// Whether rows are no longer counted, since nearly all differ.
    differ: bool,
}

impl<const N: usize> Default for Alike<N> {
    fn default() -> Self {
        Self {
            single: Vec::new(),
            kinds: None,
            others: Vec::new(),
            differ: false,
        }
    }
}

impl<const N: usize> Alike<N> {
    /// Adds a row. NaN is NULL.
    #[inline]
    pub(crate) fn push(&mut self, row: [Option<f64>; N]) {
        // A zero below zero is zero.
        self.add(row.map(|number| number.unwrap_or(f64::NAN) + 0.0));
    }

    #[inline]
    fn add(&mut self, row: [f64; N]) {
        self.single.push(row);
        if self.single.len() >= GATHERED && !self.differ {
            self.count();
        }
    }

    /// Adds each row of a batch to the rows of its group.
    pub(crate) fn push_groups(states: &mut [Self], columns: [Numbers<'_>; N], groups: &[usize]) {
        for (row, group) in groups.iter().enumerate() {
            states[*group].add(columns.each_ref().map(|column| column.get(row) + 0.0));
        }
    }

    /// Adds the rows of a batch, which is quicker than one after the other.
    pub(crate) fn extend(&mut self, columns: [Numbers<'_>; N], rows: usize) {
        let encode =
            |at: usize, dictionary: &mut Dictionary, codes: &mut Vec<u32>| match &columns[at] {
                Numbers::Dense(numbers) => dictionary.encode(numbers.iter().copied(), codes),
                other => dictionary.encode((0..rows).map(|row| other.get(row)), codes),
            };
        let times = std::iter::repeat_n(1, rows);
        let counts = !self.differ && !self.too_many_differ();
        if !counts
            || !self
                .kinds
                .get_or_insert_default()
                .count(rows, encode, times)
        {
            self.differ = true;
            let row = |row| columns.each_ref().map(|column| column.get(row) + 0.0);
            self.single.extend((0..rows).map(row));
        }
    }

    /// Every row, with the number of those that it stands for. Rows that are alike may come more
    /// than once.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Counted<N>> + '_ {
        let single = self.single.iter().map(|row| (*row, 1));
        single.chain(self.counted())
    }

    fn counted(&self) -> impl Iterator<Item = Counted<N>> + '_ {
        let kinds = self.kinds.iter().flat_map(|kinds| kinds.iter());
        kinds.chain(self.others.iter().copied())
    }

    /// How many entries [`iter`](Self::iter) gives.
    pub(crate) fn len(&self) -> usize {
        self.single.len() + self.n_kinds() + self.others.len()
    }

    fn n_kinds(&self) -> usize {
        self.kinds.as_ref().map_or(0, |kinds| kinds.counts.kinds())
    }

    /// Counts the rows that were gathered, or gives up counting where too many differ.
    #[cold]
    fn count(&mut self) {
        let single = &self.single;
        let times = std::iter::repeat_n(1, single.len());
        let column = |at: usize| single.iter().map(move |row| row[at]);
        let counts = !self.too_many_differ();
        let kinds = self.kinds.get_or_insert_default();
        match counts && kinds.count(single.len(), encode(column), times) {
            true => self.single.clear(),
            false => self.differ = true,
        }
    }

    fn too_many_differ(&self) -> bool {
        let different = self.n_kinds();
        let last = LOOKS.iter().rfind(|(at, _)| different >= *at);
        let seen = self.kinds.as_ref().map_or(0, |kinds| kinds.seen);
        last.is_some_and(|(_, most)| different as u64 * 16 > seen * most)
    }
}

/// Different rows and how often they came.
#[derive(Debug)]
struct Kinds<const N: usize> {
    dictionaries: [Dictionary; N],
    /// How many bits of a key each column takes, the first column the lowest.
    widths: [u32; N],
    counts: Counts,
    /// All rows.
    seen: u64,
    /// Whether keys no longer fit in 64 bits.
    is_full: bool,
}

impl<const N: usize> Default for Kinds<N> {
    fn default() -> Self {
        Self {
            dictionaries: std::array::from_fn(|_| Dictionary::default()),
            widths: [0; N],
            counts: Counts::default(),
            seen: 0,
            is_full: false,
        }
    }
}

impl<const N: usize> Kinds<N> {
    /// Counts rows, unless their keys would not fit in 64 bits: then it says so. `encode` gives the
    /// codes of a column.
    fn count(
        &mut self,
        rows: usize,
        encode: impl Fn(usize, &mut Dictionary, &mut Vec<u32>),
        times: impl Iterator<Item = u64> + Clone,
    ) -> bool {
        if self.is_full {
            return false;
        }
        let mut codes: [Vec<u32>; N] = std::array::from_fn(|_| Vec::with_capacity(rows));
        for (at, codes) in codes.iter_mut().enumerate() {
            encode(at, &mut self.dictionaries[at], codes);
        }
        let widths = self.dictionaries.each_ref().map(Dictionary::width);
        let width = widths.iter().sum();
        self.is_full = width > u64::BITS;
        if self.is_full {
            return false;
        }
        self.seen += times.clone().sum::<u64>();
        if widths != self.widths || !self.counts.fits(width, self.seen) {
            self.counts = self.counts_with(&widths, width);
            self.widths = widths;
        }
        let mut keys = vec![0_u64; rows];
        let mut shift = 0;
        for (codes, width) in codes.iter().zip(widths) {
            // A column of one number takes no bits.
            if width > 0 {
                for (key, code) in keys.iter_mut().zip(codes) {
                    *key |= u64::from(*code) << shift;
                }
            }
            shift += width;
        }
        self.counts.add(keys.into_iter().zip(times));
        true
    }

    /// The counts, by keys of other widths.
    fn counts_with(&self, widths: &[u32; N], width: u32) -> Counts {
        let mut counts = Counts::new(width, self.seen);
        counts.add(self.counts.iter().map(|(key, times)| {
            let (mut new, mut shift) = (0, 0);
            for (code, width) in self.codes(key).into_iter().zip(widths) {
                if *width > 0 {
                    new |= code << shift;
                }
                shift += width;
            }
            (new, times)
        }));
        counts
    }

    /// The codes of a key.
    fn codes(&self, mut key: u64) -> [u64; N] {
        self.widths.map(|width| {
            let code = key & low_bits(width);
            key = key.checked_shr(width).unwrap_or_default();
            code
        })
    }

    fn iter(&self) -> impl Iterator<Item = Counted<N>> + '_ {
        self.counts.iter().map(|(key, times)| {
            let (codes, mut columns) = (self.codes(key), self.dictionaries.iter());
            let number = |code: u64| columns.next().map_or(f64::NAN, |all| all.number(code));
            (codes.map(number), times)
        })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let varies = self.widths.map(|width| width > 0);
        for (dictionary, varies) in self.dictionaries.iter().zip(varies) {
            write_integer(bytes, varies.into());
            if !varies {
                write_number(bytes, dictionary.number(0));
            }
        }
        for (row, times) in self.iter() {
            for (number, varies) in row.iter().zip(varies) {
                if varies {
                    write_number(bytes, *number);
                }
            }
            write_count(bytes, times);
        }
    }

    fn heap_bytes(&self) -> usize {
        let dictionaries = self.dictionaries.iter().map(Dictionary::heap_bytes);
        size_of::<Self>() + dictionaries.sum::<usize>() + self.counts.heap_bytes()
    }
}

/// Encodes columns that are numbers one after the other.
fn encode<I: Iterator<Item = f64>>(
    column: impl Fn(usize) -> I,
) -> impl Fn(usize, &mut Dictionary, &mut Vec<u32>) {
    move |at, dictionary, codes| dictionary.encode(column(at), codes)
}

/// That many ones.
fn low_bits(width: u32) -> u64 {
    match width {
        0 => 0,
        width => u64::MAX >> (u64::BITS - width),
    }
}

/// Reads a row, of which some numbers are known.
fn read_row<const N: usize>(bytes: &mut Reader<'_>, known: [Option<f64>; N]) -> Result<[f64; N]> {
    let mut row = [0.0; N];
    for (number, known) in row.iter_mut().zip(known) {
        *number = match known {
            Some(known) => known,
            None => bytes.number()?,
        };
    }
    Ok(row)
}

impl<const N: usize> State for Alike<N> {
    fn seal(&mut self) {
        if self.single.len() >= FEW && !self.differ {
            self.count();
        }
        if self.single.is_empty() {
            self.single = Vec::new();
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.reserve((self.single.len() + 2) * N * 8 + self.n_kinds() * (N * 8 + 2));
        write_integer(bytes, self.single.len() as u64);
        let numbers = self.single.iter().flatten();
        numbers.for_each(|number| write_number(bytes, *number));
        // Of kinds, a column in which all are the same is written once.
        write_integer(bytes, self.n_kinds() as u64);
        if let Some(kinds) = self.kinds.as_ref().filter(|_| self.n_kinds() > 0) {
            kinds.write(bytes);
        }
        write_integer(bytes, self.others.len() as u64);
        for (row, times) in &self.others {
            row.iter().for_each(|number| write_number(bytes, *number));
            write_count(bytes, *times);
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        let single = bytes.length()?;
        self.single.reserve(single);
        for _ in 0..single {
            self.single.push(read_row(bytes, [None; N])?);
        }
        // Only a part in which nearly all differ hands on so many.
        self.differ |= single >= GATHERED;
        if self.single.len() >= GATHERED && !self.differ {
            self.count();
        }
        let n_kinds = bytes.length()?;
        let mut same = [None; N];
        if n_kinds > 0 {
            for number in &mut same {
                *number = match bytes.integer()? {
                    0 => Some(bytes.number()?),
                    _ => None,
                };
            }
        }
        let mut counted = Vec::with_capacity(n_kinds);
        for _ in 0..n_kinds {
            counted.push((read_row(bytes, same)?, bytes.count()?));
        }
        for _ in 0..bytes.length()? {
            counted.push((read_row(bytes, [None; N])?, bytes.count()?));
        }
        let column = |at: usize| counted.iter().map(move |(row, _): &Counted<N>| row[at]);
        let times = counted.iter().map(|(_, times)| *times);
        if !counted.is_empty() {
            let kinds = self.kinds.get_or_insert_default();
            if !kinds.count(counted.len(), encode(column), times) {
                self.others.extend(counted);
            }
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        self.single.capacity() * N * 8
            + self.others.capacity() * (N + 1) * 8
            + self.kinds.as_ref().map_or(0, |kinds| kinds.heap_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Bits<const N: usize> = BTreeMap<[u64; N], u64>;

    fn bits<const N: usize>(rows: &Alike<N>) -> Bits<N> {
        let mut counts = Bits::new();
        for (row, times) in rows.iter() {
            *counts.entry(row.map(f64::to_bits)).or_default() += times;
        }
        counts
    }

    fn band(i: u32) -> [Option<f64>; 2] {
        [
            Some(f64::from(i % 7)),
            (!i.is_multiple_of(3)).then_some(f64::from(i % 2)),
        ]
    }

    fn merged<const N: usize>(parts: &[Alike<N>]) -> Alike<N> {
        let mut merged = Alike::default();
        for part in parts {
            let mut bytes = Vec::new();
            part.write(&mut bytes);
            merged.merge(&mut Reader::new(&bytes)).unwrap();
        }
        merged
    }

    #[test]
    fn people_of_few_kinds_are_few_rows() {
        let mut rows = Alike::<2>::default();
        (0..100_000).for_each(|i| rows.push(band(i)));
        assert!(rows.len() < 21 + GATHERED, "{}", rows.len());
        assert_eq!(rows.n_kinds(), 21);
        assert_eq!(rows.iter().map(|(_, times)| times).sum::<u64>(), 100_000);
        let nobody = rows.iter().filter(|(row, _)| row[1].is_nan());
        assert_eq!(nobody.map(|(_, times)| times).sum::<u64>(), 33_334);
    }

    #[test]
    fn the_two_zeros_are_one_row() {
        let mut rows = Alike::<1>::default();
        (0..10_000).for_each(|i| rows.push([Some(if i % 2 == 0 { 0.0 } else { -0.0 })]));
        assert_eq!(bits(&rows), Bits::from([([0], 10_000)]));
    }

    #[test]
    fn people_who_all_differ_are_kept_as_they_are() {
        let mut rows = Alike::<1>::default();
        (0..100_000).for_each(|i| rows.push([Some(f64::from(i))]));
        assert!(rows.differ && rows.single.len() > 60_000);
        assert_eq!((rows.len(), bits(&rows).len()), (100_000, 100_000));
    }

    #[test]
    fn a_group_of_few_rows_has_no_tables() {
        let mut rows = Alike::<5>::default();
        (0..10).for_each(|i| rows.push([Some(f64::from(i)); 5]));
        rows.seal();
        assert!(rows.kinds.is_none() && size_of_val(&rows) < 80);
        assert_eq!(rows.len(), 10);
    }

    #[test]
    fn what_a_part_gave_up_is_not_begun_again() {
        let mut part = Alike::<1>::default();
        (0..100_000).for_each(|i| part.push([Some(f64::from(i))]));
        part.seal();
        let merged = merged(&[part]);
        assert!(
            merged.differ && merged.n_kinds() < 2 * LOOKS[0].0,
            "{}",
            merged.n_kinds()
        );
        assert_eq!((merged.len(), bits(&merged).len()), (100_000, 100_000));
    }

    #[test]
    fn keys_that_do_not_fit_are_kept_beside_the_others() {
        // Five columns of 8,000 numbers each would take 65 bits.
        let row = |i: u32| [1.0, 3.0, 5.0, 7.0, 9.0].map(|odd| Some(f64::from(i) * odd));
        let mut half = Alike::<5>::default();
        (0..20_000).for_each(|i| half.push(row(i % 4_000)));
        let mut other = Alike::<5>::default();
        (0..20_000).for_each(|i| other.push(row(4_000 + i % 4_000)));
        assert!(half.n_kinds() > 0 && half.others.is_empty());
        let both = merged(&[half, other]);
        assert!(!both.others.is_empty() || both.differ);
        let counts = bits(&both);
        assert_eq!(counts.len(), 8_000);
        assert!(counts.values().all(|times| *times == 5));
    }

    #[test]
    fn parts_merge_to_what_one_pass_keeps() {
        // Of few, some, and so many kinds that the last parts give up counting.
        for kinds in [11_u32, 5_000, 90_000_000] {
            let row = |i: u32| {
                let kind = i.wrapping_mul(2_654_435_761) % kinds;
                [Some(f64::from(kind)), band(i)[1]]
            };
            for sizes in [
                &[20_000_u32; 9][..],
                &[3, 100_000, 40],
                &[90_000, 10, 90_000],
            ] {
                let (mut whole, mut parts, mut from) = (Alike::<2>::default(), Vec::new(), 0);
                for size in sizes {
                    let mut part = Alike::<2>::default();
                    (from..from + size).for_each(|i| {
                        part.push(row(i));
                        whole.push(row(i));
                    });
                    from += size;
                    parts.push(part);
                }
                let expected = bits(&whole);
                assert_eq!(expected.values().sum::<u64>(), u64::from(from));
                assert_eq!(bits(&merged(&parts)), expected);
                parts.reverse();
                assert_eq!(bits(&merged(&parts)), expected);
            }
        }
    }
}
