//! `mean_interval(value, …)`: a mean with its limits.

use datafusion::common::Result;
use kohort_stats::ExactSum;
use kohort_stats::rates::{MeanSums, mean};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::{Reader, State, write_integer, write_number};

/// A mean with its limits.
#[derive(Debug)]
pub(super) struct MeanInterval;

impl Aggregate for MeanInterval {
    const NAME: &'static str = "mean_interval";
    const ALIASES: &'static [&'static str] = &["mean_ci"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("value", "of each person or area, in any unit"),
        Argument::confidence(),
    ];
    const SHAPE: Shape = Shape::EstimateAnd(&[("standard_deviation", CellType::Number)]);
    const DESCRIPTION: &'static str = "\
        A mean with the limits of Student's t: `mean -+ t * s / sqrt(n)`. `se` is `s / sqrt(n)`, \
        with `s` the standard deviation over `n - 1`. The sums are exact, so that the answer does \
        not depend on the order of rows, to the last digit.\n\n\
        Absolute. The limits are those of the mean, not of the values, and right for values that \
        are about normal or for many of them. Costs are skewed; waiting times are cut short for \
        those who still wait.\n\n\
        NULL as a value gives the status `incomplete_strata`: leave NULLs out by \
        `FILTER (WHERE value IS NOT NULL)` where that is right. No rows give `undefined`; one row \
        has no limits.";
    const EXAMPLE: &'static str = "\
        SELECT region, mean_interval(days) AS days_to_answer\n\
        FROM (VALUES ('Skåne', 31), ('Skåne', 44), ('Skåne', 38), ('Gotland', 60))\n\
        \u{20}    AS referral(region, days)\n\
        GROUP BY region ORDER BY region;";
    type State = Sums;

    fn update(state: &mut Sums, columns: &Columns, row: usize) -> Result<()> {
        state.0.add(columns.number(0, row));
        Ok(())
    }

    fn evaluate(state: &Sums, options: &Options) -> Result<Output> {
        let confidence = options.confidence()?;
        let deviation = match state.0.n_missing {
            0 => state.0.standard_deviation(),
            _ => None,
        };
        match mean(&state.0, confidence) {
            Ok(mean) => Ok(Output::EstimateAnd(mean, vec![Cell::Number(deviation)])),
            Err(error) => datafusion::common::exec_err!("{}: {error}", Self::NAME),
        }
    }
}

/// Exact sums over values.
#[derive(Debug, Default)]
pub(super) struct Sums(MeanSums);

impl State for Sums {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, self.0.n);
        write_integer(bytes, self.0.n_missing);
        for sum in [&self.0.sum, &self.0.squares] {
            let parts = sum.parts();
            write_integer(bytes, parts.len() as u64);
            for part in parts {
                write_number(bytes, part);
            }
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        let (n, n_missing) = (bytes.integer()?, bytes.integer()?);
        let mut sums = [ExactSum::default(), ExactSum::default()];
        for sum in &mut sums {
            for _ in 0..bytes.length()? {
                sum.add(bytes.number()?);
            }
        }
        let [sum, squares] = sums;
        self.0.merge(&MeanSums {
            n,
            n_missing,
            sum,
            squares,
        });
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        // An expansion of numbers of one kind seldom has more parts than this.
        2 * 8 * size_of::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('a', 1.0), ('a', 2.0), ('a', 6.0), ('b', 5.0), \
                         ('c', NULL), ('c', 1.0)) AS v(k, x)";

    #[test]
    fn groups_have_their_means() {
        let sql = "SELECT k, m.value, round(m.se, 6), round(m.standard_deviation, 6), m.n, \
                   m.lower_cl IS NULL, m.status FROM \
                   (SELECT k, mean_interval(x) AS m FROM t GROUP BY k) ORDER BY k";
        let rows = query(TABLE, sql).unwrap();
        // Deviations -2, -1 and 3: s^2 = 7.
        assert_eq!(
            rows[0],
            ["a", "3", "1.527525", "2.645751", "3", "false", "ok"]
        );
        assert_eq!(rows[1], ["b", "5", "NULL", "NULL", "1", "true", "ok"]);
        let missing = [
            "c",
            "NULL",
            "NULL",
            "NULL",
            "NULL",
            "true",
            "incomplete_strata",
        ];
        assert_eq!(rows[2], missing);
    }

    #[test]
    fn null_is_left_out_only_where_that_is_said() {
        let sql = "SELECT m.value FROM \
                   (SELECT mean_ci(x) FILTER (WHERE x IS NOT NULL) AS m FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["3"]]);
        let none = "SELECT m.status, m.value FROM (SELECT mean_ci(x) AS m FROM t WHERE x > 99)";
        assert_eq!(query(TABLE, none).unwrap(), [["undefined", "NULL"]]);
    }

    #[test]
    fn the_confidence_is_a_constant() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        assert!(error("SELECT mean_ci(x, x) FROM t").contains("`confidence`: expected the same"));
        assert!(error("SELECT mean_ci(k) FROM t").contains("`value` must be a number"));
        assert!(error("SELECT mean_ci(x, 0) FROM t").contains("mean_interval: confidence"));
    }

    #[test]
    fn no_digit_depends_on_the_order_of_rows() {
        let table = "SELECT 0.1 * value AS x FROM generate_series(1, 999)";
        let sql = "SELECT m.value = 50.0, m.se FROM (SELECT mean_ci(x) AS m FROM t)";
        assert_eq!(query(table, sql).unwrap()[0][0], "true");
    }
}
