//! `byar_limits(events, …)`: a count with Byar's limits.

use datafusion::common::Result;
use kohort_stats::rates::{PoissonMethod, poisson_limits};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// A count with Byar's limits.
#[derive(Debug)]
pub(super) struct ByarLimits;

impl Scalar for ByarLimits {
    const NAME: &'static str = "byar_limits";
    const ALIASES: &'static [&'static str] = &["byar_ci"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "how many, 0 or more"),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        A count of events with Byar's limits of its mean, a formula close to the exact limits from \
        about 10 events on: `poisson_limits(events, confidence, 'byar')`. Breslow and Day, 1987, \
        \"Statistical methods in cancer research, volume II\", IARC.\n\n\
        NULL events give the status `incomplete_strata`. The lower limit is NULL for 0 events, and \
        where the formula gives a negative number (1 event at 0.998). A negative count is an \
        error.";
    const EXAMPLE: &'static str = "\
        SELECT tests, byar_limits(tests, 0.998) AS limits\n\
        FROM (VALUES (12), (70), (1200)) AS t(tests);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (events, confidence) = (columns.number(0, row), columns.options(row)?.confidence()?);
        let limits = poisson_limits(events, confidence, PoissonMethod::Byar);
        answer(Self::NAME, limits)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    #[test]
    fn it_is_the_method_byar_of_poisson_limits() {
        let table = "SELECT * FROM (VALUES (0), (1), (NULL), (20)) AS v(o)";
        let sql = "SELECT o, byar_limits(o, 99.8) = poisson_limits(o, 0.998, 'byar'), \
                   byar_limits(o, 99.8)['lower_cl'] IS NULL FROM t ORDER BY o";
        let rows = query(table, sql).unwrap();
        let expected = [
            ["0", "true", "true"],
            ["1", "true", "true"],
            ["20", "true", "false"],
        ];
        assert_eq!(rows[..3], expected);
        let error = query(table, "SELECT byar_limits(-o) FROM t").unwrap_err();
        assert!(error.to_string().contains("byar_limits: events"), "{error}");
    }
}
