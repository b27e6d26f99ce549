//! `proportion(events, n, …)`: how many of those who could.

use datafusion::common::Result;
use kohort_stats::rates::proportion;
use kohort_stats::{Confidence, Estimate};

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
        NULL counts give the status `incomplete_strata`, an `n` of 0 gives `undefined`. `se` is \
        NULL when no one or everyone is an event, since 0 would claim certainty. At a confidence \
        of 1 the limits are 0 and `multiplier`. Negative counts, and more events than `n`, are \
        errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, proportion(sum(tested), count(*)) AS share_tested\n\
        FROM (VALUES ('Skåne', 1), ('Skåne', 0), ('Skåne', 1), ('Gotland', 0))\n\
        \u{20}    AS person(region, tested)\n\
        GROUP BY region ORDER BY region;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let options = columns.options(row)?;
        let (events, n) = (columns.number(0, row), columns.number(1, row));
        let multiplier = options.number("multiplier").unwrap_or(f64::NAN);
        let is_certain = options.is_certain();
        let confidence = match is_certain {
            true => Confidence::default(),
            false => options.confidence()?,
        };
        let method = options.text("method").parse();
        let share = method.and_then(|method| proportion(events, n, multiplier, confidence, method));
        let share = share.map(|share| match (is_certain, share.value) {
            // For certain, a share is one.
            (true, Some(_)) => Estimate {
                lower_cl: Some(0.0),
                upper_cl: Some(multiplier),
                confidence: Some(1.0),
                ..share
            },
            _ => share,
        });
        answer(Self::NAME, share)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('a', true), ('a', false), ('b', true), ('b', \
                         true), ('c', NULL), ('c', true)) AS v(k, x)";

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
    fn for_certain_a_share_is_between_0_and_all() {
        for confidence in ["1", "100"] {
            let sql = format!(
                "SELECT p.value, p.lower_cl, p.upper_cl, p.confidence FROM \
                 (SELECT proportion(1, 4, {confidence}, 'wilson', 100) AS p)"
            );
            assert_eq!(query("", &sql).unwrap(), [["25", "0", "100", "1"]]);
        }
        let none = "SELECT p.upper_cl, p.status FROM (SELECT proportion(0, 0, 1) AS p)";
        assert_eq!(query("", none).unwrap(), [["NULL", "undefined"]]);
    }

    #[test]
    fn a_confidence_is_a_share_or_a_percentage_that_someone_may_mean() {
        let width = |confidence: &str| {
            let p = format!("proportion(3, 9, {confidence})");
            number("", &format!("SELECT {p}['upper_cl'] - {p}['lower_cl']"))
        };
        for (percent, share) in [("50", "0.5"), ("95", "0.95"), ("99.8", "0.998")] {
            assert_eq!(width(percent), width(share));
        }
        for wrong in ["1.5", "9", "49.9"] {
            let error = query("", &format!("SELECT proportion(3, 9, {wrong})")).unwrap_err();
            let expected = "proportion: confidence: expected a number between 0 and 1, or a perc";
            assert!(error.to_string().contains(expected), "{error}");
        }
        let error = query("", "SELECT proportion(3, 9, make_array(0.95, 0.998))").unwrap_err();
        assert!(
            error.to_string().contains("`confidence` must be a number"),
            "{error}"
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
