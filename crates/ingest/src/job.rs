//! Reading all files of a callset: what is prepared before, and what it comes to.

use crate::assemble::{Assembled, Assembler, UploadSink};
use crate::encode::FileSink;
use crate::people::People;
use crate::plan::Plan;
use crate::sink::{RecordSink, Shared};
use crate::source::{DigestReader, DigestState, OpenInput, SourceDigest, open};
use crate::{Error, IngestRequest, Input, Progress, first};
use kohort_genotype::{SampleBlock, SampleDirectory};
use kohort_lake::EncodedFile;
use kohort_schema::TableName;
use kohort_vcf::{Fasta, OpenOptions, StoredFile, VcfReader};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A file whose header is read.
struct OpenFile {
    reader: VcfReader,
    digest: DigestState,
}

/// Everything that is known before the first record is read.
pub(crate) struct Job {
    pub(crate) request: IngestRequest,
    pub(crate) plan: Plan,
    pub(crate) people: People,
    files: Vec<OpenFile>,
    fasta: Option<Fasta>,
    bytes_in: Arc<AtomicU64>,
    /// Bytes of all files, where they are known.
    pub(crate) size_bytes: Option<u64>,
    reading: Arc<kohort_vcf::ReadProgress>,
    progress: Arc<dyn Progress>,
    started: Instant,
}

/// What reading all files came to.
pub(crate) struct Done {
    pub(crate) request: IngestRequest,
    pub(crate) plan: Plan,
    pub(crate) people: People,
    pub(crate) assembled: Assembled,
    pub(crate) sources: Vec<SourceDigest>,
    pub(crate) bytes_in: u64,
    pub(crate) warnings: Vec<String>,
    pub(crate) started: Instant,
}

impl Done {
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Where files go while they are read.
pub(crate) type Sender = tokio::sync::mpsc::Sender<(TableName, EncodedFile)>;

impl Job {
    /// Opens all inputs, reads their headers, and puts them in the order of their first records.
    pub(crate) async fn prepare(
        mut request: IngestRequest,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, Error> {
        let started = Instant::now();
        let inputs = std::mem::take(&mut request.inputs);
        // A file is opened twice when several must be ordered by their first record.
        let mut peeks = Vec::with_capacity(inputs.len());
        for input in &inputs {
            peeks.push(match input {
                Input::Location(uri) if inputs.len() > 1 && uri != "-" => {
                    Some(open(Input::Location(uri.clone()), &request.storage).await?)
                }
                _ => None,
            });
        }
        let mut opened = Vec::with_capacity(inputs.len());
        for input in inputs {
            opened.push(open(input, &request.storage).await?);
        }
        let work = move || Self::from_open(request, opened, peeks, progress, started);
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| Error::WorkerLost)?
    }

    /// Lets the reading be stopped from elsewhere.
    pub(crate) fn cancel(&self) -> Arc<kohort_vcf::ReadProgress> {
        Arc::clone(&self.reading)
    }

    fn from_open(
        request: IngestRequest,
        opened: Vec<OpenInput>,
        peeks: Vec<Option<OpenInput>>,
        progress: Arc<dyn Progress>,
        started: Instant,
    ) -> Result<Self, Error> {
        let total = opened.iter().map(|input| input.size).sum::<Option<u64>>();
        progress.total_bytes(total);
        let bytes_in = Arc::new(AtomicU64::new(0));
        let mut files = Vec::with_capacity(opened.len());
        for (input, peek) in opened.into_iter().zip(peeks) {
            let (reader, digest) =
                DigestReader::new(input.reader, Arc::clone(&bytes_in), Arc::clone(&progress));
            let source = StoredFile {
                name: input.name,
                reader: Box::new(reader),
                size: input.size,
            };
            let reader = kohort_vcf::open(source, &OpenOptions::default())?;
            let first = first::locus(peek)?;
            files.push((
                first::rank(first, reader.header()),
                OpenFile { reader, digest },
            ));
        }
        files.sort_by_key(|(rank, _)| *rank);
        let files: Vec<OpenFile> = files.into_iter().map(|(_, file)| file).collect();
        let headers: Vec<_> = files
            .iter()
            .map(|f| (f.reader.name(), f.reader.header()))
            .collect();
        let plan = Plan::new(&headers, &request)?;
        let people = people(&request, &plan)?;
        let fasta = request.fasta.as_ref().map(Fasta::open).transpose()?;
        Ok(Self {
            request,
            plan,
            people,
            files,
            fasta,
            bytes_in,
            size_bytes: total,
            reading: Arc::new(kohort_vcf::ReadProgress::new()),
            progress,
            started,
        })
    }

    /// Reads all files; `place` is the block and the first sample index. Without a sender nothing
    /// is encoded: that is a check.
    pub(crate) fn read(self, place: (u32, u32), sender: Option<Sender>) -> Result<Done, Error> {
        let threads = self
            .request
            .threads
            .map_or_else(all_cores, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = Arc::new(pool.map_err(|_| Error::WorkerLost)?);
        let block = SampleBlock::new(place.0, place.1, self.people.karyotypes.clone());
        let directory = SampleDirectory::new(vec![block])?;
        let mut sink = sender.map(|sender| UploadSink { sender });
        let mut assembler = Assembler::new(
            &self.plan,
            sink.as_mut().map(|sink| sink as &mut dyn FileSink),
            &pool,
            self.fasta.is_some(),
            Arc::clone(&self.progress),
        )?;
        let mut sources = Vec::with_capacity(self.files.len());
        let mut warnings = Vec::new();
        for file in self.files {
            let name = file.reader.name().to_owned();
            let header = file.reader.header().clone();
            let unit = file.reader.unit();
            let mut findings = header.findings.clone();
            let shared = Shared {
                plan: &self.plan,
                header: &header,
                directory: &directory,
                block: place.0,
                on_bad_field: self.request.on_bad_field,
                fasta: self.fasta.as_ref(),
            };
            file.reader.for_each_chunk(
                threads,
                || RecordSink::new(&shared),
                |mut chunk| {
                    findings.add(std::mem::take(&mut chunk.output.findings), chunk.first_line);
                    assembler.take(&name, chunk)
                },
                &self.reading,
            )?;
            warnings.extend(findings.messages(&name, unit));
            sources.push(file.digest.finish(&name));
        }
        let assembled = assembler.finish()?;
        Ok(Done {
            request: self.request,
            plan: self.plan,
            people: self.people,
            assembled,
            sources,
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            warnings,
            started: self.started,
        })
    }
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

fn people(request: &IngestRequest, plan: &Plan) -> Result<People, Error> {
    let Some(path) = &request.samples else {
        return People::unknown(plan.samples.len());
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        path: name.clone(),
        action: "reading the sample file",
        source,
    })?;
    let people = People::parse(&name, &text, &plan.samples)?;
    if people.without_row.len() == plan.samples.len() && !plan.samples.is_empty() {
        return Err(Error::NobodyInSampleFile {
            path: name,
            in_file: crate::report::listed(people.unknown.iter().map(String::as_str)),
            in_callset: crate::report::listed(plan.samples.iter().map(String::as_str)),
        });
    }
    Ok(people)
}
