//! What one worker does with the lines of a chunk: parse, split, normalise, pack, count, build
//! rows.

use crate::adj::CallQuality;
use crate::call_fields::CallFieldsBuilder;
use crate::plan::{Plan, UNDECLARED};
use crate::rows::{Row, RowBuilder};
use crate::{Error, OnBadField, order};
use arrow::array::RecordBatch;
use kohort_genome::{PloidyClass, canonical_contig};
use kohort_genotype::{Cohort, CountRules, Counter, GenotypeCounts, SampleDirectory, SiteCalls};
use kohort_vcf::normalise::{self, Alleles, VariantType};
use kohort_vcf::{
    ChunkSink, FastaReader, Findings, Header, RecordLint, RecordView, Rule, SamplesRead, mend,
    parse_genotypes, parse_samples,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The types of rows, in the order of their tallies.
pub(crate) const TYPES: [VariantType; 8] = [
    VariantType::Snv,
    VariantType::Mnv,
    VariantType::Ins,
    VariantType::Del,
    VariantType::Complex,
    VariantType::Sv,
    VariantType::SpanningDeletion,
    VariantType::Ref,
];

/// The farthest that left-aligning moves a row, in bases: what the resort window must hold.
pub(crate) const MAX_SHIFT: i64 = 5_000;

/// What all workers share.
pub(crate) struct Shared<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) header: &'a Header,
    pub(crate) directory: &'a SampleDirectory,
    pub(crate) block: u32,
    pub(crate) on_bad_field: OnBadField,
    pub(crate) fasta: Option<&'a kohort_vcf::Fasta>,
}

/// What the records of a chunk came to, beside their rows.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) n_records: u64,
    pub(crate) n_variants: u64,
    pub(crate) n_by_type: [u64; TYPES.len()],
    pub(crate) n_normalised: u64,
    pub(crate) n_without_gt: u64,
    pub(crate) n_polyploid_calls: u64,
    pub(crate) genotype_bytes: u64,
    pub(crate) n_adj_failing: u64,
    pub(crate) nulled: BTreeMap<String, u64>,
    pub(crate) undeclared: BTreeMap<String, u64>,
    pub(crate) undeclared_filters: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.n_records += other.n_records;
        self.n_variants += other.n_variants;
        for (mine, theirs) in self.n_by_type.iter_mut().zip(other.n_by_type) {
            *mine += theirs;
        }
        self.n_normalised += other.n_normalised;
        self.n_without_gt += other.n_without_gt;
        self.n_polyploid_calls += other.n_polyploid_calls;
        self.genotype_bytes += other.genotype_bytes;
        self.n_adj_failing += other.n_adj_failing;
        for (key, n) in other.nulled {
            *self.nulled.entry(key).or_default() += n;
        }
        for (key, n) in other.undeclared {
            *self.undeclared.entry(key).or_default() += n;
        }
        for (key, n) in other.undeclared_filters {
            *self.undeclared_filters.entry(key).or_default() += n;
        }
    }
}

/// Consecutive records on one contig.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) chrom: String,
    /// The contig as the file has it.
    pub(crate) name: String,
    /// Sorted; `record_index` counts from the chunk's first record.
    pub(crate) variants: RecordBatch,
    pub(crate) call_fields: Option<RecordBatch>,
    pub(crate) first_pos: u32,
    pub(crate) last_pos: u32,
    /// The chunk's number of the first record.
    pub(crate) first_ordinal: u64,
}

/// What a chunk becomes.
#[derive(Debug, Default)]
pub(crate) struct ChunkRows {
    pub(crate) runs: Vec<Run>,
    pub(crate) tally: Tally,
    /// By the chunk's numbers of records.
    pub(crate) findings: Findings,
}

/// The contig of the current run.
#[derive(Debug)]
struct Current {
    name: String,
    chrom: String,
    first_pos: u32,
    last_pos: u32,
    first_ordinal: u64,
}

/// Takes the lines of chunks, one chunk at a time.
pub(crate) struct RecordSink<'a> {
    shared: &'a Shared<'a>,
    counter: Counter,
    rows: RowBuilder,
    calls: CallFieldsBuilder,
    quality: CallQuality,
    site: SiteCalls,
    packed: Vec<u8>,
    fasta: Option<FastaReader>,
    current: Option<Current>,
    lint: RecordLint,
    /// The record's last base, once one of its rows asked for it.
    record_end: Option<i64>,
    done: ChunkRows,
}

impl<'a> RecordSink<'a> {
    pub(crate) fn new(shared: &'a Shared<'a>) -> Self {
        let plan = shared.plan;
        let everyone = Cohort::all(shared.directory);
        Self {
            counter: Counter::new(shared.directory, &everyone, CountRules::default()),
            rows: RowBuilder::new(plan, shared.header.escapes()),
            calls: CallFieldsBuilder::new(plan, shared.header.escapes()),
            quality: CallQuality::default(),
            site: SiteCalls::new(),
            packed: Vec::new(),
            fasta: None,
            current: None,
            lint: RecordLint::new(shared.header),
            record_end: None,
            done: ChunkRows::default(),
            shared,
        }
    }

    fn read(&mut self, line: &[u8], ordinal: u64) -> Result<(), Error> {
        match RecordView::parse(line, self.shared.header) {
            Ok(view) => self.take_placed(&view, ordinal),
            Err(error) => self.read_mended(line, ordinal, error),
        }
    }

    /// Reads a line without the values that it was refused for, where that is the policy.
    #[cold]
    fn read_mended(
        &mut self,
        line: &[u8],
        ordinal: u64,
        mut error: kohort_vcf::Error,
    ) -> Result<(), Error> {
        let mut line = Cow::Borrowed(line);
        // QUAL and INFO at most.
        for _ in 0..2 {
            let mends = self.shared.on_bad_field == OnBadField::Null;
            let Some(mended) = mends.then(|| mend(&line, &error)).flatten() else {
                break;
            };
            for field in mended.fields {
                *self.done.tally.nulled.entry(field).or_default() += 1;
            }
            line = Cow::Owned(mended.line);
            match RecordView::parse(&line, self.shared.header) {
                Ok(view) => return self.take_placed(&view, ordinal),
                Err(next) => error = next,
            }
        }
        Err(error.into())
    }

    fn take_placed(&mut self, view: &RecordView<'_>, ordinal: u64) -> Result<(), Error> {
        self.take(view, ordinal).map_err(|error| match error {
            placed @ Error::Vcf(kohort_vcf::Error::At { .. }) => placed,
            Error::Vcf(error) => Error::Vcf(view.place(error)),
            error => error.at(format!("{}:{}", view.chrom, view.pos)),
        })
    }

    fn take(&mut self, view: &RecordView<'_>, ordinal: u64) -> Result<(), Error> {
        self.place(view, ordinal)?;
        let class = self.class(view)?;
        self.lint.record(view, ordinal, &mut self.done.findings);
        self.record_end = None;
        let record_index = i64::try_from(self.done.tally.n_records).unwrap_or(i64::MAX);
        let mut nulled = Nulled {
            policy: self.shared.on_bad_field,
            counts: &mut self.done.tally,
        };
        let infos = &self.shared.plan.infos;
        self.rows
            .info
            .record(view.info, view.n_alt, |field, error| {
                nulled.hear("INFO", &infos[field].line.id, error)
            })?;
        let read = self.samples(view, record_index)?;
        self.lint
            .samples(view, read, ordinal, &mut self.done.findings);
        let has_gt = read.has_genotypes;
        for key in self.rows.info.undeclared() {
            count(&mut self.done.tally.undeclared, "INFO", key);
        }
        for filter in view.filters().into_iter().flatten() {
            if filter != "PASS" && !self.shared.header.declares_filter(filter) {
                count(&mut self.done.tally.undeclared_filters, "FILTER", filter);
            }
        }
        self.done.tally.n_records += 1;
        self.done.tally.n_without_gt += u64::from(!has_gt);
        if view.n_alt == 0 {
            return self.row(view, ".", 1, class, record_index, has_gt);
        }
        for (allele_index, alternate) in (1u16..).zip(view.alternates()) {
            self.row(view, alternate, allele_index, class, record_index, has_gt)?;
        }
        Ok(())
    }

    /// Ends the run when the contig changes, and checks the order.
    fn place(&mut self, view: &RecordView<'_>, ordinal: u64) -> Result<(), Error> {
        if let Some(current) = &mut self.current {
            if current.name == view.chrom {
                if view.pos < current.last_pos {
                    let found = format!("{} after {}", view.pos, current.last_pos);
                    return Err(Error::Unsorted { found });
                }
                current.last_pos = view.pos;
                return Ok(());
            }
            self.end_run()?;
        }
        self.current = Some(Current {
            name: view.chrom.to_owned(),
            chrom: canonical_contig(view.chrom).into_owned(),
            first_pos: view.pos,
            last_pos: view.pos,
            first_ordinal: ordinal,
        });
        Ok(())
    }

    /// The class of the record's own POS, for all its rows, so that `an` is the same on each.
    fn class(&self, view: &RecordView<'_>) -> Result<PloidyClass, Error> {
        let Some(current) = &self.current else {
            return Ok(PloidyClass::Diploid);
        };
        let chrom = current.chrom.as_str();
        match (self.shared.plan.reference_genome, chrom) {
            (_, "chrM") => Ok(PloidyClass::Mitochondrial),
            (Some(genome), _) => Ok(genome.ploidy_class(chrom, view.pos)),
            (None, "chrX" | "chrY") => Err(Error::ReferenceGenomeNeeded {
                chrom: chrom.to_owned(),
            }),
            (None, _) => Ok(PloidyClass::Diploid),
        }
    }

    fn n_samples(&self) -> u32 {
        u32::try_from(self.shared.plan.samples.len()).unwrap_or(u32::MAX)
    }

    /// Reads the sample columns: GT and what `adj` needs, and the other FORMAT fields.
    fn samples(&mut self, view: &RecordView<'_>, record_index: i64) -> Result<SamplesRead, Error> {
        if self.shared.on_bad_field == OnBadField::Null {
            let mut mended = None;
            if let Err(error) = parse_genotypes(view, self.n_samples(), &mut self.site) {
                mended = Some(self.without_bad_calls(view, error)?);
            }
            let samples = mended.as_deref().unwrap_or(view.samples);
            return self.read_samples(&RecordView { samples, ..*view }, record_index);
        }
        self.read_samples(view, record_index)
    }

    fn read_samples(
        &mut self,
        view: &RecordView<'_>,
        record_index: i64,
    ) -> Result<SamplesRead, Error> {
        let n_samples = self.n_samples();
        let criteria = self.shared.plan.adj;
        let adj = view.has_genotypes() && n_samples > 0 && criteria.any();
        let read = if n_samples > 0 && self.calls.is_needed(view.format, adj) {
            let policy = self.shared.on_bad_field;
            let mut nulled = Nulled {
                policy,
                counts: &mut self.done.tally,
            };
            let formats = &self.shared.plan.formats;
            let mut visitor = self.calls.visitor(
                view,
                n_samples as usize,
                record_index,
                &mut self.quality,
                |field, error| {
                    let id = formats
                        .get(field)
                        .map_or(UNDECLARED, |f| f.line.id.as_str());
                    nulled.hear("FORMAT", id, error)
                },
            );
            let read = parse_samples(view, n_samples, &mut self.site, &mut visitor)?;
            for key in self.calls.undeclared() {
                count(&mut self.done.tally.undeclared, "FORMAT", key);
            }
            read
        } else {
            if adj {
                self.quality.start(n_samples as usize);
            }
            parse_genotypes(view, n_samples, &mut self.site)?
        };
        if adj {
            self.quality.apply(criteria, &mut self.site);
            self.done.tally.n_adj_failing += self.site.adj_fail().len() as u64;
        }
        Ok(read)
    }

    /// The sample columns with each bad GT as a missing call.
    #[cold]
    fn without_bad_calls(
        &mut self,
        view: &RecordView<'_>,
        mut error: kohort_vcf::Error,
    ) -> Result<Vec<u8>, Error> {
        let n_samples = self.n_samples();
        let mut calls: Vec<Vec<u8>> = view
            .samples
            .split(|&b| b == b'\t')
            .map(<[u8]>::to_vec)
            .collect();
        for _ in 0..=n_samples {
            let kohort_vcf::Error::Genotype { sample_number, .. } = error.condition() else {
                return Err(error.into());
            };
            let Some(call) = calls.get_mut(*sample_number as usize) else {
                return Err(error.into());
            };
            let end = call.iter().position(|&b| b == b':').unwrap_or(call.len());
            call.splice(..end, *b"./.");
            count(&mut self.done.tally.nulled, "FORMAT", "GT");
            let samples = calls.join(&b'\t');
            let mended = RecordView {
                samples: &samples,
                ..*view
            };
            match parse_genotypes(&mended, n_samples, &mut self.site) {
                Ok(_) => return Ok(samples),
                Err(next) => error = next,
            }
        }
        Err(error.into())
    }

    fn row(
        &mut self,
        view: &RecordView<'_>,
        written: &str,
        allele_index: u16,
        class: PloidyClass,
        record_index: i64,
        has_gt: bool,
    ) -> Result<(), Error> {
        let counts = if has_gt {
            self.pack(allele_index, class)?
        } else {
            GenotypeCounts::default()
        };
        let tally = &mut self.done.tally;
        if allele_index == 1 {
            tally.n_polyploid_calls += counts.n_polyploid;
        }
        if let (None, Some(fasta)) = (&self.fasta, self.shared.fasta) {
            self.fasta = Some(fasta.reader()?);
        }
        let alleles = normalised(view, written, self.fasta.as_mut())?;
        let (pos, reference, alternate) = match &alleles {
            Some(alleles) => (
                alleles.pos,
                alleles.reference.as_ref(),
                alleles.alternate.as_ref(),
            ),
            None => (view.pos, view.reference, written),
        };
        let (reference, alternate) = (upper_case(reference), upper_case(alternate));
        let (reference, alternate) = (reference.as_ref(), alternate.as_ref());
        let variant_type = normalise::variant_type(reference, alternate);
        let pos = i64::from(pos);
        let end = match variant_type {
            VariantType::Sv | VariantType::Ref => *self
                .record_end
                .get_or_insert_with(|| i64::from(normalise::record_end(view))),
            _ => pos + reference.len() as i64 - 1,
        };
        tally.n_variants += 1;
        if let Some(i) = TYPES.iter().position(|t| *t == variant_type) {
            tally.n_by_type[i] += 1;
        }
        let same = |now: &str, before: &str| now.eq_ignore_ascii_case(before);
        let changed = !same(reference, view.reference) || !same(alternate, written);
        tally.n_normalised += u64::from(changed || pos != i64::from(view.pos));
        self.rows.append(&Row {
            view,
            pos,
            end,
            reference,
            alternate,
            written_alternate: written,
            variant_type,
            record_index,
            allele_index,
            genotypes: has_gt.then_some((self.packed.as_slice(), &counts)),
        });
        Ok(())
    }

    fn pack(&mut self, allele: u16, class: PloidyClass) -> Result<GenotypeCounts, Error> {
        self.packed.clear();
        self.site
            .pack(allele, class, self.shared.block, &mut self.packed);
        self.done.tally.genotype_bytes += self.packed.len() as u64;
        Ok(self.counter.count(&self.packed)?)
    }

    fn end_run(&mut self) -> Result<(), Error> {
        let Some(current) = self.current.take() else {
            return Ok(());
        };
        let variants = order::sort(self.rows.finish(&current.chrom)?)?;
        let schema = &self.shared.plan.call_fields_schema;
        let fields = &self.shared.plan.call_struct;
        let call_fields = self.calls.finish(&current.chrom, schema, fields)?;
        self.done.runs.push(Run {
            chrom: current.chrom,
            name: current.name,
            variants,
            call_fields,
            first_pos: current.first_pos,
            last_pos: current.last_pos,
            first_ordinal: current.first_ordinal,
        });
        Ok(())
    }
}

impl ChunkSink for RecordSink<'_> {
    type Output = ChunkRows;
    type Error = Error;

    fn record(&mut self, line: &[u8], ordinal: u64) -> Result<(), Error> {
        self.read(line, ordinal)
    }

    fn unterminated(&mut self, ordinal: u64) {
        self.done.findings.note(Rule::FinalNewline, ordinal, || {
            "the last line has no line end".to_owned()
        });
    }

    fn finish(&mut self) -> Result<ChunkRows, Error> {
        self.end_run()?;
        Ok(std::mem::take(&mut self.done))
    }
}

/// Hears of bad fields, by the policy.
struct Nulled<'a> {
    policy: OnBadField,
    counts: &'a mut Tally,
}

impl Nulled<'_> {
    fn hear(
        &mut self,
        section: &str,
        id: &str,
        error: kohort_vcf::Error,
    ) -> Result<(), kohort_vcf::Error> {
        if self.policy == OnBadField::Error {
            return Err(error);
        }
        count(&mut self.counts.nulled, section, id);
        Ok(())
    }
}

#[cold]
fn count(counts: &mut BTreeMap<String, u64>, section: &str, id: &str) {
    *counts.entry(format!("{section}/{id}")).or_default() += 1;
}

/// An allele with its bases in upper case: lower case is a repeat that was masked in the reference
/// sequence, and the same allele. Names of symbolic alleles and contigs keep their case.
fn upper_case(allele: &str) -> Cow<'_, str> {
    if allele.starts_with('<') || !allele.bytes().any(|b| b.is_ascii_lowercase()) {
        return Cow::Borrowed(allele);
    }
    let mut is_name = false;
    let upper = |c: char| {
        if matches!(c, '[' | ']' | '<' | '>') {
            is_name = match c {
                '<' => true,
                '>' => false,
                _ => !is_name,
            };
        }
        if is_name { c } else { c.to_ascii_uppercase() }
    };
    Cow::Owned(allele.chars().map(upper).collect())
}

/// The row's own alleles, where they are bases that can be trimmed or aligned.
fn normalised<'v>(
    view: &RecordView<'v>,
    alternate: &'v str,
    fasta: Option<&mut FastaReader>,
) -> Result<Option<Alleles<'v>>, Error> {
    if fasta.is_none() && view.reference.len() == 1 && alternate.len() == 1 {
        return Ok(None);
    }
    let bases = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    if !bases(alternate) {
        return Ok(None);
    }
    let trimmed = normalise::trim(view.pos, view.reference, alternate);
    let Some(fasta) = fasta else {
        return Ok(Some(trimmed));
    };
    let aligned = normalise::left_align(fasta, view.chrom, view.pos, view.reference, alternate)?;
    let shift = i64::from(view.pos) - i64::from(aligned.pos);
    Ok(Some(if shift > MAX_SHIFT { trimmed } else { aligned }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_are_upper_case_and_names_keep_theirs() {
        for (allele, expected) in [
            ("acgT", "ACGT"),
            ("ACGT", "ACGT"),
            ("<del>", "<del>"),
            ("*", "*"),
            ("a]chrUn_x:9]", "A]chrUn_x:9]"),
            ("]chrUn_x:9]ac", "]chrUn_x:9]AC"),
            ("<ins>[chr1:9[", "<ins>[chr1:9["),
            (".acg", ".ACG"),
        ] {
            assert_eq!(upper_case(allele), expected);
        }
    }
}
