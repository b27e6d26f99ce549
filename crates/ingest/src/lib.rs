//! How does a VCF become a table version, and how does one get it back?
//!
//! [`ingest`] reads VCF or BCF (files, standard input, object-store URLs), splits records into a
//! row per ALT allele, packs and counts the genotypes, and writes one callset into a lake: whole,
//! or not at all. [`check`] does the same reading and writes nothing. [`export`] gives the VCF
//! back. [`load`] reads registry files into a table of their own.
#![warn(missing_docs)]

mod adj;
mod assemble;
mod call_fields;
mod encode;
mod error;
mod export;
mod first;
mod genome;
mod info;
mod job;
mod leaf;
mod load;
mod order;
mod people;
mod plan;
mod progress;
mod report;
mod request;
mod rows;
mod run;
mod samples;
mod sink;
mod source;
mod summary;

pub use error::Error;
pub use load::{
    Aside, LoadRequest, LoadSummary, LoadedColumn, OnBadRow, OnDuplicateKey, is_replaceable, load,
};
pub use progress::{NoProgress, Progress, Stage};
pub use request::{
    AbsentPolicy, Existing, ExportContent, ExportFormat, ExportRequest, FieldSelection,
    IngestRequest, Input, OnBadField,
};
pub use samples::{SamplesRequest, SamplesSummary, UpdatedCallset};
pub use summary::{ExportSummary, IngestSummary};

pub use kohort_lake::{OnCohortLoss, OnDuplicates};

use kohort_lake::Lake;
use std::sync::Arc;

/// Ingests the request's files as one callset, which appears whole or not at all.
///
/// # Errors
/// Any fault of the files (with file, line and position), of the request, or of the storage; the
/// lake then shows what it showed before.
pub async fn ingest(
    lake: &Lake,
    request: IngestRequest,
    progress: Arc<dyn Progress>,
) -> Result<IngestSummary, Error> {
    run::ingest(lake, request, progress).await
}

/// Reads and counts everything that [`ingest`] would, and writes nothing.
///
/// # Errors
/// The faults that [`ingest`] would report.
pub async fn check(
    request: IngestRequest,
    progress: Arc<dyn Progress>,
) -> Result<IngestSummary, Error> {
    run::check(request, progress).await
}

/// Changes what is known about samples (karyotypes, persons, columns of their own), without reading
/// their genotypes from files again. Stored counts on X and Y follow new karyotypes.
///
/// # Errors
/// A fault of the sample file, one that names no sample of the lake, or a fault of the storage;
/// each callset is as before then, or as the file says.
pub async fn update_samples(
    lake: &Lake,
    request: SamplesRequest,
    progress: Arc<dyn Progress>,
) -> Result<SamplesSummary, Error> {
    samples::update(lake, request, progress).await
}

/// Writes a callset back as VCF or BCF, in the order of its records.
///
/// # Errors
/// Names a callset that is not there, a fault of the storage or of `output`.
pub async fn export(
    lake: &Lake,
    request: ExportRequest,
    output: Box<dyn std::io::Write + Send>,
    progress: Arc<dyn Progress>,
) -> Result<ExportSummary, Error> {
    export::export(lake, request, output, progress).await
}
