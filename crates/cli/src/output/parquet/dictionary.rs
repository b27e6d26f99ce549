//! A column chunk of few distinct values, encoded as a dictionary and indices.
//!
//! Frequencies by stratum repeat their few values over millions of rows, and the general encoder
//! hashes each of them. This one finds most values without a hash, and writes the same pages: a
//! dictionary page (PLAIN), then data pages of version 1 (definition levels, then RLE_DICTIONARY).

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringViewArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::distinct::{Numbers, Texts, TooMany};
use super::hybrid;

/// Rows of a data page; a multiple of 8, so that pages begin at a byte of the validity bits.
const PAGE_ROWS: usize = 1 << 16;
/// Definition and dictionary pages compress fast at this level, and little better above it.
pub(super) const ZSTD_LEVEL: i32 = 1;

/// A column of which every value is an index into its distinct values.
pub(super) struct DictionaryColumn {
    descriptor: ColumnDescPtr,
    distinct: Distinct,
    /// One per value that is not NULL.
    indices: Vec<u16>,
    /// Which rows have a value; empty while all have.
    validity: Vec<NullBuffer>,
    n_rows: usize,
}

enum Distinct {
    Integers(Numbers),
    Floats(Numbers),
    Texts(Texts),
}

/// An encoded column chunk.
pub(super) struct DictionaryChunk {
    pub(super) bytes: Bytes,
    pub(super) close: ColumnCloseResult,
}

impl DictionaryColumn {
    /// A column of a type that this encoder knows.
    pub(super) fn new(data_type: &DataType, descriptor: ColumnDescPtr) -> Option<Self> {
        let distinct = match data_type {
            DataType::Int64 => Distinct::Integers(Numbers::new()),
            DataType::Float64 => Distinct::Floats(Numbers::new()),
            DataType::Utf8View => Distinct::Texts(Texts::new()),
            _ => return None,
        };
        let (indices, validity) = (Vec::new(), Vec::new());
        Some(Self {
            descriptor,
            distinct,
            indices,
            validity,
            n_rows: 0,
        })
    }

    /// Adds rows, all or none of them.
    pub(super) fn add(&mut self, array: &ArrayRef) -> Result<(), TooMany> {
        let n_before = self.indices.len();
        let indexed = self.index(array);
        if indexed.is_err() {
            self.indices.truncate(n_before);
            return indexed;
        }
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        if nulls.is_some() || !self.validity.is_empty() {
            if self.validity.is_empty() && self.n_rows > 0 {
                self.validity.push(NullBuffer::new_valid(self.n_rows));
            }
            let all = || NullBuffer::new_valid(array.len());
            self.validity.push(nulls.cloned().unwrap_or_else(all));
        }
        self.n_rows += array.len();
        Ok(())
    }

    fn index(&mut self, array: &ArrayRef) -> Result<(), TooMany> {
        let indices = &mut self.indices;
        indices.reserve(array.len());
        let is_dense = array.null_count() == 0;
        match &mut self.distinct {
            Distinct::Integers(numbers) => {
                let array = array.as_primitive::<Int64Type>();
                match is_dense {
                    true => numbers.index(array.values().iter().map(|v| *v as u64), indices),
                    false => numbers.index(array.iter().flatten().map(|v| v as u64), indices),
                }
            }
            Distinct::Floats(numbers) => {
                let array = array.as_primitive::<Float64Type>();
                match is_dense {
                    true => numbers.index(array.values().iter().map(|v| v.to_bits()), indices),
                    false => numbers.index(array.iter().flatten().map(f64::to_bits), indices),
                }
            }
            Distinct::Texts(texts) => {
                let array = array.as_string_view();
                let rows = array.views().iter().zip(array.iter());
                texts.index(
                    rows.filter_map(|(view, text)| Some((*view, text?))),
                    indices,
                )
            }
        }
    }

    /// The rows as an array again, for the general encoder.
    pub(super) fn into_array(self) -> ArrayRef {
        use std::sync::Arc;
        let nulls = self.nulls();
        let mut indices = self.indices.iter().map(|&index| usize::from(index));
        let rows = (0..self.n_rows).map(|row| {
            let is_valid = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
            if is_valid { indices.next() } else { None }
        });
        match &self.distinct {
            Distinct::Integers(n) => Arc::new(
                rows.map(|i| Some(n.values[i?] as i64))
                    .collect::<Int64Array>(),
            ),
            Distinct::Floats(n) => Arc::new(
                rows.map(|i| Some(f64::from_bits(n.values[i?])))
                    .collect::<Float64Array>(),
            ),
            Distinct::Texts(t) => Arc::new(
                rows.map(|i| Some(t.values[i?].as_ref()))
                    .collect::<StringViewArray>(),
            ),
        }
    }

    fn nulls(&self) -> Option<NullBuffer> {
        let mut bits = arrow::array::BooleanBufferBuilder::new(self.n_rows);
        for part in &self.validity {
            bits.append_buffer(part.inner());
        }
        (!self.validity.is_empty()).then(|| NullBuffer::new(bits.finish()))
    }

    /// Writes the pages.
    pub(super) fn close(self) -> Result<DictionaryChunk> {
        let nulls = self.nulls();
        let (dictionary, n_distinct) = self.distinct.plain();
        let mut sink = TrackedWrite::new(Vec::new());
        let mut pages = Pages::new(&mut sink)?;
        pages.dictionary(dictionary, n_distinct)?;
        let last = u32::try_from(n_distinct.saturating_sub(1)).unwrap_or(u32::MAX);
        let width = (u32::BITS - last.leading_zeros()).max(1);
        let mut at = 0;
        for start in (0..self.n_rows).step_by(PAGE_ROWS) {
            let n_rows = PAGE_ROWS.min(self.n_rows - start);
            let page_nulls = nulls.as_ref().map(|nulls| nulls.slice(start, n_rows));
            let n_values = n_rows - page_nulls.as_ref().map_or(0, NullBuffer::null_count);
            let mut page = Vec::new();
            if self.descriptor.max_def_level() > 0 {
                levels(page_nulls.as_ref(), n_rows, &mut page);
            }
            page.push(width.to_le_bytes()[0]);
            hybrid::encode(&self.indices[at..at + n_values], width, &mut page);
            at += n_values;
            pages.data(page, n_rows)?;
        }
        let sizes = pages.finish()?;
        let bytes = Bytes::from(sink.into_inner()?);
        let statistics = self
            .distinct
            .statistics((self.n_rows - self.indices.len()) as u64);
        let metadata = ColumnChunkMetaData::builder(self.descriptor)
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_encodings(vec![
                Encoding::PLAIN,
                Encoding::RLE,
                Encoding::RLE_DICTIONARY,
            ])
            .set_num_values(signed(self.n_rows as u64)?)
            .set_total_compressed_size(signed(bytes.len() as u64)?)
            .set_total_uncompressed_size(signed(sizes.uncompressed)?)
            .set_dictionary_page_offset(Some(0))
            .set_data_page_offset(signed(sizes.data_page_offset)?)
            .set_statistics(statistics)
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.n_rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(DictionaryChunk { bytes, close })
    }
}

impl Distinct {
    /// The values one after another, as PLAIN has them, and their number.
    fn plain(&self) -> (Vec<u8>, usize) {
        match self {
            Self::Integers(numbers) | Self::Floats(numbers) => {
                let bytes = numbers.values.iter().flat_map(|value| value.to_le_bytes());
                (bytes.collect(), numbers.values.len())
            }
            Self::Texts(texts) => {
                let mut bytes = Vec::new();
                for text in &texts.values {
                    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    bytes.extend_from_slice(&length.to_le_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
                (bytes, texts.values.len())
            }
        }
    }

    fn statistics(&self, n_nulls: u64) -> Statistics {
        match self {
            Self::Integers(numbers) => {
                let values = || numbers.values.iter().map(|value| *value as i64);
                Statistics::int64(values().min(), values().max(), None, Some(n_nulls), false)
            }
            Self::Floats(numbers) => {
                let values = || numbers.values.iter().map(|bits| f64::from_bits(*bits));
                let is_ordered = !values().any(f64::is_nan);
                // Zero has two signs: the format wants the lower and the higher one as bounds.
                let least = values()
                    .reduce(f64::min)
                    .map(|v| if v == 0.0 { -0.0 } else { v });
                let most = values()
                    .reduce(f64::max)
                    .map(|v| if v == 0.0 { 0.0 } else { v });
                let bound = |value: Option<f64>| value.filter(|_| is_ordered);
                Statistics::double(bound(least), bound(most), None, Some(n_nulls), false)
            }
            Self::Texts(texts) => {
                let bound = |text: Option<&Box<str>>| Some(text?.as_bytes().to_vec().into());
                let (least, most) = (texts.values.iter().min(), texts.values.iter().max());
                Statistics::byte_array(bound(least), bound(most), None, Some(n_nulls), false)
            }
        }
    }
}

/// Definition levels with their length before them: 1 where there is a value.
fn levels(nulls: Option<&NullBuffer>, n_rows: usize, out: &mut Vec<u8>) {
    let mut levels = Vec::new();
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => {
            let groups = n_rows.div_ceil(8);
            hybrid::varint((groups as u64) << 1 | 1, &mut levels);
            let bits = nulls.inner().sliced();
            levels.extend_from_slice(&bits.as_slice()[..groups]);
        }
        None => {
            hybrid::varint((n_rows as u64) << 1, &mut levels);
            levels.push(1);
        }
    }
    let length = u32::try_from(levels.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.append(&mut levels);
}

/// Writes compressed pages.
struct Pages<'a> {
    writer: SerializedPageWriter<'a, Vec<u8>>,
    compressor: zstd::bulk::Compressor<'static>,
    sizes: Sizes,
}

#[derive(Default)]
struct Sizes {
    uncompressed: u64,
    data_page_offset: u64,
}

impl<'a> Pages<'a> {
    fn new(sink: &'a mut TrackedWrite<Vec<u8>>) -> Result<Self> {
        let compressor = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
        let writer = SerializedPageWriter::new(sink);
        Ok(Self {
            writer,
            compressor,
            sizes: Sizes::default(),
        })
    }

    fn dictionary(&mut self, values: Vec<u8>, n_values: usize) -> Result<()> {
        let page = Page::DictionaryPage {
            buf: self.compress(&values)?,
            num_values: unsigned(n_values)?,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let written = self.write(page, values.len())?;
        self.sizes.data_page_offset = written.bytes_written;
        Ok(())
    }

    fn data(&mut self, values: Vec<u8>, n_rows: usize) -> Result<()> {
        let page = Page::DataPage {
            buf: self.compress(&values)?,
            num_values: unsigned(n_rows)?,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        self.write(page, values.len())?;
        Ok(())
    }

    fn compress(&mut self, values: &[u8]) -> Result<Bytes> {
        Ok(self.compressor.compress(values)?.into())
    }

    fn write(&mut self, page: Page, uncompressed_bytes: usize) -> Result<PageWriteSpec> {
        let written = self
            .writer
            .write_page(CompressedPage::new(page, uncompressed_bytes))?;
        self.sizes.uncompressed += written.uncompressed_size as u64;
        Ok(written)
    }

    fn finish(mut self) -> Result<Sizes> {
        self.writer.close()?;
        Ok(self.sizes)
    }
}

fn unsigned(number: usize) -> Result<u32> {
    u32::try_from(number).map_err(|error| ParquetError::External(Box::new(error)))
}

fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|error| ParquetError::External(Box::new(error)))
}
