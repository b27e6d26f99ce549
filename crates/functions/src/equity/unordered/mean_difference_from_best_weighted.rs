//! `mean_difference_from_best_weighted(value, …)`: how far groups lie from the best one.

use kohort_stats::unordered::{Group, Weighting, mean_difference_from_best};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{FAVOURABLE, OverGroups, POPULATION, SE, VALUE, better};

/// How far groups lie from the best one, weighted by population, so that every person counts alike.
#[derive(Debug)]
pub(super) struct MeanDifferenceFromBestWeighted;

impl OverGroups for MeanDifferenceFromBestWeighted {
    const NAME: &'static str = "mean_difference_from_best_weighted";
    const ALIASES: &'static [&'static str] = &["mdbw"];
    const ARGUMENTS: &'static [Argument] =
        &[VALUE, POPULATION, FAVOURABLE, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        How far groups lie from the best one, on average over all groups, weighted by \
        population, so that every person counts alike. The best has the highest value, or the \
        lowest unless high ones are `favourable`. 0 is no difference: everyone has what the \
        best group has. Absolute. The best is chosen by the data, often because it is small \
        and lucky: the value is too large, and the interval (by the delta method) does not \
        know it. Name a reference in advance where you can: \
        `mean_difference_from_reference_weighted`.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        groups, or no people, give `undefined`; a NULL standard error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT mean_difference_from_best_weighted(share, people, true, se) AS gap\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        mean_difference_from_best(groups, better(options), Weighting::Population, confidence)
    }
}
