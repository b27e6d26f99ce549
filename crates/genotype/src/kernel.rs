//! The loops that a count spends its time in: pure functions on bytes and words.
//!
//! Each is written once, portably; `simd` compiles it again for what the machine can do.

use crate::layout::{Sections, planes};
use crate::set::{for_each_sparse, plane_word, short_word};
use crate::walk::{Cursors, Key};

/// ALT alleles in the low half, people who have two of them in the high half.
pub(crate) type Carriers = u64;

/// One ALT allele.
pub(crate) const ONE_SLOT: Carriers = 1;
/// A person who turns out to have two.
pub(crate) const ONE_HOM: Carriers = 1 << 32;

pub(crate) const fn slots_of(carriers: Carriers) -> u64 {
    carriers & 0xffff_ffff
}

pub(crate) const fn homs_of(carriers: Carriers) -> u64 {
    carriers >> 32
}

/// Counts a sparse ALT set in everybody. Also gives the last slot plus 1.
#[inline(always)]
pub(crate) fn sparse_all(bytes: &[u8]) -> (Carriers, u64) {
    let (mut carriers, mut next) = (0, 0u64);
    let end = for_each_sparse(bytes, |slot| {
        carriers += ONE_SLOT + u64::from(slot == next && slot & 1 != 0) * ONE_HOM;
        next = slot + 1;
    });
    (carriers, end)
}

/// Counts a sparse ALT set in the people of a mask. Also gives the last slot plus 1.
#[inline(always)]
pub(crate) fn sparse_masked(bytes: &[u8], mask: &[u64]) -> (Carriers, u64) {
    let (mut carriers, mut next) = (0, 0u64);
    let end = for_each_sparse(bytes, |slot| {
        let word = usize::try_from(slot / 128).unwrap_or(usize::MAX);
        let member = mask.get(word).copied().unwrap_or(0) >> (slot / 2 % 64) & 1;
        let hom = u64::from(slot == next && slot & 1 != 0) * ONE_HOM;
        carriers += member * (ONE_SLOT + hom);
        next = slot + 1;
    });
    (carriers, end)
}

/// As [`sparse_masked`], without the people of another mask.
#[inline(always)]
pub(crate) fn sparse_masked_without(
    bytes: &[u8],
    mask: &[u64],
    without: &[u64],
) -> (Carriers, u64) {
    let (mut carriers, mut next) = (0, 0u64);
    let end = for_each_sparse(bytes, |slot| {
        let word = usize::try_from(slot / 128).unwrap_or(usize::MAX);
        let mask = mask.get(word).copied().unwrap_or(0);
        let member = (mask & !without.get(word).copied().unwrap_or(0)) >> (slot / 2 % 64) & 1;
        let hom = u64::from(slot == next && slot & 1 != 0) * ONE_HOM;
        carriers += member * (ONE_SLOT + hom);
        next = slot + 1;
    });
    (carriers, end)
}

/// Or-s a plane into words.
#[inline(always)]
pub(crate) fn or_plane(plane: &[u8], words: &mut [u64]) {
    let chunks = plane.chunks_exact(8);
    if let Some(last) = words.get_mut(plane.len() / 8) {
        *last |= short_word(chunks.remainder());
    }
    for (word, plane) in words.iter_mut().zip(chunks) {
        *word |= load(plane);
    }
}

/// Writes `mask` without `without` over `out`, and counts its people.
#[inline(always)]
pub(crate) fn and_not(mask: &[u64], without: &[u64], out: &mut [u64]) -> u64 {
    let mut people = 0;
    for ((mask, without), out) in mask.iter().zip(without).zip(out) {
        *out = mask & !without;
        people += u64::from(out.count_ones());
    }
    people
}

/// Takes the people of a mask out of both planes of a dense set.
#[inline(always)]
pub(crate) fn planes_without(dense: &mut [u8], without: &[u64]) {
    let (first, second) = dense.split_at_mut(dense.len() / 2);
    for plane in [first, second] {
        let last = without
            .get(plane.len() / 8)
            .copied()
            .unwrap_or(0)
            .to_le_bytes();
        let mut chunks = plane.chunks_exact_mut(8);
        for (plane, without) in chunks.by_ref().zip(without) {
            let word = load(plane) & !without;
            plane.copy_from_slice(&word.to_le_bytes());
        }
        for (plane, without) in chunks.into_remainder().iter_mut().zip(last) {
            *plane &= !without;
        }
    }
}

/// Counts a sparse ALT set by the code of each person. Gives the last slot plus 1.
#[inline(always)]
pub(crate) fn sparse_codes(bytes: &[u8], codes: &[u8], counts: &mut [Carriers]) -> u64 {
    sparse_labelled(bytes, codes, counts)
}

/// Counts a sparse ALT set by the label of each person. Gives the last slot plus 1.
#[inline(always)]
pub(crate) fn sparse_labels(bytes: &[u8], labels: &[u16], counts: &mut [Carriers]) -> u64 {
    sparse_labelled(bytes, labels, counts)
}

/// As [`sparse_labels`], without the people of a mask.
#[inline(always)]
pub(crate) fn sparse_labels_without(
    bytes: &[u8],
    labels: &[u16],
    without: &[u64],
    counts: &mut [Carriers],
) -> u64 {
    let mut next = 0u64;
    for_each_sparse(bytes, |slot| {
        let sample = usize::try_from(slot / 2).unwrap_or(usize::MAX);
        let hom = u64::from(slot == next && slot & 1 != 0) * ONE_HOM;
        let left_out = without.get(sample / 64).copied().unwrap_or(0) >> (sample % 64) & 1;
        if let Some(&label) = labels.get(sample)
            && let Some(count) = counts.get_mut(usize::from(label))
        {
            *count = count.wrapping_add((ONE_SLOT + hom) * (1 - left_out));
        }
        next = slot + 1;
    })
}

/// Counts the people of a mask by their label.
#[inline(always)]
pub(crate) fn people_labelled(mask: &[u64], labels: &[u16], counts: &mut [Carriers]) {
    for (labels, &people) in labels.chunks(64).zip(mask) {
        add_labelled(people, labels, ONE_SLOT, counts);
    }
}

#[inline(always)]
fn sparse_labelled<L: Copy + Into<usize>>(
    bytes: &[u8],
    labels: &[L],
    counts: &mut [Carriers],
) -> u64 {
    let mut next = 0u64;
    for_each_sparse(bytes, |slot| {
        let sample = usize::try_from(slot / 2).unwrap_or(usize::MAX);
        let hom = u64::from(slot == next && slot & 1 != 0) * ONE_HOM;
        if let Some(&label) = labels.get(sample)
            && let Some(count) = counts.get_mut(label.into())
        {
            *count = count.wrapping_add(ONE_SLOT + hom);
        }
        next = slot + 1;
    })
}

#[inline(always)]
fn plane_carriers(first: u64, second: u64) -> (u64, u64) {
    let slots = first.count_ones() + second.count_ones();
    (u64::from(slots), u64::from((first & second).count_ones()))
}

/// Counts a dense ALT set in everybody.
#[inline(always)]
pub(crate) fn dense_all(dense: &[u8]) -> Carriers {
    let (first, second) = planes(dense);
    let (first_words, second_words) = (first.chunks_exact(8), second.chunks_exact(8));
    let rest = (first_words.remainder(), second_words.remainder());
    let (mut slots, mut homs) = plane_carriers(short_word(rest.0), short_word(rest.1));
    for (first, second) in first_words.zip(second_words) {
        let (s, h) = plane_carriers(load(first), load(second));
        slots += s;
        homs += h;
    }
    slots * ONE_SLOT + homs * ONE_HOM
}

/// Counts a dense ALT set in the people of a mask.
#[inline(always)]
pub(crate) fn dense_masked(dense: &[u8], mask: &[u64]) -> Carriers {
    let (first, second) = planes(dense);
    let (first_words, second_words) = (first.chunks_exact(8), second.chunks_exact(8));
    let rest = (first_words.remainder(), second_words.remainder());
    let full = first.len() / 8;
    let last = mask.get(full).copied().unwrap_or(0);
    let (mut slots, mut homs) =
        plane_carriers(short_word(rest.0) & last, short_word(rest.1) & last);
    for ((first, second), mask) in first_words.zip(second_words).zip(mask) {
        let (s, h) = plane_carriers(load(first) & mask, load(second) & mask);
        slots += s;
        homs += h;
    }
    slots * ONE_SLOT + homs * ONE_HOM
}

/// Counts the people of a mask by label, as [`dense_by_masks`] does.
#[inline(always)]
pub(crate) fn people_by_masks(
    people: &[u64],
    masks: &[u64],
    labels: &[(u16, u64)],
    counts: &mut [Carriers],
) {
    for (mask, &(label, _)) in masks.chunks_exact(people.len().max(1)).zip(labels) {
        let both = mask.iter().zip(people).map(|(mask, people)| mask & people);
        if let Some(count) = counts.get_mut(usize::from(label)) {
            *count += both.map(|both| u64::from(both.count_ones())).sum::<u64>();
        }
    }
}

/// Counts a dense ALT set by label, mask after mask: `masks` has as many words for each of
/// `labels`.
#[inline(always)]
pub(crate) fn dense_by_masks(
    dense: &[u8],
    masks: &[u64],
    labels: &[(u16, u64)],
    counts: &mut [Carriers],
) {
    let words = (dense.len() / 2).div_ceil(8).max(1);
    for (mask, &(label, _)) in masks.chunks_exact(words).zip(labels) {
        if let Some(count) = counts.get_mut(usize::from(label)) {
            *count = count.wrapping_add(dense_masked(dense, mask));
        }
    }
}

#[inline(always)]
fn load(word: &[u8]) -> u64 {
    word.first_chunk::<8>()
        .map_or(0, |word| u64::from_le_bytes(*word))
}

/// Counts a dense ALT set by the label of each person.
///
/// Walks the carriers, or those who are not homozygous if they are fewer: `everybody` has the
/// number of people of each label.
#[inline(always)]
pub(crate) fn dense_labelled(
    dense: &[u8],
    labels: &[u16],
    everybody: &[(u16, u64)],
    counts: &mut [Carriers],
) {
    let (first, second) = planes(dense);
    let carriers = dense_all(dense);
    let (slots, homs) = (slots_of(carriers), homs_of(carriers));
    let from_above = slots - homs > labels.len() as u64 - homs;
    if from_above {
        for &(label, size) in everybody {
            let count = &mut counts[usize::from(label)];
            *count = count.wrapping_add(size * (2 * ONE_SLOT + ONE_HOM));
        }
    }
    for (word, labels) in labels.chunks(64).enumerate() {
        let (first, second) = (plane_word(first, word), plane_word(second, word));
        let one = first ^ second;
        if from_above {
            let none = !(first | second) & (u64::MAX >> (64 - labels.len()));
            let (minus_one, minus_two) = (ONE_SLOT + ONE_HOM, 2 * ONE_SLOT + ONE_HOM);
            add_labelled(one, labels, minus_one.wrapping_neg(), counts);
            add_labelled(none, labels, minus_two.wrapping_neg(), counts);
        } else {
            add_labelled(one, labels, ONE_SLOT, counts);
            add_labelled(first & second, labels, 2 * ONE_SLOT + ONE_HOM, counts);
        }
    }
}

#[inline(always)]
fn add_labelled(mut people: u64, labels: &[u16], what: Carriers, counts: &mut [Carriers]) {
    while people != 0 {
        let bit = people.trailing_zeros() as usize;
        people &= people - 1;
        if let Some(&label) = labels.get(bit)
            && let Some(count) = counts.get_mut(usize::from(label))
        {
            *count = count.wrapping_add(what);
        }
    }
}

/// A key of each category of [`categories`], for the rules to judge.
pub(crate) const CATEGORY_KEYS: [Key; N_CATEGORIES] = [
    0b0100_0000, // missing
    0b0001_0000, // ./0
    0b0001_0010, // ./1
    0b0001_1000, // ./2
    0b1000_0000, // 0
    0b1000_0001, // 1
    0b1000_0100, // 2
    0b0000_0000, // 0/0
    0b0000_0001, // 1/0
    0b0000_0011, // 1/1
    0b0000_0100, // 2/0
    0b0000_1100, // 2/2
    0b0000_0110, // 2/1
];

pub(crate) const N_CATEGORIES: usize = 13;
const HAPLOID_REF: usize = 4;
const HOM_REF: usize = 7;

/// Counts every category of call, word by word, in the people of each mask who have no exception.
#[inline(always)]
pub(crate) fn categories(
    sections: &Sections<'_>,
    default: Key,
    masks: [&[u64]; 3],
) -> Result<[[u64; N_CATEGORIES]; 3], crate::Error> {
    let mut counts = [[0; N_CATEGORIES]; 3];
    let mut cursors = Cursors::new(sections);
    let everybody: [u64; 11] =
        std::array::from_fn(|bit| u64::from(default >> bit & 1).wrapping_neg());
    for word in 0..sections.n_samples.div_ceil(64) {
        let mut keys = everybody;
        sections.dense_words(word as usize, &mut keys);
        cursors.take_words(u64::from(word) * 64, &mut keys);
        let [_, _, _, _, _, _, missing, haploid, adj, _, exceptional] = keys;
        let alleles = keys
            .iter()
            .take(6)
            .fold(missing | adj, |all, plane| all | plane);
        if alleles == 0 {
            // Nobody but REF: diploid or haploid.
            for (counts, mask) in counts.iter_mut().zip(&masks) {
                let people = mask.get(word as usize).copied().unwrap_or(0) & !exceptional;
                counts[HAPLOID_REF] += u64::from((people & haploid).count_ones());
                counts[HOM_REF] += u64::from((people & !haploid).count_ones());
            }
            continue;
        }
        let people = word_categories(&keys);
        for (counts, mask) in counts.iter_mut().zip(&masks) {
            if mask.is_empty() {
                continue;
            }
            let mask = mask.get(word as usize).copied().unwrap_or(0) & !exceptional;
            for (count, people) in counts.iter_mut().zip(people) {
                *count += u64::from((people & mask).count_ones());
            }
        }
    }
    cursors.check()?;
    Ok(counts)
}

/// The people of each category among 64, given their keys' bits.
#[inline(always)]
fn word_categories(keys: &[u64; 11]) -> [u64; N_CATEGORIES] {
    let [
        alt0,
        alt1,
        other0,
        other1,
        half0,
        half1,
        missing,
        haploid,
        adj,
        ..,
    ] = *keys;
    let missing = missing | adj;
    let called0 = !(missing | half0);
    let called1 = !(missing | half1 | haploid);
    let (a0, a1) = (alt0 & called0, alt1 & called1);
    let (o0, o1) = (other0 & called0 & !alt0, other1 & called1 & !alt1);
    let (r0, r1) = (called0 & !a0 & !o0, called1 & !a1 & !o1);
    let half = (called0 ^ called1) & !haploid;
    let single = called0 & haploid;
    [
        !(called0 | called1),
        half & (r0 | r1),
        half & (a0 | a1),
        half & (o0 | o1),
        single & r0,
        single & a0,
        single & o0,
        r0 & r1,
        (r0 & a1) | (a0 & r1),
        a0 & a1,
        (r0 & o1) | (o0 & r1),
        o0 & o1,
        (a0 & o1) | (o0 & a1),
    ]
}
