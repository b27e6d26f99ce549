//! A stored table as DataFusion sees it: the Parquet files that a snapshot names, cut by position.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::datasource::TableType;
use datafusion::execution::config::SessionConfig;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::ExecutionPlan;
use kohort_lake::{DataFile, TableId};
use kohort_schema::tables::CALLSET;
use kohort_schema::{PARTITION_COLUMN, TableName};

use crate::file_pruning::prune;
use crate::file_scan::{FileScan, balanced_groups};
use crate::resources::LakeStore;

/// What the scans of a statement tell about the files that they left out, for `EXPLAIN`: an
/// extension of the statement's configuration.
#[derive(Debug, Default)]
pub(crate) struct ScanNotes(Mutex<Vec<String>>);

impl ScanNotes {
    fn add(&self, note: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(note);
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The files of one stored table.
#[derive(Debug)]
pub(crate) struct FileTable {
    pub(crate) table: TableId,
    pub(crate) schema: SchemaRef,
    pub(crate) files: Arc<Vec<DataFile>>,
    /// Name of the callset of each `callset_id`.
    pub(crate) callsets: HashMap<String, String>,
    pub(crate) store: LakeStore,
}

impl FileTable {
    /// The table, with texts and bytes as views, which are read without a copy, and the columns
    /// that are the same for all rows of a file last.
    pub(crate) fn new(
        table: impl Into<TableId>,
        stored: &Schema,
        files: Arc<Vec<DataFile>>,
        callsets: HashMap<String, String>,
        store: LakeStore,
    ) -> Self {
        let table = table.into();
        let in_files = file_fields(&table, stored);
        let fields: Vec<FieldRef> = in_files
            .into_iter()
            .chain(partition_fields(&table))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        Self {
            table,
            schema,
            files,
            callsets,
            store,
        }
    }

    /// How many of the columns are in the files.
    pub(crate) fn n_file_columns(&self) -> usize {
        self.schema.fields().len() - partition_fields(&self.table).len()
    }

    /// The values of a file's partition columns.
    pub(crate) fn partition_values(&self, file: &DataFile) -> Vec<ScalarValue> {
        let name = self.callsets.get(&file.callset_id).cloned();
        let id = Some(file.callset_id.clone()).filter(|id| !id.is_empty());
        partition_fields(&self.table)
            .iter()
            .map(|field| match field.name().as_str() {
                PARTITION_COLUMN => ScalarValue::Utf8View(id.clone()),
                _ => ScalarValue::Utf8View(name.clone()),
            })
            .collect()
    }

    /// The filters as one physical expression over the table's columns.
    pub(crate) fn predicate(
        &self,
        state: &dyn Session,
        filters: &[Expr],
    ) -> Result<Option<Arc<dyn PhysicalExpr>>> {
        let Some(filter) = conjunction(filters.iter().cloned()) else {
            return Ok(None);
        };
        let columns = DFSchema::try_from(self.schema.as_ref().clone())?;
        state.create_physical_expr(filter, &columns).map(Some)
    }

    /// The files that may hold rows that pass; the statement is told how many they are.
    pub(crate) fn pruned(
        &self,
        predicate: Option<&Arc<dyn PhysicalExpr>>,
        config: &SessionConfig,
    ) -> Result<Vec<DataFile>> {
        let files = self.reached(predicate)?;
        let note = format!(
            "{}: {} of {} files, {} of {} bytes",
            self.table,
            files.len(),
            self.files.len(),
            files.iter().map(|file| file.size_bytes).sum::<u64>(),
            self.files.iter().map(|file| file.size_bytes).sum::<u64>(),
        );
        if let Some(notes) = config.get_extension::<ScanNotes>() {
            notes.add(note);
        }
        Ok(files)
    }

    /// The files that may hold rows that pass.
    pub(crate) fn reached(
        &self,
        predicate: Option<&Arc<dyn PhysicalExpr>>,
    ) -> Result<Vec<DataFile>> {
        // Of loaded tables nothing is known that a filter could be held against.
        let known = predicate.filter(|_| self.table.declared().is_some());
        let Some(predicate) = known else {
            return Ok(self.files.as_ref().clone());
        };
        let kept = prune(self, predicate)?;
        let files = self.files.iter().zip(&kept).filter(|(_, kept)| **kept);
        Ok(files.map(|(file, _)| file.clone()).collect())
    }

    /// A scan of all columns and rows.
    pub(crate) fn file_scan<'a>(
        &'a self,
        config: &'a SessionConfig,
        runtime: &'a RuntimeEnv,
    ) -> FileScan<'a> {
        FileScan {
            table: self,
            config,
            runtime,
            projection: None,
            predicate: None,
            limit: None,
            keeps_groups: false,
        }
    }
}

/// Columns that are in the files, in the files' order.
fn file_fields(table: &TableId, stored: &Schema) -> Vec<FieldRef> {
    let partitions = partition_fields(table);
    stored
        .fields()
        .iter()
        .filter(|field| !partitions.iter().any(|p| p.name() == field.name()))
        .map(as_view)
        .collect()
}

/// Columns that a file's place tells: the ingest, and where the files lack it, the callset's name.
fn partition_fields(table: &TableId) -> Vec<FieldRef> {
    let text = |name: &str| Arc::new(Field::new(name, DataType::Utf8View, false));
    match table.declared() {
        None | Some(TableName::Callsets | TableName::Cohorts) => vec![],
        Some(TableName::Samples) => vec![text(PARTITION_COLUMN)],
        Some(TableName::CallsetVariants | TableName::CallFields) => {
            vec![text(CALLSET.name), text(PARTITION_COLUMN)]
        }
    }
}

fn as_view(field: &FieldRef) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

#[async_trait]
impl TableProvider for FileTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let predicate = self.predicate(state, filters)?;
        let files = self.pruned(predicate.as_ref(), state.config())?;
        let groups = balanced_groups(files, state.config().target_partitions());
        let scan = self.file_scan(state.config(), state.runtime_env());
        // The filters above reach the scan by DataFusion's own push-down.
        FileScan {
            projection,
            limit,
            ..scan
        }
        .plan(groups)
    }
}
