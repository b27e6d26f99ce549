//! `theil_index(value, …)`: Theil's index T between groups, or people.

use kohort_stats::unordered::{Group, theil_index};
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_groups::{ENTROPY_SCALE, OverGroups, POPULATION_OR_ONE, SE, VALUE, scale};

/// Theil's index T.
#[derive(Debug)]
pub(super) struct TheilIndex;

impl OverGroups for TheilIndex {
    const NAME: &'static str = "theil_index";
    const ALIASES: &'static [&'static str] = &["ti"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION_OR_ONE,
        SE,
        ENTROPY_SCALE,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        Theil's index T, `scale · Σ f r ln r`, where `f` is the share of all people that a \
        group has and `r` its value relative to the mean. 0 is no difference. Relative and \
        weighted by people; those with much count more than those with little, the reverse of \
        `mean_log_deviation`. A value of 0 adds 0. Interval by the delta method, Ahn et al. \
        2018, doi:10.1200/CCI.18.00031; chance alone makes the index larger than 0. Without \
        populations it is the index over people; `generalised_entropy(value, 1)` is the same \
        without the scale.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than three \
        rows, no people, a negative value, or nothing but zeros give `undefined`; a NULL \
        standard error, or a value of 0, leaves out the interval.";
    const EXAMPLE: &'static str = "\
        SELECT theil_index(share, people, se) AS spread\n\
        FROM (VALUES (61, 832, 5), (74, 931, 3), (58, 1468, 3), (84, 935, 4))\n\
        \u{20}    AS region(share, people, se);";
    type Rows = Alike<3>;

    fn estimate(
        groups: &[Group],
        options: &Options,
        confidence: Confidence,
    ) -> Result<Estimate, Error> {
        theil_index(groups, scale(options), confidence)
    }
}
