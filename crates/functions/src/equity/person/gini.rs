//! `gini(value, …)`: the Gini coefficient.

use kohort_stats::person::{GiniCorrection, Person, gini};
use kohort_stats::{Error, Estimate};

use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_people::{OverPeople, VALUE, WEIGHT};

const CORRECTED: Argument = Argument::flag(
    "corrected",
    "whether to multiply by n / (n - 1), against the bias of a small sample of n people: the sum \
     of the weights where there is `weight`",
)
.or_flag(false)
.constant();

/// The Gini coefficient.
#[derive(Debug)]
pub(super) struct Gini;

impl OverPeople for Gini {
    const NAME: &'static str = "gini";
    const ARGUMENTS: &'static [Argument] = &[VALUE, WEIGHT, CORRECTED];
    const DESCRIPTION: &'static str = "\
        The Gini coefficient, over people, or over groups with their populations as weights: half \
        the mean difference between two people, over the mean. 0 means that everyone has the \
        same, 1 that one of very many has it all. Relative. Over groups it knows nothing of \
        differences within them.\n\n\
        NULL as a value or weight gives the status `incomplete_strata`; a negative value, nothing \
        but zeros, or no weight give `undefined`, as do weights of one person or less when \
        `corrected`: those must be people, and no shares. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT gini(income) AS gini FROM (VALUES (18), (25), (25), (60)) AS person(income);";
    const WEIGHT_AT: usize = 1;

    fn estimate(people: &[Person], options: &Options) -> Result<Estimate, Error> {
        let correction = match options.flag(CORRECTED.name) {
            true => GiniCorrection::SmallSample,
            false => GiniCorrection::None,
        };
        gini(people, correction)
    }
}
