//! `population_attributable_risk(value, population, …)`: what would be gained if everyone had what
//! the best-off group has.

use kohort_stats::impact::population_attributable_risk;
use kohort_stats::unordered::Group;
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::unordered::over_groups::{
    FAVOURABLE, OverGroups, POPULATION, RANK, VALUE, better,
};
use super::{SCALE, best_off};

/// What would be gained if everyone had what the best-off group has.
#[derive(Debug)]
pub(super) struct PopulationAttributableRisk;

impl OverGroups for PopulationAttributableRisk {
    const NAME: &'static str = "population_attributable_risk";
    const ALIASES: &'static [&'static str] = &["par"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        FAVOURABLE,
        RANK,
        SCALE,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        What would be gained if everyone had what the best-off group has: its value less the \
        mean over people. The best-off is the group with the best value or, with `rank`, the \
        most advantaged one. 0 means that nothing would be gained, also where the most \
        advantaged are worse off than the mean; below 0 it is what would be avoided, of something \
        bad (`favourable` false). Absolute and weighted by people; beside it give the \
        `population_attributable_fraction`.\n\n\
        Interval by Walter 1976, doi:10.2307/2529268, for shares of people in a cross-section: it \
        takes a `scale`, and populations in people who were asked; values outside 0 to the scale \
        are an error. It does not know that the data chose the best. NULL as a value, population \
        or rank gives the status `incomplete_strata`; fewer than two groups, no people, or two \
        groups at the end of the order give `undefined`.";
    const EXAMPLE: &'static str = "\
        SELECT population_attributable_risk(share, people, true, NULL, 100) AS gain\n\
        FROM (VALUES (61, 832), (74, 931), (58, 1468), (84, 935)) AS region(share, people);";
    type Rows = Alike<5>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        let (best_off, scale) = (best_off(options), options.number(SCALE.name));
        population_attributable_risk(groups, best_off, better(options), scale, confidence)
    }
}
