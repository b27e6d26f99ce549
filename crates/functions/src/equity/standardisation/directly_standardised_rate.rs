//! `directly_standardised_rate(stratum, events, population, standard_weight, …)`.

use datafusion::common::Result;
use kohort_stats::standardisation::{
    DirectMethod, DirectStratum, Standardisation, directly_standardised_rate,
};
use kohort_stats::{Estimate, Status};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::strata::{POPULATION, POPULATIONS, STRATUM, Strata, add, each};

/// The aggregate.
#[derive(Debug)]
pub(super) struct DirectlyStandardisedRate;

/// The weight of a stratum.
pub(super) const WEIGHT: Argument = Argument::number(
    "standard_weight",
    "people of the stratum in the standard population, or any multiple of their share: the same \
     number in every row of a stratum",
);

impl Aggregate for DirectlyStandardisedRate {
    const NAME: &'static str = "directly_standardised_rate";
    const ALIASES: &'static [&'static str] = &["dsr"];
    const ARGUMENTS: &'static [Argument] = &[
        STRATUM,
        Argument::number("events", "how many in the row, 0 or more; NULL is not 0"),
        POPULATION,
        WEIGHT,
        Argument::number("multiplier", "per how many people the rate is, above 0")
            .or(100_000.0)
            .constant(),
        Argument::confidence(),
        Argument::choice(
            "method",
            &[
                "dobson",
                "fay_feuer",
                "tiwari",
                "gamma_approx",
                "lognormal",
                "normal",
            ],
            "of the limits: Dobson's with Byar's of the events; gamma limits, which hold for few \
             events (Fay and Feuer's are the safest); or a normal rate or logarithm of it",
        ),
        POPULATIONS,
    ];
    const DESCRIPTION: &'static str = "\
        The rate of a group as it would be if its ages were those of a standard population: the \
        rates of the strata, weighted by the standard: `r = sum(w * O / n)`, with variance \
        `sum(w^2 * O / n^2)`.\n\n\
        **Rows of one stratum** are summed before anything is divided, since the variance is per \
        stratum. Their events are added up. Their populations are *not*: every row must repeat \
        the population of its stratum, and rows that differ are an error, because summing what is \
        repeated would divide the rate by the number of rows. Where rows hold parts of a \
        population say `populations => 'summed'`. Weights that differ within a stratum are always \
        an error. Standardising by age, and by age and sex, are different questions with different \
        answers: the stratum says which.\n\n\
        Compare it between groups standardised to the same population, and with nothing else: it \
        is nobody's rate. It adjusts for the strata only.\n\n\
        Status `incomplete_strata`: a stratum, count, population or weight is NULL. A stratum \
        whose rows are *absent* cannot be seen, and the rate is then one for the rest of the \
        standard: start from the standard population and LEFT JOIN the counts to it, so that an \
        absent stratum has NULLs (and `coalesce(events, 0)` where no row means no events). \
        `too_few_events`: fewer than 10 with 'dobson', 'lognormal' or 'normal'. `undefined`: a \
        population of 0, no weights, no rows. Negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, directly_standardised_rate(age, tests, people, weight) AS tests_per_100000\n\
        FROM (VALUES ('Skåne', '0-64', 310, 1090000, 80500), ('Skåne', '65+', 95, 290000, 19500),\n\
        \u{20}            ('Gotland', '0-64', 9, 45000, 80500),\n\
        \u{20}            ('Gotland', '65+', 6, 16000, 19500))\n\
        \u{20}    AS t(region, age, tests, people, weight)\n\
        GROUP BY region ORDER BY region;";
    type State = Strata<3>;

    fn update(state: &mut Strata<3>, columns: &Columns, row: usize) -> Result<()> {
        add(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Strata<3>, options: &Options) -> Result<Output> {
        let method: DirectMethod = named(Self::NAME, options.text("method").parse())?;
        let strata = each(Self::NAME, state, options, |numbers, denominators| {
            let [events, population, weight] = numbers;
            Ok(DirectStratum {
                events: events.summed(),
                population: population.population(denominators)?,
                weight: weight.repeated("standard_weight")?,
            })
        })?;
        let options = Standardisation {
            multiplier: options.number("multiplier").unwrap_or(f64::NAN),
            confidence: options.confidence()?,
            method,
        };
        let rate = match strata {
            Some(strata) => named(Self::NAME, directly_standardised_rate(&strata, options))?,
            None => Estimate::missing(Status::IncompleteStrata, method.as_str()),
        };
        Ok(rate.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    /// Two regions of two ages; the events of one stratum over two rows.
    const TABLE: &str = "SELECT * FROM (VALUES \
        ('n', 'old', 20, 500.0, 1), ('n', 'young', 10, 1000.0, 3), ('n', 'old', 10, 500.0, 1), \
        ('s', 'young', 4, 1000.0, 3), ('s', 'old', 5, 1000.0, 1)) AS v(region, age, o, n, w)";

    #[test]
    fn rows_of_a_stratum_are_summed_before_anything_is_divided() {
        let sql = "SELECT region, d.value, d.events, d.n, round(d.se, 9), d.method, d.status FROM \
                   (SELECT region, directly_standardised_rate(age, o, n, w, 1000) AS d FROM t \
                    GROUP BY region) ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        // 10 per 1000 three times, 60 per 1000 once; variances 9/16 of 10 and 1/16 of 30 x 4.
        let se = (9.0 / 16.0 * 10.0 + 30.0 / 4.0_f64).sqrt();
        let se = format!("{}", (se * 1e9).round() / 1e9);
        assert_eq!(rows[0], ["n", "22.5", "40", "1500", &se, "dobson", "ok"]);
        let few = ["s", "NULL", "9", "2000", "NULL", "dobson", "too_few_events"];
        assert_eq!(rows[1], few);
        let gamma = "SELECT dsr(age, o, n, w, 1000, 0.95, 'fay_feuer')['value'] FROM t \
                     WHERE region = 's'";
        assert_eq!(number(TABLE, gamma), 4.25);
    }

    #[test]
    fn populations_of_rows_are_summed_only_where_that_is_said() {
        let table = "SELECT * FROM (VALUES ('a', 7, 100, 2), ('a', 5, 300, 2), ('b', 3, 200, 1)) \
                     AS v(s, o, n, w)";
        let error = query(table, "SELECT dsr(s, o, n, w) FROM t").unwrap_err();
        let expected = "directly_standardised_rate: population: expected one number in all rows of \
                        a stratum, got `100 and 300`";
        assert!(error.to_string().contains(expected), "{error}");
        let sql = "SELECT dsr(s, o, n, w, 300, 0.95, 'dobson', 'summed')['value'] FROM t";
        // 12 of 400 twice, 3 of 200 once.
        assert_eq!(number(table, sql), 7.5);
    }

    #[test]
    fn weights_that_differ_in_a_stratum_are_an_error() {
        let table = "SELECT * FROM (VALUES ('a', 7, 100, 2), ('a', 5, 100, 3)) AS v(s, o, n, w)";
        for populations in ["repeated", "summed"] {
            let sql = format!("SELECT dsr(s, o, n, w, 1, 0.9, 'dobson', '{populations}') FROM t");
            let error = query(table, &sql).unwrap_err().to_string();
            assert!(
                error.contains("standard_weight: expected one number"),
                "{error}"
            );
        }
    }

    #[test]
    fn anything_null_makes_the_strata_incomplete() {
        for column in ["s", "o", "n", "w"] {
            let table =
                "SELECT * FROM (VALUES ('a', 70, 100, 2), ('b', 50, 100, 3)) AS v(s, o, n, w)";
            let null = format!("nullif({column}, (SELECT min({column}) FROM t))");
            let arguments = "s, o, n, w".replace(column, &null);
            let sql =
                format!("SELECT d.status, d.value FROM (SELECT dsr({arguments}) AS d FROM t)");
            let rows = query(table, &sql).unwrap();
            assert_eq!(rows, [["incomplete_strata", "NULL"]], "{column}");
        }
        let sql = "SELECT d.status FROM (SELECT dsr(age, o, n, w) AS d FROM t WHERE o > 99)";
        assert_eq!(query(TABLE, sql).unwrap(), [["undefined"]]);
    }

    #[test]
    fn a_stratum_without_people_is_undefined() {
        let table = "SELECT * FROM (VALUES ('a', 70, 100, 2), ('b', 0, 0, 3)) AS v(s, o, n, w)";
        let sql = "SELECT d.status, d.value FROM (SELECT dsr(s, o, n, w) AS d FROM t)";
        assert_eq!(query(table, sql).unwrap(), [["undefined", "NULL"]]);
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| {
            let north = sql.replace("FROM t", "FROM t WHERE region = 'n'");
            query(TABLE, &north).unwrap_err().to_string()
        };
        let negative = error("SELECT dsr(age, o - 11, n, w) FROM t");
        assert!(
            negative.contains("events: expected a number of at least 0"),
            "{negative}"
        );
        assert!(error("SELECT dsr(age, o, n, w, 0) FROM t").contains("multiplier"));
        assert!(error("SELECT dsr(age, o, n, w, 1, 0.9, 'wald') FROM t").contains("`wald`"));
        assert!(error("SELECT dsr(age, o, n, w, o) FROM t").contains("expected the same for all"));
        assert!(error("SELECT dsr(age, age, n, w) FROM t").contains("`events` must be a number"));
        assert!(error("SELECT dsr(age, o, n) FROM t").contains("standard_weight"));
    }

    #[test]
    fn fractions_sum_to_the_same_digit_in_any_order() {
        let table = "SELECT 'a' AS s, 0.1 * value AS o, 1000 AS n, 1 AS w \
                     FROM generate_series(1, 99)";
        let sql = "SELECT dsr(s, o, n, w, 1000)['value'] = 495.0 FROM t";
        assert_eq!(query(table, sql).unwrap(), [["true"]]);
    }
}
