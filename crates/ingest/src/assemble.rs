//! Puts the workers' rows together: order checked over chunks and files, numbers given, rows near
//! each other put back into order, files cut.

use crate::encode::{FileSink, TableWriter};
use crate::order::{self, Window};
use crate::plan::{ContigPlan, Plan};
use crate::sink::{ChunkRows, MAX_SHIFT, Run, Tally};
use crate::{Error, Progress};
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use kohort_lake::EncodedFile;
use kohort_schema::TableName;
use kohort_vcf::Chunk;
use std::collections::HashSet;
use std::sync::Arc;

/// Where rows go: two tables' files, or nowhere when only checking.
struct Writers<'a> {
    variants: TableWriter,
    call_fields: TableWriter,
    sink: &'a mut dyn FileSink,
}

/// The end of the rows before.
#[derive(Debug, Default)]
struct Last {
    chrom: String,
    pos: u32,
}

/// Assembles the chunks of all files of a callset.
pub(crate) struct Assembler<'a> {
    writers: Option<Writers<'a>>,
    window: Window,
    slack: i64,
    last: Option<Last>,
    finished: HashSet<String>,
    contigs: Vec<ContigPlan>,
    /// The names of `contigs`.
    contig_names: HashSet<String>,
    /// The key of the last row let go, to find duplicates over batches.
    tail: Option<RecordBatch>,
    n_duplicates: u64,
    tally: Tally,
    progress: Arc<dyn Progress>,
}

/// What all files came to.
pub(crate) struct Assembled {
    pub(crate) tally: Tally,
    pub(crate) n_duplicates: u64,
    pub(crate) contigs: Vec<ContigPlan>,
    /// The contigs with records.
    pub(crate) chroms: HashSet<String>,
}

impl<'a> Assembler<'a> {
    /// Without a sink nothing is encoded: that is a check.
    pub(crate) fn new(
        plan: &'a Plan,
        sink: Option<&'a mut dyn FileSink>,
        pool: &Arc<rayon::ThreadPool>,
        aligns: bool,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, Error> {
        let writer = |table| TableWriter::new(table, plan.schema(table), Arc::clone(pool));
        let writers = match sink {
            None => None,
            Some(sink) => Some(Writers {
                variants: writer(TableName::CallsetVariants)?,
                call_fields: writer(TableName::CallFields)?,
                sink,
            }),
        };
        Ok(Self {
            writers,
            window: Window::default(),
            slack: if aligns { MAX_SHIFT } else { 0 },
            last: None,
            finished: HashSet::new(),
            contig_names: plan.contigs.iter().map(|c| c.name.clone()).collect(),
            contigs: plan.contigs.clone(),
            tail: None,
            n_duplicates: 0,
            tally: Tally::default(),
            progress,
        })
    }

    /// Takes the next chunk of a file.
    pub(crate) fn take(&mut self, file: &str, chunk: Chunk<ChunkRows>) -> Result<(), Error> {
        let base = i64::try_from(self.tally.n_records).unwrap_or(i64::MAX);
        for run in chunk.output.runs {
            let line = chunk.first_line + run.first_ordinal;
            let place = || format!("{file}:{line}: {}:{}", run.name, run.first_pos);
            self.place(&run).map_err(|error| error.at(place()))?;
            self.add(run, base)?;
        }
        self.tally.add(chunk.output.tally);
        self.progress.variants(self.tally.n_variants);
        Ok(())
    }

    /// Ends the last contig and its files.
    pub(crate) fn finish(mut self) -> Result<Assembled, Error> {
        self.end_contig()?;
        if let Some(writers) = &mut self.writers {
            writers.variants.finish(writers.sink)?;
            writers.call_fields.finish(writers.sink)?;
        }
        Ok(Assembled {
            tally: self.tally,
            n_duplicates: self.n_duplicates,
            contigs: self.contigs,
            chroms: self.finished,
        })
    }

    /// Checks that the run may follow what came before.
    fn place(&mut self, run: &Run) -> Result<(), Error> {
        match &mut self.last {
            Some(last) if last.chrom == run.chrom => {
                if run.first_pos < last.pos {
                    let found = format!("{} after {}", run.first_pos, last.pos);
                    return Err(Error::Unsorted { found });
                }
                last.pos = run.last_pos;
                return Ok(());
            }
            _ => {}
        }
        if self.finished.contains(&run.chrom) {
            let found = format!("contig `{}` again after another one", run.name);
            return Err(Error::Unsorted { found });
        }
        self.end_contig()?;
        self.last = Some(Last {
            chrom: run.chrom.clone(),
            pos: run.last_pos,
        });
        if !self.contig_names.contains(&run.name) {
            self.contig_names.insert(run.name.clone());
            let (chrom, name) = (run.chrom.clone(), run.name.clone());
            self.contigs.push(ContigPlan {
                chrom,
                name,
                length: None,
            });
        }
        Ok(())
    }

    fn add(&mut self, run: Run, base: i64) -> Result<(), Error> {
        self.window.push(numbered(&run.variants, base)?)?;
        if let (Some(rows), Some(writers)) = (&run.call_fields, &mut self.writers) {
            let rows = numbered(rows, base)?;
            writers.call_fields.write(&run.chrom, &rows, writers.sink)?;
        }
        self.release(&run.chrom, i64::from(run.last_pos) - self.slack)
    }

    fn end_contig(&mut self) -> Result<(), Error> {
        let Some(last) = self.last.take() else {
            return Ok(());
        };
        self.release(&last.chrom, i64::MAX)?;
        self.tail = None;
        self.finished.insert(last.chrom);
        Ok(())
    }

    fn release(&mut self, chrom: &str, horizon: i64) -> Result<(), Error> {
        let (writers, tail, n) = (&mut self.writers, &mut self.tail, &mut self.n_duplicates);
        self.window.release(horizon, |batch| {
            *n += order::count_duplicates(&batch)?;
            if let Some(tail) = tail.as_ref() {
                *n += u64::from(order::is_repeated(tail, &batch)?);
            }
            if let Some(writers) = writers {
                writers.variants.write(chrom, &batch, writers.sink)?;
            }
            *tail = Some(order::last_row(&batch)?);
            Ok(())
        })
    }
}

/// The rows with `record_index` counted over the callset.
fn numbered(batch: &RecordBatch, base: i64) -> Result<RecordBatch, Error> {
    const COLUMN: &str = "record_index";
    let missing = || Error::Schema { column: COLUMN };
    let at = batch.schema().index_of(COLUMN).map_err(|_| missing())?;
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    let old = columns[at]
        .as_primitive_opt::<Int64Type>()
        .ok_or_else(missing)?;
    let new: Int64Array = old.unary(|index| index + base);
    columns[at] = Arc::new(new);
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// Hands finished files to the task that uploads them.
pub(crate) struct UploadSink {
    pub(crate) sender: tokio::sync::mpsc::Sender<(TableName, EncodedFile)>,
}

impl FileSink for UploadSink {
    fn put(&mut self, table: TableName, file: EncodedFile) -> Result<(), Error> {
        self.sender
            .blocking_send((table, file))
            .map_err(|_| Error::WorkerLost)
    }
}
