//! `share_within(time, event, t, …)`: the share of people served within a time.

use kohort_stats::waiting::{WaitingTimes, share_within};
use kohort_stats::{Confidence, Error};

use super::super::Entry;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::output::Output;
use super::over_waits::{CONF_TYPE, EVENT, OverWaits, T, TIME, limits, over_waits, required};

/// The function.
pub(super) fn entry() -> Entry {
    over_waits::<ShareWithin>()
}

/// The share of people served within a time.
#[derive(Debug)]
struct ShareWithin;

impl OverWaits for ShareWithin {
    const NAME: &'static str = "share_within";
    const ARGUMENTS: &'static [Argument] = &[TIME, EVENT, T, Argument::confidence(), CONF_TYPE];
    const DESCRIPTION: &'static str = "\
        The share of people who are served within a time, such as the 90 days of a care \
        guarantee: 1 less the Kaplan-Meier curve at `t`, with those who still wait counted as \
        waiting for as long as they have been seen. 1 means that everyone is served in time. The \
        plain share among answered tests is something else: it leaves out everyone who waits, so \
        that a backlog makes it better. Kaplan and Meier, 1958, \
        doi:10.1080/01621459.1958.10501452.\n\n\
        `events` are the waits that ended within `t`, `n` all people. A NULL time or event gives \
        the status `incomplete_strata`; no rows `undefined`; `not_reached` says that some still \
        wait after the last time that anyone was seen, and that `t` is later. At 0 and at 1 \
        there is no interval. A negative time is an error.";
    const EXAMPLE: &'static str = "\
        SELECT region, share_within(days, answered, 90) AS within_90_days\n\
        FROM (VALUES ('01', 35, true), ('01', 80, true), ('01', 120, true), ('01', 150, false),\n\
        \u{20}            ('03', 60, true), ('03', 100, false), ('03', 130, false))\n\
        \u{20}    AS referral(region, days, answered)\n\
        GROUP BY region ORDER BY region;";

    fn answer(
        times: &WaitingTimes,
        options: &Options,
        confidence: Confidence,
    ) -> Result<Output, Error> {
        let t = required(options, T.name)?;
        Ok(share_within(times, t, limits(options)?, confidence)?.into())
    }
}
