//! `risk_difference(events_1, n_1, events_0, n_0, …)`: one share less another.

use datafusion::common::Result;
use kohort_stats::comparison::risk_difference;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::groups;

/// The difference of two risks.
#[derive(Debug)]
pub(super) struct RiskDifference;

impl Scalar for RiskDifference {
    const NAME: &'static str = "risk_difference";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events_1", "of the group, from 0 to `n_1`"),
        Argument::number("n_1", "people of the group"),
        Argument::number("events_0", "of the reference, from 0 to `n_0`"),
        Argument::number("n_0", "people of the reference"),
        Argument::confidence(),
        Argument::choice(
            "method",
            &["newcombe", "wald"],
            "of the limits: recovered from the score limits of both shares, or normal",
        ),
    ];
    const DESCRIPTION: &'static str = "\
        The share of a group less that of a reference: `events_1 / n_1 - events_0 / n_0`. `events` \
        and `n` are those of both. Newcombe, 1998, \
        doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I (method 10).\n\n\
        Absolute, from -1 to 1; 0 is no difference, above 0 the group has more. Give `risk_ratio` \
        beside it. `wald` is too narrow for small groups and shares near 0 or 1.\n\n\
        NULL counts give the status `incomplete_strata`, no people in a group gives `undefined`. \
        Where each group has no or only events `se` is NULL, and so are the limits of `wald`. \
        Negative counts, and more events than people, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT risk_difference(56, 70, 48, 80) AS tested_in_town_less_country;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let ([group, reference], confidence) = (groups(columns, row), options.confidence()?);
        let method = options.text("method").parse();
        let difference =
            method.and_then(|method| risk_difference(group, reference, confidence, method));
        answer(Self::NAME, difference)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (56, 70, 48, 80), (10, 10, 0, 20), (0, 0, 0, 1), \
                         (NULL, 7, 1, 2)) AS v(x, n, y, m)";

    #[test]
    fn shares_compare_row_by_row() {
        let sql = "SELECT round(d.value, 9), round(d.lower_cl, 4), round(d.upper_cl, 4), \
                   d.status FROM (SELECT n, risk_difference(x, n, y, m) AS d FROM t) \
                   ORDER BY n DESC";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["0.2", "0.0524", "0.3339", "ok"]);
        assert_eq!(rows[1], ["1", "0.6791", "1", "ok"]);
        assert_eq!(rows[2], ["NULL", "NULL", "NULL", "incomplete_strata"]);
        assert_eq!(rows[3][3], "undefined");
        let wald = "SELECT risk_difference(10, 10, 0, 20, 0.95, 'wald')['upper_cl']";
        assert_eq!(query("", wald).unwrap(), [["NULL"]]);
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        assert!(error("SELECT risk_difference(3, 2, 1, 2)").contains("at most `n_1` events"));
        assert!(error("SELECT risk_difference(1, 2, 1, 2, 0.9, 'x')").contains("newcombe, wald"));
    }
}
