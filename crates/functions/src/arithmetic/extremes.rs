//! `min` and `max`: as DataFusion's, but NaN is the largest number in whatever order rows come.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator,
    ReversedUDAF, SetMonotonicity, Signature, StatisticsArgs,
};

use super::ordered::{floats, integers};
use super::sql_name;

/// `min` or `max`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Extreme {
    inner: Arc<AggregateUDF>,
}

impl Extreme {
    pub(super) fn min() -> Self {
        Self { inner: min_udaf() }
    }

    pub(super) fn max() -> Self {
        Self { inner: max_udaf() }
    }
}

/// The arguments of an accumulator of the integers that stand for floats.
fn of_integers(mut args: AccumulatorArgs<'_>) -> AccumulatorArgs<'_> {
    let name = args.return_field.name().clone();
    args.return_field = Arc::new(Field::new(name, DataType::Int64, true));
    args
}

/// Whether values of a type have an order that `min` and `max` know.
fn has_order(data_type: &DataType) -> bool {
    use DataType::{
        FixedSizeList, LargeList, LargeListView, List, ListView, Map, RunEndEncoded, Struct, Union,
    };
    !matches!(
        data_type,
        Struct(_)
            | Map(..)
            | Union(..)
            | List(_)
            | LargeList(_)
            | FixedSizeList(..)
            | ListView(_)
            | LargeListView(_)
            | RunEndEncoded(..)
    )
}

impl AggregateUDFImpl for Extreme {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let coerced = self.inner.coerce_types(types)?;
        if let Some(without) = coerced.iter().find(|data_type| !has_order(data_type)) {
            let kind = sql_name(without);
            let kind = kind.split('(').next().unwrap_or_default();
            return plan_err!(
                "{}: expected values that have an order, got {kind}; take one field or element",
                self.name()
            );
        }
        Ok(coerced)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let data_type = args.return_type().clone();
        if !data_type.is_floating() {
            return self.inner.accumulator(args);
        }
        let inner = self.inner.accumulator(of_integers(args))?;
        Ok(Box::new(OfFloats { inner, data_type }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let data_type = args.return_type().clone();
        if !data_type.is_floating() {
            return self.inner.create_sliding_accumulator(args);
        }
        let inner = self.inner.create_sliding_accumulator(of_integers(args))?;
        Ok(Box::new(OfFloats { inner, data_type }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        let data_type = args.return_type().clone();
        if !data_type.is_floating() {
            return self.inner.create_groups_accumulator(args);
        }
        let inner = self.inner.create_groups_accumulator(of_integers(args))?;
        Ok(Box::new(GroupsOfFloats { inner, data_type }))
    }

    fn is_descending(&self) -> Option<bool> {
        self.inner.is_descending()
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    /// Statistics of a file leave NaN out, so that they do not tell the extremes of floats.
    fn value_from_stats(&self, args: &StatisticsArgs) -> Option<ScalarValue> {
        match args.return_type.is_floating() {
            true => None,
            false => self.inner.value_from_stats(args),
        }
    }

    fn set_monotonicity(&self, data_type: &DataType) -> SetMonotonicity {
        self.inner.inner().set_monotonicity(data_type)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }
}

/// An accumulator of integers that is given floats.
#[derive(Debug)]
struct OfFloats {
    inner: Box<dyn Accumulator>,
    data_type: DataType,
}

impl OfFloats {
    fn float(&self, integer: &ScalarValue) -> Result<ScalarValue> {
        let floats = floats(&integer.to_array()?, &self.data_type)?;
        ScalarValue::try_from_array(&floats, 0)
    }
}

impl Accumulator for OfFloats {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(&[integers(&values[0])?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let extreme = self.inner.evaluate()?;
        self.float(&extreme)
    }

    fn size(&self) -> usize {
        self.inner.size() + size_of::<Self>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let state = self.inner.state()?;
        state.iter().map(|value| self.float(value)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(&[integers(&states[0])?])
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(&[integers(&values[0])?])
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }
}

/// The same for many groups.
struct GroupsOfFloats {
    inner: Box<dyn GroupsAccumulator>,
    data_type: DataType,
}

impl GroupsOfFloats {
    fn floats(&self, states: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
        let floats = states.iter().map(|state| floats(state, &self.data_type));
        floats.collect()
    }
}

impl GroupsAccumulator for GroupsOfFloats {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let values = [integers(&values[0])?];
        self.inner
            .update_batch(&values, group_indices, opt_filter, total_num_groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        floats(&self.inner.evaluate(emit_to)?, &self.data_type)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let states = self.inner.state(emit_to)?;
        self.floats(&states)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        let values = [integers(&values[0])?];
        self.inner
            .merge_batch(&values, group_indices, total_num_groups)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = [integers(&values[0])?];
        let states = self.inner.convert_to_state(&values, opt_filter)?;
        self.floats(&states)
    }

    fn size(&self) -> usize {
        self.inner.size()
    }
}
