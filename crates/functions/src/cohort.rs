//! `cohort(sample_id)`: the samples of a group of rows, as a cohort.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::cast::{as_binary_array, as_string_view_array};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, Signature, Volatility,
};
use roaring::RoaringBitmap;

use crate::args::{is_text, wrong_count, wrong_type};
use crate::context::{FunctionContext, Shared};

/// Collects samples into a cohort.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct CohortAggregate {
    context: Shared,
    signature: Signature,
}

impl CohortAggregate {
    pub(crate) fn new(context: Shared) -> Self {
        Self {
            context,
            signature: Signature::user_defined(Volatility::Stable),
        }
    }

    /// What it looks samples up in.
    pub(crate) fn context(&self) -> Arc<FunctionContext> {
        Arc::clone(&self.context.0)
    }

    /// The reference entry, which also covers the look-up by name.
    pub(crate) fn reference() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The cohort of the samples in a group of rows. A `sample_id` stands for all samples \
             that carry it, one per callset. NULLs are passed over; no rows give the empty cohort, \
             never NULL. An identifier that no sample has is an error.\n\nGiven a text constant, \
             it is the cohort of that name, made by CREATE COHORT; an unknown name is an error.",
            "cohort(sample_id)",
        )
        .with_alternative_syntax("cohort('name')")
        .with_argument("sample_id", "a sample's identifier, or its `sample_index`")
        .with_sql_example(
            "SELECT sex_karyotype, cohort_size(cohort(sample_id)) AS n FROM samples GROUP BY 1;",
        )
        .with_related_udf("all_samples")
        .build()
    }
}

impl AggregateUDFImpl for CohortAggregate {
    fn name(&self) -> &str {
        "cohort"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [data_type] if is_text(data_type) => Ok(vec![DataType::Utf8View]),
            [data_type] if data_type.is_integer() => Ok(vec![DataType::Int64]),
            [data_type] => wrong_type("cohort", "sample_id", "text", data_type),
            _ => wrong_count("cohort(sample_id) or cohort('name')", types.len()),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(serialize(RoaringBitmap::new())?)))
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Members {
            context: self.context.clone(),
            bitmap: RoaringBitmap::new(),
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(
            format!("{}[members]", args.name),
            DataType::Binary,
            true,
        ))])
    }

    fn documentation(&self) -> Option<&Documentation> {
        None
    }
}

#[derive(Debug)]
struct Members {
    context: Shared,
    bitmap: RoaringBitmap,
}

impl Accumulator for Members {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let samples = self.context.samples()?;
        if values[0].data_type() == &DataType::Int64 {
            for index in values[0].as_primitive::<Int64Type>().iter().flatten() {
                match u32::try_from(index)
                    .ok()
                    .filter(|index| samples.row_of(*index).is_some())
                {
                    Some(index) => self.bitmap.insert(index),
                    None => return exec_err!("there is no sample with sample_index {index}"),
                };
            }
            return Ok(());
        }
        for sample_id in as_string_view_array(&values[0])?.iter().flatten() {
            self.bitmap.extend(samples.find(sample_id)?);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(serialize(std::mem::take(
            &mut self.bitmap,
        ))?)))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bitmap.serialized_size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for bytes in as_binary_array(&states[0])?.iter().flatten() {
            self.bitmap |= deserialize(bytes)?;
        }
        Ok(())
    }
}

/// The portable form of a set of samples, as small as it gets.
pub(crate) fn serialize(mut bitmap: RoaringBitmap) -> Result<Vec<u8>> {
    bitmap.optimize();
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    bitmap
        .serialize_into(&mut bytes)
        .map_err(DataFusionError::IoError)?;
    Ok(bytes)
}

/// Reads the portable form.
pub(crate) fn deserialize(bytes: &[u8]) -> Result<RoaringBitmap> {
    RoaringBitmap::deserialize_from(bytes)
        .map_err(|error| DataFusionError::Execution(format!("not a cohort: {error}")))
}
