//! What the indices over people share: rows become people, and an index is made of them.

use std::fmt::Debug;
use std::marker::PhantomData;

use datafusion::common::{Result, exec_err};
use kohort_stats::person::Person;
use kohort_stats::{Error, Estimate};

use super::super::aggregate::Aggregate;
use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::Output;
use super::super::unordered::over_groups::is_given;

/// What a person has.
pub(super) const VALUE: Argument = Argument::number(
    "value",
    "what a person has, or a group on average, at least 0; NULL gives `incomplete_strata`",
);

/// How many people a row stands for.
pub(super) const WEIGHT: Argument = Argument::number(
    "weight",
    "how many people a row stands for, at least 0: 1 without it, the population for groups; NULL \
     in a row gives `incomplete_strata`",
)
.optional();

/// What makes an index over people itself. Its `value` comes first; a `weight` is known by its
/// name.
pub(super) trait OverPeople: Debug + Send + Sync + 'static {
    /// As of an [`Aggregate`].
    const NAME: &'static str;
    /// As of an [`Aggregate`].
    const ARGUMENTS: &'static [Argument];
    /// As of an [`Aggregate`].
    const DESCRIPTION: &'static str;
    /// As of an [`Aggregate`].
    const EXAMPLE: &'static str;
    /// Where the weight is among the arguments.
    const WEIGHT_AT: usize;

    /// The index.
    fn estimate(people: &[Person], options: &Options) -> Result<Estimate, Error>;
}

/// The aggregate of an index over people.
pub(super) struct Over<M>(PhantomData<M>);

impl<M: OverPeople> Debug for Over<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(M::NAME)
    }
}

impl<M: OverPeople> Aggregate for Over<M> {
    const NAME: &'static str = M::NAME;
    const ARGUMENTS: &'static [Argument] = M::ARGUMENTS;
    const DESCRIPTION: &'static str = M::DESCRIPTION;
    const EXAMPLE: &'static str = M::EXAMPLE;
    type State = Alike<2>;

    fn update(state: &mut Alike<2>, columns: &Columns, row: usize) -> Result<()> {
        state.push([columns.number(0, row), columns.number(M::WEIGHT_AT, row)]);
        Ok(())
    }

    fn update_all(state: &mut Alike<2>, columns: &Columns) -> Result<()> {
        let people = [0, M::WEIGHT_AT].map(|at| columns.numbers(at));
        state.extend(people, columns.rows);
        Ok(())
    }

    fn update_groups(states: &mut [Alike<2>], columns: &Columns, groups: &[usize]) -> Result<()> {
        let people = [0, M::WEIGHT_AT].map(|at| columns.numbers(at));
        Alike::push_groups(states, people, groups);
        Ok(())
    }

    fn evaluate(state: &Alike<2>, options: &Options) -> Result<Output> {
        match M::estimate(&people(state, options), options) {
            Ok(estimate) => Ok(estimate.into()),
            Err(error) => exec_err!("{}: {error}", M::NAME),
        }
    }
}

/// The people of a state. Without weights everyone counts as one.
pub(super) fn people(rows: &Alike<2>, options: &Options) -> Vec<Person> {
    let weighted = is_given(options, WEIGHT.name);
    let known = |number: f64| (!number.is_nan()).then_some(number);
    let rows = rows.iter().map(|([value, weight], times)| {
        let person = match weighted {
            true => Person::weighted(known(value), known(weight)),
            false => Person::alone(known(value)),
        };
        #[expect(clippy::cast_precision_loss, reason = "people are far fewer than 2^53")]
        person.repeated(times as f64)
    });
    rows.collect()
}
