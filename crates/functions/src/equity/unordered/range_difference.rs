//! `range_difference(value, …)`: the highest value less the lowest.

use kohort_stats::unordered::{Group, range_difference};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, VALUE};

/// The highest value less the lowest.
#[derive(Debug)]
pub(super) struct RangeDifference;

impl OverGroups for RangeDifference {
    const NAME: &'static str = "range_difference";
    const ARGUMENTS: &'static [Argument] = &[VALUE];
    const DESCRIPTION: &'static str = "\
        The highest value less the lowest. 0 is no difference. Absolute; groups do not weigh \
        by their size. Chance alone spreads the extremes, the more the more groups there are \
        and the smaller they are: with more than about ten groups look at \
        `mean_difference_from_mean` instead.\n\n\
        NULL as a value gives the status `incomplete_strata`; fewer than two groups give \
        `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT range_difference(share) AS gap\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, _: Confidence) -> Result<Estimate, Error> {
        range_difference(groups)
    }
}
