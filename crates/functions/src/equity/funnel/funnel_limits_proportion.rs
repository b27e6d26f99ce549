//! `funnel_limits_proportion(n, target, …)`: the lines of a funnel plot of shares.

use datafusion::common::Result;
use kohort_stats::funnel::funnel_limits_proportion;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

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
    ];
    const DESCRIPTION: &'static str = "\
        The lines of a funnel plot of shares where an area has `n` people: \
        `target -+ z * sqrt(target * (1 - target) / n)`, cut at 0 and 1. These are the shares whose \
        Wilson limits end at the target, so that `funnel_flag` flags what lies outside. `value` is \
        the target. By custom there are two pairs of lines, at 0.95 and 0.998.\n\n\
        Chance only: with many people per area everything lies outside. Spiegelhalter, 2005, \
        doi:10.1002/sim.1970.\n\n\
        NULL gives the status `incomplete_strata`, an `n` of 0 gives `undefined`. A negative `n` \
        and a target outside 0 to 1 are errors.";
    const EXAMPLE: &'static str = "\
        SELECT n, funnel_limits_proportion(n, 0.62) AS inner_lines,\n\
        \u{20}      funnel_limits_proportion(n, 0.62, 0.998) AS outer_lines\n\
        FROM (VALUES (50), (400), (1000)) AS t(n);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (n, target) = (columns.number(0, row), columns.number(1, row));
        let confidence = columns.options(row)?.confidence()?;
        answer(Self::NAME, funnel_limits_proportion(n, target, confidence))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::query;

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
