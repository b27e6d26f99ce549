//! `coefficient_of_variation(value, …)`: the relative spread of groups.

use kohort_stats::unordered::{Group, coefficient_of_variation};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{OverGroups, POPULATION_OR_ONE, SE, VALUE};

/// The standard deviation between groups, in per cent of their mean.
#[derive(Debug)]
pub(super) struct CoefficientOfVariation;

impl OverGroups for CoefficientOfVariation {
    const NAME: &'static str = "coefficient_of_variation";
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION_OR_ONE, SE, Argument::confidence()];
    const DESCRIPTION: &'static str = "\
        The standard deviation between groups in per cent of the mean over people: `100 · \
        between_group_sd / weighted_mean`. 0 is no difference; 10 means that groups typically \
        lie a tenth of the mean away from it. Relative and weighted by people. It divides by \
        the number of people, not by one less. Interval by the delta method from the variance of \
        `between_group_variance` (Ahn), none when all values are equal.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        groups, no people, or a mean that is not above 0 give `undefined`; a NULL standard \
        error leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT coefficient_of_variation(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], _: &Options, confidence: Confidence) -> Result<Estimate, Error> {
        coefficient_of_variation(groups, confidence)
    }
}
