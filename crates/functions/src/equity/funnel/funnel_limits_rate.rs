//! `funnel_limits_rate(events, target, …)`: the lines of a funnel plot of rates.

use datafusion::common::Result;
use kohort_stats::funnel::{funnel_limits_rate, widened_limits_rate};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::{PHI, TAU_SQUARED, widening};

/// The lines of a funnel plot of rates.
#[derive(Debug)]
pub(super) struct FunnelLimitsRate;

impl Scalar for FunnelLimitsRate {
    const NAME: &'static str = "funnel_limits_rate";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "that lie on the lines, 0 or more"),
        Argument::number(
            "target",
            "the rate that areas are held against, per any number",
        ),
        Argument::confidence(),
        PHI,
        TAU_SQUARED,
    ];
    const DESCRIPTION: &'static str = "\
        The lines of a funnel plot of rates, where `events` lie on them: the target times the \
        lines of `funnel_limits_ratio`, in the unit of the target. `value` is the target. Draw \
        them with events across.\n\n\
        Chance only, but for `phi` or `tau_squared` as `funnel_overdispersion` finds them, which \
        make the lines wider on the scale `sqrt(rate)`; the second is in the unit of the target. \
        Directly standardised rates are no counts, and these are not their lines. Spiegelhalter, \
        2005, doi:10.1002/sim.1970 and doi:10.1136/qshc.2005.013755.\n\n\
        NULL gives the status `incomplete_strata`, a target of 0 gives `undefined`. Without events \
        the lower line is at 0 and there is no upper one. Negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT tests, funnel_limits_rate(tests, 130) AS tests_per_100000\n\
        FROM (VALUES (2), (30), (500)) AS t(tests);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (events, target) = (columns.number(0, row), columns.number(1, row));
        let options = columns.options(row)?;
        let confidence = options.confidence()?;
        let lines = match widening(Self::NAME, &options)? {
            None => funnel_limits_rate(events, target, confidence),
            Some(widening) => widened_limits_rate(events, target, widening, confidence),
        };
        answer(Self::NAME, lines)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    #[test]
    fn lines_are_those_of_a_ratio_times_the_target() {
        let table =
            "SELECT * FROM (VALUES (10, 200.0), (0, 5.0), (1, 0.0), (NULL, 5.0)) AS v(o, t)";
        let sql = "SELECT o, l.lower_cl = t * funnel_limits_ratio(o)['lower_cl'], l.upper_cl, \
                   l.status FROM (SELECT *, funnel_limits_rate(o, t) AS l FROM t) ORDER BY o";
        let rows = query(table, sql).unwrap();
        assert_eq!(rows[0], ["0", "true", "NULL", "ok"]);
        assert_eq!(rows[1][3], "undefined");
        assert_eq!((rows[2][1].as_str(), rows[2][3].as_str()), ("true", "ok"));
        assert_eq!(rows[3][3], "incomplete_strata");
        let error = query(table, "SELECT funnel_limits_rate(o, -1) FROM t").unwrap_err();
        assert!(
            error.to_string().contains("funnel_limits_rate: target"),
            "{error}"
        );
    }
}
