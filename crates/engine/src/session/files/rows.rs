//! The rows of files as a table: read anew for every query, a batch at a time.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::streaming::PartitionStream;
use kohort_registry::{Load, Piece};

use super::{external, of_registry};
use crate::{Blame, Error};

/// Batches that are read before they are asked for.
const BATCHES_IN_FLIGHT: usize = 1;

/// A column of the table: the number of the file's column, where it has it.
type Source = Option<usize>;

/// What somebody said the columns are.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub(super) schema: SchemaRef,
    pub(super) sources: Vec<Source>,
}

/// The table of files that were examined.
pub(super) fn table(
    load: &Arc<Load>,
    declared: Option<Declared>,
) -> Result<Arc<dyn TableProvider>> {
    let declared = declared.unwrap_or_else(|| {
        // What a field was called in its file is no part of its type.
        let fields = load.schema().fields().iter();
        let fields = fields.map(|f| Field::new(f.name(), f.data_type().clone(), true));
        Declared {
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            sources: (0..load.schema().fields().len()).map(Some).collect(),
        }
    });
    let schema = Arc::clone(&declared.schema);
    let rows = Rows {
        load: Arc::clone(load),
        declared,
    };
    Ok(Arc::new(StreamingTable::try_new(
        schema,
        vec![Arc::new(rows)],
    )?))
}

#[derive(Debug)]
struct Rows {
    load: Arc<Load>,
    declared: Declared,
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.declared.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = Arc::clone(&self.declared.schema);
        let mut stream = RecordBatchReceiverStream::builder(schema, BATCHES_IN_FLIGHT);
        let sender = stream.tx();
        let (load, declared) = (Arc::clone(&self.load), self.declared.clone());
        stream.spawn_blocking(move || {
            let read = load.read(&mut |piece| {
                let Piece::Rows(rows) = piece else {
                    return Ok(());
                };
                let batch = declared.batch(&rows.batch);
                let stopped = |_| kohort_registry::Error::Stopped;
                sender.blocking_send(batch).map_err(stopped)
            });
            match read {
                Ok(_) | Err(kohort_registry::Error::Stopped) => Ok(()),
                Err(error) => Err(external(of_registry(&error))),
            }
        });
        stream.build()
    }
}

impl Declared {
    /// The rows in the types that were declared.
    fn batch(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let columns = self.schema.fields().iter().zip(&self.sources);
        let columns = columns.map(|(field, source)| match source {
            None => Ok(new_null_array(field.data_type(), rows.num_rows())),
            Some(number) => cast(rows.column(*number), field),
        });
        let columns: Result<Vec<ArrayRef>> = columns.collect();
        let columns = columns?;
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(
            schema, columns, &options,
        )?)
    }
}

fn cast(array: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    if array.data_type() == field.data_type() {
        return Ok(Arc::clone(array));
    }
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(array, field.data_type(), &strict).map_err(|_| {
        let (name, declared) = (field.name(), field.data_type());
        external(Error::Query {
            message: format!("column `{name}`: a value does not fit the declared type {declared}"),
            blame: Blame::Data,
            hint: Some("declare a wider type, or none".to_owned()),
        })
    })
}
