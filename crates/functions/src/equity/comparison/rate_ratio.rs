//! `rate_ratio(events_1, time_1, events_0, time_0, …)`: two rates, one over the other.

use datafusion::common::Result;
use kohort_stats::comparison::rate_ratio;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::groups;

/// The ratio of two rates.
#[derive(Debug)]
pub(super) struct RateRatio;

impl Scalar for RateRatio {
    const NAME: &'static str = "rate_ratio";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events_1", "of the group, 0 or more"),
        Argument::number("time_1", "of the group: person-time or people"),
        Argument::number("events_0", "of the reference"),
        Argument::number("time_0", "of the reference"),
        Argument::confidence(),
        Argument::choice(
            "method",
            &["exact", "mid_p", "wald"],
            "of the limits: exact or mid-p, given the events of both, or normal on the scale of \
             logarithms",
        ),
    ];
    const DESCRIPTION: &'static str = "\
        The rate of a group over that of a reference: \
        `(events_1 / time_1) / (events_0 / time_0)`. `events` and `n` are those of both. `se` is \
        `ratio * sqrt(1 / events_1 + 1 / events_0)`.\n\n\
        Relative; 1 is no difference. Without events in the reference it is infinite with a finite \
        lower limit, without events in the group 0 with a finite upper one. Give \
        `rate_difference` beside it: 3 times much is more than 3 times little. Crude: groups of \
        other ages differ for that alone. Rothman, Greenland and Lash, 2008, \"Modern \
        epidemiology\", chapter 14.\n\n\
        NULL counts give the status `incomplete_strata`; no person-time in a group, or no events \
        in both, gives `undefined`. `wald` has no limits when a group has no events. Negative \
        counts are errors.";
    const EXAMPLE: &'static str = "\
        SELECT rate_ratio(41, 28010, 15, 19017) AS exact,\n\
        \u{20}      rate_ratio(41, 28010, 15, 19017, 0.95, 'wald') AS wald;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let ([group, reference], confidence) = (groups(columns, row), options.confidence()?);
        let method = options.text("method").parse();
        let ratio = method.and_then(|method| rate_ratio(group, reference, confidence, method));
        answer(Self::NAME, ratio)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (41, 28010, 15, 19017), (5, 100, 0, 100), \
                         (0, 100, 5, 100), (0, 1, 0, 1), (1, NULL, 1, 1), (2, 0, 1, 1)) \
                         AS v(a, s, b, t)";

    #[test]
    fn rates_compare_row_by_row() {
        let sql = "SELECT round(r.value, 3), round(r.lower_cl, 3), round(r.upper_cl, 3), r.events, \
                   r.status FROM (SELECT a, rate_ratio(a, s, b, t) AS r FROM t) \
                   ORDER BY a DESC, r.status";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["1.856", "1.006", "3.609", "56", "ok"]);
        assert_eq!(
            (&rows[1][0], &rows[1][2]),
            (&"inf".to_owned(), &"inf".to_owned())
        );
        assert_eq!(rows[2][4], "undefined");
        assert_eq!(rows[3][4], "incomplete_strata");
        assert_eq!((rows[4][0].as_str(), rows[4][1].as_str()), ("0", "0"));
        assert_eq!(rows[5][4], "undefined");
    }

    #[test]
    fn sums_of_groups_compare_and_methods_are_taken() {
        let sql = "SELECT r.method, r.value FROM (SELECT rate_ratio(sum(a), sum(s), sum(b), \
                   sum(t), 0.9, 'mid_p') AS r FROM t WHERE a > 4)";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0][0], "mid_p");
        let value: f64 = rows[0][1].parse().unwrap();
        assert!((value - (46.0 / 28110.0) / (15.0 / 19117.0)).abs() < 1e-10);
        let wald = "SELECT rate_ratio(5, 100, 0, 100, 0.95, 'wald')['lower_cl']";
        assert_eq!(query("", wald).unwrap(), [["NULL"]]);
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let negative = error("SELECT rate_ratio(a, s, -b, t) FROM t WHERE b > 0");
        assert!(negative.contains("rate_ratio: events_0: expected a number of at least 0"));
        assert!(error("SELECT rate_ratio(1, 1, 1, 1, 0.95, 'katz')").contains("`katz`"));
        assert!(error("SELECT rate_ratio(1, 1, 1)").contains("time_0"));
    }
}
