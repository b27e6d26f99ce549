//! GQ, DP and AD of calls: read from `call_fields` for the records that a query reaches.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array, ListArray, RecordBatch};
use arrow::compute::{cast, max, min};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use datafusion::physical_plan::ExecutionPlanProperties;
use futures::StreamExt;

use crate::file_scan::{FileScan, balanced_groups};
use crate::file_table::FileTable;

/// FORMAT keys of the columns.
const KEYS: [&str; 3] = ["GQ", "DP", "AD"];

/// Finds the fields of calls.
#[derive(Debug)]
pub(crate) struct FieldLookup {
    table: FileTable,
}

impl FieldLookup {
    /// A look-up that reads no other FORMAT field; `None` when no callset has any of them.
    pub(crate) fn new(stored: &FileTable) -> Option<Self> {
        let (at, fields) = stored.schema.column_with_name("fields")?;
        let DataType::Struct(keys) = fields.data_type() else {
            return None;
        };
        let wanted: Vec<_> = keys
            .iter()
            .filter(|key| KEYS.contains(&key.name().as_str()))
            .cloned()
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let mut columns: Vec<Arc<Field>> = stored.schema.fields().to_vec();
        let narrow = fields
            .clone()
            .with_data_type(DataType::Struct(wanted.into()));
        columns[at] = Arc::new(narrow);
        Some(Self {
            table: FileTable {
                table: stored.table.clone(),
                schema: Arc::new(Schema::new(columns)),
                files: Arc::clone(&stored.files),
                callsets: stored.callsets.clone(),
                store: stored.store.clone(),
            },
        })
    }

    /// The fields of the records that these rows of `callset_variants` are of. All rows are on one
    /// contig where the caller can see to it; more is read otherwise.
    pub(crate) async fn load(
        &self,
        rows: &RecordBatch,
        context: &Arc<TaskContext>,
    ) -> Result<Fields> {
        let Some(predicate) = self.predicate(rows)? else {
            return Ok(Fields::default());
        };
        let files = self.table.reached(Some(&predicate))?;
        let names = ["callset_id", "record_index", "block_start", "fields"];
        let projection = names
            .iter()
            .map(|name| Ok(self.table.schema.index_of(name)?))
            .collect::<Result<_>>()?;
        let runtime = context.runtime_env();
        let scan = self.table.file_scan(context.session_config(), &runtime);
        let scan = FileScan {
            projection: Some(&projection),
            predicate: Some(predicate),
            ..scan
        };
        let plan = scan.plan(balanced_groups(files, 1))?;
        let mut fields = Fields::default();
        for partition in 0..plan.output_partitioning().partition_count() {
            let mut stream = plan.execute(partition, Arc::clone(context))?;
            while let Some(batch) = stream.next().await {
                fields.add(&batch?)?;
            }
        }
        Ok(fields)
    }

    /// `pos` between the least and the greatest of the rows', and `chrom` theirs if it is but one.
    fn predicate(&self, rows: &RecordBatch) -> Result<Option<Arc<dyn PhysicalExpr>>> {
        let positions = record_positions(rows)?;
        let (Some(least), Some(greatest)) = (min(&positions), max(&positions)) else {
            return Ok(None);
        };
        let compare = |name: &str, op: Operator, value: ScalarValue| {
            let column = Column::new_with_schema(name, &self.table.schema)?;
            let literal = Arc::new(Literal::new(value));
            Ok::<_, datafusion::error::DataFusionError>(Arc::new(BinaryExpr::new(
                Arc::new(column),
                op,
                literal,
            )) as Arc<dyn PhysicalExpr>)
        };
        let mut predicate: Arc<dyn PhysicalExpr> = Arc::new(BinaryExpr::new(
            compare("pos", Operator::GtEq, ScalarValue::Int64(Some(least)))?,
            Operator::And,
            compare("pos", Operator::LtEq, ScalarValue::Int64(Some(greatest)))?,
        ));
        for name in ["chrom", "callset_id"] {
            let Some(texts) = rows
                .column_by_name(name)
                .and_then(|c| c.as_string_view_opt())
            else {
                continue;
            };
            let first = texts.iter().next().flatten();
            if let Some(first) = first.filter(|first| texts.iter().all(|t| t == Some(*first))) {
                let value = ScalarValue::Utf8View(Some(first.to_string()));
                let same = compare(name, Operator::Eq, value)?;
                predicate = Arc::new(BinaryExpr::new(same, Operator::And, predicate));
            }
        }
        Ok(Some(predicate))
    }
}

/// POS as the file has it, by which `call_fields` is sorted.
fn record_positions(rows: &RecordBatch) -> Result<Int64Array> {
    let column = |name: &str| {
        rows.column_by_name(name)
            .and_then(|c| c.as_primitive_opt::<Int64Type>())
    };
    let (Some(pos), Some(original)) = (column("pos"), column("original_pos")) else {
        return internal_err!("the columns `pos` and `original_pos` are not there");
    };
    Ok(pos
        .iter()
        .zip(original)
        .map(|(pos, original)| original.or(pos))
        .collect())
}

/// The fields of some records.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    blocks: Vec<Block>,
    /// Rows of each record: (block, row).
    records: HashMap<(String, i64), Vec<(usize, usize)>>,
}

#[derive(Debug)]
struct Block {
    start: Int32Array,
    /// GQ, DP and AD, one list over samples per record.
    lists: [Option<ListArray>; 3],
}

impl Fields {
    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let [ids, records, starts, fields] = batch.columns() else {
            return internal_err!("expected four columns of call_fields");
        };
        let (Some(ids), Some(fields)) = (ids.as_string_view_opt(), fields.as_struct_opt()) else {
            return internal_err!("call_fields has columns of unexpected types");
        };
        let records = records.as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let key = (ids.value(row).to_string(), records.value(row));
            self.records
                .entry(key)
                .or_default()
                .push((self.blocks.len(), row));
        }
        let list = |key: &str| -> Result<Option<ListArray>> {
            let Some(list) = fields
                .column_by_name(key)
                .and_then(|c| c.as_list_opt::<i32>())
            else {
                return Ok(None);
            };
            let integers = match list.values().data_type() {
                DataType::List(_) => {
                    DataType::List(Arc::new(Field::new_list_field(DataType::Int32, true)))
                }
                _ => DataType::Int32,
            };
            let wanted = DataType::List(Arc::new(Field::new_list_field(integers, true)));
            let cast = cast(list, &wanted)?;
            Ok(cast.as_list_opt::<i32>().cloned())
        };
        self.blocks.push(Block {
            start: starts.as_primitive::<Int32Type>().clone(),
            lists: [list(KEYS[0])?, list(KEYS[1])?, list(KEYS[2])?],
        });
        Ok(())
    }

    /// The fields of one sample: GQ, DP, AD. `offset` is its place among the callset's samples.
    pub(crate) fn of(
        &self,
        record: &(String, i64),
        offset: u32,
    ) -> (Option<i32>, Option<i32>, Option<ArrayRef>) {
        let offset = i64::from(offset);
        for (block, row) in self.records.get(record).into_iter().flatten() {
            let block = &self.blocks[*block];
            let within = offset - i64::from(block.start.value(*row));
            let Ok(within) = usize::try_from(within) else {
                continue;
            };
            let items = |key: usize| {
                let list = block.lists[key]
                    .as_ref()
                    .filter(|list| list.is_valid(*row))?;
                let items = list.value(*row);
                (within < items.len() && items.is_valid(within)).then_some(items)
            };
            let integer = |key: usize| {
                let items = items(key)?;
                if let Some(items) = items.as_primitive_opt::<Int32Type>() {
                    return Some(items.value(within));
                }
                // A list of one, where a callset of the lake declares the field as a list.
                let one = items.as_list_opt::<i32>()?.value(within);
                let one = one.as_primitive_opt::<Int32Type>()?;
                (one.len() == 1 && one.is_valid(0)).then(|| one.value(0))
            };
            let is_here = block.lists.iter().flatten().any(|list| {
                list.is_valid(*row)
                    && within < usize::try_from(list.value_length(*row)).unwrap_or(0)
            });
            if is_here {
                let depths =
                    items(2).and_then(|items| Some(items.as_list_opt::<i32>()?.value(within)));
                return (integer(0), integer(1), depths);
            }
        }
        (None, None, None)
    }
}
