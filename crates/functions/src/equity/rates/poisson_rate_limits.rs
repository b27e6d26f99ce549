//! `poisson_rate_limits(events, person_time, …)`: a rate with the limits of its count.

use datafusion::common::Result;
use kohort_stats::rates::crude_rate;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// A rate with the limits of its count.
#[derive(Debug)]
pub(super) struct PoissonRateLimits;

impl Scalar for PoissonRateLimits {
    const NAME: &'static str = "poisson_rate_limits";
    const ALIASES: &'static [&'static str] = &["poisson_ci"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "how many, 0 or more"),
        Argument::number("person_time", "in which they happened, 0 or more"),
        Argument::confidence(),
        Argument::choice(
            "method",
            &["exact", "byar", "mid_p", "auto"],
            "exact (Garwood), Byar's, or mid-p; `auto` is exact below 10 events, else Byar's",
        ),
    ];
    const DESCRIPTION: &'static str = "\
        Events per unit of person-time, with the limits of `poisson_limits` over the person-time: \
        exact ones, unless `method` says otherwise. It is `crude_rate` per 1 and not per \
        100,000.\n\n\
        Absolute. `exact` covers at least what the confidence says, `mid_p` about that on average. \
        Repeated events of one person make the limits too narrow.\n\n\
        NULL events or person-time give the status `incomplete_strata`, a person-time of 0 gives \
        `undefined`. The lower limit of `byar` is NULL for 0 events, and where the formula gives a \
        negative number. A negative number is an error.";
    const EXAMPLE: &'static str = "\
        SELECT region, poisson_rate_limits(tests, years) AS tests_per_year\n\
        FROM (VALUES ('Skåne', 41, 28010.5), ('Gotland', 4, 6100.0)) AS t(region, tests, years);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let (events, time) = (columns.number(0, row), columns.number(1, row));
        let confidence = options.confidence()?;
        let method = options.text("method").parse();
        let rate = method.and_then(|method| crude_rate(events, time, 1.0, confidence, method));
        answer(Self::NAME, rate)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (0, 2.0), (10, 4.0), (NULL, 1.0), (2, 0.0)) \
                         AS v(o, t)";

    #[test]
    fn limits_are_those_of_the_count_over_the_time() {
        let sql = "SELECT o, r.lower_cl = p.lower_cl / t, r.upper_cl = p.upper_cl / t, r.method, \
                   r.status FROM (SELECT *, poisson_ci(o, t) AS r, \
                   poisson_limits(o, 0.95, 'exact') AS p FROM t) ORDER BY o";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["0", "true", "true", "exact", "ok"]);
        assert_eq!(rows[1][4], "undefined");
        assert_eq!(rows[2], ["10", "true", "true", "exact", "ok"]);
        assert_eq!(rows[3][4], "incomplete_strata");
        let sql = "SELECT poisson_ci(7, NULL)['status'], \
                   poisson_ci(20, 2, 0.9, 'mid_p')['method']";
        assert_eq!(query("", sql).unwrap(), [["incomplete_strata", "mid_p"]]);
    }

    #[test]
    fn a_negative_number_is_an_error() {
        let error = query("", "SELECT poisson_rate_limits(1, -1)").unwrap_err();
        assert!(
            error.to_string().contains("poisson_rate_limits: "),
            "{error}"
        );
    }
}
