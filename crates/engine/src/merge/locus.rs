//! One locus: the rows that callsets have there, and what they say of each allele together.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BinaryViewArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;
use datafusion::common::{Result, internal_err};
use kohort_genotype::GenotypeCounts;

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
        let Some(pos) = integer("pos") else {
            return internal_err!("the column `pos` is not there");
        };
        let genotypes = batch
            .column_by_name("genotypes")
            .and_then(|c| c.as_byte_view_opt())
            .cloned();
        Ok(Self {
            chrom: text("chrom")?,
            pos,
            reference: text("ref")?,
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

    /// Adds this row's counts; for an allele that its record does not list if `other`.
    pub(crate) fn add_counts(&self, row: usize, other: bool, total: &mut Counts) {
        for ((count, column), total) in COUNTS.iter().zip(&self.counts).zip(total) {
            if other && !count.same_for_other_alleles {
                continue;
            }
            if let Some(column) = column.as_ref().filter(|column| column.is_valid(row)) {
                *total += column.value(row);
            }
        }
    }
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
}

/// What a callset says of an allele.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Evidence<'a> {
    /// It lists the allele.
    Listed(&'a LocusRow),
    /// It lists the locus with other alleles only.
    Other(&'a LocusRow),
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
                    None => other_row(locus, callset, alleles.0),
                });
            }
            each(&listed[repeat.min(listed.len() - 1)], &evidence)?;
        }
        start = end;
    }
    Ok(())
}

/// A row of a callset that lists the locus without the allele: rather one with the same REF.
fn other_row<'a>(locus: &'a [LocusRow], callset: usize, reference: &str) -> Evidence<'a> {
    let mut own = locus.iter().filter(|row| row.callset == callset);
    match own
        .clone()
        .find(|row| row.alleles().0 == reference)
        .or_else(|| own.next())
    {
        Some(row) => Evidence::Other(row),
        None => Evidence::Absent,
    }
}
