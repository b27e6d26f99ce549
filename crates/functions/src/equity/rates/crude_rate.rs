//! `crude_rate(events, population, …)`: events per so many people or years.

use datafusion::common::Result;
use kohort_stats::rates::crude_rate;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// The ways to make the limits of a count.
pub(super) const METHODS: &[&str] = &["auto", "exact", "byar", "mid_p"];

/// A crude rate.
#[derive(Debug)]
pub(super) struct CrudeRate;

impl Scalar for CrudeRate {
    const NAME: &'static str = "crude_rate";
    const ALIASES: &'static [&'static str] = &["rate_per"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "how many, 0 or more, such as `sum(tests)`"),
        Argument::number(
            "population",
            "people or person-time, 0 or more; there may be more events than people",
        ),
        Argument::number("multiplier", "per how many people the rate is, above 0").or(100_000.0),
        Argument::confidence(),
        Argument::choice(
            "method",
            METHODS,
            "of the limits: exact (Garwood), Byar's, or mid-p; `auto` is exact below 10 events, \
             else Byar's",
        ),
    ];
    const DESCRIPTION: &'static str = "\
        Events per so many people or years: `multiplier * events / population`, with the limits \
        of a Poisson count. It composes with `GROUP BY`, `ROLLUP` and `CUBE`: \
        `crude_rate(sum(events), sum(population))`. `method` in the result is the one used. `se` \
        is `multiplier * sqrt(events) / population`.\n\n\
        Absolute. The denominator decides what it means: tests per inhabitant is activity, tests \
        per person eligible is access. It mixes ages; compare groups of other ages by \
        `directly_standardised_rate`.\n\n\
        NULL events or population give the status `incomplete_strata`, a population of 0 gives \
        `undefined`. `se` is NULL for 0 events, since 0 would claim certainty. Negative counts are \
        errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, crude_rate(sum(tests), sum(people)) AS tests_per_100000\n\
        FROM (VALUES ('Skåne', 12, 70000), ('Skåne', 21, 65000), ('Gotland', 4, 61000))\n\
        \u{20}    AS t(region, tests, people)\n\
        GROUP BY region ORDER BY region;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let (events, population) = (columns.number(0, row), columns.number(1, row));
        let multiplier = options.number("multiplier").unwrap_or(f64::NAN);
        let confidence = options.confidence()?;
        let method = options.text("method").parse();
        let rate = method
            .and_then(|method| crude_rate(events, population, multiplier, confidence, method));
        answer(Self::NAME, rate)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('a', 3, 1000.0), ('a', 2, 1000.0), ('b', 0, \
                         500.0), ('b', NULL, 100.0), ('c', 1, 0.0), ('d', 1, NULL)) AS v(k, o, n)";

    #[test]
    fn rates_are_of_the_sums_of_a_group() {
        let sql = "SELECT k, r.value, r.method, r.events, r.n, r.status FROM \
                   (SELECT k, crude_rate(sum(o), sum(n), 1000) AS r FROM t GROUP BY k) ORDER BY k";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "2.5", "exact", "5", "2000", "ok"]);
        assert_eq!(rows[1], ["b", "0", "exact", "0", "600", "ok"]);
        assert_eq!(rows[2][1..], ["NULL", "auto", "NULL", "NULL", "undefined"]);
        assert_eq!(rows[3][5], "incomplete_strata");
    }

    #[test]
    fn null_events_are_not_zero_and_no_events_have_an_upper_limit() {
        let sql = "SELECT r.value, r.lower_cl, r.upper_cl, r.se, r.status \
                   FROM (SELECT rate_per(o, n, 1) AS r FROM t WHERE k = 'b') ORDER BY r.status";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(
            rows[0],
            ["NULL", "NULL", "NULL", "NULL", "incomplete_strata"]
        );
        // 3.6889 / 500.
        assert!(rows[1][2].starts_with("0.0073777"), "{rows:?}");
        assert_eq!((rows[1][1].as_str(), rows[1][3].as_str()), ("0", "NULL"));
    }

    #[test]
    fn options_are_taken_and_per_cent_is_understood() {
        let upper = |options: &str| {
            number(
                "",
                &format!("SELECT crude_rate(20, 100, 100{options})['upper_cl']"),
            )
        };
        assert_eq!(upper(""), upper(", 95, 'byar'"));
        assert_eq!(upper(""), upper(", NULL, NULL"));
        assert!(upper(", 0.998") > upper(", 0.95"));
        assert!(upper(", 0.95, 'mid_p'") < upper(", 0.95, 'exact'"));
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let negative = error("SELECT crude_rate(-o, n) FROM t");
        let expected = "crude_rate: events: expected a number of at least 0, got `-";
        assert!(negative.contains(expected), "{negative}");
        assert!(error("SELECT crude_rate(o, n, 0) FROM t").contains("multiplier"));
        assert!(error("SELECT crude_rate(o, n, 1, 0) FROM t").contains("confidence"));
        assert!(error("SELECT crude_rate(o, n, 1, 0.9, 'wald') FROM t").contains("`wald`"));
        assert!(error("SELECT crude_rate(k, n) FROM t").contains("`events` must be a number"));
        assert!(error("SELECT crude_rate(o) FROM t").contains("multiplier = 100000"));
    }
}
