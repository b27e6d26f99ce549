//! CSV and TSV: a header line, then a line a row. NULL is an empty field and the empty text is
//! `""`, so that they stay apart.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;

use super::cells::{Cells, plain};
use super::{Out, RowWriter};
use crate::error::Result;

/// Bytes gathered before they are handed on.
const BUFFER_BYTES: usize = 1 << 16;

/// Writes rows as delimited text.
pub(super) struct DelimitedWriter<'a> {
    out: Out<'a>,
    delimiter: u8,
    buffer: Vec<u8>,
}

impl<'a> DelimitedWriter<'a> {
    /// Writes the header line.
    pub(super) fn new(schema: &SchemaRef, out: Out<'a>, delimiter: u8) -> Result<Self> {
        let mut writer = Self {
            out,
            delimiter,
            buffer: Vec::with_capacity(2 * BUFFER_BYTES),
        };
        for (i, field) in schema.fields().iter().enumerate() {
            if i > 0 {
                writer.buffer.push(delimiter);
            }
            field_text(field.name().as_bytes(), delimiter, &mut writer.buffer);
        }
        writer.buffer.push(b'\n');
        Ok(writer)
    }

    fn flush(&mut self) -> Result {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl RowWriter for DelimitedWriter<'_> {
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
        let mut scratch = Vec::new();
        for row in 0..batch.num_rows() {
            for (i, column) in columns.iter().enumerate() {
                if i > 0 {
                    self.buffer.push(self.delimiter);
                }
                if column.is_null(row) {
                    continue;
                }
                if let Some(text) = column.string(row) {
                    field_text(text.as_bytes(), self.delimiter, &mut self.buffer);
                } else if column.is_free_text() {
                    scratch.clear();
                    column.text(row, &mut scratch);
                    field_text(&scratch, self.delimiter, &mut self.buffer);
                } else {
                    column.text(row, &mut self.buffer);
                }
            }
            self.buffer.push(b'\n');
            if self.buffer.len() >= BUFFER_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result {
        self.flush()
    }
}

/// Appends a field, in quotes where a reader would otherwise misread it.
fn field_text(text: &[u8], delimiter: u8, out: &mut Vec<u8>) {
    let breaks = |&byte: &u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let has_quote = if delimiter == b',' {
        text.contains(&b'"')
    } else {
        text.first() == Some(&b'"')
    };
    if !text.is_empty() && !has_quote && !text.iter().any(breaks) {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for &byte in text {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow::array::{DictionaryArray, Float64Array, Int64Array, StringArray};
    use arrow::datatypes::Int32Type;

    fn written(delimiter: u8) -> String {
        let names: DictionaryArray<Int32Type> =
            vec![Some("x"), None, Some("x")].into_iter().collect();
        let batch = RecordBatch::try_from_iter_with_nullable(vec![
            (
                "n",
                Arc::new(Int64Array::from(vec![Some(-1), None, Some(3)])) as ArrayRef,
                true,
            ),
            (
                "text, or not",
                Arc::new(StringArray::from(vec!["a,b", "", "say \"hi\""])) as _,
                true,
            ),
            (
                "af",
                Arc::new(Float64Array::from(vec![0.25, 1.0, 1e-9])) as _,
                true,
            ),
            ("name", Arc::new(names) as _, true),
        ])
        .unwrap();
        let mut out = Vec::new();
        let mut writer =
            Box::new(DelimitedWriter::new(&batch.schema(), &mut out, delimiter).unwrap());
        writer.batch(&batch).unwrap();
        writer.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn csv_quotes_only_what_it_must_and_tells_null_from_empty() {
        assert_eq!(
            written(b','),
            "n,\"text, or not\",af,name\n-1,\"a,b\",0.25,x\n,\"\",1.0,\n\
             3,\"say \"\"hi\"\"\",1e-9,x\n"
        );
    }

    #[test]
    fn tsv_leaves_commas_and_inner_quotes_alone() {
        assert_eq!(
            written(b'\t'),
            "n\ttext, or not\taf\tname\n-1\ta,b\t0.25\tx\n\t\"\"\t1.0\t\n3\tsay \"hi\"\t1e-9\tx\n"
        );
    }
}
