//! Counting all strata of a partition in one pass.

use kohort_genome::PloidyClass;

use crate::Error;
use crate::counter::{alt_bits, check_end};
use crate::counts::{AlleleCounts, GenotypeCounts};
use crate::directory::SampleDirectory;
use crate::kernel::{Carriers, homs_of, slots_of};
use crate::labelled::{Base, Everybody, Labelled, split};
use crate::layout::{ALT, Row, Sections, for_each_row};
use crate::rules::{CountRules, GenotypeFilter, N_KARYOTYPES, Rule, contribution};
use crate::set::{Set, plane_bit};
use crate::simd::{self, Level};
use crate::tally::Tally;
use crate::walk::{KEY_EXCEPTION, KEY_HAPLOID, KEY_MISSING, Key};

/// The label of a sample that is in no stratum.
pub const NO_STRATUM: u16 = u16::MAX;

/// The most strata that one pass can count.
pub const MAX_STRATA: usize = 16_383;

/// Counts the strata of a partition, row after row: one pass over a row's carriers for all of them.
///
/// Strata are disjoint: a sample has one label. What the default call adds to each stratum is
/// worked out once; a row then costs its carriers and, unless rows are only summed, a copy of that.
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
    /// All zero between rows.
    marks: Vec<u64>,
    planes: Vec<u8>,
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

/// Where a row's counts go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Destination {
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
            marks: Vec::new(),
            planes: Vec::new(),
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
                let deviation = self.row.tallies[stratum].allele_counts();
                out.ac = out.ac.wrapping_add(deviation.ac);
                out.an = out.an.wrapping_add(deviation.an);
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
        for_each_row(bytes, |row| self.count_row(row, Destination::Totals))
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
        for_each_row(bytes, |row| self.count_row(row, Destination::Row))
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

    fn count_row(&mut self, row: Row<'_>, into: Destination) -> Result<(), Error> {
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
        if sections.is_alt_only() {
            self.stand_on(row.class, Everybody::Key(0), into);
            return self.alt_only(sections.sets[ALT], row.class, into);
        }
        if sections.says_only_who_is_missing() {
            self.stand_on(row.class, Everybody::Key(0), into);
            return if sections.has_dense() {
                self.without_missing(&sections, row.class, into)
            } else {
                self.without_listed(&sections, row.class, into)
            };
        }
        let alt = sections.sets[ALT];
        let by_planes = matches!(alt, Set::Dense(_)) && sections.is_sparse(true);
        if by_planes {
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

    /// What the totals stand on must outlive the plane that it was made for.
    fn remember_haploid(&mut self, plane: &[u8]) {
        for old in self.blocks[self.last].remember_haploid(plane) {
            for (stratum, tally) in old.tallies.iter().enumerate().filter(|_| old.rows > 0) {
                self.totals.of(stratum).merge_times(tally, old.rows);
            }
        }
    }

    /// Counts everybody as the default says, later.
    fn stand_on(&mut self, class: PloidyClass, default: Everybody, into: Destination) {
        let slot = default.slot(class);
        let block = &mut self.blocks[self.last];
        let base = block.base(self.rules, self.n_strata, class, default);
        match into {
            Destination::Totals => base.rows += 1,
            Destination::Row => self.stands_on.push((self.last, slot)),
        }
    }

    fn alt_only(
        &mut self,
        alt: Set<'_>,
        class: PloidyClass,
        into: Destination,
    ) -> Result<(), Error> {
        let block = &self.blocks[self.last];
        let counts = &mut self.carriers;
        let end = match alt {
            Set::Sparse(bytes) => simd::sparse_labels(self.level, bytes, &block.labels, counts),
            Set::Dense(dense) => {
                block.count_dense(self.level, dense, counts);
                0
            }
            Set::Empty | Set::All => 0,
        };
        self.take_carriers(class, into);
        check_end(end, self.blocks[self.last].n_samples())
    }

    /// Counts a row that has many missing samples as a row without these people.
    fn without_missing(
        &mut self,
        sections: &Sections<'_>,
        class: PloidyClass,
        into: Destination,
    ) -> Result<(), Error> {
        sections.missing_words(self.level, &mut self.missing)?;
        let block = &self.blocks[self.last];
        block.count_people(self.level, &self.missing, &mut self.carriers);
        self.take_missing(class, into);
        let block = &self.blocks[self.last];
        let (missing, counts) = (&self.missing, &mut self.carriers);
        let end = match sections.sets[ALT] {
            Set::Sparse(bytes) => {
                simd::sparse_labels_without(self.level, bytes, &block.labels, missing, counts)
            }
            Set::Dense(dense) => {
                self.planes.clear();
                self.planes.extend_from_slice(dense);
                simd::planes_without(self.level, &mut self.planes, missing);
                block.count_dense(self.level, &self.planes, counts);
                0
            }
            Set::Empty | Set::All => 0,
        };
        self.take_carriers(class, into);
        check_end(end, self.blocks[self.last].n_samples())
    }

    /// Counts a row that lists a few missing samples.
    fn without_listed(
        &mut self,
        sections: &Sections<'_>,
        class: PloidyClass,
        into: Destination,
    ) -> Result<(), Error> {
        let labels = &self.blocks[self.last].labels;
        let words = labels.len().div_ceil(64);
        if self.marks.len() < words {
            self.marks.resize(words, 0);
        }
        let (marks, counts) = (&mut self.marks, &mut self.carriers);
        let marked = sections.for_each_missing(|sample| {
            let (word, bit) = (sample as usize / 64, sample % 64);
            let label = labels[sample as usize];
            counts[usize::from(label)] += !marks[word] >> bit & 1;
            marks[word] |= 1 << bit;
        });
        self.take_missing(class, into);
        let labels = &self.blocks[self.last].labels;
        let (marks, counts) = (&mut self.marks, &mut self.carriers);
        let end = match sections.sets[ALT] {
            Set::Sparse(bytes) => {
                simd::sparse_labels_without(self.level, bytes, labels, marks, counts)
            }
            _ => 0,
        };
        // Stops where marking stopped.
        let unmarked = sections.for_each_missing(|sample| marks[sample as usize / 64] = 0);
        self.take_carriers(class, into);
        marked.and(unmarked)?;
        check_end(end, self.blocks[self.last].n_samples())
    }

    fn take_missing(&mut self, class: PloidyClass, into: Destination) {
        let rules = self.class_rules[usize::from(class.code())];
        let deviations = match into {
            Destination::Row => &mut self.row,
            Destination::Totals => &mut self.totals,
        };
        let sizes = &self.blocks[self.last].sizes;
        take_counts(
            sizes,
            &mut self.carriers,
            self.n_strata,
            |(stratum, group), people| {
                let (was, is) = (
                    contribution(rules[group], 0),
                    contribution(rules[group], KEY_MISSING),
                );
                deviations.of(stratum).move_people(was, is, people);
            },
        );
    }

    fn take_carriers(&mut self, class: PloidyClass, into: Destination) {
        let rules = self.class_rules[usize::from(class.code())];
        let deviations = match into {
            Destination::Row => &mut self.row,
            Destination::Totals => &mut self.totals,
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

    /// Judges again those that the sections name, who were counted by the default key and the bits
    /// that `counted` gives.
    fn correct(
        &mut self,
        sections: &Sections<'_>,
        class: PloidyClass,
        counted: impl Fn(u32) -> Key,
        into: Destination,
    ) -> Result<(), Error> {
        let labels = &self.blocks[self.last].labels;
        let rules = self.class_rules[usize::from(class.code())];
        let deviations = match into {
            Destination::Row => &mut self.row,
            Destination::Totals => &mut self.totals,
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
            let was = contribution(rule, default | counted);
            match exception {
                Some(exception) if key & KEY_EXCEPTION != 0 => {
                    deviations.of(stratum).exception(rule, was, key, exception);
                }
                _ => deviations
                    .of(stratum)
                    .replace(was, contribution(rule, key | counted)),
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
