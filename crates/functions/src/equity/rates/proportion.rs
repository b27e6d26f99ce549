//! `proportion(events, n, …)`: how many of those who could.

use datafusion::common::Result;
use kohort_stats::rates::proportion;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// A share.
#[derive(Debug)]
pub(super) struct Proportion;

impl Scalar for Proportion {
    const NAME: &'static str = "proportion";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("events", "how many, from 0 to `n`"),
        Argument::number(
            "n",
            "of how many: those tested for a yield, those eligible for access",
        ),
        Argument::confidence(),
        Argument::choice(
            "method",
            &[
                "wilson",
                "wilson_cc",
                "clopper_pearson",
                "agresti_coull",
                "jeffreys",
            ],
            "of the limits: the score limits, the same with continuity correction, the exact ones, \
             Agresti and Coull's, or Jeffreys'",
        ),
        Argument::number("multiplier", "above 0: 100 for per cent").or(1.0),
    ];
    const DESCRIPTION: &'static str = "\
        A share of people, `multiplier * events / n`, with the limits of a binomial share. It \
        composes with `GROUP BY`: `proportion(sum(diagnosed), sum(tested))`. `se` is \
        `multiplier * sqrt(p (1 - p) / n)`.\n\n\
        Absolute. The denominator is the question: the diagnostic yield is of those tested, access \
        is of those *eligible*. `clopper_pearson` and `wilson_cc` are wide on purpose; \
        `agresti_coull` may leave 0 to 1. Newcombe, 1998, \
        doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.\n\n\
        NULL counts give the status `incomplete_strata`, an `n` of 0 gives `undefined`. `se` is NULL \
        when no one or everyone is an event, since 0 would claim certainty. Negative counts, and \
        more events than `n`, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, proportion(sum(tested), count(*)) AS share_tested\n\
        FROM (VALUES ('Skåne', 1), ('Skåne', 0), ('Skåne', 1), ('Gotland', 0))\n\
        \u{20}    AS person(region, tested)\n\
        GROUP BY region ORDER BY region;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let (events, n) = (columns.number(0, row), columns.number(1, row));
        let multiplier = options.number("multiplier").unwrap_or(f64::NAN);
        let confidence = options.confidence()?;
        let method = options.text("method").parse();
        let share = method.and_then(|method| proportion(events, n, multiplier, confidence, method));
        answer(Self::NAME, share)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('a', true), ('a', false), ('b', true), ('b', true), \
                         ('c', NULL), ('c', true)) AS v(k, x)";

    #[test]
    fn shares_are_of_the_people_of_a_group() {
        // `sum` skips NULL: the person of whom nothing is known is in the denominator.
        let sql = "SELECT k, p.value, p.se IS NULL, p.events, p.n FROM (SELECT k, \
                   proportion(sum(x::int), count(*), 0.95, 'wilson', 100) AS p FROM t GROUP BY k) \
                   ORDER BY k";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "50", "false", "1", "2"]);
        assert_eq!(rows[1], ["b", "100", "true", "2", "2"]);
        assert_eq!(rows[2], ["c", "50", "false", "1", "2"]);
    }

    #[test]
    fn every_method_is_reached() {
        let upper = |method: &str| {
            let sql = format!("SELECT proportion(81, 263, 0.95, '{method}')['upper_cl']");
            (number("", &sql) * 1e4).round()
        };
        // Newcombe, 1998, table I.
        assert_eq!(upper("wilson"), 3662.0);
        assert_eq!(upper("wilson_cc"), 3682.0);
        assert_eq!(upper("clopper_pearson"), 3676.0);
        let others = [upper("agresti_coull"), upper("jeffreys")];
        assert!(
            others.iter().all(|upper| (3650.0..3690.0).contains(upper)),
            "{others:?}"
        );
    }

    #[test]
    fn more_events_than_people_are_an_error_and_null_and_zero_are_not() {
        let error = query(TABLE, "SELECT proportion(3, 2)")
            .unwrap_err()
            .to_string();
        let expected = "proportion: events: expected at most `n` events, got `3`";
        assert!(error.contains(expected), "{error}");
        let status = |sql: &str| query("", sql).unwrap()[0][0].clone();
        assert_eq!(
            status("SELECT proportion(NULL, 2)['status']"),
            "incomplete_strata"
        );
        assert_eq!(status("SELECT proportion(0, 0)['status']"), "undefined");
    }
}
