//! `cumulative_incidence(time, event_type, cause, t, …)`: the share to whom something has happened,
//! when something else can make it impossible.

use datafusion::common::{Result, exec_err};
use kohort_stats::waiting::{CompetingEvent, CompetingTimes, cumulative_incidence};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::Output;
use super::over_waits::{CONF_TYPE, T, TIME, limits, required};

/// What stands for a person last seen waiting.
const CENSORED: [&str; 2] = ["0", "censored"];

const EVENT_TYPE: Argument = Argument::code(
    "event_type",
    "how it ended: a word or a whole number, such as 'tested' or 'died'; 'censored' or 0 for a \
     person last seen waiting; NULL gives `incomplete_strata`",
);

const CAUSE: Argument = Argument::code(
    "cause",
    "which of them is asked about; all others but 'censored' and 0 compete with it",
)
.constant();

/// The share to whom something has happened.
#[derive(Debug)]
pub(super) struct CumulativeIncidence;

impl Aggregate for CumulativeIncidence {
    const NAME: &'static str = "cumulative_incidence";
    const ARGUMENTS: &'static [Argument] = &[
        TIME,
        EVENT_TYPE,
        CAUSE,
        T,
        Argument::confidence(),
        CONF_TYPE,
    ];
    const DESCRIPTION: &'static str = "\
        The share of people to whom `cause` has happened by `t`, when other events can make it \
        impossible: `Σ S(t-) d/n` after Aalen and Johansen (1978, Scandinavian Journal of \
        Statistics 5), with a standard error by the infinitesimal jackknife. 0.8 means that 80 \
        in 100 are tested by then. Who dies or moves before a test was not served, while a \
        Kaplan-Meier curve that takes them for censored pretends that they were still to be, and \
        comes out too high. The shares of all causes and of those who still wait add up to 1.\n\n\
        `events` are those of `cause` no later than `t`, `n` all people. A NULL time or event \
        gives the status `incomplete_strata`; no rows `undefined`; `not_reached` says that some \
        still wait after the last time that anyone was seen, and that `t` is later. At 0 and at \
        1 there is neither error nor interval. A negative time is an error, and so is an event \
        that is a fraction or true or false.";
    const EXAMPLE: &'static str = "\
        SELECT cumulative_incidence(days, ended_by, 'tested', 90) AS tested_within_90_days\n\
        FROM (VALUES (35, 'tested'), (60, 'died'), (80, 'tested'), (150, 'censored'))\n\
        \u{20}    AS referral(days, ended_by);";
    type State = CompetingTimes;

    fn update(state: &mut CompetingTimes, columns: &Columns, row: usize) -> Result<()> {
        let cause = columns.text(2, row);
        if cause.is_none_or(|cause| CENSORED.contains(&cause)) {
            let found = cause.unwrap_or("NULL");
            return exec_err!("{}: cause: expected an event, got `{found}`", Self::NAME);
        }
        let event = columns.text(1, row).map(|event| match event {
            event if CENSORED.contains(&event) => CompetingEvent::Censored,
            event if Some(event) == cause => CompetingEvent::Cause,
            _ => CompetingEvent::Other,
        });
        let added = state.add(columns.number(0, row), event);
        added.or_else(|error| exec_err!("{}: {error}", Self::NAME))
    }

    fn evaluate(state: &CompetingTimes, options: &Options) -> Result<Output> {
        let confidence = options.confidence()?;
        let found = required(options, T.name)
            .and_then(|t| cumulative_incidence(state, t, limits(options)?, confidence));
        match found {
            Ok(estimate) => Ok(estimate.into()),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}
