//! Parquet, its columns encoded side by side: each worker has some of the columns, and encodes them
//! while the query goes on.

mod dictionary;
mod distinct;
mod hybrid;

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use arrow::array::{ArrayRef, RecordBatch};
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
use dictionary::{DictionaryChunk, DictionaryColumn, ZSTD_LEVEL};

use crate::error::{Failure, Result};

/// Rows of a row group: a reader's unit, and the bound of what a writer holds. The indices of a
/// column then fit a core's cache.
const ROW_GROUP_ROWS: usize = 1 << 17;
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
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
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
            let leaves: Vec<_> = leaves
                .by_ref()
                .take(leaf_count(field.data_type()))
                .collect();
            let dictionary = leaves.first().and_then(|(leaf, _)| {
                let descriptor = self.file.schema_descr().column(*leaf);
                DictionaryColumn::new(field.data_type(), descriptor)
            });
            let field = FieldRef::clone(field);
            let writer = ColumnWriter {
                column,
                field,
                dictionary,
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
            match chunk {
                Chunk::General(chunk) => chunk.append_to_row_group(&mut group)?,
                Chunk::Dictionary(chunk) => group.append_column(&chunk.bytes, chunk.close)?,
            }
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
    /// Has the column's rows while its distinct values are few.
    dictionary: Option<DictionaryColumn>,
    /// Have them from then on.
    leaves: Vec<(usize, ArrowColumnWriter)>,
}

/// An encoded column.
enum Chunk {
    General(ArrowColumnChunk),
    Dictionary(DictionaryChunk),
}

/// Encoded columns, by their place in the file.
type Chunks = Vec<(usize, Chunk)>;

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
    columns
        .iter_mut()
        .try_for_each(|column| column.add(batch.column(column.column)))
}

fn close(columns: Vec<ColumnWriter>) -> Result<Chunks, ParquetError> {
    let mut chunks = Chunks::new();
    for ColumnWriter {
        dictionary, leaves, ..
    } in columns
    {
        match (dictionary, leaves.first()) {
            (Some(dictionary), Some((leaf, _))) => {
                chunks.push((*leaf, Chunk::Dictionary(dictionary.close()?)));
            }
            _ => {
                for (leaf, writer) in leaves {
                    chunks.push((leaf, Chunk::General(writer.close()?)));
                }
            }
        }
    }
    Ok(chunks)
}

impl ColumnWriter {
    fn add(&mut self, rows: &ArrayRef) -> Result<(), ParquetError> {
        if let Some(mut dictionary) = self.dictionary.take() {
            if dictionary.add(rows).is_ok() {
                self.dictionary = Some(dictionary);
                return Ok(());
            }
            self.write(&dictionary.into_array())?;
        }
        self.write(rows)
    }

    fn write(&mut self, rows: &ArrayRef) -> Result<(), ParquetError> {
        let values = compute_leaves(&self.field, rows)?;
        for ((_, writer), values) in self.leaves.iter_mut().zip(&values) {
            writer.write(values)?;
        }
        Ok(())
    }
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
    use arrow::array::{Float64Array, Int64Array, ListArray, StringViewArray, StructArray};
    use arrow::datatypes::{Field, Int64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn rows(range: std::ops::Range<i64>) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(range.clone()));
        let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(
            range.clone().map(|i| i.to_string()),
        ));
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(
            range
                .clone()
                .map(|i| (i % 3 > 0).then(|| vec![Some(i); (i % 3) as usize])),
        ));
        let field = |name: &str, array: &ArrayRef| {
            Arc::new(Field::new(name, array.data_type().clone(), true))
        };
        let both: ArrayRef = Arc::new(StructArray::from(vec![
            (field("n", &numbers), Arc::clone(&numbers)),
            (field("l", &lists), lists),
        ]));
        let few = range
            .clone()
            .map(|i| (i % 5 > 0).then(|| (i % 7) as f64 / 7.0));
        let few: ArrayRef = Arc::new(few.collect::<Float64Array>());
        let runs: ArrayRef = Arc::new(StringViewArray::from_iter(range.map(|i| {
            [Some("Region Skåne"), Some("Västra Götalandsregionen"), None][(i / 42 % 3) as usize]
        })));
        let named = [
            ("a", texts),
            ("s", both),
            ("b", numbers),
            ("f", few),
            ("r", runs),
        ];
        RecordBatch::try_from_iter_with_nullable(named.map(|(n, a)| (n, a, true))).unwrap()
    }

    fn round_trip(batches: &[RecordBatch], threads: usize) -> Vec<RecordBatch> {
        let schema = batches
            .first()
            .map_or_else(|| rows(0..0).schema(), RecordBatch::schema);
        let mut out = Vec::new();
        let mut writer = Box::new(ParquetWriter::new(&schema, &mut out, Some(threads)).unwrap());
        batches
            .iter()
            .for_each(|batch| writer.batch(batch).unwrap());
        writer.finish().unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(out)).unwrap();
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
    fn column_of_nulls_comes_back() {
        let nulls = |n: usize| {
            let numbers = Arc::new(Int64Array::from(vec![None; n])) as ArrayRef;
            let texts = Arc::new(StringViewArray::from(vec![None::<&str>; n])) as ArrayRef;
            let named = [("n", numbers, true), ("t", texts, true)];
            RecordBatch::try_from_iter_with_nullable(named).unwrap()
        };
        assert_eq!(round_trip(&[nulls(3), nulls(9)], 2), [nulls(12)]);
    }

    #[test]
    fn bounds_of_a_column_are_those_of_its_values() {
        let values: ArrayRef = Arc::new(Float64Array::from(vec![Some(0.5), None, Some(0.0)]));
        let texts: ArrayRef = Arc::new(StringViewArray::from(vec!["b", "å", "a"]));
        let named = [("f", values, true), ("t", texts, true)];
        let batch = RecordBatch::try_from_iter_with_nullable(named).unwrap();
        let mut out = Vec::new();
        let mut writer = Box::new(ParquetWriter::new(&batch.schema(), &mut out, None).unwrap());
        writer.batch(&batch).unwrap();
        writer.finish().unwrap();
        let file = bytes::Bytes::from(out);
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let group = reader.metadata().row_group(0);
        let floats = group.column(0).statistics().unwrap();
        assert_eq!(floats.null_count_opt(), Some(1));
        assert_eq!(
            floats.min_bytes_opt(),
            Some((-0.0f64).to_le_bytes().as_ref())
        );
        assert_eq!(floats.max_bytes_opt(), Some(0.5f64.to_le_bytes().as_ref()));
        let texts = group.column(1).statistics().unwrap();
        assert_eq!(texts.min_bytes_opt(), Some(b"a".as_ref()));
        assert_eq!(texts.max_bytes_opt(), Some("å".as_bytes()));
    }

    #[test]
    fn no_rows_are_a_file_with_columns() {
        assert!(round_trip(&[], 2).is_empty());
    }
}
