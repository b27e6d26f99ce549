//! Pseudonyms: a letter and letters or digits that say nothing.
//!
//! A number is shuffled among all numbers of 45 bits, so that no two share a pseudonym, and written
//! in nine signs of Crockford's base 32, which has no I, L, O or U.

use crate::random::mix;

const BITS: u32 = 45;
const MASK: u64 = (1 << BITS) - 1;
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many things one person may have of a kind, and so the largest part of a number.
pub(crate) const PER_PERSON: u64 = 32;
/// The most people.
pub(crate) const MOST_PEOPLE: u64 = (MASK + 1) / PER_PERSON;

/// A pseudonym.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identifier([u8; 10]);

impl Identifier {
    /// The pseudonym of a number below 2^45, of a kind that a letter names.
    pub(crate) fn new(seed: u64, kind: u8, number: u64) -> Self {
        let mut bits = number & MASK;
        // Each step can be undone, so no two numbers meet.
        for round in 0..3 {
            let key = mix(seed ^ (u64::from(kind) << 8) ^ round);
            bits = (bits ^ (bits >> 23)).wrapping_mul(key | 1) & MASK;
            bits = bits.wrapping_add(key >> 17) & MASK;
        }
        bits ^= bits >> 23;
        let mut text = [kind; 10];
        for (index, sign) in text.iter_mut().skip(1).enumerate() {
            let index = 8 - index;
            let five = ((bits >> (5 * index)) & 31) as usize;
            *sign = SIGNS[five];
        }
        Self(text)
    }

    /// As text.
    pub(crate) fn as_str(&self) -> &str {
        // Only signs of ASCII are in it.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_numbers_share_a_pseudonym() {
        let mut seen = HashSet::new();
        for number in (0..200_000).chain(MASK - 1000..=MASK) {
            let id = Identifier::new(5, b'P', number);
            assert_eq!(id.as_str().len(), 10);
            assert!(seen.insert(id), "{number}");
        }
        let other = Identifier::new(5, b'T', 1);
        assert!(other.as_str().starts_with('T'));
        assert_ne!(
            other.as_str()[1..],
            Identifier::new(5, b'P', 1).as_str()[1..]
        );
    }
}
