//! The plan that reads some files of a stored table: DataFusion's own Parquet source.

use std::sync::Arc;

use arrow::compute::SortOptions;
use arrow::datatypes::DataType;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Result, ScalarValue, Statistics};
use datafusion::config::TableParquetOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::config::SessionConfig;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use kohort_lake::DataFile;
use kohort_schema::TableName;

use crate::file_table::FileTable;
use crate::widened::ListsOfOne;

/// A text that no REF or ALT comes after: the upper bound of what a file holds.
const LAST_TEXT: &str = "\u{10FFFF}";

/// One scan of a stored table.
pub(crate) struct FileScan<'a> {
    pub(crate) table: &'a FileTable,
    pub(crate) config: &'a SessionConfig,
    pub(crate) runtime: &'a RuntimeEnv,
    pub(crate) projection: Option<&'a Vec<usize>>,
    pub(crate) predicate: Option<Arc<dyn PhysicalExpr>>,
    pub(crate) limit: Option<usize>,
    /// Whether a group's files are read by its partition and no other.
    pub(crate) keeps_groups: bool,
}

impl FileScan<'_> {
    /// The plan, one partition per group.
    pub(crate) fn plan(self, groups: Vec<Vec<DataFile>>) -> Result<Arc<dyn ExecutionPlan>> {
        let n_file_columns = self.table.n_file_columns();
        let schema = &self.table.schema;
        if groups.iter().all(Vec::is_empty) {
            let projected = match self.projection {
                Some(projection) => Arc::new(schema.project(projection)?),
                None => Arc::clone(schema),
            };
            return Ok(Arc::new(
                EmptyExec::new(projected).with_partitions(groups.len().max(1)),
            ));
        }
        let in_files = schema.project(&(0..n_file_columns).collect::<Vec<_>>())?;
        let partitions = schema.fields()[n_file_columns..].to_vec();
        let columns = TableSchema::builder(Arc::new(in_files))
            .with_table_partition_cols(partitions)
            .build();

        let mut options = TableParquetOptions::default();
        options.global = self.config.options().execution.parquet.clone();
        let mut source = ParquetSource::new(columns).with_table_parquet_options(options);
        if let Some(predicate) = self.predicate.clone() {
            source = source.with_predicate(predicate);
        }
        let store = self.runtime.object_store(&self.table.store.url)?;
        let cache = Arc::clone(&self.table.store.metadata);
        source = source.with_parquet_file_reader_factory(Arc::new(
            CachedParquetFileReaderFactory::new(store, cache),
        ));

        let n_rows: u64 = groups.iter().flatten().map(|file| file.n_rows).sum();
        let mut statistics = Statistics::new_unknown(schema);
        statistics.num_rows = rows(n_rows, self.predicate.is_some());
        let groups = groups
            .into_iter()
            .map(|group| FileGroup::new(group.iter().map(|file| self.file(file)).collect()))
            .collect();
        let config = FileScanConfigBuilder::new(self.table.store.url.clone(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_output_ordering(self.ordering()?)
            .with_preserve_order(self.keeps_groups)
            .with_limit(self.limit)
            .with_projection_indices(self.projection.cloned())?
            .with_expr_adapter(Some(Arc::new(ListsOfOne)))
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// Rows come by contig, position and alleles; DataFusion checks with the files' bounds whether
    /// that holds over all files of a group.
    fn ordering(&self) -> Result<Vec<LexOrdering>> {
        if self.table.table != TableName::CallsetVariants {
            return Ok(vec![]);
        }
        let ascending = SortOptions {
            descending: false,
            nulls_first: false,
        };
        let columns = ["chrom", "pos", "ref", "alt"]
            .iter()
            .map(|name| {
                let column = Column::new_with_schema(name, &self.table.schema)?;
                Ok(PhysicalSortExpr::new(Arc::new(column), ascending))
            })
            .collect::<Result<Vec<_>>>()?;
        let one_contig = self.table.files.iter().all(|file| file.chrom.is_some());
        Ok(LexOrdering::new(columns)
            .filter(|_| one_contig)
            .into_iter()
            .collect())
    }

    fn file(&self, file: &DataFile) -> PartitionedFile {
        PartitionedFile::new(file.path.clone(), file.size_bytes)
            .with_partition_values(self.table.partition_values(file))
            .with_statistics(Arc::new(self.bounds(file)))
    }

    /// What is known of a file's columns: bounds, none of them exact, as REF and ALT have the
    /// widest.
    fn bounds(&self, file: &DataFile) -> Statistics {
        let text = |value: &str| ScalarValue::Utf8View(Some(value.to_string()));
        let column_statistics = self.table.schema.fields()[..self.table.n_file_columns()]
            .iter()
            .map(|field| {
                let (min, max) = match (field.name().as_str(), field.data_type()) {
                    ("chrom", DataType::Utf8View) => {
                        let chrom = file.chrom.as_deref().map(text);
                        (chrom.clone(), chrom)
                    }
                    ("pos", DataType::Int64) => (
                        file.min_pos.map(|pos| ScalarValue::Int64(Some(pos))),
                        file.max_pos.map(|pos| ScalarValue::Int64(Some(pos))),
                    ),
                    ("ref" | "alt", DataType::Utf8View) => (Some(text("")), Some(text(LAST_TEXT))),
                    _ => (None, None),
                };
                let bound = |value: Option<ScalarValue>| {
                    value.map_or(Precision::Absent, Precision::Inexact)
                };
                ColumnStatistics {
                    min_value: bound(min),
                    max_value: bound(max),
                    ..ColumnStatistics::new_unknown()
                }
            })
            .collect();
        Statistics {
            num_rows: rows(file.n_rows, false),
            total_byte_size: Precision::Absent,
            column_statistics,
        }
    }
}

fn rows(n_rows: u64, filtered: bool) -> Precision<usize> {
    match usize::try_from(n_rows) {
        Ok(n_rows) if filtered => Precision::Inexact(n_rows),
        Ok(n_rows) => Precision::Exact(n_rows),
        Err(_) => Precision::Absent,
    }
}

/// Cuts files into at most `n` groups of about the same bytes. Files stay in the order of contig
/// and position, within a group and from one group to the next.
pub(crate) fn balanced_groups(mut files: Vec<DataFile>, n: usize) -> Vec<Vec<DataFile>> {
    files.sort_by(|a, b| (&a.chrom, a.min_pos, &a.path).cmp(&(&b.chrom, b.min_pos, &b.path)));
    let n = n.clamp(1, files.len().max(1));
    let total: u64 = files.iter().map(|file| file.size_bytes.max(1)).sum();
    let share = total.div_ceil(n as u64).max(1);
    let mut groups: Vec<Vec<DataFile>> = vec![Vec::new(); n];
    let mut before = 0;
    for file in files {
        // The middle of the file decides in whose share it falls.
        let middle = before + file.size_bytes.max(1) / 2;
        before += file.size_bytes.max(1);
        let at = usize::try_from(middle / share)
            .unwrap_or(usize::MAX)
            .min(n - 1);
        groups[at].push(file);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(chrom: &str, min_pos: i64, size_bytes: u64) -> DataFile {
        DataFile {
            path: format!("{chrom}-{min_pos}"),
            size_bytes,
            n_rows: 1,
            callset_id: "c".to_string(),
            chrom: Some(chrom.to_string()),
            min_pos: Some(min_pos),
            max_pos: Some(min_pos + 9),
        }
    }

    #[test]
    fn groups_share_the_bytes_and_keep_the_order() {
        let files = vec![
            file("chr2", 1, 10),
            file("chr1", 50, 10),
            file("chr1", 1, 20),
        ];
        let groups = balanced_groups(files, 2);
        let paths: Vec<Vec<&str>> = groups
            .iter()
            .map(|group| group.iter().map(|f| f.path.as_str()).collect())
            .collect();
        assert_eq!(paths, [vec!["chr1-1"], vec!["chr1-50", "chr2-1"]]);
    }

    #[test]
    fn no_files_give_no_groups() {
        assert!(balanced_groups(vec![], 4).is_empty());
    }
}
