//! `symmetrised_theil(value, …)`: the mean of `theil_index` and `mean_log_deviation`.

use kohort_stats::unordered::{Group, symmetrised_theil};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{ENTROPY_SCALE, OverGroups, POPULATION_OR_ONE, SE, VALUE, scale};

/// The mean of Theil's two indices.
#[derive(Debug)]
pub(super) struct SymmetrisedTheil;

impl OverGroups for SymmetrisedTheil {
    const NAME: &'static str = "symmetrised_theil";
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION_OR_ONE,
        SE,
        ENTROPY_SCALE,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        The mean of `theil_index` and `mean_log_deviation`, in which those with much and those \
        with little count alike. 0 is no difference; infinite when a group with people has 0 \
        and another has not. Relative and weighted by people. Interval by the delta method. \
        Borrell and Talih 2011, doi:10.1002/sim.4114.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        rows, no people, a negative value, or nothing but zeros give `undefined`; a NULL \
        standard error, or a value of 0, leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT symmetrised_theil(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        symmetrised_theil(groups, scale(options), confidence)
    }
}
