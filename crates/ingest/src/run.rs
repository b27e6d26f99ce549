//! One ingest from its commit backwards: reserve samples, read and upload at once, commit last.

use crate::job::{Done, Job};
use crate::plan::ContigPlan;
use crate::{
    AbsentPolicy, Error, Existing, FieldSelection, IngestRequest, IngestSummary, OnBadField,
    Progress, Stage, report,
};
use chrono::{DateTime, Utc};
use kohort_genome::ReferenceGenome;
use kohort_lake::{
    Callset, CallsetSummary, CallsetWriter, Contig, EncodedFile, IfExists, Lake, NewCallset,
    NewSample, SourceFile,
};
use kohort_schema::TableName;
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, channel};

/// Files waiting to be uploaded: one goes up while the next one is encoded.
const UPLOADS_WAITING: usize = 1;

/// Files of up to so many bytes are read before their people are looked for in other callsets, so
/// that what is wrong in the files is told first.
const READ_FIRST_BYTES: u64 = 16 * 1024 * 1024;

/// The canonical name of the mitochondrial contig.
const MITOCHONDRION: &str = "chrM";

/// Bases of the revised Cambridge reference sequence.
const CAMBRIDGE_LENGTH: u64 = 16_569;

/// Asks the readers to stop when the run is given up.
struct CancelOnDrop(Arc<kohort_vcf::ReadProgress>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Reads, and writes nothing.
pub(crate) async fn check(
    request: IngestRequest,
    progress: Arc<dyn Progress>,
) -> Result<IngestSummary, Error> {
    let job = Job::prepare(request, Arc::clone(&progress)).await?;
    let _guard = CancelOnDrop(job.cancel());
    progress.stage(Stage::Reading);
    let done = blocking(move || job.read((0, 0), None)).await?;
    Ok(report::summary(&done, None))
}

/// Reads, writes, and commits.
pub(crate) async fn ingest(
    lake: &Lake,
    request: IngestRequest,
    progress: Arc<dyn Progress>,
) -> Result<IngestSummary, Error> {
    let created_at = Utc::now();
    let job = Job::prepare(request, Arc::clone(&progress)).await?;
    same_reference_genome(lake, &job).await?;
    let new = new_callset(&job);
    if job.size_bytes.is_none_or(|size| size > READ_FIRST_BYTES) {
        lake.check_duplicates(&new).await?;
    }
    let writer = lake.begin_callset(new).await?;
    let callset_id = writer.callset_id().to_owned();
    let place = (writer.block(), writer.base_sample_index());
    let _guard = CancelOnDrop(job.cancel());
    progress.stage(Stage::Reading);
    let (sender, files) = channel(UPLOADS_WAITING);
    let upload = tokio::spawn(upload(writer, files));
    let done = blocking(move || job.read(place, Some(sender))).await;
    progress.stage(Stage::Writing);
    let uploaded = upload.await.map_err(|_| Error::WorkerLost)?;
    let (writer, uploaded) = uploaded;
    let (done, bytes_out) = match (done, uploaded) {
        // A failed upload makes reading stop too: then the upload's error is the cause.
        (Err(Error::WorkerLost), Err(error)) | (Err(error), _) | (_, Err(error)) => {
            if let Err(left) = writer.abandon().await {
                tracing::warn!("{left}; `kohort lake vacuum` removes what is left");
            }
            return Err(error);
        }
        (Ok(done), Ok(bytes_out)) => (done, bytes_out),
    };
    progress.stage(Stage::Committing);
    let version = writer.commit(callset_summary(&done, created_at)).await?;
    let committed = report::Committed {
        callset_id,
        version,
        bytes_out,
    };
    Ok(report::summary(&done, Some(committed)))
}

/// Refuses a callset whose positions mean other places than those that the lake already has, or may
/// do so.
async fn same_reference_genome(lake: &Lake, job: &Job) -> Result<(), Error> {
    let found = job.plan.reference_genome.map(|genome| genome.to_string());
    let found = found.or_else(|| job.plan.other_genome.clone());
    let replaced = (job.request.existing == Existing::Replace).then_some(&job.request.callset);
    for other in lake.snapshot(None).await?.callsets() {
        let Some(expected) = &other.reference_genome else {
            continue;
        };
        let is_same = Some(expected) == found.as_ref()
            || (found.is_none() && is_same_mitochondrion(&job.plan.contigs, other));
        if Some(&other.callset) == replaced || is_same {
            continue;
        }
        let callset = job.request.callset.clone();
        let (other, expected) = (other.callset.clone(), expected.clone());
        return Err(match found {
            Some(found) => Error::OtherReferenceGenome {
                callset,
                other,
                expected,
                found,
            },
            None => Error::UnsaidReferenceGenome {
                callset,
                other,
                expected,
            },
        });
    }
    Ok(())
}

/// Whether files have chrM alone, and the same one as a callset: GRCh37 and GRCh38 share the
/// revised Cambridge sequence, whose length does not tell which of them is meant; UCSC's hg19 has
/// another.
fn is_same_mitochondrion(contigs: &[ContigPlan], other: &Callset) -> bool {
    let genome = other.reference_genome.as_deref();
    let is_shared = [ReferenceGenome::Grch37, ReferenceGenome::Grch38]
        .iter()
        .any(|shared| genome == Some(shared.as_str()));
    let theirs = other.contigs.iter().filter(|c| c.chrom == MITOCHONDRION);
    let mut ours = contigs.iter();
    is_shared
        && !contigs.is_empty()
        && ours.all(|c| c.chrom == MITOCHONDRION && c.length == Some(CAMBRIDGE_LENGTH))
        && theirs
            .filter_map(|c| c.length_bp)
            .all(|length| length == CAMBRIDGE_LENGTH)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::WorkerLost)?
}

/// The writer comes back in any case: what it has put is committed by it, or taken away.
async fn upload(
    writer: CallsetWriter,
    mut files: Receiver<(TableName, EncodedFile)>,
) -> (CallsetWriter, Result<u64, Error>) {
    let mut bytes = 0;
    while let Some((table, file)) = files.recv().await {
        match writer.put_file(table, file).await {
            Ok(file) => bytes += file.size_bytes,
            Err(error) => return (writer, Err(error.into())),
        }
    }
    (writer, Ok(bytes))
}

fn new_callset(job: &Job) -> NewCallset {
    let people = &job.people;
    let samples = job
        .plan
        .samples
        .iter()
        .enumerate()
        .map(|(i, sample_id)| NewSample {
            sample_id: sample_id.clone(),
            person_id: people.person_ids.get(i).cloned().flatten(),
            sex_karyotype: people.karyotypes.get(i).copied().unwrap_or_default(),
        });
    let tables = [TableName::CallsetVariants, TableName::CallFields];
    NewCallset {
        callset: job.request.callset.clone(),
        samples: samples.collect(),
        attributes: (people.attributes.num_columns() > 0).then(|| people.attributes.clone()),
        if_exists: match job.request.existing {
            Existing::Refuse => IfExists::Error,
            Existing::Replace => IfExists::Replace,
        },
        on_duplicates: job.request.on_duplicates,
        on_cohort_loss: job.request.on_cohort_loss,
        schemas: tables.map(|table| (table, job.plan.schema(table))).to_vec(),
    }
}

fn callset_summary(done: &Done, created_at: DateTime<Utc>) -> CallsetSummary {
    let sources = done.sources.iter().map(|source| SourceFile {
        uri: source.uri.clone(),
        sha256: source.sha256.clone(),
        size_bytes: source.size_bytes,
    });
    let contigs = done.assembled.contigs.iter().map(|contig| Contig {
        chrom: contig.chrom.clone(),
        name: contig.name.clone(),
        length_bp: contig.length,
    });
    CallsetSummary {
        n_variants: done.assembled.tally.n_variants,
        reference_genome: done.plan.reference_genome.map(|genome| genome.to_string()),
        absent: match done.request.absent {
            AbsentPolicy::Reference => "reference".to_owned(),
            AbsentPolicy::Missing => "missing".to_owned(),
        },
        sources: sources.collect(),
        header: done.plan.header_text.clone(),
        contigs: contigs.collect(),
        policies: policies(done).to_string(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        created_at,
        user_metadata: None,
    }
}

/// The options of the ingest and the rules that followed from them, as the callset records them.
fn policies(done: &Done) -> serde_json::Value {
    let selection = |fields: &FieldSelection| match fields {
        FieldSelection::All => serde_json::json!("all"),
        FieldSelection::None => serde_json::json!([]),
        FieldSelection::Only(ids) => serde_json::json!(ids),
        FieldSelection::Except(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| format!("^{id}")).collect();
            serde_json::json!(ids)
        }
    };
    let fasta = done
        .request
        .fasta
        .as_ref()
        .and_then(|path| path.file_name());
    let tally = &done.assembled.tally;
    let undeclared = tally
        .undeclared
        .keys()
        .chain(tally.undeclared_filters.keys());
    serde_json::json!({
        "on_bad_field": match done.request.on_bad_field {
            OnBadField::Error => "error",
            OnBadField::Null => "null",
        },
        "info": selection(&done.request.info),
        "format": selection(&done.request.format),
        "normalised": if fasta.is_some() { "left_aligned" } else { "trimmed" },
        "fasta": fasta.map(|name| name.to_string_lossy()),
        "adj": done.plan.adj.names(),
        // What an export needs to give the header's bytes back, and to declare what BCF must.
        "latin1_header_lines": done.plan.latin1_lines,
        "undeclared": undeclared.collect::<Vec<_>>(),
    })
}
