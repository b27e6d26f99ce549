//! The part of a function over a partition that is the same for all: a [`Window`] says what is its
//! own.
//!
//! It answers for every row and needs all rows of the partition: `f(…) OVER (PARTITION BY …)`. The
//! order of the rows does not matter to it; a frame is not looked at.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    Documentation, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::expressions::Literal;

use super::argument::{Argument, coerce};
use super::columns::Columns;
use super::doc::documentation;
use super::output::{Output, Shape};
use super::{Entry, Function};
use crate::docs::{FunctionDoc, FunctionKind};

/// What makes a function over a partition itself.
pub(crate) trait Window: Debug + Send + Sync + 'static {
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

    /// The answers for the rows of a partition, one each.
    ///
    /// # Errors
    /// An argument is wrong.
    fn partition(columns: &Columns) -> Result<Vec<Output>>;

    /// The same as an array of [`SHAPE`](Self::SHAPE), for functions over millions of people.
    ///
    /// # Errors
    /// An argument is wrong.
    fn answers(columns: &Columns) -> Result<ArrayRef> {
        Self::SHAPE.array(Self::NAME, Self::partition(columns)?)
    }
}

/// The entry of a function over a partition.
pub(crate) fn window<W: Window>() -> Entry {
    let udf = Udwf::<W> {
        signature: Signature::user_defined(Volatility::Immutable),
        aliases: W::ALIASES.iter().map(ToString::to_string).collect(),
        documentation: OnceLock::new(),
        measure: PhantomData,
    };
    Entry {
        function: Function::Window(Arc::new(WindowUDF::new_from_impl(udf))),
        doc: FunctionDoc {
            name: W::NAME,
            kind: FunctionKind::Window,
            entry: reference::<W>(),
        },
        arguments: W::ARGUMENTS,
        aliases: W::ALIASES,
    }
}

fn reference<W: Window>() -> Documentation {
    let (name, aliases) = (W::NAME, W::ALIASES);
    documentation(
        name,
        aliases,
        W::ARGUMENTS,
        W::SHAPE,
        W::DESCRIPTION,
        W::EXAMPLE,
    )
}

#[derive(Debug)]
struct Udwf<W> {
    signature: Signature,
    aliases: Vec<String>,
    documentation: OnceLock<Documentation>,
    measure: PhantomData<W>,
}

impl<W> PartialEq for Udwf<W> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<W> Eq for Udwf<W> {}

impl<W: Window> Hash for Udwf<W> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        W::NAME.hash(state);
    }
}

impl<W: Window> WindowUDFImpl for Udwf<W> {
    fn name(&self) -> &str {
        W::NAME
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce(W::NAME, W::ARGUMENTS, types)
    }

    fn partition_evaluator(
        &self,
        args: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        let is_null = args.input_exprs().iter().map(|expr| {
            let literal = expr.downcast_ref::<Literal>();
            literal.is_some_and(|literal| literal.value().is_null())
        });
        Ok(Box::new(Evaluator::<W> {
            is_null: is_null.collect(),
            measure: PhantomData,
        }))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(
            args.name(),
            W::SHAPE.data_type(),
            true,
        )))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(self.documentation.get_or_init(reference::<W>))
    }
}

#[derive(Debug)]
struct Evaluator<W> {
    /// Whether an argument is NULL as it is written.
    is_null: Vec<bool>,
    measure: PhantomData<W>,
}

impl<W: Window> PartitionEvaluator for Evaluator<W> {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let columns = Columns::of(W::NAME, W::ARGUMENTS, values, rows)?;
        // A NULL that is written where an argument is optional means its default.
        let columns = columns.without_last(&self.is_null);
        W::answers(&columns)
    }
}
