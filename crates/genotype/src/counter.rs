//! Counting one cohort.

use kohort_genome::PloidyClass;

use crate::Error;
use crate::cohort::Cohort;
use crate::counts::GenotypeCounts;
use crate::directory::{SampleBlock, SampleDirectory};
use crate::kernel::{CATEGORY_KEYS, Carriers, homs_of, slots_of};
use crate::layout::{ADJ_FAIL, ALT, Row, Sections, for_each_row, out_of_range};
use crate::layout::{planes, universe};
use crate::rules::{CountRules, GenotypeFilter, N_KARYOTYPES, Rule, contribution, karyotype_group};
use crate::set::{Set, plane_bit, plane_word};
use crate::simd::{self, Level};
use crate::tally::Tally;
use crate::walk::{KEY_ADJ, KEY_EXCEPTION, KEY_HAPLOID, KEY_MISSING, Key};

/// The code of samples that are not in the cohort.
const NOT_IN_COHORT: u8 = 3;

/// Counts one cohort, row after row, straight from the packed bytes.
///
/// Making one costs time and memory in proportion to the samples; counting a row costs its
/// carriers.
#[derive(Clone, Debug)]
pub struct Counter {
    rules: CountRules,
    class_rules: [[Rule; N_KARYOTYPES]; 4],
    blocks: Vec<Members>,
    /// The block of the row before, where the next one is looked for first.
    last: usize,
    level: Level,
    missing: Vec<u64>,
    mask: Vec<u64>,
    /// All zero between rows.
    marks: Vec<u64>,
}

/// The members of the cohort in one block.
#[derive(Clone, Debug)]
struct Members {
    block: u32,
    n_samples: u32,
    /// Members by karyotype group.
    sizes: [u64; N_KARYOTYPES],
    total: u64,
    everyone: bool,
    mask: Vec<u64>,
    groups: [Vec<u64>; N_KARYOTYPES],
    /// The karyotype group of each sample, or [`NOT_IN_COHORT`].
    codes: Vec<u8>,
    /// What they count as by class when all are REF.
    reference: [Tally; 4],
    /// The rule of everybody, by class, where it is the same.
    same_rule: [Option<Rule>; 4],
    haploid: HaploidPlane,
}

/// What everybody counts as when some are haploid and all are REF. On X the same people are haploid
/// in row after row.
#[derive(Clone, Debug, Default)]
struct HaploidPlane {
    plane: Vec<u8>,
    /// By class.
    tallies: [Option<Tally>; 4],
}

impl Members {
    fn new(samples: &SampleBlock, cohort: &Cohort, rules: CountRules) -> Self {
        let n_samples = samples.n_samples();
        let words = n_samples.div_ceil(64) as usize;
        let mut members = Self {
            block: samples.block(),
            n_samples,
            sizes: [0; N_KARYOTYPES],
            total: 0,
            everyone: false,
            mask: Vec::new(),
            groups: [const { Vec::new() }; N_KARYOTYPES],
            codes: Vec::new(),
            reference: [Tally::default(); 4],
            same_rule: [None; 4],
            haploid: HaploidPlane::default(),
        };
        for sample_index in cohort.range(samples.base(), samples.end()) {
            if members.total == 0 {
                members.mask = vec![0; words];
                members.codes = vec![NOT_IN_COHORT; n_samples as usize];
            }
            let sample = (sample_index - samples.base()) as usize;
            let group = karyotype_group(samples.karyotypes()[sample]);
            if members.groups[group].is_empty() {
                members.groups[group] = vec![0; words];
            }
            let bit = 1 << (sample % 64);
            members.mask[sample / 64] |= bit;
            members.groups[group][sample / 64] |= bit;
            members.codes[sample] = group.to_le_bytes()[0];
            members.sizes[group] += 1;
            members.total += 1;
        }
        members.everyone = members.total == u64::from(n_samples);
        members.same_rule = PloidyClass::ALL.map(|class| {
            let parts = members.parts(rules.of_class(class));
            parts.same.then_some(parts.rules[0])
        });
        for (tally, class) in members.reference.iter_mut().zip(PloidyClass::ALL) {
            for (rule, size) in rules.of_class(class).into_iter().zip(members.sizes) {
                tally.add(contribution(rule, 0), size);
            }
        }
        members
    }

    /// The members by the rule that they are judged by: one part if it is the same for all.
    fn parts(&self, rules: [Rule; N_KARYOTYPES]) -> Parts<'_> {
        let mut used = (0..N_KARYOTYPES).filter(|&group| self.sizes[group] > 0);
        let first = used.next().map_or(Rule::AsCalled, |group| rules[group]);
        if used.all(|group| rules[group] == first) {
            return Parts {
                rules: [first; N_KARYOTYPES],
                masks: [&self.mask, &[], &[]],
                sizes: [self.total, 0, 0],
                same: true,
            };
        }
        Parts {
            rules,
            masks: std::array::from_fn(|group| self.groups[group].as_slice()),
            sizes: self.sizes,
            same: false,
        }
    }
}

#[derive(Clone, Copy)]
struct Parts<'a> {
    rules: [Rule; N_KARYOTYPES],
    masks: [&'a [u64]; N_KARYOTYPES],
    sizes: [u64; N_KARYOTYPES],
    same: bool,
}

impl Parts<'_> {
    #[inline]
    fn for_each(&self, mut f: impl FnMut(Rule, &[u64], u64)) {
        for part in 0..N_KARYOTYPES {
            if self.sizes[part] > 0 {
                f(self.rules[part], self.masks[part], self.sizes[part]);
            }
        }
    }

    fn everybody(&self, key: Key, tally: &mut Tally) {
        self.for_each(|rule, _, size| tally.add(contribution(rule, key), size));
    }
}

impl Counter {
    /// A counter of this cohort. Members that no block has are nobody.
    pub fn new(directory: &SampleDirectory, cohort: &Cohort, rules: CountRules) -> Self {
        Self {
            rules,
            class_rules: PloidyClass::ALL.map(|class| rules.of_class(class)),
            blocks: directory
                .iter()
                .map(|samples| Members::new(samples, cohort, rules))
                .collect(),
            last: 0,
            level: Level::detect(),
            missing: Vec::new(),
            mask: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// The rules that it counts by.
    pub const fn rules(&self) -> CountRules {
        self.rules
    }

    /// Counts one value. `n_samples` is the members of the cohort in the blocks of the value.
    ///
    /// # Errors
    /// What the bytes can be refused for.
    pub fn count(&mut self, bytes: &[u8]) -> Result<GenotypeCounts, Error> {
        let mut tally = Tally::default();
        for_each_row(bytes, |row| self.count_row(row, &mut tally))?;
        Ok(tally.counts())
    }

    #[inline]
    fn count_row(&mut self, row: Row<'_>, tally: &mut Tally) -> Result<(), Error> {
        self.find(row.block)?;
        let members = &self.blocks[self.last];
        if let Some(what) = row.absent() {
            for (group, &size) in members.sizes.iter().enumerate() {
                tally.add(self.rules.absent(row.class, group, what), size);
            }
            return Ok(());
        }
        if members.total == 0 {
            return Ok(());
        }
        let class = usize::from(row.class.code());
        if !row.more {
            let alt = row.alt_only(members.n_samples)?;
            tally.merge(&members.reference[class]);
            return self.alt_only(alt, row.class, tally);
        }
        let mut sections = row.sections(members.n_samples)?;
        sections.keep_counted(self.rules.filter == GenotypeFilter::Adj);
        if sections.is_alt_only() {
            tally.merge(&members.reference[class]);
            return self.alt_only(sections.sets[ALT], row.class, tally);
        }
        self.all_sections(&mut sections, row.class, tally)
    }

    #[inline]
    fn find(&mut self, block: u32) -> Result<(), Error> {
        if self
            .blocks
            .get(self.last)
            .is_some_and(|members| members.block == block)
        {
            return Ok(());
        }
        let found = self
            .blocks
            .binary_search_by_key(&block, |members| members.block);
        self.last = found.map_err(|_| Error::UnknownBlock { block })?;
        Ok(())
    }

    /// Counts the carriers of a row whose people are all REF otherwise, and are counted so.
    #[inline]
    fn alt_only(&self, alt: Set<'_>, class: PloidyClass, tally: &mut Tally) -> Result<(), Error> {
        let members = &self.blocks[self.last];
        let class = usize::from(class.code());
        let Some(rule) = members.same_rule[class] else {
            return self.alt_by_karyotype(alt, self.class_rules[class], tally);
        };
        let (carriers, end) = match (alt, members.everyone) {
            (Set::Sparse(bytes), true) => simd::sparse_all(self.level, bytes),
            (Set::Sparse(bytes), false) => simd::sparse_masked(self.level, bytes, &members.mask),
            (Set::Dense(dense), true) => (simd::dense_all(self.level, dense), 0),
            (Set::Dense(dense), false) => (simd::dense_masked(self.level, dense, &members.mask), 0),
            (Set::Empty | Set::All, _) => (0, 0),
        };
        add_carriers(tally, rule, carriers);
        check_end(end, members.n_samples)
    }

    fn alt_by_karyotype(
        &self,
        alt: Set<'_>,
        rules: [Rule; N_KARYOTYPES],
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let members = &self.blocks[self.last];
        let mut counts: [Carriers; N_KARYOTYPES] = [0; N_KARYOTYPES];
        let mut end = 0;
        match alt {
            Set::Sparse(bytes) => {
                end = simd::sparse_codes(self.level, bytes, &members.codes, &mut counts);
            }
            Set::Dense(dense) => {
                for (count, mask) in counts.iter_mut().zip(&members.groups) {
                    *count = simd::dense_masked(self.level, dense, mask);
                }
            }
            Set::Empty | Set::All => {}
        }
        for (rule, carriers) in rules.into_iter().zip(counts) {
            add_carriers(tally, rule, carriers);
        }
        check_end(end, members.n_samples)
    }

    fn all_sections(
        &mut self,
        sections: &mut Sections<'_>,
        class: PloidyClass,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let rules = self.class_rules[usize::from(class.code())];
        if sections.says_only_who_is_missing() {
            if sections.has_dense() {
                return self.without_missing(sections, rules, tally);
            }
            let members = &self.blocks[self.last];
            if let Some(rule) = members.same_rule[usize::from(class.code())] {
                tally.merge(&members.reference[usize::from(class.code())]);
                return self.without_listed(sections, rule, tally);
            }
        }
        let alt = sections.sets[ALT];
        if let Set::Dense(dense) = alt
            && sections.is_sparse(true)
        {
            tally.merge(&self.blocks[self.last].reference[usize::from(class.code())]);
            self.alt_only(alt, class, tally)?;
            sections.sets[ALT] = Set::Empty;
            return self.correct(sections, rules, |sample| alt_bits(dense, sample), tally);
        }
        if let Some(plane) = sections.take_haploid_plane() {
            tally.merge(&self.haploid_base(plane, rules, class));
            let haploid = |sample| Key::from(plane_bit(plane, sample)) * KEY_HAPLOID;
            return self.correct(sections, rules, haploid, tally);
        }
        let members = &self.blocks[self.last];
        let parts = members.parts(rules);
        if !sections.has_dense() {
            parts.everybody(sections.default_key(), tally);
            return self.correct(sections, rules, |_| 0, tally);
        }
        let default = sections.default_key();
        let counts = simd::categories(self.level, sections, default, parts.masks)?;
        for (rule, counts) in parts.rules.into_iter().zip(counts) {
            for (key, count) in CATEGORY_KEYS.into_iter().zip(counts) {
                tally.add(contribution(rule, key), count);
            }
        }
        for exception in &sections.exceptions {
            let code = members.codes[exception.sample as usize];
            if code != NOT_IN_COHORT {
                let rule = rules[usize::from(code)];
                let adj = sections.contains(ADJ_FAIL, exception.sample);
                let reference = contribution(rule, 0);
                tally.add(reference, 1);
                tally.exception(rule, reference, Key::from(adj) * KEY_ADJ, exception);
            }
        }
        Ok(())
    }

    fn haploid_base(
        &mut self,
        plane: &[u8],
        rules: [Rule; N_KARYOTYPES],
        class: PloidyClass,
    ) -> Tally {
        let members = &mut self.blocks[self.last];
        if members.haploid.plane != plane {
            members.haploid = HaploidPlane {
                plane: plane.to_vec(),
                tallies: [None; 4],
            };
        }
        let slot = usize::from(class.code());
        if let Some(tally) = members.haploid.tallies[slot] {
            return tally;
        }
        let mut tally = Tally::default();
        members.parts(rules).for_each(|rule, mask, size| {
            let words = mask.iter().enumerate();
            let haploid = words.map(|(i, word)| (word & plane_word(plane, i)).count_ones());
            let haploid: u64 = haploid.map(u64::from).sum();
            tally.add(contribution(rule, KEY_HAPLOID), haploid);
            tally.add(contribution(rule, 0), size - haploid);
        });
        members.haploid.tallies[slot] = Some(tally);
        tally
    }

    /// Judges again those that the sections name, who were counted by the default key and the bits
    /// that `counted` gives.
    fn correct(
        &self,
        sections: &Sections<'_>,
        rules: [Rule; N_KARYOTYPES],
        counted: impl Fn(u32) -> Key,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let members = &self.blocks[self.last];
        let default = sections.default_key();
        let mut exceptions = sections.exceptions.iter();
        sections.for_each_named(|sample, key| {
            let exception = exceptions.as_slice().first();
            if key & KEY_EXCEPTION != 0 {
                exceptions.next();
            }
            let code = members.codes[sample as usize];
            if code == NOT_IN_COHORT {
                return;
            }
            let rule = rules[usize::from(code)];
            let counted = counted(sample);
            let was = contribution(rule, default | counted);
            match exception {
                Some(exception) if key & KEY_EXCEPTION != 0 => {
                    tally.exception(rule, was, key, exception);
                }
                _ => tally.replace(was, contribution(rule, key | counted)),
            }
        })
    }

    /// Counts a row that lists a few missing samples. Everybody was counted as REF.
    fn without_listed(
        &mut self,
        sections: &Sections<'_>,
        rule: Rule,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let members = &self.blocks[self.last];
        if self.marks.len() < members.mask.len() {
            self.marks.resize(members.mask.len(), 0);
        }
        let marks = &mut self.marks;
        let mut people = 0;
        let marked = sections.for_each_missing(|sample| {
            let (word, bit) = (sample as usize / 64, sample % 64);
            people += (members.mask[word] & !marks[word]) >> bit & 1;
            marks[word] |= 1 << bit;
        });
        tally.move_people(
            contribution(rule, 0),
            contribution(rule, KEY_MISSING),
            people,
        );
        let (carriers, end) = match sections.sets[ALT] {
            Set::Sparse(bytes) => {
                simd::sparse_masked_without(self.level, bytes, &members.mask, marks)
            }
            _ => (0, 0),
        };
        // Stops where marking stopped.
        let unmarked = sections.for_each_missing(|sample| marks[sample as usize / 64] = 0);
        add_carriers(tally, rule, carriers);
        marked.and(unmarked)?;
        check_end(end, members.n_samples)
    }

    /// Counts a row that has missing samples as a row without them in a smaller cohort.
    fn without_missing(
        &mut self,
        sections: &Sections<'_>,
        rules: [Rule; N_KARYOTYPES],
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let members = &self.blocks[self.last];
        let n = members.n_samples;
        sections.missing_words(self.level, &mut self.missing)?;
        let parts = members.parts(rules);
        let mut end = 0;
        parts.for_each(|rule, mask, size| {
            self.mask.resize(mask.len(), 0);
            let valid = simd::and_not(self.level, mask, &self.missing, &mut self.mask);
            tally.add(contribution(rule, 0), valid);
            tally.add(contribution(rule, KEY_MISSING), size - valid);
            let carriers = match sections.sets[ALT] {
                Set::Sparse(bytes) => {
                    let (carriers, last) = simd::sparse_masked(self.level, bytes, &self.mask);
                    end = last;
                    carriers
                }
                Set::Dense(dense) => simd::dense_masked(self.level, dense, &self.mask),
                Set::Empty | Set::All => 0,
            };
            add_carriers(tally, rule, carriers);
        });
        check_end(end, n)
    }
}

/// Refuses slots beyond the last, given the last slot plus 1.
#[inline]
pub(crate) fn check_end(end: u64, n_samples: u32) -> Result<(), Error> {
    if end > universe(ALT, n_samples) {
        return Err(out_of_range(ALT, n_samples, end - 1));
    }
    Ok(())
}

#[inline]
fn add_carriers(tally: &mut Tally, rule: Rule, carriers: Carriers) {
    tally.carriers(rule, slots_of(carriers), homs_of(carriers));
}

/// The ALT bits of a sample's key.
pub(crate) fn alt_bits(dense: &[u8], sample: u32) -> Key {
    let (first, second) = planes(dense);
    Key::from(plane_bit(first, sample)) | Key::from(plane_bit(second, sample)) << 1
}
