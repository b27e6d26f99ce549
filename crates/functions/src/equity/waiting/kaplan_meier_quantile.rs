//! `kaplan_meier_quantile(time, event, p, …)`: how long until a share of people are served.

use kohort_stats::waiting::{WaitingTimes, kaplan_meier_quantile};
use kohort_stats::{Confidence, Error};

use super::super::Entry;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::output::Output;
use super::over_waits::{CONF_TYPE, EVENT, OverWaits, TIME, limits, over_waits, required};

/// The function.
pub(super) fn entry() -> Entry {
    over_waits::<KaplanMeierQuantile>()
}

const P: Argument = Argument::number(
    "p",
    "the share of people, between 0 and 1: 0.5 for the median wait",
)
.constant();

/// How long until a share of people are served.
#[derive(Debug)]
struct KaplanMeierQuantile;

impl OverWaits for KaplanMeierQuantile {
    const NAME: &'static str = "kaplan_meier_quantile";
    const ALIASES: &'static [&'static str] = &["km_quantile"];
    const ARGUMENTS: &'static [Argument] = &[TIME, EVENT, P, Argument::confidence(), CONF_TYPE];
    const DESCRIPTION: &'static str = "\
        How long it takes until a share `p` of people are served, those who still wait counted \
        as waiting: the first time at which the Kaplan-Meier curve is `1 - p` or below, or the \
        middle of the interval over which it is exactly that. 0.5 gives the median wait. The \
        limits are where the band around the curve comes down to `1 - p`. Brookmeyer and \
        Crowley, 1982, doi:10.2307/2530286.\n\n\
        `events` are all waits that ended, `n` all people. `not_reached` says that fewer than \
        `p` are served by the last time; `value` is then NULL, and `lower_cl` is there where the \
        lower edge of the band comes down so far (\"not reached, 475 to –\"). An upper limit that \
        is NULL says that the wait may be longer than anyone was seen for. The limits are those of \
        `quantile(survfit(...))` in R. A NULL time or event gives the status `incomplete_strata`; \
        no rows `undefined`. A negative time is an error.";
    const EXAMPLE: &'static str = "\
        SELECT region, kaplan_meier_quantile(days, answered, 0.5) AS median_wait\n\
        FROM (VALUES ('01', 35, true), ('01', 80, true), ('01', 120, true), ('01', 150, false),\n\
        \u{20}            ('03', 60, true), ('03', 100, false), ('03', 130, false))\n\
        \u{20}    AS referral(region, days, answered)\n\
        GROUP BY region ORDER BY region;";

    fn answer(
        times: &WaitingTimes,
        options: &Options,
        confidence: Confidence,
    ) -> Result<Output, Error> {
        let p = required(options, P.name)?;
        Ok(kaplan_meier_quantile(times, p, limits(options)?, confidence)?.into())
    }
}
