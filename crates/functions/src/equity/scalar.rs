//! The part of a function of one row that is the same for all: a [`Scalar`] says what is its own.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::argument::{Argument, coerce};
use super::columns::Columns;
use super::doc::documentation;
use super::output::{Output, Shape};
use super::{Entry, Function};
use crate::docs::{FunctionDoc, FunctionKind};

/// What makes a function of one row itself.
pub(crate) trait Scalar: Debug + Send + Sync + 'static {
    /// The function's name in SQL.
    const NAME: &'static str;
    /// Other names: the field's short forms.
    const ALIASES: &'static [&'static str] = &[];
    /// What it takes.
    const ARGUMENTS: &'static [Argument];
    /// What it returns.
    const SHAPE: Shape = Shape::Estimate;
    /// What it is, what NULL means, how to read it: for the reference.
    const DESCRIPTION: &'static str;
    /// A query that runs as it stands.
    const EXAMPLE: &'static str;

    /// The answer for a row.
    ///
    /// # Errors
    /// An argument is wrong.
    fn row(columns: &Columns, row: usize) -> Result<Output>;
}

/// The entry of a function of one row.
pub(crate) fn scalar<S: Scalar>() -> Entry {
    let udf = Udf::<S> {
        signature: Signature::user_defined(Volatility::Immutable),
        aliases: S::ALIASES.iter().map(ToString::to_string).collect(),
        documentation: OnceLock::new(),
        measure: PhantomData,
    };
    Entry {
        function: Function::Scalar(Arc::new(ScalarUDF::new_from_impl(udf))),
        doc: FunctionDoc {
            name: S::NAME,
            kind: FunctionKind::Scalar,
            entry: reference::<S>(),
        },
        arguments: S::ARGUMENTS,
        aliases: S::ALIASES,
    }
}

fn reference<S: Scalar>() -> Documentation {
    let (name, aliases) = (S::NAME, S::ALIASES);
    documentation(
        name,
        aliases,
        S::ARGUMENTS,
        S::SHAPE,
        S::DESCRIPTION,
        S::EXAMPLE,
    )
}

#[derive(Debug)]
struct Udf<S> {
    signature: Signature,
    aliases: Vec<String>,
    documentation: OnceLock<Documentation>,
    measure: PhantomData<S>,
}

impl<S> PartialEq for Udf<S> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<S> Eq for Udf<S> {}

impl<S: Scalar> Hash for Udf<S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        S::NAME.hash(state);
    }
}

impl<S: Scalar> ScalarUDFImpl for Udf<S> {
    fn name(&self) -> &str {
        S::NAME
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce(S::NAME, S::ARGUMENTS, types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(S::SHAPE.data_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let all_constant = args
            .args
            .iter()
            .all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if all_constant { 1 } else { args.number_rows };
        let arrays = args
            .args
            .iter()
            .map(|value| value.to_array(rows))
            .collect::<Result<Vec<ArrayRef>>>()?;
        let columns = Columns::of(S::NAME, S::ARGUMENTS, &arrays, rows)?;
        let outputs = (0..rows)
            .map(|row| S::row(&columns, row))
            .collect::<Result<Vec<_>>>()?;
        let array = S::SHAPE.array(S::NAME, outputs)?;
        Ok(match all_constant {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?),
            false => ColumnarValue::Array(array),
        })
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(self.documentation.get_or_init(reference::<S>))
    }
}
