//! Cutting rows into data files, and encoding their row groups beside the reading.
//!
//! Rows arrive in order; a file ends with its contig or at a size. Each row group is encoded as one
//! job on a pool while reading goes on; the number of jobs in flight is bounded, so memory is too.

use crate::Error;
use arrow::array::{Array, Int64Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use kohort_lake::{EncodedFile, EncoderOptions, FileStats, writer_properties};
use kohort_schema::TableName;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

/// A row group holds no more rows than this: a region query reads at least one.
const ROWS_PER_GROUP: usize = 16_384;
/// A row group holds about this many bytes of Arrow data at most.
const BYTES_PER_GROUP: usize = 16 << 20;
/// A file holds no more rows than this.
const ROWS_PER_FILE: usize = 262_144;
/// A file holds about this many bytes of Arrow data at most; its encoded bytes stay in memory.
const BYTES_PER_FILE: usize = 96 << 20;
/// Row groups of a table that are encoded at once: memory must not grow with the cores.
const MAX_GROUPS_IN_FLIGHT: usize = 8;
/// The fastest level: packed genotypes are dense already, and encoding shares the cores with
/// reading.
const ZSTD_LEVEL: i32 = 1;

/// Takes finished files.
pub(crate) trait FileSink {
    /// Takes one file of a table; may start its upload and return.
    fn put(&mut self, table: TableName, file: EncodedFile) -> Result<(), Error>;
}

type EncodedGroup = Result<Vec<ArrowColumnChunk>, Error>;

struct OpenFile {
    writer: SerializedFileWriter<Vec<u8>>,
    factory: ArrowRowGroupWriterFactory,
    in_flight: VecDeque<Receiver<EncodedGroup>>,
    n_groups: usize,
    n_rows: usize,
    n_bytes: usize,
    chrom: String,
    min_pos: i64,
    max_pos: i64,
}

/// Writes one table's rows as a run of files.
pub(crate) struct TableWriter {
    table: TableName,
    schema: SchemaRef,
    properties: WriterProperties,
    pool: Arc<rayon::ThreadPool>,
    max_in_flight: usize,
    group: Vec<RecordBatch>,
    group_rows: usize,
    group_bytes: usize,
    file: Option<OpenFile>,
}

impl TableWriter {
    pub(crate) fn new(
        table: TableName,
        schema: SchemaRef,
        pool: Arc<rayon::ThreadPool>,
    ) -> Result<Self, Error> {
        let max_in_flight = pool.current_num_threads().clamp(1, MAX_GROUPS_IN_FLIGHT);
        let options = EncoderOptions {
            zstd_level: ZSTD_LEVEL,
            row_group_rows: ROWS_PER_GROUP,
        };
        Ok(Self {
            table,
            properties: writer_properties(table, &schema, &options)?,
            schema,
            pool,
            max_in_flight,
            group: Vec::new(),
            group_rows: 0,
            group_bytes: 0,
            file: None,
        })
    }

    /// Adds rows of one contig, in order.
    pub(crate) fn write(
        &mut self,
        chrom: &str,
        batch: &RecordBatch,
        sink: &mut dyn FileSink,
    ) -> Result<(), Error> {
        if self.file.as_ref().is_some_and(|file| file.chrom != chrom) {
            self.finish_file(sink)?;
        }
        let mut offset = 0;
        while offset < batch.num_rows() {
            let length = (ROWS_PER_GROUP - self.group_rows).min(batch.num_rows() - offset);
            let part = batch.slice(offset, length);
            offset += length;
            self.add(chrom, part)?;
            if self.group_rows >= ROWS_PER_GROUP || self.group_bytes >= BYTES_PER_GROUP {
                self.submit_group()?;
            }
            let full = |f: &OpenFile| f.n_rows >= ROWS_PER_FILE || f.n_bytes >= BYTES_PER_FILE;
            if self.file.as_ref().is_some_and(full) {
                self.finish_file(sink)?;
            }
        }
        Ok(())
    }

    /// Ends the last file.
    pub(crate) fn finish(&mut self, sink: &mut dyn FileSink) -> Result<(), Error> {
        self.finish_file(sink)
    }

    fn add(&mut self, chrom: &str, part: RecordBatch) -> Result<(), Error> {
        let (first, last) = span(&part);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(open_file(&self.schema, &self.properties, chrom, first)?),
        };
        file.min_pos = file.min_pos.min(first);
        file.max_pos = file.max_pos.max(last);
        file.n_rows += part.num_rows();
        let bytes = slice_bytes(&part);
        file.n_bytes += bytes;
        self.group_rows += part.num_rows();
        self.group_bytes += bytes;
        self.group.push(part);
        Ok(())
    }

    fn submit_group(&mut self) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        if self.group.is_empty() {
            return Ok(());
        }
        let batches = std::mem::take(&mut self.group);
        self.group_rows = 0;
        self.group_bytes = 0;
        let writers = file.factory.create_column_writers(file.n_groups)?;
        file.n_groups += 1;
        let (send, receive) = sync_channel(1);
        let schema = Arc::clone(&self.schema);
        self.pool.spawn(move || {
            // A closed channel means that the run was given up: nobody wants the result.
            let _ = send.send(encode_group(&schema, &batches, writers));
        });
        file.in_flight.push_back(receive);
        while file.in_flight.len() > self.max_in_flight {
            append_group(file)?;
        }
        Ok(())
    }

    fn finish_file(&mut self, sink: &mut dyn FileSink) -> Result<(), Error> {
        self.submit_group()?;
        let Some(mut file) = self.file.take() else {
            return Ok(());
        };
        while !file.in_flight.is_empty() {
            append_group(&mut file)?;
        }
        let bytes = file.writer.into_inner()?.into();
        let mut stats = FileStats::new(Arc::clone(&self.schema));
        stats.n_rows = file.n_rows as u64;
        stats.min_chrom = Some(file.chrom.clone());
        stats.max_chrom = Some(file.chrom);
        stats.min_pos = Some(file.min_pos);
        stats.max_pos = Some(file.max_pos);
        sink.put(self.table, EncodedFile { bytes, stats })
    }
}

fn open_file(
    schema: &SchemaRef,
    properties: &WriterProperties,
    chrom: &str,
    first: i64,
) -> Result<OpenFile, Error> {
    let options = ArrowWriterOptions::new().with_properties(properties.clone());
    let writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(schema), options)?;
    let (writer, factory) = writer.into_serialized_writer()?;
    Ok(OpenFile {
        writer,
        factory,
        in_flight: VecDeque::new(),
        n_groups: 0,
        n_rows: 0,
        n_bytes: 0,
        chrom: chrom.to_owned(),
        min_pos: first,
        max_pos: first,
    })
}

fn append_group(file: &mut OpenFile) -> Result<(), Error> {
    let Some(receive) = file.in_flight.pop_front() else {
        return Ok(());
    };
    let chunks = receive.recv().map_err(|_| Error::WorkerLost)??;
    let mut group = file.writer.next_row_group()?;
    for chunk in chunks {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close()?;
    Ok(())
}

fn encode_group(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    mut writers: Vec<parquet::arrow::arrow_writer::ArrowColumnWriter>,
) -> EncodedGroup {
    for batch in batches {
        let mut writer = writers.iter_mut();
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, column)? {
                if let Some(writer) = writer.next() {
                    writer.write(&leaf)?;
                }
            }
        }
    }
    writers
        .into_iter()
        .map(|w| w.close().map_err(Error::from))
        .collect()
}

/// The first and last `pos` of sorted rows.
fn span(batch: &RecordBatch) -> (i64, i64) {
    let pos = batch
        .column_by_name("pos")
        .and_then(|c| c.as_any().downcast_ref::<Int64Array>());
    match pos {
        Some(pos) if !pos.is_empty() => (pos.value(0), pos.value(pos.len() - 1)),
        _ => (0, 0),
    }
}

/// The bytes that the slice itself spans, not those of the buffers it shares.
fn slice_bytes(batch: &RecordBatch) -> usize {
    let bytes = |c: &arrow::array::ArrayRef| c.to_data().get_slice_memory_size().unwrap_or(0);
    batch.columns().iter().map(bytes).sum()
}
