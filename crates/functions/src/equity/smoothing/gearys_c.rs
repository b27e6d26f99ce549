//! `gearys_c(area, value, neighbours, …)`.

use datafusion::common::Result;
use kohort_stats::smoothing::gearys_c;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::{Output, Shape};
use super::map::{AREA, AUTOCORRELATION, METHOD, Map, NEIGHBOURS, WEIGHTS, autocorrelation};
use super::morans_i::VALUE;

/// The aggregate.
#[derive(Debug)]
pub(super) struct GearysC;

impl Aggregate for GearysC {
    const NAME: &'static str = "gearys_c";
    const ARGUMENTS: &'static [Argument] = &[AREA, VALUE, NEIGHBOURS, WEIGHTS, METHOD];
    const SHAPE: Shape = AUTOCORRELATION;
    const DESCRIPTION: &'static str = "\
        How much the values of neighbouring areas differ (Geary's C): \
        `(n - 1) / (2 * sum(w)) * sum(w_ij (y_i - y_j)^2) / sum(z^2)`, with `z` the values `y` \
        less their mean. By chance it is 1 (`expected`); `z` is above 0 and the one-sided \
        `p_value` small where neighbours are alike.\n\n\
        1: neighbours differ as any two areas do. Towards 0: they are alike. Above 1: a \
        chessboard. It sees differences between single neighbours where `morans_i` sees whole \
        tracts, and leans more on single outliers.\n\n\
        Islands, NULL, `status` and errors are as in `morans_i`.";
    const EXAMPLE: &'static str = "\
        SELECT gearys_c(name, rate, beside) AS differ\n\
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
            gearys_c(&values, neighbours, weighting, chance)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::tests::{TABLE, keeps_the_rules};
    use crate::equity::testing::query;

    #[test]
    fn neighbours_that_are_alike_differ_little() {
        let table = "SELECT * FROM (VALUES ('b', 2, make_array('a', 'c')), ('a', 1, \
                     make_array('b')), ('c', 3, make_array('b'))) AS v(area, x, beside)";
        let sql = "SELECT m.value, m.expected, m.z > 0, m.p_value < 0.5, m.n, m.status FROM \
                   (SELECT gearys_c(area, x, beside, 'binary', 'normality') AS m FROM t)";
        assert_eq!(
            query(table, sql).unwrap(),
            [["0.5", "1", "true", "true", "3", "ok"]]
        );
    }

    #[test]
    fn it_keeps_the_rules_of_maps() {
        keeps_the_rules("gearys_c", "gearys_c({area}, o, {beside})");
        let sql = "SELECT m.status, m.value FROM (SELECT gearys_c(area, 1, beside) AS m FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["undefined", "NULL"]]);
    }
}
