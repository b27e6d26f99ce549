//! The bytes of a value, cut into header and sections. Normative: `docs/genotypes.md`.
//!
//! ```text
//! byte 0   bits 7-6 version 1 | 5-4 ploidy class | 3 default phase | 2-1 layout | 0 more sections
//! varint   block
//! more=0   the ALT set
//! more=1   u16 of eight 2-bit codes, then the non-empty sections in their order
//! ```

use kohort_genome::PloidyClass;

use crate::Error;
use crate::call::Phase;
use crate::compose::Absent;
use crate::set::{Reader, Set, SparseIter, check_plane, check_sparse, plane_bit, plane_bytes};

pub(crate) const VERSION: u8 = 1;
/// The first byte of a value over several blocks.
pub(crate) const COMPOSITE: u8 = 3 << 6;

pub(crate) const SPARSE: u8 = 0;
pub(crate) const DENSE: u8 = 1;
pub(crate) const ABSENT_REFERENCE: u8 = 2;
pub(crate) const ABSENT_MISSING: u8 = 3;

pub(crate) const N_SETS: usize = 7;
pub(crate) const ALT: usize = 0;
pub(crate) const OTHER: usize = 1;
pub(crate) const MISSING_SAMPLES: usize = 2;
pub(crate) const HALF: usize = 3;
pub(crate) const HAPLOID: usize = 4;
pub(crate) const PHASE: usize = 5;
pub(crate) const ADJ_FAIL: usize = 6;

pub(crate) const SET_NAMES: [&str; N_SETS] = [
    "alt", "other", "missing", "half", "haploid", "phase", "adj_fail",
];
const EXCEPTIONS: &str = "exceptions";
const HEADER: &str = "header";

/// Whether a set's numbers are slots (two per sample) or samples.
pub(crate) const fn is_slot_set(set: usize) -> bool {
    matches!(set, ALT | OTHER | HALF)
}

/// How many numbers a set could have.
pub(crate) const fn universe(set: usize, n_samples: u32) -> u64 {
    if is_slot_set(set) {
        2 * n_samples as u64
    } else {
        n_samples as u64
    }
}

/// The length of a dense set.
pub(crate) const fn dense_bytes(set: usize, n_samples: u32) -> usize {
    if is_slot_set(set) {
        2 * plane_bytes(n_samples)
    } else {
        plane_bytes(n_samples)
    }
}

/// The two planes of a dense slot set.
pub(crate) fn planes(dense: &[u8]) -> (&[u8], &[u8]) {
    dense.split_at(dense.len() / 2)
}

/// The first bytes of a value of one block, and what follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) class: PloidyClass,
    pub(crate) phase: Phase,
    pub(crate) block: u32,
    pub(crate) layout: u8,
    pub(crate) more: bool,
    pub(crate) rest: &'a [u8],
}

impl<'a> Row<'a> {
    #[inline]
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader(bytes);
        let byte = reader.byte(HEADER)?;
        if byte >> 6 != VERSION {
            return Err(Error::UnsupportedVersion { found: byte >> 6 });
        }
        let class = PloidyClass::from_code(byte >> 4 & 3).unwrap_or_default();
        let row = Self {
            class,
            phase: Phase::from_bit(byte >> 3 & 1 != 0),
            layout: byte >> 1 & 3,
            more: byte & 1 != 0,
            block: reader.varint(HEADER)?,
            rest: reader.0,
        };
        if row.layout > DENSE {
            row.check_absent()?;
        }
        Ok(row)
    }

    fn check_absent(&self) -> Result<(), Error> {
        if self.more || self.phase == Phase::Phased {
            return Err(Error::Malformed {
                section: HEADER,
                problem: "an absent site has sections or a phase",
            });
        }
        match self.rest.len() {
            0 => Ok(()),
            found => Err(Error::TrailingBytes { found }),
        }
    }

    pub(crate) const fn absent(&self) -> Option<Absent> {
        match self.layout {
            ABSENT_REFERENCE => Some(Absent::Reference),
            ABSENT_MISSING => Some(Absent::Missing),
            _ => None,
        }
    }

    /// The ALT set of a row without other sections.
    #[inline]
    pub(crate) fn alt_only(&self, n_samples: u32) -> Result<Set<'a>, Error> {
        let bytes = self.rest;
        if self.layout == SPARSE {
            check_sparse(bytes, SET_NAMES[ALT])?;
            return Ok(Set::Sparse(bytes));
        }
        let expected = dense_bytes(ALT, n_samples);
        if bytes.len() < expected {
            let section = SET_NAMES[ALT];
            return Err(Error::Truncated { section });
        }
        let (dense, rest) = bytes.split_at(expected);
        if !rest.is_empty() {
            return Err(Error::TrailingBytes { found: rest.len() });
        }
        check_dense(ALT, dense, n_samples)?;
        Ok(Set::Dense(dense))
    }

    /// All sections. Not for absent sites, whose sections are empty.
    pub(crate) fn sections(&self, n_samples: u32) -> Result<Sections<'a>, Error> {
        let mut sections = Sections {
            n_samples,
            sets: [Set::Empty; N_SETS],
            exceptions: Vec::new(),
        };
        if self.layout > DENSE {
            return Ok(sections);
        }
        if !self.more {
            sections.sets[ALT] = self.alt_only(n_samples)?;
            return Ok(sections);
        }
        let mut reader = Reader(self.rest);
        let codes = u16::from_le_bytes([reader.byte("codes")?, reader.byte("codes")?]);
        let code = |section: usize| codes >> (2 * section) & 3;
        let layout_fits = match code(ALT) {
            0 | 1 => self.layout == SPARSE,
            code => code == 2 && self.layout == DENSE,
        };
        if !layout_fits {
            return Err(Error::Malformed {
                section: SET_NAMES[ALT],
                problem: "its code contradicts the layout",
            });
        }
        for (set, stored) in sections.sets.iter_mut().enumerate() {
            *stored = read_set(&mut reader, set, code(set), n_samples)?;
        }
        match code(N_SETS) {
            0 => {}
            1 => sections.exceptions = read_exceptions(&mut reader, n_samples)?,
            _ => {
                return Err(Error::Malformed {
                    section: EXCEPTIONS,
                    problem: "its code is neither 0 nor 1",
                });
            }
        }
        match reader.0.len() {
            0 => Ok(sections),
            found => Err(Error::TrailingBytes { found }),
        }
    }
}

fn check_dense(set: usize, dense: &[u8], n_samples: u32) -> Result<(), Error> {
    if is_slot_set(set) {
        let (first, second) = planes(dense);
        check_plane(first, n_samples, SET_NAMES[set])?;
        return check_plane(second, n_samples, SET_NAMES[set]);
    }
    check_plane(dense, n_samples, SET_NAMES[set])
}

fn read_set<'a>(
    reader: &mut Reader<'a>,
    set: usize,
    code: u16,
    n_samples: u32,
) -> Result<Set<'a>, Error> {
    let section = SET_NAMES[set];
    match code {
        0 => Ok(Set::Empty),
        1 => {
            let length = reader.length(section)?;
            let bytes = reader.take(length, section)?;
            check_sparse(bytes, section)?;
            Ok(Set::Sparse(bytes))
        }
        2 => {
            let bytes = reader.take(dense_bytes(set, n_samples), section)?;
            check_dense(set, bytes, n_samples)?;
            Ok(Set::Dense(bytes))
        }
        _ if is_slot_set(set) => Err(Error::Malformed {
            section,
            problem: "a set of slots cannot be `all`",
        }),
        _ => Ok(Set::All),
    }
}

/// The sections of a row.
#[derive(Clone, Debug)]
pub(crate) struct Sections<'a> {
    pub(crate) n_samples: u32,
    pub(crate) sets: [Set<'a>; N_SETS],
    pub(crate) exceptions: Vec<Exception<'a>>,
}

impl Sections<'_> {
    /// Whether a set of samples has this one.
    pub(crate) fn contains(&self, set: usize, sample: u32) -> bool {
        match self.sets[set] {
            Set::Empty => false,
            Set::All => true,
            Set::Dense(plane) => plane_bit(plane, sample),
            Set::Sparse(bytes) => SparseIter::new(bytes).any(|number| number == u64::from(sample)),
        }
    }
}

#[cold]
pub(crate) fn out_of_range(set: usize, n_samples: u32, found: u64) -> Error {
    Error::OutOfRange {
        section: SET_NAMES[set],
        limit: universe(set, n_samples),
        found,
    }
}

pub(crate) const FLAG_DIFFERING: u8 = 1;
pub(crate) const FLAG_LEADING_PHASED: u8 = 2;
pub(crate) const FLAG_LEADING_UNPHASED: u8 = 4;

/// A call that the sets cannot say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exception<'a> {
    pub(crate) sample: u32,
    pub(crate) flags: u8,
    /// One byte per slot: state | phased before << 2.
    pub(crate) slots: &'a [u8],
}

impl Exception<'_> {
    /// Whether it has two other ALTs that differ.
    pub(crate) const fn differs(&self) -> bool {
        self.flags & FLAG_DIFFERING != 0
    }

    pub(crate) const fn leading(&self) -> Option<Phase> {
        match self.flags & (FLAG_LEADING_PHASED | FLAG_LEADING_UNPHASED) {
            FLAG_LEADING_PHASED => Some(Phase::Phased),
            FLAG_LEADING_UNPHASED => Some(Phase::Unphased),
            _ => None,
        }
    }
}

fn read_exceptions<'a>(
    reader: &mut Reader<'a>,
    n_samples: u32,
) -> Result<Vec<Exception<'a>>, Error> {
    let count = reader.length(EXCEPTIONS)?;
    // Each takes at least three bytes: a count that cannot be true allocates nothing.
    let mut exceptions = Vec::with_capacity(count.min(reader.0.len() / 3));
    let mut next = 0u64;
    for _ in 0..count {
        let number = next + u64::from(reader.varint(EXCEPTIONS)?);
        next = number + 1;
        let limit = u64::from(n_samples);
        let sample = u32::try_from(number).ok().filter(|&s| s < n_samples);
        let sample = sample.ok_or(Error::OutOfRange {
            section: EXCEPTIONS,
            limit,
            found: number,
        })?;
        let ploidy = reader.length(EXCEPTIONS)?;
        let flags = reader.byte(EXCEPTIONS)?;
        let slots = reader.take(ploidy, EXCEPTIONS)?;
        let both = FLAG_LEADING_PHASED | FLAG_LEADING_UNPHASED;
        if flags > 7 || flags & both == both || slots.iter().any(|&slot| slot > 7) {
            return Err(Error::Malformed {
                section: EXCEPTIONS,
                problem: "a bit without meaning is set",
            });
        }
        exceptions.push(Exception {
            sample,
            flags,
            slots,
        });
    }
    Ok(exceptions)
}

/// Calls `f` with each one-block value inside a value, checking that blocks ascend.
#[inline]
pub(crate) fn for_each_row<'a>(
    bytes: &'a [u8],
    mut f: impl FnMut(Row<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    if bytes.first() != Some(&COMPOSITE) {
        return f(Row::parse(bytes)?);
    }
    const SECTION: &str = "composite";
    let mut reader = Reader(bytes.get(1..).unwrap_or_default());
    let count = reader.length(SECTION)?;
    let mut last = None;
    for _ in 0..count {
        let length = reader.length(SECTION)?;
        let row = Row::parse(reader.take(length, SECTION)?)?;
        if last.is_some_and(|last| last >= row.block) {
            return Err(Error::BlockOrder { block: row.block });
        }
        last = Some(row.block);
        f(row)?;
    }
    match reader.0.len() {
        0 => Ok(()),
        found => Err(Error::TrailingBytes { found }),
    }
}
