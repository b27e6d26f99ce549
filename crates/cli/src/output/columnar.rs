//! Parquet and Arrow IPC: results for other programs, with their types.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::{Out, RowWriter};
use crate::error::Result;

/// Rows of a row group: a reader's unit, and the bound of what a writer holds.
const ROW_GROUP_ROWS: usize = 1 << 19;

/// Writes a Parquet file.
pub(super) struct ParquetWriter<'a>(ArrowWriter<Out<'a>>);

impl<'a> ParquetWriter<'a> {
    /// Starts the file.
    pub(super) fn new(schema: &SchemaRef, out: Out<'a>) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("kohort ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        Ok(Self(ArrowWriter::try_new(
            out,
            SchemaRef::clone(schema),
            Some(properties),
        )?))
    }
}

impl RowWriter for ParquetWriter<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        Ok(self.0.write(batch)?)
    }

    fn finish(self: Box<Self>) -> Result {
        self.0.close()?;
        Ok(())
    }
}

/// Writes the Arrow IPC file format, which ends with an index.
pub(super) struct IpcFile<'a>(FileWriter<Out<'a>>);

impl<'a> IpcFile<'a> {
    /// Starts the file.
    pub(super) fn new(schema: &SchemaRef, out: Out<'a>) -> Result<Self> {
        Ok(Self(FileWriter::try_new(out, schema)?))
    }
}

impl RowWriter for IpcFile<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        Ok(self.0.write(batch)?)
    }

    fn finish(mut self: Box<Self>) -> Result {
        Ok(self.0.finish()?)
    }
}

/// Writes the Arrow IPC stream format, which a reader can take from a pipe.
pub(super) struct IpcStream<'a>(StreamWriter<Out<'a>>);

impl<'a> IpcStream<'a> {
    /// Starts the stream.
    pub(super) fn new(schema: &SchemaRef, out: Out<'a>) -> Result<Self> {
        Ok(Self(StreamWriter::try_new(out, schema)?))
    }
}

impl RowWriter for IpcStream<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        self.0.write(batch)?;
        Ok(self.0.get_mut().flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result {
        Ok(self.0.finish()?)
    }
}
