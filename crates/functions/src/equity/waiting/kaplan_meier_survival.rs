//! `kaplan_meier_survival(time, event, t, …)`: the share of people who wait longer than a time.

use kohort_stats::waiting::{WaitingTimes, kaplan_meier_survival};
use kohort_stats::{Confidence, Error};

use super::super::Entry;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::output::Output;
use super::over_waits::{CONF_TYPE, EVENT, OverWaits, T, TIME, limits, over_waits, required};

/// The function.
pub(super) fn entry() -> Entry {
    over_waits::<KaplanMeierSurvival>()
}

/// The share of people who wait longer than a time.
#[derive(Debug)]
struct KaplanMeierSurvival;

impl OverWaits for KaplanMeierSurvival {
    const NAME: &'static str = "kaplan_meier_survival";
    const ALIASES: &'static [&'static str] = &["km_survival"];
    const ARGUMENTS: &'static [Argument] = &[TIME, EVENT, T, Argument::confidence(), CONF_TYPE];
    const DESCRIPTION: &'static str = "\
        The share of people who wait longer than `t`, or live longer, by the Kaplan-Meier curve: \
        the product of `1 - d/n` over all times up to `t` at which `d` of the `n` people who had \
        waited until then were served. Standard error by Greenwood's formula. Those who are last \
        seen waiting must be like those who wait on; where death or a move ends a wait, use \
        `cumulative_incidence`. Kaplan and Meier, 1958, doi:10.1080/01621459.1958.10501452.\n\n\
        `events` are the waits that ended no later than `t`, `n` all people. A NULL time or \
        event gives the status `incomplete_strata`; no rows `undefined`; `not_reached` says that \
        some still wait after the last time that anyone was seen, and that `t` is later. At 0 \
        and at 1 there is no interval. A negative time is an error.";
    const EXAMPLE: &'static str = "\
        SELECT kaplan_meier_survival(days, answered, 60)['value'] AS wait_longer\n\
        FROM (VALUES (35, true), (80, true), (120, true), (150, false))\n\
        \u{20}    AS referral(days, answered);";

    fn answer(
        times: &WaitingTimes,
        options: &Options,
        confidence: Confidence,
    ) -> Result<Output, Error> {
        let t = required(options, T.name)?;
        Ok(kaplan_meier_survival(times, t, limits(options)?, confidence)?.into())
    }
}
