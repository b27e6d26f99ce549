//! `equity_difference(value, …)`: the difference between two groups.

use kohort_stats::unordered::{Group, equity_difference};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{FAVOURABLE, IS_REFERENCE, OverGroups, RANK, SE, VALUE, better, contrast};

/// The difference between two groups.
#[derive(Debug)]
pub(super) struct EquityDifference;

impl OverGroups for EquityDifference {
    const NAME: &'static str = "equity_difference";
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        SE,
        RANK,
        IS_REFERENCE.optional(),
        FAVOURABLE,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        The difference between two groups. Without `rank` and `is_reference` they are the \
        highest and the lowest; with `rank` the most advantaged and the most disadvantaged; \
        with `is_reference` that group and the worst of the others. Unless high values are \
        `favourable` the last two are turned round, so that above 0 means harm to the worse-off. \
        0 is no difference. Absolute: give the `equity_ratio` beside it. Normal interval; \
        that of the highest and lowest does not know that the data chose them, and is too \
        narrow.\n\n\
        NULL as a value, rank or mark gives the status `incomplete_strata`; fewer than two \
        groups, two groups at an end of the order, or not exactly one reference give \
        `undefined`; a NULL standard error of one of the two leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT equity_difference(share, se, quintile) AS gap\n\
        FROM (VALUES (1, 20, 5), (2, 30, 7), (3, 40, 10), (4, 50, 12), (5, 60, 14))\n\
        \u{20}    AS income(quintile, share, se);";
    type Rows = Alike<5>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        equity_difference(groups, contrast(options)?, better(options), confidence)
    }
}
