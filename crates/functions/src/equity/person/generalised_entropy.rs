//! `generalised_entropy(value, …)`: entropies of which Theil's indices are two.

use kohort_stats::person::{Person, generalised_entropy};
use kohort_stats::{Error, Estimate};

use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_people::{OverPeople, VALUE, WEIGHT};

/// Who is looked at most.
pub(super) const ALPHA: Argument = Argument::number(
    "alpha",
    "who is looked at most: large for those with much, small for those with little; 0, 1 and 2 \
     are usual",
)
.or(1.0)
.constant();

/// The generalised entropy.
#[derive(Debug)]
pub(super) struct GeneralisedEntropy;

impl OverPeople for GeneralisedEntropy {
    const NAME: &'static str = "generalised_entropy";
    const ARGUMENTS: &'static [Argument] = &[VALUE, ALPHA, WEIGHT];
    const DESCRIPTION: &'static str = "\
        The generalised entropy, over people, or over groups with their populations as weights. 0 \
        means that everyone has the same; there is no common maximum. Relative. For `alpha` 1 it \
        is Theil's T, for 0 the mean log deviation, both without the factor 1000 of `theil_index` \
        and `mean_log_deviation`; for 2 half the squared coefficient of variation. Shorrocks \
        1980, doi:10.2307/1913126.\n\n\
        NULL as a value or weight gives the status `incomplete_strata`; a negative value, nothing \
        but zeros, no weight, or a 0 with `alpha` of at most 0 give `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT generalised_entropy(income, 2) AS entropy\n\
        FROM (VALUES (18), (25), (25), (60)) AS person(income);";
    const WEIGHT_AT: usize = 2;

    fn estimate(people: &[Person], options: &Options) -> Result<Estimate, Error> {
        generalised_entropy(people, options.number(ALPHA.name).unwrap_or(f64::NAN))
    }
}
