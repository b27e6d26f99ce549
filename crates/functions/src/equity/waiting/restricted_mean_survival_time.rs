//! `restricted_mean_survival_time(time, event, tau, …)`: the mean wait within a horizon.

use kohort_stats::waiting::{WaitingTimes, restricted_mean_survival_time};
use kohort_stats::{Confidence, Error};

use super::super::Entry;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::output::Output;
use super::over_waits::{EVENT, OverWaits, TIME, over_waits, required};

/// The function.
pub(super) fn entry() -> Entry {
    over_waits::<RestrictedMeanSurvivalTime>()
}

const TAU: Argument = Argument::number(
    "tau",
    "the horizon: above 0, in the unit of `time`, the same for all who are compared",
)
.constant();

/// The mean wait within a horizon.
#[derive(Debug)]
struct RestrictedMeanSurvivalTime;

impl OverWaits for RestrictedMeanSurvivalTime {
    const NAME: &'static str = "restricted_mean_survival_time";
    const ALIASES: &'static [&'static str] = &["rmst"];
    const ARGUMENTS: &'static [Argument] = &[TIME, EVENT, TAU, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        The mean time that people wait of the first `tau` days: the area under the Kaplan-Meier \
        curve up to `tau`, with a normal interval. It is there where a median is not reached, \
        and adds up: 5 more is five days more per person. Compare by \
        `restricted_mean_difference` or `restricted_mean_ratio`, and only with the same `tau`. \
        Royston and Parmar, 2013, doi:10.1186/1471-2288-13-152.\n\n\
        `events` are the waits that ended no later than `tau`, `n` all people. A NULL time or \
        event gives the status `incomplete_strata`; no rows `undefined`; `not_reached` says that \
        some still wait after the last time that anyone was seen, and that `tau` is later. A \
        negative time is an error.";
    const EXAMPLE: &'static str = "\
        SELECT restricted_mean_survival_time(days, answered, 120) AS mean_wait\n\
        FROM (VALUES (35, true), (80, true), (120, true), (150, false))\n\
        \u{20}    AS referral(days, answered);";

    fn answer(
        times: &WaitingTimes,
        options: &Options,
        confidence: Confidence,
    ) -> Result<Output, Error> {
        let tau = required(options, TAU.name)?;
        Ok(restricted_mean_survival_time(times, tau, confidence)?.into())
    }
}
