//! `area_coefficient_of_variation_weighted(rate, weight)`.

use datafusion::common::Result;
use kohort_stats::variation::weighted_coefficient_of_variation;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;
use super::areas::{areas, push};

/// The aggregate.
#[derive(Debug)]
pub(super) struct Weighted;

impl Aggregate for Weighted {
    const NAME: &'static str = "area_coefficient_of_variation_weighted";
    const ALIASES: &'static [&'static str] = &["cv_weighted"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "rate",
            "of the area, 0 or more, or observed by expected; one row per area",
        ),
        Argument::number(
            "expected",
            "the weight of the area, above 0: expected events, or people",
        ),
    ];
    const DESCRIPTION: &'static str = "\
        How much the rates of areas vary relative to their mean, large areas weighing more: with \
        shares `w` of the weights and mean `m = sum(w * r)`, `sqrt(sum(w * (r - m)^2)) / m`. A \
        share, not per cent. `n` is the number of areas.\n\n\
        How differently people are treated, rather than how differently areas act. Chance is in \
        it, though less than in `area_coefficient_of_variation`.\n\n\
        Status `incomplete_strata`: a rate or weight is NULL. `undefined`: fewer than two areas, a \
        weight of 0, or a mean of 0. Negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT area_coefficient_of_variation_weighted(rate, people) AS variation\n\
        FROM (VALUES (12.1, 1400000), (9.8, 61000), (18.3, 158000)) AS region(rate, people);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        push(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Rows<2>, _: &Options) -> Result<Output> {
        let variation = weighted_coefficient_of_variation(&areas(state));
        Ok(named(Self::NAME, variation)?.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('a', 2.0, 3), ('a', 10.0, 1), ('n', 1.0, NULL), \
                         ('n', 2.0, 1), ('z', 0.0, 1), ('z', 0.0, 1)) AS v(map, r, w)";

    #[test]
    fn large_areas_weigh_more() {
        // Mean 4; a deviation of 2 for three quarters, of 6 for one.
        let sql = "SELECT cv_weighted(r, w)['value'] FROM t WHERE map = 'a'";
        assert!((number(TABLE, sql) - 0.866_025_403_784).abs() < 1e-9);
        let sql = "SELECT c.status, c.events FROM (SELECT map, cv_weighted(r, w) AS c FROM t \
                   GROUP BY map) ORDER BY map";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(
            rows,
            [
                ["ok", "NULL"],
                ["incomplete_strata", "NULL"],
                ["undefined", "NULL"]
            ]
        );
    }

    #[test]
    fn negative_weights_are_errors() {
        let error = query(TABLE, "SELECT cv_weighted(r, -w) FROM t")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("area_coefficient_of_variation_weighted: expected: exp"),
            "{error}"
        );
    }
}
