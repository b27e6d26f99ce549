//! EXPLAIN says, beside the plan, which rules of counting hold and which files positions left over.

use std::sync::{Arc, PoisonError};

use arrow::array::{RecordBatch, StringArray};
use arrow::compute::cast;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{StreamExt, TryStreamExt, stream};
use kohort_functions::KohortOptions;
use kohort_genotype::{GenotypeFilter, UnknownSex};

use crate::Error;
use crate::file_table::ScanNotes;

/// Adds our rows behind those of the plan.
pub(crate) async fn with_notes(
    plan: SendableRecordBatchStream,
    options: KohortOptions,
    notes: &ScanNotes,
) -> Result<SendableRecordBatchStream, Error> {
    let schema = plan.schema();
    let mut batches: Vec<RecordBatch> = plan.try_collect().await?;
    let filter = match options.genotype_filter {
        GenotypeFilter::Raw => "raw",
        GenotypeFilter::Adj => "adj",
    };
    let unknown_sex = match options.unknown_sex {
        UnknownSex::Exclude => "exclude",
        UnknownSex::AsCalled => "as_called",
    };
    let counts = if options.stored_counts_hold() {
        "stored"
    } else {
        "from the genotypes"
    };
    let rules = format!(
        "genotype_filter={filter}, unknown_sex={unknown_sex}, counts of `variants`: {counts}"
    );
    let mut rows = vec![("kohort rules", rules)];
    let mut files = notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    files.dedup();
    if !files.is_empty() {
        rows.push(("kohort files", files.join("\n")));
    }
    if schema.fields().len() == 2 {
        let kinds = StringArray::from_iter_values(rows.iter().map(|(kind, _)| *kind));
        let texts = StringArray::from_iter_values(rows.iter().map(|(_, text)| text));
        let columns = vec![
            cast(&kinds, schema.field(0).data_type()).map_err(DataFusionError::from)?,
            cast(&texts, schema.field(1).data_type()).map_err(DataFusionError::from)?,
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns);
        batches.push(batch.map_err(DataFusionError::from)?);
    }
    let rows = stream::iter(batches.into_iter().map(Ok));
    Ok(Box::pin(RecordBatchStreamAdapter::new(
        schema,
        rows.boxed(),
    )))
}
