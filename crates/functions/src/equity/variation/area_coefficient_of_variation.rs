//! `area_coefficient_of_variation(rate)`.

use datafusion::common::Result;
use kohort_stats::variation::coefficient_of_variation;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;

/// The aggregate.
#[derive(Debug)]
pub(super) struct AreaCoefficientOfVariation;

impl Aggregate for AreaCoefficientOfVariation {
    const NAME: &'static str = "area_coefficient_of_variation";
    const ALIASES: &'static [&'static str] = &["cv"];
    const ARGUMENTS: &'static [Argument] = &[Argument::number(
        "rate",
        "of the area, 0 or more, or observed by expected; one row per area",
    )];
    const DESCRIPTION: &'static str = "\
        How much the rates of areas vary, relative to their mean: the standard deviation (over \
        `k - 1`) by the mean of the rates of `k` areas. A share, not per cent; every area weighs \
        alike. `n` is the number of areas.\n\n\
        0.2: areas typically lie a fifth of the mean away from it. Chance is in it, and small \
        areas make it large; `systematic_component_of_variation` is what is left without chance, \
        and `area_coefficient_of_variation_weighted` lets small areas weigh little. (The measure \
        of groups of people, weighted and in per cent, is `coefficient_of_variation`.)\n\n\
        Status `incomplete_strata`: a rate is NULL. `undefined`: fewer than two areas, or all \
        rates are 0. Negative rates are errors.";
    const EXAMPLE: &'static str = "\
        SELECT area_coefficient_of_variation(rate) AS variation\n\
        FROM (VALUES (12.1), (15.0), (9.8), (18.3), (14.4)) AS region(rate);";
    type State = Rows<1>;

    fn update(state: &mut Rows<1>, columns: &Columns, row: usize) -> Result<()> {
        state.push([columns.number(0, row)]);
        Ok(())
    }

    fn evaluate(state: &Rows<1>, _: &Options) -> Result<Output> {
        let rates: Vec<_> = state.iter().map(|[rate]| rate).collect();
        Ok(named(Self::NAME, coefficient_of_variation(&rates))?.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('a', 2), ('a', 4), ('a', 6), ('b', 3), \
                         ('n', NULL), ('n', 2), ('z', 0), ('z', 0)) AS v(map, r)";

    #[test]
    fn it_is_the_deviation_by_the_mean() {
        let sql = "SELECT map, c.value, c.n, c.status FROM (SELECT map, \
                   area_coefficient_of_variation(r) AS c FROM t GROUP BY map) ORDER BY map";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "0.5", "3", "ok"]);
        assert_eq!(rows[1], ["b", "NULL", "1", "undefined"]);
        assert_eq!(rows[2], ["n", "NULL", "NULL", "incomplete_strata"]);
        assert_eq!(rows[3], ["z", "NULL", "2", "undefined"]);
    }

    #[test]
    fn negative_rates_are_errors() {
        let error = query(TABLE, "SELECT cv(-r) FROM t")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("area_coefficient_of_variation: rate: expected"),
            "{error}"
        );
    }
}
