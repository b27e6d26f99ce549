//! What an ingest or export did.

use kohort_genome::ReferenceGenome;
use std::collections::BTreeMap;
use std::time::Duration;

/// What an ingest did, or a check would have.
#[derive(Debug, Clone, Default)]
pub struct IngestSummary {
    /// The callset's name.
    pub callset: String,
    /// The callset's id in the lake; absent after a check.
    pub callset_id: Option<String>,
    /// The lake's version in which it appeared; absent after a check.
    pub lake_version: Option<u64>,
    /// Files read.
    pub n_sources: u64,
    /// Samples.
    pub n_samples: u64,
    /// Samples without a known sex karyotype.
    pub n_unknown_karyotype: u64,
    /// Records (lines) read.
    pub n_records: u64,
    /// Rows: one per ALT allele.
    pub n_variants: u64,
    /// Rows by `variant_type`.
    pub n_by_type: BTreeMap<String, u64>,
    /// Rows whose chrom, pos, ref and alt an earlier row has too; both are kept.
    pub n_duplicates: u64,
    /// Rows whose alleles trimming or left-aligning changed.
    pub n_normalised: u64,
    /// Records that were not ingested.
    pub n_rejected: u64,
    /// Values that broke their declaration and became NULL, by `INFO/x` or `FORMAT/x`.
    pub n_nulled: BTreeMap<String, u64>,
    /// Records with an INFO or FORMAT key that no header line declares, by key; such values are
    /// kept as text.
    pub n_undeclared: BTreeMap<String, u64>,
    /// Calls with more than two alleles; kept.
    pub n_polyploid_calls: u64,
    /// Records without GT.
    pub n_without_gt: u64,
    /// The `adj` criteria that the header's fields allow: of `GQ`, `DP`, `AD`.
    pub adj_criteria: Vec<String>,
    /// The reference genome, where known.
    pub reference_genome: Option<ReferenceGenome>,
    /// Stored bytes read.
    pub bytes_in: u64,
    /// Bytes written to the lake.
    pub bytes_out: u64,
    /// Bytes of the `genotypes` column, before Parquet's compression.
    pub genotype_bytes: u64,
    /// Wall time.
    pub elapsed: Duration,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What an export did.
#[derive(Debug, Clone, Default)]
pub struct ExportSummary {
    /// Records written.
    pub n_records: u64,
    /// Samples written, or counted.
    pub n_samples: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Wall time.
    pub elapsed: Duration,
}
