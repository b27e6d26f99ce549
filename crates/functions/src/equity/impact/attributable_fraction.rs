//! `attributable_fraction(value, population, …)`: the share of something bad that would not be, if
//! everyone were as well off as the best.

use kohort_stats::impact::attributable_fraction;
use kohort_stats::unordered::Group;
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::unordered::over_groups::{OverGroups, POPULATION, RANK, VALUE};
use super::{SCALE, best_off};

/// The share of something bad that would not be, if everyone were as well off as the best.
#[derive(Debug)]
pub(super) struct AttributableFraction;

impl OverGroups for AttributableFraction {
    const NAME: &'static str = "attributable_fraction";
    const ARGUMENTS: &'static [Argument] =
        &[VALUE, POPULATION, RANK, SCALE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        The share of something bad that would not be, if everyone were as well off as the best: \
        `1 - y / μ`, where `μ` is the mean over people and `y` the lowest value or, with `rank`, \
        that of the most advantaged group. 0 means that nothing would be avoided, 0.3 that three \
        tenths of all cases would; below 0 the most advantaged are worse off than the mean. \
        Relative and weighted by people. This is the population attributable fraction of \
        epidemiologists; `population_attributable_fraction` is WHO's, in per cent, with the sign \
        turned, and cut off at 0.\n\n\
        Interval by Walter 1976, doi:10.2307/2529268, as of `population_attributable_risk`: it \
        takes a `scale`. NULL as a value, population or rank gives the status \
        `incomplete_strata`; fewer than two groups, no people, a mean that is not above 0, or two \
        groups at the end of the order give `undefined`.";
    const EXAMPLE: &'static str = "\
        SELECT attributable_fraction(deaths, people, NULL, 1000) AS avoidable\n\
        FROM (VALUES (40, 300), (20, 100), (35, 250)) AS region(deaths, people);";
    type Rows = Alike<5>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        let scale = options.number(SCALE.name);
        attributable_fraction(groups, best_off(options), scale, confidence)
    }
}
