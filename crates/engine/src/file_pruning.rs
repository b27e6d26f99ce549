//! Which files can hold what a filter asks for? Contig, least and greatest position, and callset
//! tell.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, StringViewArray, UInt64Array};
use arrow::compute::cast;
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;

use crate::file_table::FileTable;

/// For each file, whether it may hold rows that pass. A filter that cannot be told from positions
/// keeps every file.
pub(crate) fn prune(table: &FileTable, predicate: &Arc<dyn PhysicalExpr>) -> Result<Vec<bool>> {
    let all = || vec![true; table.files.len()];
    let schema = Arc::clone(&table.schema);
    let Ok(pruning) = PruningPredicateBuilder::new()
        .with_file_schema(schema)
        .try_build(Arc::clone(predicate))
    else {
        return Ok(all());
    };
    if pruning.always_true() {
        return Ok(all());
    }
    pruning.prune(&FileBounds { table })
}

struct FileBounds<'a> {
    table: &'a FileTable,
}

impl FileBounds<'_> {
    fn bound(
        &self,
        column: &Column,
        pos: fn(&kohort_lake::DataFile) -> Option<i64>,
    ) -> Option<ArrayRef> {
        let files = self.table.files.iter();
        let array: ArrayRef = match column.name() {
            "chrom" => Arc::new(
                files
                    .map(|file| file.chrom.as_deref())
                    .collect::<StringViewArray>(),
            ),
            "pos" => Arc::new(files.map(pos).collect::<Int64Array>()),
            "callset_id" => Arc::new(
                files
                    .map(|file| Some(&file.callset_id))
                    .collect::<StringViewArray>(),
            ),
            "callset" => Arc::new(
                files
                    .map(|file| self.table.callsets.get(&file.callset_id))
                    .collect::<StringViewArray>(),
            ),
            _ => return None,
        };
        let field = self.table.schema.field_with_name(column.name()).ok()?;
        cast(&array, field.data_type()).ok()
    }
}

impl PruningStatistics for FileBounds<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bound(column, |file| file.min_pos)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bound(column, |file| file.max_pos)
    }

    fn num_containers(&self) -> usize {
        self.table.files.len()
    }

    fn null_counts(&self, _: &Column) -> Option<ArrayRef> {
        None
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(
            self.table
                .files
                .iter()
                .map(|file| Some(file.n_rows))
                .collect::<UInt64Array>(),
        ))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
