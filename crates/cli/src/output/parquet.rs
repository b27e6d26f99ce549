//! Parquet, its columns encoded side by side: each worker has some of the columns, and encodes them
//! while the query goes on.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, FieldRef, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use super::{Out, RowWriter};
use crate::error::{Failure, Result};

/// Rows of a row group: a reader's unit, and the bound of what a writer holds.
const ROW_GROUP_ROWS: usize = 1 << 19;
/// Batches that wait for a worker, so that the query may be ahead but not far.
const BATCHES_IN_FLIGHT: usize = 8;

/// Writes a Parquet file.
pub(super) struct ParquetWriter<'a> {
    file: SerializedFileWriter<Out<'a>>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    workers: Vec<Worker>,
    n_groups: usize,
    /// Rows of the open row group; none is open at zero.
    n_rows: usize,
}

impl<'a> ParquetWriter<'a> {
    /// Starts the file.
    pub(super) fn new(schema: &SchemaRef, out: Out<'a>, threads: Option<usize>) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("kohort ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let (file, factory) =
            ArrowWriter::try_new(out, SchemaRef::clone(schema), Some(properties))?
                .into_serialized_writer()?;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let n_workers = threads
            .unwrap_or(cores)
            .clamp(1, schema.fields().len().max(1));
        let workers = (0..n_workers)
            .map(|_| Worker::start())
            .collect::<Result<_>>()?;
        let schema = SchemaRef::clone(schema);
        Ok(Self {
            file,
            factory,
            schema,
            workers,
            n_groups: 0,
            n_rows: 0,
        })
    }

    /// Deals the columns of a new row group out to the workers.
    fn begin(&mut self) -> Result {
        let mut leaves = self
            .factory
            .create_column_writers(self.n_groups)?
            .into_iter()
            .enumerate();
        let mut dealt: Vec<Vec<ColumnWriter>> = self.workers.iter().map(|_| Vec::new()).collect();
        for (column, field) in self.schema.fields().iter().enumerate() {
            let leaves = leaves
                .by_ref()
                .take(leaf_count(field.data_type()))
                .collect();
            let writer = ColumnWriter {
                column,
                field: FieldRef::clone(field),
                leaves,
            };
            dealt[column % self.workers.len()].push(writer);
        }
        for (worker, columns) in self.workers.iter().zip(dealt) {
            worker.tell(Task::Begin(columns))?;
        }
        Ok(())
    }

    /// Gathers the columns of the open row group, and writes it.
    fn end(&mut self) -> Result {
        if self.n_rows == 0 {
            return Ok(());
        }
        for worker in &self.workers {
            worker.tell(Task::End)?;
        }
        let mut chunks = Vec::new();
        for worker in &self.workers {
            chunks.extend(worker.chunks.recv().map_err(|_| broken())??);
        }
        chunks.sort_unstable_by_key(|(leaf, _)| *leaf);
        let mut group = self.file.next_row_group()?;
        for (_, chunk) in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.n_groups += 1;
        self.n_rows = 0;
        Ok(())
    }
}

impl RowWriter for ParquetWriter<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        let mut at = 0;
        while at < batch.num_rows() {
            if self.n_rows == 0 {
                self.begin()?;
            }
            let length = (ROW_GROUP_ROWS - self.n_rows).min(batch.num_rows() - at);
            let part = batch.slice(at, length);
            for worker in &self.workers {
                worker.tell(Task::Rows(part.clone()))?;
            }
            at += length;
            self.n_rows += length;
            if self.n_rows == ROW_GROUP_ROWS {
                self.end()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result {
        self.end()?;
        self.file.finish()?;
        Ok(())
    }
}

/// One column of the open row group: its leaves, by their place in the file.
struct ColumnWriter {
    column: usize,
    field: FieldRef,
    leaves: Vec<(usize, ArrowColumnWriter)>,
}

/// Encoded columns, by their place in the file.
type Chunks = Vec<(usize, ArrowColumnChunk)>;

enum Task {
    Begin(Vec<ColumnWriter>),
    Rows(RecordBatch),
    End,
}

/// A thread that encodes some of the columns; it ends when its tasks do.
struct Worker {
    tasks: SyncSender<Task>,
    chunks: Receiver<Result<Chunks, ParquetError>>,
}

impl Worker {
    fn start() -> Result<Self> {
        let (tasks, received) = sync_channel(BATCHES_IN_FLIGHT);
        let (done, chunks) = channel();
        thread::Builder::new()
            .name("parquet".into())
            .spawn(move || {
                let mut columns = Vec::new();
                let mut failure = None;
                for task in received {
                    match task {
                        Task::Begin(begun) => columns = begun,
                        Task::Rows(batch) if failure.is_none() => {
                            failure = encode(&mut columns, &batch).err();
                        }
                        Task::Rows(_) => {}
                        Task::End => {
                            let columns = std::mem::take(&mut columns);
                            let closed = failure.take().map_or_else(|| close(columns), Err);
                            if done.send(closed).is_err() {
                                return;
                            }
                        }
                    }
                }
            })?;
        Ok(Self { tasks, chunks })
    }

    fn tell(&self, task: Task) -> Result {
        self.tasks.send(task).map_err(|_| broken())
    }
}

fn broken() -> Failure {
    Failure::failed("a thread that encodes Parquet ended early")
}

fn encode(columns: &mut [ColumnWriter], batch: &RecordBatch) -> Result<(), ParquetError> {
    for ColumnWriter {
        column,
        field,
        leaves,
    } in columns
    {
        let values = compute_leaves(field, batch.column(*column))?;
        for ((_, writer), values) in leaves.iter_mut().zip(&values) {
            writer.write(values)?;
        }
    }
    Ok(())
}

fn close(columns: Vec<ColumnWriter>) -> Result<Chunks, ParquetError> {
    let leaves = columns.into_iter().flat_map(|column| column.leaves);
    leaves
        .map(|(leaf, writer)| Ok((leaf, writer.close()?)))
        .collect()
}

/// Parquet columns that a column takes.
fn leaf_count(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|f| leaf_count(f.data_type())).sum(),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => leaf_count(item.data_type()),
        DataType::Map(entries, _) => leaf_count(entries.data_type()),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow::array::{ArrayRef, Int64Array, ListArray, StringViewArray, StructArray};
    use arrow::datatypes::{Field, Int64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn rows(range: std::ops::Range<i64>) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(range.clone()));
        let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(
            range.clone().map(|i| i.to_string()),
        ));
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(
            range.map(|i| (i % 3 > 0).then(|| vec![Some(i); (i % 3) as usize])),
        ));
        let field = |name: &str, array: &ArrayRef| {
            Arc::new(Field::new(name, array.data_type().clone(), true))
        };
        let both: ArrayRef = Arc::new(StructArray::from(vec![
            (field("n", &numbers), Arc::clone(&numbers)),
            (field("l", &lists), lists),
        ]));
        let named = [("a", texts), ("s", both), ("b", numbers)];
        RecordBatch::try_from_iter_with_nullable(named.map(|(n, a)| (n, a, true))).unwrap()
    }

    fn round_trip(batches: &[RecordBatch], threads: usize) -> Vec<RecordBatch> {
        let schema = rows(0..0).schema();
        let mut out = Vec::new();
        let mut writer = Box::new(ParquetWriter::new(&schema, &mut out, Some(threads)).unwrap());
        batches
            .iter()
            .for_each(|batch| writer.batch(batch).unwrap());
        writer.finish().unwrap();
        let file = tempfile::tempdir().unwrap();
        let path = file.path().join("out.parquet");
        std::fs::write(&path, out).unwrap();
        let opened = std::fs::File::open(path).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(opened).unwrap();
        builder
            .with_batch_size(1 << 20)
            .build()
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn nested_columns_come_back_whatever_the_number_of_threads() {
        for threads in [1, 2, 7] {
            let back = round_trip(&[rows(0..5), rows(5..5), rows(5..9)], threads);
            assert_eq!(back, [rows(0..9)]);
        }
    }

    #[test]
    fn rows_beyond_a_row_group_open_the_next() {
        let n = ROW_GROUP_ROWS as i64 + 10;
        let back = round_trip(&[rows(0..n - 3), rows(n - 3..n)], 2);
        let found: Vec<RecordBatch> = back.into_iter().filter(|b| b.num_rows() > 0).collect();
        let schema = rows(0..0).schema();
        assert_eq!(
            arrow::compute::concat_batches(&schema, &found).unwrap(),
            rows(0..n)
        );
    }

    #[test]
    fn no_rows_are_a_file_with_columns() {
        assert!(round_trip(&[], 2).is_empty());
    }
}
