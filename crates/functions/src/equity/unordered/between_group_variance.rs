//! `between_group_variance(value, …)`: the variance between groups.

use kohort_stats::unordered::{Group, between_group_variance};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, POPULATION, SE, VALUE};

/// The variance between groups.
#[derive(Debug)]
pub(super) struct BetweenGroupVariance;

impl OverGroups for BetweenGroupVariance {
    const NAME: &'static str = "between_group_variance";
    const ALIASES: &'static [&'static str] = &["bgv"];
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        The variance between groups, `Σ f (y - μ)²`, where `f` is the share of all people that \
        a group has and `μ` the mean over people. 0 is no difference. Absolute (in the squared \
        unit of the values) and weighted by people; groups far from the mean count most. \
        Interval by Ahn et al. 2018, doi:10.1200/CCI.18.00031; chance alone makes the variance \
        larger than 0.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        groups, or no people, give `undefined`; a NULL standard error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT between_group_variance(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        between_group_variance(groups, confidence)
    }
}
