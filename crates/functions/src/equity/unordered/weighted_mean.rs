//! `weighted_mean(value, …)`: the mean over the people of all groups.

use kohort_stats::unordered::{Group, weighted_mean};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, POPULATION, SE, VALUE};

/// The mean of groups, by their people.
#[derive(Debug)]
pub(super) struct WeightedMean;

impl OverGroups for WeightedMean {
    const NAME: &'static str = "weighted_mean";
    const ALIASES: &'static [&'static str] = &["setting_average"];
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        The mean over the people of all groups, `Σ f y`, where `f` is the share of all people \
        that a group has: the setting average, from which measures of spread are taken. \
        Standard error `√Σ f² s²`.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; no people give \
        `undefined`; a NULL standard error leaves out the interval. For rates the population \
        is the denominator of the rate.";
    const EXAMPLE: &'static str = "\
        SELECT weighted_mean(share, people, se) AS mean\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        weighted_mean(groups, confidence)
    }
}
