//! `directly_standardised_rate_repeat_events(stratum, event_frequency, persons, …)`.

use datafusion::common::Result;
use kohort_stats::standardisation::{
    RepeatStratum, Standardisation, directly_standardised_rate_repeat_events,
};
use kohort_stats::{Estimate, Status};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::{named, not_negative};
use super::super::output::Output;
use super::directly_standardised_rate::WEIGHT;
use super::strata::{POPULATION, POPULATIONS, STRATUM, Strata, each};

/// The aggregate.
#[derive(Debug)]
pub(super) struct RepeatEvents;

impl Aggregate for RepeatEvents {
    const NAME: &'static str = "directly_standardised_rate_repeat_events";
    const ALIASES: &'static [&'static str] = &["dsr_nonindependent"];
    const ARGUMENTS: &'static [Argument] = &[
        STRATUM,
        Argument::number(
            "event_frequency",
            "how many events each person of the row had, a whole number; 0 adds nothing",
        ),
        Argument::number(
            "persons",
            "how many people of the row had that many, 0 or more",
        ),
        POPULATION,
        WEIGHT,
        Argument::number("multiplier", "per how many people the rate is, above 0")
            .or(100_000.0)
            .constant(),
        Argument::confidence(),
        POPULATIONS,
    ];
    const DESCRIPTION: &'static str = "\
        `directly_standardised_rate` for events that one person can have several times: hospital \
        stays, repeated tests. The rate is the same; people, not events, are taken for \
        independent, so that someone with `j` events adds `j^2` to the variance: \
        `sum(w^2 / n^2 * sum(j^2 * persons))`. The limits are Dobson's with that variance, and \
        wider the more people have several events.\n\n\
        One row per stratum and number of events, as from \
        `SELECT age, count_of_events, count(*) FROM (… GROUP BY age, person_id) GROUP BY 1, 2`. \
        **Every row must repeat the population of its stratum**; rows that differ are an error. \
        Where rows hold parts of a population say `populations => 'summed'`. Weights that differ \
        within a stratum are always an error.\n\n\
        Status `incomplete_strata`: anything is NULL. `too_few_events`: fewer than 10 events. \
        `undefined`: a population of 0, no weights, no rows. A stratum whose rows are absent \
        cannot be seen. Negative numbers, and parts of an event, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT directly_standardised_rate_repeat_events(age, stays, patients, people, weight)\n\
        \u{20}      AS stays_per_100000\n\
        FROM (VALUES ('0-64', 1, 40, 45000, 80500), ('0-64', 2, 6, 45000, 80500),\n\
        \u{20}            ('65+', 1, 30, 16000, 19500), ('65+', 4, 5, 16000, 19500))\n\
        \u{20}    AS t(age, stays, patients, people, weight);";
    type State = Strata<4>;

    fn update(state: &mut Strata<4>, columns: &Columns, row: usize) -> Result<()> {
        let (frequency, persons) = (columns.number(1, row), columns.number(2, row));
        let (events, squares) = named(Self::NAME, RepeatStratum::people(frequency, persons))?;
        let of_stratum = |at| not_negative(Self::NAME, Self::ARGUMENTS, (columns, at, row));
        let (population, weight) = (of_stratum(3)?, of_stratum(4)?);
        let stratum = state.entry(columns.text(0, row));
        stratum.add([events, squares, population, weight]);
        Ok(())
    }

    fn evaluate(state: &Strata<4>, options: &Options) -> Result<Output> {
        let strata = each(Self::NAME, state, options, |numbers, denominators| {
            let [events, squares, population, weight] = numbers;
            Ok(RepeatStratum {
                events: events.summed(),
                squares: squares.summed(),
                population: population.population(denominators)?,
                weight: weight.repeated("standard_weight")?,
            })
        })?;
        let options = Standardisation {
            multiplier: options.number("multiplier").unwrap_or(f64::NAN),
            confidence: options.confidence()?,
            method: (),
        };
        Ok(Output::Estimate(match strata {
            Some(strata) => {
                let rate = directly_standardised_rate_repeat_events(&strata, options);
                named(Self::NAME, rate)?
            }
            None => Estimate::missing(Status::IncompleteStrata, "dobson"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('n', 'a', 1, 10, 500, 2), ('n', 'a', 2, 5, 500, \
        2), ('s', 'a', 1, 20, 500, 2), ('s', 'a', 0, 480, 500, 2), ('x', 'a', 1, 2, 500, 2)) \
        AS v(region, age, j, c, n, w)";

    #[test]
    fn people_with_several_events_widen_the_interval() {
        let sql = "SELECT region, d.value, d.events, round(d.se * d.se, 9), d.status FROM \
                   (SELECT region, dsr_nonindependent(age, j, c, n, w, 1000) AS d FROM t \
                    GROUP BY region) ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        // 10 + 5 x 4 and 20 in place of 20 and 20, times (1000 / 500) squared.
        assert_eq!(rows[0], ["n", "40", "20", "120", "ok"]);
        assert_eq!(rows[1], ["s", "40", "20", "80", "ok"]);
        assert_eq!(rows[2], ["x", "NULL", "2", "NULL", "too_few_events"]);
    }

    #[test]
    fn anything_null_makes_the_strata_incomplete() {
        for (column, null) in [("age", "NULL"), ("j", "NULL"), ("c", "NULL"), ("n", "NULL")] {
            let arguments = "age, j, c, n, w".replace(column, null);
            let cast = arguments.replace("NULL", "CASE WHEN c > 5 THEN NULL ELSE 1 END");
            let sql = format!(
                "SELECT d.status FROM (SELECT dsr_nonindependent({cast}) AS d FROM t \
                               WHERE region = 's')"
            );
            assert_eq!(
                query(TABLE, &sql).unwrap(),
                [["incomplete_strata"]],
                "{column}"
            );
        }
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let half = error("SELECT dsr_nonindependent(age, j + 0.5, c, n, w) FROM t");
        assert!(
            half.contains("a whole number of events per person"),
            "{half}"
        );
        let negative = error("SELECT dsr_nonindependent(age, j, -c, n, w) FROM t");
        assert!(negative.contains("persons"), "{negative}");
        let differ = error("SELECT dsr_nonindependent(age, j, c, n + j, w) FROM t");
        assert!(
            differ.contains("population: expected one number"),
            "{differ}"
        );
    }
}
