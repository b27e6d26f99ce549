//! `directly_standardised_rate_ratio(rate_1, rate_0, …)`: two standardised rates, one over the
//! other.

use datafusion::common::Result;
use kohort_stats::comparison::dsr_ratio;
use kohort_stats::{Confidence, Error, Estimate, Status};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, answer};
use super::super::scalar::Scalar;

/// The ratio of two standardised rates.
#[derive(Debug)]
pub(super) struct DsrRatio;

impl Scalar for DsrRatio {
    const NAME: &'static str = "directly_standardised_rate_ratio";
    const ALIASES: &'static [&'static str] = &["dsr_ratio"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::estimate(
            "rate_1",
            "of the group: what `directly_standardised_rate` returned",
        ),
        Argument::estimate(
            "rate_0",
            "of the reference, by the same standard and multiplier",
        ),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        A standardised rate over that of a reference, with limits that are normal on the scale of \
        logarithms: `exp(ln ratio -+ z * sqrt((se_1 / rate_1)^2 + (se_0 / rate_0)^2))`. It takes \
        the structs of two rates; any two independent estimates with a `value` and `se` will do. \
        `events` and `n` are those of both.\n\n\
        Relative; 1 is no difference. A rate of 0 in the reference gives infinity. Rates by other \
        standard populations do not compare, and this function cannot see that. Breslow and Day, \
        1987, \"Statistical methods in cancer research, volume II\", IARC, chapter 2.\n\n\
        Where a rate is NULL, the ratio is, with the status of that rate (the first's first); a \
        NULL instead of a struct gives `incomplete_strata`. 0 / 0 and negative rates give \
        `undefined`. There are no limits where a rate is 0 or has no `se`.";
    const EXAMPLE: &'static str = "\
        SELECT dsr_ratio(women, men) AS women_over_men\n\
        FROM (SELECT crude_rate(90, 50000) AS women, crude_rate(60, 48000) AS men) AS rates;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        compare(Self::NAME, columns, row, dsr_ratio)
    }
}

/// Compares the estimates of the first two arguments.
pub(super) fn compare(
    function: &str,
    columns: &Columns,
    row: usize,
    measure: impl Fn(&Estimate, &Estimate, Confidence) -> std::result::Result<Estimate, Error>,
) -> Result<Output> {
    let confidence = columns.options(row)?.confidence()?;
    let estimate = |at| -> Result<Estimate> {
        let missing = || Estimate::missing(Status::IncompleteStrata, "");
        Ok(columns.estimate(at, row)?.unwrap_or_else(missing))
    };
    answer(function, measure(&estimate(0)?, &estimate(1)?, confidence))
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('K', 1, 90, 50000.0), ('M', 1, 60, 48000.0), \
                         ('K', 2, 5, 100.0), ('M', 2, 7, NULL), ('K', 3, 1, 0.0), \
                         ('M', 3, 0, 10.0), ('K', 4, 3, 10.0), ('M', 4, 0, 10.0)) \
                         AS v(sex, region, o, n)";

    #[test]
    fn two_structs_compare_and_a_missing_one_says_why() {
        let sql = "SELECT region, r.value, r.method, r.upper_cl IS NULL, r.events, r.status FROM \
                   (SELECT k.region, dsr_ratio(crude_rate(k.o, k.n), crude_rate(m.o, m.n)) AS r \
                   FROM t k JOIN t m ON k.region = m.region AND k.sex = 'K' AND m.sex = 'M') \
                   ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["1", "1.44", "lognormal", "false", "150", "ok"]);
        let missing = [
            "2",
            "NULL",
            "lognormal",
            "true",
            "NULL",
            "incomplete_strata",
        ];
        assert_eq!(rows[1], missing);
        assert_eq!(rows[2][5], "undefined");
        assert_eq!(rows[3], ["4", "inf", "lognormal", "true", "3", "ok"]);
    }

    #[test]
    fn limits_are_made_from_the_standard_errors() {
        // 50 -+ 5 and 40 -+ 4: a relative error of 0.1 each.
        let sql = "SELECT r.lower_cl, r.se FROM (SELECT directly_standardised_rate_ratio(\
                   crude_rate(100, 2, 1), crude_rate(100, 2.5, 1), 95) AS r)";
        let rows = query("", sql).unwrap();
        let number = |at: usize| rows[0][at].parse::<f64>().unwrap();
        let error = 0.02f64.sqrt();
        assert!((number(0) - 1.25 * (-1.959_963_984_540_054 * error).exp()).abs() < 1e-10);
        assert!((number(1) - 1.25 * error).abs() < 1e-10);
    }

    #[test]
    fn what_is_no_struct_of_a_measure_is_an_error() {
        let error = |sql: &str| query("", sql).unwrap_err().to_string();
        let number = error("SELECT dsr_ratio(1.0, 2.0)");
        assert!(
            number.contains("`rate_1` must be the result of another measure"),
            "{number}"
        );
        let other = error("SELECT dsr_ratio(named_struct('a', 1), named_struct('a', 2))");
        assert!(other.contains("no field `value`"), "{other}");
    }
}
