//! `mean_difference_from_mean(value, …)`: how far groups lie from the mean.

use kohort_stats::unordered::{Group, Weighting, mean_difference_from_mean};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, POPULATION, SE, VALUE};

/// How far groups lie from the mean, every group counting alike.
#[derive(Debug)]
pub(super) struct MeanDifferenceFromMean;

impl OverGroups for MeanDifferenceFromMean {
    const NAME: &'static str = "mean_difference_from_mean";
    const ALIASES: &'static [&'static str] = &["mdmu"];
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        How far groups lie from the mean over people, on average, every group counting alike. \
        0 is no difference. Absolute; beside it give the relative `index_of_disparity`. \
        Interval by the delta method, which takes it as certain on which side of the mean a \
        group lies; none when all values are equal. Chance alone makes it larger than 0.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        groups, or no people, give `undefined`; a NULL standard error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT mean_difference_from_mean(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        mean_difference_from_mean(groups, Weighting::Equal, confidence)
    }
}
