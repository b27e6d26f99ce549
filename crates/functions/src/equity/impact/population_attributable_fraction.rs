//! `population_attributable_fraction(value, population, …)`: what would be gained if everyone had
//! what the best-off group has, in per cent of the mean.

use kohort_stats::impact::population_attributable_fraction;
use kohort_stats::unordered::Group;
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::unordered::over_groups::{
    FAVOURABLE, OverGroups, POPULATION, RANK, VALUE, better,
};
use super::{SCALE, best_off};

/// What would be gained if everyone had what the best-off group has, in per cent of the mean.
#[derive(Debug)]
pub(super) struct PopulationAttributableFraction;

impl OverGroups for PopulationAttributableFraction {
    const NAME: &'static str = "population_attributable_fraction";
    const ALIASES: &'static [&'static str] = &["paf"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        FAVOURABLE,
        RANK,
        SCALE,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        What would be gained if everyone had what the best-off group has, in per cent of the mean \
        over people: `100 · population_attributable_risk / weighted_mean`, as WHO has it. 0 means \
        that nothing would be gained; 10 that a tenth of what there is would come on top; below 0 \
        it is the share that would be avoided, of something bad (`favourable` false). Relative \
        and weighted by people. What epidemiologists call by this name is \
        `attributable_fraction`.\n\n\
        Interval by Walter 1976, doi:10.2307/2529268, as of `population_attributable_risk`: it \
        takes a `scale`. NULL as a value, population or rank gives the status \
        `incomplete_strata`; fewer than two groups, no people, a mean that is not above 0, or two \
        groups at the end of the order give `undefined`.";
    const EXAMPLE: &'static str = "\
        SELECT population_attributable_fraction(share, people, true, quintile, 100) AS gain\n\
        FROM (VALUES (1, 20, 78), (2, 30, 91), (3, 40, 162), (4, 50, 103), (5, 60, 105))\n\
        \u{20}    AS income(quintile, share, people);";
    type Rows = Alike<5>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        let (best_off, scale) = (best_off(options), options.number(SCALE.name));
        population_attributable_fraction(groups, best_off, better(options), scale, confidence)
    }
}
