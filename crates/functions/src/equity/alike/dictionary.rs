//! The different numbers of a column, in the order in which they came.

/// Different numbers, each with a code: 0 for the first, 1 for the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    /// The bits of each number, by its code.
    numbers: Vec<u64>,
    /// Open addressing, at most seven eighths full, since a small table stays in the cache: codes,
    /// and 1 that makes 0 a free slot.
    slots: Vec<u32>,
}

/// The fewest slots.
const SLOTS: usize = 16;

impl Dictionary {
    /// How many different numbers there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// How many bits every code fits in.
    pub(super) fn width(&self) -> u32 {
        self.len().next_power_of_two().trailing_zeros()
    }

    /// The number of a code.
    #[expect(clippy::cast_possible_truncation, reason = "codes are below 2^32")]
    pub(super) fn number(&self, code: u64) -> f64 {
        f64::from_bits(self.numbers[code as usize])
    }

    /// The codes of numbers, in `codes`. A zero below zero is zero.
    pub(super) fn encode(&mut self, numbers: impl Iterator<Item = f64>, codes: &mut Vec<u32>) {
        codes.clear();
        let bits: Vec<u64> = numbers.map(|number| (number + 0.0).to_bits()).collect();
        let Some(first) = bits.first() else {
            return;
        };
        // Room, and a number for each slot to be compared with.
        self.code(*first);
        if bits.iter().all(|other| other == first) {
            codes.resize(bits.len(), self.code(*first));
            return;
        }
        self.look_up(&bits, codes);
    }

    /// Looks where each number would be if no other had its place, all of them before the first is
    /// compared, and without a branch: the processor then waits for many places in memory at once.
    /// The others are looked for one by one.
    fn look_up(&mut self, bits: &[u64], codes: &mut Vec<u32>) {
        let mask = self.slots.len() - 1;
        codes.extend(bits.iter().map(|bits| self.slots[hash(*bits) & mask]));
        let mut others = vec![0; bits.len()];
        let mut n_others = 0;
        for ((code, bits), row) in codes.iter_mut().zip(bits).zip(0_u32..) {
            let slot = *code;
            *code = slot.saturating_sub(1);
            let is_it = (slot != 0) & (self.numbers[*code as usize] == *bits);
            others[n_others] = row;
            n_others += usize::from(!is_it);
        }
        for row in &others[..n_others] {
            let row = *row as usize;
            codes[row] = self.code(bits[row]);
        }
    }

    /// The code of a number, a new one if it is new.
    fn code(&mut self, bits: u64) -> u32 {
        if self.slots.is_empty() {
            self.grow();
        }
        match self.find(bits) {
            Ok(code) => code,
            Err(free) => self.insert(bits, free),
        }
    }

    /// The code of a number, or the free slot where it would be.
    #[inline]
    fn find(&self, bits: u64) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash(bits) & mask;
        loop {
            match self.slots[at] {
                0 => return Err(at),
                slot if self.numbers[slot as usize - 1] == bits => return Ok(slot - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    #[cold]
    fn insert(&mut self, bits: u64, free: usize) -> u32 {
        let code = self.next_code();
        self.slots[free] = code + 1;
        self.numbers.push(bits);
        if 8 * (self.numbers.len() + 1) > 7 * self.slots.len() {
            self.grow();
        }
        code
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "counting is given up long before 2^32 numbers"
    )]
    fn next_code(&self) -> u32 {
        self.numbers.len() as u32
    }

    #[cold]
    fn grow(&mut self) {
        let mask = (2 * self.slots.len()).max(SLOTS) - 1;
        self.slots = vec![0; mask + 1];
        for (bits, slot) in self.numbers.iter().zip(1..) {
            let mut at = hash(*bits) & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.numbers.capacity() * 8 + self.slots.capacity() * 4
    }
}

/// Whole numbers differ in the upper bits only: the upper half of a product beside its lower half.
#[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
#[inline]
pub(super) fn hash(bits: u64) -> usize {
    // 2^64 over the golden ratio.
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let product = u128::from(bits ^ ODD) * u128::from(ODD);
    (product as u64 ^ (product >> 64) as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_in_the_order_of_the_numbers() {
        let mut dictionary = Dictionary::default();
        let mut codes = Vec::new();
        let numbers = [7.0, 7.0, -1.5, f64::NAN, 7.0, f64::NAN, 0.0];
        dictionary.encode(numbers.into_iter(), &mut codes);
        assert_eq!(codes, [0, 0, 1, 2, 0, 2, 3]);
        assert_eq!((dictionary.len(), dictionary.width()), (4, 2));
        assert_eq!(dictionary.number(1), -1.5);
        dictionary.encode([-1.5, 9.0].into_iter(), &mut codes);
        assert_eq!((codes.as_slice(), dictionary.width()), (&[1, 4][..], 3));
    }

    #[test]
    fn one_number_takes_no_bits() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.width(), 0);
        dictionary.encode([3.0; 9].into_iter(), &mut Vec::new());
        assert_eq!(dictionary.width(), 0);
    }

    #[test]
    fn many_numbers_are_found_again() {
        let mut dictionary = Dictionary::default();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let numbers = || (0..100_000_u32).map(|i| f64::from(i) * 100.0);
        dictionary.encode(numbers(), &mut first);
        dictionary.encode(numbers(), &mut second);
        assert_eq!(first, second);
        assert!(first.iter().copied().eq(0..100_000));
    }

    #[test]
    fn hashes_of_round_numbers_differ_in_the_bits_that_are_looked_at() {
        for step in [1.0, 100.0, 0.25, 1e6] {
            let places: std::collections::HashSet<usize> = (0..4096_u32)
                .map(|i| hash((f64::from(i) * step).to_bits()) % 8192)
                .collect();
            // Thrown at random, 4,096 balls fill 39 % of twice as many places.
            assert!(places.len() > 2800, "{step}: {}", places.len());
        }
    }
}
