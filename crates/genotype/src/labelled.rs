//! The samples of a block by their stratum, and what they count as before any deviation.

use kohort_genome::PloidyClass;

use crate::Error;
use crate::compose::Absent;
use crate::counts::{AlleleCounts, GenotypeCounts};
use crate::directory::SampleBlock;
use crate::kernel::{Carriers, homs_of, slots_of};
use crate::rules::{CountRules, contribution, karyotype_group};
use crate::set::plane_bit;
use crate::simd::{self, Level};
use crate::strata::NO_STRATUM;
use crate::tally::Tally;
use crate::walk::{KEY_HAPLOID, Key};

/// The samples of one block by their label: four times the stratum, plus the karyotype group.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    pub(crate) block: u32,
    pub(crate) labels: Vec<u16>,
    /// The labels that samples have, with how many.
    pub(crate) sizes: Vec<(u16, u64)>,
    /// The samples of each of `sizes` as bits, where they are not too many words.
    masks: Vec<u64>,
    /// What everybody adds, by class and default; made when first needed.
    pub(crate) bases: Vec<Option<Base>>,
    /// The plane of haploid samples that the last bases of `bases` stand for.
    haploid: Vec<u8>,
}

/// The most memory for the masks of a block: they must stay in the cache to be of use.
const MAX_MASK_BYTES: usize = 4 << 20;

/// The work that a mask costs beside its words, in words.
const WORDS_PER_MASK: usize = 35;

#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) tallies: Vec<Tally>,
    pub(crate) counts: Vec<GenotypeCounts>,
    pub(crate) alleles: Vec<AlleleCounts>,
    /// How many rows of the running totals stand on it.
    pub(crate) rows: u64,
}

/// What everybody is, before deviations.
#[derive(Clone, Copy)]
pub(crate) enum Everybody {
    Key(Key),
    Absent(Absent),
    /// Diploid, or haploid where the block's plane says so.
    HaploidPlane,
}

/// Default keys have bits 6, 7 and 8 at most: 8 of them, 2 ways to be absent, and a plane.
const N_BASES: usize = 11;
const HAPLOID_BASE: usize = 10;

impl Everybody {
    /// The place of its base in a block.
    pub(crate) fn slot(self, class: PloidyClass) -> usize {
        let index = match self {
            Self::Key(key) => usize::from(key >> 6) & 7,
            Self::Absent(Absent::Reference) => 8,
            Self::Absent(Absent::Missing) => 9,
            Self::HaploidPlane => HAPLOID_BASE,
        };
        N_BASES * usize::from(class.code()) + index
    }
}

impl Labelled {
    pub(crate) fn new(
        samples: &SampleBlock,
        labels: &[u16],
        n_strata: usize,
    ) -> Result<Self, Error> {
        let nobody = u16::try_from(4 * n_strata).unwrap_or(u16::MAX);
        let mut sizes = vec![0u64; 4 * n_strata];
        let mut label_of = |sample_index: u32, group: usize| {
            let stratum = labels
                .get(sample_index as usize)
                .copied()
                .unwrap_or(NO_STRATUM);
            if stratum == NO_STRATUM {
                return Ok(nobody);
            }
            let label = 4 * usize::from(stratum) + group;
            *sizes.get_mut(label).ok_or(Error::UnknownStratum {
                n_strata,
                found: stratum,
                sample_index,
            })? += 1;
            Ok(u16::try_from(label).unwrap_or(nobody))
        };
        let labels = (samples.base()..).zip(samples.karyotypes());
        let labels: Vec<u16> = labels
            .map(|(index, &karyotype)| label_of(index, karyotype_group(karyotype)))
            .collect::<Result<_, Error>>()?;
        let sizes: Vec<(u16, u64)> = (0u16..).zip(sizes).filter(|&(_, size)| size > 0).collect();
        Ok(Self {
            block: samples.block(),
            masks: masks(&labels, &sizes),
            labels,
            sizes,
            bases: vec![None; N_BASES * PloidyClass::ALL.len()],
            haploid: Vec::new(),
        })
    }

    /// Counts a dense ALT set: by masks where that is less work than the labels of its carriers.
    pub(crate) fn count_dense(&self, level: Level, dense: &[u8], counts: &mut [Carriers]) {
        let carriers = simd::dense_all(level, dense);
        if self.masks_are_faster(level, slots_of(carriers) - homs_of(carriers)) {
            simd::dense_by_masks(level, dense, &self.masks, &self.sizes, counts);
        } else {
            simd::dense_labelled(level, dense, &self.labels, &self.sizes, counts);
        }
    }

    /// Counts people given as bits.
    pub(crate) fn count_people(&self, level: Level, people: &[u64], counts: &mut [Carriers]) {
        let n = people.iter().map(|word| u64::from(word.count_ones())).sum();
        if self.masks_are_faster(level, n) {
            simd::people_by_masks(level, people, &self.masks, &self.sizes, counts);
        } else {
            simd::people_labelled(level, people, &self.labels, counts);
        }
    }

    fn masks_are_faster(&self, level: Level, people: u64) -> bool {
        let words = self.masks.len() + WORDS_PER_MASK * self.sizes.len();
        !self.masks.is_empty() && people * level.words_per_label() > words as u64
    }

    /// Makes the bases of this plane of haploid samples possible, and gives those of the plane
    /// before. On X the same people are haploid in row after row.
    pub(crate) fn remember_haploid(&mut self, plane: &[u8]) -> Vec<Base> {
        if self.haploid == plane {
            return Vec::new();
        }
        self.haploid.clear();
        self.haploid.extend_from_slice(plane);
        let bases = self.bases.iter_mut().skip(HAPLOID_BASE).step_by(N_BASES);
        bases.filter_map(Option::take).collect()
    }

    pub(crate) fn n_samples(&self) -> u32 {
        u32::try_from(self.labels.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn base(
        &mut self,
        rules: CountRules,
        n_strata: usize,
        class: PloidyClass,
        default: Everybody,
    ) -> &mut Base {
        let slot = default.slot(class);
        let (sizes, labels, plane) = (&self.sizes, &self.labels, &self.haploid);
        self.bases[slot].get_or_insert_with(|| {
            let mut tallies = vec![Tally::default(); n_strata];
            for &(label, size) in sizes {
                let (stratum, group) = split(label);
                let rule = rules.of_class(class)[group];
                let outcome = match default {
                    Everybody::Key(key) => contribution(rule, key),
                    Everybody::Absent(what) => rules.absent(class, group, what),
                    Everybody::HaploidPlane => contribution(rule, 0),
                };
                tallies[stratum].add(outcome, size);
            }
            if matches!(default, Everybody::HaploidPlane) {
                let haploid = (0u32..).zip(labels).filter(|(i, _)| plane_bit(plane, *i));
                for (stratum, group) in haploid.map(|(_, &label)| split(label)) {
                    let rule = rules.of_class(class)[group];
                    if let Some(tally) = tallies.get_mut(stratum) {
                        tally.replace(contribution(rule, 0), contribution(rule, KEY_HAPLOID));
                    }
                }
            }
            Base {
                counts: tallies.iter().map(Tally::counts).collect(),
                alleles: tallies.iter().map(Tally::allele_counts).collect(),
                tallies,
                rows: 0,
            }
        })
    }
}

fn masks(labels: &[u16], sizes: &[(u16, u64)]) -> Vec<u64> {
    let words = labels.len().div_ceil(64);
    if 8 * words * sizes.len() > MAX_MASK_BYTES {
        return Vec::new();
    }
    let mut masks = vec![0; words * sizes.len()];
    for (sample, label) in labels.iter().enumerate() {
        if let Ok(row) = sizes.binary_search_by_key(label, |(label, _)| *label) {
            masks[row * words + sample / 64] |= 1 << (sample % 64);
        }
    }
    masks
}

/// The stratum and the karyotype group of a label.
#[inline]
pub(crate) const fn split(label: u16) -> (usize, usize) {
    ((label >> 2) as usize, (label & 3) as usize)
}
