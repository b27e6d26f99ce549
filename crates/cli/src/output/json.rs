//! JSON: an array of objects per result, or one object a line. NULL is written as null.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;

use super::cells::{Cells, json_string, plain};
use super::{Out, RowWriter};
use crate::error::Result;

/// Bytes gathered before they are handed on.
const BUFFER_BYTES: usize = 1 << 16;

/// Writes rows as objects.
pub(super) struct JsonWriter<'a> {
    out: Out<'a>,
    /// `"name":` of each column.
    keys: Vec<Vec<u8>>,
    is_array: bool,
    n_rows: u64,
    buffer: Vec<u8>,
}

impl<'a> JsonWriter<'a> {
    /// One array, an object a line within it.
    pub(super) fn array(schema: &SchemaRef, out: Out<'a>) -> Self {
        Self {
            is_array: true,
            buffer: b"[".to_vec(),
            ..Self::lines(schema, out)
        }
    }

    /// An object a line.
    pub(super) fn lines(schema: &SchemaRef, out: Out<'a>) -> Self {
        let key = |name: &str| {
            let mut key = Vec::new();
            json_string(name.as_bytes(), &mut key);
            key.push(b':');
            key
        };
        let keys = schema
            .fields()
            .iter()
            .map(|field| key(field.name()))
            .collect();
        Self {
            out,
            keys,
            is_array: false,
            n_rows: 0,
            buffer: Vec::new(),
        }
    }
}

impl RowWriter for JsonWriter<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        let arrays = batch
            .columns()
            .iter()
            .map(plain)
            .collect::<Result<Vec<ArrayRef>>>()?;
        let columns = arrays
            .iter()
            .map(|array| Cells::new(array.as_ref()))
            .collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            if self.is_array {
                self.buffer
                    .extend_from_slice(if self.n_rows == 0 { b"\n" } else { b",\n" });
            }
            self.buffer.push(b'{');
            for (i, (key, column)) in self.keys.iter().zip(&columns).enumerate() {
                if i > 0 {
                    self.buffer.push(b',');
                }
                self.buffer.extend_from_slice(key);
                column.json(row, &mut self.buffer);
            }
            self.buffer.push(b'}');
            if !self.is_array {
                self.buffer.push(b'\n');
            }
            self.n_rows += 1;
            if self.buffer.len() >= BUFFER_BYTES {
                self.out.write_all(&self.buffer)?;
                self.buffer.clear();
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result {
        if self.is_array {
            self.buffer
                .extend_from_slice(if self.n_rows == 0 { b"]\n" } else { b"\n]\n" });
        }
        self.out.write_all(&self.buffer)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow::array::Int64Array;

    fn rows(values: Vec<Option<i64>>) -> RecordBatch {
        let array = Arc::new(Int64Array::from(values)) as ArrayRef;
        RecordBatch::try_from_iter_with_nullable(vec![("n", array, true)]).unwrap()
    }

    #[test]
    fn array_is_one_valid_document_over_several_batches() {
        let mut out = Vec::new();
        let mut writer = Box::new(JsonWriter::array(&rows(vec![]).schema(), &mut out));
        writer.batch(&rows(vec![Some(1), None])).unwrap();
        writer.batch(&rows(vec![Some(3)])).unwrap();
        writer.finish().unwrap();
        assert_eq!(out, b"[\n{\"n\":1},\n{\"n\":null},\n{\"n\":3}\n]\n");
    }

    #[test]
    fn no_rows_are_an_empty_array_or_nothing() {
        let schema = rows(vec![]).schema();
        let mut out = Vec::new();
        Box::new(JsonWriter::array(&schema, &mut out))
            .finish()
            .unwrap();
        assert_eq!(out, b"[]\n");
        out.clear();
        Box::new(JsonWriter::lines(&schema, &mut out))
            .finish()
            .unwrap();
        assert!(out.is_empty());
    }
}
