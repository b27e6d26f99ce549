//! `funnel_limits_ratio(observed, …)`: the lines of a funnel plot of ratios.

use datafusion::common::Result;
use kohort_stats::funnel::{funnel_limits_ratio, widened_limits_rate};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::{PHI, TAU_SQUARED, widening};

/// The lines of a funnel plot of ratios.
#[derive(Debug)]
pub(super) struct FunnelLimitsRatio;

impl Scalar for FunnelLimitsRatio {
    const NAME: &'static str = "funnel_limits_ratio";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("observed", "events that lie on the lines, 0 or more"),
        Argument::confidence(),
        PHI,
        TAU_SQUARED,
    ];
    const DESCRIPTION: &'static str = "\
        The lines of a funnel plot of observed over expected events, where `observed` events lie \
        on them: at `observed / U` and `observed / L`, with `L` and `U` the limits of \
        `poisson_limits(observed, confidence, 'exact')`. Draw the points `(U, observed / U)` and \
        `(L, observed / L)`, expected events across, for a run of `observed`. `value` is 1.\n\n\
        Chance only, but for `phi` or `tau_squared` as `funnel_overdispersion` finds them, which \
        make the lines wider on the scale `sqrt(ratio)`, where `funnel_flag` with over-dispersion \
        judges areas; `(observed / ratio, ratio)` are then the points. Spiegelhalter, 2005, \
        doi:10.1002/sim.1970 and doi:10.1136/qshc.2005.013755.\n\n\
        NULL gives the status `incomplete_strata`. Without events the lower line is at 0 and there \
        is no upper one. A negative count is an error.";
    const EXAMPLE: &'static str = "\
        SELECT observed, line.upper_cl AS ratio, limits.lower_cl AS expected\n\
        FROM (SELECT observed, funnel_limits_ratio(observed) AS line,\n\
        \u{20}            poisson_limits(observed, 0.95, 'exact') AS limits\n\
        \u{20}     FROM (VALUES (1), (10), (100)) AS t(observed));";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (observed, options) = (columns.number(0, row), columns.options(row)?);
        let confidence = options.confidence()?;
        let lines = match widening(Self::NAME, &options)? {
            None => funnel_limits_ratio(observed, confidence),
            Some(widening) => widened_limits_rate(observed, Some(1.0), widening, confidence),
        };
        answer(Self::NAME, lines)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    #[test]
    fn lines_are_as_wide_as_is_said_and_those_of_a_rate_times_the_target() {
        let table = "SELECT * FROM (VALUES (10), (400)) AS v(o)";
        // The square roots of observed and expected differ by z sqrt(phi) / 2.
        let sql = "SELECT round((sqrt(o) - sqrt(o / l.upper_cl)) / 1.959963984540054, 9), \
                   round((sqrt(o / l.lower_cl) - sqrt(o)) / 1.959963984540054, 9), \
                   round(l.upper_cl * 130 / r.upper_cl, 9) FROM (SELECT o, \
                   funnel_limits_ratio(o, 0.95, 4) AS l, funnel_limits_rate(o, 130, 0.95, 4) AS r \
                   FROM t)";
        assert_eq!(
            query(table, sql).unwrap(),
            [["1", "1", "1"], ["1", "1", "1"]]
        );
        let sql = "SELECT funnel_limits_ratio(o, 0.95, NULL, 0.01)['upper_cl'] * 130 = \
                   funnel_limits_rate(o, 130, 0.95, NULL, 1.3)['upper_cl'] FROM t";
        assert_eq!(query(table, sql).unwrap(), [["true"], ["true"]]);
    }

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
