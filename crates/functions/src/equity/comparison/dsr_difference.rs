//! `directly_standardised_rate_difference(rate_1, rate_0, …)`: one standardised rate less another.

use datafusion::common::Result;
use kohort_stats::comparison::dsr_difference;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::Output;
use super::super::scalar::Scalar;
use super::dsr_ratio::compare;

/// The difference of two standardised rates.
#[derive(Debug)]
pub(super) struct DsrDifference;

impl Scalar for DsrDifference {
    const NAME: &'static str = "directly_standardised_rate_difference";
    const ALIASES: &'static [&'static str] = &["dsr_difference"];
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
        A standardised rate less that of a reference, with limits at \
        `-+ z * sqrt(se_1^2 + se_0^2)`. It takes the structs of two rates; any two independent \
        estimates with a `value` and `se` will do. `events` and `n` are those of both.\n\n\
        Absolute, in the unit of the rates; 0 is no difference, above 0 the first is higher. Rates \
        by other standard populations or multipliers do not compare, and this function cannot see \
        that. Breslow and Day, 1987, \"Statistical methods in cancer research, volume II\", IARC, \
        chapter 2.\n\n\
        Where a rate is NULL, the difference is, with the status of that rate (the first's first); \
        a NULL instead of a struct gives `incomplete_strata`. There are no limits where a rate has \
        no `se`.";
    const EXAMPLE: &'static str = "\
        SELECT dsr_difference(women, men) AS women_less_men\n\
        FROM (SELECT crude_rate(90, 50000) AS women, crude_rate(60, 48000) AS men) AS rates;";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        compare(Self::NAME, columns, row, dsr_difference)
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    #[test]
    fn two_structs_compare_row_by_row() {
        let table = "SELECT * FROM (VALUES (30, 100), (16, 25), (NULL, 100), (0, 100)) AS v(o, n)";
        let sql = "SELECT o, round(d.value, 9), d.se, d.n, d.status FROM (SELECT o, \
                   dsr_difference(crude_rate(o, n, 100), crude_rate(9, 100, 100)) AS d FROM t) \
                   ORDER BY o";
        let rows = query(table, sql).unwrap();
        assert_eq!(rows[0], ["0", "-9", "NULL", "200", "ok"]);
        // Standard errors 16 and 3.
        assert_eq!((rows[1][1].as_str(), rows[1][3].as_str()), ("55", "125"));
        let error: f64 = rows[1][2].parse().unwrap();
        assert!((error - 265f64.sqrt()).abs() < 1e-10);
        assert_eq!(
            rows[3],
            ["NULL", "NULL", "NULL", "NULL", "incomplete_strata"]
        );
    }

    #[test]
    fn a_null_instead_of_a_struct_is_a_missing_rate() {
        let table = "SELECT * FROM (VALUES (1, 5), (2, 6)) AS v(region, o)";
        let sql = "SELECT region, d.status FROM (SELECT t.region, dsr_difference(crude_rate(t.o, \
                   9), other.rate) AS d FROM t LEFT JOIN (SELECT region, crude_rate(o, 9) AS rate \
                   FROM t WHERE region = 1) AS other ON t.region = other.region) ORDER BY region";
        let rows = query(table, sql).unwrap();
        assert_eq!(rows, [["1", "ok"], ["2", "incomplete_strata"]]);
    }
}
