//! `atkinson(value, …)`: the Atkinson index.

use kohort_stats::person::{Person, atkinson};
use kohort_stats::{Error, Estimate};

use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_people::{OverPeople, VALUE, WEIGHT};

const EPSILON: Argument = Argument::number(
    "epsilon",
    "how much inequality is minded, at least 0; 0.5, 1 and 2 are usual",
)
.or(1.0)
.constant();

/// The Atkinson index.
#[derive(Debug)]
pub(super) struct Atkinson;

impl OverPeople for Atkinson {
    const NAME: &'static str = "atkinson";
    const ARGUMENTS: &'static [Argument] = &[VALUE, EPSILON, WEIGHT];
    const DESCRIPTION: &'static str = "\
        The Atkinson index, over people, or over groups with their populations as weights. 0 \
        means that everyone has the same; 0.3 that seven tenths of what there is, shared alike, \
        would be as good, to someone who minds inequality so much. Relative. The larger \
        `epsilon`, the more it is about those who have least; from 1 on a single person with \
        nothing makes it 1. Atkinson 1970, doi:10.1016/0022-0531(70)90039-6.\n\n\
        NULL as a value or weight gives the status `incomplete_strata`; a negative value, nothing \
        but zeros, or no weight give `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT atkinson(income, 0.5) AS loss\n\
        FROM (VALUES (18), (25), (25), (60)) AS person(income);";
    const WEIGHT_AT: usize = 2;

    fn estimate(people: &[Person], options: &Options) -> Result<Estimate, Error> {
        atkinson(people, options.number(EPSILON.name).unwrap_or(f64::NAN))
    }
}
