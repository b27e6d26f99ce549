//! `logrank_test(time, event, group)`: do groups wait equally long?

use datafusion::common::Result;
use kohort_stats::waiting::{WaitingTimes, logrank_test};
use kohort_stats::{Estimate, Status};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Keyed;
use super::over_waits::{EVENT, TIME, add};

const GROUP: Argument = Argument::key(
    "group",
    "the group of the person: a region, a sex; NULL gives `incomplete_strata`",
);

/// Do groups wait equally long?
#[derive(Debug)]
pub(super) struct LogrankTest;

impl Aggregate for LogrankTest {
    const NAME: &'static str = "logrank_test";
    const ARGUMENTS: &'static [Argument] = &[TIME, EVENT, GROUP];
    const SHAPE: Shape = Shape::EstimateAnd(&[
        ("degrees_of_freedom", CellType::Number),
        ("p_value", CellType::Number),
    ]);
    const DESCRIPTION: &'static str = "\
        The log-rank test of whether groups wait equally long: `value` is the chi-squared \
        statistic of observed against expected events, with one degree of freedom less than \
        groups. A p-value near 0 says that they do not, but neither how different they are nor \
        who waits longer; see `restricted_mean_difference`. Curves that cross can cancel, and \
        with many people a difference of no consequence is significant. Mantel, 1966, Cancer \
        Chemotherapy Reports 50; Peto and Peto, 1972, doi:10.2307/2344317.\n\n\
        No interval. `events` are all waits that ended, `n` all people. A NULL time, event or \
        group gives the status `incomplete_strata`; `undefined` says that fewer than two groups \
        were waiting when any wait ended. A negative time is an error.";
    const EXAMPLE: &'static str = "\
        SELECT logrank_test(days, answered, sex) AS by_sex\n\
        FROM (VALUES ('K', 35, true), ('K', 140, true), ('K', 150, false),\n\
        \u{20}            ('M', 30, true), ('M', 60, true), ('M', 130, false))\n\
        \u{20}    AS referral(sex, days, answered);";
    type State = Keyed<WaitingTimes>;

    fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()> {
        let times = state.entry(columns.text(2, row));
        add(Self::NAME, times, columns, row)
    }

    fn evaluate(state: &Self::State, _: &Options) -> Result<Output> {
        let groups = state.sorted();
        let times: Vec<&WaitingTimes> = groups.iter().map(|(_, times)| *times).collect();
        let mut test = logrank_test(&times);
        if groups.iter().any(|(key, _)| key.is_none()) {
            let Estimate {
                events, n, method, ..
            } = test.estimate;
            test.estimate =
                Estimate::missing(Status::IncompleteStrata, method).with_counts(events, n);
            (test.degrees_of_freedom, test.p_value) = (None, None);
        }
        Ok(Output::EstimateAnd(
            test.estimate,
            vec![
                Cell::Number(test.degrees_of_freedom),
                Cell::Number(test.p_value),
            ],
        ))
    }
}
