//! The part of an aggregate that is the same for all: an [`Aggregate`] says what is its own.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeBinaryArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, EmitTo, GroupsAccumulator,
    Signature, Volatility,
};
use datafusion::physical_expr::expressions::Literal;

use super::argument::{Argument, coerce};
use super::columns::{Columns, Options};
use super::doc::documentation;
use super::group_options::{GroupOptions, OfGroup};
use super::output::{Output, Shape};
use super::state::{Reader, State};
use super::{Entry, Function, no_distinct};
use crate::docs::{FunctionDoc, FunctionKind};

/// What makes an aggregate itself.
pub(crate) trait Aggregate: Debug + Send + Sync + 'static {
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
    /// What it keeps of the rows.
    type State: State;

    /// Adds a row.
    ///
    /// # Errors
    /// The row breaks a rule: a negative count.
    fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()>;

    /// Adds all rows of a batch.
    ///
    /// # Errors
    /// A row breaks a rule.
    fn update_all(state: &mut Self::State, columns: &Columns) -> Result<()> {
        (0..columns.rows).try_for_each(|row| Self::update(state, columns, row))
    }

    /// Adds each row of a batch to the state of its group.
    ///
    /// # Errors
    /// A row breaks a rule.
    fn update_groups(
        states: &mut [Self::State],
        columns: &Columns,
        groups: &[usize],
    ) -> Result<()> {
        let mut rows = groups.iter().enumerate();
        rows.try_for_each(|(row, group)| Self::update(&mut states[*group], columns, row))
    }

    /// The answer. May be asked for again after more rows.
    ///
    /// # Errors
    /// An argument is wrong.
    fn evaluate(state: &Self::State, options: &Options) -> Result<Output>;
}

/// The entry of an aggregate.
pub(crate) fn aggregate<A: Aggregate>() -> Entry {
    let udf = Udaf::<A> {
        signature: Signature::user_defined(Volatility::Immutable),
        aliases: A::ALIASES.iter().map(ToString::to_string).collect(),
        documentation: OnceLock::new(),
        measure: PhantomData,
    };
    Entry {
        function: Function::Aggregate(Arc::new(AggregateUDF::new_from_impl(udf))),
        doc: FunctionDoc {
            name: A::NAME,
            kind: FunctionKind::Aggregate,
            entry: reference::<A>(),
        },
        arguments: A::ARGUMENTS,
        aliases: A::ALIASES,
    }
}

fn reference<A: Aggregate>() -> Documentation {
    let (name, aliases) = (A::NAME, A::ALIASES);
    documentation(
        name,
        aliases,
        A::ARGUMENTS,
        A::SHAPE,
        A::DESCRIPTION,
        A::EXAMPLE,
    )
}

#[derive(Debug)]
struct Udaf<A> {
    signature: Signature,
    aliases: Vec<String>,
    documentation: OnceLock<Documentation>,
    measure: PhantomData<A>,
}

impl<A> PartialEq for Udaf<A> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<A> Eq for Udaf<A> {}

impl<A: Aggregate> Hash for Udaf<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        A::NAME.hash(state);
    }
}

/// The options of a call: its literals, and where those are that are columns.
fn options<A: Aggregate>(args: &AccumulatorArgs) -> Result<GroupOptions> {
    let literals: Vec<Option<ScalarValue>> = args
        .exprs
        .iter()
        .map(|expr| {
            expr.downcast_ref::<Literal>()
                .map(|literal| literal.value().clone())
        })
        .collect();
    let all = Options::of_literals(A::NAME, A::ARGUMENTS, &literals)?;
    Ok(GroupOptions::new(A::NAME, A::ARGUMENTS, all))
}

impl<A: Aggregate> AggregateUDFImpl for Udaf<A> {
    fn name(&self) -> &str {
        A::NAME
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce(A::NAME, A::ARGUMENTS, types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(A::SHAPE.data_type())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        refuse_distinct::<A>(&args)?;
        Ok(Box::new(One::<A> {
            state: A::State::default(),
            of_group: None,
            options: options::<A>(&args)?,
        }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::<A> {
            states: Vec::new(),
            of_groups: Vec::new(),
            options: options::<A>(&args)?,
            heap_bytes: 0,
            since_measured: 0,
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format!("{}[state]", args.name);
        Ok(vec![Arc::new(Field::new(
            name,
            DataType::LargeBinary,
            true,
        ))])
    }

    fn order_sensitivity(&self) -> datafusion::logical_expr::utils::AggregateOrderSensitivity {
        datafusion::logical_expr::utils::AggregateOrderSensitivity::Insensitive
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(self.documentation.get_or_init(reference::<A>))
    }
}

fn refuse_distinct<A: Aggregate>(args: &AccumulatorArgs) -> Result<()> {
    if args.is_distinct {
        return exec_err!("{}", no_distinct(A::NAME));
    }
    Ok(())
}

/// The state of one group, or of a window.
#[derive(Debug)]
struct One<A: Aggregate> {
    state: A::State,
    of_group: OfGroup,
    options: GroupOptions,
}

impl<A: Aggregate> Accumulator for One<A> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |array| array.len());
        let columns = Columns::of(A::NAME, A::ARGUMENTS, values, rows)?;
        if !self.options.are_literals() {
            for row in 0..rows {
                self.options.see(&mut self.of_group, &columns, row)?;
            }
        }
        A::update_all(&mut self.state, &columns)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let output = evaluate::<A>(&self.state, &self.of_group, &self.options)?;
        ScalarValue::try_from_array(&A::SHAPE.array(A::NAME, vec![output])?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.state.heap_bytes()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut bytes = Vec::new();
        self.state.seal();
        self.options.write(&self.of_group, &mut bytes);
        self.state.write(&mut bytes);
        Ok(vec![ScalarValue::LargeBinary(Some(bytes))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for bytes in state_bytes::<A>(states)?.iter().flatten() {
            let mut reader = Reader::new(bytes);
            self.options.merge(&mut self.of_group, &mut reader)?;
            self.state.merge(&mut reader)?;
        }
        Ok(())
    }
}

/// The answer of a group; NULL for one without rows whose options are columns.
fn evaluate<A: Aggregate>(
    state: &A::State,
    of_group: &OfGroup,
    options: &GroupOptions,
) -> Result<Output> {
    match options.of(of_group) {
        Some(options) => A::evaluate(state, &options),
        None => Ok(Output::Null),
    }
}

fn state_bytes<A: Aggregate>(states: &[ArrayRef]) -> Result<&LargeBinaryArray> {
    match states {
        [array] => match array.as_binary_opt::<i64>() {
            Some(array) => Ok(array),
            None => exec_err!("{}: a state of type {}", A::NAME, array.data_type()),
        },
        _ => exec_err!("{}: {} columns of state", A::NAME, states.len()),
    }
}

/// The states of many groups.
#[derive(Debug)]
struct Groups<A: Aggregate> {
    states: Vec<A::State>,
    of_groups: Vec<OfGroup>,
    options: GroupOptions,
    heap_bytes: usize,
    since_measured: usize,
}

impl<A: Aggregate> Groups<A> {
    /// Measuring costs a look at every group: it is done once per as many rows as there are groups.
    fn grown(&mut self, rows: usize, total_num_groups: usize) {
        self.since_measured += rows;
        if self.since_measured >= total_num_groups {
            self.heap_bytes = self.states.iter().map(State::heap_bytes).sum();
            self.since_measured = 0;
        }
    }

    fn make_room(&mut self, total_num_groups: usize) {
        if self.states.len() < total_num_groups {
            self.states.resize_with(total_num_groups, A::State::default);
        }
        if self.of_groups.len() < total_num_groups {
            self.of_groups.resize(total_num_groups, None);
        }
    }

    fn emit(&mut self, emit_to: EmitTo) -> Vec<(OfGroup, A::State)> {
        let states = emit_to.take_needed(&mut self.states);
        let of_groups = emit_to.take_needed(&mut self.of_groups);
        self.heap_bytes = self.states.iter().map(State::heap_bytes).sum();
        of_groups.into_iter().zip(states).collect()
    }
}

impl<A: Aggregate> GroupsAccumulator for Groups<A> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.make_room(total_num_groups);
        let columns = Columns::of(A::NAME, A::ARGUMENTS, values, group_indices.len())?;
        if !self.options.are_literals() {
            for (row, group) in group_indices.iter().enumerate() {
                if opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row)) {
                    self.options
                        .see(&mut self.of_groups[*group], &columns, row)?;
                }
            }
        }
        match opt_filter {
            None => A::update_groups(&mut self.states, &columns, group_indices)?,
            Some(filter) => {
                for (row, group) in group_indices.iter().enumerate() {
                    if filter.is_valid(row) && filter.value(row) {
                        A::update(&mut self.states[*group], &columns, row)?;
                    }
                }
            }
        }
        self.grown(group_indices.len(), total_num_groups);
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let states = self.emit(emit_to);
        let outputs = states
            .iter()
            .map(|(of_group, state)| evaluate::<A>(state, of_group, &self.options))
            .collect::<Result<Vec<_>>>()?;
        A::SHAPE.array(A::NAME, outputs)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let mut states = self.emit(emit_to);
        states.iter_mut().for_each(|(_, state)| state.seal());
        Ok(vec![written(&states, &self.options)])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.make_room(total_num_groups);
        let states = state_bytes::<A>(values)?;
        for (bytes, group) in states.iter().zip(group_indices) {
            if let Some(bytes) = bytes {
                let mut reader = Reader::new(bytes);
                self.options
                    .merge(&mut self.of_groups[*group], &mut reader)?;
                self.states[*group].merge(&mut reader)?;
            }
        }
        self.grown(group_indices.len(), total_num_groups);
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values.first().map_or(0, |array| array.len());
        let columns = Columns::of(A::NAME, A::ARGUMENTS, values, rows)?;
        let mut states = Vec::with_capacity(rows);
        for row in 0..rows {
            let (mut of_group, mut state) = (None, A::State::default());
            if opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row)) {
                if !self.options.are_literals() {
                    self.options.see(&mut of_group, &columns, row)?;
                }
                A::update(&mut state, &columns, row)?;
            }
            states.push((of_group, state));
        }
        Ok(vec![written(&states, &self.options)])
    }

    fn size(&self) -> usize {
        self.heap_bytes
            + self.states.capacity() * size_of::<A::State>()
            + self.of_groups.capacity() * size_of::<OfGroup>()
    }
}

fn written<S: State>(states: &[(OfGroup, S)], options: &GroupOptions) -> ArrayRef {
    let mut bytes = Vec::new();
    let ends = states.iter().map(|(of_group, state)| {
        options.write(of_group, &mut bytes);
        state.write(&mut bytes);
        bytes.len()
    });
    let lengths: Vec<usize> = std::iter::once(0).chain(ends).collect();
    let lengths = lengths.windows(2).map(|ends| ends[1] - ends[0]);
    let offsets = OffsetBuffer::from_lengths(lengths);
    Arc::new(LargeBinaryArray::new(offsets, bytes.into(), None))
}
