//! `funnel_limits_ratio(observed, …)`: the lines of a funnel plot of ratios.

use datafusion::common::Result;
use kohort_stats::funnel::funnel_limits_ratio;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// The lines of a funnel plot of ratios.
#[derive(Debug)]
pub(super) struct FunnelLimitsRatio;

impl Scalar for FunnelLimitsRatio {
    const NAME: &'static str = "funnel_limits_ratio";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("observed", "events that lie on the lines, 0 or more"),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        The lines of a funnel plot of observed over expected events, where `observed` events lie \
        on them: at `observed / U` and `observed / L`, with `L` and `U` the limits of \
        `poisson_limits(observed, confidence, 'exact')`. Draw the points `(U, observed / U)` and \
        `(L, observed / L)`, expected events across, for a run of `observed`. `value` is 1.\n\n\
        Chance only. Spiegelhalter, 2005, doi:10.1002/sim.1970.\n\n\
        NULL gives the status `incomplete_strata`. Without events the lower line is at 0 and there \
        is no upper one. A negative count is an error.";
    const EXAMPLE: &'static str = "\
        SELECT observed, line.upper_cl AS ratio, limits.lower_cl AS expected\n\
        FROM (SELECT observed, funnel_limits_ratio(observed) AS line,\n\
        \u{20}            poisson_limits(observed, 0.95, 'exact') AS limits\n\
        \u{20}     FROM (VALUES (1), (10), (100)) AS t(observed));";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (observed, options) = (columns.number(0, row), columns.options(row)?);
        answer(
            Self::NAME,
            funnel_limits_ratio(observed, options.confidence()?),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::query;

    #[test]
    fn lines_are_where_the_exact_limits_are_the_expected_count() {
        let table = "SELECT * FROM (VALUES (10), (0), (NULL)) AS v(o)";
        let sql = "SELECT o, round(l.lower_cl * p.upper_cl, 9), round(l.upper_cl * p.lower_cl, 9), \
                   l.status FROM (SELECT o, funnel_limits_ratio(o, 0.998) AS l, \
                   poisson_limits(o, 0.998, 'exact') AS p FROM t) ORDER BY o";
        let rows = query(table, sql).unwrap();
        assert_eq!(rows[0], ["0", "0", "NULL", "ok"]);
        assert_eq!(rows[1], ["10", "10", "10", "ok"]);
        assert_eq!(rows[2][3], "incomplete_strata");
        let error = query(table, "SELECT funnel_limits_ratio(-o) FROM t").unwrap_err();
        assert!(
            error.to_string().contains("funnel_limits_ratio: events"),
            "{error}"
        );
    }
}
