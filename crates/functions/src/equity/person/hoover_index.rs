//! `hoover_index(value, …)`: the share that would have to change hands.

use kohort_stats::person::{Person, hoover_index};
use kohort_stats::{Error, Estimate};

use super::super::argument::Argument;
use super::super::columns::Options;
use super::over_people::{OverPeople, VALUE, WEIGHT};

/// The Hoover index.
#[derive(Debug)]
pub(super) struct HooverIndex;

impl OverPeople for HooverIndex {
    const NAME: &'static str = "hoover_index";
    const ARGUMENTS: &'static [Argument] = &[VALUE, WEIGHT];
    const DESCRIPTION: &'static str = "\
        The Hoover or Robin Hood index, over people, or over groups with their populations as \
        weights: the share of all there is that would have to change hands for everyone to have \
        the same. From 0, where they do, to 1. Relative. It cannot tell the poor from the \
        poorest.\n\n\
        NULL as a value or weight gives the status `incomplete_strata`; a negative value, nothing \
        but zeros, or no weight give `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT hoover_index(tests_per_1000, people) AS to_move\n\
        FROM (VALUES (4, 300), (6, 100), (9, 250)) AS region(tests_per_1000, people);";
    const WEIGHT_AT: usize = 1;

    fn estimate(people: &[Person], _: &Options) -> Result<Estimate, Error> {
        hoover_index(people)
    }
}
