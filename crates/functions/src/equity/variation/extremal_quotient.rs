//! `extremal_quotient(rate, …)`.

use datafusion::common::Result;
use kohort_stats::variation::extremal_quotient;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;
use super::super::unordered::over_groups::is_given;
use super::areas::{FEWEST_EXPECTED, quantiles};

/// The aggregate.
#[derive(Debug)]
pub(super) struct ExtremalQuotient;

impl Aggregate for ExtremalQuotient {
    const NAME: &'static str = "extremal_quotient";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "rate",
            "of the area, 0 or more, or observed by expected; one row per area",
        ),
        Argument::number("upper", "the quantile above the line, up to 1")
            .or(1.0)
            .constant(),
        Argument::number(
            "lower",
            "the quantile below the line, from 0 to below `upper`",
        )
        .or(0.0)
        .constant(),
        Argument::number(
            "expected",
            "events to be expected in the area, 0 or more: with it, few of them are refused",
        )
        .optional(),
        FEWEST_EXPECTED,
    ];
    const DESCRIPTION: &'static str = "\
        How many times the rate of the highest area is that of the lowest; with quantiles such as \
        `0.95, 0.05` or `0.75, 0.25` of high by low areas. Quantiles lie on the line between \
        neighbouring rates (type 7 of R). `n` is the number of areas.\n\n\
        Easy to say, and easy to be misled by: it grows with the number of areas and with their \
        smallness, by chance alone. Give `expected`, so that it can refuse where fewer than 5 \
        events are expected in an area; without, it cannot see how many events a rate rests on. \
        Do not compare maps of different areas by it; `extremal_quotient_eb` takes chance out \
        first.\n\n\
        Infinite when the lower quantile alone is 0. Status `too_few_events`: fewer than \
        `fewest_expected` in an area. `incomplete_strata`: a rate, or what is expected, is NULL. \
        `undefined`: fewer than two areas, or both quantiles are 0. Negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT extremal_quotient(tests / expected, expected => expected) AS highest_by_lowest,\n\
        \u{20}      extremal_quotient(tests / expected, 0.75, 0.25) AS quartiles\n\
        FROM (VALUES (12, 9.1), (15, 14.6), (9, 11.0), (18, 12.2)) AS region(tests, expected);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        state.push([columns.number(0, row), columns.number(3, row)]);
        Ok(())
    }

    fn evaluate(state: &Rows<2>, options: &Options) -> Result<Output> {
        let rates: Vec<_> = state.iter().map(|[rate, _]| rate).collect();
        let expected: Vec<_> = match is_given(options, "expected") {
            true => state.iter().map(|[_, expected]| expected).collect(),
            false => Vec::new(),
        };
        let quotient = extremal_quotient(&rates, &expected, &quantiles(options));
        Ok(named(Self::NAME, quotient)?.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('a', 3.0), ('a', 1.5), ('a', 6.0), ('b', 0.0), \
                         ('b', 2.0), ('n', NULL), ('n', 2.0), ('z', 0.0), ('z', 0.0)) AS v(map, r)";

    #[test]
    fn the_highest_is_divided_by_the_lowest() {
        let sql = "SELECT map, q.value, q.n, q.status FROM (SELECT map, extremal_quotient(r) AS q \
                   FROM t GROUP BY map) ORDER BY map";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "4", "3", "ok"]);
        assert_eq!(rows[1], ["b", "inf", "2", "ok"]);
        assert_eq!(rows[2], ["n", "NULL", "NULL", "incomplete_strata"]);
        assert_eq!(rows[3], ["z", "NULL", "2", "undefined"]);
        let middle = "SELECT extremal_quotient(r, 0.75, 0.25)['value'] FROM t WHERE map = 'a'";
        assert_eq!(number(TABLE, middle), 2.0);
    }

    #[test]
    fn where_few_events_are_expected_there_is_no_quotient() {
        let sql = |more: &str| {
            format!(
                "SELECT q.value, q.status FROM (SELECT extremal_quotient(r, 1, 0, {more}) AS q \
                 FROM t WHERE map = 'a')"
            )
        };
        for (more, answer) in [
            ("NULL", ["4", "ok"]),
            ("4 + r", ["4", "ok"]),
            ("3 + r", ["NULL", "too_few_events"]),
            ("3 + r, 4", ["4", "ok"]),
            ("nullif(r, 3)", ["NULL", "incomplete_strata"]),
        ] {
            assert_eq!(query(TABLE, &sql(more)).unwrap(), [answer], "{more}");
        }
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let lower = error("SELECT extremal_quotient(r, 0.2, 0.8) FROM t");
        assert!(
            lower.contains("extremal_quotient: lower: expected a number"),
            "{lower}"
        );
        assert!(error("SELECT extremal_quotient(-r) FROM t").contains("rate: expected"));
        assert!(
            error("SELECT extremal_quotient(r, r) FROM t")
                .contains("expected the same for all rows")
        );
    }
}
