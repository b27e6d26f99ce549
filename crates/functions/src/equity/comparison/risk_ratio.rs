//! `risk_ratio(events_1, n_1, events_0, n_0, …)`: two shares, one over the other.

use datafusion::common::Result;
use kohort_stats::comparison::risk_ratio;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::groups;

/// The ratio of two risks.
#[derive(Debug)]
pub(super) struct RiskRatio;

impl Scalar for RiskRatio {
    const NAME: &'static str = "risk_ratio";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events_1", "of the group, from 0 to `n_1`"),
        Argument::number("n_1", "people of the group"),
        Argument::number("events_0", "of the reference, from 0 to `n_0`"),
        Argument::number("n_0", "people of the reference"),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        The share of a group over that of a reference: `(events_1 / n_1) / (events_0 / n_0)`, with \
        limits that are normal on the scale of logarithms (Katz and others, 1978, \
        doi:10.2307/2530610). `events` and `n` are those of both.\n\n\
        Relative; 1 is no difference. Without events in the reference it is infinite. The ratio of \
        those who got a test is not the inverse of the ratio of those who did not. Give \
        `risk_difference` beside it.\n\n\
        NULL counts give the status `incomplete_strata`; no people in a group, or no events in \
        both, gives `undefined`. There are no limits when a group has no events, or when everyone \
        in both is an event. Negative counts, and more events than people, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT risk_ratio(56, 70, 48, 80) AS tested_in_town_over_country;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let [group, reference] = groups(columns, row);
        let confidence = columns.options(row)?.confidence()?;
        answer(Self::NAME, risk_ratio(group, reference, confidence))
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (9, 10, 3, 10), (1, 10, 0, 10), (0, 10, 0, 10), \
                         (3, 10, 1, NULL)) AS v(x, n, y, m)";

    #[test]
    fn shares_compare_row_by_row() {
        let sql = "SELECT round(r.value, 9), r.lower_cl IS NULL, r.n, r.status FROM \
                   (SELECT x, risk_ratio(x, n, y, m) AS r FROM t) ORDER BY x DESC";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["3", "false", "20", "ok"]);
        assert_eq!(rows[1], ["NULL", "true", "NULL", "incomplete_strata"]);
        assert_eq!(rows[2], ["inf", "true", "20", "ok"]);
        assert_eq!(rows[3], ["NULL", "true", "NULL", "undefined"]);
    }

    #[test]
    fn more_events_than_people_are_an_error() {
        let error = query(TABLE, "SELECT risk_ratio(x, n, n, y) FROM t").unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("risk_ratio: events_0: expected at most `n_0` events"),
            "{error}"
        );
    }
}
