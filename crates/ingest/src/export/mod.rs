//! The way back: a callset's rows as VCF or BCF again, in the order of its records.
//!
//! Rows stream from the lake in position order; [`records`] puts a record's rows together and the
//! records back into their own order within a small window, so memory does not grow with the file.
//!
//! What comes back differently: INFO and FORMAT keys stand in the header's order; a field whose
//! only value was `.` is left out of INFO; trailing fields that a sample dropped are written as
//! `.`; numbers are written as the shortest text that reads back the same; a Flag that the file
//! wrote as `KEY=0` is left out.

mod calls;
mod header;
mod info;
mod line;
mod read;
mod records;

use crate::{Error, ExportContent, ExportRequest, ExportSummary, Progress, Stage};
use arrow::array::RecordBatch;
use calls::CallQueue;
use info::InfoWriter;
use kohort_genome::{Region, canonical_contig};
use kohort_genotype::{Cohort, CountRules, Counter, SampleDirectory};
use kohort_lake::{Callset, Lake, Sample, Snapshot};
use kohort_schema::TableName;
use kohort_vcf::Header;
use kohort_vcf::write::VcfWriter;
use line::{LineWriter, Picked};
use records::{Collector, Record, Rows};
use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::{Receiver, channel};

/// Batches read ahead of the writing.
const BATCHES_AHEAD: usize = 4;

/// Counts what is written.
struct Counted {
    inner: Box<dyn Write + Send>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

type Batches = Receiver<Result<RecordBatch, Error>>;

/// What the writing needs.
struct Export {
    region: Option<Region>,
    content: ExportContent,
    header: Header,
    lines: LineWriter,
    rows: Batches,
    calls: Option<Batches>,
    progress: Arc<dyn Progress>,
}

pub(crate) async fn export(
    lake: &Lake,
    request: ExportRequest,
    output: Box<dyn Write + Send>,
    progress: Arc<dyn Progress>,
) -> Result<ExportSummary, Error> {
    let started = Instant::now();
    let snapshot = lake.snapshot(request.as_of).await?;
    let callset = find(lake, &snapshot, &request.callset)?;
    let directory = snapshot.directory().await?;
    let all = snapshot.samples().await?;
    let samples: Vec<Sample> = all
        .iter()
        .filter(|s| s.callset_id == callset.callset_id)
        .cloned()
        .collect();
    let picked = pick(&callset, &samples, request.samples.as_deref())?;
    let n_samples = picked.as_ref().map_or(samples.len(), Vec::len);
    let original = Header::parse(&callset.header)?;
    let header = header::Original {
        callset: &callset,
        samples: &samples,
        picked: picked.as_deref(),
        content: request.content,
        format: request.format,
    }
    .header()?;
    let counter = (request.content == ExportContent::Sites && !samples.is_empty())
        .then(|| counter(&directory, &samples, picked.as_deref()));
    let is_sites = request.content == ExportContent::Sites || samples.is_empty();
    let block = directory.get(callset.block).cloned();
    let block = block.ok_or(Error::Schema { column: "block" })?;
    let names = callset
        .contigs
        .iter()
        .map(|c| (c.chrom.clone(), c.name.clone()))
        .collect();
    let picked = match picked {
        _ if is_sites => Picked::None,
        Some(samples) => Picked::Some(samples),
        None => Picked::All,
    };
    let read = |table| read_table(lake, &snapshot, &callset, table, request.region.as_ref());
    let rows = read(TableName::CallsetVariants).await?;
    let calls = if is_sites {
        None
    } else {
        Some(read(TableName::CallFields).await?)
    };
    let export = Export {
        region: request.region.clone(),
        content: request.content,
        header,
        lines: LineWriter::new(names, InfoWriter::new(original, counter), picked, block),
        rows,
        calls,
        progress,
    };
    let threads = request.threads.map_or_else(all_cores, NonZeroUsize::get);
    let work = move || export.write(output, request.format, threads);
    let (n_records, bytes_out) = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::WorkerLost)??;
    Ok(ExportSummary {
        n_records,
        n_samples: n_samples as u64,
        bytes_out,
        elapsed: started.elapsed(),
    })
}

pub(crate) fn find(lake: &Lake, snapshot: &Snapshot, name: &str) -> Result<Callset, Error> {
    let missing = || kohort_lake::Error::NoSuchCallset {
        callset: name.to_owned(),
        uri: lake.uri().to_owned(),
    };
    Ok(snapshot.callset(name).cloned().ok_or_else(missing)?)
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

async fn read_table(
    lake: &Lake,
    snapshot: &Snapshot,
    callset: &Callset,
    table: TableName,
    region: Option<&Region>,
) -> Result<Batches, Error> {
    let files = snapshot.files(table).await?;
    let files = files
        .iter()
        .filter(|file| file.callset_id == callset.callset_id);
    let files = read::ordered(lake.store(), files.cloned().collect(), region).await?;
    let (sender, batches) = channel(BATCHES_AHEAD);
    let region = region.cloned();
    tokio::spawn(async move { read::send(table, files, region, sender).await });
    Ok(batches)
}

/// The numbers of the wanted samples within the callset; none when all are wanted.
fn pick(
    callset: &Callset,
    samples: &[Sample],
    wanted: Option<&[String]>,
) -> Result<Option<Vec<u32>>, Error> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let mut picked = Vec::with_capacity(wanted.len());
    for sample in wanted {
        let found = samples.iter().find(|s| s.sample_id == *sample);
        let found = found.ok_or_else(|| Error::NoSuchSample {
            sample: sample.clone(),
            callset: callset.callset.clone(),
        })?;
        picked.push(found.sample_index - callset.base_sample_index);
    }
    picked.sort_unstable();
    picked.dedup();
    Ok(Some(picked))
}

fn counter(directory: &SampleDirectory, samples: &[Sample], picked: Option<&[u32]>) -> Counter {
    let base = samples.first().map_or(0, |s| s.sample_index);
    let cohort: Cohort = match picked {
        Some(picked) => picked.iter().map(|sample| base + sample).collect(),
        None => samples.iter().map(|s| s.sample_index).collect(),
    };
    Counter::new(directory, &cohort, CountRules::default())
}

impl Export {
    fn write(
        mut self,
        output: Box<dyn Write + Send>,
        format: crate::ExportFormat,
        threads: usize,
    ) -> Result<(u64, u64), Error> {
        self.progress.stage(Stage::Writing);
        let output = Counted {
            inner: output,
            bytes: 0,
        };
        let mut writer = VcfWriter::new(output, &self.header, header::output(format), threads)?;
        let mut collector = match &self.region {
            Some(_) => Collector::default(),
            None => Collector::from_start(),
        };
        let mut queue = CallQueue::default();
        let mut n_records = 0;
        while let Some(batch) = self.rows.blocking_recv() {
            let rows = Arc::new(Rows::new(batch?)?);
            for record in collector.add(&rows)?.drain(..) {
                n_records += self.record(&record, &mut queue, &mut writer)?;
            }
            self.progress.variants(n_records);
        }
        for record in collector.flush()?.drain(..) {
            n_records += self.record(&record, &mut queue, &mut writer)?;
        }
        Ok((n_records, writer.finish()?.bytes))
    }

    fn record(
        &mut self,
        record: &Record,
        queue: &mut CallQueue,
        writer: &mut VcfWriter<Counted>,
    ) -> Result<u64, Error> {
        let (rows, row) = record.first()?;
        if let Some(region) = &self.region {
            let pos = u32::try_from(record.written_pos()).unwrap_or(u32::MAX);
            if !region.contains(&canonical_contig(rows.chrom.value(row)), pos) {
                return Ok(0);
            }
        }
        let calls = match &mut self.calls {
            Some(batches) if self.content == ExportContent::Calls => {
                while queue.needs_more(record.index) {
                    queue.add(batches.blocking_recv().transpose()?.as_ref())?;
                }
                queue.take(record.index)
            }
            _ => None,
        };
        let line = self.lines.line(record, calls.as_ref())?;
        writer.line(line.as_bytes())?;
        Ok(1)
    }
}
