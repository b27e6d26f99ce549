//! `index_of_disparity(value, …)`: how far groups lie from the mean, in per cent of it.

use kohort_stats::unordered::{Group, Weighting, index_of_disparity};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, POPULATION, SE, VALUE};

/// How far groups lie from the mean, in per cent of it, every group counting alike.
#[derive(Debug)]
pub(super) struct IndexOfDisparity;

impl OverGroups for IndexOfDisparity {
    const NAME: &'static str = "index_of_disparity";
    const ALIASES: &'static [&'static str] = &["idisu"];
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        How far groups lie from the mean over people, on average and in per cent of that mean, \
        every group counting alike. 0 is no difference; 10 means a tenth of the mean. \
        Relative; beside it give the absolute `mean_difference_from_mean`. Interval by the \
        delta method, which follows the mean as it moves; none when all values are equal. This \
        is WHO's form, around the mean; Pearcy and Keppel 2002, doi:10.1093/phr/117.3.273, \
        compare with a reference.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        groups, no people, or a mean that is not above 0 give `undefined`; a NULL standard \
        error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT index_of_disparity(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        index_of_disparity(groups, Weighting::Equal, confidence)
    }
}
