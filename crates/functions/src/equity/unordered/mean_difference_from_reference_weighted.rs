//! `mean_difference_from_reference_weighted(value, …)`: how far groups lie from a named one.

use kohort_stats::unordered::{Group, Weighting, mean_difference_from_reference};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{IS_REFERENCE, OverGroups, POPULATION, SE, VALUE};

/// How far groups lie from a named one, weighted by population, so that every person counts alike.
#[derive(Debug)]
pub(super) struct MeanDifferenceFromReferenceWeighted;

impl OverGroups for MeanDifferenceFromReferenceWeighted {
    const NAME: &'static str = "mean_difference_from_reference_weighted";
    const ALIASES: &'static [&'static str] = &["mdrw"];
    const ARGUMENTS: &'static [Argument] =
        &[VALUE, POPULATION, IS_REFERENCE, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        How far groups lie from a named one, on average over all groups, weighted by \
        population, so that every person counts alike. 0 is no difference. Absolute; groups \
        above and below the reference add up, they do not cancel. Interval by the delta \
        method, which takes it as certain on which side of the reference a group lies; none \
        when all values are equal.\n\n\
        NULL as a value, population or mark gives the status `incomplete_strata`; fewer than \
        three groups, no people, or not exactly one reference, give `undefined`; a NULL \
        standard error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT mean_difference_from_reference_weighted(share, people, name = 'Skåne', se) AS gap\n\
        FROM (VALUES ('Skåne', 61, 832, 5), ('Dalarna', 74, 931, 3), ('Gotland', 58, 1468, 3))\n\
        \u{20}    AS region(name, share, people, se);";
    type Rows = Alike<5>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        mean_difference_from_reference(groups, Weighting::Population, confidence)
    }
}
