//! Reading a callset's data files in the order of its records.

use super::records::MARGIN;
use crate::Error;
use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::Int64Type;
use futures::StreamExt;
use kohort_genome::Region;
use kohort_lake::{DataFile, ObjectReader};
use kohort_schema::TableName;
use object_store::ObjectStore;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, RowFilter,
};
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use parquet::file::statistics::Statistics;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;

/// Rows of a batch: with many samples a row is large.
const VARIANT_ROWS: usize = 512;
/// As above; a row holds the fields of a block of samples.
const CALL_ROWS: usize = 64;

/// The columns of `callset_variants` that a record is made from.
const VARIANT_COLUMNS: [&str; 14] = [
    "chrom",
    "pos",
    "ref",
    "alt",
    "id",
    "qual",
    "filter",
    "record_index",
    "allele_index",
    "n_alleles",
    "original_pos",
    "original_ref",
    "original_alt",
    "info",
];

/// A file whose footer is read.
pub(crate) struct ReadyFile {
    reader: ObjectReader,
    metadata: ArrowReaderMetadata,
    first_record: i64,
}

/// The files that may hold rows of the region, in the order of their records.
pub(crate) async fn ordered(
    store: Arc<dyn ObjectStore>,
    files: Vec<DataFile>,
    region: Option<&Region>,
) -> Result<Vec<ReadyFile>, Error> {
    let mut ready = Vec::with_capacity(files.len());
    for file in files.iter().filter(|file| may_hold(file, region)) {
        let mut reader = ObjectReader::new(Arc::clone(&store), &file.path, file.size_bytes);
        let options = ArrowReaderOptions::new();
        let metadata = ArrowReaderMetadata::load_async(&mut reader, options).await?;
        let first_record = first_record(&metadata);
        ready.push(ReadyFile {
            reader,
            metadata,
            first_record,
        });
    }
    ready.sort_by_key(|file| file.first_record);
    Ok(ready)
}

fn may_hold(file: &DataFile, region: Option<&Region>) -> bool {
    let Some(region) = region else { return true };
    let (start, end) = bounds(region);
    file.chrom
        .as_ref()
        .is_none_or(|chrom| *chrom == region.contig)
        && file.min_pos.is_none_or(|pos| pos <= end)
        && file.max_pos.is_none_or(|pos| pos >= start)
}

/// Positions that rows of the region's records may have.
fn bounds(region: &Region) -> (i64, i64) {
    (
        i64::from(region.start) - MARGIN,
        i64::from(region.end).saturating_add(MARGIN),
    )
}

fn first_record(metadata: &ArrowReaderMetadata) -> i64 {
    let groups = metadata.metadata().row_groups().iter();
    let columns = groups.flat_map(|group| group.columns());
    let records = columns.filter(|c| c.column_path().string() == "record_index");
    let least = records.filter_map(|column| match column.statistics() {
        Some(Statistics::Int64(statistics)) => statistics.min_opt().copied(),
        _ => None,
    });
    least.min().unwrap_or_default()
}

/// Sends all batches, or the fault that ended them; stops when nobody listens.
pub(crate) async fn send(
    table: TableName,
    files: Vec<ReadyFile>,
    region: Option<Region>,
    sender: Sender<Result<RecordBatch, Error>>,
) {
    for file in files {
        let stream = match stream(table, file, region.as_ref()) {
            Ok(stream) => stream,
            Err(error) => {
                let _ = sender.send(Err(error)).await;
                return;
            }
        };
        let mut stream = stream;
        while let Some(batch) = stream.next().await {
            let failed = batch.is_err();
            if sender.send(batch.map_err(Error::from)).await.is_err() || failed {
                return;
            }
        }
    }
}

fn stream(
    table: TableName,
    file: ReadyFile,
    region: Option<&Region>,
) -> Result<ParquetRecordBatchStream<ObjectReader>, Error> {
    let mut builder =
        ParquetRecordBatchStreamBuilder::new_with_metadata(file.reader, file.metadata);
    let schema = builder.parquet_schema().clone();
    if table == TableName::CallsetVariants {
        let wanted = VARIANT_COLUMNS.iter().copied().chain(["genotypes"]);
        let roots: Vec<usize> = schema
            .root_schema()
            .get_fields()
            .iter()
            .enumerate()
            .filter(|(_, field)| wanted.clone().any(|name| name == field.name()))
            .map(|(i, _)| i)
            .collect();
        builder = builder
            .with_projection(ProjectionMask::roots(&schema, roots))
            .with_batch_size(VARIANT_ROWS);
    } else {
        builder = builder.with_batch_size(CALL_ROWS);
    }
    if let Some(region) = region {
        let (start, end) = bounds(region);
        let mask = ProjectionMask::columns(&schema, ["pos"]);
        let inside = ArrowPredicateFn::new(mask, move |batch| {
            let pos = batch.column(0).as_primitive::<Int64Type>();
            Ok(pos
                .iter()
                .map(|pos| pos.map(|pos| (start..=end).contains(&pos)))
                .collect::<BooleanArray>())
        });
        builder = builder.with_row_filter(RowFilter::new(vec![Box::new(inside)]));
    }
    Ok(builder.build()?)
}
