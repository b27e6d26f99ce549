//! How are rows read from a large file of the store, of which not all is wanted?

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{
    AsyncFileReader, ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use crate::log::Store;
use crate::{Error, Result};

/// Reads ranges of one Parquet file of an object store.
#[derive(Clone, Debug)]
pub struct ObjectReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    size_bytes: u64,
}

impl ObjectReader {
    /// A reader of the object at a path, of which the size in bytes is known. Nothing is read yet.
    pub fn new(store: Arc<dyn ObjectStore>, path: &str, size_bytes: u64) -> Self {
        Self {
            store,
            path: Path::from(path),
            size_bytes,
        }
    }
}

impl AsyncFileReader for ObjectReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        async move { Ok(self.store.get_range(&self.path, range).await?) }.boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, Result<Vec<Bytes>, ParquetError>> {
        async move { Ok(self.store.get_ranges(&self.path, &ranges).await?) }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        async move {
            let size = self.size_bytes;
            let reader = ParquetMetaDataReader::new();
            Ok(Arc::new(reader.load_and_finish(self, size).await?))
        }
        .boxed()
    }
}

/// The rows of a Parquet file of the store, of the named columns or of all. One row group at a time
/// is in memory, and of it those columns.
///
/// # Errors
/// When there is no such file, or it is no Parquet.
pub(crate) async fn stream(
    store: &Store,
    path: &str,
    size_bytes: u64,
    columns: Option<&[String]>,
) -> Result<ParquetRecordBatchStream<ObjectReader>> {
    let failed = || Error::parquet(path, "reading");
    let reader = ObjectReader::new(Arc::clone(store), path, size_bytes);
    let builder = ParquetRecordBatchStreamBuilder::new(reader).await;
    let mut builder = builder.map_err(failed())?;
    if let Some(columns) = columns {
        let names = columns.iter().map(String::as_str);
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        builder = builder.with_projection(mask);
    }
    builder.build().map_err(failed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use futures::TryStreamExt;
    use object_store::memory::InMemory;
    use parquet::arrow::ArrowWriter;

    async fn names_and_rows(columns: Option<&[&str]>) -> (Vec<String>, usize) {
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let batch = RecordBatch::try_from_iter([("id", ids), ("t", texts)]).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        let bytes = writer.into_inner().unwrap();
        let (store, size): (Store, _) = (Arc::new(InMemory::new()), bytes.len() as u64);
        store.put(&Path::from("f"), bytes.into()).await.unwrap();
        let columns = columns.map(|names| names.iter().map(|n| (*n).to_owned()).collect());
        let columns: Option<Vec<String>> = columns;
        let rows = stream(&store, "f", size, columns.as_deref()).await.unwrap();
        let names = rows.schema().fields().iter().map(|f| f.name().clone());
        let names = names.collect();
        let batches: Vec<RecordBatch> = rows.try_collect().await.unwrap();
        (names, batches.iter().map(RecordBatch::num_rows).sum())
    }

    #[tokio::test]
    async fn the_columns_that_are_asked_for_come_and_all_rows() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(names_and_rows(None).await, (names(&["id", "t"]), 2));
        assert_eq!(names_and_rows(Some(&["id"])).await, (names(&["id"]), 2));
        // A file from before the column came still has its rows.
        assert_eq!(names_and_rows(Some(&["x"])).await, (names(&[]), 2));
    }
}
