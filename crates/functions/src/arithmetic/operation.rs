//! The operators, as functions of a plan: `a + b` stays `a + b` in `EXPLAIN` and in column names.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Datum, PrimitiveArray};
use arrow::compute::kernels::{arity, numeric};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Field, FieldRef, Float32Type, Float64Type, Int64Type,
};
use arrow::error::ArrowError;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};
use datafusion::physical_expr_common::datum::apply;

use super::{call, sql_name};

/// An operator that DataFusion has in another sense, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// `+` of integers; an error where the sum does not fit.
    Add,
    /// `-` of integers.
    Subtract,
    /// `*` of integers.
    Multiply,
    /// `-x` of an integer.
    Negate,
    /// `/` of integers: a float.
    DivideIntegers,
    /// `/` of floats, whose NaN has no sign.
    DivideFloats,
    /// `//` and `div`: the quotient without its fraction.
    IntegerDivide,
    /// `<<` of integers.
    ShiftLeft,
    /// `>>` of integers.
    ShiftRight,
}

impl Operation {
    fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract | Self::Negate => "-",
            Self::Multiply => "*",
            Self::DivideIntegers | Self::DivideFloats => "/",
            Self::IntegerDivide => "//",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Add => "checked_add",
            Self::Subtract => "checked_subtract",
            Self::Multiply => "checked_multiply",
            Self::Negate => "checked_negative",
            Self::DivideIntegers => "true_divide",
            Self::DivideFloats => "float_divide",
            Self::IntegerDivide => "integer_divide",
            Self::ShiftLeft => "checked_shift_left",
            Self::ShiftRight => "checked_shift_right",
        }
    }

    /// The operator of DataFusion whose types are ours.
    fn typed_as(self) -> Operator {
        match self {
            Self::Add => Operator::Plus,
            Self::Subtract | Self::Negate => Operator::Minus,
            Self::Multiply => Operator::Multiply,
            Self::DivideIntegers | Self::DivideFloats | Self::IntegerDivide => Operator::Divide,
            Self::ShiftLeft => Operator::BitwiseShiftLeft,
            Self::ShiftRight => Operator::BitwiseShiftRight,
        }
    }

    /// The types that arguments are brought to.
    fn coerce(self, types: &[DataType]) -> Result<Vec<DataType>> {
        match (self, types) {
            (Self::Negate, [only]) => Ok(vec![only.clone()]),
            (Self::DivideIntegers, [_, _]) => Ok(vec![DataType::Float64; 2]),
            (Self::IntegerDivide, [left, right]) => integer_division_types(left, right),
            (_, [left, right]) => {
                let (left, right) =
                    BinaryTypeCoercer::new(left, &self.typed_as(), right).get_input_types()?;
                Ok(vec![left, right])
            }
            _ => plan_err!("expected two arguments, got {}", types.len()),
        }
    }

    fn return_type(self, types: &[DataType]) -> Result<DataType> {
        match (self, types) {
            (Self::Negate, [only]) => Ok(only.clone()),
            (Self::DivideIntegers, _) => Ok(DataType::Float64),
            (Self::IntegerDivide, [left, _]) => Ok(left.clone()),
            (_, [left, right]) => {
                BinaryTypeCoercer::new(left, &self.typed_as(), right).get_result_type()
            }
            _ => plan_err!("expected two arguments, got {}", types.len()),
        }
    }

    fn invoke(self, args: &[ColumnarValue]) -> Result<ColumnarValue> {
        let value = match (self, args) {
            (Self::Negate, [only]) => apply(only, only, |value, _| numeric::neg(value.get().0)),
            (Self::Add, [left, right]) => apply(left, right, numeric::add),
            (Self::Subtract, [left, right]) => apply(left, right, numeric::sub),
            (Self::Multiply, [left, right]) => apply(left, right, numeric::mul),
            (Self::DivideIntegers, [left, right]) => apply(left, right, true_division),
            (Self::DivideFloats, [left, right]) => apply(left, right, float_division),
            (Self::IntegerDivide, [left, right]) => apply(left, right, integer_division),
            (Self::ShiftLeft, [left, right]) => {
                apply(left, right, |l, r| shift(l, r, shifted_left))
            }
            (Self::ShiftRight, [left, right]) => {
                apply(left, right, |l, r| shift(l, r, shifted_right))
            }
            _ => return exec_err!("expected two arguments, got {}", args.len()),
        };
        value.map_err(|error| self.explained(error, &args[0].data_type()))
    }

    /// An error of Arrow, in our words. It shows no values: they may be of people.
    fn explained(self, error: DataFusionError, data_type: &DataType) -> DataFusionError {
        let symbol = self.symbol();
        let text = match error {
            DataFusionError::ArrowError(arrow, _) => match *arrow {
                ArrowError::DivideByZero => format!(
                    "`{symbol}`: division by zero; nullif(x, 0) as the divisor makes it NULL"
                ),
                ArrowError::ArithmeticOverflow(_) => format!(
                    "`{symbol}`: a result does not fit {}; cast one side to DECIMAL(38, 0) or \
                     DOUBLE",
                    sql_name(data_type)
                ),
                other => return other.into(),
            },
            other => return other,
        };
        DataFusionError::Execution(text)
    }
}

/// `//` takes integers and floats.
fn integer_division_types(left: &DataType, right: &DataType) -> Result<Vec<DataType>> {
    let is_number = |t: &DataType| t.is_integer() || t.is_floating() || t.is_null();
    if !is_number(left) || !is_number(right) {
        return plan_err!(
            "`//`: expected integers or floats, got {} and {}",
            sql_name(left),
            sql_name(right)
        );
    }
    if left.is_null() && right.is_null() {
        return Ok(vec![DataType::Int64; 2]);
    }
    let (left, right) = BinaryTypeCoercer::new(left, &Operator::Divide, right).get_input_types()?;
    match left.is_integer() || left.is_floating() {
        true => Ok(vec![left, right]),
        false => Ok(vec![DataType::Int64; 2]),
    }
}

/// The NaN that is greater than all numbers in Arrow's total order; the processor's own NaN of 0/0
/// has a sign, and would be the smallest.
fn without_sign(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

/// Both sides as arrays of floats of one length.
fn true_division(left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
    binary::<Float64Type>(left, right, |a, b| match b {
        0.0 => Err(ArrowError::DivideByZero),
        b => Ok(a / b),
    })
}

fn float_division(left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
    let quotient = numeric::div(left, right)?;
    Ok(match quotient.data_type() {
        DataType::Float64 => Arc::new(
            quotient
                .as_primitive::<Float64Type>()
                .unary::<_, Float64Type>(without_sign),
        ),
        DataType::Float32 => {
            let without_sign = |x: f32| if x.is_nan() { f32::NAN } else { x };
            Arc::new(
                quotient
                    .as_primitive::<Float32Type>()
                    .unary::<_, Float32Type>(without_sign),
            )
        }
        _ => quotient,
    })
}

fn integer_division(left: &dyn Datum, right: &dyn Datum) -> Result<ArrayRef, ArrowError> {
    match left.get().0.data_type() {
        DataType::Float64 => binary::<Float64Type>(left, right, |a, b| match b {
            0.0 => Err(ArrowError::DivideByZero),
            b => Ok(without_sign((a / b).trunc())),
        }),
        DataType::Float32 => binary::<Float32Type>(left, right, |a, b| match b {
            0.0 => Err(ArrowError::DivideByZero),
            b => Ok((a / b).trunc()),
        }),
        _ => numeric::div(left, right),
    }
}

/// An operator over two columns, or a column and a constant.
fn binary<T: ArrowPrimitiveType>(
    left: &dyn Datum,
    right: &dyn Datum,
    op: impl Fn(T::Native, T::Native) -> Result<T::Native, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let ((left, l_scalar), (right, r_scalar)) = (left.get(), right.get());
    let (left, right) = (left.as_primitive::<T>(), right.as_primitive::<T>());
    let nothing = |len: usize| Ok(Arc::new(PrimitiveArray::<T>::new_null(len)) as ArrayRef);
    let result = match (l_scalar, r_scalar) {
        (true, false) if left.is_null(0) => return nothing(right.len()),
        (false, true) if right.is_null(0) => return nothing(left.len()),
        (true, false) => {
            let constant = left.value(0);
            right.try_unary::<_, T, _>(|value| op(constant, value))?
        }
        (false, true) => {
            let constant = right.value(0);
            left.try_unary::<_, T, _>(|value| op(value, constant))?
        }
        _ => arity::try_binary::<_, _, _, T>(left, right, op)?,
    };
    Ok(Arc::new(result))
}

/// Shifts, done on 64 bits and brought back to the type of the left side.
fn shift(
    left: &dyn Datum,
    right: &dyn Datum,
    op: fn(i64, i64) -> Result<i64, ArrowError>,
) -> Result<ArrayRef, ArrowError> {
    let data_type = left.get().0.data_type().clone();
    let strict = arrow::compute::CastOptions {
        safe: false,
        ..Default::default()
    };
    let overflow = |_| ArrowError::ArithmeticOverflow(String::new());
    let wide = |side: &dyn Datum| {
        let (array, is_scalar) = side.get();
        let array = arrow::compute::cast_with_options(array, &DataType::Int64, &strict);
        array.map_err(overflow).map(|array| (array, is_scalar))
    };
    let ((left, l_scalar), (right, r_scalar)) = (wide(left)?, wide(right)?);
    let scalar = |array: ArrayRef| arrow::array::Scalar::new(array);
    let shifted = match (l_scalar, r_scalar) {
        (true, false) => binary::<Int64Type>(&scalar(left), &right, op),
        (false, true) => binary::<Int64Type>(&left, &scalar(right), op),
        _ => binary::<Int64Type>(&left, &right, op),
    }?;
    arrow::compute::cast_with_options(&shifted, &data_type, &strict).map_err(overflow)
}

fn shifted_left(value: i64, bits: i64) -> Result<i64, ArrowError> {
    let bits = u32::try_from(bits).ok().filter(|bits| *bits < i64::BITS);
    let shifted = bits.and_then(|bits| {
        let shifted = value << bits;
        (shifted >> bits == value).then_some(shifted)
    });
    shifted.ok_or_else(|| ArrowError::ArithmeticOverflow(String::new()))
}

fn shifted_right(value: i64, bits: i64) -> Result<i64, ArrowError> {
    match u32::try_from(bits) {
        Ok(bits) => Ok(value >> bits.min(i64::BITS - 1)),
        Err(_) if bits > 0 => Ok(value >> (i64::BITS - 1)),
        Err(_) => Err(ArrowError::ArithmeticOverflow(String::new())),
    }
}

/// An [`Operation`] as DataFusion takes functions.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Checked {
    operation: Operation,
    signature: Signature,
}

impl Checked {
    pub(super) fn new(operation: Operation) -> Self {
        Self {
            operation,
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    pub(super) fn call(operation: Operation, args: Vec<Expr>) -> Expr {
        call(ScalarUDF::new_from_impl(Self::new(operation)), args)
    }

    fn text(&self, args: &[String]) -> String {
        let symbol = self.operation.symbol();
        match args {
            [only] => format!("(- {only})"),
            args => args.join(&format!(" {symbol} ")),
        }
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &str {
        self.operation.name()
    }

    fn display_name(&self, args: &[Expr]) -> Result<String> {
        let nested = |arg: &Expr| match arg {
            Expr::BinaryExpr(_) => format!("({arg})"),
            Expr::ScalarFunction(inner) if inner.func.inner().is::<Self>() => format!("({arg})"),
            arg => arg.to_string(),
        };
        Ok(self.text(&args.iter().map(nested).collect::<Vec<_>>()))
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let names: Vec<_> = args
            .iter()
            .map(|arg| arg.schema_name().to_string())
            .collect();
        Ok(self.text(&names))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.operation.coerce(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.operation.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let types: Vec<_> = args
            .arg_fields
            .iter()
            .map(|f| f.data_type().clone())
            .collect();
        let is_nullable = args.arg_fields.iter().any(|field| field.is_nullable());
        let data_type = self.operation.return_type(&types)?;
        Ok(Arc::new(Field::new(self.name(), data_type, is_nullable)))
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.operation.invoke(&args.args)
    }
}

/// An operator on two integers of one type that tells an overflow; none for other operators and
/// types.
pub fn checked_binary(left: &Expr, op: Operator, right: &Expr) -> Option<Expr> {
    let operation = match op {
        Operator::Plus => Operation::Add,
        Operator::Minus => Operation::Subtract,
        Operator::Multiply => Operation::Multiply,
        Operator::BitwiseShiftLeft => Operation::ShiftLeft,
        Operator::BitwiseShiftRight => Operation::ShiftRight,
        _ => return None,
    };
    Some(Checked::call(operation, vec![left.clone(), right.clone()]))
}

/// `-x` of an integer, which tells an overflow.
pub fn checked_negative(value: &Expr) -> Expr {
    Checked::call(Operation::Negate, vec![value.clone()])
}

/// Whether a function is a division of ours, for which a divisor of 0 is an error.
pub fn is_division(function: &ScalarUDF) -> bool {
    matches!(function.name(), "true_divide" | "integer_divide" | "div")
}

/// The operand of an operator of ours whose type is that of the result, where types agree: to tell
/// the type of a long chain without walking all of it at each step.
pub fn checked_operand(expr: &Expr) -> Option<&Expr> {
    let Expr::ScalarFunction(call) = expr else {
        return None;
    };
    let checked = call.func.inner().downcast_ref::<Checked>()?;
    match checked.operation {
        Operation::DivideIntegers | Operation::DivideFloats => None,
        _ => call.args.first(),
    }
}

/// Whether an expression is a quotient of integers, which is a float.
pub(super) fn is_float_quotient(expr: &Expr) -> bool {
    let name = Operation::DivideIntegers.name();
    matches!(expr, Expr::ScalarFunction(call) if call.func.name() == name)
}
