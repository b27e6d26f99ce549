//! `tests_to_level_up(value, population, …)`: how many more tests every region needs to reach the
//! best.

use kohort_stats::impact::tests_to_level_up;
use kohort_stats::unordered::Group;
use kohort_stats::{Confidence, Error, Estimate};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::unordered::over_groups::{FAVOURABLE, OverGroups, POPULATION, VALUE, better};

const PER: Argument = Argument::number(
    "scale",
    "what the value is per: 1 for tests per person, 100000 for tests per 100000",
)
.or(1.0)
.constant();

/// How many more tests every region needs to reach the best.
#[derive(Debug)]
pub(super) struct TestsToLevelUp;

impl OverGroups for TestsToLevelUp {
    const NAME: &'static str = "tests_to_level_up";
    const ARGUMENTS: &'static [Argument] = &[VALUE, POPULATION, FAVOURABLE, PER];
    const DESCRIPTION: &'static str = "\
        How many more tests (or other events) it takes for every group to reach the best one: \
        `Σ population · (best - value) / scale`. It is `population_attributable_risk` times all \
        people, in plain words. 0 means that all are alike; unless high values are `favourable` \
        it is below 0: so many fewer. The best is chosen by the data, often because it is small \
        and lucky, so that the number is too high; nothing says that the best has enough, or not \
        too much.\n\n\
        NULL as a value or population gives the status `incomplete_strata`; fewer than two \
        groups, or no people, give `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT tests_to_level_up(tests_per_100000, people, true, 100000) AS more_tests\n\
        FROM (VALUES (40, 300000), (60, 100000), (55, 250000))\n\
        \u{20}    AS region(tests_per_100000, people);";
    type Rows = Alike<3>;

    fn estimate(groups: &[Group], options: &Options, _: Confidence) -> Result<Estimate, Error> {
        let scale = options.number(PER.name).unwrap_or(f64::NAN);
        tests_to_level_up(groups, better(options), scale)
    }
}
