//! Which distinct values has a column, and which of them is each value? Counts repeat, so most
//! values are found without a hash: beside the one before, or in a table of small numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Distinct values beyond which a dictionary does not pay.
pub(super) const MAX_DISTINCT: usize = 1 << 15;
/// Numbers below this have a table.
const SMALL: usize = 1 << 13;
/// Texts that are remembered by their view, per batch.
const REMEMBERED: usize = 256;

/// There are too many distinct values.
#[derive(Debug)]
pub(super) struct TooMany;

/// The distinct 64-bit values of a column, in order of appearance.
pub(super) struct Numbers {
    pub(super) values: Vec<u64>,
    /// Index + 1 of each small number; 0 where it has not been seen.
    small: Vec<u16>,
    large: HashMap<u64, u16, BuildHasherDefault<Mix>>,
}

impl Numbers {
    pub(super) fn new() -> Self {
        Self {
            values: Vec::new(),
            small: vec![0; SMALL],
            large: HashMap::default(),
        }
    }

    /// Appends the indices of values.
    pub(super) fn index(
        &mut self,
        values: impl Iterator<Item = u64>,
        indices: &mut Vec<u16>,
    ) -> Result<(), TooMany> {
        let mut before = None;
        for value in values {
            let index = match before {
                Some((same, index)) if same == value => index,
                _ => self.index_of(value)?,
            };
            before = Some((value, index));
            indices.push(index);
        }
        Ok(())
    }

    fn index_of(&mut self, value: u64) -> Result<u16, TooMany> {
        let small = usize::try_from(value)
            .ok()
            .and_then(|at| self.small.get_mut(at));
        if let Some(slot) = small {
            if *slot == 0 {
                *slot = next(self.values.len())? + 1;
                self.values.push(value);
            }
            return Ok(*slot - 1);
        }
        if let Some(&index) = self.large.get(&value) {
            return Ok(index);
        }
        let index = next(self.values.len())?;
        self.values.push(value);
        self.large.insert(value, index);
        Ok(index)
    }
}

/// The distinct texts of a column, in order of appearance.
pub(super) struct Texts {
    pub(super) values: Vec<Box<str>>,
    indices: HashMap<Box<str>, u16>,
}

impl Texts {
    pub(super) fn new() -> Self {
        Self {
            values: Vec::new(),
            indices: HashMap::new(),
        }
    }

    /// Appends the indices of texts; a view stands for its text within one array.
    pub(super) fn index<'a>(
        &mut self,
        texts: impl Iterator<Item = (u128, &'a str)>,
        indices: &mut Vec<u16>,
    ) -> Result<(), TooMany> {
        let mut remembered: [Option<(u128, u16)>; REMEMBERED] = [None; REMEMBERED];
        for (view, text) in texts {
            let slot = &mut remembered[slot_of(view)];
            let index = match *slot {
                Some((same, index)) if same == view => index,
                _ => {
                    let index = self.index_of(text)?;
                    *slot = Some((view, index));
                    index
                }
            };
            indices.push(index);
        }
        Ok(())
    }

    fn index_of(&mut self, text: &str) -> Result<u16, TooMany> {
        if let Some(&index) = self.indices.get(text) {
            return Ok(index);
        }
        let index = next(self.values.len())?;
        self.values.push(text.into());
        self.indices.insert(text.into(), index);
        Ok(index)
    }
}

fn next(n_distinct: usize) -> Result<u16, TooMany> {
    match u16::try_from(n_distinct) {
        Ok(index) if n_distinct < MAX_DISTINCT => Ok(index),
        _ => Err(TooMany),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
fn fold(view: u128) -> u64 {
    (view as u64) ^ (view >> 64) as u64
}

fn slot_of(view: u128) -> usize {
    usize::from(mix(fold(view)).to_le_bytes()[0]) % REMEMBERED
}

/// Spreads the bits of a number over all of them (Fibonacci hashing, high half down).
fn mix(value: u64) -> u64 {
    let spread = value.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    spread ^ (spread >> 32)
}

/// A hasher of one number; who can choose the numbers gains nothing but a slower file.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = mix(self.0 ^ u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = mix(value);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_lead_back_to_the_values() {
        let values = [5, 5, 0, u64::MAX, 9000, 5, u64::MAX, 8191, 8192];
        let mut numbers = Numbers::new();
        let mut indices = Vec::new();
        numbers.index(values.into_iter(), &mut indices).unwrap();
        let back: Vec<u64> = indices
            .iter()
            .map(|&i| numbers.values[usize::from(i)])
            .collect();
        assert_eq!(back, values);
        assert_eq!(numbers.values.len(), 6);
    }

    #[test]
    fn too_many_values_are_refused() {
        let mut indices = Vec::new();
        let most = MAX_DISTINCT as u64;
        assert!(Numbers::new().index(0..most, &mut indices).is_ok());
        assert!(Numbers::new().index(0..=most, &mut indices).is_err());
    }
}
