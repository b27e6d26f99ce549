//! The calls of all samples at one site: a default call, and the samples that deviate from it.

use std::fmt;

use crate::call::{CallBuf, MISSING, Phase};

/// The call of every sample that is not pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefaultCall {
    /// `0/0` or `0|0`.
    Reference(Phase),
    /// `0`
    HaploidReference,
    /// `./.` or `.|.`
    Missing(Phase),
    /// `.`
    HaploidMissing,
}

impl DefaultCall {
    /// This call as a genotype.
    pub const fn call(self) -> CallBuf {
        match self {
            Self::Reference(phase) => CallBuf::diploid(0, 0, phase),
            Self::HaploidReference => CallBuf::haploid(0),
            Self::Missing(phase) => CallBuf::diploid(MISSING, MISSING, phase),
            Self::HaploidMissing => CallBuf::haploid(MISSING),
        }
    }

    /// The separator, `/` where there is none.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Reference(phase) | Self::Missing(phase) => phase,
            Self::HaploidReference | Self::HaploidMissing => Phase::Unphased,
        }
    }

    pub(crate) const fn is_haploid(self) -> bool {
        matches!(self, Self::HaploidReference | Self::HaploidMissing)
    }

    pub(crate) const fn is_missing(self) -> bool {
        matches!(self, Self::Missing(_) | Self::HaploidMissing)
    }
}

/// A sample whose call is not the default one, in eight bytes.
///
/// ```text
/// word: bits 0-12 first allele | 13 first is missing | 14-26 second allele | 27 second is missing
///       28 separator is not the default call's | 29 haploid | 30 in `others`, bits 0-27 its index
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deviation {
    pub(crate) sample: u32,
    pub(crate) word: u32,
}

pub(crate) const SECOND: u32 = 14;
pub(crate) const MISSING_BIT: u32 = 1 << 13;
pub(crate) const ALLELE_BITS: u32 = MISSING_BIT - 1;
pub(crate) const SLOT_BITS: u32 = MISSING_BIT | ALLELE_BITS;
pub(crate) const PHASE_DIFFERS: u32 = 1 << 28;
pub(crate) const HAPLOID: u32 = 1 << 29;
pub(crate) const IN_OTHERS: u32 = 1 << 30;
const OTHERS_INDEX: u32 = (1 << 28) - 1;

/// The calls of all samples at one site.
///
/// A parser fills it in file order and hands it to [`SiteCalls::pack`] once per ALT; it is made
/// once and reused. Samples are numbered from 0 in the order of the file and must be pushed in
/// ascending order, each at most once; a sample that is not pushed has the default call.
#[derive(Clone)]
pub struct SiteCalls {
    pub(crate) n_samples: u32,
    pub(crate) default: DefaultCall,
    pub(crate) deviations: Vec<Deviation>,
    /// All words or-ed: what kinds of calls there are.
    pub(crate) seen: u32,
    pub(crate) others: Vec<CallBuf>,
    pub(crate) adj_fail: Vec<u32>,
    /// `[h0, h1]` per 64 samples, where allele 1 was given by bits.
    pub(crate) planes: Vec<[u64; 2]>,
}

impl Default for SiteCalls {
    fn default() -> Self {
        Self::new()
    }
}

impl SiteCalls {
    /// A site without samples, to be [`reset`](Self::reset).
    pub const fn new() -> Self {
        Self {
            n_samples: 0,
            default: DefaultCall::Reference(Phase::Unphased),
            deviations: Vec::new(),
            seen: 0,
            others: Vec::new(),
            adj_fail: Vec::new(),
            planes: Vec::new(),
        }
    }

    /// Starts a new site: every sample is `0/0` until told otherwise. Keeps the memory.
    pub fn reset(&mut self, n_samples: u32) {
        self.n_samples = n_samples;
        self.default = DefaultCall::Reference(Phase::Unphased);
        self.deviations.clear();
        self.seen = 0;
        self.others.clear();
        self.adj_fail.clear();
        self.planes.clear();
    }

    /// Sets the call of the samples that are not pushed. To be called before the first push.
    pub fn set_default(&mut self, default: DefaultCall) {
        debug_assert!(self.deviations.is_empty() && self.planes.is_empty());
        self.default = default;
    }

    /// The number of samples.
    pub const fn n_samples(&self) -> u32 {
        self.n_samples
    }

    /// The call of the samples that are not pushed.
    pub const fn default_call(&self) -> DefaultCall {
        self.default
    }

    /// Adds a diploid call: allele indices, or [`MISSING`].
    #[inline]
    pub fn push(&mut self, sample: u32, first: u16, second: u16, phase: Phase) {
        match (slot_bits(first), slot_bits(second)) {
            (Some(first), Some(second)) => {
                let differs = u32::from(phase != self.default.phase()) * PHASE_DIFFERS;
                self.push_word(sample, first | second << SECOND | differs);
            }
            _ => self.push_other(sample, CallBuf::diploid(first, second, phase)),
        }
    }

    /// Adds a haploid call: an allele index, or [`MISSING`] for `.`.
    #[inline]
    pub fn push_haploid(&mut self, sample: u32, allele: u16) {
        match slot_bits(allele) {
            Some(bits) => self.push_word(sample, bits | HAPLOID),
            None => self.push_other(sample, CallBuf::haploid(allele)),
        }
    }

    /// Adds a diploid missing call, `./.` or `.|.`.
    #[inline]
    pub fn push_missing(&mut self, sample: u32, phase: Phase) {
        self.push(sample, MISSING, MISSING, phase);
    }

    /// Adds any call, of any ploidy.
    pub fn push_call(&mut self, sample: u32, call: CallBuf) {
        match (call.alleles(), call.separator_before(0)) {
            (&[allele], None) => self.push_haploid(sample, allele),
            (&[first, second], None) => {
                let phase = call.separator_before(1).unwrap_or_default();
                self.push(sample, first, second, phase);
            }
            _ => self.push_other(sample, call),
        }
    }

    /// Gives 64 samples at once: bit `i` of `first` (`second`) says that the first (second) allele
    /// of sample `64 * word + i` is 1; it is 0 otherwise, the separator is the default call's.
    ///
    /// For the common shape of a line, diploid calls of alleles 0 and 1 with one separator, whose
    /// bits a wide compare gives directly. The default call must be [`DefaultCall::Reference`]. A
    /// sample that is also pushed, before or after, must have no bit here.
    #[inline]
    pub fn push_alt_bits(&mut self, word: usize, first: u64, second: u64) {
        debug_assert!(matches!(self.default, DefaultCall::Reference(_)));
        if self.planes.is_empty() {
            self.planes
                .resize(self.n_samples.div_ceil(64) as usize, [0; 2]);
        }
        if let Some(plane) = self.planes.get_mut(word) {
            *plane = [first, second];
        }
    }

    /// Says whose calls fail `adj`: sample numbers in ascending order.
    pub fn set_adj_fail(&mut self, samples: &[u32]) {
        debug_assert!(samples.is_sorted_by(|a, b| a < b));
        self.adj_fail.clear();
        self.adj_fail.extend_from_slice(samples);
    }

    /// The samples whose calls fail `adj`.
    pub fn adj_fail(&self) -> &[u32] {
        &self.adj_fail
    }

    /// The samples whose call was given, with their calls, in ascending order.
    pub fn deviations(&self) -> impl Iterator<Item = (u32, CallBuf)> + '_ {
        let mut plane = PlaneCalls::new(&self.planes).peekable();
        let mut list = self.deviations.iter().peekable();
        std::iter::from_fn(move || match (plane.peek(), list.peek()) {
            (Some(p), Some(l)) if p.sample < l.sample => plane.next(),
            (Some(_), None) => plane.next(),
            _ => list.next().copied(),
        })
        .map(|deviation| (deviation.sample, self.call_of(deviation)))
    }

    /// The calls of all samples in order.
    pub fn calls(&self) -> impl Iterator<Item = CallBuf> + '_ {
        let mut deviations = self.deviations().peekable();
        (0..self.n_samples).map(move |sample| {
            match deviations.next_if(|(deviating, _)| *deviating == sample) {
                Some((_, call)) => call,
                None => self.default.call(),
            }
        })
    }

    pub(crate) fn call_of(&self, deviation: Deviation) -> CallBuf {
        let word = deviation.word;
        if word & IN_OTHERS != 0 {
            let call = self.others.get((word & OTHERS_INDEX) as usize);
            return call.cloned().unwrap_or(CallBuf::haploid(MISSING));
        }
        if word & HAPLOID != 0 {
            return CallBuf::haploid(allele(word));
        }
        let phased = (self.default.phase() == Phase::Phased) != (word & PHASE_DIFFERS != 0);
        CallBuf::diploid(
            allele(word),
            allele(word >> SECOND),
            Phase::from_bit(phased),
        )
    }

    #[inline]
    fn push_word(&mut self, sample: u32, word: u32) {
        debug_assert!(sample < self.n_samples);
        debug_assert!(
            self.deviations
                .last()
                .is_none_or(|last| last.sample < sample)
        );
        self.seen |= word;
        self.deviations.push(Deviation { sample, word });
    }

    #[cold]
    fn push_other(&mut self, sample: u32, call: CallBuf) {
        // More than 2^28 unusual calls at one site are more samples than a block can hold.
        let index = u32::try_from(self.others.len()).unwrap_or(OTHERS_INDEX) & OTHERS_INDEX;
        self.others.push(call);
        self.push_word(sample, index | IN_OTHERS);
    }
}

impl fmt::Debug for SiteCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteCalls")
            .field("n_samples", &self.n_samples)
            .field("default", &self.default.call())
            .field("deviations", &self.deviations().collect::<Vec<_>>())
            .field("adj_fail", &self.adj_fail)
            .finish()
    }
}

/// The deviations that bit planes stand for.
pub(crate) struct PlaneCalls<'a> {
    planes: &'a [[u64; 2]],
    word: usize,
    left: u64,
}

impl<'a> PlaneCalls<'a> {
    pub(crate) fn new(planes: &'a [[u64; 2]]) -> Self {
        let left = planes.first().map_or(0, |[h0, h1]| h0 | h1);
        Self {
            planes,
            word: 0,
            left,
        }
    }
}

impl Iterator for PlaneCalls<'_> {
    type Item = Deviation;

    #[inline]
    fn next(&mut self) -> Option<Deviation> {
        while self.left == 0 {
            self.word += 1;
            let [h0, h1] = self.planes.get(self.word)?;
            self.left = h0 | h1;
        }
        let bit = self.left.trailing_zeros();
        self.left &= self.left - 1;
        let [h0, h1] = self.planes.get(self.word)?;
        let carries = |plane: u64| u32::from(plane >> bit & 1 != 0);
        let sample = u32::try_from(self.word * 64).unwrap_or(u32::MAX) + bit;
        Some(Deviation {
            sample,
            word: carries(*h0) | carries(*h1) << SECOND,
        })
    }
}

#[inline]
fn slot_bits(allele: u16) -> Option<u32> {
    match allele {
        MISSING => Some(MISSING_BIT),
        allele if u32::from(allele) <= ALLELE_BITS => Some(u32::from(allele)),
        _ => None,
    }
}

fn allele(word: u32) -> u16 {
    if word & MISSING_BIT != 0 {
        return MISSING;
    }
    u16::try_from(word & ALLELE_BITS).unwrap_or(MISSING)
}
