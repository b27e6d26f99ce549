//! What does each sample column say? The hot loop: most of a joint VCF is `0|0` and `0/0`, text
//! that a wide compare skips while it is in cache.
//!
//! VCFv4.5 §1.6.2.

use kohort_genotype::{CallBuf, DefaultCall, MISSING, Phase, SiteCalls};
use memchr::memchr;

use crate::gt::{allele_of_byte, parse_call, phase_of_byte};
use crate::{Error, RecordView};

/// Takes the FORMAT fields of each sample in order.
pub trait FormatVisitor {
    /// One sample: its genotype (`None` when FORMAT has no GT), and the raw text of each field in
    /// FORMAT's order, GT included. A field that was dropped from the end is `.`.
    ///
    /// # Errors
    /// Ends the reading of the record.
    fn sample(
        &mut self,
        sample: u32,
        genotype: Option<&CallBuf>,
        fields: &[&[u8]],
    ) -> Result<(), Error>;
}

/// What reading the sample columns of a record came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SamplesRead {
    /// The record has GT.
    pub has_genotypes: bool,
    /// Calls with a separator behind their last allele (`0/0|`), which is read as absent.
    pub n_trailing_separators: u32,
    /// Calls of allele 1 where ALT is `.`: an ALT that the record does not name.
    pub n_unnamed_alternates: u32,
}

/// Reads the genotypes of all samples into `calls`; other fields are skipped unread. `calls` is
/// reset in any case.
///
/// # Errors
/// [`Error::Genotype`] names the sample, [`Error::Column`] a wrong number of samples.
pub fn parse_genotypes(
    view: &RecordView<'_>,
    n_samples: u32,
    calls: &mut SiteCalls,
) -> Result<SamplesRead, Error> {
    calls.reset(n_samples);
    if n_samples == 0 {
        return check_none(view).map(|()| SamplesRead::default());
    }
    check_keys(view)?;
    let mut columns = Columns::new(view, n_samples, calls);
    let done = if view.format == "GT" {
        columns.genotypes_alone()
    } else if view.has_genotypes() {
        columns.genotypes_first()
    } else {
        let found = memchr::memchr_iter(b'\t', view.samples).count() + 1;
        columns.sample = u32::try_from(found).unwrap_or(u32::MAX);
        Ok(())
    };
    done.and_then(|()| columns.check_count())
        .map_err(|error| view.place(error))?;
    Ok(columns.read)
}

/// Reads the genotypes of all samples into `calls` and hands all fields to `visitor`, in one pass.
///
/// # Errors
/// As [`parse_genotypes`]; [`Error::Column`] for more fields than FORMAT has keys; the visitor's.
pub fn parse_samples(
    view: &RecordView<'_>,
    n_samples: u32,
    calls: &mut SiteCalls,
    visitor: &mut impl FormatVisitor,
) -> Result<SamplesRead, Error> {
    calls.reset(n_samples);
    if n_samples == 0 {
        return check_none(view).map(|()| SamplesRead::default());
    }
    check_keys(view)?;
    let mut columns = Columns::new(view, n_samples, calls);
    columns
        .all_fields(view, visitor)
        .and_then(|()| columns.check_count())
        .map_err(|error| view.place(error))?;
    Ok(columns.read)
}

fn check_none(view: &RecordView<'_>) -> Result<(), Error> {
    if view.samples.is_empty() {
        return Ok(());
    }
    Err(view.place(Error::column("the line", "no sample columns", view.samples)))
}

/// A FORMAT of `.` goes with sample columns that say nothing: what they say could not be read.
fn check_keys(view: &RecordView<'_>) -> Result<(), Error> {
    if !matches!(view.format, "" | ".") {
        return Ok(());
    }
    let says = |byte: &u8| !matches!(byte, b'.' | b'/' | b'|' | b':' | b'\t');
    match view.samples.iter().position(says) {
        None => Ok(()),
        Some(at) => {
            let start = memchr::memrchr(b'\t', &view.samples[..at]).map_or(0, |tab| tab + 1);
            let rest = &view.samples[start..];
            let end = memchr(b'\t', rest).unwrap_or(rest.len());
            let expected = format!(
                "the keys of the sample columns, which say {}",
                crate::error::quote(&rest[..end])
            );
            Err(view.place(Error::column("FORMAT", expected, view.format.as_bytes())))
        }
    }
}

/// The sample columns of one record, and how far they are read.
struct Columns<'a, 'c> {
    text: &'a [u8],
    /// Byte where the next sample starts; beyond the end once the last one was read.
    at: usize,
    /// Number of the next sample.
    sample: u32,
    n_samples: u32,
    n_alt: u16,
    calls: &'c mut SiteCalls,
    read: SamplesRead,
}

/// Bytes of one diploid call of single-digit alleles with its tab.
const LANE: usize = 4;
/// Calls that are compared at once.
const GROUP: usize = 16;
/// Calls whose bits [`SiteCalls::push_alt_bits`] takes at once.
const WORD: usize = 64;
const WORD_SAMPLES: u32 = 64;
/// From this many carriers in a word on, bits are better than a list.
const MIN_PLANE_CARRIERS: u32 = 5;

const REFERENCE_PHASED: [u8; LANE] = *b"0|0\t";
const REFERENCE_UNPHASED: [u8; LANE] = *b"0/0\t";
const MISSING_PHASED: [u8; LANE] = *b".|.\t";
const MISSING_UNPHASED: [u8; LANE] = *b"./.\t";

impl<'a, 'c> Columns<'a, 'c> {
    fn new(view: &RecordView<'a>, n_samples: u32, calls: &'c mut SiteCalls) -> Self {
        Columns {
            text: view.samples,
            at: 0,
            sample: 0,
            n_samples,
            n_alt: view.n_alt,
            calls,
            read: SamplesRead {
                has_genotypes: view.has_genotypes(),
                ..SamplesRead::default()
            },
        }
    }

    /// FORMAT is `GT`.
    fn genotypes_alone(&mut self) -> Result<(), Error> {
        let (default, lane) = self.default_lane();
        self.calls.set_default(default);
        let wide = u64::from_le_bytes([
            lane[0], lane[1], lane[2], lane[3], lane[0], lane[1], lane[2], lane[3],
        ]);
        let haploid = matches!(
            default,
            DefaultCall::HaploidReference | DefaultCall::HaploidMissing
        );
        let (per_group, step): (usize, u32) = if haploid { (32, 32) } else { (GROUP, 16) };
        let planes = matches!(default, DefaultCall::Reference(_)) && self.n_alt > 0;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let left = (self.n_samples - self.sample.min(self.n_samples)) as usize;
            if planes
                && self.sample.is_multiple_of(WORD_SAMPLES)
                && left >= WORD
                && let Some((word, _)) = rest.split_first_chunk::<{ WORD * LANE }>()
                && self.word_is_done(word, wide)
            {
                self.at += WORD * LANE;
                self.sample += WORD_SAMPLES;
                continue;
            }
            match rest.split_first_chunk::<{ GROUP * LANE }>() {
                Some((group, _)) if left >= per_group => {
                    if differing(group, wide) == 0 {
                        self.at += GROUP * LANE;
                        self.sample += step;
                    } else if haploid {
                        self.one_by_one(GROUP)?;
                    } else {
                        self.group(group, u32::from_le_bytes(lane))?;
                    }
                }
                _ if left == 0 || self.at > self.text.len() => return Ok(()),
                _ => self.one_by_one(1)?,
            }
        }
    }

    /// The call that most of the first samples have, as far as it can be a default.
    fn default_lane(&self) -> (DefaultCall, [u8; LANE]) {
        match self.text {
            [b'0', b'\t', ..] | b"0" => return (DefaultCall::HaploidReference, *b"0\t0\t"),
            [b'.', b'\t', ..] | b"." => return (DefaultCall::HaploidMissing, *b".\t.\t"),
            _ => {}
        }
        let lanes = self.text.as_chunks::<LANE>().0;
        let count = |lane: &[u8; LANE]| lanes.iter().take(GROUP).filter(|l| *l == lane).count();
        let (mut best, mut most) = (DefaultCall::Reference(Phase::Unphased), 0);
        let mut best_lane = REFERENCE_UNPHASED;
        for (lane, default) in [
            (REFERENCE_PHASED, DefaultCall::Reference(Phase::Phased)),
            (REFERENCE_UNPHASED, DefaultCall::Reference(Phase::Unphased)),
            (MISSING_UNPHASED, DefaultCall::Missing(Phase::Unphased)),
            (MISSING_PHASED, DefaultCall::Missing(Phase::Phased)),
        ] {
            let n = count(&lane);
            if n > most {
                (best, best_lane, most) = (default, lane, n);
            }
        }
        if most == 0 && self.text.get(1) == Some(&b'|') {
            return (DefaultCall::Reference(Phase::Phased), REFERENCE_PHASED);
        }
        (best, best_lane)
    }

    /// Takes 64 calls of alleles 0 and 1 with the default's separator; false if there are others.
    #[inline]
    fn word_is_done(&mut self, word: &[u8; WORD * LANE], wide: u64) -> bool {
        let groups = word.as_chunks::<{ GROUP * LANE }>().0;
        let mut differences = [0; WORD / GROUP];
        let mut difference = 0;
        for (own, group) in differences.iter_mut().zip(groups) {
            *own = differing(group, wide);
            difference |= *own;
        }
        if difference == 0 {
            return true;
        }
        if difference & !ALLELE_BITS != 0 {
            return false;
        }
        let (mut first, mut second) = (0, 0);
        for (i, (group, difference)) in groups.iter().zip(differences).enumerate() {
            if difference != 0 {
                let (a, b) = alternate_bits(group);
                first |= a << (GROUP * i);
                second |= b << (GROUP * i);
            }
        }
        let mut carriers = first | second;
        if carriers.count_ones() >= MIN_PLANE_CARRIERS {
            self.calls
                .push_alt_bits(self.sample as usize / WORD, first, second);
            return true;
        }
        let phase = self.calls.default_call().phase();
        while carriers != 0 {
            let bit = carriers.trailing_zeros();
            carriers &= carriers - 1;
            let [a, b] = [first, second].map(|plane| u16::from(plane >> bit & 1 != 0));
            self.calls.push(self.sample + bit, a, b, phase);
        }
        true
    }

    /// Takes 16 samples that start here, or fewer if one isn't of the common form: then the next
    /// group starts behind it.
    fn group(&mut self, group: &[u8; GROUP * LANE], default: u32) -> Result<(), Error> {
        for lane in group.as_chunks::<LANE>().0 {
            if u32::from_le_bytes(*lane) != default {
                let [first, separator, second, tab] = *lane;
                let parts = (
                    allele_of_byte(first),
                    phase_of_byte(separator),
                    allele_of_byte(second),
                );
                let allowed = |allele: u16| allele <= self.n_alt || allele == MISSING;
                match parts {
                    (Some(first), Some(phase), Some(second))
                        if tab == b'\t' && allowed(first) && allowed(second) =>
                    {
                        self.calls.push(self.sample, first, second, phase);
                    }
                    _ => return self.one_by_one(1),
                }
            }
            self.at += LANE;
            self.sample += 1;
        }
        Ok(())
    }

    /// Takes samples of any form.
    fn one_by_one(&mut self, n: usize) -> Result<(), Error> {
        for _ in 0..n {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let end = memchr(b'\t', rest).unwrap_or(rest.len());
            let call = self.call(&rest[..end])?;
            self.push(call);
            self.at += end + 1;
            self.sample += 1;
            if self.at > self.text.len() {
                break;
            }
        }
        Ok(())
    }

    /// FORMAT starts with `GT:`, and nobody wants the rest.
    fn genotypes_first(&mut self) -> Result<(), Error> {
        self.set_phase();
        while self.sample < self.n_samples && self.at <= self.text.len() {
            let rest = &self.text[self.at..];
            let end = memchr(b'\t', rest).unwrap_or(rest.len());
            let column = &rest[..end];
            let genotype = match column {
                [_, b'/' | b'|', _, b':', ..] => &column[..3],
                _ => &column[..memchr(b':', column).unwrap_or(end)],
            };
            self.push_text(genotype)?;
            self.at += end + 1;
            self.sample += 1;
        }
        Ok(())
    }

    fn all_fields(
        &mut self,
        view: &RecordView<'a>,
        visitor: &mut impl FormatVisitor,
    ) -> Result<(), Error> {
        let has_genotypes = view.has_genotypes();
        if has_genotypes {
            self.set_phase();
        }
        let n_keys = view.format_keys().count().max(1);
        let mut fields: Vec<&[u8]> = vec![b"."; n_keys];
        let (mut key, mut start) = (0, 0);
        for end in Separators::new(self.text) {
            if self.sample == self.n_samples {
                // A column more than there are samples: `at` is where it starts.
                return Ok(());
            }
            let Some(field) = fields.get_mut(key) else {
                return Err(self.too_many_fields(n_keys, start));
            };
            *field = &self.text[start..end];
            key += 1;
            start = end + 1;
            if self.text.get(end) == Some(&b':') {
                continue;
            }
            fields[key..].fill(b".");
            key = 0;
            if has_genotypes {
                let call = self.call(fields[0])?;
                visitor.sample(self.sample, Some(&call), &fields)?;
                self.push(call);
            } else {
                visitor.sample(self.sample, None, &fields)?;
            }
            self.sample += 1;
            self.at = start;
        }
        Ok(())
    }

    /// Hom-ref with the separator of the first sample.
    fn set_phase(&mut self) {
        let phase = match self.text.get(1) {
            Some(b'|') => Phase::Phased,
            _ => Phase::Unphased,
        };
        self.calls.set_default(DefaultCall::Reference(phase));
    }

    #[inline]
    fn push_text(&mut self, genotype: &[u8]) -> Result<(), Error> {
        if let &[b'0', separator, b'0'] = genotype
            && phase_of_byte(separator) == Some(self.calls.default_call().phase())
        {
            return Ok(());
        }
        let call = self.call(genotype)?;
        self.push(call);
        Ok(())
    }

    #[inline]
    fn call(&mut self, genotype: &[u8]) -> Result<CallBuf, Error> {
        match parse_call(genotype, self.n_alt) {
            Ok(call) => Ok(call),
            Err(reason) => self
                .tolerated(genotype)
                .ok_or_else(|| self.wrong(genotype, reason)),
        }
    }

    /// Calls that break the specification in a way that other tools read alike: a separator behind
    /// the last of several alleles says nothing more (plink2), and where ALT is `.`, allele 1 is
    /// an ALT without a name (bcftools, plink2).
    #[cold]
    fn tolerated(&mut self, genotype: &[u8]) -> Option<CallBuf> {
        let mut text = genotype;
        if let Some((&last, rest)) = text.split_last()
            && phase_of_byte(last).is_some()
            && rest.len() > 1
            && rest[1..].iter().any(|&byte| phase_of_byte(byte).is_some())
            && rest
                .last()
                .is_some_and(|&byte| phase_of_byte(byte).is_none())
        {
            text = rest;
        }
        let named = parse_call(text, self.n_alt).ok();
        let is_named = named.is_some();
        let call = named.or_else(|| parse_call(text, self.n_alt.max(1)).ok())?;
        self.read.n_trailing_separators += u32::from(text.len() < genotype.len());
        self.read.n_unnamed_alternates += u32::from(!is_named);
        Some(call)
    }

    #[inline]
    fn push(&mut self, call: CallBuf) {
        if self.sample < self.n_samples && call != self.calls.default_call().call() {
            self.calls.push_call(self.sample, call);
        }
    }

    #[cold]
    fn wrong(&self, genotype: &[u8], reason: String) -> Error {
        const SHOWN: usize = 60;
        let shown = &genotype[..genotype.len().min(SHOWN)];
        Error::Genotype {
            sample: format!("#{}", self.sample + 1),
            sample_number: self.sample,
            genotype: String::from_utf8_lossy(shown).escape_debug().to_string(),
            reason,
        }
    }

    #[cold]
    fn too_many_fields(&self, n_keys: usize, start: usize) -> Error {
        let rest = &self.text[start..];
        let end = memchr(b'\t', rest).unwrap_or(rest.len());
        let expected = format!(
            "{n_keys} fields as in FORMAT for sample #{}",
            self.sample + 1
        );
        Error::column("sample columns", expected, &rest[..end])
    }

    /// All samples were read, and nothing follows them.
    fn check_count(&self) -> Result<(), Error> {
        let rest = self.text.get(self.at..);
        let more = rest.map_or(0, |rest| memchr::memchr_iter(b'\t', rest).count() + 1);
        // Where samples weren't read one by one, `at` is still 0 and `sample` their number.
        let found = if self.at == 0 {
            self.sample as usize
        } else {
            self.sample as usize + more
        };
        if found == self.n_samples as usize {
            return Ok(());
        }
        Err(Error::Column {
            column: "the line",
            expected: format!("{} sample columns as in the header", self.n_samples),
            found: format!("{found}"),
        })
    }
}

/// The low bit of both allele characters of both lanes of eight bytes, by which `0` and `1` differ.
const ALLELE_BITS: u64 = 0x0001_0001_0001_0001;

/// All bits in which any eight bytes differ from `wide`.
#[inline]
fn differing<const N: usize>(text: &[u8; N], wide: u64) -> u64 {
    let mut difference = 0;
    for eight in text.as_chunks::<8>().0 {
        difference |= u64::from_le_bytes(*eight) ^ wide;
    }
    difference
}

/// Bit `i` of the two numbers says that the first (second) allele of call `i` is odd, that is 1.
#[inline]
fn alternate_bits(group: &[u8; GROUP * LANE]) -> (u64, u64) {
    // 8 bits for the first alleles of even calls, 8 for their second ones, and the same for odd
    // calls, 16 bits apart.
    let mut gathered = 0;
    for (i, eight) in group.as_chunks::<8>().0.iter().enumerate() {
        gathered |= (u64::from_le_bytes(*eight) & ALLELE_BITS) << i;
    }
    // Even calls below, odd ones above: both are spread at once, then interleaved.
    let spread = spread(gathered);
    let [even_first, even_second, odd_first, odd_second] =
        [0, 16, 32, 48].map(|shift| spread >> shift & 0xffff);
    (even_first | odd_first << 1, even_second | odd_second << 1)
}

/// Moves bit `i` of the low 8 bits of each 16 to bit `2 * i`.
#[inline]
fn spread(bits: u64) -> u64 {
    let mut x = bits;
    x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | x << 2) & 0x3333_3333_3333_3333;
    (x | x << 1) & 0x5555_5555_5555_5555
}

/// Where `:` and tab are, and at last the end of the text, eight bytes at a time.
struct Separators<'a> {
    text: &'a [u8],
    base: usize,
    /// The high bit of each byte of the current eight that is a separator.
    mask: u64,
    done: bool,
}

impl<'a> Separators<'a> {
    fn new(text: &'a [u8]) -> Self {
        Separators {
            mask: separator_mask(text, 0),
            text,
            base: 0,
            done: false,
        }
    }
}

impl Iterator for Separators<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.base += 8;
            if self.base >= self.text.len() {
                return (!std::mem::replace(&mut self.done, true)).then_some(self.text.len());
            }
            self.mask = separator_mask(self.text, self.base);
        }
        let at = self.base + (self.mask.trailing_zeros() / 8) as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }
}

#[inline]
fn separator_mask(text: &[u8], base: usize) -> u64 {
    let eight = match text.get(base..).and_then(|t| t.first_chunk::<8>()) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => {
            let mut last = [0; 8];
            let rest = text.get(base..).unwrap_or_default();
            last[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(last)
        }
    };
    zero_bytes(eight ^ 0x3a3a_3a3a_3a3a_3a3a) | zero_bytes(eight ^ 0x0909_0909_0909_0909)
}

/// The high bit of each byte that is zero.
#[inline]
fn zero_bytes(x: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((x & LOW) + LOW) | x | LOW)
}

#[cfg(test)]
mod tests;
