//! Counting all strata of a partition in one pass.

use kohort_genome::PloidyClass;

use crate::Error;
use crate::compose::Absent;
use crate::counter::alt_bits;
use crate::counts::GenotypeCounts;
use crate::directory::{SampleBlock, SampleDirectory};
use crate::kernel::{Carriers, homs_of, slots_of};
use crate::layout::{ALT, Row, Sections, for_each_row, out_of_range, universe};
use crate::rules::{CountRules, GenotypeFilter, N_KARYOTYPES, Rule, karyotype_group, outcome};
use crate::set::{Set, plane_bit};
use crate::simd::{self, Level};
use crate::tally::Tally;
use crate::walk::{KEY_EXCEPTION, KEY_HAPLOID, KEY_MISSING, Key};

/// The label of a sample that is in no stratum.
pub const NO_STRATUM: u16 = u16::MAX;

/// The most strata that one pass can count.
pub const MAX_STRATA: usize = 16_383;

/// `ac` and `an` alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AlleleCounts {
    /// Copies of this ALT among the called alleles.
    pub ac: u64,
    /// Called alleles.
    pub an: u64,
}

/// Counts the strata of a partition, row after row: one pass over a row's carriers for all of them.
///
/// Strata are disjoint: a sample has one label. What the default call adds to each stratum is worked
/// out once; a row then costs its carriers and, unless rows are only summed, a copy of that.
#[derive(Clone, Debug)]
pub struct StrataCounter {
    n_strata: usize,
    rules: CountRules,
    class_rules: [[Rule; N_KARYOTYPES]; 4],
    blocks: Vec<Labelled>,
    last: usize,
    level: Level,
    /// What one row deviates from the bases that it stands on.
    row: Deviations,
    /// The bases of that row: block and slot.
    stands_on: Vec<(usize, usize)>,
    /// What all rows together deviate from their bases.
    totals: Deviations,
    /// By label, all zero between rows.
    carriers: Vec<Carriers>,
    missing: Vec<u64>,
}

/// Tallies of which most stay empty: one per stratum, and one for those in none.
#[derive(Clone, Debug)]
struct Deviations {
    tallies: Vec<Tally>,
    touched: Vec<usize>,
    is_touched: Vec<bool>,
}

impl Deviations {
    fn new(n: usize) -> Self {
        Self {
            tallies: vec![Tally::default(); n],
            touched: Vec::with_capacity(n),
            is_touched: vec![false; n],
        }
    }

    #[inline]
    fn of(&mut self, stratum: usize) -> &mut Tally {
        if !std::mem::replace(&mut self.is_touched[stratum], true) {
            self.touched.push(stratum);
        }
        &mut self.tallies[stratum]
    }

    fn clear(&mut self) {
        for stratum in self.touched.drain(..) {
            self.tallies[stratum] = Tally::default();
            self.is_touched[stratum] = false;
        }
    }
}

/// The samples of one block by their label: four times the stratum, plus the karyotype group.
#[derive(Clone, Debug)]
struct Labelled {
    block: u32,
    labels: Vec<u16>,
    /// The labels that samples have, with how many.
    sizes: Vec<(u16, u64)>,
    /// The samples of each of `sizes` as bits, where they are not too many words.
    masks: Vec<u64>,
    /// What everybody adds, by class and default; made when first needed.
    bases: Vec<Option<Base>>,
    /// The plane of haploid samples that the last bases of `bases` stand for.
    haploid: Vec<u8>,
}

/// The most memory for the masks of a block: they must stay in the cache to be of use.
const MAX_MASK_BYTES: usize = 4 << 20;

#[derive(Clone, Debug)]
struct Base {
    tallies: Vec<Tally>,
    counts: Vec<GenotypeCounts>,
    alleles: Vec<AlleleCounts>,
    /// How many rows of the running totals stand on it.
    rows: u64,
}

/// What everybody is, before deviations.
#[derive(Clone, Copy)]
enum Everybody {
    Key(Key),
    Absent(Absent),
    /// Diploid, or haploid where the block's plane says so.
    HaploidPlane,
}

/// Default keys have bits 6, 7 and 8 at most: 8 of them, 2 ways to be absent, and a plane.
const N_BASES: usize = 11;
const HAPLOID_BASE: usize = 10;

impl Everybody {
    fn index(self) -> usize {
        match self {
            Self::Key(key) => usize::from(key >> 6) & 7,
            Self::Absent(Absent::Reference) => 8,
            Self::Absent(Absent::Missing) => 9,
            Self::HaploidPlane => HAPLOID_BASE,
        }
    }
}

impl Labelled {
    fn new(samples: &SampleBlock, labels: &[u16], n_strata: usize) -> Result<Self, Error> {
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

    fn n_samples(&self) -> u32 {
        u32::try_from(self.labels.len()).unwrap_or(u32::MAX)
    }

    fn base(
        &mut self,
        rules: CountRules,
        n_strata: usize,
        class: PloidyClass,
        default: Everybody,
    ) -> &mut Base {
        let slot = N_BASES * usize::from(class.code()) + default.index();
        let (sizes, labels, plane) = (&self.sizes, &self.labels, &self.haploid);
        self.bases[slot].get_or_insert_with(|| {
            let mut tallies = vec![Tally::default(); n_strata];
            for &(label, size) in sizes {
                let (stratum, group) = split(label);
                let rule = rules.of_class(class)[group];
                let outcome = match default {
                    Everybody::Key(key) => outcome(rule, key),
                    Everybody::Absent(what) => rules.absent(class, group, what),
                    Everybody::HaploidPlane => outcome(rule, 0),
                };
                tallies[stratum].add(outcome, size);
            }
            if matches!(default, Everybody::HaploidPlane) {
                let haploid = (0u32..).zip(labels).filter(|(i, _)| plane_bit(plane, *i));
                for (stratum, group) in haploid.map(|(_, &label)| split(label)) {
                    let rule = rules.of_class(class)[group];
                    if let Some(tally) = tallies.get_mut(stratum) {
                        tally.replace(outcome(rule, 0), outcome(rule, KEY_HAPLOID));
                    }
                }
            }
            Base {
                counts: tallies.iter().map(Tally::counts).collect(),
                alleles: tallies.iter().map(allele_counts).collect(),
                tallies,
                rows: 0,
            }
        })
    }
}

fn allele_counts(tally: &Tally) -> AlleleCounts {
    AlleleCounts {
        ac: tally.ac(),
        an: tally.an(),
    }
}

fn is_fast_by_masks(level: Level, dense: &[u8], masks: &[u64]) -> bool {
    let carriers = simd::dense_all(level, dense);
    let people = slots_of(carriers) - homs_of(carriers);
    !masks.is_empty() && people * level.words_per_label() > masks.len() as u64
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
const fn split(label: u16) -> (usize, usize) {
    ((label >> 2) as usize, (label & 3) as usize)
}

/// Where a row's counts go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    Row,
    Totals,
}

impl StrataCounter {
    /// A counter of `n_strata` strata: `labels[sample_index]` is a sample's stratum, or
    /// [`NO_STRATUM`], as it is for sample indices beyond the slice.
    ///
    /// # Errors
    /// [`Error::TooManyStrata`]; [`Error::UnknownStratum`] where a label is not below `n_strata`.
    pub fn new(
        directory: &SampleDirectory,
        labels: &[u16],
        n_strata: usize,
        rules: CountRules,
    ) -> Result<Self, Error> {
        if n_strata > MAX_STRATA {
            return Err(Error::TooManyStrata {
                limit: MAX_STRATA,
                found: n_strata,
            });
        }
        let blocks = directory
            .iter()
            .map(|samples| Labelled::new(samples, labels, n_strata));
        Ok(Self {
            n_strata,
            rules,
            class_rules: PloidyClass::ALL.map(|class| rules.of_class(class)),
            blocks: blocks.collect::<Result<_, Error>>()?,
            last: 0,
            level: Level::detect(),
            row: Deviations::new(n_strata + 1),
            stands_on: Vec::new(),
            totals: Deviations::new(n_strata + 1),
            carriers: vec![0; 4 * (n_strata + 1)],
            missing: Vec::new(),
        })
    }

    /// The number of strata.
    pub const fn n_strata(&self) -> usize {
        self.n_strata
    }

    /// The rules that it counts by.
    pub const fn rules(&self) -> CountRules {
        self.rules
    }

    /// Counts one value; `out` has one place per stratum and is overwritten.
    ///
    /// # Errors
    /// What the bytes can be refused for; [`Error::WrongLength`].
    pub fn count_into(&mut self, bytes: &[u8], out: &mut [GenotypeCounts]) -> Result<(), Error> {
        self.check_length(out.len())?;
        self.count(bytes)?;
        match self.bases().next() {
            Some(base) => out.copy_from_slice(&base.counts),
            None => out.fill(GenotypeCounts::default()),
        }
        for base in self.bases().skip(1) {
            for (out, counts) in out.iter_mut().zip(&base.counts) {
                *out += *counts;
            }
        }
        for &stratum in &self.row.touched {
            if let Some(out) = out.get_mut(stratum) {
                *out = self.tally_of(stratum).counts();
            }
        }
        Ok(())
    }

    /// As [`count_into`](Self::count_into), for `ac` and `an` alone.
    ///
    /// # Errors
    /// As there.
    pub fn count_alleles_into(
        &mut self,
        bytes: &[u8],
        out: &mut [AlleleCounts],
    ) -> Result<(), Error> {
        self.check_length(out.len())?;
        self.count(bytes)?;
        match self.bases().next() {
            Some(base) => out.copy_from_slice(&base.alleles),
            None => out.fill(AlleleCounts::default()),
        }
        for base in self.bases().skip(1) {
            for (out, alleles) in out.iter_mut().zip(&base.alleles) {
                out.ac += alleles.ac;
                out.an += alleles.an;
            }
        }
        for &stratum in &self.row.touched {
            if let Some(out) = out.get_mut(stratum) {
                *out = allele_counts(&self.tally_of(stratum));
            }
        }
        Ok(())
    }

    /// Adds one value to the running totals: the cheapest way to sum many rows. After an error, the
    /// totals are good for nothing until they are reset.
    ///
    /// # Errors
    /// What the bytes can be refused for.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        for_each_row(bytes, |row| self.count_row(row, Into::Totals))
    }

    /// The running totals, one per stratum, over all values given to [`add`](Self::add).
    pub fn totals(&self) -> Vec<GenotypeCounts> {
        let mut totals = self.totals.tallies.clone();
        totals.truncate(self.n_strata);
        for base in self
            .blocks
            .iter()
            .flat_map(|block| block.bases.iter().flatten())
        {
            for (total, tally) in totals.iter_mut().zip(&base.tallies) {
                total.merge_times(tally, base.rows);
            }
        }
        totals.iter().map(Tally::counts).collect()
    }

    /// Sets the running totals to nothing.
    pub fn reset_totals(&mut self) {
        self.totals.clear();
        for base in self
            .blocks
            .iter_mut()
            .flat_map(|block| block.bases.iter_mut().flatten())
        {
            base.rows = 0;
        }
    }

    fn check_length(&self, found: usize) -> Result<(), Error> {
        let expected = self.n_strata;
        if found == expected {
            Ok(())
        } else {
            Err(Error::WrongLength { expected, found })
        }
    }

    fn count(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.row.clear();
        self.stands_on.clear();
        for_each_row(bytes, |row| self.count_row(row, Into::Row))
    }

    /// The bases of the last row.
    fn bases(&self) -> impl Iterator<Item = &Base> {
        let base = |&(block, slot): &(usize, usize)| self.blocks[block].bases[slot].as_ref();
        self.stands_on.iter().filter_map(base)
    }

    fn tally_of(&self, stratum: usize) -> Tally {
        let mut tally = self.row.tallies[stratum];
        self.bases()
            .for_each(|base| tally.merge(&base.tallies[stratum]));
        tally
    }

    fn count_row(&mut self, row: Row<'_>, into: Into) -> Result<(), Error> {
        self.find(row.block)?;
        let n_samples = self.blocks[self.last].n_samples();
        if let Some(what) = row.absent() {
            self.stand_on(row.class, Everybody::Absent(what), into);
            return Ok(());
        }
        if !row.more {
            let alt = row.alt_only(n_samples)?;
            self.stand_on(row.class, Everybody::Key(0), into);
            return self.alt_only(alt, row.class, into);
        }
        let mut sections = row.sections(n_samples)?;
        sections.keep_counted(self.rules.filter == GenotypeFilter::Adj);
        if sections.says_only_who_is_missing() && sections.has_dense() {
            self.stand_on(row.class, Everybody::Key(0), into);
            return self.without_missing(&sections, row.class, into);
        }
        let alt = sections.sets[ALT];
        let by_planes = matches!(alt, Set::Dense(_)) && sections.is_sparse(true);
        if sections.is_alt_only() || by_planes {
            self.stand_on(row.class, Everybody::Key(0), into);
            self.alt_only(alt, row.class, into)?;
            sections.sets[ALT] = Set::Empty;
            let dense = if let Set::Dense(dense) = alt {
                dense
            } else {
                &[]
            };
            return self.correct(&sections, row.class, |sample| alt_bits(dense, sample), into);
        }
        if let Some(plane) = sections.take_haploid_plane() {
            self.remember_haploid(plane);
            self.stand_on(row.class, Everybody::HaploidPlane, into);
            let haploid = |sample| Key::from(plane_bit(plane, sample)) * KEY_HAPLOID;
            return self.correct(&sections, row.class, haploid, into);
        }
        self.stand_on(row.class, Everybody::Key(sections.default_key()), into);
        self.correct(&sections, row.class, |_| 0, into)
    }

    fn find(&mut self, block: u32) -> Result<(), Error> {
        if self
            .blocks
            .get(self.last)
            .is_some_and(|labelled| labelled.block == block)
        {
            return Ok(());
        }
        let found = self
            .blocks
            .binary_search_by_key(&block, |labelled| labelled.block);
        self.last = found.map_err(|_| Error::UnknownBlock { block })?;
        Ok(())
    }

    /// Makes the bases of this plane of haploid samples possible. On X the same people are haploid in
    /// row after row.
    fn remember_haploid(&mut self, plane: &[u8]) {
        let block = &mut self.blocks[self.last];
        if block.haploid == plane {
            return;
        }
        block.haploid.clear();
        block.haploid.extend_from_slice(plane);
        for base in block.bases.iter_mut().skip(HAPLOID_BASE).step_by(N_BASES) {
            let Some(old) = base.take() else { continue };
            for (stratum, tally) in old.tallies.iter().enumerate().filter(|_| old.rows > 0) {
                self.totals.of(stratum).merge_times(tally, old.rows);
            }
        }
    }

    /// Counts everybody as the default says, later.
    fn stand_on(&mut self, class: PloidyClass, default: Everybody, into: Into) {
        let slot = N_BASES * usize::from(class.code()) + default.index();
        let block = &mut self.blocks[self.last];
        let base = block.base(self.rules, self.n_strata, class, default);
        match into {
            Into::Totals => base.rows += 1,
            Into::Row => self.stands_on.push((self.last, slot)),
        }
    }

    fn alt_only(&mut self, alt: Set<'_>, class: PloidyClass, into: Into) -> Result<(), Error> {
        let Labelled {
            labels,
            sizes,
            masks,
            ..
        } = &self.blocks[self.last];
        let counts = &mut self.carriers;
        let end = match alt {
            Set::Sparse(bytes) => simd::sparse_labels(self.level, bytes, labels, counts),
            Set::Dense(dense) if is_fast_by_masks(self.level, dense, masks) => {
                simd::dense_by_masks(self.level, dense, masks, sizes, counts);
                0
            }
            Set::Dense(dense) => {
                simd::dense_labelled(self.level, dense, labels, sizes, &[], counts);
                0
            }
            Set::Empty | Set::All => 0,
        };
        self.take_carriers(class, into);
        self.check_end(end)
    }

    /// Counts a row that has missing samples as a row without these people.
    fn without_missing(
        &mut self,
        sections: &Sections<'_>,
        class: PloidyClass,
        into: Into,
    ) -> Result<(), Error> {
        sections.missing_words(&mut self.missing)?;
        let Labelled { labels, sizes, .. } = &self.blocks[self.last];
        let (missing, counts) = (&self.missing, &mut self.carriers);
        simd::people_labelled(self.level, missing, labels, counts);
        let rules = self.class_rules[usize::from(class.code())];
        let deviations = match into {
            Into::Row => &mut self.row,
            Into::Totals => &mut self.totals,
        };
        take_counts(sizes, counts, self.n_strata, |(stratum, group), people| {
            let (was, is) = (outcome(rules[group], 0), outcome(rules[group], KEY_MISSING));
            deviations.of(stratum).move_people(was, is, people);
        });
        let end = match sections.sets[ALT] {
            Set::Sparse(bytes) => {
                simd::sparse_labels_without(self.level, bytes, labels, missing, counts)
            }
            Set::Dense(dense) => {
                simd::dense_labelled(self.level, dense, labels, sizes, missing, counts);
                0
            }
            Set::Empty | Set::All => 0,
        };
        self.take_carriers(class, into);
        self.check_end(end)
    }

    fn take_carriers(&mut self, class: PloidyClass, into: Into) {
        let rules = self.class_rules[usize::from(class.code())];
        let deviations = match into {
            Into::Row => &mut self.row,
            Into::Totals => &mut self.totals,
        };
        let sizes = &self.blocks[self.last].sizes;
        take_counts(
            sizes,
            &mut self.carriers,
            self.n_strata,
            |(stratum, group), carriers| {
                let tally = deviations.of(stratum);
                tally.carriers(rules[group], slots_of(carriers), homs_of(carriers));
            },
        );
    }

    fn check_end(&self, end: u64) -> Result<(), Error> {
        let n_samples = self.blocks[self.last].n_samples();
        if end > universe(ALT, n_samples) {
            return Err(out_of_range(ALT, n_samples, end - 1));
        }
        Ok(())
    }

    /// Judges again those that the sections name, who were counted by the default key and the bits
    /// that `counted` gives.
    fn correct(
        &mut self,
        sections: &Sections<'_>,
        class: PloidyClass,
        counted: impl Fn(u32) -> Key,
        into: Into,
    ) -> Result<(), Error> {
        let labels = &self.blocks[self.last].labels;
        let rules = self.class_rules[usize::from(class.code())];
        let deviations = match into {
            Into::Row => &mut self.row,
            Into::Totals => &mut self.totals,
        };
        let default = sections.default_key();
        let mut exceptions = sections.exceptions.iter();
        sections.for_each_named(|sample, key| {
            let exception = exceptions.as_slice().first();
            if key & KEY_EXCEPTION != 0 {
                exceptions.next();
            }
            let (stratum, group) = split(labels[sample as usize]);
            // Those in no stratum are judged by any rule, into a tally that nobody reads.
            let rule = rules[group];
            let counted = counted(sample);
            let was = outcome(rule, default | counted);
            match exception {
                Some(exception) if key & KEY_EXCEPTION != 0 => {
                    deviations.of(stratum).exception(rule, was, key, exception);
                }
                _ => deviations
                    .of(stratum)
                    .replace(was, outcome(rule, key | counted)),
            }
        })
    }
}

/// Calls `f` with the stratum, the karyotype group and the count of each label that has one, and
/// leaves all counts zero.
fn take_counts(
    sizes: &[(u16, u64)],
    counts: &mut [Carriers],
    n_strata: usize,
    mut f: impl FnMut((usize, usize), Carriers),
) {
    for &(label, _) in sizes {
        let count = std::mem::take(&mut counts[usize::from(label)]);
        if count != 0 {
            f(split(label), count);
        }
    }
    if let Some(nobody) = counts.get_mut(4 * n_strata) {
        *nobody = 0;
    }
}
