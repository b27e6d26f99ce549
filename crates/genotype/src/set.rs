//! How a set of numbers is stored: sparse, dense, all or empty.
//!
//! ```text
//! sparse  LEB128 varints: the first number, then each number minus the one before, minus 1
//! dense   one bit per number, the lowest bit of a byte first
//! ```

use crate::Error;

/// A set is dense when it has more than a 32nd of the numbers that it could have: a bit test of a
/// word costs less than the varints that it stands for.
const DENSE_SHARE: u64 = 32;

/// A stored set, not yet looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Set<'a> {
    #[default]
    Empty,
    Sparse(&'a [u8]),
    Dense(&'a [u8]),
    All,
}

impl Set<'_> {
    pub(crate) const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

pub(crate) const fn is_dense(size: u64, universe: u64) -> bool {
    size * DENSE_SHARE > universe
}

/// Takes the bytes of a value from the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    #[inline]
    pub(crate) fn byte(&mut self, section: &'static str) -> Result<u8, Error> {
        let (&byte, rest) = self.0.split_first().ok_or(Error::Truncated { section })?;
        self.0 = rest;
        Ok(byte)
    }

    pub(crate) fn take(&mut self, n: usize, section: &'static str) -> Result<&'a [u8], Error> {
        let taken = self.0.get(..n).ok_or(Error::Truncated { section })?;
        self.0 = self.0.get(n..).unwrap_or_default();
        Ok(taken)
    }

    #[inline]
    pub(crate) fn varint(&mut self, section: &'static str) -> Result<u32, Error> {
        let first = self.byte(section)?;
        if first < 0x80 {
            return Ok(u32::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        for shift in [7, 14, 21, 28] {
            let byte = self.byte(section)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let problem = "a varint is larger than 32 bits";
                return u32::try_from(value).map_err(|_| Error::Malformed { section, problem });
            }
        }
        Err(Error::Malformed {
            section,
            problem: "a varint has more than 5 bytes",
        })
    }

    pub(crate) fn length(&mut self, section: &'static str) -> Result<usize, Error> {
        self.varint(section)
            .map(|length| usize::try_from(length).unwrap_or(usize::MAX))
    }
}

#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, value: u32) {
    let bytes = value.to_le_bytes();
    if value < 0x80 {
        out.push(bytes[0]);
    } else if value < 0x4000 {
        let [high, ..] = (value >> 7).to_le_bytes();
        out.extend_from_slice(&[bytes[0] | 0x80, high]);
    } else {
        let mut rest = value;
        while rest >= 0x80 {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }
}

/// Writes a sparse set; numbers must come in ascending order.
pub(crate) struct SparseWriter<'a> {
    out: &'a mut Vec<u8>,
    next: u32,
}

impl<'a> SparseWriter<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, next: 0 }
    }

    #[inline]
    pub(crate) fn put(&mut self, number: u32) {
        put_varint(self.out, number.wrapping_sub(self.next));
        self.next = number.wrapping_add(1);
    }
}

/// Writes `content` after its length as a varint.
pub(crate) fn with_length(out: &mut Vec<u8>, content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    content(out);
    let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    let end = out.len();
    put_varint(out, length);
    let n = out.len() - end;
    out[start..].rotate_right(n);
}

/// Refuses a sparse set whose last varint has no end.
#[inline]
pub(crate) fn check_sparse(bytes: &[u8], section: &'static str) -> Result<(), Error> {
    match bytes.last() {
        Some(&last) if last >= 0x80 => Err(Error::Truncated { section }),
        _ => Ok(()),
    }
}

/// The numbers of a sparse set, one by one.
///
/// The bytes must have passed [`check_sparse`]. A varint of nonsensical length gives a number
/// beyond every limit, as large numbers do: the caller compares with its own.
#[derive(Clone, Debug)]
pub(crate) struct SparseIter<'a> {
    bytes: &'a [u8],
    next: u64,
}

/// Larger than any number of a block.
const BEYOND: u64 = 1 << 56;

impl<'a> SparseIter<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0 }
    }
}

impl Iterator for SparseIter<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        let mut delta = u64::from(first & 0x7f);
        if first >= 0x80 {
            let mut shift = 7;
            while let Some((&byte, rest)) = self.bytes.split_first() {
                self.bytes = rest;
                delta |= u64::from(byte & 0x7f) << shift;
                if byte < 0x80 {
                    break;
                }
                shift += 7;
                if shift > 49 {
                    self.bytes = &[];
                    return Some(BEYOND);
                }
            }
        }
        let number = (self.next + delta).min(BEYOND);
        self.next = number + 1;
        Some(number)
    }
}

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// Calls `f` with each number of a sparse set, in order, and gives the last number plus 1.
///
/// Reads eight bytes at a time: where each varint ends is known from their high bits at once, so
/// that the next one does not wait for the one before. Takes four, two or one of them: which it is
/// seldom changes within a row, and is foreseen.
///
/// The bytes must have passed [`check_sparse`]; numbers are as those of [`SparseIter`].
#[inline(always)]
pub(crate) fn for_each_sparse(bytes: &[u8], mut f: impl FnMut(u64)) -> u64 {
    let mut next = 0u64;
    let mut rest = bytes;
    while let Some((window, _)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*window);
        let mut fields = Fields::new(word, HIGH_BITS);
        let second = fields.left & fields.left.wrapping_sub(1);
        let third = second & second.wrapping_sub(1);
        let fourth = third & third.wrapping_sub(1);
        if fourth != 0 && word & HIGH_BITS & (word << 8) == 0 {
            next = fields.take(after_short, next, &mut f);
            next = fields.take(after_short, next, &mut f);
            next = fields.take(after_short, next, &mut f);
            next = fields.take(after_short, next, &mut f);
            let used = (fourth.trailing_zeros() / 8) as usize + 1;
            rest = rest.get(used..).unwrap_or_default();
            continue;
        }
        let last = if fourth != 0 {
            next = fields.take(after, next, &mut f);
            next = fields.take(after, next, &mut f);
            next = fields.take(after, next, &mut f);
            fourth
        } else if second != 0 {
            next = fields.take(after, next, &mut f);
            second
        } else if fields.left != 0 {
            fields.left
        } else {
            return BEYOND;
        };
        next = fields.take(after, next, &mut f);
        let used = (last.trailing_zeros() / 8) as usize + 1;
        rest = rest.get(used..).unwrap_or_default();
    }
    if !rest.is_empty() {
        let ends = HIGH_BITS & (u64::MAX >> (64 - 8 * rest.len()));
        let mut fields = Fields::new(short_word(rest), ends);
        while fields.left != 0 {
            next = fields.take(after, next, &mut f);
        }
    }
    next
}

/// The varints of a word.
struct Fields {
    word: u64,
    /// The high bit of each last byte that is left.
    left: u64,
    start: u32,
}

impl Fields {
    #[inline(always)]
    const fn new(word: u64, bytes: u64) -> Self {
        Self {
            word,
            left: !word & bytes,
            start: 0,
        }
    }

    #[inline(always)]
    fn take(&mut self, after: impl Fn(u64, u64) -> u64, next: u64, f: &mut impl FnMut(u64)) -> u64 {
        let end = self.left.trailing_zeros();
        self.left &= self.left - 1;
        let field = (self.word >> self.start) & (u64::MAX >> (63 - (end - self.start)));
        let number = after(next, field);
        f(number);
        self.start = (end + 1) & 63;
        number + 1
    }
}

/// The number that a varint of two bytes at most gives.
#[inline(always)]
const fn after_short(next: u64, field: u64) -> u64 {
    next + ((field & 0x7f) | (field >> 1 & 0x3f80))
}

/// The number that a varint gives, [`BEYOND`] at most: no value, however long, adds up to more than
/// fits.
#[inline(always)]
fn after(next: u64, field: u64) -> u64 {
    (next + join_sevens(field)).min(BEYOND)
}

/// Joins the low seven bits of each byte.
#[inline(always)]
const fn join_sevens(field: u64) -> u64 {
    let x = field & !HIGH_BITS;
    let x = (x & 0x007f_007f_007f_007f) | (x & 0x7f00_7f00_7f00_7f00) >> 1;
    let x = (x & 0x0000_3fff_0000_3fff) | (x & 0x3fff_0000_3fff_0000) >> 2;
    (x & 0x0fff_ffff) | (x & 0x0fff_ffff_0000_0000) >> 4
}

/// One to seven bytes as a word, without reading beyond them.
#[inline(always)]
pub(crate) fn short_word(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    if let (Some(&low), Some(&high)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (low, high) = (u32::from_le_bytes(low), u32::from_le_bytes(high));
        return u64::from(low) | u64::from(high) << (8 * (n - 4));
    }
    match *bytes {
        [a, b, c] => u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16,
        [a, b] => u64::from(a) | u64::from(b) << 8,
        [a] => u64::from(a),
        _ => 0,
    }
}

/// The number of bytes of `n` bits.
pub(crate) const fn plane_bytes(n: u32) -> usize {
    n.div_ceil(8) as usize
}

/// Word `w` of a bit plane, zero beyond its end.
#[inline]
pub(crate) fn plane_word(plane: &[u8], w: usize) -> u64 {
    let rest = plane.get(8 * w..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(&word) => u64::from_le_bytes(word),
        None => short_word(rest),
    }
}

#[inline]
pub(crate) fn plane_bit(plane: &[u8], i: u32) -> bool {
    plane
        .get(i as usize / 8)
        .is_some_and(|byte| byte >> (i % 8) & 1 != 0)
}

/// Refuses bits beyond the last of `n`.
pub(crate) fn check_plane(plane: &[u8], n: u32, section: &'static str) -> Result<(), Error> {
    match plane.last() {
        Some(&last) if !n.is_multiple_of(8) && last >> (n % 8) != 0 => Err(Error::Malformed {
            section,
            problem: "a bit is set beyond the last sample",
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sparse_set_survives(numbers in proptest::collection::btree_set(0..u32::MAX, 0..60)) {
            let mut bytes = Vec::new();
            let mut writer = SparseWriter::new(&mut bytes);
            numbers.iter().for_each(|&number| writer.put(number));
            let expected: Vec<u64> = numbers.iter().map(|&number| u64::from(number)).collect();
            prop_assert_eq!(SparseIter::new(&bytes).collect::<Vec<_>>(), expected.clone());
            let mut found = Vec::new();
            let end = for_each_sparse(&bytes, |number| found.push(number));
            prop_assert_eq!(end, expected.last().map_or(0, |last| last + 1));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn both_decoders_agree_on_any_bytes(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            if let Some(last) = bytes.last_mut() {
                *last &= 0x7f;
            }
            let limit = 1 << 34;
            let expected: Vec<u64> = SparseIter::new(&bytes).take_while(|&n| n < limit).collect();
            let mut found = Vec::new();
            let end = for_each_sparse(&bytes, |number| found.push(number));
            let found_all = found.len();
            found.retain(|&n| n < limit);
            prop_assert_eq!(&found, &expected);
            let beyond = SparseIter::new(&bytes).any(|n| n >= limit);
            prop_assert_eq!(end > limit, beyond);
            prop_assert!(beyond || found_all == expected.len());
        }
    }

    #[test]
    fn large_varints_do_not_add_up_to_small_numbers() {
        let bytes = [[0xff; 7].as_slice(), &[0x7f]].concat().repeat(5_000);
        assert_eq!(for_each_sparse(&bytes, |_| ()), BEYOND + 1);
        assert!(SparseIter::new(&bytes).all(|number| number >= 1 << 55));
    }

    #[test]
    fn a_length_stands_before_its_content() {
        for n in [0, 1, 127, 128, 20_000] {
            let mut out = vec![9];
            with_length(&mut out, |out| out.resize(out.len() + n, 7));
            let mut reader = Reader(&out);
            assert_eq!(reader.byte("x"), Ok(9));
            assert_eq!(reader.length("x"), Ok(n));
            assert_eq!(reader.0, vec![7; n]);
        }
    }

    #[test]
    fn varints_that_are_too_long_are_refused() {
        assert_eq!(
            Reader(&[0xff, 0xff, 0xff, 0xff, 0x0f]).varint("x"),
            Ok(u32::MAX)
        );
        for bytes in [&[0xff; 4][..], &[0xff, 0xff, 0xff, 0xff, 0x1f], &[0x80; 9]] {
            assert!(Reader(bytes).varint("x").is_err());
        }
    }
}
