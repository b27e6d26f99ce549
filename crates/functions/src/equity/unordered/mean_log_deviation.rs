//! `mean_log_deviation(value, …)`: the mean log deviation between groups, or people.

use kohort_stats::unordered::{Group, mean_log_deviation};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{ENTROPY_SCALE, OverGroups, POPULATION_OR_ONE, SE, VALUE, scale};

/// The mean log deviation, Theil's index L.
#[derive(Debug)]
pub(super) struct MeanLogDeviation;

impl OverGroups for MeanLogDeviation {
    const NAME: &'static str = "mean_log_deviation";
    const ALIASES: &'static [&'static str] = &["mld"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION_OR_ONE,
        SE,
        ENTROPY_SCALE,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        The mean log deviation, or Theil's index L, `-scale · Σ f ln r`, where `f` is the \
        share of all people that a group has and `r` its value relative to the mean. 0 is no \
        difference; infinite when a group with people has 0 and another has not. Relative and \
        weighted by people; those with little count more than those with much, the reverse of \
        `theil_index`. Interval by the delta method, Ahn et al. 2018, \
        doi:10.1200/CCI.18.00031; chance alone makes the index larger than 0.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        rows, no people, a negative value, or nothing but zeros give `undefined`; a NULL \
        standard error, or a value of 0, leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT mean_log_deviation(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        mean_log_deviation(groups, scale(options), confidence)
    }
}
