//! DataFusion's own scalar functions with something done before or after them: results that would
//! not fit into memory are refused, and NaN has no sign.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Float32Type, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature,
};

use crate::context::{FunctionContext, Shared};

/// Wraps the functions that make much of little, and those that make NaN.
pub(crate) fn register(
    registry: &mut dyn FunctionRegistry,
    context: &Arc<FunctionContext>,
) -> Result<()> {
    let sized: [(&str, Estimate); 8] = [
        ("repeat", repeated_text),
        ("lpad", padded),
        ("rpad", padded),
        ("replace", replaced),
        ("array_repeat", repeated_element),
        ("array_resize", resized),
        ("range", series),
        ("generate_series", series),
    ];
    let sized = sized.map(|(name, estimate)| (name, Wrap::Sized(estimate)));
    let with_nan = [
        "acos", "acosh", "asin", "atanh", "cos", "cot", "ln", "log", "log10", "log2", "power",
        "sin", "tan",
    ];
    let with_nan = with_nan.map(|name| (name, Wrap::NanWithoutSign));
    for (name, wrap) in sized.into_iter().chain(with_nan) {
        let Ok(inner) = registry.udf(name) else {
            continue;
        };
        registry.register_udf(Arc::new(ScalarUDF::new_from_impl(Wrapped {
            inner,
            wrap,
            context: Shared(Arc::clone(context)),
        })))?;
    }
    Ok(())
}

/// The bytes that a call will make for a batch, at least about.
type Estimate = fn(&[ArrayRef]) -> Result<u128>;

#[derive(Debug, Clone, Copy)]
enum Wrap {
    Sized(Estimate),
    NanWithoutSign,
}

#[derive(Debug)]
struct Wrapped {
    inner: Arc<ScalarUDF>,
    wrap: Wrap,
    context: Shared,
}

impl PartialEq for Wrapped {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Eq for Wrapped {}

impl std::hash::Hash for Wrapped {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl Wrapped {
    /// Refuses a result that would not fit.
    fn check_size(&self, estimate: Estimate, args: &ScalarFunctionArgs) -> Result<()> {
        let are_constant = args
            .args
            .iter()
            .all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if are_constant { 1 } else { args.number_rows };
        let arrays = args.args.iter().map(|arg| arg.to_array(rows));
        let bytes = estimate(&arrays.collect::<Result<Vec<_>>>()?)?;
        // One text or list has offsets of 32 bits.
        let offsets = i32::MAX as u128;
        let limit = self.context.memory_limit();
        let half = limit.map_or(offsets, |limit| (limit / 2) as u128);
        if bytes <= half.min(offsets) {
            return Ok(());
        }
        let name = self.inner.name();
        let text = match limit {
            Some(limit) if half < offsets => format!(
                "`{name}`: the result would take {}, and one result may take half of the memory \
                 limit of {}",
                size_text(bytes),
                size_text(limit as u128)
            ),
            _ => format!(
                "`{name}`: the result would take {}, and one result may take {} at most",
                size_text(bytes),
                size_text(offsets)
            ),
        };
        Err(DataFusionError::ResourcesExhausted(text))
    }
}

/// `1.5 GiB`.
fn size_text(bytes: u128) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut whole, mut unit) = (bytes * 10, 0);
    while whole >= 10_240 && unit + 1 < units.len() {
        whole /= 1024;
        unit += 1;
    }
    match whole % 10 {
        0 => format!("{} {}", whole / 10, units[unit]),
        tenth => format!("{}.{tenth} {}", whole / 10, units[unit]),
    }
}

impl ScalarUDFImpl for Wrapped {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        self.inner.simplify(args, info)
    }

    fn evaluate_bounds(&self, input: &[&Interval]) -> Result<Interval> {
        self.inner.evaluate_bounds(input)
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        self.inner.output_ordering(inputs)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match self.wrap {
            Wrap::Sized(estimate) => {
                self.check_size(estimate, &args)?;
                self.inner.invoke_with_args(args)
            }
            Wrap::NanWithoutSign => Ok(without_sign(self.inner.invoke_with_args(args)?)),
        }
    }
}

fn without_sign(value: ColumnarValue) -> ColumnarValue {
    match value {
        ColumnarValue::Scalar(ScalarValue::Float64(Some(x))) if x.is_nan() => {
            ColumnarValue::Scalar(ScalarValue::Float64(Some(f64::NAN)))
        }
        ColumnarValue::Scalar(ScalarValue::Float32(Some(x))) if x.is_nan() => {
            ColumnarValue::Scalar(ScalarValue::Float32(Some(f32::NAN)))
        }
        ColumnarValue::Array(array) => ColumnarValue::Array(match array.data_type() {
            DataType::Float64 => {
                let one = |x: f64| if x.is_nan() { f64::NAN } else { x };
                Arc::new(
                    array
                        .as_primitive::<Float64Type>()
                        .unary::<_, Float64Type>(one),
                )
            }
            DataType::Float32 => {
                let one = |x: f32| if x.is_nan() { f32::NAN } else { x };
                Arc::new(
                    array
                        .as_primitive::<Float32Type>()
                        .unary::<_, Float32Type>(one),
                )
            }
            _ => array,
        }),
        other => other,
    }
}

/// An argument as numbers, where it can be read as such.
fn numbers(args: &[ArrayRef], at: usize) -> Option<Int64Array> {
    let array = cast(args.get(at)?, &DataType::Int64).ok()?;
    Some(array.as_primitive::<arrow::datatypes::Int64Type>().clone())
}

/// An argument as texts.
fn texts(args: &[ArrayRef], at: usize) -> Option<arrow::array::LargeStringArray> {
    let array = cast(args.get(at)?, &DataType::LargeUtf8).ok()?;
    Some(array.as_string::<i64>().clone())
}

fn count_of(numbers: &Int64Array, row: usize) -> u128 {
    match numbers.is_valid(row) {
        true => u128::try_from(numbers.value(row)).unwrap_or(0),
        false => 0,
    }
}

fn repeated_text(args: &[ArrayRef]) -> Result<u128> {
    let (Some(texts), Some(times)) = (texts(args, 0), numbers(args, 1)) else {
        return Ok(0);
    };
    let bytes = |row: usize| match texts.is_valid(row) {
        true => texts.value(row).len() as u128,
        false => 0,
    };
    Ok((0..texts.len())
        .map(|row| bytes(row) * count_of(&times, row))
        .sum())
}

fn padded(args: &[ArrayRef]) -> Result<u128> {
    let Some(lengths) = numbers(args, 1) else {
        return Ok(0);
    };
    Ok((0..lengths.len()).map(|row| count_of(&lengths, row)).sum())
}

fn replaced(args: &[ArrayRef]) -> Result<u128> {
    let (Some(all), Some(from), Some(to)) = (texts(args, 0), texts(args, 1), texts(args, 2)) else {
        return Ok(0);
    };
    let mut bytes = 0;
    for row in 0..all.len() {
        if all.is_null(row) || from.is_null(row) || to.is_null(row) {
            continue;
        }
        let (text, from, to) = (all.value(row), from.value(row), to.value(row));
        let at_most = (text.len() / from.len().max(1) + 1) as u128 * to.len() as u128;
        bytes += match at_most > (1 << 20) {
            true => text.matches(from).count() as u128 * to.len() as u128,
            false => at_most,
        };
        bytes += text.len() as u128;
    }
    Ok(bytes)
}

fn repeated_element(args: &[ArrayRef]) -> Result<u128> {
    let (Some(elements), Some(times)) = (args.first(), numbers(args, 1)) else {
        return Ok(0);
    };
    let size = elements.to_data().get_slice_memory_size()? / elements.len().max(1);
    let size = size.max(1) as u128;
    Ok((0..times.len())
        .map(|row| size * count_of(&times, row))
        .sum())
}

/// Bytes of an element whose type is not looked at.
const ELEMENT_BYTES: u128 = 8;

fn resized(args: &[ArrayRef]) -> Result<u128> {
    let Some(lengths) = numbers(args, 1) else {
        return Ok(0);
    };
    Ok((0..lengths.len())
        .map(|row| ELEMENT_BYTES * count_of(&lengths, row))
        .sum())
}

/// `range(stop)`, `range(start, stop)`, `range(start, stop, step)`, of integers, days or times.
fn series(args: &[ArrayRef]) -> Result<u128> {
    let (starts, stops) = match args.len() {
        1 => (None, points(args, 0)),
        _ => (points(args, 0), points(args, 1)),
    };
    let (Some(stops), steps) = (stops, args.get(2).and_then(step_sizes)) else {
        return Ok(0);
    };
    let mut bytes = 0;
    for row in 0..stops.len() {
        let start = starts.as_ref().map_or(0, |starts| starts[row]);
        let step = steps.as_ref().map_or(1, |steps| steps[row]);
        let span = stops[row].saturating_sub(start).unsigned_abs();
        bytes += ELEMENT_BYTES * (span / step.unsigned_abs().max(1) + 1);
    }
    Ok(bytes)
}

/// Nanoseconds of a day.
const DAY: i128 = 86_400_000_000_000;

/// Ends of a series: integers, or nanoseconds.
fn points(args: &[ArrayRef], at: usize) -> Option<Vec<i128>> {
    let array = args.get(at)?;
    let unit = match array.data_type() {
        integer if integer.is_integer() => 1,
        DataType::Date32 => DAY,
        DataType::Timestamp(unit, _) => match unit {
            arrow::datatypes::TimeUnit::Second => 1_000_000_000,
            arrow::datatypes::TimeUnit::Millisecond => 1_000_000,
            arrow::datatypes::TimeUnit::Microsecond => 1000,
            arrow::datatypes::TimeUnit::Nanosecond => 1,
        },
        _ => return None,
    };
    let array = match array.data_type() {
        DataType::Date32 => cast(&cast(array, &DataType::Int32).ok()?, &DataType::Int64).ok()?,
        _ => cast(array, &DataType::Int64).ok()?,
    };
    let numbers = array.as_primitive::<arrow::datatypes::Int64Type>();
    Some(
        numbers
            .iter()
            .map(|number| i128::from(number.unwrap_or(0)) * unit)
            .collect(),
    )
}

fn step_sizes(steps: &ArrayRef) -> Option<Vec<i128>> {
    use arrow::datatypes::{IntervalMonthDayNanoType, IntervalUnit};
    if steps.data_type().is_integer() {
        return points(std::slice::from_ref(steps), 0);
    }
    let interval = DataType::Interval(IntervalUnit::MonthDayNano);
    let steps = cast(steps, &interval).ok()?;
    let steps = steps.as_primitive::<IntervalMonthDayNanoType>();
    let nanoseconds = steps.iter().map(|step| {
        let step = step.unwrap_or_default();
        let days = i128::from(step.months) * 28 + i128::from(step.days);
        days * DAY + i128::from(step.nanoseconds)
    });
    Some(nanoseconds.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(size_text(512), "512 B");
        assert_eq!(size_text(1 << 30), "1 GiB");
        assert_eq!(size_text(3 << 29), "1.5 GiB");
        assert_eq!(size_text(10_000_000_000), "9.3 GiB");
    }

    #[test]
    fn a_series_is_as_long_as_its_span_over_its_step() {
        let int = |x: i64| Arc::new(Int64Array::from(vec![x])) as ArrayRef;
        assert_eq!(series(&[int(1), int(101), int(10)]).unwrap(), 8 * 11);
        assert_eq!(series(&[int(1_000_000)]).unwrap(), 8 * 1_000_001);
        assert_eq!(
            series(&[int(i64::MIN), int(i64::MAX)]).unwrap() >> 60,
            8 * 16
        );
    }
}
