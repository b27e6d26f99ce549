//! `mode(x)`: the most frequent value.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, Signature, Volatility,
};

/// See the module.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    signature: Signature,
}

impl Default for Mode {
    fn default() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl AggregateUDFImpl for Mode {
    fn name(&self) -> &str {
        "mode"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [DataType::Dictionary(_, values)] => Ok(vec![values.as_ref().clone()]),
            [nested] if nested.is_nested() => {
                plan_err!("mode: expected numbers, text or dates, got a list or struct")
            }
            [only] => Ok(vec![only.clone()]),
            types => plan_err!("expected mode(x), got {} arguments", types.len()),
        }
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(types[0].clone())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Frequencies {
            data_type: args.return_type().clone(),
            counts: HashMap::new(),
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let list = |part: &str, data_type: &DataType| {
            let item = Field::new_list_field(data_type.clone(), true);
            Arc::new(Field::new_list(
                format!("{}[{part}]", args.name),
                item,
                true,
            ))
        };
        Ok(vec![
            list("values", args.return_type()),
            list("counts", &DataType::UInt64),
        ])
    }
}

#[derive(Debug)]
struct Frequencies {
    data_type: DataType,
    counts: HashMap<ScalarValue, u64>,
}

impl Accumulator for Frequencies {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = &values[0];
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            let value = ScalarValue::try_from_array(values, row)?;
            *self.counts.entry(value).or_default() += 1;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        // Of values that are equally frequent, the smallest, in whatever order rows come.
        let most = self.counts.iter().reduce(|best, other| {
            let is_smaller = || {
                other
                    .0
                    .partial_cmp(best.0)
                    .is_some_and(|order| order.is_lt())
            };
            match other.1.cmp(best.1) {
                std::cmp::Ordering::Greater => other,
                std::cmp::Ordering::Equal if is_smaller() => other,
                _ => best,
            }
        });
        match most {
            Some((value, _)) => Ok(value.clone()),
            None => ScalarValue::try_from(&self.data_type),
        }
    }

    fn size(&self) -> usize {
        let values: usize = self.counts.keys().map(ScalarValue::size).sum();
        size_of::<Self>() + values + self.counts.capacity() * size_of::<u64>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (values, counts): (Vec<_>, Vec<_>) = self.counts.iter().unzip();
        let counts: ArrayRef = Arc::new(UInt64Array::from_iter_values(counts.into_iter().copied()));
        let values = match values.is_empty() {
            true => arrow::array::new_empty_array(&self.data_type),
            false => ScalarValue::iter_to_array(values.into_iter().cloned())?,
        };
        let list = |array| SingleRowListArrayBuilder::new(array).build_list_scalar();
        Ok(vec![list(values), list(counts)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (values, counts) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        for (values, counts) in values.iter().zip(counts.iter()) {
            let (Some(values), Some(counts)) = (values, counts) else {
                continue;
            };
            let counts = counts.as_primitive::<UInt64Type>();
            for row in 0..values.len() {
                let value = ScalarValue::try_from_array(&values, row)?;
                *self.counts.entry(value).or_default() += counts.value(row);
            }
        }
        Ok(())
    }
}

pub(super) fn reference() -> Documentation {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "The most frequent value; of several that are equally frequent, the smallest. NULLs do not \
         count.",
        "mode(x)",
    )
    .with_argument("x", "numbers, text, dates or truth values")
    .with_sql_example("SELECT mode(sex_karyotype) FROM samples;")
    .build()
}
