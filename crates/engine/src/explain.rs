//! EXPLAIN says, beside the plan, which rules of counting hold and which files positions left over.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::{StreamExt, TryStreamExt, stream};
use kohort_functions::KohortOptions;
use kohort_genotype::{GenotypeFilter, UnknownSex};

use crate::Error;
use crate::file_table::ScanNotes;

/// Bytes of a constant that a plan shows: of a cohort there may be many.
const SHOWN_VALUES: usize = 16;

/// Cuts the bytes of cohorts short.
fn without_long_values(batch: RecordBatch) -> Result<RecordBatch, Error> {
    let schema = batch.schema();
    let columns = batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| {
            let texts = cast(column, &DataType::Utf8)?;
            let texts: StringArray = texts
                .as_string::<i32>()
                .iter()
                .map(|text| text.map(shortened))
                .collect();
            cast(&texts, field.data_type())
        });
    let columns = columns
        .collect::<Result<Vec<_>, _>>()
        .map_err(DataFusionError::from)?;
    Ok(RecordBatch::try_new(schema, columns).map_err(DataFusionError::from)?)
}

/// `Binary("58,48,…")` with its first bytes only.
fn shortened(text: &str) -> String {
    const START: &str = "Binary(\"";
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, value)) = rest.split_once(START) {
        short.push_str(before);
        short.push_str(START);
        let (bytes, after) = value.split_once('"').unwrap_or((value, ""));
        let shown: Vec<&str> = bytes.split(',').take(SHOWN_VALUES).collect();
        short.push_str(&shown.join(","));
        if bytes.split(',').nth(SHOWN_VALUES).is_some() {
            short.push_str(",…");
        }
        short.push('"');
        rest = after;
    }
    short.push_str(rest);
    short
}

/// Adds our rows behind those of the plan.
pub(crate) async fn with_notes(
    plan: SendableRecordBatchStream,
    options: KohortOptions,
    notes: &ScanNotes,
) -> Result<SendableRecordBatchStream, Error> {
    let schema = plan.schema();
    let batches: Vec<RecordBatch> = plan.try_collect().await?;
    let mut batches = batches
        .into_iter()
        .map(without_long_values)
        .collect::<Result<Vec<_>, Error>>()?;
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
    let mut files = notes.all();
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

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn the_bytes_of_a_cohort_are_cut_short() {
        let bytes: Vec<String> = (0..100).map(|i| i.to_string()).collect();
        let text = format!("f(Binary(\"{}\"), Binary(\"1,2\"))", bytes.join(","));
        assert_eq!(
            shortened(&text),
            "f(Binary(\"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,…\"), Binary(\"1,2\"))"
        );
    }
}
