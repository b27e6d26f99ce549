//! `rate_difference(events_1, time_1, events_0, time_0, …)`: one rate less another.

use datafusion::common::Result;
use kohort_stats::comparison::rate_difference;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;
use super::groups;

/// The difference of two rates.
#[derive(Debug)]
pub(super) struct RateDifference;

impl Scalar for RateDifference {
    const NAME: &'static str = "rate_difference";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events_1", "of the group, 0 or more"),
        Argument::number("time_1", "of the group: person-time or people"),
        Argument::number("events_0", "of the reference"),
        Argument::number("time_0", "of the reference"),
        Argument::confidence(),
        Argument::choice(
            "method",
            &["mover", "wald"],
            "of the limits: recovered from the exact limits of both rates, or normal",
        ),
        Argument::number("multiplier", "per how many people the rates are, above 0").or(1.0),
    ];
    const DESCRIPTION: &'static str = "\
        The rate of a group less that of a reference: \
        `multiplier * (events_1 / time_1 - events_0 / time_0)`. `events` and `n` are those of \
        both. `se` is `multiplier * sqrt(events_1 / time_1^2 + events_0 / time_0^2)`.\n\n\
        Absolute; 0 is no difference, above 0 the group has more. Give `rate_ratio` beside it. \
        Crude: groups of other ages differ for that alone. Zou and Donner, 2008, \
        doi:10.1002/sim.3095.\n\n\
        NULL counts give the status `incomplete_strata`, no person-time in a group gives \
        `undefined`. Without any event `se` is NULL, and so are the limits of `wald`. Negative \
        counts are errors.";
    const EXAMPLE: &'static str = "\
        SELECT rate_difference(41, 28010, 15, 19017, 0.95, 'mover', 100000) AS more_per_100000;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let ([group, reference], confidence) = (groups(columns, row), options.confidence()?);
        let multiplier = options.number("multiplier").unwrap_or(f64::NAN);
        let method = options.text("method").parse();
        let difference = method
            .and_then(|method| rate_difference(group, reference, multiplier, confidence, method));
        answer(Self::NAME, difference)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (30, 100, 10, 100), (0, 100, 0, 100), \
                         (NULL, 1, 1, 1), (2, 0, 1, 1)) AS v(a, s, b, t)";

    #[test]
    fn rates_compare_row_by_row() {
        let sql = "SELECT round(d.value, 9), round(d.lower_cl, 4), round(d.upper_cl, 4), d.se, \
                   d.status FROM (SELECT s, a, rate_difference(a, s, b, t, 0.95, 'mover', 100) AS \
                   d FROM t) ORDER BY s DESC, a DESC";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!((rows[0][0].as_str(), rows[0][4].as_str()), ("20", "ok"));
        assert_eq!(rows[1], ["0", "-3.6889", "3.6889", "NULL", "ok"]);
        assert_eq!(rows[2][4], "incomplete_strata");
        assert_eq!(rows[3][4], "undefined");
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let negative = error("SELECT rate_difference(1, -1, 1, 1)");
        assert!(negative.contains("rate_difference: time_1"), "{negative}");
        assert!(
            error("SELECT rate_difference(1, 1, 1, 1, 0.9, 'wald', -1)").contains("multiplier")
        );
    }
}
