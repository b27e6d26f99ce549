//! Arrow IPC: results for other programs, with their types.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::{Out, RowWriter};
use crate::error::Result;

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
