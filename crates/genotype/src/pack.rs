//! From the calls of a site to the bytes of one row.

use std::borrow::Cow;

use kohort_genome::PloidyClass;

use crate::call::{CallBuf, MISSING, Phase};
use crate::layout::{
    ADJ_FAIL, ALT, DENSE, FLAG_DIFFERING, FLAG_LEADING_PHASED, FLAG_LEADING_UNPHASED, HALF,
    HAPLOID as HAPLOID_SET, MISSING_SAMPLES, N_SETS, OTHER, PHASE, SPARSE, VERSION, dense_bytes,
    is_slot_set, universe,
};
use crate::set::{SparseWriter, is_dense, plane_bytes, put_varint, with_length};
use crate::site::{
    ALLELE_BITS, DefaultCall, Deviation, HAPLOID, IN_OTHERS, MISSING_BIT, PHASE_DIFFERS,
    PlaneCalls, SECOND, SLOT_BITS, SiteCalls,
};
use crate::walk::{KEY_EXCEPTION, KEY_HAPLOID, KEY_MISSING, KEY_PHASE, Key};

impl SiteCalls {
    /// Appends the packed value of one ALT to `out`: `allele` is its 1-based index in the record.
    ///
    /// The cost follows the deviations, not the samples. All ALTs of a site must be packed for the
    /// site's calls to be restored.
    pub fn pack(&self, allele: u16, class: PloidyClass, block: u32, out: &mut Vec<u8>) {
        let head = Head { class, block };
        // Diploid calls of alleles 0 and 1, none missing, all with the default's separator.
        let plain = self.seen & !(1 | 1 << SECOND) == 0
            && self.adj_fail.is_empty()
            && self.n_samples > 0
            && matches!(self.default, DefaultCall::Reference(_));
        if !plain || allele != 1 {
            let deviations = self.all_deviations();
            return Keyed::new(self, &deviations, allele).pack(head, out);
        }
        let phase = self.default.phase();
        let calls = || self.deviations.iter().copied();
        if self.planes.is_empty() {
            pack_plain(self.n_samples, calls(), head, phase, out);
        } else if self.deviations.is_empty() {
            self.pack_planes(head, phase, out);
        } else {
            let merged = self.all_deviations();
            pack_plain(self.n_samples, merged.iter().copied(), head, phase, out);
        }
    }

    fn pack_planes(&self, head: Head, phase: Phase, out: &mut Vec<u8>) {
        let ones = |[first, second]: &[u64; 2]| u64::from(first.count_ones() + second.count_ones());
        let slots: u64 = self.planes.iter().map(ones).sum();
        if !is_dense(slots, universe(ALT, self.n_samples)) {
            head.put(phase, SPARSE, false, out);
            return put_slots(PlaneCalls::new(&self.planes), out);
        }
        head.put(phase, DENSE, false, out);
        let end = plane_bytes(self.n_samples);
        for h in 0..2 {
            let start = out.len();
            for planes in &self.planes {
                out.extend_from_slice(&planes[h].to_le_bytes());
            }
            out.truncate(start + end);
        }
    }

    fn all_deviations(&self) -> Cow<'_, [Deviation]> {
        if self.planes.is_empty() {
            return Cow::Borrowed(&self.deviations);
        }
        let mut merged: Vec<Deviation> = PlaneCalls::new(&self.planes).collect();
        if !self.deviations.is_empty() {
            merged.extend_from_slice(&self.deviations);
            merged.sort_by_key(|deviation| deviation.sample);
        }
        Cow::Owned(merged)
    }
}

#[derive(Clone, Copy)]
struct Head {
    class: PloidyClass,
    block: u32,
}

impl Head {
    fn put(self, phase: Phase, layout: u8, more: bool, out: &mut Vec<u8>) {
        let class = self.class.code() << 4;
        out.push(VERSION << 6 | class | (phase as u8) << 3 | layout << 1 | u8::from(more));
        put_varint(out, self.block);
    }
}

fn pack_plain(
    n_samples: u32,
    calls: impl Iterator<Item = Deviation> + Clone,
    head: Head,
    phase: Phase,
    out: &mut Vec<u8>,
) {
    let slots: u32 = calls
        .clone()
        .map(|call| (call.word & 1) + (call.word >> SECOND & 1))
        .sum();
    if is_dense(u64::from(slots), universe(ALT, n_samples)) {
        head.put(phase, DENSE, false, out);
        let mut writer = PlaneWriter::new(n_samples, out);
        for call in calls {
            let (first, second) = (call.word & 1, call.word >> SECOND & 1);
            writer.put(call.sample, u64::from(first), u64::from(second));
        }
        writer.finish();
    } else {
        head.put(phase, SPARSE, false, out);
        put_slots(calls, out);
    }
}

fn put_slots(calls: impl Iterator<Item = Deviation>, out: &mut Vec<u8>) {
    let mut writer = SparseWriter::new(out);
    for call in calls {
        if call.word & 1 != 0 {
            writer.put(2 * call.sample);
        }
        if call.word >> SECOND & 1 != 0 {
            writer.put(2 * call.sample + 1);
        }
    }
}

/// Writes two planes; samples come in ascending order, each with its two bits.
struct PlaneWriter<'a> {
    first: &'a mut [u8],
    second: &'a mut [u8],
    word: u32,
    bits: [u64; 2],
}

impl<'a> PlaneWriter<'a> {
    fn new(n_samples: u32, out: &'a mut Vec<u8>) -> Self {
        let (start, half) = (out.len(), plane_bytes(n_samples));
        out.resize(start + 2 * half, 0);
        let (first, second) = out[start..].split_at_mut(half);
        Self {
            first,
            second,
            word: 0,
            bits: [0; 2],
        }
    }

    #[inline]
    fn put(&mut self, sample: u32, first: u64, second: u64) {
        if sample / 64 != self.word {
            self.flush();
            self.word = sample / 64;
        }
        self.bits[0] |= first << (sample % 64);
        self.bits[1] |= second << (sample % 64);
    }

    #[inline]
    fn flush(&mut self) {
        let bits = std::mem::take(&mut self.bits);
        put_word(self.first, self.word, bits[0]);
        put_word(self.second, self.word, bits[1]);
    }

    fn finish(mut self) {
        self.flush();
    }
}

#[inline]
fn put_word(plane: &mut [u8], word: u32, bits: u64) {
    let rest = plane.get_mut(8 * word as usize..).unwrap_or_default();
    let bytes = bits.to_le_bytes();
    if let Some(whole) = rest.first_chunk_mut::<8>() {
        *whole = bytes;
        return;
    }
    for (byte, bits) in rest.iter_mut().zip(bytes) {
        *byte = bits;
    }
}

/// The deviations as the keys of one row, for sites where more than the ALT set is to be said.
struct Keyed<'a> {
    site: &'a SiteCalls,
    allele: u32,
    phase: Phase,
    /// The key bits of samples that are not in `keys`.
    default: Key,
    keys: Vec<(u32, Key)>,
    /// All keys or-ed.
    seen: Key,
    exceptions: Vec<(u32, CallBuf)>,
}

impl<'a> Keyed<'a> {
    fn new(site: &'a SiteCalls, deviations: &[Deviation], allele: u16) -> Self {
        let phase = majority_phase(site, deviations);
        let flip = phase != site.default.phase();
        let mut default = 0;
        default |= Key::from(site.default.is_missing()) * KEY_MISSING;
        default |= Key::from(site.default.is_haploid()) * KEY_HAPLOID;
        default |= Key::from(flip && !site.default.is_haploid()) * KEY_PHASE;
        let mut keyed = Self {
            site,
            allele: u32::from(allele),
            phase,
            default,
            keys: Vec::with_capacity(deviations.len()),
            seen: 0,
            exceptions: Vec::new(),
        };
        for &deviation in deviations {
            let key = keyed.key(deviation, flip);
            keyed.keys.push((deviation.sample, key));
            keyed.seen |= key;
            if key == KEY_EXCEPTION {
                keyed
                    .exceptions
                    .push((deviation.sample, site.call_of(deviation)));
            }
        }
        keyed
    }

    fn key(&self, deviation: Deviation, flip: bool) -> Key {
        let word = deviation.word;
        if word & IN_OTHERS != 0 {
            return KEY_EXCEPTION;
        }
        let (first, second) = (word & SLOT_BITS, word >> SECOND & SLOT_BITS);
        if word & HAPLOID != 0 {
            return KEY_HAPLOID
                | if first == MISSING_BIT {
                    KEY_MISSING
                } else {
                    self.allele_key(first)
                };
        }
        let phase = Key::from((word & PHASE_DIFFERS != 0) != flip) * KEY_PHASE;
        if first == MISSING_BIT && second == MISSING_BIT {
            return KEY_MISSING | phase;
        }
        let other = |slot: u32| slot & ALLELE_BITS != 0 && slot != self.allele;
        if first != second && other(first) && other(second) {
            return KEY_EXCEPTION;
        }
        phase | self.allele_key(first) | self.allele_key(second) << 1
    }

    /// The key bits of an allele in slot 0.
    fn allele_key(&self, slot: u32) -> Key {
        match slot {
            0 => 0,
            MISSING_BIT => 1 << 4,
            slot if slot == self.allele => 1,
            _ => 1 << 2,
        }
    }

    fn pack(&self, head: Head, out: &mut Vec<u8>) {
        let sizes: [u64; N_SETS] = std::array::from_fn(|set| self.size(set));
        let mut codes = u16::from(!self.exceptions.is_empty()) << (2 * N_SETS);
        for (set, &size) in sizes.iter().enumerate() {
            codes |= self.code(set, size) << (2 * set);
        }
        let layout = if codes & 3 == 2 { DENSE } else { SPARSE };
        let more = codes >> 2 != 0;
        head.put(self.phase, layout, more, out);
        if !more {
            return match layout {
                DENSE => self.put_dense(ALT, out),
                _ => self.put_sparse(ALT, out),
            };
        }
        out.extend_from_slice(&codes.to_le_bytes());
        for set in 0..N_SETS {
            match codes >> (2 * set) & 3 {
                1 => with_length(out, |out| self.put_sparse(set, out)),
                2 => self.put_dense(set, out),
                _ => {}
            }
        }
        self.put_exceptions(out);
    }

    fn code(&self, set: usize, size: u64) -> u16 {
        // A call that is an exception on one row only is why `all` means everybody: the rows of a
        // site then have the same default call.
        let all = u64::from(self.site.n_samples);
        if size == 0 {
            0
        } else if !is_slot_set(set) && size == all {
            3
        } else if is_dense(size, universe(set, self.site.n_samples)) {
            2
        } else {
            1
        }
    }

    fn size(&self, set: usize) -> u64 {
        if set == ADJ_FAIL {
            return self.site.adj_fail.len() as u64;
        }
        let bits = set_bits(set);
        if (self.seen | self.default) & bits == 0 {
            return 0;
        }
        let shift = bits.trailing_zeros();
        let two = u32::from(is_slot_set(set));
        let members =
            |key: Key| u32::from(key >> shift & 1) + (u32::from(key >> shift >> 1 & 1) & two);
        let named: u64 = self
            .keys
            .iter()
            .map(|&(_, key)| u64::from(members(key)))
            .sum();
        let unnamed = u64::from(self.site.n_samples).saturating_sub(self.keys.len() as u64);
        named + if self.default & bits != 0 { unnamed } else { 0 }
    }

    /// Calls `f` with the members of a set and their bits: for a set of samples bit 0.
    #[inline]
    fn for_each_member(&self, set: usize, mut f: impl FnMut(u32, Key)) {
        if set == ADJ_FAIL {
            return self.site.adj_fail.iter().for_each(|&sample| f(sample, 1));
        }
        let (bits, shift) = (set_bits(set), set_bits(set).trailing_zeros());
        let mut named = self
            .keys
            .iter()
            .map(|&(sample, key)| (sample, (key & bits) >> shift));
        if self.default & bits == 0 {
            return named
                .filter(|&(_, bits)| bits != 0)
                .for_each(|(sample, bits)| f(sample, bits));
        }
        let mut next = named.next();
        for sample in 0..self.site.n_samples {
            match next {
                Some((named_sample, bits)) if named_sample == sample => {
                    next = named.next();
                    if bits != 0 {
                        f(sample, bits);
                    }
                }
                _ => f(sample, 1),
            }
        }
    }

    fn put_sparse(&self, set: usize, out: &mut Vec<u8>) {
        let mut writer = SparseWriter::new(out);
        if !is_slot_set(set) {
            return self.for_each_member(set, |sample, _| writer.put(sample));
        }
        self.for_each_member(set, |sample, bits| {
            if bits & 1 != 0 {
                writer.put(2 * sample);
            }
            if bits & 2 != 0 {
                writer.put(2 * sample + 1);
            }
        });
    }

    fn put_dense(&self, set: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let mut writer = PlaneWriter::new(self.site.n_samples, out);
        self.for_each_member(set, |sample, bits| {
            writer.put(sample, u64::from(bits & 1), u64::from(bits >> 1 & 1));
        });
        writer.finish();
        out.truncate(start + dense_bytes(set, self.site.n_samples));
    }

    fn put_exceptions(&self, out: &mut Vec<u8>) {
        if self.exceptions.is_empty() {
            return;
        }
        put_varint(
            out,
            u32::try_from(self.exceptions.len()).unwrap_or(u32::MAX),
        );
        let mut next = 0;
        for (sample, call) in &self.exceptions {
            put_varint(out, sample.wrapping_sub(next));
            next = sample + 1;
            put_varint(out, u32::try_from(call.ploidy()).unwrap_or(u32::MAX));
            let leading = match call.separator_before(0) {
                Some(Phase::Phased) => FLAG_LEADING_PHASED,
                Some(Phase::Unphased) => FLAG_LEADING_UNPHASED,
                None => 0,
            };
            let mut others = call.alleles().iter().filter(|&&a| self.is_other(a));
            let first = others.next();
            let differing = u8::from(others.any(|other| Some(other) != first)) * FLAG_DIFFERING;
            out.push(leading | differing);
            for (i, &allele) in call.alleles().iter().enumerate() {
                let before = call.separator_before(i).filter(|_| i > 0);
                let phased = u8::from(before == Some(Phase::Phased));
                out.push(self.state(allele) | phased << 2);
            }
        }
    }

    fn is_other(&self, allele: u16) -> bool {
        allele != 0 && allele != MISSING && u32::from(allele) != self.allele
    }

    fn state(&self, allele: u16) -> u8 {
        match allele {
            0 => 0,
            MISSING => 3,
            allele if u32::from(allele) == self.allele => 1,
            _ => 2,
        }
    }
}

const fn set_bits(set: usize) -> Key {
    match set {
        ALT => 3,
        OTHER => 3 << 2,
        HALF => 3 << 4,
        MISSING_SAMPLES => KEY_MISSING,
        HAPLOID_SET => KEY_HAPLOID,
        PHASE => KEY_PHASE,
        _ => 0,
    }
}

/// The separator of most diploid calls, `/` where there are as many of both.
fn majority_phase(site: &SiteCalls, deviations: &[Deviation]) -> Phase {
    let default_is_diploid = !site.default.is_haploid();
    let diploid = |word: u32| word & (HAPLOID | IN_OTHERS) == 0;
    let (mut same, mut differing) = (0u64, 0u64);
    for deviation in deviations
        .iter()
        .filter(|deviation| diploid(deviation.word))
    {
        if deviation.word & PHASE_DIFFERS == 0 {
            same += 1;
        } else {
            differing += 1;
        }
    }
    if default_is_diploid {
        same += u64::from(site.n_samples).saturating_sub(deviations.len() as u64);
    }
    let (phased, unphased) = match site.default.phase() {
        Phase::Phased => (same, differing),
        Phase::Unphased => (differing, same),
    };
    Phase::from_bit(phased > unphased)
}
