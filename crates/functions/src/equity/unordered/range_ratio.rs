//! `range_ratio(value, …)`: the highest value over the lowest.

use kohort_stats::unordered::{Group, range_ratio};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, VALUE};

/// The highest value over the lowest.
#[derive(Debug)]
pub(super) struct RangeRatio;

impl OverGroups for RangeRatio {
    const NAME: &'static str = "range_ratio";
    const ARGUMENTS: &'static [Argument] = &[VALUE];
    const DESCRIPTION: &'static str = "\
        The highest value over the lowest. 1 is no difference; infinite when only the lowest \
        is 0. Relative; groups do not weigh by their size. Chance alone spreads the extremes, \
        the more the more groups there are and the smaller they are: with more than about ten \
        groups look at `index_of_disparity` instead.\n\n\
        NULL as a value gives the status `incomplete_strata`; fewer than two groups, a \
        negative value, or nothing but zeros give `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT range_ratio(share) AS gap\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, _: Confidence) -> Result<Estimate, Error> {
        range_ratio(groups)
    }
}
