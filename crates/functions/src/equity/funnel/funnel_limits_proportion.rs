//! `funnel_limits_proportion(n, target, …)`: the lines of a funnel plot of shares.

use datafusion::common::Result;
use kohort_stats::funnel::{funnel_limits_proportion, widened_limits_proportion};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::{PHI, TAU_SQUARED, widening};

/// The lines of a funnel plot of shares.
#[derive(Debug)]
pub(super) struct FunnelLimitsProportion;

impl Scalar for FunnelLimitsProportion {
    const NAME: &'static str = "funnel_limits_proportion";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("n", "people of the area, above 0"),
        Argument::number(
            "target",
            "the share that areas are held against, from 0 to 1",
        ),
        Argument::confidence(),
        PHI,
        TAU_SQUARED,
    ];
    const DESCRIPTION: &'static str = "\
        The lines of a funnel plot of shares where an area has `n` people: \
        `target -+ z * sqrt(target * (1 - target) / n)`, cut at 0 and 1. These are the shares \
        whose Wilson limits end at the target, so that `funnel_flag` flags what lies outside. \
        `value` is the target. By custom there are two pairs of lines, at 0.95 and 0.998.\n\n\
        By chance alone everything lies outside where areas have many people. `phi` or \
        `tau_squared`, as `funnel_overdispersion` finds them, make the lines wider: on the scale \
        `asin(sqrt(share))`, where `funnel_flag` with over-dispersion judges areas. Spiegelhalter, \
        2005, doi:10.1002/sim.1970 and doi:10.1136/qshc.2005.013755.\n\n\
        NULL gives the status `incomplete_strata`, an `n` of 0 gives `undefined`. A negative `n` \
        and a target outside 0 to 1 are errors.";
    const EXAMPLE: &'static str = "\
        SELECT n, funnel_limits_proportion(n, 0.62) AS inner_lines,\n\
        \u{20}      funnel_limits_proportion(n, 0.62, 0.998) AS outer_lines\n\
        FROM (VALUES (50), (400), (1000)) AS t(n);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (n, target) = (columns.number(0, row), columns.number(1, row));
        let options = columns.options(row)?;
        let confidence = options.confidence()?;
        let lines = match widening(Self::NAME, &options)? {
            None => funnel_limits_proportion(n, target, confidence),
            Some(widening) => widened_limits_proportion(n, target, widening, confidence),
        };
        answer(Self::NAME, lines)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    #[test]
    fn lines_are_as_wide_as_is_said() {
        let width = |more: &str| {
            let lines = format!("funnel_limits_proportion(400, 0.5, 0.95{more})");
            number(
                "",
                &format!("SELECT {lines}['upper_cl'] - {lines}['lower_cl']"),
            )
        };
        assert!((width(", 1") / width("") - 1.0).abs() < 1e-2);
        assert!((width(", 4") / width(", 1") - 2.0).abs() < 1e-2);
        let same = width(", 4") - width(", NULL, 3.0 / 1600");
        assert!(same.abs() < 1e-12, "{same}");
        let error = |more: &str| {
            let sql = format!("SELECT funnel_limits_proportion(400, 0.5, 0.95, {more})");
            query("", &sql).unwrap_err().to_string()
        };
        assert!(error("0.5").contains("funnel_limits_proportion: phi: expected"));
        assert!(error("2, 0.1").contains("tau_squared: expected nothing beside `phi`"));
    }

    #[test]
    fn lines_close_in_and_stay_between_0_and_1() {
        let table = "SELECT * FROM (VALUES (1), (100), (0), (NULL)) AS v(n)";
        let sql = "SELECT n, l.value, l.lower_cl, round(l.upper_cl, 6), l.status FROM \
                   (SELECT n, funnel_limits_proportion(n, 0.5) AS l FROM t) ORDER BY n";
        let rows = query(table, sql).unwrap();
        assert_eq!(rows[0][4], "undefined");
        assert_eq!(rows[1], ["1", "0.5", "0", "1", "ok"]);
        assert_eq!(
            (rows[2][3].as_str(), rows[2][4].as_str()),
            ("0.597998", "ok")
        );
        assert_eq!(rows[3][4], "incomplete_strata");
        let error = query("", "SELECT funnel_limits_proportion(9, 50)").unwrap_err();
        assert!(
            error.to_string().contains("a number from 0 to 1"),
            "{error}"
        );
    }
}
