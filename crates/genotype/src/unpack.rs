//! From the bytes of a row back to calls.

use kohort_genome::{ExpectedCopies, PloidyClass, expected_copies};

use crate::Error;
use crate::call::{CallBuf, MISSING, Phase};
use crate::compose::Absent;
use crate::directory::{SampleBlock, SampleDirectory};
use crate::layout::{Exception, Row, Sections, for_each_row};
use crate::walk::{KEY_ADJ, KEY_ALT, KEY_EXCEPTION, KEY_HAPLOID, KEY_PHASE, Key, slot_state};

/// The call of one sample as one row tells it.
///
/// Its alleles are those of the row: 0 REF, 1 this ALT, 2 another ALT, 3 yet another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedCall {
    /// Whose call it is.
    pub sample_index: u32,
    /// The call.
    pub call: CallBuf,
    /// Whether it passes `adj`.
    pub passes_adj: bool,
}

/// A parsed value: every byte has been checked.
#[derive(Clone, Debug)]
pub struct PackedGenotypes<'a> {
    segments: Vec<Segment<'a>>,
}

impl<'a> PackedGenotypes<'a> {
    /// Parses and checks a value.
    ///
    /// # Errors
    /// Whatever is wrong with the bytes; [`Error::UnknownBlock`] where the directory lacks a block.
    pub fn parse(bytes: &'a [u8], directory: &'a SampleDirectory) -> Result<Self, Error> {
        let mut segments = Vec::with_capacity(1);
        for_each_row(bytes, |row| {
            let samples = directory.get(row.block);
            let samples = samples.ok_or(Error::UnknownBlock { block: row.block })?;
            segments.push(Segment::new(&row, samples)?);
            Ok(())
        })?;
        Ok(Self { segments })
    }

    /// The parts of the value, one per callset, by block number.
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// The calls of all samples. Samples without a copy at an absent site are left out.
    pub fn iter_calls(&self) -> impl Iterator<Item = PackedCall> + '_ {
        self.segments.iter().flat_map(Segment::iter_calls)
    }

    /// The calls of the samples with at least one copy of this ALT; costs what they are, not what
    /// all samples are.
    pub fn iter_carriers(&self) -> impl Iterator<Item = PackedCall> + '_ {
        self.segments.iter().flat_map(Segment::iter_carriers)
    }

    /// The sample indices of those with at least one copy of this ALT, in the order of the blocks.
    pub fn carriers(&self) -> Vec<u32> {
        self.iter_carriers().map(|call| call.sample_index).collect()
    }

    /// The call of one sample; none if the value does not speak of it, or if it has no copy at an
    /// absent site.
    pub fn genotype_of(&self, sample_index: u32) -> Option<PackedCall> {
        self.segments.iter().find_map(|segment| {
            let range = segment.samples.base()..segment.samples.end();
            range.contains(&sample_index).then_some(())?;
            segment.call_of(sample_index - segment.samples.base())
        })
    }
}

/// The part of a value that speaks of one callset.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    samples: &'a SampleBlock,
    class: PloidyClass,
    absent: Option<Absent>,
    phase: Phase,
    default: Key,
    /// Those whose key is not the default one, in ascending order.
    named: Vec<(u32, Key)>,
    exceptions: Vec<Exception<'a>>,
}

impl<'a> Segment<'a> {
    pub(crate) fn new(row: &Row<'a>, samples: &'a SampleBlock) -> Result<Self, Error> {
        let sections: Sections<'a> = row.sections(samples.n_samples())?;
        let mut named = Vec::new();
        sections.for_each_named(|sample, key| named.push((sample, key)))?;
        Ok(Self {
            samples,
            class: row.class,
            absent: row.absent(),
            phase: row.phase,
            default: sections.default_key(),
            named,
            exceptions: sections.exceptions,
        })
    }

    /// The callset's samples.
    pub const fn samples(&self) -> &'a SampleBlock {
        self.samples
    }

    /// The kind of place.
    pub const fn class(&self) -> PloidyClass {
        self.class
    }

    /// What is declared of a callset that does not list the site.
    pub const fn absent(&self) -> Option<Absent> {
        self.absent
    }

    /// The calls of all samples, but those without a copy at an absent site.
    pub fn iter_calls(&self) -> impl Iterator<Item = PackedCall> + '_ {
        let mut named = self.named.iter().peekable();
        (0..self.samples.n_samples()).filter_map(move |sample| {
            match named.next_if(|(next, _)| *next == sample) {
                Some(&(_, key)) => Some(self.packed(sample, key)),
                None => self.default_call(sample),
            }
        })
    }

    /// The calls of the samples with at least one copy of this ALT.
    pub fn iter_carriers(&self) -> impl Iterator<Item = PackedCall> + '_ {
        let may_carry = |key: Key| key & (KEY_ALT | KEY_EXCEPTION) != 0;
        let named = self.named.iter().filter(move |(_, key)| may_carry(*key));
        let calls = named.map(|&(sample, key)| self.packed(sample, key));
        calls.filter(|packed| packed.call.count_of(1) > 0)
    }

    /// The call of the sample with this number in the block.
    pub fn call_of(&self, sample: u32) -> Option<PackedCall> {
        match self
            .named
            .binary_search_by_key(&sample, |(named, _)| *named)
        {
            Ok(found) => Some(self.packed(sample, self.named[found].1)),
            Err(_) if sample < self.samples.n_samples() => self.default_call(sample),
            Err(_) => None,
        }
    }

    /// What the samples that no list names have: the row's alleles and `adj`.
    pub(crate) const fn default_key(&self) -> Key {
        self.default
    }

    pub(crate) const fn default_phase(&self) -> Phase {
        self.phase
    }

    /// The named samples with their calls.
    pub(crate) fn named(&self) -> impl Iterator<Item = (u32, CallBuf, bool)> + '_ {
        self.named
            .iter()
            .map(|&(sample, key)| (sample, self.call(sample, key), key & KEY_ADJ != 0))
    }

    fn packed(&self, sample: u32, key: Key) -> PackedCall {
        PackedCall {
            sample_index: self.samples.base() + sample,
            call: self.call(sample, key),
            passes_adj: key & KEY_ADJ == 0,
        }
    }

    fn default_call(&self, sample: u32) -> Option<PackedCall> {
        let Some(what) = self.absent else {
            return Some(self.packed(sample, self.default));
        };
        let karyotype = self.samples.karyotypes()[sample as usize];
        let reference = what == Absent::Reference;
        let allele = if reference { 0 } else { MISSING };
        let call = match expected_copies(self.class, karyotype) {
            ExpectedCopies::None => return None,
            ExpectedCopies::One => CallBuf::haploid(allele),
            ExpectedCopies::Two => CallBuf::diploid(allele, allele, Phase::Unphased),
            // How many copies are reference depends on what nobody knows.
            ExpectedCopies::Unknown => CallBuf::haploid(MISSING),
        };
        Some(PackedCall {
            sample_index: self.samples.base() + sample,
            call,
            passes_adj: true,
        })
    }

    fn call(&self, sample: u32, key: Key) -> CallBuf {
        if key & KEY_EXCEPTION != 0 {
            let found = self.exceptions.binary_search_by_key(&sample, |e| e.sample);
            if let Some(exception) = found.ok().and_then(|found| self.exceptions.get(found)) {
                return exception_call(exception);
            }
        }
        if key & KEY_HAPLOID != 0 {
            return CallBuf::haploid(row_allele(slot_state(key, 0)));
        }
        let phased = (self.phase == Phase::Phased) != (key & KEY_PHASE != 0);
        let allele = |h: u32| row_allele(slot_state(key, h));
        CallBuf::diploid(allele(0), allele(1), Phase::from_bit(phased))
    }
}

fn row_allele(state: u8) -> u16 {
    if state == 3 {
        MISSING
    } else {
        u16::from(state)
    }
}

fn exception_call(exception: &Exception<'_>) -> CallBuf {
    let mut others = 0;
    let alleles: Vec<u16> = exception
        .slots
        .iter()
        .map(|slot| match slot & 3 {
            2 => {
                others += 1;
                if exception.differs() && others > 1 {
                    3
                } else {
                    2
                }
            }
            state => row_allele(state),
        })
        .collect();
    let separators = exception.slots.iter().skip(1);
    let separators: Vec<Phase> = separators
        .map(|slot| Phase::from_bit(slot & 4 != 0))
        .collect();
    CallBuf::new(&alleles, &separators, exception.leading())
}
