//! Sums of integers and decimals in 128 bits, whose last step tells what does not fit.

use std::collections::HashMap;
use std::mem::{size_of, size_of_val};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array};
use arrow::buffer::NullBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Field,
    Int64Type, UInt64Type,
};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, not_impl_err};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

use super::sql_name;

/// The type of a sum that is not finished; none for types that are not summed here.
pub(super) fn state_type(returned: &DataType) -> Option<DataType> {
    let scale = match returned {
        DataType::Int64 | DataType::UInt64 => 0,
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale) => *scale,
        _ => return None,
    };
    Some(DataType::Decimal128(DECIMAL128_MAX_PRECISION, scale))
}

/// Values of a column in 128 bits; decimals without their point.
fn wide(array: &ArrayRef) -> Result<Decimal128Array> {
    Ok(match array.data_type() {
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .unary::<_, Decimal128Type>(i128::from),
        DataType::UInt64 => array
            .as_primitive::<UInt64Type>()
            .unary::<_, Decimal128Type>(i128::from),
        DataType::Decimal32(..) => array
            .as_primitive::<Decimal32Type>()
            .unary::<_, Decimal128Type>(i128::from),
        DataType::Decimal64(..) => array
            .as_primitive::<Decimal64Type>()
            .unary::<_, Decimal128Type>(i128::from),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().clone(),
        other => return not_impl_err!("sum of {}", sql_name(other)),
    })
}

fn too_large(returned: &DataType) -> datafusion::error::DataFusionError {
    let hint = match returned {
        DataType::Int64 | DataType::UInt64 => "sum(CAST(x AS DECIMAL(38, 0)))",
        _ => "sum(CAST(x AS DOUBLE))",
    };
    exec_datafusion_err!(
        "`sum`: the sum does not fit {}; {hint} has room for it",
        sql_name(returned)
    )
}

/// Finished sums, as the type that `sum` returns.
fn finished(sums: Decimal128Array, returned: &DataType) -> Result<ArrayRef> {
    let strict = CastOptions {
        safe: false,
        ..Default::default()
    };
    let state = state_type(returned).unwrap_or(DataType::Decimal128(38, 0));
    let sums = sums.with_data_type(state);
    cast_with_options(&sums, returned, &strict).map_err(|_| too_large(returned))
}

/// The sum of one group, of all or of different values; values can be taken out again, as windows
/// do.
#[derive(Debug)]
pub(super) struct WideSum {
    returned: DataType,
    /// How often each value was seen, where only different ones count.
    distinct: Option<HashMap<i128, u64>>,
    sum: i128,
    count: u64,
}

impl WideSum {
    pub(super) fn new(returned: &DataType, is_distinct: bool) -> Self {
        Self {
            returned: returned.clone(),
            distinct: is_distinct.then(HashMap::new),
            sum: 0,
            count: 0,
        }
    }

    fn add(&mut self, value: i128) -> Result<()> {
        if let Some(seen) = &mut self.distinct {
            let times = seen.entry(value).or_default();
            *times += 1;
            if *times > 1 {
                return Ok(());
            }
        }
        let sum = self.sum.checked_add(value);
        self.sum = sum.ok_or_else(|| too_large(&self.returned))?;
        self.count += 1;
        Ok(())
    }

    fn take_out(&mut self, value: i128) -> Result<()> {
        if let Some(seen) = &mut self.distinct {
            let left = seen.get_mut(&value).map(|times| {
                *times = times.saturating_sub(1);
                *times
            });
            if left != Some(0) {
                return Ok(());
            }
            seen.remove(&value);
        }
        let sum = self.sum.checked_sub(value);
        self.sum = sum.ok_or_else(|| too_large(&self.returned))?;
        self.count = self.count.saturating_sub(1);
        Ok(())
    }

    fn state_type(&self) -> DataType {
        state_type(&self.returned).unwrap_or(DataType::Decimal128(38, 0))
    }
}

impl Accumulator for WideSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = wide(&values[0])?;
        values
            .iter()
            .flatten()
            .try_for_each(|value| self.add(value))
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = wide(&values[0])?;
        values
            .iter()
            .flatten()
            .try_for_each(|value| self.take_out(value))
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = (self.count > 0).then_some(self.sum);
        let sums = finished(Decimal128Array::from(vec![sum]), &self.returned)?;
        ScalarValue::try_from_array(&sums, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let state = self.state_type();
        let Some(seen) = &self.distinct else {
            let sum = (self.count > 0).then_some(self.sum);
            let sums = Decimal128Array::from(vec![sum]).with_data_type(state);
            return Ok(vec![ScalarValue::try_from_array(&sums, 0)?]);
        };
        let values = Decimal128Array::from_iter_values(seen.keys().copied()).with_data_type(state);
        let list = SingleRowListArrayBuilder::new(Arc::new(values));
        Ok(vec![list.build_list_scalar()])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        if self.distinct.is_none() {
            return self.update_batch(states);
        }
        let lists = states[0].as_list::<i32>().clone();
        for list in lists.iter().flatten() {
            self.update_batch(&[list])?;
        }
        Ok(())
    }

    fn size(&self) -> usize {
        let seen = self.distinct.as_ref().map_or(0, HashMap::capacity);
        size_of_val(self) + seen * size_of::<(i128, u64)>()
    }
}

/// The sums of many groups.
#[derive(Debug)]
pub(super) struct WideSums {
    returned: DataType,
    sums: Vec<i128>,
    seen: Vec<bool>,
}

impl WideSums {
    pub(super) fn new(returned: &DataType) -> Self {
        Self {
            returned: returned.clone(),
            sums: Vec::new(),
            seen: Vec::new(),
        }
    }

    fn emit(&mut self, emit_to: EmitTo) -> Decimal128Array {
        let sums = emit_to.take_needed(&mut self.sums);
        let seen = emit_to.take_needed(&mut self.seen);
        Decimal128Array::new(sums.into(), Some(NullBuffer::from(seen)))
    }

    fn state_type(&self) -> DataType {
        state_type(&self.returned).unwrap_or(DataType::Decimal128(38, 0))
    }
}

impl GroupsAccumulator for WideSums {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let values = wide(&values[0])?;
        self.sums.resize(total_num_groups, 0);
        self.seen.resize(total_num_groups, false);
        for (row, (&group, value)) in group_indices.iter().zip(&values).enumerate() {
            let counts = opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            if let (Some(value), true) = (value, counts) {
                let sum = self.sums[group].checked_add(value);
                self.sums[group] = sum.ok_or_else(|| too_large(&self.returned))?;
                self.seen[group] = true;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = self.emit(emit_to);
        finished(sums, &self.returned)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let sums = self.emit(emit_to).with_data_type(self.state_type());
        Ok(vec![Arc::new(sums)])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.update_batch(values, group_indices, None, total_num_groups)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = wide(&values[0])?.with_data_type(self.state_type());
        let Some(filter) = opt_filter else {
            return Ok(vec![Arc::new(values)]);
        };
        let kept = filter
            .iter()
            .map(|keep| keep == Some(true))
            .collect::<Vec<_>>();
        let nulls = NullBuffer::union(values.nulls(), Some(&NullBuffer::from(kept)));
        let values = Decimal128Array::new(values.values().clone(), nulls);
        Ok(vec![Arc::new(values.with_data_type(self.state_type()))])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<i128>() + self.seen.capacity()
    }
}

/// The field of the state: a sum, or the different values.
pub(super) fn state_field(name: &str, state: DataType, is_distinct: bool) -> Field {
    match is_distinct {
        true => Field::new_list(
            format!("{name}[sum distinct]"),
            Field::new_list_field(state, true),
            false,
        ),
        false => Field::new(format!("{name}[sum]"), state, true),
    }
}
