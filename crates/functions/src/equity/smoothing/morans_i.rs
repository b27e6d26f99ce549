//! `morans_i(area, value, neighbours, …)`.

use datafusion::common::Result;
use kohort_stats::smoothing::morans_i;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::{Output, Shape};
use super::map::{AREA, AUTOCORRELATION, METHOD, Map, NEIGHBOURS, WEIGHTS, autocorrelation};

/// The aggregate.
#[derive(Debug)]
pub(super) struct MoransI;

/// The value of an area.
pub(super) const VALUE: Argument =
    Argument::number("value", "of the area, such as a rate; any number");

impl Aggregate for MoransI {
    const NAME: &'static str = "morans_i";
    const ARGUMENTS: &'static [Argument] = &[AREA, VALUE, NEIGHBOURS, WEIGHTS, METHOD];
    const SHAPE: Shape = AUTOCORRELATION;
    const DESCRIPTION: &'static str = "\
        How much the values of neighbouring areas are alike (Moran's I): with values `z` less \
        their mean, weights `w` of neighbours and `n` areas, `n / sum(w) * sum(w_ij z_i z_j) / \
        sum(z^2)`. `expected` is what chance makes of it, `-1 / (n - 1)`; `se` what chance gives \
        it (the moments of Cliff and Ord); `z` how many of those it lies above; `p_value` \
        one-sided, for neighbours being alike (`1 - p_value` for unlike).\n\n\
        Near 0: neighbours are as any two areas. Towards 1: high beside high, low beside low. \
        Below: a chessboard. Raw rates of areas of different sizes break the test, since small \
        ones vary more wherever they lie: use `morans_i_empirical_bayes`, or smoothed rates. 21 \
        regions give little power.\n\n\
        **Areas without neighbours** (Gotland by land) have no weight, and count among the `n` \
        areas and in the mean, as in spdep with `zero.policy`; `n_isolates` says how many. Status \
        `incomplete_strata`: a value, name or list is NULL, or a list names an area that is not \
        among the rows: the cut of a map is no coast. `undefined`: all values equal, or nobody has \
        a neighbour. With fewer than four areas there is no `se` by randomisation. An area there \
        twice, or beside itself, is an error.";
    const EXAMPLE: &'static str = "\
        SELECT morans_i(name, rate, beside) AS alike\n\
        FROM (VALUES ('Skåne', 28.6, make_array('Blekinge', 'Halland')),\n\
        \u{20}            ('Blekinge', 13.9, make_array('Skåne')),\n\
        \u{20}            ('Halland', 26.1, make_array('Skåne')),\n\
        \u{20}            ('Gotland', 57.4, make_array()))\n\
        \u{20}    AS region(name, rate, beside);";
    type State = Map<1>;

    fn update(state: &mut Map<1>, columns: &Columns, row: usize) -> Result<()> {
        state.push(
            (columns.text(0, row), columns.keys(2, row)),
            [columns.number(1, row)],
        );
        Ok(())
    }

    fn evaluate(state: &Map<1>, options: &Options) -> Result<Output> {
        let values: Vec<_> = state.numbers().map(|[value]| *value).collect();
        let weighting = named(Self::NAME, options.text("weights").parse())?;
        let chance = named(Self::NAME, options.text("method").parse())?;
        autocorrelation(Self::NAME, state, options, |neighbours| {
            morans_i(&values, neighbours, weighting, chance)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::tests::{TABLE, keeps_the_rules};
    use crate::equity::testing::{number, query};

    #[test]
    fn alike_neighbours_are_above_chance() {
        let table = "SELECT * FROM (VALUES ('b', 2, make_array('a', 'c')), ('d', 4, \
                     make_array('c')), ('a', 1, make_array('b')), ('c', 3, make_array('b', 'd'))) \
                     AS v(area, x, beside)";
        let sql = "SELECT round(m.value, 9), m.expected < 0, m.z > 1, m.p_value < 0.2, m.n, \
                   m.n_isolates, m.method, m.status FROM \
                   (SELECT morans_i(area, x, beside, 'binary') AS m FROM t)";
        let rows = query(table, sql).unwrap();
        let third = "0.333333333";
        assert_eq!(
            rows,
            [[
                third,
                "true",
                "true",
                "true",
                "4",
                "0",
                "randomisation",
                "ok"
            ]]
        );
        let normal = "SELECT morans_i(area, x, beside, 'binary', 'normality')['method'] FROM t";
        assert_eq!(query(table, normal).unwrap(), [["normality"]]);
    }

    #[test]
    fn islands_count_and_are_told() {
        let sql = "SELECT m.n, m.n_isolates FROM (SELECT morans_i(area, o, beside) AS m FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["5", "1"]]);
        let codes = "SELECT * FROM (VALUES (1, 5, make_array(2, 3)), (2, 6, make_array(1)), \
                     (3, 1, make_array(1)), (4, 1, make_array())) AS v(area, x, beside)";
        assert_eq!(
            number(
                codes,
                "SELECT morans_i(area, x, beside)['n_isolates'] FROM t"
            ),
            1.0
        );
    }

    #[test]
    fn groups_are_maps_of_their_own() {
        let table = "SELECT * FROM (VALUES ('x', 'a', 1, make_array('b')), ('x', 'b', 2, \
                     make_array('a')), ('y', 'a', 3, make_array('b')), ('y', 'b', 3, \
                     make_array('a'))) AS v(year, area, x, beside)";
        let sql = "SELECT year, m.value, m.se, m.status FROM (SELECT year, morans_i(area, x, \
                   beside) AS m FROM t GROUP BY year) ORDER BY year";
        let rows = query(table, sql).unwrap();
        assert_eq!(
            rows,
            [
                ["x", "-1", "NULL", "ok"],
                ["y", "NULL", "NULL", "undefined"]
            ]
        );
    }

    #[test]
    fn it_keeps_the_rules_of_maps() {
        keeps_the_rules("morans_i", "morans_i({area}, o, {beside})");
        let sql = "SELECT m.status, m.n_isolates FROM \
                   (SELECT morans_i(area, nullif(o, 12), beside) AS m FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["incomplete_strata", "1"]]);
        let none = "SELECT morans_i(area, o, beside)['status'] FROM t WHERE o > 99";
        assert_eq!(query(TABLE, none).unwrap(), [["undefined"]]);
        let word = query(TABLE, "SELECT morans_i(area, o, beside, 'W') FROM t").unwrap_err();
        assert!(word.to_string().contains("row_standardised, binary"));
    }
}
