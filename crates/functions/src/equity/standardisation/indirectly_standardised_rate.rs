//! `indirectly_standardised_rate(stratum, events, population, reference_events, …)`.

use datafusion::common::Result;
use kohort_stats::standardisation::indirectly_standardised_rate;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Output, Shape};
use super::indirectly_standardised_ratio::{
    METHOD, REFERENCE_EVENTS, REFERENCE_POPULATION, SHAPE, evaluate,
};
use super::strata::{POPULATION, POPULATIONS, STRATUM, Strata, add};

/// The aggregate.
#[derive(Debug)]
pub(super) struct IndirectlyStandardisedRate;

impl Aggregate for IndirectlyStandardisedRate {
    const NAME: &'static str = "indirectly_standardised_rate";
    const ALIASES: &'static [&'static str] = &["isr_rate"];
    const ARGUMENTS: &'static [Argument] = &[
        STRATUM,
        Argument::number("events", "how many in the row, 0 or more; NULL is not 0"),
        POPULATION,
        REFERENCE_EVENTS,
        REFERENCE_POPULATION,
        Argument::number("multiplier", "per how many people the rate is, above 0")
            .or(100_000.0)
            .constant(),
        Argument::confidence(),
        METHOD,
        POPULATIONS,
    ];
    const SHAPE: Shape = SHAPE;
    const DESCRIPTION: &'static str = "\
        The ratio of observed to expected events (`indirectly_standardised_ratio`) times the crude \
        rate of the reference, `sum(reference_events) / sum(reference_population)`: the ratio in \
        the units of a rate, and nothing else. Compare it with the crude rate of the reference, \
        **not with another area**. `expected` is the number of events expected, and \
        `reference_rate` the crude rate of the reference, per `multiplier` as the value is.\n\n\
        Rows of one stratum, NULL, `status` and errors are as in `indirectly_standardised_ratio`: \
        events are added up, and every row must repeat the population of its stratum unless \
        `populations` is 'summed'.";
    const EXAMPLE: &'static str = "\
        SELECT region, indirectly_standardised_rate(age, tests, people, all_tests, all_people)\n\
        \u{20}      AS tests_per_100000\n\
        FROM (VALUES ('Skåne', '0-64', 310, 1090000, 2600, 8300000),\n\
        \u{20}            ('Skåne', '65+', 95, 290000, 700, 2150000))\n\
        \u{20}    AS t(region, age, tests, people, all_tests, all_people)\n\
        GROUP BY region;";
    type State = Strata<4>;

    fn update(state: &mut Strata<4>, columns: &Columns, row: usize) -> Result<()> {
        add(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Strata<4>, options: &Options) -> Result<Output> {
        let per = options.number("multiplier").unwrap_or(f64::NAN);
        evaluate(
            Self::NAME,
            state,
            options,
            (indirectly_standardised_rate, per),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('n', 'a', 6, 1000, 100, 10000), \
        ('n', 'b', 30, 200, 500, 5000), ('s', 'a', 10, 1000, 100, 10000)) \
        AS v(region, age, o, n, ro, rn)";

    #[test]
    fn the_ratio_is_scaled_by_the_rate_of_the_reference() {
        // 36 of 30 expected, and 600 of 15,000 in the reference.
        let sql = "SELECT region, d.value, d.events, d.status FROM (SELECT region, \
                   isr_rate(age, o, n, ro, rn, 100) AS d FROM t GROUP BY region) ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows, [["n", "4.8", "36", "ok"], ["s", "1", "10", "ok"]]);
        let sql = "SELECT d.expected, d.reference_rate FROM (SELECT isr_rate(age, o, n, ro, rn) \
                   AS d FROM t WHERE region = 'n')";
        assert_eq!(query(TABLE, sql).unwrap(), [["30", "4000"]]);
        let scale = "SELECT (isr_rate(age, o, n, ro, rn)['upper_cl'] / 4000) - \
                     smr(age, o, n, ro, rn)['upper_cl'] FROM t WHERE region = 'n'";
        assert!(number(TABLE, scale).abs() < 1e-9);
    }

    #[test]
    fn null_and_errors_are_those_of_the_ratio() {
        let sql = "SELECT d.status, d.value FROM (SELECT isr_rate(age, nullif(o, 6), n, ro, rn) \
                   AS d FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["incomplete_strata", "NULL"]]);
        let error = query(TABLE, "SELECT isr_rate(age, -o, n, ro, rn) FROM t").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("indirectly_standardised_rate: events: expected")
        );
    }
}
