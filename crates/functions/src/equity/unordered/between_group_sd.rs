//! `between_group_sd(value, …)`: the standard deviation between groups.

use kohort_stats::unordered::{Group, between_group_sd};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, POPULATION, SE, VALUE};

/// The standard deviation between groups.
#[derive(Debug)]
pub(super) struct BetweenGroupSd;

impl OverGroups for BetweenGroupSd {
    const NAME: &'static str = "between_group_sd";
    const ALIASES: &'static [&'static str] = &["bgsd"];
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        The standard deviation between groups: the square root of `between_group_variance`. 0 \
        is no difference. Absolute and weighted by people; beside it give the relative \
        `coefficient_of_variation`. Interval by the delta method from the variance of \
        `between_group_variance` (Ahn), none when all values are equal; chance alone makes it \
        larger than 0.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        groups, or no people, give `undefined`; a NULL standard error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT between_group_sd(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        between_group_sd(groups, confidence)
    }
}
