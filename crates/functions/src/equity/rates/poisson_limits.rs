//! `poisson_limits(events, …)`: a count with its limits.

use datafusion::common::Result;
use kohort_stats::rates::poisson_limits;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::crude_rate::METHODS;

/// A count with its limits.
#[derive(Debug)]
pub(super) struct PoissonLimits;

impl Scalar for PoissonLimits {
    const NAME: &'static str = "poisson_limits";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "how many, 0 or more"),
        Argument::confidence(),
        Argument::choice(
            "method",
            METHODS,
            "exact (Garwood), Byar's, or mid-p; `auto` is exact below 10 events, else Byar's",
        ),
    ];
    const DESCRIPTION: &'static str = "\
        A count of events with the limits of its mean, as if events were independent. For a rate, \
        divide by the person-time, or use `crude_rate`.\n\n\
        Absolute. `exact` covers at least what the confidence says, `mid_p` about that on average. \
        Repeated events of one person make the limits too narrow.\n\n\
        NULL events give the status `incomplete_strata`. The lower limit of `byar` is NULL for 0 \
        events, and where the formula gives a negative number. A negative count is an error.";
    const EXAMPLE: &'static str = "\
        SELECT tests, poisson_limits(tests, 0.95, 'exact') AS limits\n\
        FROM (VALUES (0), (4), (25)) AS t(tests);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let (events, confidence) = (columns.number(0, row), options.confidence()?);
        let method = options.text("method").parse();
        let limits = method.and_then(|method| poisson_limits(events, confidence, method));
        answer(Self::NAME, limits)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (0), (10), (NULL), (2)) AS v(o)";

    #[test]
    fn a_count_has_the_limits_of_the_printed_tables() {
        let sql = "SELECT o, round(l.lower_cl, 3), round(l.upper_cl, 3), l.method, l.status \
                   FROM (SELECT o, poisson_limits(o, 0.95, 'exact') AS l FROM t) ORDER BY o";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["0", "0", "3.689", "exact", "ok"]);
        assert_eq!(rows[2], ["10", "4.795", "18.39", "exact", "ok"]);
        assert_eq!(
            rows[3],
            ["NULL", "NULL", "NULL", "exact", "incomplete_strata"]
        );
    }

    #[test]
    fn a_negative_count_and_an_unknown_method_are_errors() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        assert!(error("SELECT poisson_limits(-1)").contains("poisson_limits: events: expected"));
        assert!(error("SELECT poisson_limits(o, 0.9, 'x') FROM t").contains("mid_p"));
    }
}
