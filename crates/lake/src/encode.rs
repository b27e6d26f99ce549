//! How are rows laid out in a Parquet file?

use std::fmt;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, Schema, SchemaRef};
use bytes::Bytes;
use kohort_schema::TableName;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};

use crate::commit::ENGINE_INFO;
use crate::{Error, Result};

/// Zstandard level: 3 is the library's own default, past which time grows faster than files shrink.
pub const DEFAULT_ZSTD_LEVEL: i32 = 3;

/// Rows of a row group, the least that a region query decodes after pruning by statistics. 32k
/// variants of a dense joint callset are about a megabase, so a gene touches one or two groups,
/// while the footer of a chromosome stays small.
pub const DEFAULT_ROW_GROUP_ROWS: usize = 32_768;

/// Rows of a data page: with the page index on `chrom` and `pos` a reader skips the others.
const PAGE_ROWS: usize = 4_096;

/// How files are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderOptions {
    /// Zstandard level, 1 to 22.
    pub zstd_level: i32,
    /// Rows of a row group at most.
    pub row_group_rows: usize,
}

impl Default for EncoderOptions {
    fn default() -> Self {
        Self {
            zstd_level: DEFAULT_ZSTD_LEVEL,
            row_group_rows: DEFAULT_ROW_GROUP_ROWS,
        }
    }
}

/// What a file holds; the log keeps it, so that readers skip files unopened.
#[derive(Debug, Clone, PartialEq)]
pub struct FileStats {
    /// Rows.
    pub n_rows: u64,
    /// The least `chrom`, byte by byte.
    pub min_chrom: Option<String>,
    /// The greatest `chrom`, byte by byte.
    pub max_chrom: Option<String>,
    /// The least `pos`.
    pub min_pos: Option<i64>,
    /// The greatest `pos`.
    pub max_pos: Option<i64>,
    /// The file's schema.
    pub schema: SchemaRef,
}

impl FileStats {
    /// Of no rows yet.
    pub fn new(schema: SchemaRef) -> Self {
        let (min_chrom, max_chrom, min_pos, max_pos) = (None, None, None, None);
        Self {
            n_rows: 0,
            min_chrom,
            max_chrom,
            min_pos,
            max_pos,
            schema,
        }
    }

    /// Takes a batch into account.
    pub fn update(&mut self, batch: &RecordBatch) {
        self.n_rows += batch.num_rows() as u64;
        if let Some(chrom) = batch
            .column_by_name("chrom")
            .and_then(|c| c.as_string_opt::<i32>())
        {
            let least = arrow::compute::min_string(chrom).map(str::to_owned);
            let greatest = arrow::compute::max_string(chrom).map(str::to_owned);
            self.min_chrom = least_of(self.min_chrom.take(), least);
            self.max_chrom = self.max_chrom.take().max(greatest);
        }
        if let Some(pos) = batch
            .column_by_name("pos")
            .and_then(|c| c.as_primitive_opt::<Int64Type>())
        {
            self.min_pos = least_of(self.min_pos, arrow::compute::min(pos));
            self.max_pos = self.max_pos.max(arrow::compute::max(pos));
        }
    }
}

fn least_of<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// A whole Parquet file in memory, ready for `CallsetWriter::put_file`.
#[derive(Clone)]
pub struct EncodedFile {
    /// The file.
    pub bytes: Bytes,
    /// What it holds.
    pub stats: FileStats,
}

impl fmt::Debug for EncodedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size_bytes = self.bytes.len();
        f.debug_struct("EncodedFile")
            .field("size_bytes", &size_bytes)
            .finish_non_exhaustive()
    }
}

/// Turns batches into a Parquet file in memory. One per thread; nothing is shared.
pub struct ParquetEncoder {
    place: String,
    writer: ArrowWriter<Vec<u8>>,
    stats: FileStats,
}

impl fmt::Debug for ParquetEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ParquetEncoder");
        out.field("place", &self.place)
            .field("n_rows", &self.stats.n_rows)
            .finish_non_exhaustive()
    }
}

impl ParquetEncoder {
    /// An encoder of one file of a table.
    ///
    /// # Errors
    /// When the schema has a type that Parquet lacks, or the options are out of range.
    pub fn try_new(table: TableName, schema: SchemaRef, options: &EncoderOptions) -> Result<Self> {
        let properties = writer_properties(table, &schema, options)?;
        Self::with(table.as_str(), schema, properties)
    }

    /// An encoder of rows of which nothing is known but their schema.
    ///
    /// # Errors
    /// As [`ParquetEncoder::try_new`].
    pub(crate) fn of_rows(
        place: &str,
        schema: SchemaRef,
        options: &EncoderOptions,
    ) -> Result<Self> {
        let properties = base_properties(place, options)?.build();
        Self::with(place, schema, properties)
    }

    fn with(place: &str, schema: SchemaRef, properties: WriterProperties) -> Result<Self> {
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(Error::parquet(place, "encoding"))?;
        Ok(Self {
            place: place.to_owned(),
            writer,
            stats: FileStats::new(schema),
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When their schema is not the file's.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let failed = Error::parquet(self.place.as_str(), "encoding");
        self.writer.write(batch).map_err(failed)?;
        self.stats.update(batch);
        Ok(())
    }

    /// Bytes encoded and waiting to be.
    pub fn size_bytes(&self) -> usize {
        self.writer.bytes_written() + self.writer.in_progress_size()
    }

    /// Rows so far.
    pub fn n_rows(&self) -> u64 {
        self.stats.n_rows
    }

    /// The file.
    ///
    /// # Errors
    /// When the last row group cannot be encoded.
    pub fn finish(self) -> Result<EncodedFile> {
        let failed = Error::parquet(self.place.as_str(), "encoding");
        let bytes = self.writer.into_inner().map_err(failed)?;
        Ok(EncodedFile {
            bytes: Bytes::from(bytes),
            stats: self.stats,
        })
    }
}

/// The Parquet properties of a table's files, for those who encode row groups themselves.
///
/// - Positions and record numbers rise slowly: DELTA_BINARY_PACKED.
/// - `genotypes` and other bytes are all different: DELTA_LENGTH_BYTE_ARRAY, no dictionary, no
///   statistics (a minimum of packed calls says nothing, and would be copied into every footer).
/// - `chrom` and `pos` have statistics per page, so that a region query reads a few pages.
///
/// # Errors
/// When the schema has a type that Parquet lacks, or the options are out of range.
pub fn writer_properties(
    table: TableName,
    schema: &Schema,
    options: &EncoderOptions,
) -> Result<WriterProperties> {
    let failed = || Error::parquet(table.as_str(), "encoding");
    let mut builder =
        base_properties(table.as_str(), options)?.set_data_page_row_count_limit(PAGE_ROWS);
    let columns = ArrowSchemaConverter::new()
        .convert(schema)
        .map_err(failed())?;
    for column in columns.columns() {
        let path = column.path().clone();
        match path.parts().first().map(String::as_str) {
            Some("chrom") => {
                builder = builder.set_column_statistics_enabled(path, EnabledStatistics::Page);
            }
            Some("pos") => {
                builder = builder
                    .set_column_statistics_enabled(path.clone(), EnabledStatistics::Page)
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            Some("end" | "record_index" | "sample_index") => {
                builder = builder
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            Some("genotypes" | "members" | "header" | "id" | "sample_id") => {
                builder = builder
                    .set_column_statistics_enabled(path.clone(), EnabledStatistics::None)
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_LENGTH_BYTE_ARRAY);
            }
            // Lists over samples: no query is pruned by them.
            Some("fields" | "info") => {
                builder = builder.set_column_statistics_enabled(path, EnabledStatistics::None);
            }
            _ => {}
        }
    }
    Ok(builder.build())
}

/// What all files have in common.
fn base_properties(place: &str, options: &EncoderOptions) -> Result<WriterPropertiesBuilder> {
    let level = ZstdLevel::try_new(options.zstd_level);
    let level = level.map_err(Error::parquet(place, "encoding"))?;
    Ok(WriterProperties::builder()
        .set_created_by(ENGINE_INFO.to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(options.row_group_rows))
        .set_statistics_enabled(EnabledStatistics::Chunk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, BinaryArray, Int64Array, StringArray};
    use arrow::datatypes::{DataType, Field};
    use parquet::file::reader::{FileReader, SerializedFileReader};

    fn batch() -> RecordBatch {
        let schema = Arc::new(Schema::new(vec![
            Field::new("chrom", DataType::Utf8, false),
            Field::new("pos", DataType::Int64, false),
            Field::new("genotypes", DataType::Binary, true),
        ]));
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(StringArray::from(vec!["chr20", "chr20", "chr3"])),
            Arc::new(Int64Array::from(vec![10, 20, 5])),
            Arc::new(BinaryArray::from_opt_vec(vec![
                Some(b"abc"),
                None,
                Some(b"de"),
            ])),
        ];
        RecordBatch::try_new(schema, columns).unwrap()
    }

    fn encoded() -> EncodedFile {
        let (table, batch) = (TableName::CallsetVariants, batch());
        let options = EncoderOptions {
            row_group_rows: 2,
            ..EncoderOptions::default()
        };
        let mut encoder = ParquetEncoder::try_new(table, batch.schema(), &options).unwrap();
        encoder.write(&batch).unwrap();
        assert_eq!(encoder.n_rows(), 3);
        encoder.finish().unwrap()
    }

    #[test]
    fn statistics_span_the_rows() {
        let stats = encoded().stats;
        assert_eq!(stats.n_rows, 3);
        assert_eq!((stats.min_pos, stats.max_pos), (Some(5), Some(20)));
        assert_eq!(stats.min_chrom.as_deref(), Some("chr20"));
        assert_eq!(stats.max_chrom.as_deref(), Some("chr3"));
    }

    #[test]
    fn genotypes_have_neither_dictionary_nor_statistics_and_pos_has_a_page_index() {
        let reader = SerializedFileReader::new(encoded().bytes).unwrap();
        assert_eq!(reader.num_row_groups(), 2);
        let group = reader.metadata().row_group(0);
        let (pos, genotypes) = (group.column(1), group.column(2));
        assert!(pos.statistics().is_some() && pos.column_index_offset().is_some());
        assert!(genotypes.statistics().is_none());
        assert!(genotypes.dictionary_page_offset().is_none());
        assert!(
            genotypes
                .encodings()
                .any(|e| e == Encoding::DELTA_LENGTH_BYTE_ARRAY)
        );
        assert!(matches!(genotypes.compression(), Compression::ZSTD(_)));
    }
}
