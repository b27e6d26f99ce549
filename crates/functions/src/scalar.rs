//! The part of a scalar function that is the same for all: a [`Kernel`] says what is its own.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use crate::context::{FunctionContext, Shared};

/// What makes a scalar function itself.
pub(crate) trait Kernel: Debug + Send + Sync + 'static {
    /// The function's name in SQL.
    const NAME: &'static str;
    /// Whether the same arguments give the same value.
    const VOLATILITY: Volatility = Volatility::Immutable;

    /// The types that arguments are brought to; an error when they cannot be.
    fn coerce(types: &[DataType]) -> Result<Vec<DataType>>;
    /// The type of the value.
    fn returns(types: &[DataType]) -> Result<DataType>;
    /// The value, for one batch.
    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue>;
    /// Writes settings into the plan, or replaces the call by simpler expressions.
    fn simplify(
        _context: &Arc<FunctionContext>,
        args: Vec<Expr>,
        _info: &SimplifyContext,
    ) -> Result<ExprSimplifyResult> {
        Ok(ExprSimplifyResult::Original(args))
    }
    /// The entry in the reference.
    fn documentation() -> Documentation;
}

/// Makes a DataFusion function of a kernel.
pub(crate) fn scalar<K: Kernel>(context: &Arc<FunctionContext>) -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::new_from_impl(Scalar::<K> {
        context: Shared(Arc::clone(context)),
        signature: Signature::user_defined(K::VOLATILITY),
        documentation: OnceLock::new(),
        kernel: PhantomData,
    }))
}

/// A call of a kernel's function.
pub(crate) fn call<K: Kernel>(context: &Arc<FunctionContext>, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(scalar::<K>(context), args))
}

#[derive(Debug)]
struct Scalar<K> {
    context: Shared,
    signature: Signature,
    documentation: OnceLock<Documentation>,
    kernel: PhantomData<K>,
}

impl<K> PartialEq for Scalar<K> {
    fn eq(&self, other: &Self) -> bool {
        self.context == other.context
    }
}

impl<K> Eq for Scalar<K> {}

impl<K: Kernel> Hash for Scalar<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        K::NAME.hash(state);
    }
}

impl<K: Kernel> ScalarUDFImpl for Scalar<K> {
    fn name(&self) -> &str {
        K::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        K::coerce(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        K::returns(types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        K::invoke(&self.context, &args)
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        K::simplify(&self.context.0, args, info)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(self.documentation.get_or_init(K::documentation))
    }
}
