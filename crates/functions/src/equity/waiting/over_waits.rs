//! What the aggregates over waits share: rows become counts per distinct time, and a measure makes
//! its answer of them.

use std::fmt::Debug;
use std::marker::PhantomData;

use datafusion::common::{Result, exec_err};
use kohort_stats::waiting::{CompetingCounts, CompetingTimes, Limits, WaitingTimes};
use kohort_stats::{Confidence, Error};

use super::super::Entry;
use super::super::aggregate::{Aggregate, aggregate};
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Output, Shape};
use super::super::state::{Reader, State, write_integer, write_number};

/// How long a person waited.
pub(super) const TIME: Argument = Argument::number(
    "time",
    "how long the person has waited, to the end or so far: 0 or more, in days or any one unit; \
     NULL gives `incomplete_strata`, NaN and infinity `undefined`",
);

/// Whether that was the end.
pub(super) const EVENT: Argument = Argument::flag(
    "event",
    "true (or 1) when the wait ended then, false (or 0) for a person last seen waiting; any other \
     number, as where 2 is an event, is an error; NULL gives `incomplete_strata`",
);

/// The scale of limits.
pub(super) const CONF_TYPE: Argument = Argument::choice(
    "conf_type",
    &["log-log", "log", "plain"],
    "the scale on which limits are made: `log-log` stays between 0 and 1 by itself, `log` is R's \
     default",
);

/// The time that is asked about.
pub(super) const T: Argument = Argument::number(
    "t",
    "the time that is asked about: 0 or more, in the unit of `time`",
)
.constant();

/// What makes an aggregate over waits itself. Its first two arguments are [`TIME`] and [`EVENT`].
pub(super) trait OverWaits: Debug + Send + Sync + 'static {
    /// As of an [`Aggregate`].
    const NAME: &'static str;
    /// As of an [`Aggregate`].
    const ALIASES: &'static [&'static str] = &[];
    /// As of an [`Aggregate`].
    const ARGUMENTS: &'static [Argument];
    /// As of an [`Aggregate`].
    const SHAPE: Shape = Shape::Estimate;
    /// As of an [`Aggregate`].
    const DESCRIPTION: &'static str;
    /// As of an [`Aggregate`].
    const EXAMPLE: &'static str;

    /// The answer for the people of a group.
    ///
    /// # Errors
    /// An argument is wrong.
    fn answer(
        times: &WaitingTimes,
        options: &Options,
        confidence: Confidence,
    ) -> Result<Output, Error>;
}

/// The entry of an aggregate over waits.
pub(super) fn over_waits<M: OverWaits>() -> Entry {
    aggregate::<Waits<M>>()
}

/// An aggregate over waits.
#[derive(Debug)]
struct Waits<M>(PhantomData<M>);

impl<M: OverWaits> Aggregate for Waits<M> {
    const NAME: &'static str = M::NAME;
    const ALIASES: &'static [&'static str] = M::ALIASES;
    const ARGUMENTS: &'static [Argument] = M::ARGUMENTS;
    const SHAPE: Shape = M::SHAPE;
    const DESCRIPTION: &'static str = M::DESCRIPTION;
    const EXAMPLE: &'static str = M::EXAMPLE;
    type State = WaitingTimes;

    fn update(state: &mut WaitingTimes, columns: &Columns, row: usize) -> Result<()> {
        add(M::NAME, state, columns, row)
    }

    fn update_groups(
        states: &mut [WaitingTimes],
        columns: &Columns,
        groups: &[usize],
    ) -> Result<()> {
        let (Some(times), Some(events)) = (columns.dense(0), columns.dense_flags(1)) else {
            let mut rows = groups.iter().enumerate();
            return rows
                .try_for_each(|(row, group)| add(M::NAME, &mut states[*group], columns, row));
        };
        for ((time, event), group) in times.iter().zip(events).zip(groups) {
            let added = states[*group].add(Some(*time), Some(event));
            added.or_else(|error| exec_err!("{}: {error}", M::NAME))?;
        }
        Ok(())
    }

    fn evaluate(state: &WaitingTimes, options: &Options) -> Result<Output> {
        let answer = M::answer(state, options, options.confidence()?);
        answer.or_else(|error| exec_err!("{}: {error}", M::NAME))
    }
}

/// Adds a row whose first two columns are [`TIME`] and [`EVENT`].
pub(super) fn add(
    function: &str,
    times: &mut WaitingTimes,
    columns: &Columns,
    row: usize,
) -> Result<()> {
    let added = times.add(columns.number(0, row), columns.flag(1, row));
    added.or_else(|error| exec_err!("{function}: {error}"))
}

/// A number that has to be there.
pub(super) fn required(options: &Options, name: &'static str) -> Result<f64, Error> {
    let number = options.number(name);
    number.ok_or_else(|| Error::argument(name, "a number", "NULL"))
}

/// The scale of limits that was asked for.
pub(super) fn limits(options: &Options) -> Result<Limits, Error> {
    Limits::parse(options.text(CONF_TYPE.name))
}

impl State for WaitingTimes {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, self.missing());
        write_integer(bytes, self.undefined());
        write_integer(bytes, self.distinct() as u64);
        for (time, counts) in self.iter() {
            write_number(bytes, time);
            write_integer(bytes, counts.events);
            write_integer(bytes, counts.censored);
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        self.add_missing(bytes.integer()?);
        self.add_undefined(bytes.integer()?);
        for _ in 0..bytes.length()? {
            let (time, events, censored) = (bytes.number()?, bytes.integer()?, bytes.integer()?);
            if let Err(error) = self.add_counts(time, events, censored) {
                return exec_err!("a state of an aggregate: {error}");
            }
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        WaitingTimes::heap_bytes(self)
    }
}

impl State for CompetingTimes {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, self.missing());
        write_integer(bytes, self.undefined());
        write_integer(bytes, self.distinct() as u64);
        for (time, counts) in self.iter() {
            write_number(bytes, time);
            write_integer(bytes, counts.cause);
            write_integer(bytes, counts.other);
            write_integer(bytes, counts.censored);
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        self.add_missing(bytes.integer()?);
        self.add_undefined(bytes.integer()?);
        for _ in 0..bytes.length()? {
            let time = bytes.number()?;
            let counts = CompetingCounts {
                cause: bytes.integer()?,
                other: bytes.integer()?,
                censored: bytes.integer()?,
            };
            if let Err(error) = self.add_counts(time, counts) {
                return exec_err!("a state of an aggregate: {error}");
            }
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        CompetingTimes::heap_bytes(self)
    }
}
