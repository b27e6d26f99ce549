//! One locus: the rows that callsets have there, and what they say of each allele together.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BinaryViewArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;
use datafusion::common::{Result, internal_err};
use kohort_genome::PloidyClass;
use kohort_genotype::GenotypeCounts;

use super::sites::{Kind, Sites};

/// A stored count, and how it is carried over to an allele that the record does not list.
pub(crate) struct StoredCount {
    pub(crate) name: &'static str,
    /// Whether the people counted are the same whichever ALT is looked at.
    pub(crate) same_for_other_alleles: bool,
    /// The count in a callset that does not list the site.
    pub(crate) of: fn(&GenotypeCounts) -> u64,
}

const fn stored(
    name: &'static str,
    same_for_other_alleles: bool,
    of: fn(&GenotypeCounts) -> u64,
) -> StoredCount {
    StoredCount {
        name,
        same_for_other_alleles,
        of,
    }
}

/// The stored counts. `ac` and the people who carry this ALT are none in a callset whose record has
/// other ALTs only; everything else is as its record says.
pub(crate) const COUNTS: [StoredCount; N_COUNTS] = [
    stored("ac", false, |c| c.ac),
    stored("an", true, |c| c.an),
    stored("n_samples", true, |c| c.n_samples),
    stored("n_called", true, GenotypeCounts::n_called),
    stored("n_hom_ref", true, |c| c.n_hom_ref),
    stored("n_het", false, |c| c.n_het),
    stored("n_hom_alt", false, |c| c.n_hom_alt),
    stored("n_hemi_ref", true, |c| c.n_hemi_ref),
    stored("n_hemi_alt", false, |c| c.n_hemi_alt),
    stored("n_partial", true, |c| c.n_partial),
    stored("n_missing", true, |c| c.n_missing),
    stored("n_het_haploid", true, |c| c.n_het_haploid),
    stored("n_unknown_sex", true, |c| c.n_unknown_sex),
    stored("n_unexpected", true, |c| c.n_unexpected),
    stored("n_no_copy", true, |c| c.n_no_copy),
];

// Places in [`COUNTS`].
const AN: usize = 1;
const N_CALLED: usize = 3;
const N_HOM_REF: usize = 4;
const N_HEMI_REF: usize = 7;
const N_HEMI_ALT: usize = 8;
const N_MISSING: usize = 10;
const N_HET_HAPLOID: usize = 11;

/// How many stored counts there are.
pub(crate) const N_COUNTS: usize = 15;

/// The counts of one row, in the order of [`COUNTS`].
pub(crate) type Counts = [i64; N_COUNTS];

/// Whether a column is a count, or follows from counts.
pub(crate) fn is_count(name: &str) -> bool {
    matches!(name, "af" | "call_rate") || COUNTS.iter().any(|count| count.name == name)
}

/// A count by its name.
pub(crate) fn count(counts: &Counts, name: &str) -> i64 {
    COUNTS
        .iter()
        .zip(counts)
        .find(|(c, _)| c.name == name)
        .map_or(0, |(_, value)| *value)
}

/// A batch of a callset's rows.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) batch: RecordBatch,
    chrom: StringViewArray,
    pos: Int64Array,
    reference: StringViewArray,
    alternate: StringViewArray,
    record_index: Int64Array,
    original_pos: Int64Array,
    original_reference: StringViewArray,
    genotypes: Option<BinaryViewArray>,
    counts: Vec<Option<Int64Array>>,
}

impl Rows {
    pub(crate) fn new(batch: RecordBatch) -> Result<Self> {
        let text = |name: &str| match batch
            .column_by_name(name)
            .and_then(|c| c.as_string_view_opt())
        {
            Some(column) => Ok(column.clone()),
            None => internal_err!("the column `{name}` is not there"),
        };
        let integer = |name: &str| {
            batch
                .column_by_name(name)
                .and_then(|c| c.as_primitive_opt::<Int64Type>())
                .cloned()
        };
        let key = |name: &str| match integer(name) {
            Some(column) => Ok(column),
            None => internal_err!("the column `{name}` is not there"),
        };
        let genotypes = batch
            .column_by_name("genotypes")
            .and_then(|c| c.as_byte_view_opt())
            .cloned();
        Ok(Self {
            chrom: text("chrom")?,
            pos: key("pos")?,
            reference: text("ref")?,
            record_index: key("record_index")?,
            original_pos: key("original_pos")?,
            original_reference: text("original_ref")?,
            alternate: text("alt")?,
            genotypes,
            counts: COUNTS.iter().map(|count| integer(count.name)).collect(),
            batch,
        })
    }

    pub(crate) fn locus(&self, row: usize) -> (&str, i64) {
        (self.chrom.value(row), self.pos.value(row))
    }

    pub(crate) fn pos(&self, row: usize) -> i64 {
        self.pos.value(row)
    }

    pub(crate) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    pub(crate) fn genotypes(&self, row: usize) -> Option<&[u8]> {
        let genotypes = self.genotypes.as_ref()?;
        genotypes.is_valid(row).then(|| genotypes.value(row))
    }

    /// The stored counts of a row.
    pub(crate) fn counts(&self, row: usize) -> Counts {
        std::array::from_fn(|i| match &self.counts[i] {
            Some(column) if column.is_valid(row) => column.value(row),
            _ => 0,
        })
    }

    /// Where the row's record is, and its REF, as the file has them.
    fn written(&self, row: usize) -> (i64, &str) {
        let pos = match self.original_pos.is_valid(row) {
            true => self.original_pos.value(row),
            false => self.pos.value(row),
        };
        let reference = match self.original_reference.is_valid(row) {
            true => self.original_reference.value(row),
            false => self.reference.value(row),
        };
        (pos, reference)
    }
}

/// Counts of a record, for an ALT that it does not list.
pub(crate) fn for_other_allele(mut counts: Counts) -> Counts {
    for (count, value) in COUNTS.iter().zip(&mut counts) {
        if !count.same_for_other_alleles {
            *value = 0;
        }
    }
    counts
}

/// Counts of a record, for another site at the same position: whoever is called is reference there.
/// `n_hemi_alt` are the people with one copy who have one of the record's ALTs.
pub(crate) fn as_reference(counts: Counts, n_hemi_alt: i64, class: PloidyClass) -> Counts {
    let hemi = match class {
        PloidyClass::Y | PloidyClass::Mitochondrial => counts[N_CALLED],
        PloidyClass::Diploid | PloidyClass::X => counts[N_HEMI_REF] + n_hemi_alt,
    };
    let het_haploid = counts[N_HET_HAPLOID];
    let mut reference = for_other_allele(counts);
    reference[AN] += het_haploid;
    reference[N_CALLED] += het_haploid;
    reference[N_MISSING] -= het_haploid;
    reference[N_HET_HAPLOID] = 0;
    reference[N_HEMI_REF] = hemi + het_haploid;
    reference[N_HOM_REF] = counts[N_CALLED] - hemi;
    reference
}

/// One row at a locus.
#[derive(Debug, Clone)]
pub(crate) struct LocusRow {
    pub(crate) callset: usize,
    pub(crate) rows: Arc<Rows>,
    pub(crate) row: usize,
}

impl LocusRow {
    pub(crate) fn alleles(&self) -> (&str, &str) {
        (
            self.rows.reference.value(self.row),
            self.rows.alternate.value(self.row),
        )
    }

    pub(super) fn kind(&self) -> Kind {
        let (reference, alternate) = self.alleles();
        Kind::of(reference, alternate)
    }

    /// The record in its callset that the row is of.
    pub(super) fn record(&self) -> (usize, i64) {
        (self.callset, self.rows.record_index.value(self.row))
    }

    /// Where the record is, and its REF, as the file has them.
    pub(super) fn written(&self) -> (i64, &str) {
        self.rows.written(self.row)
    }

    /// Whether the file wrote it otherwise, with more bases than the allele needs.
    pub(super) fn is_trimmed(&self) -> bool {
        self.written() != (self.rows.pos(self.row), self.alleles().0)
    }
}

/// What a callset says of an allele.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Evidence<'a> {
    /// It lists the allele.
    Listed(&'a LocusRow),
    /// It lists other ALTs of the same site only.
    Other(&'a LocusRow),
    /// It lists another site at the same position: an indel beside an SNV, say.
    OtherSite {
        /// A row of it.
        row: &'a LocusRow,
        /// People with one copy, and on it one of the ALTs that the row's record has here.
        n_hemi_alt: i64,
    },
    /// It lists nothing there.
    Absent,
}

/// Calls `each` with every allele of a locus, in the order of REF and ALT, and the evidence of each
/// callset. A callset that lists an allele twice gives two rows, beside the last row of those that
/// list it less often.
pub(crate) fn for_each_allele(
    locus: &mut [LocusRow],
    n_callsets: usize,
    mut each: impl FnMut(&LocusRow, &[Evidence<'_>]) -> Result<()>,
) -> Result<()> {
    locus.sort_by(|a, b| (a.alleles(), a.callset).cmp(&(b.alleles(), b.callset)));
    let sites = Sites::of(locus);
    let mut evidence = Vec::with_capacity(n_callsets);
    let mut start = 0;
    while start < locus.len() {
        let alleles = locus[start].alleles();
        let end = (start..locus.len())
            .find(|i| locus[*i].alleles() != alleles)
            .unwrap_or(locus.len());
        let listed = &locus[start..end];
        let times = |callset: usize| listed.iter().filter(|row| row.callset == callset).count();
        let repeats = (0..n_callsets).map(times).max().unwrap_or(0);
        for repeat in 0..repeats {
            evidence.clear();
            for callset in 0..n_callsets {
                let mut own = listed.iter().filter(|row| row.callset == callset);
                let row = own.clone().nth(repeat).or_else(|| own.next_back());
                evidence.push(match row {
                    Some(row) => Evidence::Listed(row),
                    None => unlisted(locus, callset, listed[0].kind(), &sites),
                });
            }
            each(&listed[repeat.min(listed.len() - 1)], &evidence)?;
        }
        start = end;
    }
    Ok(())
}

/// What a callset that does not list an allele of some kind says of it.
fn unlisted<'a>(locus: &'a [LocusRow], callset: usize, kind: Kind, sites: &Sites) -> Evidence<'a> {
    let mut own = locus.iter().filter(|row| row.callset == callset);
    let of_site = own.clone().filter(|row| sites.are_one(kind, row.kind()));
    let firm = of_site.clone().find(|row| row.kind() != Kind::Any);
    if let Some(row) = firm.or_else(|| of_site.clone().next()) {
        return Evidence::Other(row);
    }
    let Some(row) = own.next() else {
        return Evidence::Absent;
    };
    let record = own.filter(|other| other.record() == row.record());
    let n_hemi_alt = std::iter::once(row)
        .chain(record)
        .map(|row| row.rows.counts(row.row)[N_HEMI_ALT])
        .sum();
    Evidence::OtherSite { row, n_hemi_alt }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: &[(&str, i64)]) -> Counts {
        std::array::from_fn(|i| {
            values
                .iter()
                .find(|(name, _)| *name == COUNTS[i].name)
                .map_or(0, |(_, value)| *value)
        })
    }

    #[test]
    fn people_called_at_another_record_are_reference() {
        let record = counts(&[
            ("ac", 3),
            ("an", 9),
            ("n_samples", 7),
            ("n_called", 5),
            ("n_hom_ref", 2),
            ("n_het", 1),
            ("n_hom_alt", 1),
            ("n_hemi_ref", 1),
            ("n_missing", 2),
            ("n_het_haploid", 1),
        ]);
        let reference = as_reference(record, 0, PloidyClass::X);
        let expected = counts(&[
            ("an", 10),
            ("n_samples", 7),
            ("n_called", 6),
            ("n_hom_ref", 4),
            ("n_hemi_ref", 2),
            ("n_missing", 1),
        ]);
        assert_eq!(reference, expected);
    }

    #[test]
    fn places_are_those_of_the_counts() {
        let names = [
            (AN, "an"),
            (N_CALLED, "n_called"),
            (N_HOM_REF, "n_hom_ref"),
            (N_HEMI_REF, "n_hemi_ref"),
            (N_HEMI_ALT, "n_hemi_alt"),
            (N_MISSING, "n_missing"),
            (N_HET_HAPLOID, "n_het_haploid"),
        ];
        assert!(
            names
                .iter()
                .all(|(place, name)| COUNTS[*place].name == *name)
        );
    }
}
