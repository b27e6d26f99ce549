//! `wilson_limits(events, n, …)`: a share with Wilson's limits.

use datafusion::common::Result;
use kohort_stats::rates::{ProportionMethod, proportion};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// A share with Wilson's limits.
#[derive(Debug)]
pub(super) struct WilsonLimits;

impl Scalar for WilsonLimits {
    const NAME: &'static str = "wilson_limits";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "how many, from 0 to `n`"),
        Argument::number("n", "of how many"),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        The share `events / n` with Wilson's score limits, which stay within 0 and 1: \
        `proportion(events, n, confidence, 'wilson')`. Wilson, 1927, \
        doi:10.1080/01621459.1927.10502953.\n\n\
        NULL counts give the status `incomplete_strata`, an `n` of 0 gives `undefined`. Negative \
        counts, and more events than `n`, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT tested, wilson_limits(tested, eligible) AS share\n\
        FROM (VALUES (0, 20), (81, 263)) AS t(tested, eligible);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let (events, n) = (columns.number(0, row), columns.number(1, row));
        let confidence = columns.options(row)?.confidence()?;
        let wilson = ProportionMethod::Wilson;
        answer(Self::NAME, proportion(events, n, 1.0, confidence, wilson))
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    #[test]
    fn it_is_the_method_wilson_of_proportion() {
        let table = "SELECT * FROM (VALUES (0, 20), (81, 263), (NULL, 2), (0, 0)) AS v(x, n)";
        let sql = "SELECT l = proportion(x, n), round(l.upper_cl, 4), l.status FROM \
                   (SELECT *, wilson_limits(x, n) AS l FROM t) ORDER BY n";
        let rows = query(table, sql).unwrap();
        assert_eq!(rows[0][1..], ["NULL", "undefined"]);
        assert_eq!(rows[1][1..], ["NULL", "incomplete_strata"]);
        assert_eq!(rows[2], ["true", "0.1611", "ok"]);
        assert_eq!(rows[3], ["true", "0.3662", "ok"]);
        let error = query(table, "SELECT wilson_limits(n, x) FROM t").unwrap_err();
        assert!(error.to_string().contains("at most `n` events"), "{error}");
    }
}
