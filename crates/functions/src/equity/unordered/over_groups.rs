//! What the aggregates over groups share: rows become groups, and a measure makes an estimate of
//! them.

use std::fmt::Debug;
use std::marker::PhantomData;

use datafusion::common::{Result, exec_err};
use kohort_stats::unordered::{Better, Contrast, Group};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::aggregate::Aggregate;
use super::super::alike::{Alike, Counted};
use super::super::argument::Argument;
use super::super::columns::{Columns, Numbers, Options};
use super::super::ordered::rows::count;
use super::super::output::Output;
use super::super::state::State;

/// The estimate of a group.
pub(crate) const VALUE: Argument = Argument::number(
    "value",
    "the estimate of a group: a rate, a share, a mean; NULL gives `incomplete_strata`",
);

/// The people of a group.
pub(crate) const POPULATION: Argument = Argument::number(
    "population",
    "its people, at least 0; NULL gives `incomplete_strata`",
);

/// The people of a group, or else one.
pub(super) const POPULATION_OR_ONE: Argument = Argument::number(
    "population",
    "its people, at least 0; NULL gives `incomplete_strata`; without it every row is one person",
)
.optional();

/// The standard error of an estimate.
pub(super) const SE: Argument = Argument::number(
    "se",
    "the standard error of the estimate, at least 0; NULL leaves out the interval",
)
.optional();

/// Whether a group is the reference.
pub(super) const IS_REFERENCE: Argument = Argument::flag(
    "is_reference",
    "true for the one group that the others are compared with; NULL gives `incomplete_strata`",
);

/// Whether high values are good news.
pub(crate) const FAVOURABLE: Argument = Argument::flag(
    "favourable",
    "whether high values are good, as of tests; false where low ones are, as of deaths",
)
.or_flag(true)
.constant();

/// The place of a group in an order.
pub(crate) const RANK: Argument = Argument::number(
    "rank",
    "its place in an order, the most disadvantaged first; NULL in a row gives `incomplete_strata`",
)
.optional();

/// What entropies are multiplied by.
pub(super) const ENTROPY_SCALE: Argument = Argument::number(
    "scale",
    "what the index is multiplied by: 1000 by custom, 1 as economists have it",
)
.or(kohort_stats::unordered::DEFAULT_THEIL_SCALE)
.constant();

/// What makes an aggregate over groups itself. Its arguments are known by their names.
pub(crate) trait OverGroups: Debug + Send + Sync + 'static {
    /// As of an [`Aggregate`].
    const NAME: &'static str;
    /// As of an [`Aggregate`].
    const ALIASES: &'static [&'static str] = &[];
    /// As of an [`Aggregate`].
    const ARGUMENTS: &'static [Argument];
    /// As of an [`Aggregate`].
    const DESCRIPTION: &'static str;
    /// As of an [`Aggregate`].
    const EXAMPLE: &'static str;
    /// What is kept of a row: three fields, or five for [`RANK`] and [`IS_REFERENCE`].
    type Rows: GroupRows;

    /// The estimate.
    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error>;
}

/// The aggregate of a measure over groups.
pub(crate) struct Over<M>(PhantomData<M>);

impl<M: OverGroups> Debug for Over<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(M::NAME)
    }
}

impl<M: OverGroups> Aggregate for Over<M> {
    const NAME: &'static str = M::NAME;
    const ALIASES: &'static [&'static str] = M::ALIASES;
    const ARGUMENTS: &'static [Argument] = M::ARGUMENTS;
    const DESCRIPTION: &'static str = M::DESCRIPTION;
    const EXAMPLE: &'static str = M::EXAMPLE;
    type State = M::Rows;

    fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()> {
        let places = const { Places::of(M::ARGUMENTS) };
        state.add(Group {
            value: places.value.and_then(|at| columns.number(at, row)),
            population: places.population.and_then(|at| columns.number(at, row)),
            se: places.se.and_then(|at| columns.number(at, row)),
            order: places.rank.and_then(|at| columns.number(at, row)),
            is_reference: places.is_reference.and_then(|at| columns.flag(at, row)),
            times: 1.0,
        });
        Ok(())
    }

    fn update_groups(
        states: &mut [Self::State],
        columns: &Columns,
        groups: &[usize],
    ) -> Result<()> {
        let places = const { Places::of(M::ARGUMENTS) };
        if M::Rows::add_all(states, columns, &places, groups) {
            return Ok(());
        }
        let mut rows = groups.iter().enumerate();
        rows.try_for_each(|(row, group)| Self::update(&mut states[*group], columns, row))
    }

    fn evaluate(state: &Self::State, options: &Options) -> Result<Output> {
        let mut groups = state.groups();
        if !counts_people(M::ARGUMENTS, options) {
            for group in &mut groups {
                group.population = Some(1.0);
            }
        }
        match M::estimate(&groups, options, options.confidence()?) {
            Ok(estimate) => Ok(estimate.into()),
            Err(error) => exec_err!("{}: {error}", M::NAME),
        }
    }
}

/// Whether an argument is given: as a column, whatever is in it, or as a number.
pub(crate) fn is_given(options: &Options, name: &str) -> bool {
    options.is_column(name) || options.number(name).is_some()
}

/// Whether populations are given; where they are not, every group counts as one.
fn counts_people(arguments: &[Argument], options: &Options) -> bool {
    let population = arguments.iter().find(|a| a.name == POPULATION.name);
    population.is_some_and(|a| a.is_required() || is_given(options, a.name))
}

/// Which two groups are compared: by rank or with a reference where one of them is given.
pub(super) fn contrast(options: &Options) -> Result<Contrast, Error> {
    match (
        is_given(options, RANK.name),
        is_given(options, IS_REFERENCE.name),
    ) {
        (false, false) => Ok(Contrast::Extremes),
        (true, false) => Ok(Contrast::Order),
        (false, true) => Ok(Contrast::Reference),
        (true, true) => Err(Error::argument(
            "is_reference",
            "nothing beside `rank`",
            "a column",
        )),
    }
}

/// What an entropy is multiplied by.
pub(super) fn scale(options: &Options) -> f64 {
    options.number(ENTROPY_SCALE.name).unwrap_or(f64::NAN)
}

/// Which values are good news.
pub(crate) fn better(options: &Options) -> Better {
    match options.flag(FAVOURABLE.name) {
        true => Better::High,
        false => Better::Low,
    }
}

/// Where the arguments of a measure are.
#[derive(Debug)]
pub(crate) struct Places {
    value: Option<usize>,
    population: Option<usize>,
    se: Option<usize>,
    rank: Option<usize>,
    is_reference: Option<usize>,
}

impl Places {
    const fn of(arguments: &[Argument]) -> Self {
        Self {
            value: place(arguments, VALUE.name),
            population: place(arguments, POPULATION.name),
            se: place(arguments, SE.name),
            rank: place(arguments, RANK.name),
            is_reference: place(arguments, IS_REFERENCE.name),
        }
    }
}

/// The place of a name among arguments, when compiled.
const fn place(arguments: &[Argument], name: &str) -> Option<usize> {
    let mut at = 0;
    while at < arguments.len() {
        if equal(arguments[at].name.as_bytes(), name.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    at == left.len() && at == right.len()
}

/// NaN stands for NULL in rows that are kept.
fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

/// Rows that are groups.
pub(crate) trait GroupRows: State {
    /// Adds a group.
    fn add(&mut self, group: Group);
    /// Adds each row of a batch to its own, or says that it has to be done row by row.
    fn add_all(_: &mut [Self], _: &Columns, _: &Places, _: &[usize]) -> bool {
        false
    }
    /// The groups.
    fn groups(&self) -> Vec<Group>;
}

/// Value, population and standard error.
impl GroupRows for Alike<3> {
    fn add_all(states: &mut [Self], columns: &Columns, places: &Places, groups: &[usize]) -> bool {
        let of =
            |place: Option<usize>| place.map_or(Numbers::Same(f64::NAN), |at| columns.numbers(at));
        let rows = [places.value, places.population, places.se].map(of);
        Self::push_groups(states, rows, groups);
        true
    }

    fn add(&mut self, group: Group) {
        self.push([group.value, group.population, group.se]);
    }

    fn groups(&self) -> Vec<Group> {
        let group = |(row, times): Counted<3>| {
            let [value, population, se] = row.map(known);
            Group {
                value,
                population,
                se,
                times: count(times),
                ..Group::default()
            }
        };
        self.iter().map(group).collect()
    }
}

/// Value, population, standard error, rank, and whether it is the reference.
impl GroupRows for Alike<5> {
    fn add(&mut self, group: Group) {
        let is_reference = group.is_reference.map(|is| f64::from(u8::from(is)));
        self.push([
            group.value,
            group.population,
            group.se,
            group.order,
            is_reference,
        ]);
    }

    fn groups(&self) -> Vec<Group> {
        let group = |(row, times): Counted<5>| {
            let [value, population, se, order, is_reference] = row.map(known);
            Group {
                value,
                population,
                se,
                order,
                is_reference: is_reference.map(|is| is != 0.0),
                times: count(times),
            }
        };
        self.iter().map(group).collect()
    }
}
