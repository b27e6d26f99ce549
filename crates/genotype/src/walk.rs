//! Which samples of a row are not as the default call says, and how?
//!
//! A sample's *key* has one bit per thing that the sections say of it. Any combination has a
//! meaning: an exception overrides all but `ADJ`, missing overrides the alleles, half overrides the
//! allele of its slot, and ALT overrides OTHER.

use crate::Error;
use crate::layout::{
    ADJ_FAIL, ALT, Exception, HALF, HAPLOID, MISSING_SAMPLES, N_SETS, OTHER, PHASE, SET_NAMES,
    Sections, is_slot_set, out_of_range, planes, universe,
};
use crate::set::{Set, SparseIter, plane_word};
use crate::simd::{self, Level};

pub(crate) type Key = u16;

pub(crate) const KEY_ALT: Key = 3;
pub(crate) const KEY_MISSING: Key = 1 << 6;
pub(crate) const KEY_HAPLOID: Key = 1 << 7;
pub(crate) const KEY_ADJ: Key = 1 << 8;
pub(crate) const KEY_PHASE: Key = 1 << 9;
pub(crate) const KEY_EXCEPTION: Key = 1 << 10;
/// The bits that counting looks at.
pub(crate) const KEY_COUNTED: Key = (1 << 9) - 1;

/// The lowest key bit of each set; a slot set has two.
const KEY_SHIFT: [u32; N_SETS] = [0, 2, 6, 4, 7, 9, 8];

const END: u64 = u64::MAX;

/// The state of slot `h` (0 or 1) that a key without exception gives: 0 REF, 1 this ALT, 2 another
/// ALT, 3 missing.
pub(crate) const fn slot_state(key: Key, h: u32) -> u8 {
    if key & KEY_MISSING != 0 || key >> (4 + h) & 1 != 0 {
        3
    } else if key >> h & 1 != 0 {
        1
    } else if key >> (2 + h) & 1 != 0 {
        2
    } else {
        0
    }
}

impl<'a> Sections<'a> {
    /// Empties the sets that don't change a count: phase, and `adj_fail` for a raw count.
    pub(crate) fn keep_counted(&mut self, adj: bool) {
        self.sets[PHASE] = Set::Empty;
        if !adj {
            self.sets[ADJ_FAIL] = Set::Empty;
        }
    }

    /// Whether there is nothing but the ALT set.
    pub(crate) fn is_alt_only(&self) -> bool {
        self.exceptions.is_empty() && self.sets.iter().skip(ALT + 1).all(Set::is_empty)
    }

    /// Whether every set is empty or sparse, other than ALT if `but_alt`.
    pub(crate) fn is_sparse(&self, but_alt: bool) -> bool {
        let first = if but_alt { ALT + 1 } else { ALT };
        let sparse = |set: &Set<'_>| matches!(set, Set::Empty | Set::Sparse(_));
        self.sets.iter().skip(first).all(sparse)
    }

    /// Whether a set is dense.
    pub(crate) fn has_dense(&self) -> bool {
        self.sets.iter().any(|set| matches!(set, Set::Dense(_)))
    }

    /// Takes the plane of haploid samples away, if it is the only dense set and none is `all`.
    pub(crate) fn take_haploid_plane(&mut self) -> Option<&'a [u8]> {
        let Set::Dense(plane) = self.sets[HAPLOID] else {
            return None;
        };
        self.sets[HAPLOID] = Set::Empty;
        if self.is_sparse(false) {
            return Some(plane);
        }
        self.sets[HAPLOID] = Set::Dense(plane);
        None
    }

    /// Whether there is nothing but the ALT set and lists or planes of those who have no call.
    pub(crate) fn says_only_who_is_missing(&self) -> bool {
        let mut sets = self.sets.iter().enumerate();
        self.exceptions.is_empty()
            && sets.all(|(set, stored)| match stored {
                Set::Empty => true,
                Set::All => false,
                Set::Sparse(_) | Set::Dense(_) => matches!(set, ALT | MISSING_SAMPLES | ADJ_FAIL),
            })
    }

    /// Calls `f` with the samples that lists say have no call, or none that passes: each list in
    /// order, so that a sample may come twice.
    #[inline]
    pub(crate) fn for_each_missing(&self, mut f: impl FnMut(u32)) -> Result<(), Error> {
        let limit = u64::from(self.n_samples);
        for set in [MISSING_SAMPLES, ADJ_FAIL] {
            let Set::Sparse(bytes) = self.sets[set] else {
                continue;
            };
            for number in SparseIter::new(bytes) {
                match u32::try_from(number) {
                    Ok(sample) if number < limit => f(sample),
                    _ => return Err(out_of_range(set, self.n_samples, number)),
                }
            }
        }
        Ok(())
    }

    /// Sets a bit per sample that has no call, or none that passes.
    pub(crate) fn missing_words(&self, level: Level, out: &mut Vec<u64>) -> Result<(), Error> {
        out.clear();
        out.resize(self.n_samples.div_ceil(64) as usize, 0);
        for set in [MISSING_SAMPLES, ADJ_FAIL] {
            if let Set::Dense(plane) = self.sets[set] {
                simd::or_plane(level, plane, out);
            }
        }
        self.for_each_missing(|sample| out[sample as usize / 64] |= 1 << (sample % 64))
    }

    /// The key of samples that no list names.
    pub(crate) fn default_key(&self) -> Key {
        let sets = self.sets.iter().zip(KEY_SHIFT);
        sets.filter(|(set, _)| matches!(set, Set::All))
            .fold(0, |key, (_, shift)| key | 1 << shift)
    }

    /// Calls `f` with each sample that a list, a plane or an exception names, in ascending order,
    /// and its key. Costs the samples named; where a set is dense, also a 64th of all samples.
    #[inline]
    pub(crate) fn for_each_named(&self, mut f: impl FnMut(u32, Key)) -> Result<(), Error> {
        if self.has_dense() {
            return self.by_words(&mut f);
        }
        let default = self.default_key();
        let mut cursors = Cursors::new(self);
        loop {
            let sample = cursors.lowest_sample();
            if sample == END {
                return Ok(());
            }
            let key = cursors.take_sample(sample);
            let Some(named) = u32::try_from(sample).ok().filter(|&s| s < self.n_samples) else {
                return cursors.check();
            };
            f(named, default | key);
        }
    }

    fn by_words(&self, f: &mut impl FnMut(u32, Key)) -> Result<(), Error> {
        let default = self.default_key();
        let mut cursors = Cursors::new(self);
        for word in 0..self.n_samples.div_ceil(64) {
            let (mut planes, mut named) = ([0u64; 11], 0);
            self.dense_words(word as usize, &mut planes);
            cursors.take_words(u64::from(word) * 64, &mut planes);
            for plane in &planes {
                named |= plane;
            }
            while named != 0 {
                let bit = named.trailing_zeros();
                named &= named - 1;
                let mut key = 0;
                for (i, plane) in planes.iter().enumerate() {
                    key |= Key::from(plane >> bit & 1 != 0) << i;
                }
                f(word * 64 + bit, default | key);
            }
        }
        cursors.check()
    }

    /// Or-s a word of each dense set into `out`, by key bit.
    pub(crate) fn dense_words(&self, word: usize, out: &mut [u64; 11]) {
        for (set, (stored, shift)) in self.sets.iter().zip(KEY_SHIFT).enumerate() {
            let Set::Dense(bytes) = stored else { continue };
            let (first, second) = if is_slot_set(set) {
                planes(bytes)
            } else {
                (*bytes, &[][..])
            };
            out[shift as usize] |= plane_word(first, word);
            out[shift as usize + 1] |= plane_word(second, word);
        }
    }
}

/// One cursor per sparse set and one for the exceptions.
pub(crate) struct Cursors<'a> {
    cursors: [Cursor<'a>; N_SETS + 1],
    active: usize,
    n_samples: u32,
}

struct Cursor<'a> {
    set: usize,
    shift: u32,
    slots: bool,
    /// The number at the front, [`END`] where there is none.
    front: u64,
    rest: Numbers<'a>,
}

enum Numbers<'a> {
    Sparse(SparseIter<'a>),
    Exceptions(std::slice::Iter<'a, Exception<'a>>),
}

impl Cursor<'_> {
    #[inline]
    fn advance(&mut self) {
        self.front = match &mut self.rest {
            Numbers::Sparse(numbers) => numbers.next().unwrap_or(END),
            Numbers::Exceptions(list) => list.next().map_or(END, |e| u64::from(e.sample)),
        };
    }

    #[inline]
    fn sample(&self) -> u64 {
        if self.slots && self.front != END {
            self.front / 2
        } else {
            self.front
        }
    }

    /// The key bits of the number at the front.
    #[inline]
    fn shift(&self) -> u32 {
        self.shift + u32::from(self.slots && self.front & 1 != 0)
    }
}

impl<'a> Cursors<'a> {
    pub(crate) fn new(sections: &'a Sections<'a>) -> Self {
        let empty = || Cursor {
            set: 0,
            shift: 0,
            slots: false,
            front: END,
            rest: Numbers::Exceptions([].iter()),
        };
        let mut cursors: [Cursor<'a>; N_SETS + 1] = std::array::from_fn(|_| empty());
        let mut active = 0;
        for (set, (stored, shift)) in sections.sets.iter().zip(KEY_SHIFT).enumerate() {
            if let Set::Sparse(bytes) = stored {
                cursors[active].set = set;
                cursors[active].shift = shift;
                cursors[active].slots = is_slot_set(set);
                cursors[active].rest = Numbers::Sparse(SparseIter::new(bytes));
                active += 1;
            }
        }
        if !sections.exceptions.is_empty() {
            cursors[active].set = N_SETS;
            cursors[active].shift = KEY_EXCEPTION.trailing_zeros();
            cursors[active].rest = Numbers::Exceptions(sections.exceptions.iter());
            active += 1;
        }
        cursors.iter_mut().take(active).for_each(Cursor::advance);
        Self {
            cursors,
            active,
            n_samples: sections.n_samples,
        }
    }

    #[inline]
    fn lowest_sample(&self) -> u64 {
        let cursors = self.cursors.iter().take(self.active);
        cursors.map(Cursor::sample).min().unwrap_or(END)
    }

    #[inline]
    fn take_sample(&mut self, sample: u64) -> Key {
        let mut key = 0;
        for cursor in self.cursors.iter_mut().take(self.active) {
            while cursor.sample() == sample && sample != END {
                if sample >= u64::from(self.n_samples) {
                    break;
                }
                key |= 1 << cursor.shift();
                cursor.advance();
            }
        }
        key
    }

    /// Or-s the numbers of the 64 samples from `start` into `out`, by key bit.
    pub(crate) fn take_words(&mut self, start: u64, out: &mut [u64; 11]) {
        let end = (start + 64).min(u64::from(self.n_samples));
        for cursor in self.cursors.iter_mut().take(self.active) {
            while cursor.sample() < end {
                out[cursor.shift() as usize] |= 1 << (cursor.sample() % 64);
                cursor.advance();
            }
        }
    }

    /// Refuses what is left: numbers beyond the last sample.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let left = self.cursors.iter().take(self.active);
        match left.into_iter().find(|cursor| cursor.front != END) {
            Some(cursor) if cursor.set < N_SETS => {
                Err(out_of_range(cursor.set, self.n_samples, cursor.front))
            }
            Some(cursor) => Err(Error::OutOfRange {
                section: "exceptions",
                limit: universe(N_SETS, self.n_samples),
                found: cursor.front,
            }),
            None => Ok(()),
        }
    }
}

// The key's bits and the sections' order are one fact in two places.
const _: () = {
    assert!(KEY_SHIFT[ALT] == KEY_ALT.trailing_zeros());
    assert!(KEY_SHIFT[OTHER] == 2 && KEY_SHIFT[HALF] == 4);
    assert!(KEY_SHIFT[MISSING_SAMPLES] == KEY_MISSING.trailing_zeros());
    assert!(KEY_SHIFT[HAPLOID] == KEY_HAPLOID.trailing_zeros());
    assert!(KEY_SHIFT[PHASE] == KEY_PHASE.trailing_zeros());
    assert!(KEY_SHIFT[ADJ_FAIL] == KEY_ADJ.trailing_zeros());
    assert!(SET_NAMES.len() == N_SETS);
};
